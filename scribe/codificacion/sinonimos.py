"""Los sinónimos: cómo se dice cada código.

La tabla propia (`datos/sinonimos.tsv`) manda. La de CodiEsp (`datos/codiesp.tsv`, CC BY 4.0), que viene
de casos de hospital y no de consultas habladas, ayuda al buscador y, solo con sus términos inequívocos,
a detectar (`titulos`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from scribe.codificacion.normal import plano
from scribe.codificacion.tablas import filas, palabras

Clase = Literal["d", "s", "m", "z", "p", "l"]
"""d enfermedad · s síntoma · m motivo de consulta · z circunstancia · p operación · l lega, pide pista."""

_CLASES: dict[str, Clase] = {"d": "d", "s": "s", "m": "m", "z": "z", "p": "p", "l": "l"}


@dataclass(frozen=True, slots=True)
class Concepto:
    """Un código con sus formas de decirlo."""

    cie10: str
    cie11: str | None
    clase: Clase
    terminos: tuple[str, ...] = field(compare=False)


def dicho(termino: str) -> str:
    """El término sin la marca que dice cómo compararlo («=», palabra por palabra; «^», con su mayúscula)."""
    return termino.lstrip("=^")


@lru_cache(maxsize=1)
def conceptos() -> tuple[Concepto, ...]:
    """La tabla propia, en orden."""
    salida = []
    for cie10, cie11, clase, terminos in filas("sinonimos.tsv"):
        partes = tuple(t.strip() for t in terminos.split("|") if t.strip())
        salida.append(Concepto(cie10, None if cie11 == "-" else cie11, _CLASES[clase], partes))
    return tuple(salida)


@lru_cache(maxsize=1)
def de_codiesp() -> tuple[tuple[str, str], ...]:
    """(término, código CIE-10) de CodiEsp."""
    return tuple((termino, codigo) for termino, codigo in filas("codiesp.tsv"))


@lru_cache(maxsize=1)
def equivalencias() -> dict[str, str]:
    """CIE-10 → CIE-11, de la tabla propia (la primera fila de cada código manda)."""
    salida: dict[str, str] = {}
    for concepto in conceptos():
        if concepto.cie11 is not None:
            salida.setdefault(concepto.cie10, concepto.cie11)
    return salida


@lru_cache(maxsize=1)
def rellenos() -> frozenset[str]:
    """Las palabras, en texto llano, que se cuelan dentro de un término sin cambiar lo que nombra."""
    return palabras("rellenos.txt")


@lru_cache(maxsize=1)
def literales() -> dict[str, Concepto]:
    """Los términos que se comparan palabra por palabra, en texto llano."""
    return {plano(t[1:]): c for c in conceptos() for t in c.terminos if t.startswith("=")}
