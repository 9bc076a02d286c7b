"""Usuarios, roles y establecimientos."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from scribe.expediente import claves_paso, consentimientos, usuarios
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.modelo import DatosUsuario, Establecimiento, Finalidad, Pais, RolUsuario
from scribe.web import acceso, sesiones
from scribe.web.api.sesion import Lugar
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["usuarios"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AltaUsuario(_Pedido):
    """Una persona nueva y su primer rol."""

    datos: DatosUsuario
    establecimiento: UUID
    rol: RolUsuario


class CambioUsuario(_Pedido):
    """Lo que se puede cambiar de una persona; lo que no viene no cambia."""

    nombre: str | None = Field(None, min_length=1, max_length=60)
    apellido_paterno: str | None = Field(None, min_length=1, max_length=60)
    apellido_materno: str | None = Field(None, max_length=60)
    cedula: str | None = Field(None, max_length=40)
    especialidad: str | None = Field(None, max_length=200)
    institucion_titulo: str | None = Field(None, max_length=200)
    tipo_documento: Literal["CC", "CE", "PA", "PE", "TI"] | None = None
    documento: str | None = Field(None, min_length=3, max_length=20)
    activo: bool | None = None


class TextoConsentimiento(_Pedido):
    """Una versión de un texto de consentimiento."""

    finalidad: Finalidad
    pais: Pais
    version: str = Field(min_length=1, max_length=40)
    texto: str = Field(min_length=1, max_length=50_000)


@rutas.get("/usuarios", summary="Directorio de personal")
def listar(quien: Annotated[Sujeto, exige("usuario.ver")], inactivos: bool = False) -> list[dict[str, Any]]:
    """Quién usa el sistema y con qué roles (NOM-024 2.2.1)."""
    with quien.transaccion() as t:
        return [quien.ver("usuario", u) for u in usuarios.listar(t, inactivos=inactivos)]


@rutas.post("/usuarios", status_code=201, summary="Alta de usuario")
def alta(pedido: AltaUsuario, quien: Annotated[Sujeto, exige("usuario.cambiar")]) -> dict[str, Any]:
    """Devuelve la clave de activación de un solo uso con que la persona pondrá sus contraseñas."""
    quien.exigir_establecimiento(pedido.establecimiento)
    if defectos := claves_paso.revisar_usuario(pedido.datos.nombre_usuario, quien.servicios.politica):
        raise DatoInvalido(" ".join(d.texto for d in defectos), "Elija otro nombre de usuario.")
    with quien.transaccion() as t:
        nuevo = usuarios.alta(t, pedido.datos)
        usuarios.otorgar(t, nuevo.id, pedido.rol, pedido.establecimiento)
        activacion = acceso.clave_de_activacion(t, nuevo.id)
        return {"usuario": quien.ver("usuario", usuarios.leer(t, nuevo.id)), "activacion": activacion}


@rutas.patch("/usuarios/{usuario_id}", summary="Cambiar un usuario")
def cambiar(
    usuario_id: UUID, pedido: CambioUsuario, quien: Annotated[Sujeto, exige("usuario.cambiar")]
) -> dict[str, Any]:
    """Cambia sus datos o lo da de baja (que cierra sus sesiones)."""
    columnas = pedido.model_dump(exclude_unset=True)
    if not columnas:
        raise DatoInvalido("No se pidió ningún cambio.", "Diga qué cambia.")
    with quien.transaccion() as t:
        cambiado = usuarios.cambiar(t, usuario_id, **columnas)
        if pedido.activo is False:
            sesiones.cerrar_de(t, usuario_id, "baja")
        return quien.ver("usuario", cambiado)


@rutas.post("/usuarios/{usuario_id}/activacion", status_code=201, summary="Nueva clave de activación")
def activacion(usuario_id: UUID, quien: Annotated[Sujeto, exige("usuario.cambiar")]) -> dict[str, str]:
    """Para quien olvidó su contraseña. No desbloquea: eso se hace en la consola de la clínica."""
    with quien.transaccion() as t:
        usuarios.leer(t, usuario_id)
        return {"activacion": acceso.clave_de_activacion(t, usuario_id)}


@rutas.put(
    "/establecimientos/{establecimiento_id}/usuarios/{usuario_id}/roles/{rol}",
    status_code=204,
    summary="Dar un rol",
)
def otorgar(
    establecimiento_id: UUID,
    usuario_id: UUID,
    rol: RolUsuario,
    quien: Annotated[Sujeto, exige("usuario.cambiar")],
) -> None:
    """Lo da en ese establecimiento; repetirlo no hace nada."""
    with quien.transaccion() as t:
        usuarios.otorgar(t, usuario_id, rol, establecimiento_id)


@rutas.delete(
    "/establecimientos/{establecimiento_id}/usuarios/{usuario_id}/roles/{rol}",
    status_code=204,
    summary="Quitar un rol",
)
def revocar(
    establecimiento_id: UUID,
    usuario_id: UUID,
    rol: RolUsuario,
    quien: Annotated[Sujeto, exige("usuario.cambiar")],
) -> None:
    """Lo quita."""
    with quien.transaccion() as t:
        usuarios.revocar(t, usuario_id, rol, establecimiento_id)


@rutas.get("/establecimientos", summary="Establecimientos")
def establecimientos(quien: Annotated[Sujeto, exige("establecimiento.ver")]) -> list[Establecimiento]:
    """Todos, por nombre."""
    with quien.transaccion() as t:
        return usuarios.establecimientos(t)


@rutas.post("/establecimientos", status_code=201, summary="Alta de establecimiento")
def alta_establecimiento(
    pedido: Lugar, quien: Annotated[Sujeto, exige("establecimiento.cambiar")]
) -> Establecimiento:
    """Quien lo da de alta queda como su administrador."""
    with quien.transaccion() as t:
        nuevo = usuarios.alta_establecimiento(t, **pedido.model_dump())
        usuarios.otorgar(t, quien.persona.id, "administrador", nuevo.id)
        consentimientos.publicar_textos_iniciales(t, nuevo.pais)
        return nuevo


@rutas.post("/consentimientos/textos", status_code=201, summary="Publicar un texto de consentimiento")
def publicar_texto(
    pedido: TextoConsentimiento, quien: Annotated[Sujeto, exige("establecimiento.cambiar")]
) -> dict[str, UUID]:
    """Una versión nueva; las anteriores se conservan."""
    with quien.transaccion() as t:
        return {
            "id": consentimientos.publicar_texto(
                t, pedido.finalidad, pedido.pais, pedido.version, pedido.texto
            )
        }
