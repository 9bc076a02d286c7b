"""Qué tramos de un turno pueden ser un nombre mal oído: los que tienen palabras que no son corrientes."""

from __future__ import annotations

from collections.abc import Iterator

from scribe.asr.pegadas import partido
from scribe.consulta import Turno
from scribe.lenguaje.cifras_parecidas import dicha
from scribe.lenguaje.farmacos import buscar_farmacos
from scribe.lenguaje.fichas import Ficha
from scribe.lenguaje.parecidos import PREFIJOS, Clase, es_termino
from scribe.lenguaje.vocabulario import es_comun


def toca(desde: int, hasta: int, tramos: list[tuple[int, int]]) -> bool:
    """Si `[desde:hasta)` se encima con alguno de los `tramos`."""
    return any(desde < f and i < hasta for i, f in tramos)


def ajenas_de(texto: str, fichas: list[Ficha]) -> list[bool]:
    """Por ficha: no es palabra común, ni término clínico, ni parte de un fármaco bien dicho."""
    menciones = [(m.desde, m.hasta) for m in buscar_farmacos(texto)]
    return [
        f.texto.isalpha()
        and f.llana.isascii()
        and not toca(f.desde, f.hasta, menciones)
        and not es_comun(f.texto)
        and not es_termino(f.texto)
        for f in fichas
    ]


def ventanas(
    turno: Turno, fichas: list[Ficha], ajenas: list[bool], largo_max: int, clase: Clase = "farmaco"
) -> Iterator[tuple[int, int]]:
    """Grupos de fichas seguidas, sin signos ni cifras ni fármacos por medio, con alguna palabra ajena."""
    menciones = [(m.desde, m.hasta) for m in buscar_farmacos(turno.texto)]
    for i, inicial in enumerate(fichas):
        for j in range(i, min(i + largo_max, len(fichas))):
            f = fichas[j]
            numero = clase == "farmaco" and j > i and f.texto.isdigit() and len(f.texto) <= 2
            if not (f.texto.isalpha() or numero) or toca(f.desde, f.hasta, menciones):
                break
            if f.llana == "de" and not f.corte and fichas[j + 1].texto[0].isdigit():
                break  # «de 500» es la dosis, no el final del nombre
            if inicial.texto.isalpha() and (
                any(ajenas[i : j + 1]) or partido(turno, fichas[i : j + 1], clase)
            ):
                yield i, j
            if f.corte:
                break


def dichas(fichas: list[Ficha], i: int, j: int) -> tuple[str, ...]:
    """Las palabras de las fichas `i..j` como suenan."""
    return tuple(dicha(f.texto) for f in fichas[i : j + 1])


def gasta_comunes(fichas: list[Ficha], i: int, j: int, ajenas: list[bool]) -> bool:
    """Si la ventana se llevaría una palabra con significado propio («dolor»)."""
    return any(
        not ajenas[k] and len(fichas[k].llana) > 3 and fichas[k].llana not in PREFIJOS
        for k in range(i, j + 1)
    )
