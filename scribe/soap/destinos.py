"""Qué se hace con cada fármaco de una frase: sigue, se deja, o no se dice.

Una frase puede llevar dos órdenes («la metformina la sigue igual, el enalapril ya no») y perder las comas al
oírse. Cada orden toma el fármaco que le toca según si va delante («suspenda el naproxeno») o detrás («el
omeprazol sígalo»); lo que dice el rótulo de un enunciado del plan se comprueba contra eso.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from scribe.lenguaje.farmacos import MencionFarmaco
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.elipsis import es_complemento
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import Propuesta, minuscula

Destino = Literal["sigue", "fuera"]

_LADOS = ("varios", "despues", "contraste", "antes")
"""De lo más preciso a lo más general: «se la quito» no es «quito» delante de otro."""
_P = patrones("scribe.soap", "destinos.es")
_JUNTO = _P["junto"]
_CERCA = _P["cerca"]
_LEJOS = 45
_ROTULO = re.compile(
    r"(?P<verbo>Continuar|Suspender|Evitar|No se indica) (?P<quien>[^:]+?)(?P<cuerpo>: .+)?", re.S
)
_DICE: dict[str, Destino] = {
    "Continuar": "sigue", "Suspender": "fuera", "Evitar": "fuera", "No se indica": "fuera",
}  # fmt: skip
_TIPO = {"sigue": "receta", "fuera": "suspension"}
_VERBO = {"sigue": "Continuar", "fuera": "Suspender"}


@dataclass(frozen=True, slots=True)
class _Orden:
    desde: int
    hasta: int
    lado: str
    destino: Destino


@cache
def _patrones() -> tuple[tuple[Destino, str, re.Pattern[str]], ...]:
    destinos: tuple[Destino, ...] = ("fuera", "sigue")
    return tuple(
        (d, lado, re.compile(rf"\b(?:{_P[f'{d}.{lado}'].pattern})"))
        for lado in _LADOS
        for d in destinos
        if f"{d}.{lado}" in _P
    )


def destinos(texto: str) -> list[tuple[MencionFarmaco, Destino | None]]:
    """Cada fármaco de `texto`, en orden, con lo que se manda hacer con él; `None` si no se dice."""
    menciones = nombrados(texto)
    plano = llano(texto)
    hallados: dict[int, Destino] = {}
    propios: set[int] = set()
    ordenes = sorted(_ordenes(plano, menciones), key=lambda o: (o.desde, -o.hasta))
    for orden in ordenes:
        if orden.lado == "antes":
            for k in _siguientes(plano, menciones, orden, ordenes):
                hallados.setdefault(k, orden.destino)
    for orden in ordenes:
        if orden.lado != "antes":
            for k in _previos(plano, menciones, orden, ordenes):
                if k not in propios:  # la orden de detrás manda sobre una lista que venía de antes
                    hallados[k] = orden.destino
                    propios.add(k)
    return [(m, hallados.get(k)) for k, m in enumerate(menciones)]


def _ordenes(plano: str, menciones: Sequence[MencionFarmaco]) -> Iterator[_Orden]:
    excepto = _P["excepto.antes"]
    tomados: list[tuple[int, int]] = [(m.desde, m.hasta) for m in menciones]
    solo_uno = len({m.generico for m in menciones}) == 1
    for destino, lado, patron in _patrones():
        if lado == "contraste" and solo_uno:
            continue
        for m in patron.finditer(plano):
            if any(m.start() < h and d < m.end() for d, h in tomados) or excepto.search(plano[: m.start()]):
                continue
            tomados.append(m.span())
            yield _Orden(m.start(), m.end(), lado, destino)


def _siguientes(
    plano: str, menciones: Sequence[MencionFarmaco], orden: _Orden, ordenes: Sequence[_Orden]
) -> Iterator[int]:
    fin = orden.hasta
    for k, m in enumerate(menciones):
        if m.desde < orden.hasta:
            continue
        une = _CERCA if fin == orden.hasta else _JUNTO
        if not une.fullmatch(plano, fin, m.desde) or any(
            fin <= o.desde < m.desde for o in ordenes if o != orden
        ):
            return
        yield k
        fin = m.hasta


def _previos(
    plano: str, menciones: Sequence[MencionFarmaco], orden: _Orden, ordenes: Sequence[_Orden]
) -> Iterator[int]:
    antes = [k for k, m in enumerate(menciones) if m.hasta <= orden.desde]
    if not antes:
        return
    ultimo = menciones[antes[-1]]
    if es_complemento(plano, ultimo.desde, plano[orden.desde : orden.hasta]):
        return
    entre = plano[ultimo.hasta : orden.desde]
    ajeno = re.search(r"[.;?]", entre) or _P["otro.entre"].search(entre)
    if len(entre) > _LEJOS or ajeno or any(ultimo.hasta <= o.desde < orden.desde for o in ordenes):
        return
    yield antes[-1]
    for k in reversed(antes[:-1] if orden.lado == "varios" else []):
        if not _JUNTO.fullmatch(plano, menciones[k].hasta, menciones[k + 1].desde):
            return
        yield k


def repartir(propuestas: Sequence[Propuesta]) -> list[Propuesta]:
    """Las propuestas, con cada fármaco bajo el rótulo que le toca según lo dicho.

    Un «Continuar a, b» donde b se deja sale como dos enunciados; lo que el rótulo dice y la frase contradice
    nunca queda.
    """
    return [una for p in propuestas for una in _repartida(p)]


def _repartida(propuesta: Propuesta) -> Iterator[Propuesta]:
    m = _ROTULO.fullmatch(propuesta.texto) if propuesta.seccion == "plan" else None
    dicho = propuesta.trozos[-1].dicho
    quienes = {f.generico for f in nombrados(m["quien"])} if m else set()
    dice = {f.generico: (f.texto.lower(), d) for f, d in destinos(dicho) if d} if m else {}
    if m is None or not quienes or not any(d != _DICE[m["verbo"]] for _, d in dice.values()):
        yield propuesta
        return
    cuerpo = m["cuerpo"] or f": {minuscula(dicho)}".rstrip(" .,;")
    propio = _DICE[m["verbo"]]
    grupos: dict[Destino, list[str]] = {propio: []}
    for f in nombrados(m["quien"]):
        nombre, destino = dice.get(f.generico, (f.texto.lower(), propio))
        grupos.setdefault(destino, []).append(nombre)
    for generico, (nombre, destino) in dice.items():
        if generico not in quienes:
            grupos.setdefault(destino, []).append(nombre)
    for destino, nombres in grupos.items():
        if nombres:
            verbo, tipo = (
                (m["verbo"], propuesta.tipo) if destino == propio else (_VERBO[destino], _TIPO[destino])
            )
            yield replace(propuesta, tipo=tipo, texto=f"{verbo} {', '.join(dict.fromkeys(nombres))}{cuerpo}")
