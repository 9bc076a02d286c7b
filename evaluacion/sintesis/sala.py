"""Reverberación sintética: reflexiones tempranas y una cola de ruido que decae exponencialmente."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve  # type: ignore[import-untyped]

from scribe.consulta import HERCIOS, Senal


def respuesta(rt60: float, semilla: int, directo_db: float = 6.0) -> Senal:
    """Respuesta al impulso de una sala. `rt60` en segundos; `directo_db`, sonido directo contra cola.

    La cola es ruido gaussiano cuya energía cae 60 dB en `rt60` (modelo de Polack).
    """
    azar = np.random.default_rng(semilla)
    tiempo = np.arange(int(rt60 * HERCIOS)) / HERCIOS
    cola = azar.standard_normal(len(tiempo)) * np.exp(-6.908 * tiempo / rt60)
    cola[: int(0.008 * HERCIOS)] = 0.0
    for retardo in azar.uniform(0.008, 0.04, 6):
        cola[int(retardo * HERCIOS) % len(cola)] += azar.choice([-1.0, 1.0]) * azar.uniform(1.0, 3.0)
    cola *= 10 ** (-directo_db / 20) / np.sqrt(np.sum(cola**2))
    cola[0] = 1.0
    return cola.astype(np.float32)


def reverberar(senal: Senal, rt60: float, semilla: int, metros: float = 1.0) -> Senal:
    """`senal` oída en la sala, con el mismo largo y sin retraso del sonido directo.

    A `metros` del micrófono el directo cae 6 dB por cada doble de distancia; la cola llega igual.
    """
    directo_db = 6.0 - 20.0 * np.log10(metros)
    salida = fftconvolve(senal / metros, respuesta(rt60, semilla, directo_db))[: len(senal)]
    return np.asarray(salida, dtype=np.float32)
