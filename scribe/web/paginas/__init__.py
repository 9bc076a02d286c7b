"""Las páginas, un archivo por asunto con sus `rutas`. Se encuentran solas: no hay lista que editar."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from fastapi import APIRouter


def cuartos() -> Iterator[APIRouter]:
    """Las rutas de cada archivo de esta carpeta, por orden alfabético."""
    for modulo in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        yield import_module(f"{__name__}.{modulo.name}").rutas
