"""Reportes de la bitácora: por usuario, por paciente y por periodo (NOM-024-SSA3-2010 3.3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from scribe.expediente.base.conexion import Conexion

_CONSULTA = """
SELECT seq, cuando, evento, usuario_id, equipo, sesion_id, paciente_id, objeto, objeto_id,
       resultado, detalle, anomalia
FROM expediente.bitacora
WHERE (%(usuario)s::uuid IS NULL OR usuario_id = %(usuario)s)
  AND (%(paciente)s::uuid IS NULL
       OR paciente_id IN (SELECT expediente.paciente_familia(%(paciente)s)))
  AND (%(desde)s::timestamptz IS NULL OR cuando >= %(desde)s)
  AND (%(hasta)s::timestamptz IS NULL OR cuando < %(hasta)s)
  AND (%(evento)s::text IS NULL OR evento LIKE %(evento)s || '%%')
  AND seq > %(despues)s
ORDER BY seq
LIMIT %(limite)s
"""


def reporte(
    conexion: Conexion,
    *,
    usuario: UUID | None = None,
    paciente: UUID | None = None,
    desde: datetime | None = None,
    hasta: datetime | None = None,
    evento: str | None = None,
    despues: int = 0,
    limite: int = 1000,
) -> Iterator[dict[str, Any]]:
    """Los asientos que cumplen todo lo pedido, en orden. `evento` es un prefijo («nota.»).

    El reporte de un paciente incluye lo asentado a los que se le fusionaron. Se pagina con `despues`.
    """
    yield from conexion.execute(
        _CONSULTA,
        {"usuario": usuario, "paciente": paciente, "desde": desde, "hasta": hasta, "evento": evento,
         "despues": despues, "limite": limite},
    )  # fmt: skip
