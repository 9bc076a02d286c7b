"""Lo que hay que tener antes de servir: la carpeta para uno solo, sitio en el disco y el puerto."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from scribe.errores import AjusteInvalido, SalidaInvalida

ESPACIO_MINIMO = 256 << 20
"""Bytes libres sin los que PostgreSQL no puede nacer ni confirmar: menos que esto no es arrancar."""


@contextlib.contextmanager
def un_solo_servidor(datos: Path) -> Iterator[None]:
    """Sostiene el cerrojo de la carpeta de datos. Lanza `YaHayServidor` si lo tiene otro proceso.

    Es del sistema: se suelta solo si el proceso muere, como sea que muera.
    """
    from scribe.web.errores import YaHayServidor

    descriptor = _abrir_cerrojo(datos)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise YaHayServidor(
            "Ya hay un servidor en marcha con esta carpeta de datos.", "Use ese, o párelo antes."
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def hay_servidor(datos: Path) -> bool:
    """Si otro proceso sirve ahora mismo esa carpeta de datos."""
    if not (datos / "servidor.cerrojo").exists():
        return False
    descriptor = _abrir_cerrojo(datos)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def exigir_sitio(datos: Path) -> None:
    """Lanza `SalidaInvalida` si en el disco no cabe ni lo indispensable para arrancar."""
    libres = shutil.disk_usage(datos).free
    if libres < ESPACIO_MINIMO:
        raise SalidaInvalida(
            f"El disco de la carpeta de datos está lleno: quedan {libres >> 20} MiB y hacen falta "
            f"{ESPACIO_MINIMO >> 20}.",
            "No se tocó nada: libere espacio y repita.",
        )


@contextlib.contextmanager
def puerto_tomado(direccion: str, puerto: int) -> Iterator[socket.socket]:
    """El socket atado donde se va a atender. Lanza `AjusteInvalido` si no se puede, antes de abrir nada."""
    familia = socket.AF_INET6 if ":" in direccion else socket.AF_INET
    with socket.socket(familia, socket.SOCK_STREAM) as atado:
        atado.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            atado.bind((direccion, puerto))
        except OSError as causa:
            raise _no_se_puede(direccion, puerto, causa) from None
        yield atado


def _no_se_puede(direccion: str, puerto: int, causa: OSError) -> AjusteInvalido:
    if causa.errno == errno.EADDRINUSE:
        return AjusteInvalido(
            f"El puerto {puerto} ya lo usa otro programa.", "Ciérrelo, o dé otro con --puerto."
        )
    if causa.errno in {errno.EACCES, errno.EPERM}:
        return AjusteInvalido(
            f"El sistema no deja atender en el puerto {puerto}.", "Dé uno de 1024 o más con --puerto."
        )
    return AjusteInvalido(
        f"No se puede escuchar en «{direccion}»: no es una dirección de este equipo.",
        "Dé la suya con --escucha, o 0.0.0.0 para todas.",
    )


def _abrir_cerrojo(datos: Path) -> int:
    return os.open(datos / "servidor.cerrojo", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
