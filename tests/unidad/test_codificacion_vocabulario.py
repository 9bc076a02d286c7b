"""Vocabulario de los códigos: las clases de formas que se dicen, con frases que ningún guion trae."""

from __future__ import annotations

import pytest

from scribe.codificacion.detector import detector
from scribe.codificacion.normal import sin_diminutivo


def _codigos(texto: str) -> set[str]:
    return {h.concepto.cie10 for h in detector().buscar(texto)}


@pytest.mark.parametrize(
    ("texto", "codigo"),
    [
        ("me duele mucho del lado derecho la cabeza", "R51"),
        ("un cálculo de siete milímetros en el riñón izquierdo", "N20.0"),
        ("la garganta la trae bastante inflamada", "J02.9"),
        ("infección muy fuerte en la orina", "N39.0"),
    ],
)
def test_lo_que_se_cuela_dentro_de_un_termino_no_lo_esconde(texto: str, codigo: str) -> None:
    assert codigo in _codigos(texto)


@pytest.mark.parametrize(
    ("texto", "codigo"),
    [
        ("tengo unas piedras, el riñón no me duele", "N20.0"),
        ("me duele. Mucho la cabeza he usado", "R51"),
        ("esa gelatina tiene mucha azúcar", "E14.9"),
        ("el dolor no es de cabeza", "R51"),
    ],
)
def test_lo_que_se_cuela_no_junta_lo_que_va_aparte(texto: str, codigo: str) -> None:
    assert codigo not in {h.concepto.cie10 for h in detector().buscar(texto) if h.concepto.clase != "l"}


@pytest.mark.parametrize(
    ("texto", "codigo"),
    [
        ("un dolorcito de cabeza", "R51"),
        ("la gargantita inflamada", "J02.9"),
        ("una migrañita", "G43.9"),
        ("una caricita en el labio, un quistecito de ovario", "N83.2"),
    ],
)
def test_el_diminutivo_nombra_lo_mismo(texto: str, codigo: str) -> None:
    assert codigo in _codigos(texto)


@pytest.mark.parametrize(
    ("chico", "palabra"),
    [("barriguita", "barriga"), ("cabecita", "cabeza"), ("dolorcito", "dolor"), ("parchecito", "parche")],
)
def test_sin_diminutivo(chico: str, palabra: str) -> None:
    assert palabra in sin_diminutivo(chico)


def test_un_diminutivo_no_cambia_como_se_escribe_la_palabra() -> None:
    assert _codigos("el ojo está rosadito") == set()


def test_hepatitis_no_es_diminutivo() -> None:
    assert sin_diminutivo("hepatitis") == ()
