"""Las listas con que se llena una atención: países, municipios y las cerradas de la Res. 866."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from scribe.expediente import catalogos
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["catálogos"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class QueClave(_Pedido):
    """De qué catálogo, con qué texto (o el comienzo de la clave) y qué día regía; sin día, hoy."""

    catalogo: str = Field(pattern=r"^[A-Z0-9_]{2,40}$")
    texto: str = Field("", max_length=100)
    dia: date | None = None
    limite: int = Field(20, ge=1, le=500)


class Concepto(_Pedido):
    """Una clave y cómo se llama."""

    clave: str
    titulo: str


@rutas.post("/catalogos/buscar", summary="Buscar en un catálogo")
def buscar(pedido: QueClave, quien: Annotated[Sujeto, exige("catalogo.ver")]) -> list[Concepto]:
    """Por clave o por nombre, sin acentos; primero los que empiezan así."""
    with quien.transaccion() as t:
        dia = pedido.dia or date.today()
        hallados = catalogos.buscar(t, pedido.catalogo, pedido.texto, dia, pedido.limite)
        return [Concepto(clave=clave, titulo=titulo) for clave, titulo in hallados]
