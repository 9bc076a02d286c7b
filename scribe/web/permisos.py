"""La tabla de permisos (`datos/permisos.toml`) y la comprobación de que toda ruta tiene el suyo.

`comprobar` corre al armar la aplicación: una ruta nueva sin permiso no arranca, ni pasa las pruebas.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from scribe.errores import ErrorScribe
from scribe.expediente.modelo import RolUsuario

DUENOS: dict[str, str | None] = {
    "paciente_id": None,
    "encuentro_id": "paciente_de_encuentro",
    "nota_id": "paciente_de_nota",
    "grabacion_id": "paciente_de_grabacion",
    "subida_id": "paciente_de_subida",
    "trabajo_id": "paciente_de_trabajo",
    "consentimiento_id": "paciente_de_consentimiento",
    "tarea_id": "paciente_de_tarea",
    "identificador_id": "paciente_de_identificador",
    "fusion_id": "paciente_de_fusion",
    "propuesta_id": "paciente_de_propuesta",
    "retencion_id": "paciente_de_retencion",
}
"""De qué paciente es lo que nombra cada parámetro de ruta: la consulta que lo dice."""

SIN_DUENO = frozenset({"usuario_id", "establecimiento_id", "destino_id", "numero", "rol", "tabla",
                       "huella", "carpeta", "archivo", "texto_id"})  # fmt: skip
"""Parámetros que no son de ningún paciente."""


class PermisosIncompletos(ErrorScribe):
    """Una ruta no dice quién puede usarla, o un permiso no lo usa nadie."""


class Regla(BaseModel):
    """Un permiso."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    que: str
    acceso: Literal["publico", "sesion", "roles"] = "roles"
    roles: frozenset[RolUsuario] = frozenset()
    reciente: bool = False
    de_quien: Literal["cualquiera", "responsable"] = "cualquiera"

    @model_validator(mode="after")
    def _completa(self) -> Regla:
        if (self.acceso == "roles") != bool(self.roles):
            raise ValueError("un permiso por roles dice cuáles, y uno que no lo es, ninguno")
        return self


@cache
def reglas() -> Mapping[str, Regla]:
    """Los permisos por nombre."""
    return TypeAdapter(dict[str, Regla]).validate_python(_tabla()["permiso"])


def regla(nombre: str) -> Regla:
    """Un permiso. Lanza `PermisosIncompletos` si no está en la tabla."""
    hallada = reglas().get(nombre)
    if hallada is None:
        raise PermisosIncompletos(f"No hay regla para el permiso «{nombre}».", "Agréguela a permisos.toml.")
    return hallada


def ocultos(clase: str, roles: Iterable[RolUsuario]) -> frozenset[str]:
    """Los campos que no ve quien tiene esos roles; «*» es todo."""
    tabla: dict[str, list[str]] = _tabla()["oculta"].get(clase, {})
    conjuntos = [frozenset(tabla.get(rol, ())) for rol in roles]
    if not conjuntos:
        return frozenset({"*"})
    todos = [c for c in conjuntos if "*" not in c]
    return frozenset.intersection(*todos) if todos else frozenset({"*"})


def permiso_de(ruta: APIRoute) -> str | None:
    """El permiso que declara una ruta, si declara exactamente uno."""
    hallados = {p for d in _todas(ruta.dependant) if (p := getattr(d.call, "permiso", None))}
    return hallados.pop() if len(hallados) == 1 else None


def rutas(aplicacion: FastAPI) -> list[APIRoute]:
    """Las rutas de la aplicación. Lanza `PermisosIncompletos` si hay una de otra clase."""
    salida = []
    for ruta in aplicacion.routes:
        if not isinstance(ruta, APIRoute):
            raise PermisosIncompletos(f"La ruta {getattr(ruta, 'path', ruta)} no pasa por los permisos.")
        salida.append(ruta)
    return salida


def comprobar(aplicacion: FastAPI) -> None:
    """Lanza `PermisosIncompletos` con lo primero que falte."""
    usados = set()
    for ruta in rutas(aplicacion):
        nombre = permiso_de(ruta)
        if nombre is None:
            raise PermisosIncompletos(f"La ruta {ruta.path} no declara su permiso.", "Use exige(…).")
        regla(nombre)
        usados.add(nombre)
        for parametro in ruta.dependant.path_params:
            if parametro.alias not in DUENOS.keys() | SIN_DUENO:
                raise PermisosIncompletos(
                    f"{ruta.path}: no se sabe de quién es «{parametro.alias}».", "Dígalo en DUENOS."
                )
    if sobran := reglas().keys() - usados:
        raise PermisosIncompletos(f"Ninguna ruta usa el permiso «{min(sobran)}».", "Quítelo de la tabla.")


def _todas(dependiente: Dependant) -> Iterable[Dependant]:
    for hijo in dependiente.dependencies:
        yield hijo
        yield from _todas(hijo)


@cache
def _tabla() -> dict[str, Any]:
    return tomllib.loads(files("scribe.web").joinpath("datos", "permisos.toml").read_text("utf-8"))
