"""Cómo se contesta un error: JSON a la API, una página a quien pidió una página."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from scribe.errores import ErrorScribe
from scribe.web import acceso, errores, vista


def respuesta(fallo: ErrorScribe, peticion: Request) -> Response:
    """La respuesta de un error propio."""
    if not vista.es_pagina(peticion):
        return errores.respuesta(fallo)
    estado, codigo = errores.estado_y_codigo(fallo)
    if codigo == "sin_sesion" and not acceso.hay_alguien(peticion.app.state.servicios):
        return RedirectResponse("/primer-arranque", 303)
    return vista.de_error(estado, codigo, fallo.mensaje, fallo.remedio, peticion)


def forma(peticion: Request, estado: int, codigo: str, mensaje: str, remedio: str) -> Response:
    """La de uno del marco."""
    if not vista.es_pagina(peticion):
        return errores.forma(estado, codigo, mensaje, remedio)
    return vista.de_error(estado, codigo, mensaje, remedio, peticion)
