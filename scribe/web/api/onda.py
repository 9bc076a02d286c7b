"""La forma de una grabación, para dibujarla junto a la conversación."""

from __future__ import annotations

from collections import OrderedDict
from io import BufferedReader
from threading import Lock
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from scribe.audio.onda import picos
from scribe.expediente.errores import NoExiste
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["grabaciones"])
_PICOS = 1200
_GUARDADAS = 64


class Onda(BaseModel):
    """Duración (s) y un pico por tramo, de 0 a 255 y relativos al mayor."""

    duracion_s: float
    picos: list[int]


_hechas: OrderedDict[UUID, Onda] = OrderedDict()
_candado = Lock()


@rutas.get("/grabaciones/{grabacion_id}/onda", summary="La forma de una grabación")
def onda(grabacion_id: UUID, quien: Annotated[Sujeto, exige("grabacion.oir")]) -> Onda:
    """Se calcula al pedirla, descifrando al vuelo, y se recuerda en memoria: no dice qué se habló."""
    with quien.transaccion() as t:
        t.una("grabacion_por_id", "la grabación", id=grabacion_id)
    with _candado:
        if grabacion_id in _hechas:
            _hechas.move_to_end(grabacion_id)
            return _hechas[grabacion_id]
    try:
        with quien.servicios.audio.leer(grabacion_id) as sonido:
            duracion, alturas = picos(BufferedReader(sonido), _PICOS)
    except FileNotFoundError:
        raise NoExiste("El audio de esa grabación ya no está.", "Se destruyó según la política.") from None
    nueva = Onda(duracion_s=round(duracion, 2), picos=alturas)
    with _candado:
        _hechas[grabacion_id] = nueva
        while len(_hechas) > _GUARDADAS:
            _hechas.popitem(last=False)
    return nueva
