"""Las cifras oídas contra la lectura en letras de la misma ventana."""

from __future__ import annotations

import pytest

from scribe.asr import segunda
from scribe.asr.contraste import DIGITOS, contrastar
from scribe.lenguaje.cifras_parecidas import se_confunden


def _dudas(texto: str, en_letras: str) -> list[tuple[str, str]]:
    return [(texto[c.desde : c.hasta], c.propuesto) for c in contrastar(texto, en_letras)]


@pytest.mark.parametrize(
    ("texto", "en_letras", "dudas"),
    [
        ("presión 188/74, pulso 96", "presión ciento dieciocho sobre setenta y cuatro, pulso noventa y seis",
         [("188/74", "118/74")]),
        ("presión 188 sobre 74", "presión ciento dieciocho sobre setenta y cuatro", [("188", "118")]),
        ("glucosa en ayunas 12. Uy", "glucosa en ayunas doscientos doce. Uy", [("12", "212")]),
        ("temperatura 38.9 y pulso 80", "temperatura treinta y ocho punto cinco y pulso ochenta",
         [("38.9", "38.5")]),
        ("telmisartán de 41 diario", "telmisartán de cuarenta, uno diario", [("41", "40")]),
    ],
)  # fmt: skip
def test_dos_lecturas_distintas_son_una_duda(
    texto: str, en_letras: str, dudas: list[tuple[str, str]]
) -> None:
    assert _dudas(texto, en_letras) == dudas


@pytest.mark.parametrize(
    ("texto", "en_letras"),
    [
        ("presión 128/78", "presión ciento veintiocho sobre setenta y ocho"),
        ("presión 128/78", "presión, cientos veinte y ocho sobre setenta y ocho"),
        ("temperatura 37 y 8 hoy", "temperatura treinta y siete punto ocho hoy"),
        ("por 28 semanas", "por veinte, ocho semanas"),  # así lee a trozos
        ("pregabalina de 75", "pregabalina de ceteenta y cinco"),  # le faltó un pedazo
        ("naproxeno de 550", "naproxeno de quininientos cientos cincuenta"),
        ("entre 190 y 210", "entre cien noventa y doscientos diez"),
        ("tiene 58 años", "tiene una tos"),  # nada que comparar
        ("mide 1.51 estoy", "unos cincuenta y uno estoy"),
        ("la biometría y ya", "la biometría y ya"),
    ],
)
def test_lo_que_coincide_o_se_leyo_a_medias_no_es_duda(texto: str, en_letras: str) -> None:
    assert not _dudas(texto, en_letras)


def test_nunca_se_cambia_lo_oido() -> None:
    en_letras = "presión ciento dieciocho sobre setenta y cuatro"
    (otra,) = segunda.mirar("presión 188/74", [], lambda t: [0.0 for _ in t], en_letras)
    assert (otra.clase, otra.propuesto, otra.segura) == ("cifra", "118/74", False)


@pytest.mark.parametrize(
    ("una", "otra", "igual"),
    [
        ("188", "118", True),
        ("12", "212", True),
        ("38.9", "38.5", True),
        ("60", "70", True),
        ("118", "118", False),
        ("5", "300", False),
        ("1500", "1600", False),
        ("38.9", "12", False),
    ],
)
def test_se_confunden(una: str, otra: str, igual: bool) -> None:
    assert se_confunden(una, otra) is igual
    assert se_confunden(otra, una) is igual


@pytest.mark.parametrize("ficha", ["Ġ118", "5", "mg2", "%"])
def test_las_fichas_con_digitos_se_prohiben(ficha: str) -> None:
    assert DIGITOS.search(ficha)


@pytest.mark.parametrize("ficha", ["ĠpresiÃ³n", "ungÃ¼ento", "aÃ±os", "ciento"])
def test_las_letras_con_acento_no(ficha: str) -> None:
    assert not DIGITOS.search(ficha)
