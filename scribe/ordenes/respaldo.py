"""`scribe respaldo` y `scribe restaurar`: el expediente entero en un archivo cifrado, comprobado."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scribe.ordenes.expediente import (
    ClaveArchivo,
    Datos,
    ajustes_de,
    carpeta,
    decir,
)
from scribe.ordenes.llaves import abrir_llavero, fuente_de


def respaldo(
    archivo: Annotated[Path, typer.Argument(help="Archivo que se creará.")],
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Guarda todo el expediente en un archivo cifrado y lo comprueba restaurándolo.

    Se puede hacer con el servidor en marcha. Lleva el llavero dentro, pero no lo que lo abre: guarde aparte
    la frase o el archivo de clave.
    """
    import platform

    from scribe.errores import AjusteInvalido
    from scribe.expediente.base.empotrada import BaseEmpotrada
    from scribe.expediente.base.motor import preparar_motor
    from scribe.expediente.bitacora import Actor
    from scribe.expediente.respaldo import Origen, registrar, respaldar
    from scribe.web.servicios import abrir

    ajustes = ajustes_de(datos=datos, clave_archivo=clave_archivo)
    de = carpeta(ajustes)
    llavero, fuente = abrir_llavero(de, ajustes)
    servicios = abrir(de, llavero, ajustes.base_datos, maximo=2)
    try:
        carpetas = {c.name: c for c in sorted((de / "archivos").iterdir()) if c.is_dir()}
        if servicios.base is not None and servicios.base.empotrada is not None:
            origen = Origen.de_empotrada(servicios.base.empotrada, carpetas)
        elif ajustes.base_dueno:
            programas = preparar_motor(BaseEmpotrada(de).carpeta).programas
            origen = Origen(ajustes.base_dueno, programas, carpetas)
        else:
            raise AjusteInvalido(
                "Para respaldar una base propia hace falta su dueño.", "Dé SCRIBE_BASE_DUENO."
            )
        destino = archivo.expanduser().resolve()
        informe = respaldar(destino, origen, llavero, fuente)
        with servicios.expediente.transaccion(Actor(None, platform.node())) as t:
            registrar(t, informe, destino)
    finally:
        servicios.cerrar()
    decir(
        f"Respaldo comprobado: {informe.filas} filas, {informe.archivos} archivos, {informe.asientos} "
        f"asientos, {informe.octetos / 2**20:.1f} MiB."
    )
    if informe.faltan or informe.danadas:
        decir(
            f"ATENCIÓN: {informe.faltan} grabaciones no están en disco y {informe.danadas} no abren. Lo demás"
            " está a salvo en este respaldo; búsquelas en uno anterior y no lo destruya."
        )


def restaurar(
    archivo: Annotated[Path, typer.Argument(help="El respaldo.")],
    datos: Annotated[Path, typer.Option(help="Carpeta de datos nueva o vacía.")],
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Deja en una carpeta vacía el expediente de un respaldo, comprobado. No toca el que esté en uso."""
    from scribe.expediente.respaldo import como_se_abre
    from scribe.expediente.respaldo import restaurar as hacer

    ajustes, de = ajustes_de(clave_archivo=clave_archivo), archivo.expanduser()
    informe = hacer(de, fuente_de(como_se_abre(de), ajustes), datos.expanduser().resolve())
    decir(
        f"Restaurado lo del {informe.creado:%Y-%m-%d %H:%M} UTC: {informe.filas} filas, "
        f"{informe.archivos} archivos, {informe.asientos} asientos. Arranque con SCRIBE_DATOS en esa carpeta."
    )
    decir(
        "Lo que se hubiera destruido después de esa fecha volvió: véalo con «scribe conservacion proponer»."
    )
    if informe.faltan:
        decir(f"ATENCIÓN: {informe.faltan} grabaciones ya no estaban al respaldar.")
