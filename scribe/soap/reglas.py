"""Las reglas del cuarto, leídas de sus datos y compiladas una vez."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Tema:
    """De qué trata una pregunta abierta."""

    nombre: str
    patron: re.Pattern[str]
    rotulo: str
    tipo: str


def _toml(paquete: str, archivo: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(paquete).joinpath(f"datos/{archivo}").read_text("utf-8"))


@lru_cache(maxsize=1)
def _preguntas() -> dict[str, Any]:
    return _toml("scribe.lenguaje", "preguntas.es.toml")


@lru_cache(maxsize=64)
def pregunta(nombre: str) -> re.Pattern[str]:
    """Una expresión de `preguntas.es.toml` por su nombre."""
    return re.compile(_preguntas()[nombre])


@lru_cache(maxsize=1)
def temas() -> tuple[Tema, ...]:
    """Los temas de pregunta, en orden de prioridad."""
    return tuple(
        Tema(t["nombre"], re.compile(rf"\b{t['patron']}"), t["rotulo"], t["tipo"])
        for t in _preguntas()["tema"]
    )


@lru_cache(maxsize=1)
def _secciones() -> dict[str, Any]:
    return _toml("scribe.soap", "secciones.es.toml")


@lru_cache(maxsize=64)
def senal(seccion: str, nombre: str) -> re.Pattern[str]:
    """Una expresión de `secciones.es.toml`: sección y nombre. Una lista son sus alternativas."""
    forma = _secciones()[seccion][nombre]
    return re.compile(forma if isinstance(forma, str) else "|".join(f"(?:{x})" for x in forma))
