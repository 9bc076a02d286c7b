"""Qué nombres favorecer en cada ventana: los que suenan a lo que se entendió en una primera lectura.

Whisper escribe bien un nombre raro si lo tiene delante, y en la indicación no cabe un léxico. La ventana se
lee primero sin ayuda; con lo que salió («a mlo dipino», «la comesón») se buscan en los léxicos los fármacos y
términos clínicos que suenan así, y con ellos delante se oye de verdad: es sesgo contextual (Pundak y otros,
2018) con lista por recuperación, sin entrenar nada. Depende solo de la ventana.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scribe.asr.evidencia import es_lugar, evidencia
from scribe.lenguaje.farmacos import buscar_farmacos
from scribe.lenguaje.fichas import Ficha, partir
from scribe.lenguaje.parecidos import candidatos, es_termino
from scribe.lenguaje.vocabulario import es_comun

_PALABRAS = 3
_LETRAS = 5
_FARMACOS, _TERMINOS = 10, 12
_POR_TRAMO = 3
"""Nombres por cada lugar: que las formas de una palabra («hincha», «hinchan») no llenen la lista."""
_PARECIDO = 0.70


def favorecidas(borrador: str) -> list[str]:
    """Los nombres del léxico que suenan a lo que hay en `borrador`: primero fármacos, luego términos.

    Lo que ya es español corriente solo se toma por un fármaco donde se habla de tomar o recetar algo.
    """
    fichas = partir(borrador)
    farmacos: dict[str, float] = {}
    terminos: dict[str, float] = {}
    for i, j in _tramos(fichas):
        palabras = tuple(f.texto for f in fichas[i : j + 1])
        rara = any(not _conocida(p) for p in palabras)
        if rara or _hay_lugar(borrador, fichas, i, j):
            for c in candidatos(palabras, "farmaco", _PARECIDO)[:_POR_TRAMO]:
                farmacos[c.entrada.texto] = max(c.parecido, farmacos.get(c.entrada.texto, 0.0))
        if rara:
            for c in candidatos(palabras, "termino", _PARECIDO)[:_POR_TRAMO]:
                terminos[c.entrada.texto] = max(c.parecido, terminos.get(c.entrada.texto, 0.0))
    dichos = {m.texto for m in buscar_farmacos(borrador)}
    mejores = _mejores({**dict.fromkeys(dichos, 1.0), **farmacos}, _FARMACOS)
    return list(dict.fromkeys([*mejores, *_mejores(terminos, _TERMINOS)]))


def _tramos(fichas: Sequence[Ficha]) -> Iterator[tuple[int, int]]:
    """De una a tres palabras seguidas, sin signos en medio ni cifras."""
    for i in range(len(fichas)):
        largo = 0
        for j in range(i, min(i + _PALABRAS, len(fichas))):
            if not fichas[j].texto.isalpha():
                break
            largo += len(fichas[j].texto)
            if largo >= _LETRAS:
                yield i, j
            if fichas[j].corte:
                break


def _conocida(palabra: str) -> bool:
    return es_comun(palabra) or es_termino(palabra)


def _hay_lugar(texto: str, fichas: list[Ficha], i: int, j: int) -> bool:
    prueba = evidencia(texto, fichas, i, j)
    return prueba.dosis or prueba.verbo or es_lugar(fichas, i)


def _mejores(puntos: dict[str, float], cuantos: int) -> list[str]:
    return sorted(puntos, key=lambda nombre: (-puntos[nombre], nombre))[:cuantos]
