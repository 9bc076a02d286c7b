"""Texto de referencia y de hipótesis a una misma forma, para contar solo diferencias de verdad."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from scribe.lenguaje.texto import llano

_SIGNOS = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w.\s]")


@cache
def reglas() -> dict[str, Any]:
    """Las reglas del normalizador, tal como están en `datos/normalizador_es.toml`."""
    texto = files("evaluacion").joinpath("datos/normalizador_es.toml").read_text("utf-8")
    return tomllib.loads(texto)


def normalizar(texto: str) -> str:
    """Palabras en minúsculas sin acentos ni signos; los números hablados, en cifras.

    «Treinta y ocho punto cinco» y «38.5» quedan iguales; también «130/85» y «ciento treinta sobre
    ochenta y cinco», «850 mg» y «850 miligramos».
    """
    datos = reglas()
    limpio = texto.lower()
    for patron, cambio in datos["sustituciones"]:
        limpio = re.sub(patron, cambio, limpio)
    limpio = llano(alpha2digit(limpio, "es"))
    limpio = _SIGNOS.sub(" ", limpio)
    limpio = " ".join(limpio.split())
    for patron, cambio in datos["despues"]:
        limpio = re.sub(patron, cambio, limpio)
    palabras = (datos["abreviaturas"].get(p, p) for p in limpio.split())
    return " ".join(p for p in " ".join(palabras).split() if p not in datos["muletillas"])


def cifras(texto: str) -> list[str]:
    """Los números de un texto, ya en cifras y en orden."""
    return re.findall(r"\d+(?:\.\d+)?", normalizar(texto))
