"""Cómo se resumen los tiempos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def cuantiles(segundos: Sequence[float]) -> dict[str, float]:
    """Mediana, p95 y máximo, en segundos."""
    return {
        "p50": round(float(np.quantile(segundos, 0.5)), 4),
        "p95": round(float(np.quantile(segundos, 0.95)), 4),
        "max": round(float(max(segundos)), 4),
    }
