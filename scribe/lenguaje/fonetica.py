"""Cómo suena una palabra en el español de México y Colombia, y qué tanto se parecen dos sonidos."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_VOCALES = "aeiou"

_PASOS: tuple[tuple[str, str], ...] = (
    (r"[^a-zñ\n]", ""),
    (r"ph", "f"),
    (r"sh", "s"),
    (r"ch", "C"),
    (r"ll", "y"),
    (r"qu(?=[ei])|q", "k"),
    (r"gu(?=[ei])", "G"),
    (r"g(?=[eiy])", "j"),
    (r"G", "g"),
    (r"cc(?=[ei])", "ks"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"^x", "s"),
    (r"x", "ks"),
    (r"z", "s"),
    (r"v", "b"),
    (r"w", "u"),
    (r"h", ""),
    (r"y(?![aeiou])", "i"),
    (r"m(?=[bpf])", "n"),
    (r"(.)\1+", r"\1"),
)
_REGLAS = tuple((re.compile(patron, re.MULTILINE), cambio) for patron, cambio in _PASOS)


@lru_cache(maxsize=65536)
def clave(texto: str) -> str:
    """El sonido de `texto` como cadena de fonemas, con seseo y sin acentos: «lozartán» → «losartan».

    Varias palabras se oyen juntas: «mi formina» → «miformina».
    """
    return unir(*_sonidos("\n".join(texto.split())))


def claves(palabras: Sequence[str]) -> list[str]:
    """La `clave` de cada palabra (sin espacios), todas a la vez: así cuesta la quinta parte."""
    return _sonidos("\n".join(palabras)) if palabras else []


def _sonidos(renglones: str) -> list[str]:
    """El sonido de cada renglón, que es una palabra."""
    minuscula = renglones.lower().replace("ñ", "\0")
    plano = "".join(c for c in unicodedata.normalize("NFD", minuscula) if not unicodedata.combining(c))
    plano = plano.replace("\0", "ñ")
    for patron, cambio in _REGLAS:
        plano = patron.sub(cambio, plano)
    return plano.split("\n")


def unir(*claves: str) -> str:
    """Claves dichas de corrido: dos sonidos iguales en la juntura se oyen como uno."""
    junta = ""
    for sonido in claves:
        junta += sonido[1:] if junta and sonido and junta[-1] == sonido[0] else sonido
    return junta


@cache
def _tabla() -> dict[str, Any]:
    return tomllib.loads((files("scribe.lenguaje") / "datos" / "fonetica.toml").read_text("utf-8"))


@cache
def _pares() -> dict[tuple[str, str], float]:
    pares: dict[tuple[str, str], float] = {}
    for costo, lista in _tabla()["pares"].items():
        for a, b in lista:
            pares[a, b] = pares[b, a] = min(float(costo), pares.get((a, b), 1.0))
    return pares


@cache
def cambio(a: str, b: str) -> float:
    """Costo de oír un sonido por otro: 0 si son el mismo, 1 si nada tienen que ver."""
    if a == b:
        return 0.0
    general = _tabla()["costo_vocales"] if a in _VOCALES and b in _VOCALES else _tabla()["costo_general"]
    return float(min(general, _pares().get((a, b), 1.0)))


@cache
def falta(a: str) -> float:
    """Costo de que un sonido falte o sobre."""
    tabla = _tabla()["falta"]
    return float(
        tabla["vocal"] if a in _VOCALES else tabla["blanda"] if a in tabla["blandas"] else tabla["general"]
    )


@lru_cache(maxsize=262144)
def distancia(una: str, otra: str) -> float:
    """Costo de convertir un sonido en otro: 0 si son iguales, cerca de 1 por cada fonema ajeno. Simétrica."""
    previa = [0.0]
    for b in otra:
        previa.append(previa[-1] + falta(b))
    for a in una:
        actual = [previa[0] + falta(a)]
        for j, b in enumerate(otra):
            actual.append(min(previa[j] + cambio(a, b), previa[j + 1] + falta(a), actual[j] + falta(b)))
        previa = actual
    return previa[-1]


def parecido(una: str, otra: str) -> float:
    """De 0 a 1, qué tan parecido suenan dos claves; 1 es igual."""
    largo = max(len(una), len(otra))
    return max(0.0, 1.0 - distancia(una, otra) / largo) if largo else 1.0
