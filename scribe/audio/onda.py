"""La forma de una grabación para dibujarla: un pico por tramo, leyendo por partes y sin guardar sonido."""

from __future__ import annotations

from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame

from scribe.audio.decodificador import abrir
from scribe.errores import AudioInvalido

_HERCIOS = 2000
"""A lo que se baja para medir: sobra para ver dónde hay voz y cuesta poco."""


def picos(archivo: BinaryIO, cuantos: int) -> tuple[float, list[int]]:
    """(duración en segundos, `cuantos` picos de 0 a 255 relativos al mayor).

    De una grabación rota se dibuja hasta donde se lee. Lanza `AudioInvalido` si no es audio.
    """
    tramos: list[int] = []
    sobra = np.zeros(0, dtype=np.float32)
    total = 0
    with abrir(archivo) as contenedor:
        pista = next(iter(contenedor.streams.audio), None)
        if pista is None:
            raise AudioInvalido("El archivo no trae sonido.", "Use otra grabación.")
        bajar = av.AudioResampler(format="flt", layout="mono", rate=_HERCIOS)
        try:
            for cuadro in contenedor.decode(pista):
                for parte in bajar.resample(cuadro):
                    bloque = np.concatenate([sobra, _muestras(parte)])
                    total += parte.samples
                    lleno = bloque.size - bloque.size % (_HERCIOS // 10)
                    if lleno:
                        decimas = np.abs(bloque[:lleno]).reshape(-1, _HERCIOS // 10).max(axis=1)
                        tramos += (np.minimum(decimas, 1.0) * 65535).astype(int).tolist()
                    sobra = bloque[lleno:]
        except (av.error.FFmpegError, EOFError):
            pass  # hasta donde se lee
    if not total:
        raise AudioInvalido("La grabación no trae sonido que se pueda leer.", "Vuelva a copiarla.")
    return total / _HERCIOS, _resumir(tramos or [0], cuantos)


def _muestras(parte: AudioFrame) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return parte.to_ndarray().reshape(-1).astype(np.float32)


def _resumir(decimas: list[int], cuantos: int) -> list[int]:
    """El mayor de cada tramo, de 0 a 255."""
    valores = np.asarray(decimas)
    cortes = np.linspace(0, valores.size, min(cuantos, valores.size) + 1).astype(int)
    mayores = np.maximum.reduceat(valores, cortes[:-1])
    return [int(v) for v in np.round(255 * mayores / max(int(mayores.max()), 1))]
