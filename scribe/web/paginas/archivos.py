"""Los archivos estáticos, con su huella en la URL."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response

from scribe.expediente.errores import NoExiste
from scribe.web import estaticos
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)
PARA_SIEMPRE = "public, max-age=31536000, immutable"


@rutas.get("/estaticos/{huella}/{carpeta}/{archivo}", response_class=Response)
def estatico(
    huella: str, carpeta: str, archivo: str, quien: Annotated[Sujeto, exige("pagina.estatico")]
) -> Response:
    """Con la huella de hoy se guarda para siempre; con otra (una pestaña de antes) se da sin guardarlo."""
    hallado = estaticos.todos().get(f"{carpeta}/{archivo}")
    if hallado is None:
        raise NoExiste("No existe ese archivo.", "Recargue la página.")
    cabeceras = {"Cache-Control": PARA_SIEMPRE if huella == estaticos.huella() else "no-store"}
    return Response(hallado.octetos, media_type=hallado.tipo, headers=cabeceras)
