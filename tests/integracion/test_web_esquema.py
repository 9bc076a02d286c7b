# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Lo que la API promete en su OpenAPI es lo que contesta, se le pida lo que se le pida."""

from __future__ import annotations

import os

from tests.esquemas import armar
from tests.web_base import Api, api, base, motor  # noqa: F401


def test_la_api_cumple_su_openapi(api: Api) -> None:
    """Pocos ejemplos y siempre los mismos; para buscar más: `SCRIBE_PRUEBA_EJEMPLOS`, `…_SEMILLA`."""
    ejemplos, semilla = os.environ.get("SCRIBE_PRUEBA_EJEMPLOS"), os.environ.get("SCRIBE_PRUEBA_SEMILLA")
    recorrido = armar(api)
    recorrido.recorrer(ejemplos=int(ejemplos or 6), semilla=int(semilla) if semilla else None)
    assert not recorrido.hallazgos, "\n\n".join(recorrido.hallazgos)
    hechas = recorrido.codigos
    assert sum(n for c, n in hechas.items() if c < 300) > 100, hechas  # de verdad se llegó al fondo
