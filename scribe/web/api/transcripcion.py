"""La transcripción de una nota: leerla, corregir palabras, y decir o intercambiar quién habla."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from scribe.expediente import notas, transcripcion
from scribe.expediente.nota_editable import ContenidoDeNota
from scribe.expediente.transcripcion import Afectado, Cambio, TranscripcionVista
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["transcripción"])


class PedidoCambio(BaseModel):
    """Una corrección y sobre cuál se hizo (`cambio` de la transcripción que se tenía delante)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sobre: int = Field(ge=0, le=1_000_000)
    cambio: Cambio


class Corregida(BaseModel):
    """La transcripción como quedó y los enunciados de la nota que citan lo corregido."""

    transcripcion: TranscripcionVista
    afecta: list[Afectado]


@rutas.get("/notas/{nota_id}/transcripcion", summary="Ver la transcripción")
def ver(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> TranscripcionVista:
    """Turnos y quién habla; cada palabra oída con sus tiempos (segundos) y su probabilidad; lo corregido."""
    with quien.transaccion() as t:
        notas.leer(t, nota_id)
        return transcripcion.leer(t, nota_id)


@rutas.post("/notas/{nota_id}/transcripcion/cambios", status_code=201, summary="Corregir la transcripción")
def cambiar(nota_id: UUID, pedido: PedidoCambio, quien: Annotated[Sujeto, exige("nota.editar")]) -> Corregida:
    """Palabras mal oídas, un turno de otra voz, el papel o nombre de una voz, o dos voces al revés.

    Lo oído se conserva. Contesta qué enunciados de la nota citan lo corregido y, si lo llevan escrito, cómo
    quedarían: la nota no cambia sola. 409 si otra persona corrigió antes, o si la nota ya se firmó.
    """
    with quien.transaccion() as t:
        antes = transcripcion.leer(t, nota_id)
        despues = transcripcion.corregir(t, nota_id, pedido.cambio, sobre=pedido.sobre)
        guardada, afecta = notas.leer(t, nota_id), []
        if guardada.ultima_version:
            contenido = ContenidoDeNota.de_octetos(notas.leer_version(t, nota_id).contenido)
            afecta = transcripcion.afectados(antes, contenido, pedido.cambio)
        return Corregida(transcripcion=despues, afecta=afecta)
