"""El proceso que trabaja en una cola; lo lanzan `scribe servir` y `scribe trabajador`.

    python -m scribe.ordenes.hijo «cola»

No es una orden. La frase llega por la entrada estándar, nunca en los argumentos, que cualquiera del equipo
ve. La entrada sigue abierta mientras vive el padre: al cerrarse, este proceso para.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from scribe import aislamiento
from scribe.errores import ErrorScribe
from scribe.ordenes.supervisor import PARAR_S
from scribe.terminal import error

if TYPE_CHECKING:
    from scribe.ajustes import Ajustes
    from scribe.consulta import Huella
    from scribe.flujo import Motores
    from scribe.trabajos.modelo import Cola
    from scribe.trabajos.presencia import Presencia
    from scribe.trabajos.procesar import Taller
    from scribe.web.servicios import Servicios


def correr(cola: Cola, frase: str | None) -> None:
    """Trabaja en una cola hasta que se pida parar o muera el padre."""
    from scribe.ordenes.expediente import ajustes_de, carpeta
    from scribe.ordenes.llaves import abrir_llavero

    ajustes = ajustes_de()
    if cola == "computo" and (ajustes.base_datos is None or _es_socket(ajustes.base_datos)):
        aislamiento.sellar()  # la base se habla por un archivo: el núcleo le niega toda red
    from scribe.trabajos.capacidad import nombre_de_sesion
    from scribe.trabajos.presencia import Presencia
    from scribe.trabajos.trabajador import Trabajador
    from scribe.web.rutinas import rutinas
    from scribe.web.servicios import abrir

    datos = carpeta(ajustes)
    llavero, _ = abrir_llavero(datos, ajustes, frase=frase)
    servicios = abrir(datos, llavero, ajustes.base_datos, maximo=6)
    servicios.plazos = ajustes.plazos()
    assert servicios.base is not None
    with _atado_al_padre(servicios), Presencia(servicios.base.dsn, nombre_de_sesion(cola)) as presencia:
        # Las rutinas del equipo van con los envíos: las de cómputo pueden tardar horas en soltar el turno.
        de_equipo = rutinas(servicios) if cola == "envio" else ()
        taller = taller_de(servicios, presencia, motores_s=60.0 * ajustes.motores_min)
        with _adelantando(taller) if cola == "computo" else nullcontext():
            Trabajador(servicios.base.dsn, cola, taller, rutinas=de_equipo).correr()


def taller_de(servicios: Servicios, presencia: Presencia, *, motores_s: float = 0.0) -> Taller:
    """Lo que un trabajador necesita, con los motores y las voces de este equipo.

    `motores_s`: segundos que se guardan los motores sin trabajo.
    """
    from scribe.ajustes import Ajustes
    from scribe.expediente.bitacora import Actor
    from scribe.trabajos import archivo, enviar
    from scribe.trabajos.armados import Armados
    from scribe.trabajos.mensajero import Mensajero
    from scribe.trabajos.procesar import Taller

    armados = Armados(_armar, motores_s)
    return Taller(
        servicios.expediente, servicios.audio, presencia, Actor(None, servicios.equipo), armar=armados,
        devolver=armados.devolver, preparar=armados.preparar, voz=_voz,
        ajustes=lambda pedidas: Ajustes(**pedidas.model_dump(exclude_none=True)),
        otras={"archivo": archivo.hacer, "enviar": enviar.con(Mensajero(servicios.datos))},
    )  # fmt: skip


@contextmanager
def _adelantando(taller: Taller) -> Iterator[None]:
    """Mientras no hay trabajos, se oyen las grabaciones que siguen en curso."""
    from scribe.trabajos.adelantador import Adelantador

    with Adelantador(taller) as adelantador:
        taller.a_solas = adelantador.cediendo
        yield


def _armar(ajustes: Ajustes) -> Motores:
    """Los motores, importados solo cuando hay algo que procesar: quien solo envía no los carga."""
    from scribe.motores import armar

    return armar(ajustes)


def _voz(usuario: str, ajustes: Ajustes) -> Huella | None:
    """La voz registrada en este equipo con ese nombre de usuario, si es del modelo del perfil."""
    from scribe.diarizacion.voz import hallar
    from scribe.modelos import perfil

    return hallar(usuario, perfil(ajustes.perfil).id_de("huella"))


def _es_socket(dsn: str) -> bool:
    from psycopg.conninfo import conninfo_to_dict

    return str(conninfo_to_dict(dsn).get("host") or "").startswith("/")


@contextmanager
def _atado_al_padre(servicios: Servicios) -> Iterator[None]:
    """Cierra la base al salir, también si el padre murió y lo que se hacía no acaba a tiempo."""

    def vigilar() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PARAR_S)
        servicios.cerrar()  # a media etapa: la caché y la cola hacen que siga donde iba
        os._exit(1)

    threading.Thread(target=vigilar, name="padre", daemon=True).start()
    try:
        yield
    finally:
        servicios.cerrar()


def _frase_de_la_entrada() -> str | None:
    """La primera línea, sin leer de más: lo que queda es la vida del padre."""
    linea = bytearray()
    while (letra := os.read(0, 1)) not in {b"", b"\n"}:
        linea += letra
    return linea.decode() or None


def _parar(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _parar)  # hasta que el trabajador ponga la suya
    try:
        correr(sys.argv[1], _frase_de_la_entrada())  # type: ignore[arg-type]
    except KeyboardInterrupt:
        sys.exit(0)
    except ErrorScribe as fallo:
        error(f"El trabajador no arrancó: {fallo}")
        sys.exit(fallo.salida)
