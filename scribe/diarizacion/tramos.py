"""De trozos con dueño a tramos limpios: uno por cada vez que habla una persona."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scribe.consulta import Aviso, Tramo

Intervalo = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bordes:
    """Cómo se limpian los tramos. Todo en segundos."""

    pausa_s: float = 0.35
    """Las pausas más cortas dentro de lo que dice una persona son parte del tramo."""
    minimo_s: float = 0.2
    """Los tramos más cortos se descartan."""
    antes_s: float = -0.03
    despues_s: float = -0.03
    """Cuánto se extiende cada tramo hacia antes y hacia después (negativo, se encoge)."""


def limpiar(
    partes: Iterable[tuple[int, float, float]], bordes: Bordes, duracion_s: float
) -> tuple[tuple[Tramo, ...], tuple[int, ...]]:
    """Une las partes (persona, inicio, fin) de cada quien en tramos.

    Salen los tramos en orden de inicio y las personas en orden de aparición; la primera es H1.
    """
    por_persona: dict[int, list[Intervalo]] = defaultdict(list)
    for persona, inicio, fin in partes:
        por_persona[persona].append((inicio, fin))
    todos = sorted(
        (inicio, fin, persona)
        for persona, suyos in por_persona.items()
        for inicio, fin in _unir(suyos, bordes, duracion_s)
    )
    orden = tuple(dict.fromkeys(persona for _, _, persona in todos))
    nombres = {persona: f"H{i}" for i, persona in enumerate(orden, start=1)}
    tramos = (Tramo(hablante=nombres[p], inicio=round(i, 3), fin=round(f, 3)) for i, f, p in todos)
    return tuple(tramos), orden


def _unir(suyos: Iterable[Intervalo], bordes: Bordes, duracion_s: float) -> list[Intervalo]:
    unidos: list[Intervalo] = []
    for inicio, fin in sorted(suyos):
        if unidos and inicio - unidos[-1][1] < bordes.pausa_s:
            unidos[-1] = (unidos[-1][0], max(unidos[-1][1], fin))
        else:
            unidos.append((inicio, fin))
    ajustados = (
        (max(0.0, i - bordes.antes_s), min(duracion_s, f + bordes.despues_s))
        for i, f in unidos
        if f - i >= bordes.minimo_s
    )
    return [(i, f) for i, f in ajustados if f > i]


def aviso_de_cuenta(pedidos: int | None, hallados: int) -> tuple[Aviso, ...]:
    """El aviso de que no se distinguieron las personas que se indicaron; vacío si coinciden."""
    if pedidos is None or pedidos == hallados:
        return ()
    texto = f"Se indicaron {pedidos} hablantes y solo se distinguieron {hallados}."
    return (Aviso(tipo="hablantes", texto=texto),)
