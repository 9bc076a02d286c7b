"""Pendientes, bitácora y salud."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from scribe import __version__
from scribe.expediente import tareas, usuarios
from scribe.expediente.bitacora import Asiento
from scribe.expediente.errores import DatoInvalido, SinPermiso
from scribe.expediente.informes_bitacora import reporte
from scribe.expediente.modelo import Tarea
from scribe.expediente.verificacion import cabeza, guardar_cabeza, leer_cabezas, verificar
from scribe.web.servicios import CABEZAS
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["sistema"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Filtro(_Pedido):
    """Qué asientos; todo lo que se dé se tiene que cumplir. Se pagina con `despues`."""

    usuario: UUID | None = None
    paciente: UUID | None = None
    desde: AwareDatetime | None = None
    hasta: AwareDatetime | None = None
    evento: str | None = Field(None, pattern=r"^[a-z_]+(\.[a-z_]*)?$")
    despues: int = Field(0, ge=0)
    limite: int = Field(500, ge=1, le=5000)


@rutas.get("/tareas", summary="Mis pendientes")
def pendientes(
    quien: Annotated[Sujeto, exige("tarea.ver")], tipo: tareas.TipoTarea | None = None
) -> list[Tarea]:
    """Por firmar, por revisar, lo que requiere atención…; lo que vence antes primero."""
    with quien.transaccion() as t:
        return tareas.pendientes(t, quien.persona.id, tipo)


@rutas.post("/tareas/{tarea_id}/terminar", summary="Terminar un pendiente")
def terminar(tarea_id: UUID, quien: Annotated[Sujeto, exige("tarea.ver")]) -> Tarea:
    """El propio. «Por firmar» termina al firmar."""
    with quien.transaccion() as t:
        fila = t.una("tarea_por_id", "la tarea", id=tarea_id)
        if fila["asignada_a"] not in (None, quien.persona.id):
            raise SinPermiso("Ese pendiente es de otra persona.", "Que lo termine quien lo tiene.")
        if fila["tipo"] == "por_firmar":
            raise DatoInvalido("Un pendiente «por firmar» termina al firmar o descartar.", "Firma la nota.")
        return tareas.terminar(t, tarea_id)


@rutas.post("/bitacora/informe", summary="Informe de la bitácora")
def informe(pedido: Filtro, quien: Annotated[Sujeto, exige("bitacora.ver")]) -> list[dict[str, Any]]:
    """Por usuario, paciente, periodo o clase de evento. Consultarla también deja asiento."""
    with quien.transaccion() as t:
        if pedido.paciente is not None:
            quien.exigir_paciente(t, pedido.paciente)
        asientos = list(reporte(t.conexion, **pedido.model_dump()))
        t.asentar(Asiento("bitacora.ver", paciente=pedido.paciente, detalle={"asientos": len(asientos)}))
        return [{c: v.hex() if isinstance(v, bytes) else v for c, v in a.items()} for a in asientos]


@rutas.post("/bitacora/verificacion", summary="Comprobar la bitácora")
def verificacion(quien: Annotated[Sujeto, exige("bitacora.verificar")]) -> dict[str, Any]:
    """La cadena, las cabezas guardadas y el contenido de cada fila sellada; dice el primer eslabón roto."""
    servicios = quien.servicios
    llaves = servicios.expediente.bitacora.llavero
    with servicios.expediente.piscina.conexion() as conexion:
        cabezas = leer_cabezas(servicios.datos / CABEZAS)
        hecho = verificar(conexion, llaves, cabezas, servicios.llavero.abrir_clave)
    with quien.transaccion() as t:
        t.asentar(Asiento("bitacora.verificada", resultado="bien" if hecho.integra else "fallo"))
    return {**asdict(hecho), "integra": hecho.integra, "roto": asdict(hecho.roto) if hecho.roto else None}


@rutas.post("/bitacora/cabeza", status_code=201, summary="Cabeza firmada")
def la_cabeza(quien: Annotated[Sujeto, exige("bitacora.verificar")]) -> dict[str, Any]:
    """El último sello, firmado, para guardarlo fuera: delata una cola borrada o un respaldo viejo."""
    servicios = quien.servicios
    with quien.transaccion() as t:
        t.asentar(Asiento("bitacora.cabeza"))
    with servicios.expediente.piscina.conexion() as conexion:
        nueva = cabeza(conexion, servicios.expediente.bitacora.llavero)
    guardar_cabeza(servicios.datos / CABEZAS, nueva)
    return asdict(nueva)


@rutas.get("/salud", summary="Salud")
def salud(quien: Annotated[Sujeto, exige("sistema.salud")]) -> dict[str, Any]:
    """Si el servidor y su base contestan, y si falta el primer arranque. No dice nada más."""
    with quien.transaccion() as t:
        falta = not usuarios.hay_usuarios(t)
    return {"estado": "bien", "version": __version__, "primer_arranque": falta}


@rutas.get("/openapi.json", include_in_schema=False)
def openapi(peticion: Request, quien: Annotated[Sujeto, exige("sistema.salud")]) -> dict[str, Any]:
    """La descripción de la API."""
    esquema: dict[str, Any] = peticion.app.openapi()
    return esquema
