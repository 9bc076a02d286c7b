"""Los sinónimos: cómo se dice en consulta cada código, y dónde se dijo.

La tabla propia (`datos/sinonimos.tsv`) manda; la de CodiEsp (`datos/codiesp.tsv`, CC BY 4.0) solo
ayuda al buscador, porque viene de casos de hospital y no de consultas habladas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Literal

from rapidfuzz import fuzz, process

from scribe.codificacion.normal import Ficha, claves, fichas, plano
from scribe.lenguaje.vocabulario import es_comun

Clase = Literal["d", "s", "m", "z", "p", "l"]
"""d enfermedad · s síntoma · m motivo de consulta · z circunstancia · p operación · l lega, pide pista."""

_CLASES: dict[str, Clase] = {"d": "d", "s": "s", "m": "m", "z": "z", "p": "p", "l": "l"}
_PARECIDO = 85.0
_LARGO_MINIMO = 7


@dataclass(frozen=True, slots=True)
class Concepto:
    """Un código con sus formas de decirlo."""

    cie10: str
    cie11: str | None
    clase: Clase
    terminos: tuple[str, ...] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Hallazgo:
    """Un concepto dicho en `texto[desde:hasta]`; `exacto` si no hubo que corregir lo oído."""

    concepto: Concepto
    termino: str
    desde: int
    hasta: int
    exacto: bool = True


def _filas(nombre: str) -> Iterator[list[str]]:
    archivo = resources.files("scribe.codificacion").joinpath(f"datos/{nombre}")
    for linea in archivo.read_text("utf-8").splitlines():
        if linea.strip() and not linea.startswith("#"):
            yield linea.split("\t")


@lru_cache(maxsize=1)
def conceptos() -> tuple[Concepto, ...]:
    """La tabla propia, en orden."""
    salida = []
    for cie10, cie11, clase, terminos in _filas("sinonimos.tsv"):
        partes = tuple(t.strip() for t in terminos.split("|") if t.strip())
        salida.append(Concepto(cie10, None if cie11 == "-" else cie11, _CLASES[clase], partes))
    return tuple(salida)


@lru_cache(maxsize=1)
def de_codiesp() -> tuple[tuple[str, str], ...]:
    """(término, código CIE-10) de CodiEsp."""
    return tuple((termino, codigo) for termino, codigo in _filas("codiesp.tsv"))


@lru_cache(maxsize=1)
def equivalencias() -> dict[str, str]:
    """CIE-10 → CIE-11, de la tabla propia (la primera fila de cada código manda)."""
    salida: dict[str, str] = {}
    for concepto in conceptos():
        if concepto.cie11 is not None:
            salida.setdefault(concepto.cie10, concepto.cie11)
    return salida


@lru_cache(maxsize=1)
def literales() -> dict[str, Concepto]:
    """Los términos que se comparan palabra por palabra, en texto llano."""
    return {plano(t[1:]): c for c in conceptos() for t in c.terminos if t.startswith("=")}


@dataclass(slots=True)
class _Nodo:
    hijos: dict[str, _Nodo] = field(default_factory=dict)
    final: tuple[Concepto, str] | None = None


class Detector:
    """Encuentra en un texto todos los términos de la tabla, el más largo primero, sin encimarse."""

    def __init__(self, tabla: tuple[Concepto, ...] | None = None) -> None:
        self._raiz = _Nodo()
        self._sueltas: dict[str, tuple[Concepto, str]] = {}
        self._literales: list[tuple[re.Pattern[str], Concepto, str]] = []
        for concepto in conceptos() if tabla is None else tabla:
            for termino in concepto.terminos:
                self._agregar(concepto, termino)

    def _agregar(self, concepto: Concepto, termino: str) -> None:
        if termino.startswith("=") or termino.isupper():
            self._agregar_literal(concepto, termino.removeprefix("="))
            return
        partes, nodo = claves(termino), self._raiz
        for parte in partes:
            nodo = nodo.hijos.setdefault(parte, _Nodo())
        if nodo.final is None:
            nodo.final = (concepto, termino)
        if len(partes) == 1 and len(partes[0]) >= _LARGO_MINIMO - 1 and concepto.clase == "d":
            self._sueltas.setdefault(partes[0], (concepto, termino))

    def _agregar_literal(self, concepto: Concepto, termino: str) -> None:
        """Siglas (en mayúsculas) y términos que se comparan palabra por palabra."""
        patron = rf"\b{re.escape(termino)}\b" if termino.isupper() else rf"\b{re.escape(plano(termino))}\b"
        self._literales.append((re.compile(patron), concepto, termino))

    def _buscar_literales(self, texto: str) -> list[Hallazgo]:
        base, salida = plano(texto), []
        for patron, concepto, termino in self._literales:
            donde = texto if termino.isupper() else base
            salida += [Hallazgo(concepto, termino, *m.span()) for m in patron.finditer(donde)]
        return salida

    def _mas_largo(self, palabras: list[Ficha], i: int) -> tuple[int, tuple[Concepto, str]] | None:
        nodo, mejor = self._raiz, None
        for j in range(i, len(palabras)):
            if j > i and palabras[j].salto:
                break
            siguiente = nodo.hijos.get(palabras[j].clave)
            if siguiente is None:
                break
            nodo = siguiente
            if nodo.final is not None:
                mejor = (j, nodo.final)
        return mejor

    def _parecido(self, ficha: Ficha, texto: str) -> tuple[Concepto, str] | None:
        """Una palabra mal oída que casi es el nombre de una enfermedad."""
        if ficha.hasta - ficha.desde < _LARGO_MINIMO or es_comun(texto[ficha.desde : ficha.hasta]):
            return None
        opciones = [k for k in self._sueltas if k[0] == ficha.clave[:1]]
        hallado = process.extractOne(ficha.clave, opciones, scorer=fuzz.ratio, score_cutoff=_PARECIDO)
        return self._sueltas[hallado[0]] if hallado else None

    def _buscar_raices(self, texto: str) -> list[Hallazgo]:
        palabras, salida, i = fichas(texto), [], 0
        while i < len(palabras):
            largo = self._mas_largo(palabras, i)
            exacto = largo is not None
            if largo is None:
                suelto = self._parecido(palabras[i], texto)
                largo = (i, suelto) if suelto else None
            if largo is None:
                i += 1
                continue
            j, (concepto, termino) = largo
            salida.append(Hallazgo(concepto, termino, palabras[i].desde, palabras[j].hasta, exacto))
            i = j + 1
        return salida

    def buscar(self, texto: str) -> list[Hallazgo]:
        """Los hallazgos en orden de aparición; de dos que se enciman queda el más largo."""
        todos = self._buscar_literales(texto) + self._buscar_raices(texto)
        salida: list[Hallazgo] = []
        for hallazgo in sorted(todos, key=lambda h: h.desde - h.hasta):
            if not any(o.desde < hallazgo.hasta and o.hasta > hallazgo.desde for o in salida):
                salida.append(hallazgo)
        return sorted(salida, key=lambda h: h.desde)


@lru_cache(maxsize=1)
def detector() -> Detector:
    """El detector de la tabla propia, armado una vez."""
    return Detector()
