"""Partir un texto en fichas con su lugar exacto, y cambiarlo dejando constancia de cada cambio."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scribe.consulta import Correccion, Turno
from scribe.lenguaje.texto import llano

_FICHA = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|%|½|¼")


@dataclass(frozen=True, slots=True)
class Ficha:
    """Una palabra o cifra de un texto: `texto[desde:hasta]`, y su forma `llana` para comparar.

    `signo` es lo que hay entre esta ficha y la siguiente además de espacios (una coma, un punto; nada en la
    última), y `corte`, si hay algo.
    """

    desde: int
    hasta: int
    texto: str
    llana: str
    corte: bool
    signo: str = ""


@dataclass(frozen=True, slots=True)
class Edicion:
    """Cambiar `[desde:hasta)` de un texto por `propuesto`; sin `aplicada` solo se anota."""

    desde: int
    hasta: int
    propuesto: str
    motivo: str
    aplicada: bool = True


def partir(texto: str) -> list[Ficha]:
    """Las fichas de `texto` en orden; los signos no son fichas, pero marcan `corte`."""
    marcas = list(_FICHA.finditer(texto))
    fichas = []
    for k, marca in enumerate(marcas):
        entre = texto[marca.end() : marcas[k + 1].start()] if k + 1 < len(marcas) else "."
        signo = entre.strip()
        fichas.append(Ficha(marca.start(), marca.end(), marca[0], llano(marca[0]), bool(signo), signo))
    return fichas


def aplicar(turno: Turno, ediciones: Iterable[Edicion]) -> Turno:
    """El turno con los cambios hechos y anotados; `palabras` no se toca.

    Las ediciones que no cambian nada se ignoran. De dos que se encimen vale la que empieza antes.
    """
    texto, hasta = [], 0
    anotadas: list[Correccion] = []
    for e in sorted(ediciones, key=lambda e: (e.desde, -e.hasta)):
        original = turno.texto[e.desde : e.hasta]
        if e.desde < hasta or original == e.propuesto:
            continue
        anotadas.append(
            Correccion(original=original, propuesto=e.propuesto, motivo=e.motivo, aplicada=e.aplicada)
        )
        if e.aplicada:
            texto += [turno.texto[hasta : e.desde], e.propuesto]
            hasta = e.hasta
    if not anotadas:
        return turno
    # Se construye de nuevo: una copia arrastraría la alineación ya calculada para el texto viejo.
    return Turno(
        id=turno.id,
        hablante=turno.hablante,
        rol=turno.rol,
        inicio=turno.inicio,
        fin=turno.fin,
        texto="".join([*texto, turno.texto[hasta:]]),
        palabras=turno.palabras,
        correcciones=(*turno.correcciones, *anotadas),
    )
