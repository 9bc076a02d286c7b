"""Lo que toda petición cumple y toda respuesta lleva, antes y después de cualquier ruta.

- El nombre del servidor (Host) es uno de los suyos: así otra página no llega aquí por DNS.
- Lo que cambia algo viene de la misma página (Sec-Fetch-Site, o si falta, Origin) o de un programa.
- Nada se guarda en caché (salvo los estáticos, por su huella), nada se incrusta, nada se carga de fuera.
- Lo imprevisto se contesta sin detalles y se anota solo su clase: su texto podría llevar datos.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scribe.errores import ErrorScribe
from scribe.web.errores import CuerpoEnorme, Imprevisto, OrigenAjeno
from scribe.web.respuestas import respuesta

registro = logging.getLogger("scribe.web")

CUERPO_MAX = 4 << 20
"""Bytes de un cuerpo JSON; los trozos de audio tienen su propio tope, al recibirse por partes."""

_SEGUROS = frozenset({"GET", "HEAD", "OPTIONS"})
_CSP_API = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; frame-src blob:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types scribe"
)
_CABECERAS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
}


class Defensas:
    """Envuelve la aplicación entera."""

    def __init__(self, app: ASGIApp, *, nombres: Iterable[str], tls: bool) -> None:
        """`nombres` son los del servidor, en minúsculas y sin puerto."""
        self._app, self._nombres, self._tls = app, frozenset(nombres), tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Una petición."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        inicio, estado = time.monotonic(), 0
        cuerpo = _Cuerpo(receive, None if _es_trozo(scope) else CUERPO_MAX)

        async def enviar(mensaje: Message) -> None:
            nonlocal estado
            if mensaje["type"] == "http.response.start":
                estado = mensaje["status"]
                self._poner(scope, MutableHeaders(scope=mensaje))
            await send(mensaje)

        try:
            self._revisar(scope)
            await self._app(scope, cuerpo.recibir, enviar)
        except ErrorScribe as fallo:
            if not estado:
                await respuesta(fallo, Request(scope))(scope, receive, enviar)
        except Exception as fallo:
            registro.error("Fallo imprevisto en %s: %s", _plantilla(scope), type(fallo).__name__)
            if not estado:
                await respuesta(Imprevisto(), Request(scope))(scope, receive, enviar)
        finally:
            tardo = (time.monotonic() - inicio) * 1000
            registro.info("%s %s %d %.0f ms", scope["method"], _plantilla(scope), estado, tardo)

    def _revisar(self, scope: Scope) -> None:
        cabeceras = Headers(scope=scope)
        anfitrion = cabeceras.get("host", "")
        if _sin_puerto(anfitrion) not in self._nombres:
            raise OrigenAjeno("Este servidor no se llama así.", "Agregue el nombre a SCRIBE_NOMBRES.")
        if scope["method"] in _SEGUROS:
            return
        largo = cabeceras.get("content-length", "")
        if largo.isdigit() and int(largo) > CUERPO_MAX and not _es_trozo(scope):
            raise CuerpoEnorme("Lo que llega es demasiado grande.", "Mande menos de una vez.")
        sitio, origen = cabeceras.get("sec-fetch-site"), cabeceras.get("origin")
        ajeno = sitio not in {"same-origin", "none"} if sitio is not None else origen is not None
        if ajeno and not (sitio is None and self._mismo(origen or "", anfitrion)):
            raise OrigenAjeno("La petición viene de otra página.", "Hágala desde la de Scribe.")

    def _mismo(self, origen: str, anfitrion: str) -> bool:
        partes = urlsplit(origen)
        esquema = "https" if self._tls else "http"
        return bool((partes.scheme, partes.netloc.lower()) == (esquema, anfitrion.lower()))

    def _poner(self, scope: Scope, cabeceras: MutableHeaders) -> None:
        guardable = scope["path"].startswith("/estaticos/") and "Cache-Control" in cabeceras
        for nombre, valor in _CABECERAS.items():
            if not (guardable and nombre == "Cache-Control"):
                cabeceras[nombre] = valor
        cabeceras["Content-Security-Policy"] = _CSP_API if scope["path"].startswith("/api/") else _CSP
        if self._tls:
            cabeceras["Strict-Transport-Security"] = "max-age=31536000"
        if "server" in cabeceras:
            del cabeceras["server"]


class _Cuerpo:
    """Cuenta lo que llega y corta lo enorme."""

    def __init__(self, recibir: Receive, tope: int | None) -> None:
        self._recibir, self._tope, self._van = recibir, tope, 0

    async def recibir(self) -> Message:
        mensaje = await self._recibir()
        self._van += len(mensaje.get("body", b""))
        if self._tope is not None and self._van > self._tope:
            raise CuerpoEnorme("Lo que llega es demasiado grande.", "Mande menos de una vez.")
        return mensaje


def _es_trozo(scope: Scope) -> bool:
    return bool(scope["method"] == "PUT" and scope["path"].startswith("/api/subidas/"))


def _sin_puerto(anfitrion: str) -> str:
    if anfitrion.startswith("["):
        return anfitrion.partition("]")[0].lower() + "]"
    return anfitrion.partition(":")[0].lower()


def _plantilla(scope: Scope) -> str:
    """La ruta sin los identificadores, para poder anotarla."""
    return str(getattr(scope.get("route"), "path", "(sin ruta)"))
