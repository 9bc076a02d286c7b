"""`scribe bitacora`: comprobarla, sacar su cabeza firmada y hacer informes."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from scribe.ordenes.expediente import ClaveArchivo, Datos, ajustes_de, consola_de, decir

app = typer.Typer(
    help="La bitácora: comprobarla, sacar su cabeza firmada e informes por usuario, paciente y periodo.",
    no_args_is_help=True,
)
Cabezas = Annotated[
    list[Path] | None, typer.Option(help="Archivo de cabezas guardado fuera; se puede repetir.")
]


@app.command()
def verificar(cabezas: Cabezas = None, datos: Datos = None, clave_archivo: ClaveArchivo = None) -> None:
    """Recorre la cadena, las cabezas y el contenido sellado; nombra el primer eslabón roto.

    Termina con código 1 si algo no cuadra. Sin una cabeza guardada en otra parte no se puede notar que
    falte el final de la bitácora.
    """
    from scribe.expediente.bitacora import Asiento
    from scribe.expediente.verificacion import leer_cabezas
    from scribe.expediente.verificacion import verificar as recorrer
    from scribe.web.servicios import CABEZAS

    with consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor):
        dadas = [c for ruta in (servicios.datos / CABEZAS, *(cabezas or ())) for c in leer_cabezas(ruta)]
        with servicios.expediente.piscina.conexion() as conexion:
            llaves, abre = servicios.expediente.bitacora.llavero, servicios.llavero.abrir_clave
            informe = recorrer(conexion, llaves, dadas, abre)
        with servicios.expediente.transaccion(actor) as t:
            t.asentar(Asiento("bitacora.verificada", resultado="bien" if informe.integra else "fallo"))
    if informe.roto is not None:
        for hallazgo in informe.hallazgos:
            typer.echo(hallazgo.texto)
        decir(f"La bitácora NO cuadra. Primer eslabón roto: {informe.roto.texto}")
        raise typer.Exit(1)
    typer.echo(f"La bitácora está íntegra: {informe.asientos} asientos y {informe.filas} filas selladas.")
    if not dadas:
        decir(
            "No hay cabezas guardadas: sin ellas no se nota si falta el final. Use «scribe bitacora cabeza»."
        )
    if informe.anomalias_de_reloj:
        decir(f"El reloj retrocedió {informe.anomalias_de_reloj} veces; el orden lo da la cadena.")


@app.command()
def cabeza(
    salida: Annotated[Path | None, typer.Option(help="Archivo donde agregarla, mejor en otro disco.")] = None,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Agrega a un archivo el último sello, firmado: delata una cola borrada o un respaldo viejo."""
    from scribe.expediente.bitacora import Asiento
    from scribe.expediente.verificacion import cabeza as tomar
    from scribe.expediente.verificacion import guardar_cabeza
    from scribe.web.servicios import CABEZAS

    with consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor):
        with servicios.expediente.transaccion(actor) as t:
            t.asentar(Asiento("bitacora.cabeza"))
        with servicios.expediente.piscina.conexion() as conexion:
            nueva = tomar(conexion, servicios.expediente.bitacora.llavero)
        destino = salida or servicios.datos / CABEZAS
        guardar_cabeza(destino, nueva)
    decir(f"Cabeza del asiento {nueva.seq} guardada en {destino.name}.")


@app.command()
def informe(
    usuario: Annotated[str | None, typer.Option(help="Nombre de usuario.")] = None,
    paciente: Annotated[str | None, typer.Option(help="Identificador del paciente (no su nombre).")] = None,
    desde: Annotated[datetime | None, typer.Option(help="Desde cuándo.")] = None,
    hasta: Annotated[datetime | None, typer.Option(help="Hasta cuándo.")] = None,
    evento: Annotated[str | None, typer.Option(help="Clase de evento o su principio: «nota.».")] = None,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
) -> None:
    """Escribe los asientos, uno por línea en JSON. Consultarla también queda asentado."""
    from scribe.errores import AjusteInvalido
    from scribe.expediente import usuarios
    from scribe.expediente.bitacora import Asiento
    from scribe.expediente.errores import NoExiste
    from scribe.expediente.informes_bitacora import reporte

    try:
        de_paciente = UUID(paciente) if paciente else None
    except ValueError:
        raise AjusteInvalido("El paciente se da por su identificador.", "Es un UUID, no un nombre.") from None
    with (
        consola_de(ajustes_de(datos=datos, clave_archivo=clave_archivo)) as (servicios, actor),
        servicios.expediente.transaccion(actor) as t,
    ):
        persona = usuarios.por_nombre(t, usuario) if usuario else None
        if usuario and persona is None:
            raise NoExiste("No hay una cuenta con ese nombre.", "Vea «scribe usuarios listar».")
        filtro = {
            "usuario": persona.id if persona else None, "paciente": de_paciente, "evento": evento,
            "desde": desde.astimezone() if desde else None, "hasta": hasta.astimezone() if hasta else None,
        }  # fmt: skip
        despues = cuantos = 0
        while filas := list(reporte(t.conexion, **filtro, despues=despues)):  # type: ignore[arg-type]
            for fila in filas:
                typer.echo(json.dumps(fila, ensure_ascii=False, default=_texto))
            despues, cuantos = filas[-1]["seq"], cuantos + len(filas)
        t.asentar(Asiento("bitacora.ver", paciente=de_paciente, detalle={"asientos": cuantos}))


def _texto(valor: object) -> str:
    return valor.hex() if isinstance(valor, bytes) else str(valor)
