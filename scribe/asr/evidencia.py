"""Señales de que en un lugar de la frase se nombra un medicamento: dosis, forma o verbo de toma."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import simplemma

from scribe.lenguaje.fichas import Ficha
from scribe.lenguaje.fonetica import clave
from scribe.lenguaje.parecidos import datos

_A_MG = {"mg": 1.0, "mcg": 0.001, "g": 1000.0}
_LARGO_NOMBRE = 6
_CIFRA = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Evidencia:
    """Lo que rodea a un nombre. `mg` es la dosis dicha, en miligramos, si se dijo.

    `dosis`: hay dosis o forma pegada; `con_unidad`: la dosis lleva mg, mcg o g; `verbo`: se habla de
    tomar o recetar algo.
    """

    dosis: bool
    verbo: bool
    con_unidad: bool
    mg: float | None


@cache
def _palabras() -> dict[str, tuple[str, ...]]:
    return {clave: tuple(lista) for clave, lista in datos()["evidencia"].items()}


def evidencia(texto: str, fichas: list[Ficha], i: int, j: int) -> Evidencia:
    """Las señales alrededor de las fichas `i..j`, dentro del mismo turno."""
    mg, con_unidad = _dosis_despues(texto, fichas, j)
    siguientes = [f.llana for f in fichas[j + 1 : j + 4]]
    forma = any(s in _palabras()["formas"] for s in siguientes)
    previas = [f.llana for f in fichas[max(0, i - 5) : i]]
    verbo = any(_es_de_dar_o_tomar(f) for f in fichas[max(0, i - 5) : i])
    antes = len(previas) >= 2 and previas[-1] == "de" and previas[-2] in _palabras()["formas"]
    medida = len(previas) >= 3 and previas[-1] == "de" and previas[-2] in _A_MG
    return Evidencia(
        dosis=mg is not None or forma or antes or medida, verbo=verbo, con_unidad=con_unidad, mg=mg
    )


def es_lo_que_se_toma(fichas: list[Ficha], i: int) -> bool:
    """Si la ficha `i` está donde solo cabe un medicamento: «suspenda el X», «tableta de X», «alérgica al X».

    Un nombre propio o una palabra corta no cuentan.
    """
    ficha = fichas[i]
    if len(ficha.llana) < _LARGO_NOMBRE or ficha.texto[0].isupper():
        return False
    previas = []
    for previa in reversed(fichas[max(0, i - 3) : i]):
        if previa.corte:
            break
        previas.append(previa.llana)
    directos, tomas, formas = _palabras()["directos"], _palabras()["tomas"], _palabras()["formas"]
    de_forma = len(previas) > 1 and previas[0] == "de" and previas[1] in formas
    return (
        de_forma
        or any(p in tomas or p.startswith(tuple(directos)) for p in previas)
        or (bool(previas) and es_lugar(fichas, i))
    )


def es_lugar(fichas: list[Ficha], i: int) -> bool:
    """Si la ficha `i` es el complemento de un verbo con que se da, se vende o se toma algo.

    «Me pusieron X», «lo cambio por el X»: entre el verbo y ella solo puede haber artículos y preposiciones.
    """
    for previa in reversed(fichas[max(0, i - 3) : i]):
        if previa.corte:
            return False
        if _lema(previa.texto.lower()) in _palabras()["de_lugar"]:
            return True
        if previa.llana not in _palabras()["entre"]:
            return False
    return False


def nombra_otra_cosa(ficha: Ficha) -> bool:
    """Si, por su final, nombra un estudio, una operación o una enfermedad («diverticulectomía»)."""
    return clave(ficha.texto).endswith(_finales())


@cache
def _finales() -> tuple[str, ...]:
    """Con que terminan estudios, operaciones y enfermedades; los más cortos también terminan nombres."""
    return tuple(f for f in datos()["finales"]["termino"] if len(f) > 3)


def _es_de_dar_o_tomar(ficha: Ficha) -> bool:
    return ficha.llana.startswith(_palabras()["verbos"]) or _lema(ficha.texto.lower()) in _palabras()["lemas"]


@lru_cache(maxsize=16384)
def _lema(palabra: str) -> str:
    """El infinitivo, también de lo irregular («pusieron», «dio») y sin el pronombre («ponerse»)."""
    lema = simplemma.lemmatize(palabra, lang="es")
    return lema.removesuffix("se") if lema.endswith("rse") else lema


def _dosis_despues(texto: str, fichas: list[Ficha], j: int) -> tuple[float | None, bool]:
    """La dosis que sigue al nombre («de 500», «20 mg»): (mg, si llevaba unidad)."""
    k = j + 1
    de = k < len(fichas) and fichas[k].llana == "de"
    k += de
    if k >= len(fichas) or not _CIFRA.fullmatch(fichas[k].texto):
        return None, False
    unidad = fichas[k + 1].llana if k + 1 < len(fichas) and not fichas[k].corte else ""
    cifra = float(fichas[k].texto)
    concentracion = bool(unidad) and texto[fichas[k + 1].hasta :].lstrip().startswith("/")
    if unidad in _A_MG and not concentracion:
        return cifra * _A_MG[unidad], True
    # «de 500» a secas son miligramos; «de 3 días» no es una dosis.
    sin_unidad = de and (unidad in ("", "cada", "1", "en", "una", "uno", "y", "ya", "no") or fichas[k].corte)
    return (cifra, False) if sin_unidad else (None, False)
