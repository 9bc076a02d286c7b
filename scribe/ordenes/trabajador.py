"""`scribe trabajador`: hace los trabajos de la cola, en este equipo o en otro de la clínica."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from scribe import aislamiento
from scribe.ajustes import Ajustes
from scribe.errores import AjusteInvalido
from scribe.ordenes.opciones import Depurar
from scribe.terminal import consola

if TYPE_CHECKING:
    from scribe.expediente.llavero import Llavero
    from scribe.trabajos.modelo import Cola, Opciones

_ESPERA_MAX_S = 60.0


def trabajador(
    cola: Annotated[
        Literal["todas", "computo", "envio"],
        typer.Option(
            help="Qué hace: computo (transcribir, redactar…), envio, o todas (un proceso por cada una)."
        ),
    ] = "todas",
    depurar: Depurar = False,
) -> None:
    """Hace los trabajos de la cola hasta que se le pida parar (Ctrl-C); lo que deja a medias sigue después.

    Sin más, trabaja sobre el expediente de este equipo. Con SCRIBE_BASE_DATOS se une a la cola de otro.
    """
    del depurar
    if cola == "todas":
        _supervisar()
    else:
        _trabajar(cola)


def _supervisar() -> None:
    """Un proceso por recurso; si uno muere, se vuelve a lanzar, cada vez con más calma."""
    from scribe.trabajos.modelo import COLAS

    parar: list[int] = []
    for senal in (signal.SIGTERM, signal.SIGINT):
        signal.signal(senal, lambda numero, _marco: parar.append(numero))
    hijos: dict[str, subprocess.Popen[bytes]] = {}
    muertes, desde = dict.fromkeys(COLAS, 0), dict.fromkeys(COLAS, 0.0)
    consola.print("Trabajando. Ctrl-C para terminar.")
    while not parar:
        for cola in COLAS:
            hijo = hijos.get(cola)
            if hijo is not None and hijo.poll() is None:
                continue
            if hijo is not None and hijo.returncode == AjusteInvalido.salida:
                parar.append(hijo.returncode)  # ya dijo en una línea qué falta: insistir no sirve
                break
            if time.monotonic() >= desde[cola]:
                hijos[cola] = subprocess.Popen(
                    [sys.executable, "-m", "scribe.cli", "trabajador", "--cola", cola]
                )
                desde[cola] = time.monotonic() + min(2.0 ** muertes[cola], _ESPERA_MAX_S)
                muertes[cola] += 1
        time.sleep(0.5)
    for hijo in hijos.values():
        hijo.terminate()
    salidas = [hijo.wait() for hijo in hijos.values()]
    if AjusteInvalido.salida in salidas:
        raise typer.Exit(AjusteInvalido.salida)


def _trabajar(cola: Cola) -> None:
    externa = os.environ.get("SCRIBE_BASE_DATOS", "")
    if cola == "computo" and (not externa or _es_socket(externa)):
        aislamiento.sellar()  # por sockets de archivo basta: el núcleo le niega Internet
    else:
        aislamiento.vigilar()
    from scribe.expediente.base.conexion import abrir_base, carpeta_de_datos
    from scribe.expediente.bitacora import Actor
    from scribe.motores import armar
    from scribe.trabajos import archivo
    from scribe.trabajos.audio import AlmacenAudio
    from scribe.trabajos.capacidad import nombre_de_sesion
    from scribe.trabajos.presencia import Presencia
    from scribe.trabajos.procesar import Taller
    from scribe.trabajos.trabajador import Trabajador
    from scribe.web.servicios import armar_expediente

    datos = carpeta_de_datos()
    llavero = _llavero(datos)
    with abrir_base(datos) as base, Presencia(base.dsn, nombre_de_sesion(cola)) as presencia:
        expediente, cifrador = armar_expediente(base, llavero)
        taller = Taller(
            expediente, AlmacenAudio(datos, cifrador), presencia, Actor(None, _equipo()), armar, _ajustes,
            otras={"archivo": archivo.hacer},
        )  # fmt: skip
        Trabajador(base.dsn, cola, taller, padre=os.getppid()).correr()


def _llavero(datos: Path) -> Llavero:
    """El llavero de esta instalación, abierto con el archivo de clave o el almacén del sistema."""
    from scribe.expediente.fuentes_clave import FuenteArchivo, FuenteSistema
    from scribe.expediente.llavero import Llavero

    ruta, clave = datos / "llavero.json", os.environ.get("SCRIBE_CLAVE_ARCHIVO")
    if not ruta.exists():
        raise AjusteInvalido(
            "En este equipo no hay un expediente que atender.",
            "Créelo con «scribe servir», o copie aquí el llavero (llavero.json) del servidor.",
        )
    fuente: Any = FuenteArchivo(Path(clave)) if clave else FuenteSistema()
    return Llavero.abrir(ruta, fuente)


def _ajustes(opciones: Opciones) -> Ajustes:
    """Los de este equipo, con lo que pidió el trabajo."""
    return Ajustes(**opciones.model_dump(exclude_none=True))


def _es_socket(dsn: str) -> bool:
    from psycopg.conninfo import conninfo_to_dict

    return str(conninfo_to_dict(dsn).get("host") or "").startswith("/")


def _equipo() -> str:
    import platform

    return platform.node() or "trabajador"
