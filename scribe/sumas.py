"""Sumas sha256 de archivos, recordadas mientras el archivo no cambie.

Comprobar más de un gigabyte en cada arranque costaría segundos. La suma se recuerda junto con el
tamaño y las marcas de tiempo del archivo (mtime y ctime, en nanosegundos): si algo cambió, se vuelve
a calcular. El recuerdo solo ahorra tiempo; la comparación con el manifiesto se hace siempre.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

_TROZO = 4 << 20
_RECIENTE_S = 0.05

Huella = list[int]
"""Tamaño, mtime y ctime."""


def sha256_de(archivo: Path, al_leer: Callable[[int], None] | None = None) -> str:
    """Suma sha256 en hexadecimal; `al_leer` recibe los bytes de cada trozo leído."""
    suma = hashlib.sha256()
    with archivo.open("rb") as entrada:
        while trozo := entrada.read(_TROZO):
            suma.update(trozo)
            if al_leer:
                al_leer(len(trozo))
    return suma.hexdigest()


class Sumas:
    """Memoria de sumas en uno o más archivos JSON: se leen todos y se escribe en el primero posible."""

    def __init__(self, memorias: Iterable[Path], *, leer: bool = True) -> None:
        self._memorias = tuple(memorias)
        self._sumas: dict[str, tuple[Huella, str]] = {}
        for memoria in reversed(self._memorias) if leer else ():
            self._sumas.update(_leer(memoria))

    def de(self, archivo: Path, al_leer: Callable[[int], None] | None = None) -> str:
        """La suma del archivo, calculada o recordada. Lanza `OSError` si no se puede leer."""
        clave = str(archivo.resolve())
        huella = _huella(archivo)
        recordada = self._sumas.get(clave)
        if recordada is not None and recordada[0] == huella:
            return recordada[1]
        if time.time() - huella[2] / 1e9 < _RECIENTE_S:
            # Un cambio dentro del mismo pulso del reloj del sistema de archivos no movería sus marcas.
            time.sleep(_RECIENTE_S)
            huella = _huella(archivo)
        suma = sha256_de(archivo, al_leer)
        if _huella(archivo) == huella:
            self._sumas[clave] = (huella, suma)
            self._guardar()
        return suma

    def _guardar(self) -> None:
        for memoria in self._memorias:
            with suppress(OSError):
                _escribir(memoria, {**_leer(memoria), **self._sumas})
                return


def _huella(archivo: Path) -> Huella:
    estado = archivo.stat()
    return [estado.st_size, estado.st_mtime_ns, estado.st_ctime_ns]


def _leer(memoria: Path) -> dict[str, tuple[Huella, str]]:
    try:
        datos = json.loads(memoria.read_text("utf-8"))
        return {str(k): ([int(n) for n in huella], str(suma)) for k, (huella, suma) in datos.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _escribir(memoria: Path, sumas: dict[str, tuple[Huella, str]]) -> None:
    memoria.parent.mkdir(parents=True, exist_ok=True)
    temporal = memoria.with_name(f"{memoria.name}.{os.getpid()}")
    try:
        temporal.write_text(json.dumps(sumas, indent=0), "utf-8")
        temporal.chmod(0o644)
        temporal.replace(memoria)
    finally:
        temporal.unlink(missing_ok=True)
