"""Lo que comparten las órdenes del expediente: dónde están los datos y cómo se abren."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from scribe import aislamiento
from scribe.ajustes import carpeta_de_datos
from scribe.errores import AjusteInvalido, SalidaInvalida
from scribe.terminal import consola

if TYPE_CHECKING:
    from scribe.expediente.bitacora import Actor
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
    """La carpeta de datos; se crea si falta. Lanza `SalidaInvalida` si no se puede escribir en ella."""
    datos = (ajustes.datos or carpeta_de_datos()).expanduser().resolve()
    try:
        datos.mkdir(parents=True, exist_ok=True)
    except OSError as causa:
        raise _sin_escribir(datos, causa.strerror) from None
    if not os.access(datos, os.R_OK | os.W_OK | os.X_OK):
        raise _sin_escribir(datos, None)
    return datos


def _sin_escribir(datos: Path, porque: str | None) -> SalidaInvalida:
    return SalidaInvalida(
        f"No se puede escribir en la carpeta de datos {datos}{f' ({porque})' if porque else ''}.",
        "Revise sus permisos, o dé otra con --datos o SCRIBE_DATOS.",
    )


@contextmanager
def consola_de(ajustes: AjustesServidor, *, frase: str | None = None) -> Iterator[tuple[Servicios, Actor]]:
    """El expediente abierto desde la consola del equipo, y el actor con que queda asentado."""
    from scribe.ordenes.llaves import abrir_llavero
    from scribe.web.servicios import abrir

    datos = carpeta(ajustes)
    llavero, _ = abrir_llavero(datos, ajustes, frase=frase)
    servicios = abrir(datos, llavero, ajustes.base_datos, maximo=4)
    try:
        yield servicios, actor_de_consola()
    finally:
        servicios.cerrar()


def actor_de_consola() -> Actor:
    """Quien da una orden en la consola de este equipo."""
    import getpass
    import platform

    from scribe.expediente.bitacora import Actor

    return Actor(None, f"consola:{platform.node()}:{getpass.getuser()}")


def decir(texto: str) -> None:
    """Una línea para la persona."""
    consola.print(texto, soft_wrap=True, markup=False)
