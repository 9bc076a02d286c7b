"""Respuestas que contestan a toda una lista de una vez: «de eso solo la tos», «todo menos la fiebre»."""

from __future__ import annotations

from dataclasses import dataclass

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.reglas import pregunta

_P = patrones("scribe.soap", "respuestas.es")


@dataclass(frozen=True, slots=True)
class Parcial:
    """Qué parte de la lista se nombró (`nombrado`) y si lo nombrado es lo que hay o lo que falta."""

    nombrado: str
    lo_nombrado_hay: bool
    suelto: bool = False
    """«Solo diarrea», sin más: vale si es algo de lo preguntado; «solo en las noches» no reparte nada."""


def parcial(respuesta: str) -> Parcial | None:
    """Cómo reparte la respuesta lo preguntado; nada si no contesta a la lista entera."""
    plano = llano(respuesta).strip()
    menos = pregunta("todo_menos").search(plano)
    if menos:
        return Parcial(menos["que"], lo_nombrado_hay=False)
    if solo := pregunta("solo_eso").search(plano):
        return Parcial(solo["que"] or solo["que2"] or solo["que3"] or "", lo_nombrado_hay=True)
    uno = _P["solo_uno"].fullmatch(plano)
    return Parcial(uno["que"], lo_nombrado_hay=True, suelto=True) if uno else None
