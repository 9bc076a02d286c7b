"""PyAV por trozos: el sonido del archivo a 16 kHz, sin tener nunca dos copias en memoria."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from scribe.consulta import HERCIOS, Senal
from scribe.errores import AudioInvalido
from scribe.progreso import Avance

FORMATOS = (
    "wav,w64,aiff,au,caf,mp3,aac,ogg,flac,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,amr,"
    "asf,avi,flv,mpegts,mpeg,wv,ape"
)
"""Contenedores que se reconocen por su contenido. Quedan fuera los que FFmpeg adivina por la
extensión (un texto llamado .g722 sonaría a ruido) y las listas de reproducción, que abren otros
archivos o direcciones de red."""

_PASO = 300 * HERCIOS
"""Muestras que crece el arreglo cada vez: 5 min, 19 MB por canal."""


@dataclass(frozen=True, slots=True)
class Decodificado:
    """Uno o dos canales a `HERCIOS`, del mismo largo, y lo que el archivo decía de sí mismo.

    `declarada_s` es la duración del encabezado, si la trae; `errores`, los paquetes ilegibles;
    `cortado`, si el contenedor terminó a media lectura.
    """

    canales: tuple[Senal, ...]
    hercios_origen: int
    declarada_s: float | None
    errores: int
    cortado: bool
    contenedor: str


class _Banda:
    """Un canal que crece en su sitio."""

    def __init__(self) -> None:
        self.datos = np.empty(_PASO, np.float32)
        self.largo = 0

    def agregar(self, trozo: Senal) -> None:
        fin = self.largo + len(trozo)
        if fin > len(self.datos):
            # resize llama a realloc: para bloques grandes el sistema remapea páginas y no copia.
            self.datos.resize(fin + _PASO, refcheck=False)
        self.datos[self.largo : fin] = trozo
        self.largo = fin

    def cerrar(self) -> Senal:
        self.datos.resize(self.largo, refcheck=False)
        return self.datos


class _Anonimo:
    """El archivo sin su nombre, para que FFmpeg decida solo por el contenido."""

    def __init__(self, archivo: BinaryIO) -> None:
        self.read, self.seek, self.tell = archivo.read, archivo.seek, archivo.tell


def decodificar(archivo: BinaryIO, *, duracion_max_s: float, avance: Avance) -> Decodificado:
    """Decodifica la pista de audio principal.

    Lanza `AudioInvalido` si el contenido no es audio, no trae pista de sonido, no se pudo leer ni
    una muestra o pasa de `duracion_max_s` segundos (lo mira antes y mientras decodifica).
    """
    with abrir(archivo) as contenedor:
        pista = contenedor.streams.best("audio")
        if not isinstance(pista, AudioStream):
            raise AudioInvalido("El archivo no trae pista de audio.", "Indique una grabación con sonido.")
        declarada = _declarada(contenedor, pista)
        if declarada is not None:
            _revisar_largo(declarada, duracion_max_s)
        lectura = _Lectura(contenedor, pista, declarada, duracion_max_s)
        bandas = lectura.leer(avance)
        if not bandas[0].largo:
            raise _sin_remedio() if lectura.errores or lectura.cortado else _sin_sonido()
        return Decodificado(
            canales=tuple(banda.cerrar() for banda in bandas),
            hercios_origen=pista.codec_context.sample_rate or HERCIOS,
            declarada_s=declarada,
            errores=lectura.errores,
            cortado=lectura.cortado,
            contenedor=contenedor.format.name,
        )


def abrir(archivo: BinaryIO) -> InputContainer:
    """El contenedor de audio, decidido por su contenido. Lanza `AudioInvalido`."""
    try:
        contenedor = av.open(
            _Anonimo(archivo), mode="r", metadata_errors="ignore", options={"format_whitelist": FORMATOS}
        )
    except (av.error.FFmpegError, ValueError, EOFError):
        raise AudioInvalido(
            "El archivo no es un audio que se pueda leer, o está dañado sin remedio.",
            "Use wav, mp3, m4a, ogg, opus, flac, webm, amr o 3gp, o vuelva a copiarlo.",
        ) from None
    assert isinstance(contenedor, InputContainer)
    return contenedor


class _Lectura:
    """El estado de una decodificación en curso."""

    def __init__(
        self, contenedor: InputContainer, pista: AudioStream, declarada: float | None, maximo_s: float
    ) -> None:
        self.contenedor, self.pista = contenedor, pista
        self.declarada, self.maximo_s = declarada, maximo_s
        self.errores = 0
        self.cortado = False
        self.disposicion = "stereo" if pista.codec_context.channels == 2 else "mono"

    def leer(self, avance: Avance) -> tuple[_Banda, ...]:
        bandas = tuple(_Banda() for _ in range(2 if self.disposicion == "stereo" else 1))
        avisado = 0
        for trozo in self._remuestrear():
            for banda, muestras in zip(bandas, trozo, strict=True):
                banda.agregar(muestras)
            if bandas[0].largo - avisado >= _PASO // 10:
                avisado = bandas[0].largo
                _revisar_largo(avisado / HERCIOS, self.maximo_s)
                if self.declarada:
                    avance(min(0.95, avisado / HERCIOS / self.declarada))
        _revisar_largo(bandas[0].largo / HERCIOS, self.maximo_s)
        return bandas

    def _remuestrear(self) -> Iterator[Senal]:
        """Trozos (canales, muestras) en float32 a `HERCIOS`."""
        conversor = self._conversor()
        for cuadro in self._cuadros():
            try:
                salida = conversor.resample(cuadro)
            except ValueError:  # el formato cambió a media pista (ogg encadenado, vídeo unido)
                yield from self._arreglos(conversor.resample(None))
                conversor = self._conversor()
                salida = conversor.resample(cuadro)
            yield from self._arreglos(salida)
        yield from self._arreglos(conversor.resample(None))

    def _conversor(self) -> AudioResampler:
        return AudioResampler(format="fltp", layout=self.disposicion, rate=HERCIOS)

    @staticmethod
    def _arreglos(cuadros: list[AudioFrame]) -> Iterator[Senal]:
        for cuadro in cuadros:
            yield cuadro.to_ndarray().astype(np.float32, copy=False)

    def _cuadros(self) -> Iterator[AudioFrame]:
        """Los cuadros que se dejan decodificar; cuenta los paquetes ilegibles y sigue."""
        paquetes = self.contenedor.demux(self.pista)
        while True:
            try:
                paquete = next(paquetes)
            except StopIteration:
                return
            except (av.error.FFmpegError, EOFError):
                self.cortado = True
                return
            try:
                for cuadro in paquete.decode():
                    if isinstance(cuadro, AudioFrame):
                        cuadro.pts = None  # los huecos de reloj no deben frenar al remuestreador
                        yield cuadro
            except av.error.EOFError:
                continue
            except (av.error.FFmpegError, ValueError):
                self.errores += 1


def _declarada(contenedor: InputContainer, pista: AudioStream) -> float | None:
    """Segundos según el encabezado: los de la pista o, si no, los del contenedor."""
    if pista.duration and pista.time_base:
        return float(pista.duration * pista.time_base)
    return contenedor.duration / av.time_base if contenedor.duration else None


def _revisar_largo(segundos: float, maximo_s: float) -> None:
    if segundos > maximo_s:
        raise AudioInvalido(
            f"La grabación dura más de lo admitido ({maximo_s / 60:.0f} min).",
            "Divídala o aumente el ajuste duracion_max_s.",
        )


def _sin_remedio() -> AudioInvalido:
    return AudioInvalido(
        "El archivo está dañado y no se pudo leer nada de su sonido.", "Cópielo otra vez o grabe de nuevo."
    )


def _sin_sonido() -> AudioInvalido:
    return AudioInvalido("La grabación dura cero segundos.", "Grabe de nuevo e indique ese archivo.")
