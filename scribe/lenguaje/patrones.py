"""Patrones de lengua guardados como datos: quien sabe cómo se habla los cambia sin tocar código.

Cada archivo TOML trae un patrón por nombre: una expresión regular o una lista de ellas, de las que basta una.
`[piezas]` son pedazos, escritos igual, que los demás citan: «{{vocativo}}». Los nombres de una tabla llevan
su tabla delante (`cual.primera`). Los patrones se leen casi siempre contra texto en llano: minúsculas, sin
acentos. Donde el patrón es un campo más de un registro (`[[regla]]`), se lee con `registros`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Forma = str | list[str]
_CITA = re.compile(r"\{\{(\w+)\}\}")


@cache
def patrones(paquete: str, archivo: str) -> Mapping[str, re.Pattern[str]]:
    """Los patrones de `datos/<archivo>.toml` de un paquete, ya compilados, por su nombre.

    Lanza `ValueError`, diciendo el archivo y el nombre, si uno no es una expresión regular o cita una pieza
    que no está.
    """
    datos, piezas = _leer(paquete, archivo)
    lugar = f"{paquete}, {archivo}.toml"
    return {nombre: _compilar(forma, piezas, f"{lugar}: «{nombre}»") for nombre, forma in _llanos(datos)}


def registros(paquete: str, archivo: str, cuales: str, *campos: str) -> list[dict[str, Any]]:
    """Los registros `[[cuales]]` de `datos/<archivo>.toml`, en orden, y los `campos` que traigan, compilados.

    Lanza `ValueError`, como `patrones`.
    """
    datos, piezas = _leer(paquete, archivo)
    lugar = f"{paquete}, {archivo}.toml: «{cuales}»"
    hechos: list[dict[str, Any]] = datos[cuales]
    for n, registro in enumerate(hechos, 1):
        for campo in campos:
            if campo in registro:
                registro[campo] = _compilar(registro[campo], piezas, f"{lugar} {n}, {campo},")
    return hechos


def _leer(paquete: str, archivo: str) -> tuple[dict[str, Any], dict[str, Forma]]:
    datos = tomllib.loads((files(paquete) / "datos" / f"{archivo}.toml").read_text("utf-8"))
    return datos, datos.pop("piezas", {})


def _compilar(forma: Forma, piezas: Mapping[str, Forma], lugar: str) -> re.Pattern[str]:
    try:
        return re.compile(_armar(forma, piezas))
    except (re.error, KeyError) as causa:
        raise ValueError(f"{lugar} no es un patrón válido ({causa})") from causa


def _llanos(datos: Mapping[str, Any], antes: str = "") -> Iterator[tuple[str, Forma]]:
    for nombre, valor in datos.items():
        if isinstance(valor, dict):
            yield from _llanos(valor, f"{antes}{nombre}.")
        elif not any(isinstance(x, dict) for x in valor):
            yield f"{antes}{nombre}", valor


def _armar(forma: Forma, piezas: Mapping[str, Forma]) -> str:
    """El texto del patrón, con sus piezas puestas; una pieza puede citar a otra."""
    texto = _unir(forma)
    while cita := _CITA.search(texto):
        texto = f"{texto[: cita.start()]}(?:{_unir(piezas[cita[1]])}){texto[cita.end() :]}"
    return texto


def _unir(forma: Forma) -> str:
    return forma if isinstance(forma, str) else "|".join(f"(?:{x})" for x in forma)
