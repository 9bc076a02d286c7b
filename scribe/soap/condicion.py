"""Las indicaciones de una oración por separado, sin quitarle a ninguna su «si»."""

from __future__ import annotations

from scribe.soap.dichos import dividir
from scribe.soap.fragmentos import Trozo
from scribe.soap.puntuacion import CONDICION_SOLA


def con_su_condicion(trozo: Trozo) -> list[Trozo]:
    """Las partes de `dividir`; la que se quedó en un «si…» va unida a la siguiente.

    «Si no se le quita, le mando la endoscopia» no pide ninguna endoscopia todavía.
    """
    salida: list[Trozo] = []
    for parte in dividir(trozo):
        previa = salida[-1] if salida else None
        if previa is not None and CONDICION_SOLA.search(previa.plano.strip(" ,.;")):
            salida[-1] = Trozo(trozo.turno, previa.desde, parte.hasta)
        else:
            salida.append(parte)
    return salida
