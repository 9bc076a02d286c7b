"""Los fármacos que se nombran en una consulta: genéricos y marcas de México y Colombia.

Los datos son hechos escritos para este proyecto (`datos/farmacos.tsv`, `datos/marcas.tsv`): sirven para
reconocer nombres y avisar de lo raro, no para prescribir.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from scribe.lenguaje.fichas import Ficha, partir
from scribe.lenguaje.texto import llano


@dataclass(frozen=True, slots=True)
class Farmaco:
    """Un principio activo. Dosis y presentaciones en mg, de adulto; `None` o vacío si no se sabe."""

    generico: str
    clase: str
    via: str
    toma_min: float | None
    toma_max: float | None
    max_dia: float | None
    presentaciones: tuple[float, ...]
    alias: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MencionFarmaco:
    """Un fármaco nombrado en `[desde:hasta)`. `genericos` trae más de uno si la marca es combinada."""

    desde: int
    hasta: int
    texto: str
    genericos: tuple[str, ...]
    marca: str | None
    clase: str

    @property
    def generico(self) -> str:
        """El principio activo, o el primero de la combinación."""
        return self.genericos[0]


@dataclass(frozen=True, slots=True)
class Nombre:
    """Una forma de nombrar uno o varios genéricos. `marca` es `None` si es nombre genérico.

    `ambigua`: la marca también es palabra común y solo vale escrita con mayúscula («Next»).
    """

    texto: str
    genericos: tuple[str, ...]
    marca: str | None
    ambigua: bool = False


def _filas(archivo: str) -> Iterator[list[str]]:
    texto = (files("scribe.lenguaje") / "datos" / archivo).read_text("utf-8")
    lineas = (linea for linea in texto.splitlines() if linea and not linea.startswith("#"))
    return csv.reader(lineas, delimiter="\t")


def _mg(texto: str) -> float | None:
    return float(texto) if texto else None


@cache
def farmacos() -> dict[str, Farmaco]:
    """Todos los genéricos, por su nombre."""
    todos = {}
    for generico, clase, via, menor, mayor, dia, presentaciones, alias, _fuente in _filas("farmacos.tsv"):
        todos[generico] = Farmaco(
            generico,
            clase,
            via,
            _mg(menor),
            _mg(mayor),
            _mg(dia),
            tuple(float(p) for p in presentaciones.split()),
            tuple(a for a in alias.split(";") if a),
        )
    return todos


@cache
def nombres() -> tuple[Nombre, ...]:
    """Todas las formas de nombrar: genéricos, sus sinónimos y marcas."""
    lista = [Nombre(n, (f.generico,), None) for f in farmacos().values() for n in (f.generico, *f.alias)]
    lista += [Nombre(marca, tuple(g.split(";")), marca, bool(a)) for marca, g, a in _filas("marcas.tsv")]
    return tuple(lista)


@cache
def clases() -> dict[str, Any]:
    """Nombre legible y parentesco de cada clase (`datos/clases_farmacos.toml`)."""
    texto = (files("scribe.lenguaje") / "datos" / "clases_farmacos.toml").read_text("utf-8")
    datos: dict[str, Any] = tomllib.loads(texto)
    return datos


@cache
def _indice() -> dict[str, list[tuple[tuple[str, ...], Nombre]]]:
    """Primera palabra → nombres que empiezan con ella, los más largos primero."""
    indice: dict[str, list[tuple[tuple[str, ...], Nombre]]] = {}
    for nombre in nombres():
        palabras = tuple(f.llana for f in partir(nombre.texto))
        formas = {palabras, ("".join(palabras),)} if "-" in nombre.texto else {palabras}
        for forma in formas:  # «Neo-Melubrina» también se escribe «neomelubrina»
            indice.setdefault(forma[0], []).append((forma, nombre))
    for lista in indice.values():
        lista.sort(key=lambda par: -len(par[0]))
    return indice


def _singulares(llana: str) -> tuple[str, ...]:
    if llana.endswith("es") and len(llana) > 6:
        return (llana, llana[:-1], llana[:-2])
    return (llana, llana[:-1]) if llana.endswith("s") and len(llana) > 5 else (llana,)


def _casa(fichas: list[Ficha], i: int, palabras: tuple[str, ...]) -> bool:
    if i + len(palabras) > len(fichas):
        return False
    return all(p in _singulares(fichas[i + k].llana) for k, p in enumerate(palabras))


def buscar_farmacos(texto: str) -> list[MencionFarmaco]:
    """Los fármacos nombrados en `texto`, en orden y sin encimarse.

    No importan acentos, mayúsculas, plurales ni guiones. Solo nombres exactos: los mal oídos los
    arregla antes `scribe.asr.correccion`.
    """
    fichas = partir(texto)
    menciones: list[MencionFarmaco] = []
    i = 0
    while i < len(fichas):
        candidatos = [par for s in _singulares(fichas[i].llana) for par in _indice().get(s, ())]
        for palabras, nombre in sorted(candidatos, key=lambda par: -len(par[0])):
            desde, hasta = fichas[i].desde, fichas[min(i + len(palabras), len(fichas)) - 1].hasta
            if _casa(fichas, i, palabras) and not (nombre.ambigua and texto[desde].islower()):
                clase = clase_de(nombre.genericos[0])
                menciones.append(
                    MencionFarmaco(desde, hasta, texto[desde:hasta], nombre.genericos, nombre.marca, clase)
                )
                i += len(palabras) - 1
                break
        i += 1
    return menciones


def normalizar_farmaco(nombre: str) -> tuple[str, ...]:
    """Los genéricos que nombra `nombre` («Cozaar 50» → («losartán»,)); vacío si no se reconoce."""
    hallados = [g for mencion in buscar_farmacos(nombre) for g in mencion.genericos]
    return tuple(dict.fromkeys(hallados))


def ficha(generico: str) -> Farmaco | None:
    """Lo que se sabe de un genérico por su nombre exacto."""
    return farmacos().get(generico)


def clase_de(generico: str) -> str:
    """La clase terapéutica (`ara2`, `aine`…), o cadena vacía si no se conoce."""
    farmaco = farmacos().get(generico) or next(
        (f for f in farmacos().values() if llano(f.generico) == llano(generico)), None
    )
    return farmaco.clase if farmaco else ""


def nombre_de_clase(clase: str) -> str:
    """La clase como se lee en un aviso: `ara2` → «ARA-II»."""
    return str(clases()["nombres"].get(clase, clase.replace("_", " ")))
