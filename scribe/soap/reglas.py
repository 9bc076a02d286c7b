"""Las reglas con que se redacta, por su nombre: preguntas, temas y señales de cada sección."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from scribe.lenguaje.patrones import patrones


@dataclass(frozen=True, slots=True)
class Tema:
    """De qué trata una pregunta abierta."""

    nombre: str
    patron: re.Pattern[str]
    rotulo: str
    tipo: str


def pregunta(nombre: str) -> re.Pattern[str]:
    """Una expresión de `preguntas.es.toml` por su nombre."""
    return patrones("scribe.lenguaje", "preguntas.es")[nombre]


@cache
def temas() -> tuple[Tema, ...]:
    """Los temas de pregunta de `temas.es.toml`, en orden de prioridad."""
    texto = files("scribe.lenguaje").joinpath("datos/temas.es.toml").read_text("utf-8")
    return tuple(
        Tema(t["nombre"], re.compile(rf"\b{t['patron']}"), t["rotulo"], t["tipo"])
        for t in tomllib.loads(texto)["tema"]
    )


def senal(seccion: str, nombre: str) -> re.Pattern[str]:
    """Una expresión de `secciones.es.toml`: sección y nombre."""
    return patrones("scribe.soap", "secciones.es")[f"{seccion}.{nombre}"]
