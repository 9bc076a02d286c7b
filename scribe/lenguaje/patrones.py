"""Patrones de lengua guardados como datos: quien sabe cómo se habla los cambia sin tocar código.

Cada archivo TOML trae un patrón por nombre: una expresión regular o una lista de ellas, de las que basta una.
`[piezas]` son pedazos que los demás citan: «{{vocativo}}». Los nombres de una tabla llevan su tabla delante
(`cual.primera`). Los patrones se leen casi siempre contra texto en llano: minúsculas, sin acentos.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_CITA = re.compile(r"\{\{(\w+)\}\}")


@cache
def patrones(paquete: str, archivo: str) -> Mapping[str, re.Pattern[str]]:
    """Los patrones de `datos/<archivo>.toml` de un paquete, ya compilados, por su nombre.

    Lanza `ValueError`, diciendo el archivo y el nombre, si uno no es una expresión regular o cita una pieza
    que no está.
    """
    datos = tomllib.loads((files(paquete) / "datos" / f"{archivo}.toml").read_text("utf-8"))
    piezas: dict[str, str] = datos.pop("piezas", {})
    compilados = {}
    for nombre, forma in _llanos(datos):
        try:
            compilados[nombre] = re.compile(_armar(forma, piezas))
        except (re.error, KeyError) as causa:
            lugar = f"{paquete}, {archivo}.toml: «{nombre}»"
            raise ValueError(f"{lugar} no es un patrón válido ({causa})") from causa
    return compilados


def _llanos(datos: Mapping[str, Any], antes: str = "") -> Iterator[tuple[str, str | list[str]]]:
    for nombre, valor in datos.items():
        if isinstance(valor, dict):
            yield from _llanos(valor, f"{antes}{nombre}.")
        else:
            yield f"{antes}{nombre}", valor


def _armar(forma: str | list[str], piezas: Mapping[str, str]) -> str:
    """El texto del patrón, con sus piezas puestas; una pieza puede citar a otra."""
    texto = forma if isinstance(forma, str) else "|".join(f"(?:{x})" for x in forma)
    while cita := _CITA.search(texto):
        texto = f"{texto[: cita.start()]}(?:{piezas[cita[1]]}){texto[cita.end() :]}"
    return texto
