"""Patrones de lengua guardados como datos: quien sabe cómo se habla los cambia sin tocar código.

Cada archivo TOML trae un patrón por nombre: una expresión regular o una lista de ellas, de las que basta una.
`[piezas]` son pedazos, escritos igual, que los demás citan: «{{vocativo}}». Los nombres de una tabla llevan
su tabla delante (`cual.primera`). Los patrones se leen casi siempre contra texto en llano: minúsculas, sin
acentos. Donde un patrón es un campo más de un registro, quien lee los registros lo arma con `compilar`.
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
    datos = tomllib.loads((files(paquete) / "datos" / f"{archivo}.toml").read_text("utf-8"))
    piezas: dict[str, Forma] = datos.pop("piezas", {})
    lugar = f"{paquete}, {archivo}.toml"
    return {nombre: compilar(forma, piezas, f"{lugar}: «{nombre}»") for nombre, forma in _llanos(datos)}


def compilar(forma: Forma, piezas: Mapping[str, Forma], lugar: str) -> re.Pattern[str]:
    """Un patrón con sus piezas puestas; `lugar` es de dónde salió, para el error. Lanza `ValueError`."""
    try:
        return re.compile(_armar(forma, piezas))
    except (re.error, KeyError) as causa:
        raise ValueError(f"{lugar} no es un patrón válido ({causa})") from causa


def _llanos(datos: Mapping[str, Any], antes: str = "") -> Iterator[tuple[str, Forma]]:
    for nombre, valor in datos.items():
        if isinstance(valor, dict):
            yield from _llanos(valor, f"{antes}{nombre}.")
        else:
            yield f"{antes}{nombre}", valor


def _armar(forma: Forma, piezas: Mapping[str, Forma]) -> str:
    """El texto del patrón, con sus piezas puestas; una pieza puede citar a otra."""
    texto = _unir(forma)
    while cita := _CITA.search(texto):
        texto = f"{texto[: cita.start()]}(?:{_unir(piezas[cita[1]])}){texto[cita.end() :]}"
    return texto


def _unir(forma: Forma) -> str:
    return forma if isinstance(forma, str) else "|".join(f"(?:{x})" for x in forma)
