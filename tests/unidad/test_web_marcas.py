"""Lo que se marca en la conversación: cifras, lados y negaciones, y nada más."""

from __future__ import annotations

import re

import pytest

from scribe.lenguaje.texto import llano
from scribe.web.marcas import marcas


def _marca(palabra: str) -> list[str]:
    suelta = llano(palabra).strip(" ,.;:¿?¡!")
    return [m for m in ("cifra", "lado", "negacion") if re.search(getattr(marcas(), m).patron, suelta)]


@pytest.mark.parametrize("palabra", ["500", "38.2", "mg,", "treinta", "veintidós", "media", "850", "punto"])
def test_una_cifra_o_unidad_se_marca(palabra: str) -> None:
    assert _marca(palabra) == ["cifra"]


@pytest.mark.parametrize("palabra", ["derecho", "Izquierda.", "ambos", "bilateral"])
def test_un_lado_se_marca(palabra: str) -> None:
    assert _marca(palabra) == ["lado"]


@pytest.mark.parametrize("palabra", ["No,", "nunca", "tampoco", "sin", "ninguna", "niega"])
def test_una_negacion_se_marca(palabra: str) -> None:
    assert _marca(palabra) == ["negacion"]


@pytest.mark.parametrize(
    "palabra", ["dolor", "garganta", "noche", "medicina", "mes", "diario", "nota", "derecha2x"[:3]]
)
def test_lo_demas_no(palabra: str) -> None:
    assert _marca(palabra) == []
