"""La aplicación HTTP: rutas, permisos comprobados, una sola forma de error y defensas alrededor."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from scribe import __version__
from scribe.errores import ErrorScribe
from scribe.web import paginas, permisos, vista
from scribe.web.defensas import Defensas
from scribe.web.descripcion import describir
from scribe.web.errores import de_validacion
from scribe.web.respuestas import forma, respuesta
from scribe.web.servicios import Servicios

CUARTOS = (
    "sesion", "usuarios", "pacientes", "encuentros", "grabaciones", "copia_local", "audio", "onda", "notas",
    "revision", "faltantes", "transcripcion", "codigos", "catalogos", "textos", "firma", "conservacion",
    "envios", "sistema",
)  # fmt: skip
LOCALES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DESCRIPCION = """
Expediente clínico de Scribe: llegan borradores, el médico los aprueba y firma, y nada firmado cambia.

Se entra con `POST /api/sesion`, que pone una cookie. Ningún dato de un paciente va en una URL: se busca por
POST y las rutas solo llevan identificadores al azar. Todo error tiene la forma
`{"error": {"codigo", "mensaje", "remedio", "campos"}}`.
"""


def crear(servicios: Servicios, *, nombres: Iterable[str] = ()) -> FastAPI:
    """La aplicación lista. Lanza `PermisosIncompletos` si alguna ruta no dice quién puede usarla."""
    app = FastAPI(
        title="Scribe", version=__version__, description=_DESCRIPCION, docs_url=None, redoc_url=None,
        openapi_url=None, generate_unique_id_function=_nombre,
    )  # fmt: skip
    app.state.servicios = servicios
    for cuarto in CUARTOS:
        # Una sola lista plana, y no `include_router`: así la comprobación ve exactamente lo que se sirve.
        app.router.routes.extend(import_module(f"scribe.web.api.{cuarto}").rutas.routes)
    for rutas in paginas.cuartos():
        app.router.routes.extend(rutas.routes)
    permisos.comprobar(app)
    _errores(app)
    app.openapi = lambda: describir(app)  # type: ignore[method-assign]
    app.add_middleware(Defensas, nombres=LOCALES | {n.lower() for n in nombres}, tls=servicios.tls)
    return app


def _nombre(ruta: APIRoute) -> str:
    return f"{ruta.tags[0]}_{ruta.name}" if ruta.tags else ruta.name


def _errores(app: FastAPI) -> None:
    @app.exception_handler(ErrorScribe)
    def propio(peticion: Request, fallo: ErrorScribe) -> Response:
        return respuesta(fallo, peticion)

    @app.exception_handler(RequestValidationError)
    def validacion(peticion: Request, fallo: RequestValidationError) -> Response:
        if vista.es_pagina(peticion):
            return vista.de_error(422, "forma_invalida", "Falta algún dato.", "Vuelva y revíselo.", peticion)
        return de_validacion(fallo)

    @app.exception_handler(ValidationError)
    def de_modelo(peticion: Request, fallo: ValidationError) -> Response:
        return validacion(
            peticion, RequestValidationError(fallo.errors(include_input=False, include_url=False))
        )

    @app.exception_handler(HTTPException)
    def del_marco(peticion: Request, fallo: HTTPException) -> Response:
        pagina = vista.es_pagina(peticion)
        codigo, mensaje, dicho = _MENSAJES.get(fallo.status_code, _NO_SE_ENTIENDE)
        return forma(peticion, fallo.status_code, codigo, dicho if pagina else mensaje, _REMEDIO[pagina])


_MENSAJES = {
    404: ("no_existe", "No existe esa ruta.", "Esa página no existe."),
    405: ("metodo", "Esa ruta no admite ese método.", "A esa página se llega por el menú."),
}
"""Código, cómo se le dice a un programa y cómo a una persona."""

_NO_SE_ENTIENDE = ("peticion_invalida", "La petición no se entiende.", "No se entendió lo que se pidió.")
_REMEDIO = {True: "No se perdió nada; vuelva al inicio.", False: "Revise /api/openapi.json."}
