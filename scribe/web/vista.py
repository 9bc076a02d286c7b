"""Las páginas: plantillas Jinja2 con todo escapado, y qué se contesta cuando algo no procede.

Una página nueva es un archivo en `paginas/` con su `rutas`, una plantilla y un permiso en `permisos.toml`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from scribe import __version__
from scribe.web import estaticos, formatos, menu, rotulos
from scribe.web.formularios import campos_de
from scribe.web.permisos import regla
from scribe.web.sujeto import Sujeto


def pagina(quien: Sujeto, plantilla: str, /, estado: int = 200, **contexto: Any) -> HTMLResponse:
    """Una página para esa persona. La plantilla recibe `yo`, `puede("permiso")` y lo que se le dé."""
    return HTMLResponse(componer(plantilla, quien.usuario, zona=quien.zona, **contexto), estado)


def componer(plantilla: str, persona: Any = None, /, zona: str | None = None, **contexto: Any) -> str:
    """El HTML de una plantilla; las horas, en esa zona (o la de este equipo)."""
    roles = {rol for _, rol in persona.roles} if persona is not None else set()
    return (
        plantillas()
        .get_template(plantilla)
        .render(
            yo=persona,
            zona=zona,
            roles=roles,
            menu=menu.de(persona) if persona is not None else [],
            puede=lambda permiso: bool(roles & regla(permiso).roles),
            **contexto,
        )
    )


def es_pagina(peticion: Request) -> bool:
    """Si quien pide espera una página; todo lo demás es la API."""
    return not peticion.url.path.startswith(("/api/", "/estaticos/"))


def de_error(estado: int, codigo: str, mensaje: str, remedio: str, peticion: Request) -> Response:
    """La página de un error. Sin sesión es la de entrar, y al entrar se sigue donde se iba."""
    volver = peticion.url.path if peticion.method == "GET" else "/"
    if codigo == "sin_sesion":
        return HTMLResponse(componer("entrar.html", volver=volver, **SIN_INTENTO), estado)
    if codigo == "reautenticar":
        return HTMLResponse(
            componer("reautenticar.html", volver=volver, repetir=peticion.method != "GET"), estado
        )
    return HTMLResponse(componer("error.html", estado=estado, mensaje=mensaje, remedio=remedio), estado)


SIN_INTENTO: dict[str, Any] = {"usuario": "", "fallo": None, "pide_codigo": False}
"""La página de entrar antes de intentar nada."""


def destino_seguro(volver: str) -> str:
    """A dónde seguir después de entrar: solo una ruta de aquí; cualquier otra cosa es el inicio."""
    propia = volver.startswith("/") and not volver.startswith("//") and "\\" not in volver
    return volver if propia and volver.isprintable() else "/"


def _en_su_zona(formato: Callable[[Any, str | None], str]) -> Any:
    """El filtro que escribe una fecha en la zona de la página."""

    @pass_context
    def filtro(contexto: Context, valor: Any) -> str:
        return formato(valor, contexto.get("zona"))

    return filtro


@cache
def plantillas() -> Environment:
    """El entorno de Jinja2."""
    entorno = Environment(
        loader=PackageLoader("scribe.web", "plantillas"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    entorno.policies["json.dumps_kwargs"] = {"sort_keys": False}  # el orden de los rótulos dice algo
    entorno.globals |= {"estatico": estaticos.url, "version": __version__, "fallas": campos_de}
    entorno.filters |= formatos.FILTROS | {"rotulo": rotulos.rotulo}
    entorno.filters |= {f.__name__: _en_su_zona(f) for f in (formatos.fecha, formatos.momento)}
    return entorno
