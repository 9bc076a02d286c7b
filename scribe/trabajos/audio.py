"""Las grabaciones en reposo: cifradas por tramos, cada una con su clave, en archivos de nombre opaco.

Para procesarlas hace falta un archivo común: se descifra en memoria (memfd), que desaparece con el
proceso aunque lo maten; nunca queda sonido en claro en el disco. Una grabación enorme que no cabe en
memoria va a un archivo sin nombre (O_TMPFILE) en la misma carpeta.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from scribe.expediente.cifrado import Clave
from scribe.expediente.cifrado_audio import EscritorCifrado, LectorCifrado, descifrar_flujo

EN_MEMORIA = 1 << 30
"""Hasta 1 GiB se descifra en memoria: cuatro horas de wav mono a 16 kHz son 460 MB."""


class DaClaves(Protocol):
    """Da la clave de datos de un dueño; lo cumple `CifradorDeExpediente`."""

    def clave(self, contexto: str, *, crear: bool = True) -> Clave:
        """La clave de quien nombra el contexto antes de la barra."""
        ...


class AlmacenAudio:
    """La carpeta de audio cifrado: `«datos»/archivos/audio`."""

    def __init__(self, datos: Path, claves: DaClaves) -> None:
        """Crea la carpeta (0700) si falta."""
        self.carpeta = datos / "archivos" / "audio"  # donde lo deja también una restauración
        self.carpeta.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._claves = claves

    def ruta(self, ubicacion: str) -> Path:
        """Dónde está una grabación. Lanza `ValueError` si el nombre no es uno de los nuestros."""
        return self.carpeta / f"{UUID(ubicacion).hex}.cifrado"

    def clave(self, grabacion: UUID, *, crear: bool = False) -> Clave:
        """La clave de datos de esa grabación."""
        return self._claves.clave(contexto(grabacion, "audio"), crear=crear)

    def escribir(self, grabacion: UUID, destino: BinaryIO) -> EscritorCifrado:
        """Un archivo donde escribir el sonido de esa grabación."""
        return EscritorCifrado(destino, self.clave(grabacion, crear=True), contexto(grabacion, "audio"))

    @contextlib.contextmanager
    def leer(self, grabacion: UUID) -> Iterator[LectorCifrado]:
        """El sonido en claro, con saltos (para oírlo). `FileNotFoundError`, `CifradoInvalido`."""
        with self.ruta(grabacion.hex).open("rb") as cifrado:
            yield LectorCifrado(cifrado, self.clave(grabacion), contexto(grabacion, "audio"))

    @contextlib.contextmanager
    def en_claro(self, grabacion: UUID) -> Iterator[Path]:
        """Una ruta donde leer el sonido en claro mientras dura el bloque."""
        origen = self.ruta(grabacion.hex)
        with origen.open("rb") as cifrado, os.fdopen(self._anonimo(origen.stat().st_size), "w+b") as claro:
            descifrar_flujo(cifrado, claro, self.clave(grabacion), contexto(grabacion, "audio"))
            claro.flush()
            yield Path(f"/proc/self/fd/{claro.fileno()}")

    def borrar(self, grabacion: UUID) -> None:
        """Quita el archivo (la destrucción de su clave es cosa de la conservación)."""
        self.ruta(grabacion.hex).unlink(missing_ok=True)

    def _anonimo(self, octetos: int) -> int:
        if octetos <= EN_MEMORIA:
            return os.memfd_create("scribe-audio")
        return os.open(self.carpeta, os.O_TMPFILE | os.O_RDWR, 0o600)


def contexto(grabacion: UUID, que: str) -> str:
    """A qué queda atado lo cifrado de una grabación."""
    return f"grabacion:{grabacion}|{que}:{grabacion}"


def a_disco(archivo: BinaryIO) -> None:
    """Que lo escrito esté de verdad en el disco."""
    archivo.flush()
    os.fsync(archivo.fileno())


def carpeta_a_disco(carpeta: Path) -> None:
    """Que los nombres de esa carpeta (lo renombrado) estén de verdad en el disco."""
    descriptor = os.open(carpeta, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
