"""Si las cifras dichas —dosis, signos vitales, plazos— se escribieron con el mismo valor y en su lugar."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from evaluacion.alineacion import Alineacion, alinear
from evaluacion.lexico import palabras_de, singular
from evaluacion.metricas.terminos import Hallazgo

_NUMERO = re.compile(r"\d+(?:\.\d+)?%?")
_MONEDA = "%$£€¢"


@dataclass(frozen=True, slots=True)
class Cifra:
    """Una cifra de un texto: sus números (dos si es una presión), sus lugares y la unidad que la sigue."""

    valores: tuple[str, ...]
    lugares: tuple[int, ...]
    unidad: str | None = None

    @property
    def texto(self) -> str:
        """Como se lee: «130/85», «850 miligramos»."""
        return " ".join(x for x in ("/".join(self.valores), self.unidad or "") if x)


def cifras_de(palabras: Sequence[str], idioma: str = "es") -> list[Cifra]:
    """Las cifras de un texto normalizado, en orden. «130 sobre 85» es una sola.

    «Uno» y «una» cuentan como 1 solo delante de una unidad («una tableta»).
    """
    datos = _datos(idioma)
    salida: list[Cifra] = []
    i = 0
    while i < len(palabras):
        lugares = _par(palabras, i, datos) or ((i,) if _es_numero(palabras, i, datos) else ())
        if lugares:
            siguiente = palabras[lugares[-1] + 1] if lugares[-1] + 1 < len(palabras) else ""
            unidad = siguiente if siguiente in datos["unidades"] else None
            salida.append(Cifra(tuple(_valor(palabras[k], datos) for k in lugares), lugares, unidad))
        i = lugares[-1] + 1 if lugares else i + 1
    return salida


def exactitud(alineacion: Alineacion, idioma: str = "es") -> Hallazgo:
    """De las cifras dichas, las escritas con el mismo valor en el mismo lugar de la alineación.

    Una presión con un lado mal es un solo error. Si las dos llevan unidad y no es la misma, es error
    («850 miligramos» por «850 gramos»); si a la escrita le falta, no.
    """
    return _comparar(alineacion.referencia, alineacion.hipotesis, alineacion.de_referencia, idioma)


def precision(alineacion: Alineacion, idioma: str = "es") -> Hallazgo:
    """De las cifras escritas, las que se dijeron ahí con ese valor."""
    return _comparar(alineacion.hipotesis, alineacion.referencia, alineacion.de_hipotesis, idioma)


def comparar(referencia: str, hipotesis: str, idioma: str = "es") -> Hallazgo:
    """`exactitud` desde los textos sin normalizar."""
    return exactitud(alinear(palabras_de(referencia, idioma), palabras_de(hipotesis, idioma)), idioma)


def _comparar(
    unas: Sequence[str], otras: Sequence[str], pareja: Sequence[int | None], idioma: str
) -> Hallazgo:
    datos = _datos(idioma)
    enfrente = {lugar: c for c in cifras_de(otras, idioma) for lugar in c.lugares}
    buenas, fallas = 0, []
    lista = cifras_de(unas, idioma)
    for cifra in lista:
        lugares = [pareja[k] for k in cifra.lugares]
        escritos = tuple(_valor(otras[k], datos) if k is not None else "" for k in lugares)
        otra = enfrente.get(lugares[-1]) if lugares[-1] is not None else None
        if escritos == cifra.valores and _misma_unidad(cifra, otra, idioma):
            buenas += 1
        else:
            fallas.append((cifra.texto, otra.texto if otra else " ".join(x for x in escritos if x)))
    return Hallazgo(buenas, len(lista), tuple(fallas))


def _misma_unidad(una: Cifra, otra: Cifra | None, idioma: str) -> bool:
    if una.unidad is None or otra is None or otra.unidad is None:
        return True
    ingles = idioma.lower().startswith("en")
    return singular(una.unidad, ingles) == singular(otra.unidad, ingles)


def _par(palabras: Sequence[str], i: int, datos: dict[str, Any]) -> tuple[int, ...]:
    hay = i + 2 < len(palabras) and palabras[i + 1] in datos["sobre"]
    numeros = hay and all(_NUMERO.fullmatch(palabras[k]) for k in (i, i + 2))
    return (i, i + 2) if numeros else ()


def _es_numero(palabras: Sequence[str], i: int, datos: dict[str, Any]) -> bool:
    if _NUMERO.fullmatch(palabras[i].lstrip(_MONEDA)):
        return True
    siguiente = palabras[i + 1] if i + 1 < len(palabras) else ""
    return palabras[i] in datos["uno"] and siguiente in datos["unidades"]


def _valor(palabra: str, datos: dict[str, Any]) -> str:
    return "1" if palabra in datos["uno"] else palabra.strip(_MONEDA)


@cache
def _datos(idioma: str) -> dict[str, Any]:
    texto = files("evaluacion").joinpath("datos/cifras.toml").read_text("utf-8")
    todo = tomllib.loads(texto)["en" if idioma.lower().startswith("en") else "es"]
    return {nombre: frozenset(valores) for nombre, valores in todo.items()}
