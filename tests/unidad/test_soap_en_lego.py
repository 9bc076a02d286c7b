"""Qué tiene, dicho en lego o contestando a quien pregunta: llega al análisis. Frases propias, no de un guion."""  # noqa: E501

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Nota, Rol, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}


def _nota(*dichos: str) -> Nota:
    turnos = tuple(
        Turno(id=n, hablante=d[0], rol=_ROLES[d[0]], inicio=float(n), fin=n + 1.0, texto=d[3:])
        for n, d in enumerate(dichos, 1)
    )
    return Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota


@pytest.mark.parametrize(
    "dicho",
    [
        "Uno de los discos se salió y le pica el nervio de la pierna derecha.",
        "Los riñones le están trabajando a la mitad, vamos en la etapa 3.",
        "Ese bultito es grasa, nada malo.",
        "Usted anda anémica, por la regla tan abundante.",
        "La próstata creció y le aprieta el caño.",
        "El cartílago se le gastó, por eso le truena.",
    ],
)
def test_lo_explicado_en_lego_es_del_analisis(dicho: str) -> None:
    nota = _nota("m: Ahorita la reviso. Presión 120/80.", "p: Sí.", f"m: {dicho}")
    assert nota.analisis and not any(e.texto[:12] in dicho for e in nota.objetivo)


@pytest.mark.parametrize(
    ("pregunta", "contesta", "tipo"),
    [
        ("¿Es dengue?", "Casi seguro.", "sospecha"),
        ("¿Será la tiroides, doctora?", "Eso es lo que más sospecho, y hay que comprobarlo.", "sospecha"),
        ("¿Será un tumor, doctora?", "No tiene nada que me haga pensar en eso.", "descartado"),
    ],
)
def test_lo_contestado_lleva_lo_que_se_pregunto(pregunta: str, contesta: str, tipo: str) -> None:
    nota = _nota("m: Ya la revisé. Presión 120/80.", f"p: {pregunta}", f"m: {contesta}")
    nombre = pregunta.strip("¿?").split(",")[0]
    assert any(e.tipo == tipo and nombre in e.texto for e in nota.analisis)


@pytest.mark.parametrize("dicho", ["Neumonía no me cuadra, con tanto tiempo.", "Corazón no parece."])
def test_lo_que_no_cuadra_se_descarta(dicho: str) -> None:
    nota = _nota("m: Ya lo revisé. Presión 120/80. Es una bronquitis.", "p: Ajá.", f"m: {dicho}")
    assert any(e.tipo == "descartado" for e in nota.analisis)


def test_lo_de_otra_persona_no_matiza_la_negacion() -> None:
    nota = _nota(
        "m: ¿Se le ha chuecado la boca, se le cae el párpado?",
        "p: Nada de eso. A mi suegra sí le dio la embolia.",
    )
    assert any(e.tipo == "negacion" and "párpado" in e.texto for e in nota.subjetivo)


def test_la_herida_que_se_mide_es_del_objetivo() -> None:
    nota = _nota("m: Venga, destapamos eso. Herida de 3 cm en el dorso de la mano izquierda.", "p: Ay.")
    assert any("3 cm" in e.texto for e in nota.objetivo)


def test_lo_que_tiene_el_pariente_lo_niega_quien_contesta() -> None:
    nota = _nota("m: ¿Presión alta, azúcar, alguna alergia?", "p: Azúcar mi mamá. Yo no. Alergias tampoco.")
    assert any(e.tipo == "negacion" and "azúcar" in e.texto for e in nota.subjetivo)
    assert any(e.tipo == "antecedente_familiar" for e in nota.subjetivo)


def test_lo_que_se_cuenta_para_irse_no_se_pierde() -> None:
    nota = _nota(
        "m: Le doy metformina de 850 cada 12 horas. Nos vemos en un mes.",
        "p: Gracias. Desde el martes veo como moscas negras con el ojo derecho.",
    )
    assert any("moscas" in e.texto for e in nota.subjetivo)


def test_lo_que_se_pregunta_con_su_nombre_solo_y_se_contesta_seco_no_se_pierde() -> None:
    nota = _nota("m: Ya la revisé. Le doy reposo 3 días. Nada de cargar.", "p: ¿Faja?", "m: Tampoco.")
    assert any("Faja" in e.texto for e in nota.plan)
