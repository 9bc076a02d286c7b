"""El OpenAPI: el que arma FastAPI, con los errores como de verdad se contestan.

FastAPI anuncia para lo mal formado un cuerpo que aquí no se usa; todo error tiene una sola forma, y se dice.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from scribe.web.errores import RespuestaDeError

_ERROR = {"$ref": "#/components/schemas/RespuestaDeError"}
_DE_FASTAPI = ("HTTPValidationError", "ValidationError")


def describir(app: FastAPI) -> dict[str, Any]:
    """La descripción de la API; se arma una vez."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    esquema = FastAPI.openapi(app)
    definiciones = esquema.setdefault("components", {}).setdefault("schemas", {})
    forma = RespuestaDeError.model_json_schema(ref_template="#/components/schemas/{model}")
    definiciones.update(forma.pop("$defs", {}))
    definiciones["RespuestaDeError"] = forma
    for nombre in _DE_FASTAPI:
        definiciones.pop(nombre, None)
    for operaciones in esquema["paths"].values():
        for operacion in operaciones.values():
            operacion["responses"].pop("422", None)
            operacion["responses"]["default"] = {
                "description": "No se pudo: qué pasó y cómo se remedia. Nada quedó a medias.",
                "content": {"application/json": {"schema": _ERROR}},
            }
    return esquema
