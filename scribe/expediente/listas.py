"""Las listas de trabajo: qué falta firmar, qué está en proceso, qué espera a una persona."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from scribe.expediente import pacientes
from scribe.expediente.bitacora import Asiento
from scribe.expediente.modelo import EstadoNota
from scribe.expediente.transaccion import Transaccion

Renglon = dict[str, Any]
"""Una fila con `paciente`: el resumen de la persona (o `None`)."""


def por_firmar(t: Transaccion, medico: UUID) -> list[Renglon]:
    """Las notas de un médico que ya tienen borrador y no se han firmado, la más reciente primero."""
    return _con_paciente(t, t.filas("lista_por_firmar", medico=medico))


def en_proceso(t: Transaccion, medico: UUID, establecimientos: Collection[UUID] = ()) -> list[Renglon]:
    """Los trabajos sin terminar de un médico, o de esos establecimientos. Incluye los que se detuvieron."""
    filas = t.filas("lista_en_proceso", medico=medico, establecimientos=list(establecimientos))
    return _con_paciente(t, filas)


def del_servidor(t: Transaccion) -> list[DictRow]:
    """Los trabajos sin terminar de todo el servidor, sin de quién son; primero los detenidos."""
    return t.filas("lista_del_servidor")


def notas(
    t: Transaccion,
    establecimientos: Collection[UUID],
    *,
    medico: UUID | None = None,
    de_pacientes: Collection[UUID] | None = None,
    estados: Collection[EstadoNota] | None = None,
    desde: datetime | None = None,
    hasta: datetime | None = None,
    limite: int = 100,
) -> list[Renglon]:
    """Las notas que cumplen todo lo pedido, de la más nueva a la más vieja. Deja asiento."""
    t.asentar(Asiento("nota.ver"))
    filas = t.filas(
        "lista_de_notas", establecimientos=list(establecimientos), medico=medico, desde=desde, hasta=hasta,
        pacientes=None if de_pacientes is None else list(de_pacientes), limite=limite,
        estados=None if estados is None else [e.value for e in estados],
    )  # fmt: skip
    return _con_paciente(t, filas)


def _con_paciente(t: Transaccion, filas: Iterable[DictRow]) -> list[Renglon]:
    filas = list(filas)
    de = pacientes.resumen(t, {f["paciente_id"] for f in filas if f["paciente_id"]})
    return [{**f, "paciente": de.get(f["paciente_id"])} for f in filas]
