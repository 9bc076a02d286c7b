"""El inicio: lo que cada quien tiene por hacer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from scribe.web import vista
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)


@rutas.get("/")
def inicio(quien: Annotated[Sujeto, exige("sesion.propia")]) -> HTMLResponse:
    """Las listas de trabajo."""
    return vista.pagina(quien, "inicio.html")
