"""Dónde se nombra cada fármaco, recordado para no buscarlo dos veces."""

from __future__ import annotations

import re
from functools import lru_cache

from scribe.lenguaje.farmacos import MencionFarmaco, buscar_farmacos
from scribe.lenguaje.texto import llano


@lru_cache(maxsize=4096)
def nombrados(texto: str) -> tuple[MencionFarmaco, ...]:
    """Los fármacos de `texto`, en orden."""
    return tuple(buscar_farmacos(texto))


def hay_farmaco(texto: str) -> bool:
    """Si se nombra algún fármaco."""
    return bool(nombrados(texto))


def genericos(texto: str) -> set[str]:
    """Los principios activos nombrados en `texto`."""
    return {g for f in nombrados(texto) for g in f.genericos}


_CADA = re.compile(
    r"\b(cada (?:4|6|8|12|24))(?=\s*(?:[,.;:]|$)|\s+(?:con|por|si|y|hasta|durante|nada|solo|nomas|cuando|para|antes|despues|en)\b)"  # noqa: E501
)


def con_horas(texto: str) -> str:
    """«Ibuprofeno, una cada 8» se escribe «cada 8 horas»: dicho de un medicamento no puede ser otra cosa."""
    if not hay_farmaco(texto):
        return texto
    for m in reversed(list(_CADA.finditer(llano(texto)))):
        texto = f"{texto[: m.end()]} horas{texto[m.end() :]}"
    return texto
