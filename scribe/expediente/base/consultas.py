"""Las consultas con nombre: viven en `consultas/*.sql`, cada una bajo una línea `-- nombre: …`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_ROTULO = re.compile(r"^-- nombre: ([a-z0-9_.]+)[ \t]*$", re.M)


@cache
def _todas() -> dict[str, bytes]:
    salida: dict[str, bytes] = {}
    for archivo in files("scribe.expediente.base").joinpath("consultas").iterdir():
        if not archivo.name.endswith(".sql"):
            continue
        partes = _ROTULO.split(archivo.read_text(encoding="utf-8"))[1:]
        for nombre, texto in zip(partes[::2], partes[1::2], strict=True):
            if nombre in salida:
                raise ValueError(f"Hay dos consultas con el nombre {nombre}.")
            salida[nombre] = texto.strip().encode()
    return salida


def consulta(nombre: str) -> bytes:
    """El SQL de una consulta (con marcas `%(x)s`). `KeyError` si no existe."""
    return _todas()[nombre]


def nombres() -> frozenset[str]:
    """Todas las que hay."""
    return frozenset(_todas())
