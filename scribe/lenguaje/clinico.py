"""Léxico clínico: qué síntomas, enfermedades, hábitos y hallazgos se nombran en un texto.

Los léxicos son archivos de datos (`datos/*.tsv`) con expresiones sobre texto llano, del habla de la
gente al término clínico. Aquí no se decide si algo se afirma o se niega: eso lo dice `contexto`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

Clase = Literal[
    "sintoma", "enfermedad", "habito", "parte", "hallazgo", "maniobra", "estudio", "imagen", "medida"
]

_ARCHIVOS: tuple[tuple[str, Clase], ...] = (
    ("sintomas", "sintoma"),
    ("enfermedades", "enfermedad"),
    ("habitos", "habito"),
)
_DOLOR = patrones("scribe.lenguaje", "dolor.es")
_HASTA_3 = r"(?:\w+ ){0,3}"


@dataclass(frozen=True, slots=True)
class Mencion:
    """Un concepto nombrado en `texto[desde:hasta]`; `termino` es cómo lo escribe un clínico."""

    desde: int
    hasta: int
    termino: str
    clase: Clase


@dataclass(frozen=True, slots=True)
class _Entrada:
    termino: str
    clase: Clase
    patron: re.Pattern[str]


def _filas(nombre: str) -> list[tuple[str, list[str]]]:
    """Las filas de un léxico: término y sus expresiones. Las líneas con # son comentarios."""
    texto = resources.files("scribe.lenguaje").joinpath(f"datos/{nombre}.tsv").read_text("utf-8")
    filas = []
    for linea in texto.splitlines():
        if linea.strip() and not linea.startswith("#"):
            termino, _, patrones = linea.partition("\t")
            filas.append((termino, [p.strip() for p in patrones.split(" ; ") if p.strip()]))
    return filas


def _compilar(patrones: list[str]) -> re.Pattern[str]:
    union = "|".join(p.replace("{NO3}", _HASTA_3) for p in patrones)
    return re.compile(rf"\b(?:{union})\b")


def _dolor(region: str) -> list[str]:
    """Las formas de decir que duele una región."""
    return [f"{_DOLOR['antes'].pattern}(?:{region})", f"(?:{region}){_DOLOR['despues'].pattern}"]


@lru_cache(maxsize=1)
def _entradas() -> tuple[_Entrada, ...]:
    entradas = [
        _Entrada(termino, clase, _compilar(patrones))
        for archivo, clase in _ARCHIVOS
        for termino, patrones in _filas(archivo)
    ]
    for termino, regiones in _filas("dolores"):
        entradas.append(_Entrada(termino, "sintoma", _compilar(_dolor("|".join(regiones)))))
    return tuple(entradas)


@lru_cache(maxsize=1)
def _normales() -> tuple[_Entrada, ...]:
    return tuple(_Entrada(t, "sintoma", _compilar(p)) for t, p in _filas("normales"))


@lru_cache(maxsize=1)
def _exploracion() -> tuple[_Entrada, ...]:
    clases: dict[str, Clase] = {
        "parte": "parte", "hallazgo": "hallazgo", "maniobra": "maniobra", "estudio": "estudio", "imagen": "imagen",  # noqa: E501
        "medida": "medida",
    }  # fmt: skip
    filas = _filas("exploracion") + _filas("tratamiento")
    return tuple(_Entrada("", clases[c], _compilar([p])) for c, patrones in filas for p in patrones)


def _sin_encimar(halladas: list[Mencion]) -> tuple[Mencion, ...]:
    """Deja la mención más larga de las que comparten letras; a igual largo, la primera del léxico."""
    elegidas: list[Mencion] = []
    for m in sorted(halladas, key=lambda x: x.desde - x.hasta):
        if not any(m.desde < e.hasta and m.hasta > e.desde for e in elegidas):
            elegidas.append(m)
    return tuple(sorted(elegidas, key=lambda x: x.desde))


def _buscar(texto: str, entradas: tuple[_Entrada, ...]) -> tuple[Mencion, ...]:
    plano = llano(texto)
    return _sin_encimar(
        [
            Mencion(
                m.start(),
                m.end(),
                e.termino if e.termino not in ("", "*") else texto[m.start() : m.end()],
                e.clase,
            )
            for e in entradas
            for m in e.patron.finditer(plano)
        ]
    )


@lru_cache(maxsize=4096)
def buscar_clinico(texto: str) -> tuple[Mencion, ...]:
    """Síntomas, enfermedades y hábitos nombrados en `texto`, en orden y sin encimarse."""
    return _buscar(texto, _entradas())


@lru_cache(maxsize=4096)
def buscar_normales(texto: str) -> tuple[Mencion, ...]:
    """Frases de normalidad («respiro bien»); `termino` es el síntoma que descartan."""
    return _buscar(texto, _normales())


@lru_cache(maxsize=4096)
def buscar_exploracion(texto: str) -> tuple[Mencion, ...]:
    """Partes del cuerpo, hallazgos, maniobras y estudios nombrados; `termino` es lo dicho."""
    return _buscar(texto, _exploracion())


@lru_cache(maxsize=1)
def _contextos() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple((t, re.compile(rf"\b(?:{p[0]})"), p[1]) for t, p in _filas("segun_contexto"))


def segun_contexto(termino: str, alrededor: str) -> str:
    """El término que corresponde según de qué se hablaba: «moco» en una diarrea no es rinorrea.

    `alrededor` es texto llano.
    """
    for original, patron, nuevo in _contextos():
        if original == termino and patron.search(alrededor):
            return nuevo
    return termino


@lru_cache(maxsize=1)
def glosas() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Cómo nombra un clínico lo que el médico dijo en llano al explorar: (término, expresión)."""
    return tuple((t, _compilar(p)) for t, p in _filas("glosas"))
