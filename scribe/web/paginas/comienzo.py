"""Antes de tener cuenta: el primer arranque y la clave de activación."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import SecretStr

from scribe.expediente import usuarios
from scribe.expediente.modelo import DatosUsuario
from scribe.web import acceso, vista
from scribe.web.api import sesion as api
from scribe.web.errores import FaltaCodigo
from scribe.web.formularios import Escrito, Fallas, Formulario, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_LUGAR = ("pais", "lugar", "tipo", "domicilio", "clave", "telefono")
_PERSONA = ("nombre_usuario", "nombre", "apellido_paterno", "apellido_materno")
_MEDICO = ("cedula", "institucion_titulo", "especialidad", "tipo_documento", "documento")


@rutas.get("/primer-arranque")
def forma(quien: Annotated[Sujeto, exige("sesion.abrir")]) -> Response:
    """La página guiada. Si ya hay usuarios no hay nada que hacer aquí."""
    with quien.transaccion() as t:
        if usuarios.hay_usuarios(t):
            return seguir("/entrar")
    return vista.pagina(quien, "primer_arranque.html", e=Escrito(pais="MX", medico="si"), fallo=None)


@rutas.post("/primer-arranque")
def primer_arranque(escrito: Formulario, quien: Annotated[Sujeto, exige("sesion.abrir")]) -> Response:
    """Crea el establecimiento y a quien lo administra, con el token de la terminal, y entra."""
    if fallo := _no_coinciden(escrito) or _hacer(escrito, quien):
        return vista.pagina(quien, "primer_arranque.html", 422, e=escrito, fallo=fallo)
    return _dentro(quien, escrito["nombre_usuario"].lower(), escrito["contrasena"], "/#creada")


@rutas.get("/activar")
def forma_activar(quien: Annotated[Sujeto, exige("sesion.abrir")]) -> Response:
    """La página de activar una cuenta."""
    return vista.pagina(quien, "activar.html", e=Escrito(), fallo=None)


@rutas.post("/activar")
def activar(escrito: Formulario, quien: Annotated[Sujeto, exige("sesion.abrir")]) -> Response:
    """La persona pone sus contraseñas con la clave que le dieron, y entra."""
    fallo = _no_coinciden(escrito)
    if fallo is None:
        _, fallo = intentar(lambda: _activar(escrito, quien))
    if fallo is not None:
        return vista.pagina(quien, "activar.html", 422, e=escrito, fallo=fallo)
    return _dentro(quien, escrito["usuario"], escrito["contrasena"], "/#activada")


def _dentro(quien: Sujeto, usuario: str, contrasena: str, ruta: str) -> Response:
    """Entra con la contraseña que se acaba de poner. Quien ya usa código lo escribe al entrar."""
    try:
        ficha, _ = acceso.entrar(quien.servicios, quien.actor.equipo, usuario, contrasena, None)
    except FaltaCodigo:
        return seguir("/entrar#activada")
    return api.poner_cookie(quien.servicios, seguir(ruta), ficha)


def _hacer(escrito: Escrito, quien: Sujeto) -> Fallas | None:
    es_medico = escrito["medico"] == "si"
    lugar = {("nombre" if c == "lugar" else c): v for c, v in escrito.dado(*_LUGAR).items()}
    persona = {**escrito.dado(*_PERSONA), **(escrito.dado(*_MEDICO) if es_medico else {})}
    persona["nombre_usuario"] = persona.get("nombre_usuario", "").lower()

    def crear() -> None:
        api.primer_arranque(
            api.PrimerArranque(
                token=SecretStr(escrito["token"]), establecimiento=api.Lugar.model_validate(lugar),
                usuario=DatosUsuario.model_validate(persona), contrasena=SecretStr(escrito["contrasena"]),
                contrasena_firma=SecretStr(escrito["contrasena_firma"]) if es_medico else None,
                medico=es_medico,
            ),
            quien,
        )  # fmt: skip

    return intentar(crear)[1]


def _activar(escrito: Escrito, quien: Sujeto) -> None:
    firma = escrito["contrasena_firma"]
    api.activar(
        api.Activacion(
            usuario=escrito["usuario"], activacion=SecretStr(escrito["activacion"]),
            contrasena=SecretStr(escrito["contrasena"]), contrasena_firma=SecretStr(firma) if firma else None,
        ),
        quien,
    )  # fmt: skip


def _no_coinciden(escrito: Escrito) -> Fallas | None:
    for campo in ("contrasena", "contrasena_firma"):
        if escrito[campo] != escrito[f"{campo}_otra_vez"]:
            return Fallas(
                "Las dos veces que escribió la contraseña no son iguales.", "Escríbalas otra vez.",
                {f"{campo}_otra_vez": "No es igual a la de arriba."},
            )  # fmt: skip
    return None
