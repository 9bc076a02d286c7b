"""De una grabación por persona a una por consulta, como la oiría el único micrófono del consultorio."""

from __future__ import annotations

import hashlib
import os
import tempfile
import wave
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from evaluacion.conjunto import ConjuntoInvalido
from scribe.consulta import HERCIOS

_VERSION = "1"
_BLOQUE = 10 * HERCIOS
_Trozo = NDArray[np.int16]


def mezclar(pistas: Sequence[Path], carpeta: Path, nombre: str) -> Path:
    """El promedio de las pistas, mono a 16 kHz, en `carpeta`; si ya está hecha no se repite.

    Las pistas empiezan a la vez; la más corta se completa con silencio. Se lee por trozos de 10 s. El
    archivo lleva en el nombre la huella de las pistas (nombre, tamaño y fecha) y se escribe aparte y se
    renombra. Lanza `ConjuntoInvalido` si una no se puede decodificar o no hay dónde escribir.
    """
    destino = carpeta / f"{nombre}.{_huella(pistas)}.wav"
    if destino.is_file():
        return destino
    try:
        carpeta.mkdir(parents=True, exist_ok=True)
        descriptor, ruta = tempfile.mkstemp(dir=carpeta, prefix=f".{nombre}.", suffix=".wav")
    except OSError as causa:
        raise ConjuntoInvalido(
            f"No se puede escribir la mezcla en {carpeta} ({causa.strerror}).",
            "Indique otra carpeta con SCRIBE_CACHE.",
        ) from None
    temporal = Path(ruta)
    try:
        with os.fdopen(descriptor, "wb") as bruto, wave.open(bruto, "wb") as salida:
            salida.setnchannels(1)
            salida.setsampwidth(2)
            salida.setframerate(HERCIOS)
            vacio = np.zeros(0, np.int16)
            for trozos in zip_longest(*(_trozos(p) for p in pistas), fillvalue=vacio):
                salida.writeframes(_promedio(trozos).tobytes())
        temporal.replace(destino)
    finally:
        temporal.unlink(missing_ok=True)
    return destino


def _promedio(trozos: Sequence[_Trozo]) -> _Trozo:
    suma = np.zeros(max(len(t) for t in trozos), np.int32)
    for trozo in trozos:
        suma[: len(trozo)] += trozo
    return (suma // len(trozos)).astype("<i2")


def _trozos(pista: Path) -> Iterator[_Trozo]:
    """El sonido a 16 kHz mono en trozos de largo fijo (el último, el que quede)."""
    resto = np.zeros(0, np.int16)
    for muestras in _muestras(pista):
        resto = np.concatenate([resto, muestras])
        while len(resto) >= _BLOQUE:
            yield resto[:_BLOQUE]
            resto = resto[_BLOQUE:]
    if len(resto):
        yield resto


def _muestras(pista: Path) -> Iterator[_Trozo]:
    convertidor = AudioResampler(format="s16", layout="mono", rate=HERCIOS)
    try:
        with av.open(str(pista), mode="r", metadata_errors="ignore") as contenedor:
            for cuadro in contenedor.decode(audio=0):
                yield from (_enteros(c) for c in convertidor.resample(cuadro))
            yield from (_enteros(c) for c in convertidor.resample(None))
    except (av.error.FFmpegError, IndexError, ValueError):
        raise ConjuntoInvalido(f"{pista} no se pudo decodificar.", "Cópielo otra vez.") from None


def _enteros(cuadro: AudioFrame) -> _Trozo:
    return np.asarray(cuadro.to_ndarray(), np.int16).reshape(-1)


def _huella(pistas: Sequence[Path]) -> str:
    suma = hashlib.sha256(_VERSION.encode())
    for pista in pistas:
        estado = pista.stat()
        suma.update(f"\0{pista.name}\0{estado.st_size}\0{estado.st_mtime_ns}".encode())
    return suma.hexdigest()[:12]
