"""Lo que la nota ya dice y falta pasar a sus renglones: la receta y los signos vitales.

Se lee de enunciados que nadie puso en duda, con las mismas reglas con que se redactan; lo que no se dijo
queda en blanco. Nada entra solo: el médico acepta cada renglón.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from scribe.consulta import Cita
from scribe.expediente.firma.contenido import Renglon, Signo
from scribe.expediente.nota_editable import ContenidoDeNota, EnunciadoEditable
from scribe.lenguaje.farmacos import normalizar_farmaco
from scribe.lenguaje.texto import llano
from scribe.soap.medicamentos import Linea, escalonado, lineas_de
from scribe.soap.signos import signos_de

_DE_RECETA = frozenset({"receta", "tratamiento"})
_DE_SIGNOS = frozenset({"signo_vital", "signo"})
_ANTES_DE_LA_DURACION = ("por ", "durante ")
_P = TypeVar("_P")


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True)


class RecetaPropuesta(_Valor):
    """Un renglón de receta y lo que lo sustenta."""

    renglon: Renglon
    citas: tuple[Cita, ...]


class SignoPropuesto(_Valor):
    """Un signo vital y lo que lo sustenta."""

    signo: Signo
    citas: tuple[Cita, ...]


class Propuestas(_Valor):
    """Los renglones que aún no están en la nota."""

    receta: tuple[RecetaPropuesta, ...] = ()
    signos: tuple[SignoPropuesto, ...] = ()


def proponer(contenido: ContenidoDeNota) -> Propuestas:
    """Los que faltan de `contenido`, en el orden en que se leen y sin repetir."""
    recetados = {g for r in contenido.receta for g in _genericos(r.generico)}
    medidos: set[str] = {s.clave for s in contenido.signos}
    return Propuestas(
        receta=tuple(_nuevos(_recetas(contenido), lambda p: _genericos(p.renglon.generico), recetados)),
        signos=tuple(_nuevos(_signos(contenido), lambda p: frozenset({p.signo.clave}), medidos)),
    )


def _nuevos(propuestos: Iterator[_P], claves: Callable[[_P], frozenset[str]], ya: set[str]) -> Iterator[_P]:
    for propuesto in propuestos:
        suyas = claves(propuesto)
        if not suyas & ya:
            ya |= suyas
            yield propuesto


def _recetas(contenido: ContenidoDeNota) -> Iterator[RecetaPropuesta]:
    for enunciado in _ciertos(contenido.nota.plan, _DE_RECETA):
        for linea, _, _ in lineas_de(enunciado.texto):
            yield RecetaPropuesta(renglon=_renglon(linea, enunciado.texto), citas=enunciado.citas)


def _signos(contenido: ContenidoDeNota) -> Iterator[SignoPropuesto]:
    for enunciado in _ciertos(contenido.nota.objetivo, _DE_SIGNOS):
        for medido in signos_de(enunciado.texto):
            clave = _claves().get(medido.rotulo)
            if clave is not None and medido.dudoso is None:
                signo = Signo.model_validate({"clave": clave, "valor": medido.valor, "unidad": medido.unidad})
                yield SignoPropuesto(signo=signo, citas=enunciado.citas)


def _ciertos(enunciados: tuple[EnunciadoEditable, ...], tipos: frozenset[str]) -> Iterator[EnunciadoEditable]:
    return (e for e in enunciados if e.tipo in tipos and not e.dudoso)


def _renglon(linea: Linea, texto: str) -> Renglon:
    """Una pauta que cambia con el tiempo no cabe en un renglón: va entera en las indicaciones."""
    genericos = normalizar_farmaco(linea.farmaco)
    es_marca = bool(genericos) and not any(llano(g) in llano(linea.farmaco) for g in genericos)
    nombres = {
        "generico": " y ".join(genericos) if es_marca else linea.farmaco.lower(),
        "comercial": linea.farmaco if es_marca else "",
    }
    if escalonado(texto):
        return Renglon(**nombres, indicaciones=texto)
    duracion = linea.duracion
    for previo in _ANTES_DE_LA_DURACION:
        duracion = duracion.removeprefix(previo)
    return Renglon(
        **nombres, presentacion=linea.forma, dosis=", ".join(x for x in (linea.dosis, linea.toma) if x),
        via=linea.via, frecuencia=linea.frecuencia, duracion=duracion, indicaciones=linea.condicion,
    )  # fmt: skip


def _genericos(nombre: str) -> frozenset[str]:
    return frozenset(map(llano, normalizar_farmaco(nombre))) or frozenset({llano(nombre)} - {""})


@cache
def _claves() -> dict[str, str]:
    return tomllib.loads(files("scribe.expediente").joinpath("datos", "signos.toml").read_text("utf-8"))
