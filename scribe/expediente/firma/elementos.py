"""Los elementos de dato de la Res. 866 de 2021 que una nota colombiana lleva (`datos/elementos866.toml`).

Aquí solo se comprueba cada valor contra su lista o su forma; de dónde sale lo reúne quien arma la nota.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from scribe.expediente.firma.contenido import Elemento

Fuentes = Mapping[str, str | tuple[str, ...] | None]
"""Por origen (`paciente.sexo`), el valor o los valores que constan."""

Titulo = Callable[[str, str], str | None]
"""De un catálogo y una clave, su título el día de la atención; `None` si no está."""


class Definicion(BaseModel):
    """Un elemento del anexo: su número, de dónde sale, qué admite y si su falta impide firmar."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    numero: str
    nombre: str
    origen: str
    catalogo: str = ""
    forma: str = ""
    gravedad: Literal["impide", "avisa", "ninguna"]

    @model_validator(mode="after")
    def _una_regla(self) -> Definicion:
        if bool(self.catalogo) == bool(self.forma):
            raise ValueError("un elemento se comprueba con su catálogo o con su forma, y solo con uno")
        return self

    @property
    def pide(self) -> str:
        """Qué falta, como se le dice al médico."""
        donde = "de su lista" if self.catalogo else "con la forma que pide el anexo"
        return f"«{self.nombre}», {donde}"


def reunir(fuentes: Fuentes, titulo: Titulo) -> tuple[Elemento, ...]:
    """Los elementos que constan y valen, en el orden del anexo. Lo que no está en su lista no entra."""
    return tuple(_reunidos(fuentes, titulo))


def _reunidos(fuentes: Fuentes, titulo: Titulo) -> Iterator[Elemento]:
    for d in definiciones():
        valores = fuentes[d.origen]
        for valor in (valores,) if isinstance(valores, str) else valores or ():
            nombre = titulo(d.catalogo, valor) if d.catalogo else ""
            if nombre or (d.forma and re.fullmatch(d.forma, valor)):
                yield Elemento(numero=d.numero, nombre=d.nombre, valor=valor, titulo=nombre or "")


@lru_cache(maxsize=1)
def definiciones() -> tuple[Definicion, ...]:
    """La tabla entera, en orden."""
    texto = files("scribe.expediente.firma").joinpath("datos", "elementos866.toml").read_text("utf-8")
    return tuple(Definicion.model_validate(e) for e in tomllib.loads(texto)["elemento"])
