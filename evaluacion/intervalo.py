"""Intervalos de confianza por bootstrap de casos (Efron y Tibshirani, 1993; percentiles).

Se remuestrean casos enteros, no palabras: dentro de una consulta los errores van juntos.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluacion.resultados import Cifra, Cuenta

REMUESTRAS = 2000
_PERCENTILES = (2.5, 97.5)


def cifra(cuentas: Sequence[Cuenta], *, remuestras: int = REMUESTRAS, semilla: int = 0) -> Cifra | None:
    """La tasa total (suma de partes entre suma de totales) con su intervalo del 95 %.

    `None` si ningún caso aplica. Con un solo caso el intervalo es el punto: no hay con qué estimarlo.
    """
    aplican = [(p, t) for p, t in cuentas if t > 0]
    if not aplican:
        return None
    pares = np.asarray(aplican, dtype=np.float64)
    parte, total = pares.sum(axis=0)
    tasas = _remuestrear(pares, remuestras, semilla)
    bajo, alto = np.percentile(tasas, _PERCENTILES)
    return Cifra(
        valor=float(parte / total),
        bajo=float(bajo),
        alto=float(alto),
        parte=float(parte),
        total=float(total),
        n=len(aplican),
    )


def diferencia(
    antes: Sequence[Cuenta], despues: Sequence[Cuenta], *, remuestras: int = REMUESTRAS, semilla: int = 0
) -> tuple[float, float, float]:
    """(diferencia, bajo, alto) de la tasa, `despues` menos `antes`, sobre los mismos casos en el mismo orden.

    Se remuestrean los casos por parejas, así lo difícil de un caso se cancela. Lanza `ValueError` si no
    son tantos unos como otros o si ninguno aplica.
    """
    if len(antes) != len(despues):
        raise ValueError("las dos listas deben ser de los mismos casos")
    juntos = [(*a, *d) for a, d in zip(antes, despues, strict=True) if a[1] > 0 and d[1] > 0]
    if not juntos:
        raise ValueError("ningún caso aplica en las dos")
    pares = np.asarray(juntos, dtype=np.float64)
    a, d = (_remuestrear(pares[:, i : i + 2], remuestras, semilla) for i in (0, 2))
    suma = pares.sum(axis=0)
    bajo, alto = np.percentile(d - a, _PERCENTILES)
    return float(suma[2] / suma[3] - suma[0] / suma[1]), float(bajo), float(alto)


def _remuestrear(pares: np.ndarray, remuestras: int, semilla: int) -> np.ndarray:
    """Tasas de `remuestras` muestras con reemplazo de los renglones (parte, total)."""
    azar = np.random.default_rng(semilla)
    n = len(pares)
    veces = azar.multinomial(n, np.full(n, 1 / n), size=remuestras).astype(np.float64)
    sumas = veces @ pares
    tasas: np.ndarray = sumas[:, 0] / np.maximum(sumas[:, 1], 1e-12)
    return tasas
