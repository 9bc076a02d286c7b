"""Buscar en los catálogos CIE-10 y CIE-11 mientras se escribe."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from scribe.expediente.codigos_nota import Sistema
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["códigos"])


class Busqueda(BaseModel):
    """Lo que se lleva escrito: palabras legas, un título o una clave. Va en el cuerpo, no en la URL."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    texto: str = Field(min_length=1, max_length=200)
    sistema: Sistema = "CIE-10"
    maximo: int = Field(10, ge=1, le=50)


class Hallado(BaseModel):
    """Un código del catálogo; `puntaje`, de 0 a 1, qué tanto se parece a lo escrito."""

    sistema: Sistema
    codigo: str
    titulo: str
    puntaje: float


@rutas.post("/codigos/buscar", summary="Buscar un código")
def buscar(pedido: Busqueda, quien: Annotated[Sujeto, exige("codigo.buscar")]) -> list[Hallado]:
    """Del mejor al peor. La última palabra puede ir a medias, y «J02» se entiende como clave."""
    hallados = quien.servicios.catalogo.buscar(pedido.texto, pedido.sistema, pedido.maximo)
    return [
        Hallado(sistema=pedido.sistema, codigo=h.codigo, titulo=h.titulo, puntaje=h.puntaje) for h in hallados
    ]
