"""Nada se envía sin pasar por aquí.

Cuatro capas: `fhirkit` (analizador de R4 4.0.1 generado de la especificación: elementos, cardinalidad,
tipos y formatos), las definiciones oficiales (`estructura`), las referencias y las reglas propias
(`reglas`). Qué valida y qué no: `docs/decisiones/envio-fhir.md`.
"""

from __future__ import annotations

import json
from typing import Any

import fhirkit

from scribe.envio.errores import RecursoInvalido
from scribe.envio.fhir import estructura, reglas
from scribe.envio.fhir.reducir import RECURSOS


def fallas(recurso: dict[str, Any]) -> tuple[str, ...]:
    """Lo que R4 no admite de un recurso: ruta y regla, sin valores."""
    if recurso.get("resourceType") not in RECURSOS:
        return ("Scribe no envía ese tipo de recurso",)
    # Se valida lo que de verdad viaja: el JSON, no los objetos de Python.
    texto = json.dumps(recurso, ensure_ascii=False, allow_nan=False)
    de_fhirkit = [
        f"{f.path}: {_sin_valor(f.message)}" for f in fhirkit.validate(texto) if f.severity == "error"
    ]
    return tuple(dict.fromkeys([*de_fhirkit, *estructura.revisar(json.loads(texto))]))


def exigir(recurso: dict[str, Any]) -> None:
    """Lanza `RecursoInvalido` si no cumple R4 o las reglas de Scribe."""
    encontradas = fallas(recurso) or tuple(reglas.revisar(recurso))
    if encontradas:
        tipo = str(recurso.get("resourceType"))
        raise RecursoInvalido(tipo if tipo in RECURSOS else "desconocido", encontradas)


def _sin_valor(mensaje: str) -> str:
    """Fhirkit cita el valor entre comillas al principio; aquí se quita: puede ser un dato."""
    return mensaje.rsplit('" ', 1)[-1] if mensaje.startswith('"') else mensaje.split(":", 1)[0]
