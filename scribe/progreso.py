"""Cómo avisa el trabajo largo de su avance, sin saber quién lo mira (terminal, cola o página)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Etapa = Literal["audio", "asr", "diarizacion", "nota", "codigos", "salida"]
ETAPAS: tuple[Etapa, ...] = ("audio", "asr", "diarizacion", "nota", "codigos", "salida")

Avance = Callable[[float], None]
"""Recibe la fracción hecha de una etapa, de 0 a 1."""

Progreso = Callable[[Etapa, float], None]
"""Recibe la etapa y su fracción hecha, de 0 a 1."""


def en_silencio(_fraccion: float) -> None:
    """Un `Avance` que no hace nada."""
