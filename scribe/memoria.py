"""Memoria del proceso: no devolver al sistema lo que se va a pedir otra vez enseguida.

Las redes piden y sueltan bloques de decenas de megas en cada paso. De fábrica, la biblioteca de C los toma y
devuelve al sistema cada vez, y en un equipo de dos núcleos borrar esas páginas llegó a ser la mitad del
tiempo de procesador de oír (docs/decisiones/asr.md).
"""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX, _ARENA_MAX = -1, -2, -4, -8
"""Parámetros de `mallopt` (malloc.h de glibc)."""
_SIN_LIMITE = 2**31 - 1
_HOLGURA = 64 * 2**20


def retener() -> bool:
    """Pide que la memoria soltada se quede en el proceso para el siguiente uso; `soltar` la devuelve.

    Devuelve si se pudo: solo con glibc (Linux). Se puede llamar varias veces.
    """
    biblioteca = _glibc()
    if biblioteca is None:
        return False
    pedidos = {_MMAP_MAX: 0, _TRIM_THRESHOLD: _SIN_LIMITE, _ARENA_MAX: 1, _TOP_PAD: _HOLGURA}
    logrados = [biblioteca.mallopt(clave, valor) == 1 for clave, valor in pedidos.items()]
    return all(logrados)


def soltar() -> None:
    """Devuelve al sistema la memoria libre: al cerrar un motor, antes de cargar el siguiente."""
    biblioteca = _glibc()
    if biblioteca is not None:
        biblioteca.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    biblioteca = ctypes.CDLL(None)
    return biblioteca if hasattr(biblioteca, "mallopt") and hasattr(biblioteca, "malloc_trim") else None
