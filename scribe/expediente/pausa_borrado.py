"""Mientras se respalda no se borra ningún archivo: lo que la base dice en su foto sigue ahí al copiarlo.

El respaldo toma el cerrojo entero; quien borra lo comparte con los demás que borran y, si hay un respaldo
en curso, no espera: lo deja para el siguiente barrido. El sistema lo suelta solo si el proceso muere.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CERROJO = "respaldo.cerrojo"


@contextmanager
def sin_borrar(archivos: Path) -> Iterator[None]:
    """Mientras dura el bloque, nadie borra dentro de `archivos` («datos»/archivos). Espera a quien borre."""
    with _abierto(archivos) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def borrando(archivos: Path) -> Iterator[bool]:
    """Dice si se puede borrar ahora; si sí, ningún respaldo empieza mientras dura el bloque."""
    with _abierto(archivos) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def _abierto(archivos: Path) -> Iterator[int]:
    archivos.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(archivos / _CERROJO, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
