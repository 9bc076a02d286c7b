"""`scribe conservacion`: cuánto se guarda cada cosa, qué se propone destruir y decidirlo."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from scribe.ordenes.expediente import ClaveArchivo, Datos, ajustes_de, consola_de, decir

if TYPE_CHECKING:
    from scribe.expediente.bitacora import Actor
    from scribe.expediente.conservacion.politica import Unidad
    from scribe.expediente.transaccion import Transaccion
    from scribe.web.servicios import Servicios

app = typer.Typer(
    help="Conservación: políticas, propuestas de destrucción, decidirlas y sus certificados.",
    no_args_is_help=True,
)
Administra = Annotated[
    str, typer.Option(help="Nombre de usuario de quien administra; se pide su contraseña.")
]
Cual = Annotated[str, typer.Argument(help="Identificador de la propuesta (véase «listar»).")]
_PLAZO = re.compile(r"^(\d{1,5})\s*(d|dias|a|anios|años)$")


@app.command()
def politica(
    tipo: Annotated[str | None, typer.Argument(help="Clase de dato; sin ella, se enseñan todas.")] = None,
    plazo: Annotated[str | None, typer.Option(help="Cuánto se conserva: 30d (días) o 5a (años).")] = None,
    fuente: Annotated[str | None, typer.Option(help="Quién lo decidió o qué norma lo pide.")] = None,
    al_revocar: Annotated[
        str | None, typer.Option(help="Solo audio: «destruir» o «conservar» si se revoca el consentimiento.")
    ] = None,
    usuario: Annotated[str | None, typer.Option(help="Quien administra; se pide su contraseña.")] = None,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Enseña cuánto se conserva cada clase de dato o, con --plazo, fija otra política desde hoy."""
    from scribe.errores import AjusteInvalido
    from scribe.expediente.conservacion import politica as politicas

    if tipo is not None and tipo not in politicas.TIPOS:
        raise AjusteInvalido("No existe esa clase de dato.", f"Son: {', '.join(politicas.TIPOS)}.")
    if al_revocar not in (None, "destruir", "conservar"):
        raise AjusteInvalido("Al revocar se destruye o se conserva.", "Diga «destruir» o «conservar».")
    if plazo is not None and (tipo is None or usuario is None or not fuente):
        raise AjusteInvalido(
            "Falta decir qué, quién o por qué.", "Dé la clase de dato, --usuario y --fuente."
        )
    if plazo is not None and usuario is not None:
        cantidad, unidad = _plazo(plazo)
        with _decidiendo(usuario, datos, clave_archivo) as t:
            politicas.fijar(t, tipo, cantidad, unidad, fuente or "", al_revocar)  # type: ignore[arg-type]
            vigentes = politicas.todas(t)
    else:
        with _mirando(datos, clave_archivo) as t:
            vigentes = politicas.todas(t)
    for p in (v for v in vigentes if tipo in (None, v.tipo)):
        unidades = {"dias": "días", "anios": "años"}[p.unidad]
        revocar = f"; al revocar: {p.al_revocar}" if p.al_revocar else ""
        typer.echo(f"{p.tipo}\t{p.cantidad} {unidades} desde {p.desde}{revocar}\t{p.fuente}")


