"""Escribir la salida de una consulta sin dejar nunca nada a medias.

Todo se escribe y se fuerza a disco en una carpeta temporal hermana; al final se renombra. La temporal
lleva un cerrojo del sistema: si el proceso muere, la siguiente corrida sabe que quedó huérfana y la
retira. Los archivos nacen 0600 y las carpetas 0700 porque son datos de salud.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from scribe.errores import SalidaInvalida

_PREFIJO = ".scribe-parcial-"
_ESPACIO_MINIMO = 16 * 2**20  # bytes: una consulta de 4 h con todas sus palabras ocupa menos
_OTRA = "Elija otra carpeta con --salida."
_REMEDIOS = {
    errno.ENOSPC: ("No queda espacio en el disco para la salida.", "Libere espacio o elija otra carpeta."),
    errno.EDQUOT: ("Se agotó la cuota de disco para la salida.", "Libere espacio o elija otra carpeta."),
    errno.EFBIG: ("El sistema no deja escribir archivos de este tamaño.", _OTRA),
    errno.EROFS: ("La carpeta de salida es de solo lectura.", _OTRA),
    errno.EACCES: ("No hay permiso para escribir en la carpeta de salida.", _OTRA),
    errno.EPERM: ("No hay permiso para escribir en la carpeta de salida.", _OTRA),
    errno.ENAMETOOLONG: ("El nombre de la carpeta de salida es demasiado largo.", "Use uno más corto."),
}  # fmt: skip


@contextlib.contextmanager
def _explicado() -> Iterator[None]:
    """Vuelve `SalidaInvalida`, de una línea y con remedio, cualquier fallo del sistema de archivos."""
    try:
        yield
    except OSError as causa:
        mensaje, remedio = _REMEDIOS.get(
            causa.errno or 0,
            (f"No se pudo escribir la salida ({causa.strerror or type(causa).__name__}).", _OTRA),
        )
        raise SalidaInvalida(mensaje, remedio) from causa


def _ancestro(destino: Path) -> Path:
    """La carpeta que ya existe y donde habría que crear o escribir `destino`."""
    for carpeta in (destino, *destino.parents):
        if carpeta.is_dir():
            return carpeta
        if carpeta.exists() or carpeta.is_symlink():
            raise SalidaInvalida("La salida no es una carpeta: ya hay un archivo con ese nombre.", _OTRA)
    raise SalidaInvalida("La carpeta de salida no existe ni se puede crear.", _OTRA)


def comprobar_destino(destino: Path, nombres: tuple[str, ...] = ()) -> None:
    """Comprueba, antes de trabajar, que en `destino` se podrá escribir; no deja rastro.

    `nombres` son los archivos que se escribirán: ninguno puede ser ya una carpeta. Lanza
    `SalidaInvalida` con una línea que dice qué pasa y cómo remediarlo.
    """
    with _explicado():
        destino = destino.resolve()
        base = _ancestro(destino)
        prueba = base / f".scribe-prueba-{secrets.token_hex(8)}"
        prueba.mkdir(mode=0o700)
        try:
            _escribir(prueba / "prueba", b"prueba")
        finally:
            shutil.rmtree(prueba, ignore_errors=True)
        if shutil.disk_usage(base).free < _ESPACIO_MINIMO:
            raise SalidaInvalida(*_REMEDIOS[errno.ENOSPC])
        for nombre in nombres:
            if (destino / nombre).is_dir():
                raise SalidaInvalida(f"En la carpeta de salida, «{nombre}» es una carpeta.", _OTRA)


def _escribir(ruta: Path, contenido: bytes) -> None:
    """Crea el archivo 0600 con todo su contenido ya en disco."""
    descriptor = os.open(ruta, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as archivo:
        archivo.write(contenido)
        archivo.flush()
        os.fsync(archivo.fileno())


def _asentar(carpeta: Path) -> None:
    """Fuerza a disco los nombres de una carpeta (algunos sistemas de archivos no lo admiten)."""
    descriptor = os.open(carpeta, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _retirar_huerfanas(base: Path) -> None:
    """Borra las temporales de procesos que murieron: las que nadie tiene con cerrojo."""
    for vieja in base.glob(f"{_PREFIJO}*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(vieja, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(vieja, ignore_errors=True)
            finally:
                os.close(descriptor)


@contextlib.contextmanager
def _temporal(base: Path) -> Iterator[Path]:
    """Carpeta temporal 0700 dentro de `base`, con cerrojo mientras vive este proceso."""
    _retirar_huerfanas(base)
    carpeta = base / f"{_PREFIJO}{secrets.token_hex(8)}"
    carpeta.mkdir(mode=0o700)
    descriptor = os.open(carpeta, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        carpeta.mkdir(mode=0o700, exist_ok=True)  # otra corrida pudo tomarla por huérfana antes del cerrojo
        yield carpeta
    finally:
        os.close(descriptor)
        shutil.rmtree(carpeta, ignore_errors=True)


def escribir_todo(destino: Path, archivos: Mapping[str, str]) -> dict[str, Path]:
    """Escribe los archivos de texto (nombre → contenido, en UTF-8) en `destino`, completos o nada.

    Si `destino` no existe aparece de una vez, ya lleno. Si existe, cada archivo se reemplaza entero en
    el orden dado (el último sirve de señal de corrida terminada) y los ajenos no se tocan. Devuelve la
    ruta de cada archivo. Lanza `SalidaInvalida`.
    """
    destino = destino.resolve()
    comprobar_destino(destino, tuple(archivos))
    with _explicado():
        destino.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        existe = destino.is_dir()
        with _temporal(destino if existe else destino.parent) as temporal:
            lleno = temporal / "lleno"
            lleno.mkdir(mode=0o700)
            for nombre, contenido in archivos.items():
                _escribir(lleno / nombre, contenido.encode("utf-8"))
            _asentar(lleno)
            if not existe:
                lleno.rename(destino)
                _asentar(destino.parent)
            else:
                for nombre in archivos:
                    (lleno / nombre).replace(destino / nombre)
                _asentar(destino)
    return {nombre: destino / nombre for nombre in archivos}
