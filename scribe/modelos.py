"""Localizar y verificar los modelos de `modelos/manifiesto.toml`."""

from __future__ import annotations

import os
from pathlib import Path


def ruta(modelo: str) -> Path:
    """Carpeta ya verificada del modelo."""
    return Path(os.environ["SCRIBE_MODELOS"]) / modelo
