"""Retención legal: mientras esté marcada, nada de ese paciente (o grabación) se propone ni se destruye."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict

from scribe.expediente.bitacora import Asiento
from scribe.expediente.errores import DatoInvalido, Duplicado
from scribe.expediente.transaccion import Transaccion


class Retencion(BaseModel):
    """Un «no destruir» vigente."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    paciente_id: UUID
    grabacion_id: UUID | None
    razon: str
    usuario_id: UUID
    cuando: datetime


def retener(t: Transaccion, paciente: UUID, razon: str, grabacion: UUID | None = None) -> UUID:
    """Marca «no destruir» a todo lo de un paciente, o a una grabación suya. La razón va cifrada.

    Lanza `DatoInvalido` (sin razón, o la grabación es de otra persona) o `NoExiste`.
    """
    t.una("paciente_por_id", "el paciente", id=paciente)
    nueva = uuid4()
    t.agregar(
        "retencion", "conservacion.retencion",
        {"id": nueva, "paciente_id": paciente, "grabacion_id": grabacion,
         "razon": _cifrar(t, paciente, "retencion.razon", nueva, razon), "usuario_id": t.usuario,
         "equipo": t.actor.equipo},
        paciente=paciente, detalle={"grabacion": str(grabacion) if grabacion else None},
    )  # fmt: skip
    return nueva


def levantar(t: Transaccion, retencion: UUID, razon: str) -> None:
    """La quita; solo un administrador (lo exige la base). Lanza `Duplicado` si ya se había levantado."""
    fila = t.una("retencion_por_id", "la retención", id=retencion)
    if fila["levantada"] is not None:
        raise Duplicado("Esa retención ya se había levantado.", "No hace falta repetirlo.")
    nueva, paciente = uuid4(), fila["paciente_id"]
    t.agregar(
        "retencion_levantada", "conservacion.retencion",
        {"id": nueva, "retencion_id": retencion, "usuario_id": t.usuario, "equipo": t.actor.equipo,
         "razon": _cifrar(t, paciente, "retencion_levantada.razon", nueva, razon)},
        paciente=paciente, detalle={"levanta": str(retencion)},
    )  # fmt: skip


def vigentes(t: Transaccion, paciente: UUID) -> list[Retencion]:
    """Las de un paciente (y de quienes se le fusionaron); deja asiento."""
    t.asentar(Asiento("conservacion.ver", paciente))
    return [_armar(t, fila) for fila in t.filas("retenciones_vigentes", paciente=paciente)]


def todas(t: Transaccion, establecimientos: Collection[UUID]) -> list[tuple[str, Retencion]]:
    """Las vigentes de pacientes de esos establecimientos, con su número de expediente; deja asiento."""
    t.asentar(Asiento("conservacion.ver"))
    filas = t.filas("retenciones_de_establecimientos", establecimientos=list(establecimientos))
    t.precargar("paciente", {f["paciente_id"] for f in filas})
    return [(f["numero_expediente"], _armar(t, f)) for f in filas]


def _armar(t: Transaccion, fila: dict[str, Any]) -> Retencion:
    claro = t.descifrar(fila["razon"], "paciente", fila["paciente_id"], "retencion.razon", fila["id"])
    return Retencion.model_validate({**fila, "razon": claro.decode()})


def _cifrar(t: Transaccion, paciente: UUID, campo: str, fila: UUID, razon: str) -> bytes:
    if not razon.strip():
        raise DatoInvalido("Hace falta la razón.", "Escríbala en una línea.")
    return t.cifrar(razon.strip().encode(), "paciente", paciente, campo, fila)
