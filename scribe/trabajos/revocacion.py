"""Revocar un consentimiento: se detiene lo que se está grabando o procesando y, según la política, se propone
destruir lo grabado. Todo en una transacción: o se detiene todo o no consta la revocación.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from scribe.expediente import consentimientos, notas, tareas
from scribe.expediente.conservacion import propuesta
from scribe.expediente.modelo import EstadoNota
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos import estado
from scribe.trabajos.modelo import EstadoTrabajo

MOTIVO = "El paciente revocó su consentimiento."
_VACIAS = frozenset({EstadoNota.GRABADA, EstadoNota.TRANSCRITA})
_ABIERTAS = frozenset({EstadoNota.BORRADOR, EstadoNota.EN_REVISION})


class Revocado(BaseModel):
    """Qué se detuvo y qué falta.

    `notas_por_resolver`: ya tienen borrador; su audio se podrá destruir cuando se firmen o se descarten.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    grabaciones: tuple[UUID, ...]
    subidas_detenidas: tuple[UUID, ...]
    trabajos_cancelados: tuple[UUID, ...]
    notas_descartadas: tuple[UUID, ...]
    notas_por_resolver: tuple[UUID, ...]
    propuestas: tuple[UUID, ...]


def revocar(
    t: Transaccion,
    consentimiento: UUID,
    como: Literal["escrito", "electronico", "verbal"],
    motivo: str | None = None,
) -> Revocado:
    """Revoca y detiene. Lanza `Duplicado` si ya estaba revocado, o `NoExiste`.

    La nota que aún no tenía borrador se descarta con su motivo: la consulta se puede escribir a mano en
    otra. La firmada no se toca: es parte del expediente (NOM-004 5.4).
    """
    paciente = t.una("consentimiento_por_id", "el consentimiento", id=consentimiento)["paciente_id"]
    grabaciones = consentimientos.revocar(t, consentimiento, como, motivo)
    subidas = [f["id"] for f in t.filas("subidas_del_consentimiento", consentimiento=consentimiento)]
    cancelados = [w for g in grabaciones for w in _cancelar(t, g)]
    descartadas, por_resolver = _notas(t, grabaciones)
    for subida in subidas:
        t.una("subida_terminar", "la subida", id=subida, estado="detenida")
    nuevas = [
        *(propuesta.por_revocacion(t, "grabacion", g, paciente) for g in grabaciones),
        *(propuesta.por_revocacion(t, "subida", s, paciente) for s in subidas),
    ]
    if any(nuevas):
        propuesta.avisar(t)
    return Revocado(
        grabaciones=tuple(grabaciones), subidas_detenidas=tuple(subidas),
        trabajos_cancelados=tuple(cancelados), notas_descartadas=tuple(descartadas),
        notas_por_resolver=tuple(por_resolver), propuestas=tuple(p for p in nuevas if p is not None),
    )  # fmt: skip


def _cancelar(t: Transaccion, grabacion: UUID) -> list[UUID]:
    """Lo que se iba a hacer o se está haciendo con esa grabación. El trabajador lo nota y lo suelta."""
    cancelados = []
    for trabajo in estado.de_grabacion(t, grabacion):
        if trabajo.estado not in {EstadoTrabajo.HECHO, EstadoTrabajo.CANCELADO}:
            cancelados.append(estado.cancelar(t, trabajo.id, MOTIVO).id)
    return cancelados


def _notas(t: Transaccion, grabaciones: list[UUID]) -> tuple[list[UUID], list[UUID]]:
    descartadas, por_resolver = [], []
    for grabacion in grabaciones:
        for fila in t.filas("notas_de_grabacion", grabacion=grabacion):
            if fila["estado"] in _VACIAS:
                notas.descartar(t, fila["id"], MOTIVO)
                descartadas.append(fila["id"])
            elif fila["estado"] in _ABIERTAS:
                tareas.crear(
                    t, "requiere_atencion", paciente=fila["paciente_id"], nota=fila["id"],
                    asignada_a=fila["medico_id"],
                    descripcion=f"{MOTIVO} Firme la nota o descártela: el audio se destruirá después.",
                )  # fmt: skip
                por_resolver.append(fila["id"])
    return descartadas, por_resolver
