"""Entrar, salir y la cuenta propia."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from scribe.expediente import usuarios
from scribe.expediente.errores import DatoInvalido, SinPermiso
from scribe.expediente.modelo import DatosUsuario
from scribe.web import acceso, sesiones
from scribe.web.servicios import Servicios
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["sesión"])
Clave = SecretStr


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Entrada(_Pedido):
    """Usuario, contraseña y, si lo tiene, código del segundo factor."""

    usuario: str = Field(max_length=64)
    contrasena: SecretStr = Field(max_length=512)
    codigo: str | None = Field(None, max_length=16)


class Reautenticacion(_Pedido):
    """La contraseña otra vez."""

    contrasena: SecretStr = Field(max_length=512)
    codigo: str | None = Field(None, max_length=16)


class Activacion(_Pedido):
    """La clave de activación que dio quien administra, y las contraseñas que elige la persona."""

    usuario: str = Field(max_length=64)
    activacion: SecretStr = Field(max_length=128)
    contrasena: SecretStr = Field(max_length=512)
    contrasena_firma: SecretStr | None = Field(None, max_length=512)


class Claves(_Pedido):
    """Contraseñas nuevas; la que no se da no cambia."""

    contrasena: SecretStr | None = Field(None, max_length=512)
    contrasena_firma: SecretStr | None = Field(None, max_length=512)


class Lugar(_Pedido):
    """Un establecimiento nuevo."""

    pais: Literal["MX", "CO"]
    nombre: str = Field(min_length=1, max_length=400)
    tipo: str = Field(min_length=1, max_length=400)
    domicilio: str = Field(min_length=1, max_length=400)
    clave: str | None = Field(None, max_length=20)
    institucion: str | None = Field(None, max_length=400)
    razon_social: str | None = Field(None, max_length=400)
    telefono: str | None = Field(None, max_length=60)
    zona: str | None = Field(None, max_length=60)


class PrimerArranque(_Pedido):
    """El token impreso en la terminal, el establecimiento y quien lo administra."""

    token: SecretStr = Field(max_length=128)
    establecimiento: Lugar
    usuario: DatosUsuario
    contrasena: SecretStr = Field(max_length=512)
    contrasena_firma: SecretStr | None = Field(None, max_length=512)
    medico: bool = False


@rutas.post("/primer-arranque", status_code=201, summary="Crear al primer administrador")
def primer_arranque(
    pedido: PrimerArranque, quien: Annotated[Sujeto, exige("sesion.abrir")]
) -> dict[str, Any]:
    """Con el token de un solo uso que imprime `scribe servir`. No hay contraseña por omisión."""
    # Se gasta solo si lo demás sale bien: son 256 bits, nadie lo adivina con la ayuda de los mensajes.
    with quien.servicios.arranque.gastando(pedido.token.get_secret_value()) as vale:
        if not vale:
            raise SinPermiso("El token no es, ya se usó o venció.", "Reinicie «scribe servir»: imprime otro.")
        usuario = acceso.primer_administrador(
            quien.servicios, quien.actor.equipo, pedido.establecimiento.model_dump(), pedido.usuario,
            pedido.contrasena.get_secret_value(), _claro(pedido.contrasena_firma), medico=pedido.medico,
        )  # fmt: skip
    return {"usuario": usuario.nombre_usuario}


@rutas.post("/sesion", summary="Entrar")
def entrar(
    pedido: Entrada, salida: Response, quien: Annotated[Sujeto, exige("sesion.abrir")]
) -> dict[str, Any]:
    """Abre una sesión y pone su cookie. Tres fallos seguidos bloquean la cuenta."""
    servicios = quien.servicios
    ficha, usuario = acceso.entrar(
        servicios, quien.actor.equipo, pedido.usuario, pedido.contrasena.get_secret_value(), pedido.codigo
    )
    poner_cookie(servicios, salida, ficha)
    return {"usuario": usuario.nombre_usuario, "nombre": usuario.nombre_completo, "roles": usuario.roles}


@rutas.get("/sesion", summary="Quién soy")
def ver(quien: Annotated[Sujeto, exige("sesion.propia")]) -> dict[str, Any]:
    """La persona de esta sesión, sus roles y hasta cuándo dura."""
    persona, sesion = quien.persona, quien.la_sesion
    return {
        "usuario": persona.nombre_usuario, "id": persona.id, "nombre": persona.nombre_completo,
        "roles": persona.roles, "caduca": sesion.caduca, "reciente": sesion.reciente,
    }  # fmt: skip


@rutas.delete("/sesion", status_code=204, summary="Salir")
def salir(salida: Response, quien: Annotated[Sujeto, exige("sesion.propia")]) -> None:
    """Cierra la sesión."""
    with quien.transaccion() as t:
        sesiones.cerrar(t, quien.la_sesion.id, "salida")
    quitar_cookie(quien.servicios, salida)


@rutas.post("/sesion/reautenticar", status_code=204, summary="Escribir otra vez la contraseña")
def reautenticar(pedido: Reautenticacion, quien: Annotated[Sujeto, exige("sesion.propia")]) -> None:
    """Vale unos minutos para exportar o cambiar usuarios. Los fallos cuentan para el bloqueo."""
    acceso.comprobar(quien.servicios, quien.actor, pedido.contrasena.get_secret_value(), pedido.codigo)
    with quien.transaccion() as t:
        sesiones.reautenticar(t, quien.la_sesion.id)


@rutas.post("/sesion/activar", status_code=204, summary="Activar la cuenta")
def activar(pedido: Activacion, quien: Annotated[Sujeto, exige("sesion.abrir")]) -> None:
    """La persona pone sus contraseñas: la de entrar y, si firma, la de firmar."""
    acceso.activar(
        quien.servicios, quien.actor.equipo, pedido.usuario, pedido.activacion.get_secret_value(),
        pedido.contrasena.get_secret_value(), _claro(pedido.contrasena_firma),
    )  # fmt: skip


@rutas.put("/cuenta/claves", status_code=204, summary="Cambiar mis contraseñas")
def cambiar_claves(pedido: Claves, quien: Annotated[Sujeto, exige("cuenta.propia")]) -> None:
    """Cambia la de entrar, la de firmar o ambas; cierra las demás sesiones."""
    if pedido.contrasena is None and pedido.contrasena_firma is None:
        raise DatoInvalido("No se dio ninguna contraseña nueva.", "Escriba la que quiera cambiar.")
    with quien.transaccion() as t:
        acceso.poner_claves(
            quien.servicios, t, quien.persona, _claro(pedido.contrasena), _claro(pedido.contrasena_firma)
        )
        sesiones.cerrar_de(t, quien.persona.id, "cambio_de_clave", salvo=quien.la_sesion.id)


@rutas.post("/cuenta/totp", status_code=201, summary="Poner segundo factor")
def poner_totp(quien: Annotated[Sujeto, exige("cuenta.propia")]) -> dict[str, str]:
    """Da el enlace `otpauth://` una sola vez; desde la próxima entrada se pide el código."""
    with quien.transaccion() as t:
        lugares = usuarios.establecimientos(t)
        return {"enlace": acceso.nuevo_totp(t, quien.persona, lugares[0].nombre if lugares else "")}


@rutas.delete("/cuenta/totp", status_code=204, summary="Quitar segundo factor")
def quitar_totp(quien: Annotated[Sujeto, exige("cuenta.propia")]) -> None:
    """Desde la próxima entrada ya no se pide."""
    with quien.transaccion() as t:
        acceso.quitar_totp(t, quien.persona.id)


def poner_cookie(servicios: Servicios, salida: Response, ficha: str) -> Response:
    """La respuesta, con la cookie de la sesión."""
    salida.set_cookie(
        servicios.cookie, ficha, secure=servicios.tls, httponly=True, samesite="strict", path="/",
        max_age=int(servicios.plazos.maxima.total_seconds()),
    )  # fmt: skip
    return salida


def quitar_cookie(servicios: Servicios, salida: Response) -> Response:
    """La respuesta, que borra la cookie de la sesión."""
    salida.delete_cookie(servicios.cookie, path="/", secure=servicios.tls, httponly=True, samesite="strict")
    return salida


def _claro(clave: SecretStr | None) -> str | None:
    return clave.get_secret_value() if clave is not None else None
