"""Qué significa cada medida: título, sentido, definición y fuente, como datos en `datos/metricas/`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Definicion(BaseModel):
    """Una medida. `forma` dice cómo se lee parte/total: tasa (%), cuenta (k/n), por_minuto o promedio.

    `mejor` es el sentido; `principal`, si va en la tabla corta; `con`, la biblioteca que la calcula;
    `unidad`, la de un promedio («s», «MiB»), vacía si no lleva.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    nombre: str
    grupo: str
    titulo: str
    mejor: Literal["mas", "menos"]
    forma: Literal["tasa", "cuenta", "por_minuto", "promedio"] = "tasa"
    unidad: str = ""
    principal: bool = False
    definicion: str
    fuente: str
    con: str


@cache
def definiciones() -> dict[str, Definicion]:
    """Todas, en orden de archivo; el grupo es el nombre del archivo."""
    salida: dict[str, Definicion] = {}
    carpeta = files("evaluacion").joinpath("datos/metricas")
    for archivo in sorted(carpeta.iterdir(), key=lambda a: a.name):
        if archivo.name.endswith(".toml"):
            grupo = archivo.name.removesuffix(".toml")
            for nombre, campos in tomllib.loads(archivo.read_text("utf-8")).items():
                salida[nombre] = Definicion(nombre=nombre, grupo=grupo, **campos)
    return salida
