"""Lo que el médico decide al revisar, y lo que se aparta cuando dos guardan a la vez.

Cada decisión es una fila que dice sobre qué versión se tomó: la base no deja que una versión tenga menos
dudas que la anterior si nadie las resolvió (`0017_edicion.sql`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict

from scribe.consulta import Seccion
from scribe.expediente.transaccion import Transaccion

Clase = Literal["duda", "omision", "aviso", "codigo", "restauracion"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Una decisión. `resuelve` es cuántas dudas quita: el contenido va cifrado y la base no las puede ver."""

    clase: Clase
    decision: str
    seccion: Seccion | None = None
    indice: int | None = None
    resuelve: int = 0


class DecisionTomada(BaseModel):
    """Una decisión ya tomada. `version` es la que se tenía delante."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    clase: Clase
    decision: str
    seccion: Seccion | None
    indice: int | None
    version: int
    usuario_id: UUID
    equipo: str
    cuando: datetime


class Apartada(BaseModel):
    """Lo que alguien escribió sobre una versión que ya no era la última."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    sobre: int
    contenido: bytes
    usuario_id: UUID
    equipo: str
    cuando: datetime


def anotar(t: Transaccion, nota: UUID, version: UUID, decisiones: Iterable[Decision]) -> None:
    """Deja las decisiones tomadas sobre esa versión, que debe ser la última. Lanza `VersionAtrasada`."""
    paciente = t.una("nota_por_id", "la nota", id=nota)["paciente_id"]
    for d in decisiones:
        t.agregar(
            "nota_decision", "nota.decision",
            {"nota_id": nota, "version_id": version, "clase": d.clase, "decision": d.decision,
             "seccion": d.seccion, "indice": d.indice, "resuelve": d.resuelve, "usuario_id": t.usuario,
             "equipo": t.actor.equipo},
            paciente=paciente, detalle={"nota": str(nota), "clase": d.clase, "decision": d.decision},
        )  # fmt: skip


def de_nota(t: Transaccion, nota: UUID) -> list[DecisionTomada]:
    """Todas las de una nota, en orden."""
    return [DecisionTomada.model_validate(f) for f in t.filas("nota_decisiones", nota=nota)]


def apartar(t: Transaccion, nota: UUID, sobre: int, contenido: bytes) -> UUID:
    """Guarda aparte lo escrito sobre una versión atrasada; repetir lo mismo no lo guarda dos veces."""
    suma = hashlib.sha256(contenido).digest()
    igual = t.fila("nota_conflicto_igual", nota=nota, usuario=t.usuario, sobre=sobre, sha256=suma)
    if igual is not None:
        ya: UUID = igual["id"]
        return ya
    paciente, nueva = t.una("nota_por_id", "la nota", id=nota)["paciente_id"], uuid4()
    t.agregar(
        "nota_conflicto", "nota.conflicto",
        {"id": nueva, "nota_id": nota, "sobre": sobre, "sha256": suma,
         "contenido": t.cifrar(contenido, "paciente", paciente, "nota_conflicto.contenido", nueva),
         "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=paciente, detalle={"nota": str(nota), "sobre": sobre},
    )  # fmt: skip
    return nueva


def apartadas(t: Transaccion, nota: UUID) -> list[Apartada]:
    """Lo apartado de una nota, de lo más viejo a lo más nuevo."""
    paciente = t.una("nota_por_id", "la nota", id=nota)["paciente_id"]
    return [
        Apartada(
            id=f["id"], sobre=f["sobre"], usuario_id=f["usuario_id"], equipo=f["equipo"], cuando=f["cuando"],
            contenido=t.descifrar(
                f["contenido"], "paciente", paciente, "nota_conflicto.contenido", f["id"]),
        )
        for f in t.filas("nota_conflictos", nota=nota)
    ]  # fmt: skip
