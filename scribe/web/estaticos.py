"""Estilos, módulos y bibliotecas del navegador: se leen al arrancar y se sirven con su huella en la URL.

La huella es de todo el conjunto: `/estaticos/<huella>/js/api.js`. Así un módulo importa a otro por su ruta
relativa (`./api.js`) y todo lo que se sirve con esa huella puede quedarse para siempre en la caché del
navegador: si cambia un archivo, cambia la huella de todos.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

TIPOS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "wasm": "application/wasm",
}
PROPIOS = ("css", "js")
PRESTADOS = {"css/tokens.css": ("scribe.salida", "plantillas/tokens.css")}
"""Lo que se comparte con otro cuarto, o trae un paquete de Python: ruta servida → (paquete, archivo)."""


class Estatico(NamedTuple):
    """Un archivo que se sirve."""

    octetos: bytes
    tipo: str


@cache
def todos() -> dict[str, Estatico]:
    """Cada archivo por su ruta (`js/api.js`). Están en memoria: ninguna URL llega a una ruta del disco."""
    return {ruta: Estatico(octetos, TIPOS[ruta.rpartition(".")[2]]) for ruta, octetos in _leidos()}


@cache
def huella() -> str:
    """Doce cifras hexadecimales que cambian si cambia cualquier archivo."""
    suma = hashlib.sha256()
    for ruta, archivo in sorted(todos().items()):
        suma.update(ruta.encode() + b"\0" + hashlib.sha256(archivo.octetos).digest())
    return suma.hexdigest()[:12]


def url(ruta: str) -> str:
    """La URL de un archivo. Lanza `KeyError` si no existe: una plantilla no puede nombrar lo que no hay."""
    if ruta not in todos():
        raise KeyError(ruta)
    return f"/estaticos/{huella()}/{ruta}"


def _leidos() -> Iterator[tuple[str, bytes]]:
    raiz = files("scribe.web").joinpath("estaticos")
    for carpeta in PROPIOS:
        for archivo in sorted(raiz.joinpath(carpeta).iterdir(), key=lambda a: a.name):
            if archivo.name.rpartition(".")[2] in TIPOS:
                yield f"{carpeta}/{archivo.name}", archivo.read_bytes()
    for ruta, (paquete, donde) in PRESTADOS.items():
        yield ruta, files(paquete).joinpath(*donde.split("/")).read_bytes()
