"""Texto llano: comparar palabras sin que estorben acentos ni mayúsculas."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def _llana(letra: str) -> str:
    base = unicodedata.normalize("NFD", letra)[0].lower()
    return base if len(base) == 1 else letra


def llano(texto: str) -> str:
    """Minúsculas sin acentos (ñ→n), con el mismo largo que `texto`: los índices coinciden."""
    return "".join(_llana(letra) for letra in texto)
