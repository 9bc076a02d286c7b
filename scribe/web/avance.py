"""Cómo va una nota en proceso, en palabras: una sola manera para el inicio, la nota y la página de grabar."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from scribe.expediente.transaccion import Transaccion
from scribe.trabajos import capacidad
from scribe.trabajos.modelo import EstadoTrabajo, Estimacion, Trabajo
from scribe.web import formatos, rotulos

PASOS = ("leer", "transcribir", "separar", "redactar", "codificar", "guardar")
CAMPOS = ("estado", "paso", "empezado", "motivo", "remedio")
"""Lo que se mira de un trabajo."""


class Avance(BaseModel):
    """`dice` qué está pasando y `falta` cuánto o qué hacer (puede ir vacío); `parte` va de 0 a 1."""

    model_config = ConfigDict(frozen=True)

    dice: str
    falta: str
    parte: float

    @property
    def texto(self) -> str:
        """Todo, de corrido."""
        return f"{self.dice}. {self.falta}".strip() if self.falta else self.dice


def de(t: Transaccion, trabajo: Trabajo) -> tuple[Estimacion, Avance]:
    """Cuánto falta de un trabajo, y cómo se dice."""
    estimacion = capacidad.estimar(
        t, trabajo.prioridad, trabajo.duracion_s, creado=trabajo.creado, trabajo=trabajo.id
    )
    return estimacion, decir(estimacion, **trabajo.model_dump(include=set(CAMPOS)))


def decir(
    estimacion: Estimacion | None,
    *,
    estado: EstadoTrabajo | str,
    paso: str | None,
    empezado: datetime | None,
    motivo: str | None,
    remedio: str | None,
    ahora: datetime | None = None,
) -> Avance:
    """El avance de un trabajo de procesar. No promete segundos; sin medidas lo dice."""
    van = ((ahora or datetime.now(UTC)) - empezado).total_seconds() if empezado else 0.0
    parte = PASOS.index(paso) / len(PASOS) if paso in PASOS else 0.0
    match EstadoTrabajo(estado):
        case EstadoTrabajo.HECHO:
            return Avance(dice="El borrador está listo", falta="", parte=1.0)
        case EstadoTrabajo.CANCELADO:
            return Avance(dice="Se canceló; la grabación se conserva", falta="", parte=parte)
        case EstadoTrabajo.REQUIERE_ATENCION:
            remedios = f"{remedio or ''} La grabación está a salvo.".strip()
            return Avance(dice=f"Se detuvo. {motivo or ''}".strip().rstrip("."), falta=remedios, parte=parte)
        case EstadoTrabajo.EN_CURSO:
            dice = rotulos.rotulo(paso, "paso") or "Empezando"
        case EstadoTrabajo.PENDIENTE:
            dice = _en_cola(estimacion.por_delante if estimacion else 0)
    return Avance(dice=dice, falta=_falta(estimacion, van), parte=parte)


def _en_cola(delante: int) -> str:
    if not delante:
        return "En la cola"
    return f"En la cola; {'hay una grabación' if delante == 1 else f'hay {delante} grabaciones'} antes"


def _falta(estimacion: Estimacion | None, van: float) -> str:
    if estimacion is None:
        return ""
    if not estimacion.trabajadores:
        return "Está apagado lo que escribe las notas: seguirá solo en cuanto se encienda."
    if estimacion.desde_s is None or estimacion.hasta_s is None:
        return "Aún no se sabe cuánto tarda en este equipo."
    plazo = formatos.plazo(max(0.0, estimacion.desde_s - van), max(0.0, estimacion.hasta_s - van))
    return f"{plazo[0].upper()}{plazo[1:]}."
