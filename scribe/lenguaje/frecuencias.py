"""Qué tan usual es cada palabra del español hablado, y cuáles suenan igual o casi.

Las frecuencias son las de wordfreq (subtítulos, noticias, redes y más). Las palabras del léxico clínico y
los fármacos tienen un mínimo: en un consultorio se dicen más que en un subtítulo.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from math import exp, log
from typing import Final

import simplemma
import wordfreq

from scribe.lenguaje.farmacos import nombres
from scribe.lenguaje.fonetica import cambio, claves, falta
from scribe.lenguaje.parecidos import escritos
from scribe.lenguaje.texto import llano
from scribe.lenguaje.vocabulario import es_comun

DESCONOCIDA: Final = -23.0
"""Logaritmo natural de la frecuencia que se da a lo que no es palabra."""
_SIN_FRECUENCIA = -17.5
"""Lo que se da a una palabra del diccionario que nadie contó."""
_RARA = -16.0
"""Menos usual que esto no se propone: una de cada nueve millones."""
_RARA_CORTA = -9.5
_SEGURA = -12.5
"""Más usual que esto es palabra aunque el diccionario no la traiga: nombres, lugares, siglas."""
_CLINICA = -11.5
_CLINICA_CORTA = -12.5
_LARGA = 5
_SUELTAS = frozenset("aeoyu")
_FONEMAS = "abdefgijklmnoprstuyñCk"
_CAMBIO_MAXIMO = 0.6
_FALTA_MAXIMA = 0.7
_LARGO_CON_CAMBIO = 4
_PALABRA = re.compile(r"[a-záéíóúñü]{4,}")
_LEXICOS = (
    "sintomas.tsv", "exploracion.tsv", "enfermedades.tsv", "dolores.tsv", "habitos.tsv", "tratamiento.tsv",
)  # fmt: skip


def log_frecuencia(palabra: str) -> float:
    """Logaritmo natural de la frecuencia de `palabra`, con o sin acentos; `DESCONOCIDA` si no es español."""
    minuscula = palabra.lower()
    usual = _usuales().get(minuscula)
    if usual is not None:
        return usual
    con_acento = _formas().get(llano(minuscula))
    if con_acento is not None:
        return _usuales()[con_acento] - 1.0
    dicha = log(_crudas().get(minuscula, exp(DESCONOCIDA)))
    if es_comun(minuscula):
        return max(dicha, _SIN_FRECUENCIA)
    return dicha if dicha > _RARA else DESCONOCIDA


@lru_cache(maxsize=131072)
def suenan(sonido: str) -> tuple[tuple[float, float, str], ...]:
    """Las palabras que suenan a `sonido`: (cuánto cambia el sonido, logaritmo de su frecuencia, palabra).

    El cambio es 0 o un solo fonema que falta, sobra o se confunde (`scribe.lenguaje.fonetica`).
    """
    indice = _por_sonido()
    iguales = ((0.0, *indice[sonido]),) if sonido in indice else ()
    if len(sonido) < _LARGO_CON_CAMBIO:
        return iguales
    cambios: dict[str, float] = {}
    for costo, otro in _vecinos(sonido):
        if otro in indice and otro != sonido:
            cambios[otro] = min(costo, cambios.get(otro, costo))
    return iguales + tuple((costo, *indice[otro]) for otro, costo in cambios.items())


def _vecinos(sonido: str) -> list[tuple[float, str]]:
    vecinos = [(falta(c), sonido[:k] + sonido[k + 1 :]) for k, c in enumerate(sonido)]
    for k, c in enumerate(sonido):
        vecinos += [(cambio(c, d), sonido[:k] + d + sonido[k + 1 :]) for d in _confundibles(c)]
    for k in range(len(sonido) + 1):
        vecinos += [(falta(d), sonido[:k] + d + sonido[k:]) for d in _blandas()]
    return vecinos


@cache
def _confundibles(fonema: str) -> tuple[str, ...]:
    return tuple(d for d in _FONEMAS if d != fonema and cambio(fonema, d) <= _CAMBIO_MAXIMO)


@cache
def _blandas() -> tuple[str, ...]:
    return tuple(d for d in _FONEMAS if falta(d) <= _FALTA_MAXIMA)


@cache
def _crudas() -> dict[str, float]:
    return wordfreq.get_frequency_dict("es", wordlist="large")


@cache
def clinicas() -> frozenset[str]:
    """Las palabras de los léxicos clínicos, en minúsculas y con sus acentos."""
    lineas = list(escritos())
    for nombre in _LEXICOS:
        texto = (files("scribe.lenguaje") / "datos" / nombre).read_text("utf-8")
        lineas += [x.lower() for x in texto.splitlines() if not x.startswith("#")]
    palabras = {p for linea in lineas for p in _PALABRA.findall(linea)} - farmacos()
    # Los léxicos traen también raíces («hipertens») y formas sin acento: no se escriben.
    return frozenset(p for p in palabras if p in escritos() or simplemma.is_known(p, lang="es"))


@cache
def farmacos() -> frozenset[str]:
    """Las palabras que nombran un fármaco y no se dicen de otra cosa, en minúsculas."""
    return frozenset(
        p for n in nombres() if not n.ambigua for p in _PALABRA.findall(n.texto.lower().replace("-", " "))
    )


@cache
def _usuales() -> dict[str, float]:
    """Palabra, con sus acentos → logaritmo de su frecuencia; solo las que pueden proponerse."""
    crudas, rara = _crudas(), exp(_RARA)
    salida = {p: log(f) for p, f in crudas.items() if f > rara and _se_propone(p, log(f))}
    for palabra in clinicas() | farmacos():
        minimo = _CLINICA if len(palabra) > _LARGA else _CLINICA_CORTA
        salida[palabra] = max(minimo, log(crudas.get(palabra, rara)))
    return salida


def _se_propone(palabra: str, peso: float) -> bool:
    if not palabra.isalpha():
        return False
    if len(palabra) == 1:
        return palabra in _SUELTAS
    if len(palabra) == 2:
        return peso > _RARA_CORTA
    return peso > _SEGURA or bool(simplemma.is_known(palabra, lang="es"))


@cache
def _formas() -> dict[str, str]:
    """Forma llana → la más usual de las que se escriben con acentos."""
    formas: dict[str, str] = {}
    for palabra, peso in _usuales().items():
        sin_acentos = llano(palabra)
        if sin_acentos not in formas or peso > _usuales()[formas[sin_acentos]]:
            formas[sin_acentos] = palabra
    return formas


@cache
def _por_sonido() -> dict[str, tuple[float, str]]:
    """Sonido → (logaritmo de la frecuencia, palabra) de la más usual que suena así."""
    indice: dict[str, tuple[float, str]] = {}
    palabras = list(_formas().values())
    for palabra, sonido in zip(palabras, claves(palabras), strict=True):
        peso = _usuales()[palabra]
        if sonido and (sonido not in indice or peso > indice[sonido][0]):
            indice[sonido] = (peso, palabra)
    return indice
