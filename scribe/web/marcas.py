"""Qué palabras de la transcripción se marcan (`datos/marcas.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Marca(BaseModel):
    """Un grupo de palabras: cómo se llama y la expresión que las reconoce."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titulo: str
    patron: str


class Marcas(BaseModel):
    """Todo lo que se marca; `dudosa` es la probabilidad por debajo de la cual una palabra se oyó mal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dudosa: float
    cifra: Marca
    lado: Marca
    negacion: Marca


@cache
def marcas() -> Marcas:
    """Las marcas."""
    return Marcas.model_validate(
        tomllib.loads(files("scribe.web").joinpath("datos", "marcas.toml").read_text("utf-8"))
    )
