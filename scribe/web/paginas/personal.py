"""Administración del personal: quién usa el sistema, con qué papeles, y su clave de activación."""

from __future__ import annotations

from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente import usuarios
from scribe.expediente.modelo import DatosUsuario, RolUsuario
from scribe.web import vista
from scribe.web.api import usuarios as api
from scribe.web.formularios import Escrito, Fallas, Formulario, cual, intentar
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_DATOS = ("nombre_usuario", "nombre", "apellido_paterno", "apellido_materno", "cedula", "especialidad",
          "institucion_titulo", "tipo_documento", "documento", "curp", "rfc")  # fmt: skip
_CAMBIAN = ("nombre", "apellido_paterno", "apellido_materno", "cedula", "especialidad", "institucion_titulo",
            "tipo_documento", "documento")  # fmt: skip


@rutas.get("/administrar")
@rutas.get("/administrar/personal")
def personal(quien: Annotated[Sujeto, exige("administrar.ver")]) -> Response:
    """El directorio."""
    return _lista(quien, Escrito(), None)


@rutas.post("/administrar/personal")
def alta(escrito: Formulario, quien: Annotated[Sujeto, exige("usuario.cambiar")]) -> Response:
    """Da de alta y enseña, una vez, la clave con que la persona pondrá sus contraseñas."""

    def hacer() -> dict[str, Any]:
        datos = {**escrito.dado(*_DATOS), "nombre_usuario": escrito["nombre_usuario"].lower()}
        pedido = {
            "datos": DatosUsuario.model_validate(datos), "establecimiento": escrito["establecimiento"],
            "rol": escrito["rol"],
        }  # fmt: skip
        return api.alta(api.AltaUsuario.model_validate(pedido), quien)

    hecho, fallo = intentar(hacer)
    if hecho is None:
        return _lista(quien, escrito, fallo)
    return _clave(quien, UUID(str(hecho["usuario"]["id"])), hecho["activacion"])


@rutas.get("/administrar/personal/{usuario_id}")
def persona(usuario_id: UUID, quien: Annotated[Sujeto, exige("administrar.ver")]) -> Response:
    """Sus datos, sus papeles y su cuenta."""
    return _persona(quien, usuario_id, None)


@rutas.post("/administrar/personal/{usuario_id}")
def cambiar(
    usuario_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("usuario.cambiar")]
) -> Response:
    """Corrige sus datos."""
    cambios = {c: escrito[c] or None for c in _CAMBIAN}
    return _hecho(quien, usuario_id, lambda: _cambiar(usuario_id, cambios, quien))


@rutas.post("/administrar/personal/{usuario_id}/activo")
def activo(
    usuario_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("usuario.cambiar")]
) -> Response:
    """De baja, que cierra sus sesiones, o de vuelta."""
    si = escrito["activo"] == "si"
    return _hecho(quien, usuario_id, lambda: _cambiar(usuario_id, {"activo": si}, quien))


@rutas.post("/administrar/personal/{usuario_id}/papeles")
def papel(
    usuario_id: UUID, escrito: Formulario, quien: Annotated[Sujeto, exige("usuario.cambiar")]
) -> Response:
    """Da o quita un papel en un establecimiento."""

    def hacer() -> None:
        lugar, rol = cual(escrito["establecimiento"]), escrito["rol"]
        quien.exigir_establecimiento(lugar)
        if rol not in get_args(RolUsuario):
            return
        (api.revocar if escrito["quitar"] else api.otorgar)(lugar, usuario_id, rol, quien)  # type: ignore[arg-type]

    return _hecho(quien, usuario_id, hacer)


@rutas.post("/administrar/personal/{usuario_id}/activacion")
def activacion(usuario_id: UUID, quien: Annotated[Sujeto, exige("usuario.cambiar")]) -> Response:
    """Una clave nueva, para quien olvidó la suya."""
    return _clave(quien, usuario_id, api.activacion(usuario_id, quien)["activacion"])


def _cambiar(usuario: UUID, cambios: dict[str, Any], quien: Sujeto) -> None:
    api.cambiar(usuario, api.CambioUsuario.model_validate(cambios), quien)


def _hecho(quien: Sujeto, usuario: UUID, que: Any) -> Response:
    _, fallo = intentar(que)
    return _persona(quien, usuario, fallo) if fallo else seguir(f"/administrar/personal/{usuario}#guardado")


def _lista(quien: Sujeto, e: Escrito, fallo: Fallas | None) -> Response:
    with quien.transaccion() as t:
        return vista.pagina(
            quien, "personal.html", 422 if fallo else 200, gente=usuarios.listar(t, inactivos=True),
            lugares=_lugares(quien, usuarios.establecimientos(t)), e=e, fallo=fallo,
        )  # fmt: skip


def _persona(quien: Sujeto, cual: UUID, fallo: Fallas | None) -> Response:
    with quien.transaccion() as t:
        una, todos = usuarios.leer(t, cual), usuarios.establecimientos(t)
    nombres = {e.id: e.nombre for e in todos}
    papeles = [(lugar, nombres.get(lugar, ""), rol) for lugar, rol in una.roles]
    return vista.pagina(
        quien, "persona.html", 422 if fallo else 200, una=una, papeles=papeles, fallo=fallo,
        lugares=_lugares(quien, todos), propios=quien.establecimientos,
    )  # fmt: skip


def _lugares(quien: Sujeto, todos: list[Any]) -> list[tuple[str, str]]:
    return [(str(e.id), e.nombre) for e in todos if e.id in quien.establecimientos]


def _clave(quien: Sujeto, cual: UUID, clave: str) -> Response:
    with quien.transaccion() as t:
        una = usuarios.leer(t, cual)
    return vista.pagina(quien, "activacion.html", una=una, clave=clave)
