"""La cuenta propia: contraseñas, segundo factor y dónde se trabaja."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import SecretStr

from scribe.expediente import usuarios
from scribe.web import acceso, vista
from scribe.web.api import sesion as api
from scribe.web.formularios import Fallas, Formulario, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.qr import codigo_qr
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)


@rutas.get("/cuenta")
def cuenta(quien: Annotated[Sujeto, exige("sesion.propia")]) -> Response:
    """Quién es, qué papeles tiene y dónde, y sus contraseñas."""
    return _pagina(quien, None)


@rutas.post("/cuenta/claves")
def claves(escrito: Formulario, quien: Annotated[Sujeto, exige("cuenta.propia")]) -> Response:
    """Cambia la de entrar o la de firmar; cierra las demás sesiones."""
    cual = "contrasena_firma" if escrito["cual"] == "firma" else "contrasena"
    if escrito["nueva"] != escrito["otra_vez"]:
        return _pagina(quien, Fallas("Las dos veces no son iguales.", "No cambió nada; escríbalas otra vez."))
    pedido = api.Claves.model_validate({cual: SecretStr(escrito["nueva"])})
    _, fallo = intentar(lambda: api.cambiar_claves(pedido, quien))
    return _pagina(quien, fallo) if fallo else seguir("/cuenta#cambiada")


@rutas.post("/cuenta/totp")
def poner_totp(quien: Annotated[Sujeto, exige("cuenta.propia")]) -> Response:
    """Enseña una sola vez la clave del segundo factor, para ponerla en la aplicación del teléfono."""
    enlace = api.poner_totp(quien)["enlace"]
    return vista.pagina(
        quien, "totp.html", enlace=enlace, secreto=acceso.secreto_de(enlace), qr=codigo_qr(enlace)
    )


@rutas.post("/cuenta/totp/quitar")
def quitar_totp(quien: Annotated[Sujeto, exige("cuenta.propia")]) -> Response:
    """Desde la próxima entrada ya no se pide."""
    api.quitar_totp(quien)
    return seguir("/cuenta#sin-totp")


def _pagina(quien: Sujeto, fallo: Fallas | None) -> Response:
    persona = quien.persona
    with quien.transaccion() as t:
        lugares = {e.id: e.nombre for e in usuarios.establecimientos(t)}
        tiene_totp = acceso.tiene_totp(t, persona.id)
    papeles = [(rol, lugares.get(lugar, "")) for lugar, rol in persona.roles]
    firma = any(rol == "medico" for rol, _ in papeles)
    return vista.pagina(
        quien, "cuenta.html", 422 if fallo else 200, papeles=papeles, totp=tiene_totp, firma=firma,
        fallo=fallo, reciente=quien.la_sesion.reciente,
    )  # fmt: skip
