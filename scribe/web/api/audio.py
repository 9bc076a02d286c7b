"""Oír una grabación: entera o por tramos, descifrada al vuelo y sin dejar copia."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from scribe.expediente.bitacora import Asiento
from scribe.expediente.errores import NoExiste
from scribe.web.errores import RangoImposible
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["grabaciones"])
_TROZO = 1 << 18
_RANGO = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_TIPOS = {
    "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg",
    "webm": "audio/webm", "m4a": "audio/mp4", "mp4": "audio/mp4", "aac": "audio/aac", "flac": "audio/flac",
}  # fmt: skip


@rutas.get(
    "/grabaciones/{grabacion_id}/audio",
    summary="Oír una grabación",
    response_class=StreamingResponse,
    responses={
        200: {"description": "La grabación entera.", "content": {"audio/*": {}}},
        206: {"description": "El tramo pedido.", "content": {"audio/*": {}}},
    },
)
def oir(
    grabacion_id: UUID,
    quien: Annotated[Sujeto, exige("grabacion.oir")],
    rango: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> StreamingResponse:
    """Los bytes tal como se subieron; con `Range: bytes=…`, solo ese tramo (206).

    Se descifra conforme se oye: nada se escribe en disco y no se guarda en caché. Queda asiento de quién la
    oyó; los tramos que un reproductor pide en la misma sesión son una sola escucha cada cinco minutos.
    """
    with quien.transaccion() as t:
        fila = t.una("grabacion_por_id", "la grabación", id=grabacion_id)
        if not t.fila("oida_hace_poco", grabacion=grabacion_id, sesion=quien.actor.sesion):
            t.asentar(Asiento("grabacion.oir", fila["paciente_id"], "grabacion", grabacion_id))
    abiertos = ExitStack()
    try:
        sonido = abiertos.enter_context(quien.servicios.audio.leer(grabacion_id))
        desde, hasta = _tramo(rango, sonido.tamano)
    except FileNotFoundError:
        raise NoExiste("El audio de esa grabación ya no está.", "Se destruyó según la política.") from None
    except BaseException:
        abiertos.close()
        raise
    cabeceras, parcial = {"Accept-Ranges": "bytes", "Content-Length": str(hasta - desde)}, _pide_tramo(rango)
    if parcial:
        cabeceras["Content-Range"] = f"bytes {desde}-{hasta - 1}/{sonido.tamano}"

    def partes() -> Iterator[bytes]:
        with abiertos:
            sonido.seek(desde)
            faltan = hasta - desde
            while faltan and (parte := sonido.read(min(_TROZO, faltan))):
                faltan -= len(parte)
                yield parte

    tipo = _TIPOS.get(fila["formato"], "application/octet-stream")
    return StreamingResponse(partes(), 206 if parcial else 200, cabeceras, media_type=tipo)


def _pide_tramo(rango: str | None) -> re.Match[str] | None:
    """El tramo que pide; lo que no se entiende, o son varios, se ignora (RFC 9110, 14.2)."""
    partes = _RANGO.fullmatch((rango or "").strip())
    return partes if partes is not None and (partes[1] or partes[2]) else None


def _tramo(rango: str | None, total: int) -> tuple[int, int]:
    """Desde dónde y hasta dónde, sin incluirlo. Lanza `RangoImposible`."""
    partes = _pide_tramo(rango)
    if partes is None:
        return 0, total
    if not partes[1]:  # los últimos n bytes
        desde, hasta = max(0, total - int(partes[2])), total
    else:
        desde, hasta = int(partes[1]), min(total, int(partes[2]) + 1) if partes[2] else total
    if desde >= hasta:
        raise RangoImposible(total)
    return desde, hasta
