"""Conservación y destrucción: políticas, propuestas, decisiones, certificados y «no destruir»."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from scribe.expediente.conservacion import destruccion, politica, propuesta, retencion
from scribe.expediente.conservacion.certificado import Certificado, certificado
from scribe.expediente.conservacion.politica import AlRevocar, Politica, Tipo, Unidad
from scribe.expediente.conservacion.propuesta import Propuesta
from scribe.expediente.conservacion.retencion import Retencion
from scribe.trabajos.destructor import Destructor
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["conservación"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class PoliticaNueva(_Pedido):
    """Cuánto se conserva una clase de dato, y quién o qué norma lo dice."""

    tipo: Tipo
    cantidad: int = Field(ge=0, le=36_500)
    unidad: Unidad
    fuente: str = Field(min_length=1, max_length=400)
    al_revocar: AlRevocar | None = None


class Decision(_Pedido):
    """Si se destruye o se conserva, y por qué. No escriba aquí datos del paciente: sale en el certificado."""

    destruir: bool
    razon: str = Field(min_length=1, max_length=400)


class PedidoRetencion(_Pedido):
    """Por qué no se debe destruir; con `grabacion`, solo esa."""

    razon: str = Field(min_length=1, max_length=1000)
    grabacion: UUID | None = None


class Razon(_Pedido):
    """Por qué se levanta."""

    razon: str = Field(min_length=1, max_length=1000)


@rutas.get("/conservacion/politicas", summary="Cuánto se conserva cada cosa")
def politicas(quien: Annotated[Sujeto, exige("conservacion.ver")]) -> list[Politica]:
    """Una por clase de dato; sin `id`, la de omisión."""
    with quien.transaccion() as t:
        return politica.todas(t)


@rutas.post("/conservacion/politicas", status_code=201, summary="Fijar una política")
def fijar(pedido: PoliticaNueva, quien: Annotated[Sujeto, exige("conservacion.decidir")]) -> Politica:
    """Rige desde hoy; la anterior queda. El expediente no baja de su mínimo de ley (NOM-004 5.4)."""
    with quien.transaccion() as t:
        return politica.fijar(t, **pedido.model_dump())


@rutas.get("/conservacion/propuestas", summary="Qué se propone destruir")
def propuestas(quien: Annotated[Sujeto, exige("conservacion.ver")], todas: bool = False) -> list[Propuesta]:
    """Lo que falta decidir o terminar (o todo). No dice nada clínico: de cuándo es y de qué expediente."""
    with quien.transaccion() as t:
        return propuesta.listar(t, establecimientos=sorted(quien.establecimientos), todas=todas)


@rutas.post("/conservacion/propuestas", status_code=201, summary="Buscar ahora lo que cumplió su plazo")
def proponer(quien: Annotated[Sujeto, exige("conservacion.decidir")]) -> list[Propuesta]:
    """Lo mismo que hace solo cada hora. Devuelve lo que está por decidir."""
    with quien.transaccion() as t:
        propuesta.proponer(t)
        return propuesta.listar(t, establecimientos=sorted(quien.establecimientos))


@rutas.post("/conservacion/propuestas/{propuesta_id}/decision", summary="Destruir o conservar")
def decidir(
    propuesta_id: UUID, pedido: Decision, quien: Annotated[Sujeto, exige("conservacion.decidir")]
) -> Propuesta:
    """Destruir no tiene vuelta: la clave deja de existir aquí mismo. Pide la contraseña de hace poco."""
    servicios = quien.servicios
    if pedido.destruir:
        destruccion.confirmar(
            servicios.expediente, quien.actor, Destructor(servicios.audio), propuesta_id, pedido.razon
        )
    with quien.transaccion() as t:
        if not pedido.destruir:
            destruccion.conservar(t, propuesta_id, pedido.razon)
        return propuesta.listar(t, propuesta=propuesta_id)[0]


@rutas.get("/conservacion/propuestas/{propuesta_id}/certificado", summary="Certificado de destrucción")
def bajar(
    propuesta_id: UUID, respuesta: Response, quien: Annotated[Sujeto, exige("conservacion.ver")]
) -> Certificado:
    """Qué se destruyó, por qué, quién lo decidió y cuándo, firmado: se comprueba sin esta base."""
    respuesta.headers["Content-Disposition"] = f'attachment; filename="destruccion-{propuesta_id}.json"'
    with quien.transaccion() as t:
        return certificado(t, propuesta_id)


@rutas.get("/pacientes/{paciente_id}/retenciones", summary="Qué no se debe destruir de un paciente")
def retenciones(
    paciente_id: UUID, quien: Annotated[Sujeto, exige("conservacion.retener")]
) -> list[Retencion]:
    """Las vigentes."""
    with quien.transaccion() as t:
        return retencion.vigentes(t, paciente_id)


@rutas.post("/pacientes/{paciente_id}/retenciones", status_code=201, summary="Marcar «no destruir»")
def retener(
    paciente_id: UUID, pedido: PedidoRetencion, quien: Annotated[Sujeto, exige("conservacion.retener")]
) -> dict[str, UUID]:
    """Una queja, un juicio, una auditoría: nada de eso se propone ni se destruye hasta que se levante."""
    with quien.transaccion() as t:
        return {"id": retencion.retener(t, paciente_id, pedido.razon, pedido.grabacion)}


@rutas.post("/retenciones/{retencion_id}/levantar", status_code=204, summary="Levantar un «no destruir»")
def levantar(
    retencion_id: UUID, pedido: Razon, quien: Annotated[Sujeto, exige("conservacion.decidir")]
) -> None:
    """Solo quien administra."""
    with quien.transaccion() as t:
        retencion.levantar(t, retencion_id, pedido.razon)
