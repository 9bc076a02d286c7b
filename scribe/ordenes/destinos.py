"""`scribe destinos`: a qué otros sistemas se envían las notas."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import typer

from scribe.errores import ErrorDeUso, SalidaInvalida
from scribe.ordenes.expediente import ClaveArchivo, Datos, ajustes_de, consola_de, decir

if TYPE_CHECKING:
    from scribe.expediente.bitacora import Actor
    from scribe.web.servicios import Servicios

app = typer.Typer(
    help="Destinos a los que se envían las notas: un servidor FHIR R4 o una carpeta que otro sistema recoge.",
    no_args_is_help=True,
)
Nombre = Annotated[str, typer.Argument(help="Cómo se llama el destino.")]
_LARGO_MAX = 64 * 1024


@app.command()
def agregar(
    nombre: Nombre,
    direccion: Annotated[str, typer.Argument(help="https://equipo/fhir, o la ruta completa de una carpeta.")],
    red: Annotated[
        list[str] | None,
        typer.Option(help="Red donde está ese equipo (10.20.0.0/16); hace falta si se da por nombre."),
    ] = None,
    credencial: Annotated[
        Literal["ninguna", "bearer", "basic"],
        typer.Option(help="Cómo nos reconoce: un token (bearer) o usuario:contraseña (basic). Se pide aquí."),
    ] = "ninguna",
    autoridad: Annotated[
        Path | None, typer.Option(help="Certificado (PEM) de la autoridad propia de ese destino.")
    ] = None,
    recibe: Annotated[
        list[str] | None, typer.Option(help="borrador, firmada o las dos; una carpeta, solo firmada.")
    ] = None,
    omitir: Annotated[list[str] | None, typer.Option(help="Tipo de recurso que no admite.")] = None,
    por_etiqueta: Annotated[
        list[str] | None, typer.Option(help="Tipo de recurso que no sabe buscar por identificador.")
    ] = None,
    grupo: Annotated[bool, typer.Option(help="Que el grupo también lea la carpeta.")] = False,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Registra un destino: solo se hablará con ese equipo y ese puerto. Desde ahí recibe lo nuevo."""
    from scribe.envio import configuracion as cfg
    from scribe.expediente import destinos

    clase: cfg.Clase = "carpeta" if direccion.startswith("/") else "fhir"
    dichos: dict[str, Any] = {"recibe": recibe} if recibe else {}
    if clase == "carpeta":
        dichos["grupo"] = grupo
    else:
        dichos |= {"redes": red or [], "credencial": credencial, "autoridad": autoridad is not None}
        dichos |= {"omitir": omitir or [], "por_etiqueta": sorted({"Provenance", *(por_etiqueta or [])})}
    cfg.validar(clase, direccion, dichos)
    secreto = _pedir_secreto() if dichos.get("credencial", "ninguna") != "ninguna" else None
    pem = _leer_pem(autoridad) if autoridad is not None else None
    with consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor):
        if clase == "carpeta":
            _preparar(nombre, Path(direccion), grupo=grupo)
        with servicios.expediente.transaccion(actor) as t:
            nuevo = destinos.alta(t, nombre, clase, direccion, dichos)
            if secreto is not None:
                cfg.guardar_privado(cfg.secreto(servicios.datos, nuevo.id), secreto)
            if pem is not None:
                cfg.guardar_privado(cfg.autoridad(servicios.datos, nuevo.id), pem)
    decir(f"El destino «{nombre}» quedó registrado. Compruébelo con: scribe destinos probar {nombre}")


@app.command()
def listar(datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Escribe cada destino, su clase, si está activo y su dirección, uno por línea."""
    from scribe.expediente import destinos

    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        servicios.expediente.transaccion(actor) as t,
    ):
        for d in destinos.listar(t):
            typer.echo(f"{d.nombre}\t{d.clase}\t{'activo' if d.activo else 'apagado'}\t{d.direccion}")


@app.command()
def probar(nombre: Nombre, datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Le pregunta qué admite, sin mandar nada clínico, y dice qué le falta para recibir notas."""
    from scribe.trabajos import envios

    with consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor):
        faltas = envios.probar(servicios.expediente, actor, _cual(servicios, actor, nombre), servicios.datos)
    for falta in faltas:
        typer.echo(falta)
    if faltas:
        raise typer.Exit(2)
    decir(f"«{nombre}» está listo para recibir.")


@app.command()
def secreto(nombre: Nombre, datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Cambia el secreto con que un destino nos reconoce; lo que esperaba por él vuelve a la cola."""
    from scribe.envio import configuracion as cfg
    from scribe.trabajos import envios

    nuevo = _pedir_secreto()
    with consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor):
        cual = _cual(servicios, actor, nombre)
        cfg.guardar_privado(cfg.secreto(servicios.datos, cual), nuevo)
        with servicios.expediente.transaccion(actor) as t:
            cuantos = envios.reintentar_de(t, cual)
    decir(f"El secreto de «{nombre}» quedó guardado. Envíos que vuelven a intentarse: {cuantos}.")


@app.command()
def quitar(nombre: Nombre, datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Lo apaga y borra su secreto de este equipo. Lo que faltaba se cancela; lo ya enviado consta."""
    from scribe.envio import configuracion as cfg
    from scribe.trabajos import envios

    with consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor):
        cual = _cual(servicios, actor, nombre)
        with servicios.expediente.transaccion(actor) as t:
            cuantos = envios.apagar(t, cual)
        cfg.secreto(servicios.datos, cual).unlink(missing_ok=True)
    decir(f"«{nombre}» ya no recibe. Envíos cancelados: {cuantos}.")


def _cual(servicios: Servicios, actor: Actor, nombre: str) -> UUID:
    from scribe.expediente import destinos

    with servicios.expediente.transaccion(actor) as t:
        return destinos.por_nombre(t, nombre).id


def _preparar(nombre: str, ruta: Path, *, grupo: bool) -> None:
    from scribe.envio.carpeta import DestinoCarpeta

    DestinoCarpeta(nombre, ruta, "consola", grupo=grupo).preparar()


def _pedir_secreto() -> bytes:
    """Por la terminal, sin que se vea; sin terminal, por la entrada estándar. Nunca en los argumentos."""
    if sys.stdin.isatty():
        dicho = str(typer.prompt("Secreto del destino", hide_input=True, err=True))
    else:
        dicho = sys.stdin.readline()
    if not dicho.strip():
        raise ErrorDeUso("El secreto del destino está vacío.", "Escríbalo en un solo renglón.")
    return dicho.strip().encode()


def _leer_pem(ruta: Path) -> bytes:
    try:
        contenido = ruta.expanduser().read_bytes()[:_LARGO_MAX]
    except OSError:
        raise SalidaInvalida("No se puede leer el certificado de la autoridad.", "Revise la ruta.") from None
    if b"BEGIN CERTIFICATE" not in contenido:
        raise SalidaInvalida("Ese archivo no es un certificado PEM.", "Pida el de la autoridad del destino.")
    return contenido
