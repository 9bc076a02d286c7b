"""El banco de filtros mel de una señal, con las convenciones de Kaldi (las que la red de huellas aprendió).

Ventanas de 25 ms cada 10 ms, sin media, preénfasis 0.97, ventana de Povey, potencia y logaritmo. Escala mel
1127 ln(1 + f/700), desde 20 Hz hasta la mitad de `HERCIOS`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from scipy.fft import rfft  # type: ignore[import-untyped]

from scribe.consulta import HERCIOS, Senal

CUADRO_S = 0.01
"""Segundos entre cuadros."""
BANDAS = 80

Filtros = NDArray[np.float32]
"""(cuadros, 80): log de energía por banda mel, un cuadro cada `CUADRO_S`."""

_LARGO = round(0.025 * HERCIOS)
_PASO = round(CUADRO_S * HERCIOS)
_PUNTOS = 512
_PREENFASIS = 0.97
_DESDE_HZ = 20.0


def filtros(senal: Senal) -> Filtros:
    """Banco de filtros de `senal` (mono a `HERCIOS`); sin cuadros si dura menos de 25 ms."""
    if len(senal) < _LARGO:
        return np.zeros((0, BANDAS), dtype=np.float32)
    cuadros = np.lib.stride_tricks.sliding_window_view(senal, _LARGO)[::_PASO]
    cuadros = cuadros - cuadros.mean(axis=1, keepdims=True)
    previo = np.concatenate([cuadros[:, :1], cuadros[:, :-1]], axis=1)
    espectro = rfft((cuadros - _PREENFASIS * previo) * _ventana(), n=_PUNTOS, axis=1)
    potencia = np.square(espectro.real) + np.square(espectro.imag)
    energia = (_bandas() @ potencia[:, : _PUNTOS // 2].T).T
    return np.asarray(np.log(np.maximum(energia, np.finfo(np.float32).eps)), dtype=np.float32)


@lru_cache(maxsize=1)
def _ventana() -> NDArray[np.float32]:
    fase = 2 * np.pi * np.arange(_LARGO) / (_LARGO - 1)
    return np.asarray((0.5 - 0.5 * np.cos(fase)) ** 0.85, dtype=np.float32)


@lru_cache(maxsize=1)
def _bandas() -> sparse.csr_array:
    """(bandas, puntos): triángulos iguales en escala mel.

    Ralos porque casi todo es cero y porque así no entra la biblioteca de álgebra, cuyos hilos se quedan
    girando después de cada producto pequeño y le quitan el procesador a las redes
    (docs/decisiones/diarizacion.md).
    """
    orillas = np.linspace(_mel(_DESDE_HZ), _mel(HERCIOS / 2), BANDAS + 2)
    puntos = _mel(np.arange(_PUNTOS // 2) * HERCIOS / _PUNTOS)[:, None]
    sube = (puntos - orillas[:-2]) / (orillas[1:-1] - orillas[:-2])
    baja = (orillas[2:] - puntos) / (orillas[2:] - orillas[1:-1])
    return sparse.csr_array(np.maximum(0.0, np.minimum(sube, baja)).T.astype(np.float32))


def _mel(hercios: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(hercios) / 700.0), dtype=np.float64)
