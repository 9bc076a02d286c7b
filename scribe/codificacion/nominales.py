"""Los diagnósticos que el médico anuncia y no están en los sinónimos: «se trata de una…»."""

from __future__ import annotations

from scribe.codificacion.buscador import Buscador
from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.normal import claves
from scribe.codificacion.reglas import frases
from scribe.codificacion.sinonimos import Clase, Concepto
from scribe.consulta import Turno
from scribe.lenguaje.texto import llano
from scribe.lenguaje.vocabulario import es_comun

UMBRAL_FRASE = 0.80
"""Puntaje mínimo para tomar por diagnóstico la frase nominal que sigue a «es una…»."""


def nominales(turno: Turno, previos: list[Hallazgo], buscador: Buscador) -> list[Hallazgo]:
    """Diagnósticos que no están en los sinónimos: la frase nominal tras «es una», «tiene»…"""
    f, base, salida = frases(), llano(turno.texto), list[Hallazgo]()
    for m in f["nominal"].finditer(base):
        corte = f["corta"].search(base, m.end())
        fin = corte.start() if corte else len(base)
        tramo = turno.texto[m.end() : fin].rstrip()
        enfermedad = any(h.desde < fin and h.hasta > m.end() and h.concepto.clase in "dzp" for h in previos)
        palabras = claves(tramo)
        if enfermedad or not 1 <= len(palabras) <= 7 or len(tramo) < 6:
            continue
        if len(palabras) == 1 and es_comun(tramo.split()[-1]):
            continue
        mejores = buscador.buscar(tramo, "CIE-10", 1)
        if mejores and mejores[0].puntaje >= UMBRAL_FRASE and mejores[0].codigo[0] not in "VWXYZ":
            clase: Clase = "s" if mejores[0].codigo[0] == "R" else "d"
            concepto = Concepto(mejores[0].codigo, None, clase, (tramo,))
            salida.append(Hallazgo(concepto, tramo, m.end(), m.end() + len(tramo), exacto=False))
    return salida
