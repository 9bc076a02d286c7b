"""El trabajador que lanza `scribe servir`: como `scribe trabajador`, con la frase por su entrada estándar.

    python -m scribe.ordenes.hijo «cola»

Muere con su padre. No es una orden: la frase nunca va en los argumentos, que cualquiera del equipo ve.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from scribe import aislamiento
from scribe.errores import ErrorScribe
from scribe.terminal import error

if TYPE_CHECKING:
    from scribe.ajustes import Ajustes
    from scribe.flujo import Motores
    from scribe.trabajos.modelo import Cola


def correr(cola: Cola, frase: str | None) -> None:
    """Trabaja en una cola hasta que se pida parar."""
    from scribe.ordenes.expediente import abrir_llavero, ajustes_de, carpeta

    ajustes = ajustes_de()
    if cola == "computo" and ajustes.base_datos is None:
        aislamiento.sellar()  # la base empotrada se habla por un archivo: el núcleo le niega toda red
    from scribe.ajustes import Ajustes
    from scribe.expediente.bitacora import Actor
    from scribe.trabajos import archivo
    from scribe.trabajos.capacidad import nombre_de_sesion
    from scribe.trabajos.presencia import Presencia
    from scribe.trabajos.procesar import Taller
    from scribe.trabajos.trabajador import Trabajador
    from scribe.web.servicios import abrir

    datos = carpeta(ajustes)
    llavero, _ = abrir_llavero(ajustes, datos, frase=frase)
    servicios = abrir(datos, llavero, ajustes.base_datos, maximo=6)
    assert servicios.base is not None
    try:
        with Presencia(servicios.base.dsn, nombre_de_sesion(cola)) as presencia:
            taller = Taller(
                servicios.expediente, servicios.audio, presencia, Actor(None, servicios.equipo), armar=_armar,
                ajustes=lambda pedidas: Ajustes(**pedidas.model_dump(exclude_none=True)),
                otras={"archivo": archivo.hacer},
            )  # fmt: skip
            Trabajador(servicios.base.dsn, cola, taller, padre=os.getppid()).correr()
    finally:
        servicios.cerrar()


def _armar(ajustes: Ajustes) -> Motores:
    """Los motores, importados solo cuando hay algo que procesar: quien solo envía no los carga."""
    from scribe.motores import armar

    return armar(ajustes)


if __name__ == "__main__":
    try:
        correr(sys.argv[1], sys.stdin.readline().rstrip("\n") or None)  # type: ignore[arg-type]
    except ErrorScribe as fallo:
        error(f"El trabajador no arrancó: {fallo}")
        sys.exit(fallo.salida)
