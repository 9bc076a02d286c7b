"""Las indicaciones de una oración por separado, sin quitarle a ninguna su «si»."""

from __future__ import annotations

import re

from scribe.soap.dichos import dividir
from scribe.soap.fragmentos import Trozo

_SOLA = re.compile(r"(?:^|[,;:] |\b(?:y|pero|o) )(?:si|cuando|en caso de que) (?!,)[^,;:]*$")
"""Una condición sin lo que se hará si se cumple: «si en una semana no se le quita»."""


def con_su_condicion(trozo: Trozo) -> list[Trozo]:
    """Las partes de `dividir`; la que se quedó en un «si…» va unida a la siguiente.

    «Si no se le quita, le mando la endoscopia» no pide ninguna endoscopia todavía.
    """
    salida: list[Trozo] = []
    for parte in dividir(trozo):
        previa = salida[-1] if salida else None
        if previa is not None and _SOLA.search(previa.plano.strip(" ,.;")):
            salida[-1] = Trozo(trozo.turno, previa.desde, parte.hasta)
        else:
            salida.append(parte)
    return salida
