"""Entrar, salir y confirmar la contraseña, con formularios que no necesitan guiones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from scribe.web import acceso, sesiones, vista
from scribe.web.api.sesion import poner_cookie, quitar_cookie
from scribe.web.errores import FaltaCodigo, NoEntra
from scribe.web.servicios import Servicios
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
Corto = Annotated[str, Form(max_length=64)]
Secreto = Annotated[str, Form(max_length=512)]
Ruta = Annotated[str, Form(max_length=400)]


@rutas.get("/entrar")
def forma(quien: Annotated[Sujeto, exige("sesion.abrir")]) -> Response:
    """La página de entrar; sin usuarios todavía, la del primer arranque."""
    if not acceso.hay_alguien(quien.servicios):
        return seguir("/primer-arranque")
    return vista.pagina(quien, "entrar.html", volver="/", **vista.SIN_INTENTO)


@rutas.post("/entrar")
def entrar(
    usuario: Corto,
    contrasena: Secreto,
    quien: Annotated[Sujeto, exige("sesion.abrir")],
    codigo: Corto = "",
    volver: Ruta = "/",
) -> Response:
    """Abre la sesión y sigue a donde se iba. Al fallar, la misma página dice por qué."""
    try:
        ficha, _ = acceso.entrar(quien.servicios, quien.actor.equipo, usuario, contrasena, codigo or None)
    except (NoEntra, FaltaCodigo) as fallo:
        return vista.pagina(
            quien, "entrar.html", 401, usuario=usuario, fallo=fallo, volver=volver,
            pide_codigo=isinstance(fallo, FaltaCodigo),
        )  # fmt: skip
    return poner_cookie(quien.servicios, seguir(volver), ficha)


@rutas.post("/salir")
def salir(peticion: Request, quien: Annotated[Sujeto, exige("sesion.abrir")]) -> Response:
    """Cierra la sesión, si la hay, y vuelve a la página de entrar."""
    ficha = peticion.cookies.get(quien.servicios.cookie)
    if ficha:
        _cerrar(quien.servicios, quien, ficha)
    return quitar_cookie(quien.servicios, seguir("/entrar"))


@rutas.post("/confirmar")
def confirmar(
    contrasena: Secreto, quien: Annotated[Sujeto, exige("sesion.propia")], codigo: Corto = "",
    volver: Ruta = "/",
) -> Response:  # fmt: skip
    """La contraseña otra vez, para lo que la pide reciente."""
    try:
        acceso.comprobar(quien.servicios, quien.actor, contrasena, codigo or None)
    except (NoEntra, FaltaCodigo) as fallo:
        return vista.pagina(quien, "reautenticar.html", 401, volver=volver, repetir=False, fallo=fallo)
    with quien.transaccion() as t:
        sesiones.reautenticar(t, quien.la_sesion.id)
    return seguir(volver)


def seguir(ruta: str) -> RedirectResponse:
    """A otra página de aquí, con GET."""
    return RedirectResponse(vista.destino_seguro(ruta), 303)


def _cerrar(servicios: Servicios, quien: Sujeto, ficha: str) -> None:
    with quien.transaccion() as t:
        sesion = sesiones.leer(t, ficha, servicios.plazos)
        if sesion is not None:
            sesiones.cerrar(t, sesion.id, "salida")
