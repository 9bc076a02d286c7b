"""Los rótulos de la pantalla (`datos/rotulos.toml`): la clave que guarda la base, en palabras."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def todos() -> Mapping[str, Mapping[str, str]]:
    """Cada grupo con sus claves."""
    return tomllib.loads(files("scribe.web").joinpath("datos", "rotulos.toml").read_text("utf-8"))


def rotulo(clave: object, grupo: str) -> str:
    """Cómo se dice; una clave que no está, tal cual. En una plantilla: `estado|rotulo("estado_nota")`."""
    texto = str(clave if clave is not None else "")
    return todos()[grupo].get(texto, texto)
