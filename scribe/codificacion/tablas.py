"""Las tablas de `datos/`: un registro por renglón y sus campos separados por tabuladores."""

from __future__ import annotations

from importlib import resources


def filas(nombre: str) -> list[list[str]]:
    """Los renglones de una tabla, sin los vacíos ni los comentarios (#)."""
    texto = resources.files("scribe.codificacion").joinpath(f"datos/{nombre}").read_text("utf-8")
    return [x.split("\t") for x in texto.splitlines() if x.strip() and not x.startswith("#")]


def palabras(nombre: str) -> frozenset[str]:
    """Las palabras de una lista, separadas por espacios o renglones."""
    return frozenset(palabra for fila in filas(nombre) for palabra in fila[0].split())
