"""El JSON Schema de `borrador.json`, sacado de los tipos del dominio para que nunca se separen.

`python -m scribe.salida > docs/borrador.schema.json` lo vuelve a escribir.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from scribe.consulta import Borrador


class _TodoObligatorio(GenerateJsonSchema):
    """Lo que escribe `a_json` lleva siempre todos los campos: quien lo lee puede contar con ellos."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        return True


def esquema() -> dict[str, Any]:
    """JSON Schema (2020-12) de lo que escribe `a_json`: todo campo del contrato es obligatorio."""
    generado = Borrador.model_json_schema(mode="serialization", schema_generator=_TodoObligatorio)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:scribe:borrador:1",
        **generado,
    }


def a_texto() -> str:
    """El esquema como se publica en `docs/borrador.schema.json`."""
    return json.dumps(esquema(), ensure_ascii=False, indent=2) + "\n"


def a_json(borrador: Borrador) -> str:
    """El borrador como JSON del contrato (UTF-8, con sangría de un espacio)."""
    return borrador.model_dump_json(indent=1) + "\n"
