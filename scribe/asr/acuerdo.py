"""Qué tanto se sostiene una palabra crítica: si otras lecturas de la misma ventana dicen otra cosa, se duda.

La búsqueda en haz termina con varias hipótesis. Si la segunda cambia una cifra, un «no» o un lado y es casi
tan probable como la primera, el reconocedor está eligiendo casi al azar aunque cada ficha parezca segura.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files

from scribe.lenguaje.texto import llano

_SIGNOS = re.compile(r"[^\w./%]+")


def acuerdos(
    palabras: Sequence[str], otras: Sequence[Sequence[str]], puntajes: Sequence[float]
) -> list[float]:
    """Por palabra, la probabilidad de las hipótesis que la dicen en el mismo lugar; 1 si no es crítica.

    `palabras` es la mejor hipótesis; `otras`, las demás, y `puntajes`, el logaritmo de la probabilidad de
    todas, la mejor primero. Mayúsculas, acentos y signos de puntuación no cuentan.
    """
    pesos = _pesos(puntajes)
    mejor = [_llana(p) for p in palabras]
    salida = [pesos[0] if _critica(p) else 1.0 for p in mejor]
    for otra, peso in zip(otras, pesos[1:], strict=True):
        for k in _iguales(mejor, [_llana(p) for p in otra]):
            if _critica(mejor[k]):
                salida[k] += peso
    return [min(1.0, x) for x in salida]


def _pesos(puntajes: Sequence[float]) -> list[float]:
    exponentes = [math.exp(p - max(puntajes)) for p in puntajes]
    return [x / sum(exponentes) for x in exponentes]


def _iguales(una: list[str], otra: list[str]) -> list[int]:
    bloques = SequenceMatcher(None, una, otra, autojunk=False).get_matching_blocks()
    return [b.a + k for b in bloques for k in range(b.size)]


def _llana(palabra: str) -> str:
    return _SIGNOS.sub("", llano(palabra)).rstrip("./")


def _critica(llana: str) -> bool:
    return any(c.isdigit() for c in llana) or llana in _criticas()


@cache
def _criticas() -> frozenset[str]:
    """Números dichos con palabras, negaciones y lados, en su forma llana."""
    datos = files("scribe.asr").joinpath("datos", "criticas.toml").read_text("utf-8")
    return frozenset(p for lista in tomllib.loads(datos).values() for p in lista)
