"""Cifras exactas: valor, lugar, par de la presión y unidad, contados a mano."""

import pytest

from evaluacion.alineacion import alinear
from evaluacion.lexico import palabras_de
from evaluacion.metricas.cifras import cifras_de, comparar, precision
from evaluacion.metricas.terminos import Hallazgo


def _cifras(texto: str, idioma: str = "es") -> list[str]:
    return [c.texto for c in cifras_de(palabras_de(texto, idioma), idioma)]


def test_una_presion_es_una_sola_cifra() -> None:
    assert _cifras("presión 130/85, 37.8 grados, 850 mg c/12 h") == [
        "130/85",
        "37.8 grados",
        "850 miligramos",
        "12 horas",
    ]


def test_uno_solo_es_cifra_delante_de_una_unidad() -> None:
    assert _cifras("tome una tableta por un lado") == ["1 tableta"]
    assert _cifras("take one tablet first, one of these", "en") == ["1 tablet"]


def test_en_ingles_con_porcentaje_y_presion() -> None:
    assert _cifras("blood pressure one hundred thirty over eighty five, ninety four percent", "en") == [
        "130/85",
        "94",
    ]


@pytest.mark.parametrize(
    ("dicho", "escrito", "buenas", "total"),
    [
        # iguales, dichas y escritas de otra forma
        ("ciento treinta sobre ochenta y cinco", "130/85", 1, 1),
        ("ochocientos cincuenta miligramos cada ocho horas", "850 mg c/8 h", 2, 2),
        # un lado de la presión mal es un error, no medio ni dos
        ("presión de 108/66", "presión de 18/66", 0, 1),
        ("presión de 108/66 y pulso de 72", "presión de 108/76 y pulso de 72", 1, 2),
        # la dosis, el decimal y la mitad
        ("losartán de 50 mg", "losartán de 15 mg", 0, 1),
        ("temperatura de 38.5", "temperatura de 38", 0, 1),
        ("media tableta al día", "una tableta al día", 0, 1),
        # la unidad: otra es error, que falte no
        ("5 miligramos", "5 microgramos", 0, 1),
        ("5 miligramos", "5", 1, 1),
        # en orden, no en bolsa: las dos dosis están, cambiadas
        ("losartán 50 y metformina 850", "losartán 850 y metformina 50", 0, 2),
        ("pulso 70, presión 110/70", "presión 110/70", 1, 2),
        # sin nada escrito
        ("tome 2 tabletas", "", 0, 1),
    ],
)
def test_exactitud_contada_a_mano(dicho: str, escrito: str, buenas: int, total: int) -> None:
    hallazgo = comparar(dicho, escrito)
    assert (hallazgo.buenas, hallazgo.total) == (buenas, total)


def test_lo_que_fallo_se_explica() -> None:
    assert comparar("losartán de 50 mg", "losartán de 15 mg").fallas == (("50 miligramos", "15 miligramos"),)


def test_una_cifra_inventada_baja_la_precision() -> None:
    # de las dos cifras escritas, solo la segunda se dijo
    alineacion = alinear(
        palabras_de("desde hace días toma 2 tabletas", "es"),
        palabras_de("desde hace 3 días toma 2 tabletas", "es"),
    )
    assert precision(alineacion) == Hallazgo(1, 2, (("3 dias", ""),))


def test_un_sistema_peor_acierta_menos() -> None:
    dicho = "presión 118/74, pulso 80, temperatura 36.9, peso 65 kilos"
    escritos = [dicho, dicho.replace("118", "188"), "presión 188/74, pulso 80, temperatura 36", ""]
    assert [comparar(dicho, e).buenas for e in escritos] == [4, 3, 1, 0]
