"""El único lugar de `envio` que abre una conexión, y solo hacia el equipo autorizado.

Resuelve el nombre una vez, comprueba todas las direcciones y conecta a la IP comprobada: entre mirar y
conectar el DNS ya no puede cambiar. El certificado se verifica contra el nombre, no contra la IP.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpcore2

from scribe.aislamiento import permitir_destinos
from scribe.envio.autorizados import EquipoAutorizado, canonico, revisar_ips
from scribe.envio.errores import DestinoMalConfigurado, DestinoNoAutorizado


class Plazo:
    """Cuánto queda para terminar: un servidor que gotea bytes no puede retener a un trabajador."""

    def __init__(self, segundos: float) -> None:
        self._fin = time.monotonic() + segundos

    def acotar(self, segundos: float | None) -> float:
        """Lo menor entre esa espera y lo que queda. Lanza `httpcore2.ReadTimeout` si ya no queda."""
        queda = self._fin - time.monotonic()
        if queda <= 0:
            raise httpcore2.ReadTimeout("se acabó el plazo")
        return queda if segundos is None else min(segundos, queda)


class RedAutorizada(httpcore2.NetworkBackend):
    """Red de httpcore que no sabe ir a otro equipo, aunque se lo pidan."""

    def __init__(self, equipo: EquipoAutorizado, plazo: Plazo) -> None:
        self._equipo = equipo
        self._plazo = plazo
        self._base = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Conecta a la primera IP autorizada que conteste."""
        if (canonico(host), port) != (self._equipo.equipo, self._equipo.puerto):
            raise DestinoNoAutorizado(
                "Se impidió una conexión a un equipo distinto del destino.", "Revise el destino."
            )
        fallo: Exception | None = None
        for ip in self._resolver():
            try:
                with permitir_destinos(frozenset({(ip, port)})):
                    flujo = self._base.connect_tcp(
                        ip, port, self._plazo.acotar(timeout), None, socket_options
                    )
                return _FlujoConPlazo(flujo, self._plazo)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as causa:
                fallo = causa
        raise fallo or httpcore2.ConnectError("sin dirección")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        """No se permite."""
        raise DestinoNoAutorizado("Un destino no puede ser un socket local.", "Use su dirección https.")

    def sleep(self, seconds: float) -> None:
        """Httpcore lo pide para sus reintentos, que aquí están apagados."""
        time.sleep(self._plazo.acotar(seconds))

    def _resolver(self) -> tuple[str, ...]:
        nombre, puerto = self._equipo.equipo, self._equipo.puerto
        try:
            with permitir_destinos(frozenset({(nombre, puerto)})):
                hallados = socket.getaddrinfo(nombre, puerto, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as causa:
            raise httpcore2.ConnectError("el nombre no se pudo resolver") from causa
        return revisar_ips(self._equipo, (str(h[4][0]) for h in hallados))


class _FlujoConPlazo(httpcore2.NetworkStream):
    """Un flujo cuyas lecturas y escrituras suman contra el plazo total."""

    def __init__(self, flujo: httpcore2.NetworkStream, plazo: Plazo) -> None:
        self._flujo = flujo
        self._plazo = plazo

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._flujo.read(max_bytes, self._plazo.acotar(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._flujo.write(buffer, self._plazo.acotar(timeout))

    def close(self) -> None:
        self._flujo.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seguro = self._flujo.start_tls(ssl_context, server_hostname, self._plazo.acotar(timeout))
        return _FlujoConPlazo(seguro, self._plazo)

    def get_extra_info(self, info: str) -> Any:
        return self._flujo.get_extra_info(info)


def contexto_tls(autoridad: Path | None) -> ssl.SSLContext:
    """TLS 1.2 o mayor con el certificado y el nombre verificados; no hay forma de apagarlo.

    `autoridad` es el archivo PEM de la autoridad del destino y sustituye a las del sistema.
    """
    try:
        contexto = ssl.create_default_context(cafile=str(autoridad) if autoridad else None)
    except (OSError, ssl.SSLError) as causa:
        raise DestinoMalConfigurado(
            "El archivo de la autoridad certificadora no se puede usar.",
            "Dé un archivo PEM con su certificado.",
        ) from causa
    contexto.minimum_version = ssl.TLSVersion.TLSv1_2
    return contexto
