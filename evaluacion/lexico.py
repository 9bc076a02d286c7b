"""Listas de términos clínicos y de fármacos del banco, y dónde aparecen en un texto normalizado.

Son independientes de los léxicos del producto (`scribe/lenguaje`): se redactaron aparte, como datos, con su
procedencia en cada archivo.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from evaluacion.normalizador import normalizar, normalizar_ingles

_LISTAS = ("sintomas", "signos", "enfermedades", "anatomia", "estudios", "tratamiento")
_MINIMO_SUFIJO = 6
_PAUSA = re.compile(r"(?<=[,.;:?!…])\s+")


@dataclass(frozen=True, slots=True)
class Lexico:
    """Términos de una o más palabras, ya en singular, agrupados por su primera palabra."""

    ingles: bool
    por_primera: dict[str, tuple[tuple[str, ...], ...]]
    sufijos: tuple[str, ...] = ()
    excepciones: frozenset[str] = frozenset()

    def ocurrencias(self, palabras: Sequence[str]) -> list[tuple[int, int]]:
        """Tramos (desde, hasta) de `palabras` que son un término; gana el más largo y no se enciman."""
        llanas = [singular(p, self.ingles) for p in palabras]
        salida, i = [], 0
        while i < len(llanas):
            largo = self._largo(llanas, palabras, i)
            if largo:
                salida.append((i, i + largo))
            i += largo or 1
        return salida

    def _largo(self, llanas: Sequence[str], palabras: Sequence[str], i: int) -> int:
        largos = [len(t) for t in self.por_primera.get(llanas[i], ()) if tuple(llanas[i : i + len(t)]) == t]
        if largos:
            return max(largos)
        palabra = palabras[i]
        tecnica = len(palabra) >= _MINIMO_SUFIJO and palabra.endswith(self.sufijos)
        return int(tecnica and palabra not in self.excepciones)


def singular(palabra: str, ingles: bool = False) -> str:
    """Una forma común de singular y plural, sin diccionario; no siempre es una palabra."""
    if ingles:
        if palabra.endswith("ies") and len(palabra) > 4:
            return palabra[:-3] + "y"
        if palabra.endswith("ie") and len(palabra) > 4:
            return palabra[:-2] + "y"
        return palabra[:-1] if len(palabra) > 3 and palabra.endswith("s") and palabra[-2] != "s" else palabra
    if len(palabra) < 4 or not palabra.endswith("s"):
        return palabra
    if palabra.endswith("ces"):
        return palabra[:-3] + "z"
    return palabra[:-2] if palabra.endswith("es") and palabra[-3] in "lrndzj" else palabra[:-1]


@cache
def terminos(idioma: str) -> Lexico:
    """Términos clínicos (sin fármacos) de «es» o «en»."""
    datos = tomllib.loads(_dato(f"terminos_{_corto(idioma)}.toml"))
    lista = [t for nombre in _LISTAS for t in datos[nombre]]
    return _hacer(lista, idioma, tuple(datos["sufijos"]), frozenset(datos["excepciones"]))


@cache
def farmacos(idioma: str) -> Lexico:
    """Nombres de fármaco, genéricos y comerciales, de «es» o «en»."""
    archivo = "farmacos_en.txt" if _corto(idioma) == "en" else "farmacos.txt"
    return _hacer([r for r in _dato(archivo).splitlines() if r], idioma)


@cache
def conceptos(idioma: str) -> Lexico:
    """Todo lo que se puede negar en una consulta: términos, fármacos y los verbos de `negacion.toml`."""
    corto = _corto(idioma)
    verbos = tomllib.loads(_dato("negacion.toml"))[corto]["conceptos"]
    datos = tomllib.loads(_dato(f"terminos_{corto}.toml"))
    nombres = _dato("farmacos_en.txt" if corto == "en" else "farmacos.txt").splitlines()
    lista = [t for n in _LISTAS for t in datos[n]] + [n for n in nombres if n] + list(verbos)
    return _hacer(lista, idioma, tuple(datos["sufijos"]), frozenset(datos["excepciones"]))


def palabras_de(texto: str, idioma: str) -> tuple[str, ...]:
    """El texto normalizado para contar términos y cifras.

    En inglés, sin leer «oh» como cero y por trozos entre signos: el normalizador de Whisper los quita antes
    de leer los números y junta «eighty five, ninety four» en 8594.
    """
    if _corto(idioma) != "en":
        return tuple(normalizar(texto, "es").split())
    trozos = (normalizar_ingles(t, oh_es_cero=False) for t in _PAUSA.split(texto))
    return tuple(p for trozo in trozos for p in trozo.split())


def _hacer(
    lista: Iterable[str],
    idioma: str,
    sufijos: tuple[str, ...] = (),
    excepciones: frozenset[str] = frozenset(),
) -> Lexico:
    ingles = _corto(idioma) == "en"
    por_primera: dict[str, set[tuple[str, ...]]] = {}
    for termino in lista:
        llano = tuple(singular(p, ingles) for p in palabras_de(termino, idioma))
        if llano:
            por_primera.setdefault(llano[0], set()).add(llano)
    ordenado = {k: tuple(sorted(v, key=len, reverse=True)) for k, v in por_primera.items()}
    return Lexico(ingles, ordenado, sufijos, excepciones)


def _corto(idioma: str) -> str:
    return "en" if idioma.lower().startswith("en") else "es"


def _dato(nombre: str) -> str:
    return files("evaluacion").joinpath(f"datos/{nombre}").read_text("utf-8")
