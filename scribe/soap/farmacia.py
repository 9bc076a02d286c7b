"""Dónde se nombra cada fármaco, recordado para no buscarlo dos veces."""

from __future__ import annotations

from functools import lru_cache

from scribe.lenguaje.farmacos import MencionFarmaco, buscar_farmacos


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
