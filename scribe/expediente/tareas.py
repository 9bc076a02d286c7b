"""Lo pendiente de cada quien: «por firmar», «requiere atención»… (NOM-024 1.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from scribe.expediente.bitacora import Asiento
from scribe.expediente.modelo import Tarea
from scribe.expediente.transaccion import Transaccion

TipoTarea = Literal["por_firmar", "por_revisar", "requiere_atencion", "asunto"]


def crear(
    t: Transaccion,
    tipo: TipoTarea,
    *,
    paciente: UUID | None = None,
    nota: UUID | None = None,
    asignada_a: UUID | None = None,
    descripcion: str | None = None,
    vence: datetime | None = None,
) -> Tarea:
    """Crea una tarea. La descripción va cifrada. `Duplicado` si la nota ya tiene una «por firmar»."""
    nueva = uuid4()
    ambito, dueno = ("paciente", paciente) if paciente else ("tarea", nueva)
    cifrada = (
        t.cifrar(descripcion.encode(), ambito, dueno, "tarea.descripcion", nueva) if descripcion else None
    )
    fila = t.agregar(
        "tarea", "tarea.alta",
        {"id": nueva, "tipo": tipo, "paciente_id": paciente, "nota_id": nota, "asignada_a": asignada_a,
         "descripcion": cifrada, "vence": vence, "creada_por": t.actor.usuario, "equipo": t.actor.equipo},
        paciente=paciente, detalle={"tipo": tipo},
    )  # fmt: skip
    return _armar(t, fila)


def terminar(t: Transaccion, tarea: UUID, *, cancelada: bool = False) -> Tarea:
    """La da por hecha o cancelada. `TransicionInvalida` si ya había terminado."""
    fila = t.una("tarea_por_id", "la tarea", id=tarea)
    valores = {
        "estado": "cancelada" if cancelada else "hecha", "terminada": datetime.now(UTC),
        "terminada_por": t.actor.usuario,
    }  # fmt: skip
    return _armar(t, t.cambiar("tarea", tarea, "tarea.cambio", valores, paciente=fila["paciente_id"]))


def reasignar(t: Transaccion, tarea: UUID, usuario: UUID) -> Tarea:
    """La pasa a otra persona."""
    fila = t.una("tarea_por_id", "la tarea", id=tarea)
    return _armar(
        t, t.cambiar("tarea", tarea, "tarea.cambio", {"asignada_a": usuario}, paciente=fila["paciente_id"])
    )


def pendientes(
    t: Transaccion, usuario: UUID, tipo: TipoTarea | None = None, *, sin_dueno: bool = False
) -> list[Tarea]:
    """Lo pendiente de una persona (y, si se pide, lo que no tiene dueño), lo que vence antes primero."""
    t.asentar(Asiento("tarea.ver"))
    filas = t.filas("tareas_pendientes", usuario=usuario, tipo=tipo, sin_dueno=sin_dueno)
    con_texto = [f for f in filas if f["descripcion"] is not None]
    t.precargar("paciente", (f["paciente_id"] for f in con_texto))
    t.precargar("tarea", (f["id"] for f in con_texto if f["paciente_id"] is None))
    return [_armar(t, f) for f in filas]


def terminar_de_nota(t: Transaccion, nota: UUID, *, cancelada: bool = False) -> None:
    """Termina todo lo pendiente de una nota (se firmó o se descartó)."""
    for fila in t.filas("tareas_de_nota", nota=nota):
        terminar(t, fila["id"], cancelada=cancelada)


def _armar(t: Transaccion, fila: DictRow) -> Tarea:
    texto = fila["descripcion"]
    if texto is not None:
        ambito, dueno = ("paciente", fila["paciente_id"]) if fila["paciente_id"] else ("tarea", fila["id"])
        texto = t.descifrar(texto, ambito, dueno, "tarea.descripcion", fila["id"]).decode()
    return Tarea.model_validate({**fila, "descripcion": texto})
