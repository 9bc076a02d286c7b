"""Legibilidad de una nota en español, con las fórmulas publicadas.

Las sílabas se cuentan con las reglas ortográficas del español (RAE, 2010), que son exactas: un hiato se
escribe con tilde o junta dos vocales abiertas. textstat las toma de los patrones para partir renglones, que
dan «día» por una sílaba, y en inglés baja un diccionario de la red.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PALABRA = re.compile(r"[^\W\d_]+")
_FICHA = re.compile(r"\w[\w/.,%-]*")
_FRASE = re.compile(r"[.!?;:]+(?:\s|$)")
_MUDA = re.compile(r"(?<=q)u(?=[eéií])|(?<=g)u(?=[eéií])")
_NUCLEO = re.compile(r"[íú]|[iuü]*[aeoáéó](?:[iuü](?![aeoáéó])|y\b)*|[iuüy]+(?![aeoáéó])")


@dataclass(frozen=True, slots=True)
class Lectura:
    """Índices de 0 (muy difícil) a 100 (muy fácil). `palabras` cuenta también las cifras."""

    szigriszt_pazos: float
    fernandez_huerta: float
    palabras: int
    enunciados: int


def silabas(palabra: str) -> int:
    """Sílabas de una palabra en español; una sigla sin vocales cuenta una."""
    limpia = _MUDA.sub("", palabra.lower().replace("h", ""))
    return max(1, len(_NUCLEO.findall(limpia)))


def leer(enunciados: Sequence[str]) -> Lectura | None:
    """La legibilidad de los enunciados de una nota; cada uno es al menos una oración. `None` sin palabras.

    Szigriszt Pazos (1993): 206.835 - 62.3·sílabas/palabra - palabras/oración. Fernández Huerta (1959), con
    los coeficientes corregidos: 206.84 - 60·sílabas/palabra - 1.02·palabras/oración.
    """
    palabras = [p for e in enunciados for p in _PALABRA.findall(e)]
    if not palabras:
        return None
    oraciones = sum(max(1, sum(bool(_PALABRA.search(f)) for f in _FRASE.split(e))) for e in enunciados)
    por_palabra = sum(silabas(p) for p in palabras) / len(palabras)
    por_oracion = len(palabras) / oraciones
    return Lectura(
        206.835 - 62.3 * por_palabra - por_oracion,
        206.84 - 60 * por_palabra - 1.02 * por_oracion,
        sum(len(_FICHA.findall(e)) for e in enunciados),
        len(enunciados),
    )
