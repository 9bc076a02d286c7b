"""Qué ya cumplió su plazo: se propone solo, y nada se destruye hasta que alguien lo decida."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from scribe.expediente import tareas
from scribe.expediente.bitacora import Asiento
from scribe.expediente.conservacion.politica import TIPOS, Politica, Tipo, vigente
from scribe.expediente.transaccion import Transaccion

Ambito = Literal["paciente", "grabacion", "subida", "nota", "respaldo"]
AMBITOS: dict[Tipo, Ambito] = {
    "expediente": "paciente", "grabacion": "grabacion", "subida": "subida", "borrador": "nota",
    "respaldo": "respaldo",
}  # fmt: skip
"""De qué es cada clase de dato."""


class Propuesta(BaseModel):
    """Algo que se propone destruir. Con `impedimento` todavía no se puede, y dice por qué."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    tipo_dato: Tipo
    ambito: Ambito
    ambito_id: UUID
    motivo: Literal["plazo", "revocacion", "peticion"]
    vencio: datetime
    cuando: datetime
    de_cuando: datetime | None
    paciente_id: UUID | None
    numero_expediente: str | None
    estado: Literal["por_decidir", "conservada", "destruyendo", "destruida"]
    impedimento: str | None


def proponer(t: Transaccion) -> list[UUID]:
    """Propone todo lo que ya cumplió su plazo y avisa a quien administra. Repetirlo no propone dos veces.

    No se propone lo que tiene retención legal, una nota sin firmar o un «consérvese» reciente.
    """
    t.fila("conservacion_candado")
    nuevas: list[UUID] = []
    for tipo in TIPOS:
        politica = vigente(t, tipo)
        for fila in t.filas(f"conservacion_candidatos_{tipo}", plazo=politica.plazo):
            nuevas.append(_agregar(t, politica, fila["id"], "plazo", fila["vencio"], fila["paciente_id"]))
    if nuevas:
        avisar(t)
    return nuevas


def por_revocacion(t: Transaccion, tipo: Tipo, objeto: UUID, paciente: UUID) -> UUID | None:
    """Propone destruir lo grabado al amparo de un consentimiento que se revocó, si la política lo dice.

    Si ya había una propuesta viva, esa. Aunque hoy tenga impedimento se propone: se podrá cuando no lo tenga.
    """
    if vigente(t, "grabacion").al_revocar != "destruir":
        return None
    viva = t.fila("conservacion_viva", ambito=AMBITOS[tipo], id=objeto)
    if viva is not None:
        hallada: UUID = viva["id"]
        return hallada
    return _agregar(t, vigente(t, tipo), objeto, "revocacion", None, paciente)


def acompanar(t: Transaccion, principal: Mapping[str, Any], paciente: UUID) -> UUID:
    """La propuesta de quien se le fusionó a un paciente que se va a destruir."""
    politica = vigente(t, "expediente")
    return _agregar(t, politica, paciente, principal["motivo"], principal["vencio"], paciente)


def avisar(t: Transaccion) -> None:
    """Un pendiente por cada administrador que no tenga ya uno."""
    for fila in t.filas("administradores"):
        if t.fila("tarea_de_sistema_pendiente", usuario=fila["id"]) is None:
            tareas.crear(
                t, "asunto", asignada_a=fila["id"],
                descripcion="Hay datos que cumplieron su plazo: decida si se destruyen, en Conservación.",
            )  # fmt: skip


def listar(
    t: Transaccion, *, establecimientos: list[UUID] | None = None, todas: bool = False,
    propuesta: UUID | None = None,
) -> list[Propuesta]:  # fmt: skip
    """Lo que falta decidir o terminar de destruir (o todo), lo más viejo primero; deja asiento.

    `establecimientos`: solo lo de pacientes de esos, y lo que no es de ningún paciente.
    """
    t.asentar(Asiento("conservacion.ver"))
    filas = t.filas(
        "conservacion_propuestas", todas=todas or propuesta is not None, id=propuesta,
        establecimientos=establecimientos,
    )  # fmt: skip
    return [Propuesta.model_validate(f) for f in filas]


def _agregar(
    t: Transaccion, politica: Politica, objeto: UUID, motivo: str, vencio: datetime | None,
    paciente: UUID | None,
) -> UUID:  # fmt: skip
    ambito = AMBITOS[politica.tipo]
    ahora: datetime = t.conexion.execute("SELECT clock_timestamp() AS ahora").fetchone()["ahora"]  # type: ignore[index]
    fila = t.agregar(
        "conservacion_propuesta", "conservacion.propuesta",
        {"tipo_dato": politica.tipo, "ambito": ambito, "ambito_id": objeto, "politica_id": politica.id,
         "motivo": motivo, "vencio": vencio or ahora, "equipo": t.actor.equipo},
        paciente=paciente, detalle={"tipo": politica.tipo, "motivo": motivo, "id": str(objeto)},
    )  # fmt: skip
    nueva: UUID = fila["id"]
    return nueva
