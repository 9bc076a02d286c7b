"""Grabar una consulta, o subir una que ya está grabada."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from scribe.expediente import usuarios
from scribe.expediente.modelo import Usuario
from scribe.expediente.transaccion import Transaccion
from scribe.web import listas866, rotulos, vista
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)


@rutas.get("/grabar")
def grabar(quien: Annotated[Sujeto, exige("grabacion.subir")]) -> HTMLResponse:
    """Desde cero: primero se elige al paciente."""
    return _pagina(quien, None)


@rutas.get("/pacientes/{paciente_id}/grabar")
def de_paciente(paciente_id: UUID, quien: Annotated[Sujeto, exige("grabacion.subir")]) -> HTMLResponse:
    """Ya con el paciente elegido."""
    return _pagina(quien, paciente_id)


def _pagina(quien: Sujeto, paciente: UUID | None) -> HTMLResponse:
    with quien.transaccion() as t:
        lugares = _lugares(t, quien)
        co = listas866.de_la_atencion(t) if any(x["pais"] == "CO" for x in lugares) else None
    return vista.pagina(
        quien, "grabar.html", lugares=lugares, paciente=paciente, propio=quien.persona, co=co,
        sexos=rotulos.todos()["sexo"],
    )  # fmt: skip


def _lugares(t: Transaccion, quien: Sujeto) -> list[dict[str, Any]]:
    """Dónde puede grabar y quién atiende ahí; si esa persona es médica, va primero."""
    personal = usuarios.listar(t)
    return [
        {
            "id": str(lugar.id), "nombre": lugar.nombre, "pais": lugar.pais,
            "medicos": [
                {"id": str(m.id), "nombre": m.nombre_completo} for m in _medicos(personal, lugar.id, quien)
            ],
        }
        for lugar in usuarios.establecimientos(t)
        if lugar.id in quien.establecimientos
    ]  # fmt: skip


def _medicos(personal: list[Usuario], lugar: UUID, quien: Sujeto) -> list[Usuario]:
    de_ahi = [u for u in personal if u.tiene("medico", lugar)]
    return sorted(de_ahi, key=lambda u: (u.id != quien.persona.id, u.nombre_completo))
