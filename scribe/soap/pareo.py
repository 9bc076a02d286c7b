"""Varias preguntas en un turno y varias oraciones que las contestan: cada una con la suya.

«¿Toma otras medicinas? ¿Fuma?» «Enalapril de 10. Fumo 2 al día»: sin esto todo quedaba bajo «Tabaquismo».
"""

from __future__ import annotations

from dataclasses import replace

from scribe.lenguaje.patrones import patrones
from scribe.soap.asuntos import comparte
from scribe.soap.dialogo import Intercambio
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Trozo
from scribe.soap.reglas import pregunta
from scribe.soap.rotulos import tema_de

_P = patrones("scribe.soap", "respuestas.es")
_DE_FARMACOS = "medicamentos"


def por_pregunta(intercambio: Intercambio) -> list[Intercambio]:
    """El intercambio partido por pregunta, en el orden en que se contestó; entero si no consta a cuál va cada oración.

    Una oración es de la pregunta que nombra lo mismo. La que no nombra ninguna sigue a la anterior; si abre la
    respuesta, o es solo un no, es de las preguntas que nadie más contesta.
    """  # noqa: E501
    preguntas, respuesta = intercambio.preguntas, intercambio.respuesta
    if len(preguntas) < 2 or len(respuesta) < 2:
        return [intercambio]
    dichas = [_suya(t, preguntas) for t in respuesta]
    libres = tuple(k for k in range(len(preguntas)) if k not in dichas)
    grupos: dict[tuple[int, ...], list[Trozo]] = {}
    ultima: tuple[int, ...] = libres
    for trozo, k in zip(respuesta, dichas, strict=True):
        if k is not None:
            ultima = (k,)
        elif libres and _solo_niega(trozo):
            ultima = libres
        if not ultima:
            return [intercambio]
        grupos.setdefault(ultima, []).append(trozo)
    if len(grupos) < 2:
        return [intercambio]
    return [
        replace(intercambio, preguntas=[preguntas[k] for k in cuales], respuesta=trozos)
        for cuales, trozos in grupos.items()
    ]


def _suya(trozo: Trozo, preguntas: list[Trozo]) -> int | None:
    """La pregunta que nombra lo mismo que la oración, o la de medicamentos si trae un fármaco."""
    for k, una in enumerate(preguntas):
        if comparte(una, [trozo]):
            return k
    if hay_farmaco(trozo.texto):
        for k, una in enumerate(preguntas):
            tema = tema_de([una])
            if tema is not None and tema.nombre == _DE_FARMACOS:
                return k
    return None


def _solo_niega(trozo: Trozo) -> bool:
    return pregunta("niega_todo").search(trozo.plano) is not None or (
        _P["solo_no"].fullmatch(trozo.plano.strip(" ,.;")) is not None
    )
