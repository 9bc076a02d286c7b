"""El menú (`datos/menu.toml`): cada quien ve solo las entradas que su permiso le deja abrir."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, TypeAdapter

from scribe.expediente.modelo import Usuario
from scribe.web.permisos import regla


class Entrada(BaseModel):
    """Un renglón del menú. `seccion` es la que la plantilla dice ser, para marcar dónde se está;
    `tecla`, el atajo (Alt con esa letra).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seccion: str
    texto: str
    ruta: str
    permiso: str
    icono: str
    tecla: str | None = None


def de(persona: Usuario) -> list[Entrada]:
    """Lo que esa persona puede abrir, en el orden del archivo."""
    roles = {rol for _, rol in persona.roles}
    return [e for e in entradas() if regla(e.permiso).acceso != "roles" or roles & regla(e.permiso).roles]


@cache
def entradas() -> list[Entrada]:
    """Todas."""
    texto = files("scribe.web").joinpath("datos", "menu.toml").read_text("utf-8")
    return TypeAdapter(list[Entrada]).validate_python(tomllib.loads(texto)["entrada"])
