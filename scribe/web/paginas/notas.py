"""Buscar notas: por paciente, estado y fecha."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente import listas, pacientes
from scribe.expediente.modelo import EstadoNota
from scribe.web import vista
from scribe.web.formatos import dia
from scribe.web.formularios import Escrito, Fallas, Formulario
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
_LIMITE = 100
CUALES: Mapping[str, tuple[EstadoNota, ...]] = {
    "por_firmar": (EstadoNota.BORRADOR, EstadoNota.EN_REVISION),
    "firmadas": (EstadoNota.FIRMADA, EstadoNota.CON_ADENDA, EstadoNota.SUSTITUIDA),
    "en_proceso": (EstadoNota.GRABADA, EstadoNota.TRANSCRITA),
    "descartadas": (EstadoNota.DESCARTADA,),
}


@rutas.get("/notas")
def recientes(quien: Annotated[Sujeto, exige("nota.leer")]) -> Response:
    """Las últimas."""
    return _pagina(quien, Escrito(quien="mias"), None)


@rutas.post("/notas/buscar")
def buscar(escrito: Formulario, quien: Annotated[Sujeto, exige("nota.leer")]) -> Response:
    """Las que cumplen todo lo pedido."""
    try:
        dia(escrito["desde"]), dia(escrito["hasta"])
    except ValueError:
        return _pagina(quien, Escrito(quien=escrito["quien"]), Fallas("Esa fecha no existe.", "Corríjala."))
    return _pagina(quien, escrito, None)


def _pagina(quien: Sujeto, e: Escrito, fallo: Fallas | None) -> Response:
    with quien.transaccion() as t:
        de: set[UUID] | None = None
        if len(e["paciente"]) >= 2:
            hallados = pacientes.buscar(t, e["paciente"], limite=50, establecimientos=quien.establecimientos)
            de = {miembro for h in hallados for miembro in pacientes.familia(t, h.id)}
        desde, hasta = dia(e["desde"], quien.zona), dia(e["hasta"], quien.zona)
        halladas = listas.notas(
            t, quien.establecimientos, de_pacientes=de, limite=_LIMITE, estados=CUALES.get(e["cuales"]),
            medico=quien.persona.id if e["quien"] == "mias" else None, desde=desde,
            hasta=hasta + timedelta(days=1) if hasta else None,
        )  # fmt: skip
    return vista.pagina(quien, "notas.html", e=e, notas=halladas, limite=_LIMITE, fallo=fallo)
