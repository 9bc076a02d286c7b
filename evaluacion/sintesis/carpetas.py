"""Dónde quedan los conjuntos que se generan en este equipo."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path


def carpeta_de_datos(conjunto: str) -> Path:
    """`SCRIBE_DATOS_EVALUACION/<conjunto>`; sin la variable, la carpeta de datos de la persona."""
    if elegida := os.environ.get("SCRIBE_DATOS_EVALUACION"):
        return Path(elegida).expanduser().absolute() / conjunto
    return user_data_path("scribe") / "evaluacion" / conjunto
