"""`scribe doctor`: qué hay en este equipo, qué falta y qué está bloqueado."""

from __future__ import annotations

import os
import platform
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer
from rich.table import Table

from scribe import __version__, aislamiento
from scribe.ajustes import Ajustes
from scribe.errores import ErrorScribe, RedBloqueada
from scribe.terminal import consola

_DESTINO_DE_PRUEBA = ("192.0.2.1", 443)  # TEST-NET-1 (RFC 5737): no es de nadie


class Hallazgo(NamedTuple):
    """Una línea del informe: si está bien, qué se miró y qué se vio."""

    bien: bool
    asunto: str
    detalle: str


def doctor() -> None:
    """Revisa el equipo: recursos, modelos, y que nada pueda salir a la red mientras se trabaja."""
    sellado = aislamiento.sellar()
    ajustes = Ajustes()
    hallazgos = [*_equipo(), *_modelos(ajustes), *_carpetas(ajustes), *_red(sellado)]
    tabla = Table("", "Qué", "Cómo está", title=f"Scribe {__version__}", title_justify="left")
    for h in hallazgos:
        tabla.add_row("[green]✓[/]" if h.bien else "[red]✗[/]", h.asunto, h.detalle)
    consola.print(tabla)
    if not all(h.bien for h in hallazgos):
        raise typer.Exit(1)


def _equipo() -> Iterator[Hallazgo]:
    yield Hallazgo(True, "Python", f"{platform.python_version()} en {platform.machine()}")
    memoria = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield Hallazgo(memoria >= 4, "Memoria", f"{memoria:.0f} GB (el perfil mínimo necesita 4)")
    yield Hallazgo(True, "Núcleos", str(Ajustes().hilos))
    try:
        import torchaudio  # noqa: F401
    except (ImportError, OSError):
        yield Hallazgo(False, "torchaudio", "no abre con este torch: repita «make entorno» (docs/decisiones)")
    else:
        yield Hallazgo(True, "torchaudio", "abre bien")


def _modelos(ajustes: Ajustes) -> Iterator[Hallazgo]:
    from scribe.modelos import perfil, ruta

    try:
        elegido = perfil(ajustes.perfil)
        for funcion, modelo in elegido.modelos.items():
            yield Hallazgo(True, f"Modelo: {funcion}", f"{modelo} en {ruta(modelo)}, suma correcta")
    except ErrorScribe as fallo:
        yield Hallazgo(False, "Modelos", str(fallo))


def _carpetas(ajustes: Ajustes) -> Iterator[Hallazgo]:
    padre = next(p for p in (ajustes.cache, *ajustes.cache.parents) if p.exists())
    libre = shutil.disk_usage(padre).free / 2**30
    escribible = os.access(padre, os.W_OK)
    yield Hallazgo(libre > 1 and escribible, "Caché", f"{ajustes.cache}, {libre:.0f} GB libres")
    aqui = Path.cwd()
    yield Hallazgo(os.access(aqui, os.W_OK), "Carpeta actual", f"{aqui}")


def _red(sellado: bool) -> Iterator[Hallazgo]:
    for variable, valor in aislamiento.VARIABLES.items():
        actual = os.environ.get(variable)
        yield Hallazgo(actual == valor, variable, f"{actual}")
    yield Hallazgo(True, "Sello del núcleo (seccomp)", "puesto" if sellado else "no lo hay en este sistema")
    rechazada = _bloquea()
    yield Hallazgo(rechazada, "Conexión a Internet de prueba", "rechazada" if rechazada else "¡SALIÓ!")


def _bloquea() -> bool:
    """Intenta conectarse a una dirección que no es de nadie: debe rechazarse antes de salir."""
    try:
        with socket.socket() as s:
            s.settimeout(1)
            s.connect(_DESTINO_DE_PRUEBA)
    except (RedBloqueada, PermissionError):
        return True
    except OSError:
        return False
    return False
