"""Respuestas que contestan a toda una lista de una vez: «de eso solo la tos», «todo menos la fiebre»."""

from __future__ import annotations

from dataclasses import dataclass

from scribe.lenguaje.texto import llano
from scribe.soap.reglas import pregunta


@dataclass(frozen=True, slots=True)
class Parcial:
    """Qué parte de la lista se nombró (`nombrado`) y si lo nombrado es lo que hay o lo que falta."""

    nombrado: str
    lo_nombrado_hay: bool


def parcial(respuesta: str) -> Parcial | None:
    """Cómo reparte la respuesta lo preguntado; nada si no contesta a la lista entera."""
    plano = llano(respuesta).strip()
    menos = pregunta("todo_menos").search(plano)
    if menos:
        return Parcial(menos["que"], lo_nombrado_hay=False)
    solo = pregunta("solo_eso").search(plano)
    return Parcial(solo["que"] or solo["que2"] or solo["que3"] or "", lo_nombrado_hay=True) if solo else None
