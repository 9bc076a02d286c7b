"""La llave con que un navegador cifra su copia de lo que graba, para que no quede en claro en su disco."""

from __future__ import annotations

import base64
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["grabaciones"])


class PedidoLlave(BaseModel):
    """De qué grabación: el identificador que le puso el navegador."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    grabacion: UUID


class LlaveDeCopia(BaseModel):
    """Una llave AES de 256 bits, en base64."""

    llave: str


@rutas.post("/copia-local/llave", summary="La llave de la copia local de una grabación")
def llave(pedido: PedidoLlave, quien: Annotated[Sujeto, exige("grabacion.subir")]) -> LlaveDeCopia:
    """Siempre la misma para esa persona y esa grabación, y otra para las demás; no se guarda en ningún lado.

    El navegador la pide al empezar y al retomar, y no la escribe en su disco (docs/decisiones/grabar.md).
    """
    material = quien.servicios.llavero.clave_de_copia(quien.persona.id, pedido.grabacion)
    return LlaveDeCopia(llave=base64.b64encode(material).decode())
