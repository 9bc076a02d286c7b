"""Los otros códigos que el médico ve de un diagnóstico: primero los que explican más de lo dicho."""

from __future__ import annotations

from collections.abc import Iterable

from scribe.codificacion.buscador import Buscador, codificable, unir
from scribe.codificacion.catalogo import Sistema
from scribe.consulta import Alternativa

_BUSCADAS = 15
_CLARO, _MINIMO = 0.60, 0.40
"""Puntajes desde los que lo hallado va antes que los hermanos del código, o al menos se enseña."""


def alternativas(
    buscador: Buscador, formas: Iterable[str], elegido: str, general: str | None, sistema: Sistema
) -> list[Alternativa]:
    """Otros códigos para lo dicho (`formas`), sin el `elegido`, del más al menos probable.

    Van el código menos preciso del que se partió (`general`), lo que se parece a lo dicho, los hermanos de
    su categoría y lo que se parece poco. El puntaje no sube al bajar en la lista.
    """
    catalogo = buscador.catalogos[sistema]
    halladas = {
        a.codigo: a for a in unir((buscador.buscar(f, sistema, _BUSCADAS) for f in formas), 4 * _BUSCADAS)
    }
    claras = [a.codigo for a in halladas.values() if a.puntaje >= _CLARO]
    dudosas = [a.codigo for a in halladas.values() if _MINIMO <= a.puntaje < _CLARO]
    delante = [codificable(catalogo, general)] if general is not None and general in catalogo else []
    residual = codificable(catalogo, elegido.partition(".")[0])
    hermanos = [residual] if residual in catalogo else []
    hermanos += [c for c in catalogo.hermanos(elegido) if codificable(catalogo, c) == c]
    salida, tope = [], 0.99
    for codigo in dict.fromkeys([*delante, *claras, *hermanos, *dudosas]):
        if codigo == elegido:
            continue
        propio = halladas[codigo].puntaje if codigo in halladas else _MINIMO
        tope = min(tope, tope if codigo in delante else propio)
        salida.append(Alternativa(codigo=codigo, titulo=catalogo.titulo(codigo), puntaje=tope))
    return salida
