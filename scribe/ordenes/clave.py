"""`scribe clave`: el archivo de clave, la frase maestra y la rotación."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scribe.errores import AjusteInvalido, SalidaInvalida
from scribe.ordenes.expediente import (
    ClaveArchivo,
    Datos,
    ajustes_de,
    carpeta,
    consola_de,
    decir,
)
from scribe.ordenes.instancia import un_solo_servidor
from scribe.ordenes.llaves import abrir_llavero, frase_nueva

app = typer.Typer(
    help="Las claves del expediente: crear un archivo de clave, cambiar la frase y rotar la clave maestra.",
    no_args_is_help=True,
)


@app.command()
def nueva(ruta: Annotated[Path, typer.Argument(help="Dónde crearla: mejor en otro disco.")]) -> None:
    """Crea un archivo de clave al azar (solo lo lee su dueño) para SCRIBE_CLAVE_ARCHIVO."""
    from scribe.expediente.fuentes_clave import crear_archivo_de_clave

    try:
        crear_archivo_de_clave(ruta.expanduser())
    except FileExistsError:
        raise SalidaInvalida(
            "Ya hay un archivo ahí.", "Elija otra ruta: una clave no se sobrescribe."
        ) from None
    except OSError as causa:
        raise SalidaInvalida(f"No se pudo crear la clave ({causa.strerror}).", "Revise la ruta.") from None
    decir(f"Clave creada en {ruta.name}. Guarde una copia fuera: sin ella el expediente no se puede leer.")


@app.command()
def cambiar(
    a_archivo: Annotated[
        Path | None,
        typer.Option(help="Abrir en adelante con este archivo de clave, en vez de con una frase."),
    ] = None,
    a_sistema: Annotated[
        bool, typer.Option("--a-sistema", help="Abrir en adelante con el almacén de contraseñas del sistema.")
    ] = False,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Cambia con qué se abre el expediente (sin opciones, otra frase). No vuelve a cifrar nada.

    Pare antes el servidor: sus procesos abren con lo que tenían al arrancar.
    """
    from scribe.expediente.fuentes_clave import FuenteArchivo, FuenteFrase, FuenteSistema

    if a_archivo is not None and a_sistema:
        raise AjusteInvalido("Se pidieron dos maneras de abrir.", "Dé --a-archivo o --a-sistema, no ambas.")
    ajustes = ajustes_de(datos=datos, clave_archivo=clave_archivo)
    de = carpeta(ajustes)
    with un_solo_servidor(de):
        llavero, _ = abrir_llavero(de, ajustes)
        if a_archivo is not None:
            llavero.cambiar_fuente(FuenteArchivo(a_archivo.expanduser()))
        elif a_sistema:
            llavero.cambiar_fuente(FuenteSistema())
        else:
            llavero.cambiar_fuente(FuenteFrase(frase_nueva()))
    decir("Listo: desde ahora el llavero se abre así. Los respaldos de antes siguen con lo de antes.")


@app.command()
def rotar(datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Cambia la clave maestra y vuelve a envolver las claves de datos. Se puede interrumpir y repetir."""
    from scribe.expediente.almacen_claves import AlmacenEnBase
    from scribe.expediente.bitacora import Asiento
    from scribe.expediente.llavero import rotar as hacer

    with consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor):
        almacen = AlmacenEnBase(servicios.expediente.piscina)
        hechas = hacer(servicios.llavero, almacen)
        olvidada = servicios.llavero.retirar_salientes(almacen)
        with servicios.expediente.transaccion(actor) as t:
            t.asentar(Asiento("clave.cambio", detalle={"reenvueltas": hechas}))
    decir(f"Se volvieron a envolver {hechas} claves.")
    if not olvidada:
        decir("La maestra anterior se olvida al repetir esta orden pasadas 24 horas.")
