"""Prueba de permutación por parejas: si el antes y el después de cada caso fueran intercambiables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluacion.resultados import Cuenta


def valor_p(
    antes: Sequence[Cuenta], despues: Sequence[Cuenta], *, permutaciones: int = 10_000, semilla: int = 0
) -> float:
    """Probabilidad de una diferencia de tasas al menos tan grande si en cada caso diera igual cuál es cuál.

    Se intercambian casos enteros (Good, 2005; Dror y otros, ACL 2018). Con pocos casos se recorren todas
    las combinaciones; con muchos, `permutaciones` al azar, contando la observada. Lanza `ValueError` si las
    listas no son de los mismos casos o están vacías.
    """
    if len(antes) != len(despues) or not antes:
        raise ValueError("las dos listas deben ser de los mismos casos, y alguno")
    a, d = np.asarray(antes, dtype=np.float64), np.asarray(despues, dtype=np.float64)
    observada = abs(float(_diferencia(a.sum(axis=0), d.sum(axis=0))))
    n = len(a)
    if 2**n <= permutaciones:
        cambios = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        extremas, total = _extremas(a, d, cambios, observada), 2**n
    else:
        cambios = np.random.default_rng(semilla).integers(0, 2, size=(permutaciones, n))
        extremas, total = _extremas(a, d, cambios, observada) + 1, permutaciones + 1
    return float(extremas / total)


def _extremas(
    a: NDArray[np.float64], d: NDArray[np.float64], cambios: NDArray[np.int64], observada: float
) -> int:
    paso = cambios.astype(np.float64) @ (d - a)
    diferencias = np.abs(_diferencia((a.sum(axis=0) + paso).T, (d.sum(axis=0) - paso).T))
    return int((diferencias >= observada - 1e-12).sum())


def _diferencia(a: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    resultado: NDArray[np.float64] = d[0] / d[1] - a[0] / a[1]
    return resultado
