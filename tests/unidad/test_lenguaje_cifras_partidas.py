"""Cifras a medio convertir: lo que el reconocedor parte, pega o separa con comas, por clases."""

from __future__ import annotations

import pytest

from scribe.consulta import Transcripcion, Turno
from scribe.lenguaje.cifras import escribir, revisar_cifras
from scribe.lenguaje.presentaciones import revisar_presentaciones
from scribe.lenguaje.rangos import peso_propuesto, tension_propuesta

PARTIDAS = {
    "la temperatura en 37 y 8.": "la temperatura en 37.8.",
    "trae temperatura de 36, 9": "trae temperatura de 36.9",
    "temperatura 38-2": "temperatura 38.2",
    "temperatura de treinta y ocho grados con cuatro": "temperatura de 38.4",
    "anda con 38, 3 de calentura": "anda con 38.3 de calentura",
    "la creatinina es de 2 puntos 5": "la creatinina es de 2.5",
    "hemoglobina de trece y medio": "hemoglobina de 13.5",
    "el potasio en 4 con 2": "el potasio en 4.2",
    "11, punto 4": "11.4",
    "132.000 plaquetas": "132000 plaquetas",
    "leucocitos 9,800": "leucocitos 9800",
    "de 1.200.000 unidades": "de 1200000 unidades",
    "presión, 138, sobre 82": "presión, 138/82",
    "presión 160-100": "presión 160/100",
    "presión 120, 80": "presión 120/80",
    "presión 1 30 sobre 80": "presión 130/80",
    "presión 12080": "presión 120/80",
    "mide 1, 62": "mide 1.62",
    "estatura 1 con 75": "estatura 1.75",
    "pesa 52 kg. Uno 58.": "pesa 52 kg. 1.58.",
    "11 kg con 800": "11.8 kg",
    "pesa 3 kilos 450 gramos": "pesa 3.45 kg",
    "pesa 7,800 kilos": "pesa 7.8 kg",
    "en el 2 1000 19": "en el 2019",
    "tamsulosina de punto 4": "tamsulosina de 0.4",
    "la presión me la trae en 170, 110": "la presión me la trae en 170/110",
}

ENTERAS = (
    "fiebre de 38 y 5 días con tos",
    "temperatura 38, 2 evacuaciones",
    "densidad de 1.025",
    "antígeno CA 19-9",
    "1´500.000 unidades",
    "digoxina de 0.125",
    "hemoglobina 11, 3 días después",
    "a las 8 y media",
    "la presión desde 1985",
    "pesa 70 kg, 1 20 veces",
    "tomo la de 50, 12 tabletas",
    "bajó 2 puntos 3 veces",
)


@pytest.mark.parametrize(("frase", "escrito"), PARTIDAS.items())
def test_se_junta_lo_partido(frase: str, escrito: str) -> None:
    assert escribir(frase) == escrito
    assert escribir(escrito) == escrito


@pytest.mark.parametrize("frase", ENTERAS)
def test_no_se_junta_lo_que_es_aparte(frase: str) -> None:
    assert escribir(frase) == frase


def _avisos(texto: str) -> list[str]:
    turno = Turno(id=1, hablante="H1", inicio=0.0, fin=1.0, texto=escribir(texto))
    una = Transcripcion(idioma="es", turnos=(turno,))
    return [a.texto for a in (*revisar_cifras(una), *revisar_presentaciones(una))]


@pytest.mark.parametrize(
    ("dicho", "propuesta"),
    [
        ("Presión 18/76.", "118/76"),
        ("Presión 1876.", "118/76"),
        ("Presión de 14/9.", "140/90"),
        ("Presión 70/110", "170/110"),
        ("Presión 162, pulso 80", "100/62"),
        ("Pesa 7800.", "7.8 kg"),
        ("Peso 7,800.", "7.8 kg"),
        ("Metformina de 852 al día", "de 850, 2"),
    ],
)
def test_lo_imposible_se_propone_y_no_se_escribe(dicho: str, propuesta: str) -> None:
    (aviso,) = _avisos(dicho)
    assert propuesta in aviso
    assert propuesta not in escribir(dicho)


def test_lo_posible_no_lleva_propuesta() -> None:
    assert tension_propuesta(300, 20) is None
    assert peso_propuesto("72") is None and peso_propuesto("99999") is None
    assert not _avisos("Pesa 7800 gramos. Presión 118/76. Nació de 3,200 gramos")


def test_una_dosis_que_no_existe_senala_al_farmaco_de_nombre_parecido_que_si_la_tiene() -> None:
    (aviso,) = _avisos("toma losartán de 80 mg diario")
    assert "telmisartán o valsartán" in aviso
    assert not any("parecido" in a for a in _avisos("toma metformina de 777 mg diario"))
