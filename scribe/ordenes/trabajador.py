"""`scribe trabajador`: hace los trabajos de la cola, en este equipo o en otro de la clínica."""

from __future__ import annotations

import signal
import time
from typing import Annotated, Literal

import typer

from scribe.errores import AjusteInvalido
from scribe.ordenes.caidas import avisador
from scribe.ordenes.expediente import ClaveArchivo, Datos, ajustes_de, carpeta, decir
from scribe.ordenes.opciones import Depurar
from scribe.ordenes.supervisor import Supervisor
from scribe.trabajos.modelo import COLAS, Cola, EstadoTrabajador


def trabajador(
    cola: Annotated[
        Literal["todas", "computo", "envio"],
        typer.Option(
            help="Qué hace: computo (transcribir, redactar…), envio, o todas (un proceso por cada una)."
        ),
    ] = "todas",
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
    depurar: Depurar = False,
) -> None:
    """Hace los trabajos de la cola hasta que se le pida parar (Ctrl-C); lo que deja a medias sigue después.

    Sin más, trabaja sobre el expediente de este equipo. Con SCRIBE_BASE_DATOS se une a la cola de otro: debe
    ver su misma carpeta de datos (SCRIBE_DATOS), donde están el llavero y las grabaciones.
    """
    del depurar
    from scribe.ordenes.llaves import abrir_llavero, frase_para_hijos
    from scribe.trabajos.carpeta_comun import exigir_la_misma
    from scribe.web.servicios import abrir

    ajustes = ajustes_de(datos=datos, clave_archivo=clave_archivo)
    de = carpeta(ajustes)
    llavero, fuente = abrir_llavero(de, ajustes)  # aquí, y no en cada hijo: lo que falte se dice una vez
    servicios = abrir(de, llavero, ajustes.base_datos, maximo=2)
    colas: tuple[Cola, ...] = COLAS if cola == "todas" else (cola,)
    entorno = {"SCRIBE_CLAVE_ARCHIVO": str(ajustes.clave_archivo)} if ajustes.clave_archivo else {}
    parar: list[object] = []
    rendido: list[EstadoTrabajador] = []

    def al_caer(caida: EstadoTrabajador) -> None:
        if caida.codigo == AjusteInvalido.salida:  # ya dijo en una línea qué falta: insistir no sirve
            rendido.append(caida)
            parar.append(caida)
        else:
            avisador(servicios)(caida)

    try:
        if "computo" in colas:
            exigir_la_misma(servicios.audio, servicios.expediente, llavero.instalacion)
        for senal in (signal.SIGTERM, signal.SIGINT):
            signal.signal(senal, lambda *_: parar.append(_))
        with Supervisor(de, frase_para_hijos(fuente), colas, al_caer, entorno):
            decir("Trabajando. Ctrl-C para terminar.")
            while not parar:
                time.sleep(0.25)
    finally:
        servicios.cerrar()
    if rendido:
        raise typer.Exit(AjusteInvalido.salida)
