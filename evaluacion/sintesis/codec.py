"""Escribir una señal en el formato con que llegaría de un teléfono o una grabadora (PyAV)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from evaluacion.sintesis.guion import Codec
from scribe.consulta import HERCIOS

_FORMATOS: dict[Codec, tuple[str, str, int, int | None]] = {
    "wav": ("wav", "pcm_s16le", HERCIOS, None),
    "flac": ("flac", "flac", HERCIOS, None),
    "ogg": ("ogg", "libopus", HERCIOS, 24_000),
    "m4a": ("m4a", "aac", HERCIOS, 40_000),
    "mp3": ("mp3", "libmp3lame", HERCIOS, 64_000),
    "telefono": ("wav", "pcm_mulaw", 8_000, None),
    "amr": ("amr", "libopencore_amrnb", 8_000, 12_200),
    "mensaje": ("ogg", "libopus", HERCIOS, 16_000),
}
"""Códec → extensión, codificador, hercios y bits por segundo y canal. `telefono`: µ-law de línea fija;
`amr`: AMR de banda estrecha, de celular; `mensaje`: Opus a 16 kb/s, como un mensaje de voz."""
_REPETIBLE = {"fflags": "+bitexact"}
"""Sin fechas ni números de serie al azar: los mismos sonidos dan los mismos bytes."""


def escribir(canales: NDArray[np.float32], carpeta: Path, nombre: str, codec: Codec) -> Path:
    """Escribe `canales` (1 o 2 filas, 16 kHz) y devuelve el archivo, `nombre` con su extensión.

    La misma señal da los mismos bytes con la misma versión de PyAV. AMR es siempre de un canal.
    """
    if codec == "amr":
        canales = canales.mean(axis=0, keepdims=True)
    extension, codificador, hercios, tasa = _FORMATOS[codec]
    archivo = carpeta / f"{nombre}.{extension}"
    disposicion = "mono" if len(canales) == 1 else "stereo"
    formato = "ipod" if extension == "m4a" else None
    with av.open(str(archivo), "w", format=formato, container_options=_REPETIBLE) as contenedor:
        pista: Any = contenedor.add_stream(codificador, rate=hercios, layout=disposicion)
        if tasa:
            pista.bit_rate = tasa * len(canales)
        remuestra = av.AudioResampler(format=pista.format.name, layout=disposicion, rate=hercios)
        enteros = (np.clip(canales, -1.0, 1.0) * 32767).astype(np.int16)
        trama = np.ascontiguousarray(enteros.T).reshape(1, -1)
        cuadro = av.AudioFrame.from_ndarray(trama, "s16", disposicion)
        cuadro.sample_rate = HERCIOS
        cuadro.pts = 0
        cola = av.AudioFifo()
        for listo in [*remuestra.resample(cuadro), *remuestra.resample(None)]:
            cola.write(listo)
        medida = pista.codec_context.frame_size or 4096
        for bloque in cola.read_many(medida, partial=True):
            contenedor.mux(pista.encode(bloque))
        if (resto := cola.read(0, partial=True)) is not None:
            contenedor.mux(pista.encode(resto))
        contenedor.mux(pista.encode(None))
    return archivo
