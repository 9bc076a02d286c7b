"""`scribe usuarios`: lo que se hace con las cuentas en la consola de la clínica."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scribe.ordenes.expediente import ClaveArchivo, Datos, ajustes_de, consola_de, decir

if TYPE_CHECKING:
    from scribe.expediente.modelo import Usuario
    from scribe.expediente.transaccion import Transaccion

app = typer.Typer(
    help="Cuentas del expediente: listarlas, desbloquearlas, dar claves de activación y roles.",
    no_args_is_help=True,
)
Nombre = Annotated[str, typer.Argument(help="Nombre de usuario.")]


@app.command()
def listar(datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Escribe cada cuenta, sus roles y si está bloqueada, una por línea."""
    from scribe.expediente import usuarios

    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        servicios.expediente.transaccion(actor) as t,
    ):
        for u in usuarios.listar(t, inactivos=True):
            estado = "bloqueada" if u.bloqueado else "activa" if u.activo else "de baja"
            typer.echo(f"{u.nombre_usuario}\t{estado}\t{','.join(sorted({r for _, r in u.roles}))}")


@app.command()
def desbloquear(nombre: Nombre, datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Quita el bloqueo por intentos fallidos. Queda asentado quién lo hizo en la consola."""
    from scribe.expediente import usuarios

    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        servicios.expediente.transaccion(actor) as t,
    ):
        usuarios.desbloquear(t, _de(t, nombre).id)
    decir(f"La cuenta «{nombre}» quedó desbloqueada.")


@app.command()
def activacion(nombre: Nombre, datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Imprime una clave de activación de un solo uso, para quien olvidó su contraseña."""
    from scribe.web.acceso import clave_de_activacion

    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        servicios.expediente.transaccion(actor) as t,
    ):
        clave = clave_de_activacion(t, _de(t, nombre).id)
    decir("Clave de activación (vale 3 días y una vez):")
    typer.echo(clave)


@app.command()
def cerrar(nombre: Nombre, datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Cierra todas las sesiones de una cuenta (un equipo perdido)."""
    from scribe.web import sesiones

    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        servicios.expediente.transaccion(actor) as t,
    ):
        cuantas = sesiones.cerrar_de(t, _de(t, nombre).id, "consola")
    decir(f"Se cerraron {cuantas} sesiones de «{nombre}».")


def _de(t: Transaccion, nombre: str) -> Usuario:
    from scribe.expediente import usuarios
    from scribe.expediente.errores import NoExiste

    usuario = usuarios.por_nombre(t, nombre)
    if usuario is None:
        raise NoExiste("No hay una cuenta con ese nombre.", "Vea «scribe usuarios listar».")
    return usuario
