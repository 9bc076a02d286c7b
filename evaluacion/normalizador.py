"""Texto de referencia y de hipótesis a una misma forma, para contar solo diferencias de verdad.

Español: reglas propias, con versión, en `datos/normalizador_es.toml`. Inglés: el normalizador de Whisper
(Radford y otros, 2022, apéndice C), de transformers, con su tabla de ortografía en `datos/ortografia_en.tsv`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.metadata import version as version_de
from importlib.resources import files
from typing import Any

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from scribe.lenguaje.texto import llano

_SIGNOS = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w.\s]|_")
_CIFRA = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_MARCA = "\ue000"
"""Carácter de uso privado: parte una palabra para que text2num no la lea como número."""


@cache
def reglas() -> dict[str, Any]:
    """Las reglas del español, tal como están en `datos/normalizador_es.toml`."""
    return tomllib.loads(_dato("normalizador_es.toml"))


def versiones() -> dict[str, str]:
    """Qué normalizador se usa en cada idioma, para el archivo de resultados."""
    return {"es": f"v{reglas()['version']}", "en": f"Whisper (transformers {version_de('transformers')})"}


def normalizar(texto: str, idioma: str = "es") -> str:
    """Palabras en minúsculas sin signos; los números hablados, en cifras. `idioma`: «es», «en», «es-MX»…

    En español «treinta y ocho punto cinco» y «38.5» quedan iguales; también «130/85» y «ciento treinta sobre
    ochenta y cinco», «850 mg» y «850 miligramos», «1/2 tableta» y «media tableta», «c/8 h» y «cada ocho
    horas». Cualquier idioma que no sea inglés usa las reglas del español.
    """
    if idioma.lower().startswith("en"):
        return normalizar_ingles(texto)
    return _espanol(texto)


def normalizar_ingles(texto: str, *, oh_es_cero: bool = True) -> str:
    """El normalizador inglés de Whisper.

    Con `oh_es_cero`, tal como se publicó: «oh» se vuelve la cifra 0. Para contar cifras o términos en una
    conversación hay que quitarlo, porque ahí «oh» es una interjección.
    """
    return _en_ingles(texto, oh_es_cero)


def cifras(texto: str, idioma: str = "es") -> list[str]:
    """Los números de un texto, ya en cifras y en orden."""
    ingles = idioma.lower().startswith("en")
    limpio = normalizar_ingles(texto, oh_es_cero=False) if ingles else _espanol(texto)
    return _CIFRA.findall(limpio)


@lru_cache(maxsize=2048)
def _en_ingles(texto: str, oh_es_cero: bool) -> str:
    return " ".join(str(_ingles(oh_es_cero)(texto)).split())


@lru_cache(maxsize=2048)
def _espanol(texto: str) -> str:
    cambios = _compiladas()
    limpio = _cambiar(unicodedata.normalize("NFC", texto).lower(), cambios["antes"])
    limpio = _ordinales().sub(lambda m: m[0][0] + _MARCA + m[0][1:], limpio)
    limpio = _sin_acentos(alpha2digit(limpio, "es").replace(_MARCA, ""))
    limpio = _cambiar(limpio, cambios["numeros"])
    limpio = " ".join(_SIGNOS.sub(" ", limpio).split())
    limpio = _cambiar(limpio, cambios["despues"])
    palabras = reglas()["palabras"]
    limpio = " ".join(palabras.get(p, p) for p in limpio.split())
    limpio = _cambiar(limpio, cambios["al_final"])
    return " ".join(p for p in limpio.split() if p not in reglas()["muletillas"])


def _sin_acentos(texto: str) -> str:
    # La ñ es otra letra, no una n con acento: «año» y «ano», «uña» y «una» no son lo mismo.
    return "ñ".join(llano(trozo) for trozo in texto.split("ñ"))


def _cambiar(texto: str, cambios: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for patron, cambio in cambios:
        texto = patron.sub(cambio, texto)
    return texto


@cache
def _compiladas() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    return {
        n: [(re.compile(p), c) for p, c in reglas()[n]] for n in ("antes", "numeros", "despues", "al_final")
    }


@cache
def _ordinales() -> re.Pattern[str]:
    # «Cuarto» es un número, una habitación y una fracción: los ordinales se dejan en letra.
    return re.compile(rf"\b(?:{'|'.join(reglas()['en_letra'])})\b")


@cache
def _ingles(oh_es_cero: bool) -> Callable[[str], str]:
    # Aquí y no arriba: transformers tarda en cargar y el español no lo necesita.
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

    normalizador = EnglishTextNormalizer(_ortografia())  # type: ignore[no-untyped-call]
    if not oh_es_cero:
        numeros = normalizador.standardize_numbers
        for palabras in (numeros.zeros, numeros.decimals, numeros.words):
            palabras.discard("oh")
    salida: Callable[[str], str] = normalizador
    return salida


@cache
def _ortografia() -> dict[str, str]:
    """Grafía británica → estadounidense, la tabla de Whisper."""
    renglones = _dato("ortografia_en.tsv").splitlines()
    pares = (r.partition("\t") for r in renglones if r and not r.startswith("#"))
    return {britanica: americana for britanica, _, americana in pares}


def _dato(nombre: str) -> str:
    return files("evaluacion").joinpath(f"datos/{nombre}").read_text("utf-8")
