"""Los patrones de la nota guardados como datos: el código usa todos, y todos los que usa están."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scribe.lenguaje.patrones import patrones

SOAP = Path(__file__).parents[2] / "scribe" / "soap"
ARCHIVOS = (
    "coherencia", "contestado", "destinos", "dialogo", "dichos", "enmiendas", "por_fase", "preguntado",
    "respuestas", "retiradas", "retractos", "suspensiones",
)  # fmt: skip


@pytest.mark.parametrize("archivo", ARCHIVOS)
def test_ningun_patron_sobra_ni_falta(archivo: str) -> None:
    hechos = patrones("scribe.soap", f"{archivo}.es")
    lo_leen = [t for p in SOAP.glob("*.py") if f'"{archivo}.es")' in (t := p.read_text("utf-8"))]
    pedidos = {n for t in lo_leen for n in re.findall(r"_P\[[\"']([\w.]+)[\"']\]", t)}
    assert lo_leen and pedidos <= hechos.keys()
    # Los de una tabla se piden a veces por su tabla entera («examen.», «cual.»).
    assert {n for n in hechos if "." not in n} <= pedidos
