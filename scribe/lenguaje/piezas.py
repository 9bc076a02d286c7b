"""Recorrer las piezas de un texto y fundir en una cifra las que la forman."""

from __future__ import annotations

from collections.abc import Callable, Collection

from scribe.lenguaje.numeros import Pieza, datos

Piezas = list[Pieza]
Valor = Callable[[Piezas, int, Piezas], str | None]
"""De las piezas, el lugar del grupo y el grupo: la cifra que forma, o `None` si no forma ninguna."""


def fundir(largo: int, valor: Valor, signos: str = "") -> Callable[[Piezas], Piezas]:
    """La regla que recorre el texto y funde cada grupo de `largo` piezas al que `valor` dé cifra.

    Dentro del grupo solo se admiten los signos de puntuación de `signos`.
    """
    return lambda piezas: _cambiar(piezas, largo, valor, signos)


def _cambiar(piezas: Piezas, largo: int, valor: Valor, signos: str) -> Piezas:
    salida: Piezas = []
    i = 0
    while i < len(piezas):
        grupo = _seguidas(piezas, i, largo, signos)
        nuevo = valor(piezas, i, grupo) if grupo else None
        if grupo and nuevo is not None:
            salida.append(_juntar(grupo, nuevo))
            i += largo
        else:
            salida.append(piezas[i])
            i += 1
    return salida


def _juntar(grupo: Piezas, valor: str) -> Pieza:
    """Una sola pieza que ocupa el lugar de varias."""
    llana = " ".join(p.llana for p in grupo)
    ultima = grupo[-1]
    return Pieza(grupo[0].desde, ultima.hasta, llana, valor, True, ultima.corte, ultima.signo)


def _seguidas(piezas: Piezas, i: int, cuantas: int, signos: str) -> Piezas | None:
    grupo = piezas[i : i + cuantas]
    separa = any(p.corte and p.signo not in tuple(signos) for p in grupo[:-1])
    return grupo if len(grupo) == cuantas and not separa else None


def cortado(grupo: Piezas) -> bool:
    """Si hay algún signo de puntuación dentro del grupo."""
    return any(p.corte for p in grupo[:-1])


def cerca_antes(piezas: Piezas, i: int, palabras: Collection[str], alcance: int) -> bool:
    """Si alguna de `palabras` aparece entre las `alcance` piezas anteriores."""
    return any(p.llana in palabras for p in piezas[max(0, i - alcance) : i])


def sigue(piezas: Piezas, i: int) -> str:
    """La palabra que va justo después de la pieza anterior a `i`, o vacío si la separa un signo."""
    return piezas[i].llana if i < len(piezas) and not piezas[i - 1].corte else ""


def cierra(piezas: Piezas, i: int) -> bool:
    """Si antes de `i` la cifra terminó: no sigue nada que se cuente («38 y 5 días», «12, 3 vómitos»)."""
    palabra = sigue(piezas, i)
    return not palabra or palabra in datos()["contexto"]["tras_cifra"]
