"""Subir una grabación por trozos y ver cómo va su trabajo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from scribe.trabajos import capacidad, estado
from scribe.trabajos.modelo import (
    COLAS,
    AvanceSubida,
    Cola,
    DatosSubida,
    EstadoSubida,
    EstadoTrabajador,
    Estimacion,
    Hueco,
    Opciones,
    PasoDeTrabajo,
    Prioridad,
    Recibo,
    SubidaAbierta,
    Trabajo,
    TrozoGuardado,
)
from scribe.web.avance import Avance
from scribe.web.avance import de as avance_de
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["grabaciones"])
_JUNTAR = 1 << 20


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AltaSubida(_Pedido):
    """Lo que se sabe de la grabación antes de que llegue. Con `id`, repetirlo no abre otra."""

    id: UUID | None = None
    consentimiento: UUID
    formato: str = Field(pattern=r"^[a-z0-9]{1,12}$")
    bytes_previstos: int | None = Field(None, gt=0)
    opciones: Opciones = Opciones()


class CierreSubida(_Pedido):
    """Cuántos trozos y el sha256 (hexadecimal) de toda la grabación; sin él, vale lo que llegó.

    `huecos`: lo que quien grabó sabe que falta (pausas, el equipo dormido, el micrófono mudo…).
    """

    trozos: int = Field(ge=1, le=100_000)
    sha256: str | None = Field(None, pattern=r"^[0-9a-fA-F]{64}$")
    duracion_s: float | None = Field(None, ge=0, allow_inf_nan=False)
    huecos: tuple[Hueco, ...] = Field((), max_length=1000)


class Cancelacion(_Pedido):
    """Por qué se cancela."""

    motivo: str = Field(min_length=1, max_length=400)


class TrabajoVisto(BaseModel):
    """Un trabajo, sus pasos, cuánto falta, y cómo se le dice todo eso a una persona."""

    trabajo: Trabajo
    pasos: list[PasoDeTrabajo]
    estimacion: Estimacion
    avance: Avance


class Trabajadores(BaseModel):
    """Los procesos que hacen los trabajos."""

    vivos: dict[Cola, int]
    aqui: list[EstadoTrabajador]


@rutas.post("/encuentros/{encuentro_id}/subidas", status_code=201, summary="Empezar a subir una grabación")
def abrir(
    encuentro_id: UUID, pedido: AltaSubida, quien: Annotated[Sujeto, exige("grabacion.subir")]
) -> dict[str, UUID]:
    """Pide consentimiento vigente; sin lugar en el disco contesta 507 antes de recibir nada."""
    datos = DatosSubida(encuentro=encuentro_id, **dict(pedido))
    return {"id": quien.servicios.subidas.abrir(quien.actor, datos)}


@rutas.get("/subidas", summary="Mis subidas sin terminar")
def mis_subidas(quien: Annotated[Sujeto, exige("grabacion.subir")]) -> list[SubidaAbierta]:
    """Para retomarlas o terminarlas con lo que llegó, también desde otro equipo."""
    return quien.servicios.subidas.abiertas(quien.actor)


@rutas.get("/subidas/{subida_id}", summary="Qué trozos ya llegaron")
def ver_subida(subida_id: UUID, quien: Annotated[Sujeto, exige("grabacion.subir")]) -> EstadoSubida:
    """Para seguir donde se cortó."""
    return quien.servicios.subidas.estado(quien.actor, subida_id)


@rutas.get("/subidas/{subida_id}/avance", summary="Cuánto se ha oído ya")
def avance_de_subida(subida_id: UUID, quien: Annotated[Sujeto, exige("grabacion.subir")]) -> AvanceSubida:
    """De una grabación que sigue en curso, si el equipo tuvo tiempo de adelantarla."""
    return quien.servicios.subidas.avance(quien.actor, subida_id)


@rutas.put("/subidas/{subida_id}/trozos/{numero}", summary="Mandar un trozo")
async def trozo(
    subida_id: UUID,
    numero: int,
    peticion: Request,
    quien: Annotated[Sujeto, exige("grabacion.subir")],
    sha256: Annotated[str, Header(alias="X-Scribe-Sha256", pattern=r"^[0-9a-fA-F]{64}$")],
) -> TrozoGuardado:
    """El cuerpo son los bytes (hasta 16 MiB). Contestado es que ya está en el disco; repetirlo es inocuo."""
    abierto = await run_in_threadpool(
        quien.servicios.subidas.abrir_trozo, quien.actor, subida_id, numero, sha256
    )
    if isinstance(abierto, TrozoGuardado):
        return abierto
    try:
        async for parte in _juntar(peticion.stream()):
            await run_in_threadpool(abierto.escribir, parte)
    except BaseException:
        abierto.abandonar()
        raise
    return await run_in_threadpool(abierto.terminar)


@rutas.post("/subidas/{subida_id}/cierre", status_code=201, summary="Terminar la subida")
def cerrar(
    subida_id: UUID, pedido: CierreSubida, quien: Annotated[Sujeto, exige("grabacion.subir")]
) -> Recibo:
    """Con 201 la grabación ya no se puede perder: se puede soltar la copia."""
    return quien.servicios.subidas.cerrar(
        quien.actor, subida_id, trozos=pedido.trozos, sha256=pedido.sha256, duracion_s=pedido.duracion_s,
        huecos=pedido.huecos,
    )  # fmt: skip


@rutas.delete("/subidas/{subida_id}", status_code=204, summary="Descartar una subida sin terminar")
def descartar(subida_id: UUID, quien: Annotated[Sujeto, exige("grabacion.subir")]) -> None:
    """Quita lo que había llegado."""
    quien.servicios.subidas.descartar(quien.actor, subida_id)


@rutas.get("/trabajos", summary="La cola")
def cola(quien: Annotated[Sujeto, exige("trabajo.ver")]) -> list[Trabajo]:
    """Los que no han terminado, en el orden en que se harán; no dicen de quién son."""
    with quien.transaccion() as t:
        return estado.abiertos(t)


@rutas.get("/trabajadores", summary="Quién hace los trabajos")
def trabajadores(quien: Annotated[Sujeto, exige("trabajo.ver")]) -> Trabajadores:
    """Cuántos hay vivos en toda la clínica, y los procesos de este equipo: si uno murió, por qué y cuándo
    vuelve.
    """
    with quien.transaccion() as t:
        vivos = {c: capacidad.vivos(t, c) for c in COLAS}
    return Trabajadores(vivos=vivos, aqui=quien.servicios.trabajadores())


@rutas.get("/trabajos/{trabajo_id}", summary="Cómo va un trabajo")
def ver_trabajo(trabajo_id: UUID, quien: Annotated[Sujeto, exige("trabajo.ver")]) -> TrabajoVisto:
    """Paso, intentos, por qué se detuvo y cuánto falta, sin prometer de más."""
    with quien.transaccion() as t:
        uno = estado.leer(t, trabajo_id)
        estimacion, dicho = avance_de(t, uno)
        return TrabajoVisto(
            trabajo=uno, pasos=estado.pasos(t, trabajo_id), estimacion=estimacion, avance=dicho
        )


@rutas.post("/trabajos/{trabajo_id}/reintento", summary="Reintentar")
def reintentar(trabajo_id: UUID, quien: Annotated[Sujeto, exige("trabajo.cambiar")]) -> Trabajo:
    """Uno que requería atención, ya remediado su motivo."""
    with quien.transaccion() as t:
        return estado.reintentar(t, trabajo_id)


@rutas.post("/trabajos/{trabajo_id}/cancelacion", summary="Cancelar")
def cancelar(
    trabajo_id: UUID, pedido: Cancelacion, quien: Annotated[Sujeto, exige("trabajo.cambiar")]
) -> Trabajo:
    """La grabación se conserva."""
    with quien.transaccion() as t:
        return estado.cancelar(t, trabajo_id, pedido.motivo)


@rutas.post("/trabajos/{trabajo_id}/adelantar", summary="Adelantar en la cola")
def adelantar(trabajo_id: UUID, quien: Annotated[Sujeto, exige("trabajo.cambiar")]) -> Trabajo:
    """Con la prioridad de un médico que espera."""
    with quien.transaccion() as t:
        return estado.cambiar_prioridad(t, trabajo_id, Prioridad.MEDICO_ESPERA)


async def _juntar(flujo: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Los pedazos de red, en partes de un mebibyte: una vuelta al disco por cada una."""
    junto = bytearray()
    async for parte in flujo:
        junto += parte
        if len(junto) >= _JUNTAR:
            yield bytes(junto)
            junto.clear()
    if junto:
        yield bytes(junto)