@app.command()
def proponer(datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Busca lo que ya cumplió su plazo y lo propone. Es lo mismo que hace solo el servidor, cada hora."""
    from scribe.expediente.conservacion import propuesta

    with _mirando(datos, clave_archivo) as t:
        nuevas = propuesta.proponer(t)
    decir(f"Propuestas nuevas: {len(nuevas)}. Nada se destruye hasta que alguien lo confirme.")


@app.command()
def listar(
    todas: Annotated[bool, typer.Option(help="También lo ya decidido.")] = False,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Escribe lo que está por decidir, una por línea: qué es, de cuándo, de qué expediente y si se puede."""
    from scribe.expediente.conservacion import propuesta

    with _mirando(datos, clave_archivo) as t:
        filas = propuesta.listar(t, todas=todas)
    for p in filas:
        de = f"{p.de_cuando:%Y-%m-%d}" if p.de_cuando else ""
        partes = (p.id, p.estado, p.tipo_dato, p.motivo, de, p.numero_expediente or "", p.impedimento or "")
        typer.echo("\t".join(map(str, partes)))
    if not filas:
        decir("No hay nada por decidir.")


@app.command()
def confirmar(
    propuestas: Annotated[list[str], typer.Argument(help="Identificadores (véase «listar»).")],
    usuario: Administra,
    razon: Annotated[str, typer.Option(help="Por qué; queda en el certificado. Sin datos del paciente.")],
    conservar: Annotated[bool, typer.Option("--conservar", help="Decidir que NO se destruya.")] = False,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Destruye de verdad lo propuesto (no hay vuelta), o con --conservar decide que se quede.

    Pide la contraseña de quien administra. Cada destrucción deja su certificado en la bitácora.
    """
    from scribe.expediente.conservacion import destruccion
    from scribe.trabajos.destructor import Destructor

    cuales = [_uuid(p) for p in propuestas]
    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        _administrador(servicios, actor, usuario) as quien,
    ):
        for cual in cuales:
            if conservar:
                with servicios.expediente.transaccion(quien) as t:
                    destruccion.conservar(t, cual, razon)
                decir(f"{cual}: se conserva.")
                continue
            archivos = Destructor(servicios.audio)
            acta = destruccion.confirmar(servicios.expediente, quien, archivos, cual, razon)
            decir(
                f"{cual}: destruido, con certificado."
                if acta
                else f"{cual}: la clave ya no existe; los archivos se borran al acabar el respaldo en curso."
            )


@app.command()
def certificado(
    propuesta: Cual,
    salida: Annotated[Path | None, typer.Option(help="Archivo donde guardarlo (JSON firmado).")] = None,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Escribe el certificado de una destrucción; con --salida lo guarda entero, con su firma."""
    from scribe.errores import SalidaInvalida
    from scribe.expediente.conservacion.certificado import certificado as hacer

    with _mirando(datos, clave_archivo) as t:
        hecho = hacer(t, _uuid(propuesta))
    typer.echo(hecho.texto)
    if salida is not None:
        try:
            with salida.expanduser().open("x", encoding="utf-8") as archivo:
                json.dump(hecho.model_dump(mode="json"), archivo, ensure_ascii=False, indent=1)
        except OSError as causa:
            raise SalidaInvalida(
                f"No se pudo guardar el certificado ({causa.strerror}).", "Elija otro nombre o carpeta."
            ) from None


@app.command()
def retener(
    paciente: Annotated[str, typer.Argument(help="Identificador del paciente (no su nombre).")],
    usuario: Administra,
    razon: Annotated[str, typer.Option(help="Queja, juicio, auditoría… (se guarda cifrada).")],
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Marca «no destruir» a todo lo de un paciente, hasta que se levante."""
    from scribe.expediente.conservacion import retencion

    with _decidiendo(usuario, datos, clave_archivo) as t:
        nueva = retencion.retener(t, _uuid(paciente), razon)
    decir(f"Retención {nueva}. Se quita con «scribe conservacion levantar».")


@app.command()
def levantar(
    retencion: Annotated[str, typer.Argument(help="Identificador de la retención.")],
    usuario: Administra,
    razon: Annotated[str, typer.Option(help="Por qué ya se puede destruir.")],
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Levanta un «no destruir»."""
    from scribe.expediente.conservacion import retencion as retenciones

    with _decidiendo(usuario, datos, clave_archivo) as t:
        retenciones.levantar(t, _uuid(retencion), razon)
    decir("Retención levantada.")


@contextmanager
def _mirando(datos: Path | None, clave_archivo: Path | None) -> Iterator[Transaccion]:
    """El expediente abierto desde la consola, en una transacción."""
    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        servicios.expediente.transaccion(actor) as t,
    ):
        yield t


@contextmanager
def _decidiendo(usuario: str, datos: Path | None, clave_archivo: Path | None) -> Iterator[Transaccion]:
    """El expediente abierto a nombre de quien administra, que escribe su contraseña."""
    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        _administrador(servicios, actor, usuario) as quien,
        servicios.expediente.transaccion(quien) as t,
    ):
        yield t


@contextmanager
def _administrador(servicios: Servicios, consola: Actor, nombre: str) -> Iterator[Actor]:
    """Quien administra, con su contraseña recién escrita. Lanza `NoEntra` o `SinPermiso`."""
    from scribe.expediente import usuarios
    from scribe.expediente.bitacora import Actor
    from scribe.expediente.errores import SinPermiso
    from scribe.web import acceso
    from scribe.web.errores import FaltaCodigo, NoEntra

    with servicios.expediente.transaccion(consola) as t:
        persona = usuarios.por_nombre(t, nombre)
    clave = typer.prompt(f"Contraseña de {nombre}", hide_input=True, err=True)
    if persona is None:
        raise NoEntra
    quien = Actor(persona.id, consola.equipo)
    try:
        acceso.comprobar(servicios, quien, clave, None)
    except FaltaCodigo:
        codigo = typer.prompt("Código del segundo factor", err=True)
        acceso.comprobar(servicios, quien, clave, codigo)
    if not any(rol == "administrador" for _, rol in persona.roles):
        raise SinPermiso("Solo quien administra decide esto.", "Use la cuenta de quien administra.")
    yield quien


def _plazo(texto: str) -> tuple[int, Unidad]:
    from scribe.errores import AjusteInvalido

    if (partes := _PLAZO.match(texto.strip().lower())) is None:
        raise AjusteInvalido("El plazo no se entiende.", "Escriba, por ejemplo, 30d o 5a.")
    return int(partes[1]), "dias" if partes[2].startswith("d") else "anios"


def _uuid(texto: str) -> UUID:
    from scribe.errores import AjusteInvalido

    try:
        return UUID(texto)
    except ValueError:
        raise AjusteInvalido(
            "Eso no es un identificador.", "Cópielo de «scribe conservacion listar»."
        ) from None
