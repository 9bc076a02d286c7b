"""Lo que comparten las órdenes del expediente: dónde están los datos y con qué se abre el llavero."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from pydantic import ValidationError

from scribe import aislamiento
from scribe.errores import AjusteInvalido
from scribe.terminal import consola

if TYPE_CHECKING:
    from scribe.expediente.bitacora import Actor
    from scribe.expediente.fuentes_clave import Fuente
    from scribe.expediente.llavero import Llavero
    from scribe.web.ajustes import AjustesServidor
    from scribe.web.servicios import Servicios

Datos = Annotated[Path | None, typer.Option(help="Carpeta de datos, si no es la de siempre.")]
ClaveArchivo = Annotated[
    Path | None, typer.Option(help="Archivo de clave que abre el llavero, si no se usa una frase.")
]


def ajustes_de(**pedidos: object) -> AjustesServidor:
    """Los ajustes del entorno con lo que se pidió en la orden. Lanza `AjusteInvalido`."""
    from scribe.web.ajustes import AjustesServidor

    aislamiento.vigilar()
    try:
        return AjustesServidor(**{c: v for c, v in pedidos.items() if v is not None})  # type: ignore[arg-type]
    except ValidationError as causa:
        campo = ".".join(str(p) for p in causa.errors()[0]["loc"])
        raise AjusteInvalido(
            f"El ajuste «{campo}» tiene un valor que no se puede usar.", "Revise SCRIBE_* y docs/ajustes.md."
        ) from None


def carpeta(ajustes: AjustesServidor) -> Path:
    """La carpeta de datos; se crea si falta."""
    from scribe.expediente.base.conexion import carpeta_de_datos

    datos = (ajustes.datos or carpeta_de_datos()).expanduser().resolve()
    datos.mkdir(parents=True, exist_ok=True)
    return datos


def fuente_de(ajustes: AjustesServidor, *, nueva: bool = False, frase: str | None = None) -> Fuente:
    """De dónde sale la clave del llavero: el archivo configurado o una frase que se pide en la terminal."""
    from scribe.expediente.errores_seguridad import LlaveroCerrado
    from scribe.expediente.fuentes_clave import FuenteArchivo, FuenteFrase

    if ajustes.clave_archivo is not None:
        return cast("Fuente", FuenteArchivo(ajustes.clave_archivo.expanduser()))
    if frase is not None:
        return cast("Fuente", FuenteFrase(frase))
    if not sys.stdin.isatty():
        raise LlaveroCerrado(
            "No hay con qué abrir el llavero.",
            "Cree una con «scribe clave nueva RUTA» y dígala en SCRIBE_CLAVE_ARCHIVO, o use una terminal.",
        )
    rotulo = "Frase maestra nueva (cuatro o cinco palabras sin relación)" if nueva else "Frase maestra"
    return cast(
        "Fuente", FuenteFrase(typer.prompt(rotulo, hide_input=True, confirmation_prompt=nueva, err=True))
    )


def abrir_llavero(
    ajustes: AjustesServidor, datos: Path, *, frase: str | None = None
) -> tuple[Llavero, Fuente]:
    """El llavero de esa carpeta, abierto. Lanza `LlaveroCerrado` o `SecretoInseguro`."""
    from scribe.expediente.llavero import Llavero
    from scribe.web.servicios import LLAVERO

    fuente = fuente_de(ajustes, frase=frase)
    return Llavero.abrir(datos / LLAVERO, fuente), fuente


@contextmanager
def consola_de(ajustes: AjustesServidor, *, frase: str | None = None) -> Iterator[tuple[Servicios, Actor]]:
    """El expediente abierto desde la consola del equipo, y el actor con que queda asentado."""
    import getpass
    import platform

    from scribe.expediente.bitacora import Actor
    from scribe.web.servicios import abrir

    datos = carpeta(ajustes)
    llavero, _ = abrir_llavero(ajustes, datos, frase=frase)
    servicios = abrir(datos, llavero, ajustes.base_datos, maximo=4)
    try:
        yield servicios, Actor(None, f"consola:{platform.node()}:{getpass.getuser()}")
    finally:
        servicios.cerrar()


def decir(texto: str) -> None:
    """Una línea para la persona."""
    consola.print(texto, soft_wrap=True, markup=False)
