"""Si una palabra es español corriente: lo que ya está bien dicho no se corrige."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

import simplemma

from scribe.lenguaje.texto import llano

_ENCLITICOS = (
    "melo", "mela", "selo", "sela", "telo", "tela", "noslo", "los", "las", "les", "nos", "me", "te", "se",
    "lo", "la", "le",
)  # fmt: skip
_DERIVADOS = (
    "itos", "itas", "ito", "ita", "illos", "illas", "illo", "illa", "otes", "otas", "ote", "ota", "azos",
    "azo", "ísimos", "ísimas", "ísimo", "ísima", "ísimamente",
)  # fmt: skip
"""Finales con que se forman diminutivos, aumentativos y superlativos de cualquier palabra."""
_VOCALES = ("", "o", "a", "e", "os", "as")
_TILDES = str.maketrans("áéíóú", "aeiou")


@cache
def _propias() -> frozenset[str]:
    """Palabras de consulta y de México y Colombia que el diccionario general no trae."""
    lineas = (files("scribe.lenguaje") / "datos" / "palabras_comunes.txt").read_text("utf-8").splitlines()
    return frozenset(llano(p) for linea in lineas if not linea.startswith("#") for p in linea.split())


@lru_cache(maxsize=65536)
def es_comun(palabra: str) -> bool:
    """Si `palabra` (con sus acentos; da igual la mayúscula) es una palabra o nombre usual del español.

    Reconoce también enclíticos («apúnteme»), diminutivos («cervecitas»), aumentativos («pastillota») y
    superlativos («cansadísima»). Las tildes cuentan: «hérnia» no es palabra.
    """
    minuscula = palabra.lower()
    if len(minuscula) <= 2 or not minuscula.isalpha() or llano(minuscula) in _propias():
        return True
    if simplemma.is_known(minuscula, lang="es") or simplemma.is_known(palabra.capitalize(), lang="es"):
        return True
    return _con_enclitico(minuscula) or _derivada(minuscula)


def _con_enclitico(palabra: str) -> bool:
    for final in _ENCLITICOS:
        verbo = palabra.removesuffix(final).translate(_TILDES)
        if palabra.endswith(final) and len(verbo) >= 3 and palabra.translate(_TILDES) != palabra:
            return simplemma.is_known(verbo, lang="es") or simplemma.is_known(verbo + "r", lang="es")
        if (
            palabra.endswith(final)
            and verbo[-2:] in ("ar", "er", "ir")
            and simplemma.is_known(verbo, lang="es")
        ):
            return True
    return False


def _derivada(palabra: str) -> bool:
    for final in _DERIVADOS:
        raiz = palabra.removesuffix(final)
        if palabra.endswith(final) and len(raiz) >= 3:
            return any(simplemma.is_known(r + v, lang="es") for r in _raices(raiz) for v in _VOCALES)
    return False


def _raices(raiz: str) -> tuple[str, ...]:
    """De qué palabra pudo salir: «cervec-» de cerveza, «panec-» de pan, «comezonc-» de comezón."""
    sin_c = raiz.removesuffix("c")
    return (
        raiz,
        sin_c,
        raiz.removesuffix("ec"),
        raiz.replace("qu", "c"),
        raiz.replace("gu", "g"),
        sin_c + "z",
        re.sub("on$", "ón", sin_c),
    )
