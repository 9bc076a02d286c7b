"""Saber quién está vivo de verdad, sin relojes.

Mientras un proceso trabaja en algo sostiene un candado de PostgreSQL (advisory) en una conexión propia.
Si el proceso muere, el servidor lo suelta al momento; si solo se durmió o se quedó sin red un rato, no. El
latido de procrastinate depende de la hora: este candado decide cuando la hora miente.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from uuid import UUID

import psycopg

_LATIDO_S = 3.0


def candado(trabajo: UUID) -> tuple[int, int]:
    """El candado de un trabajo: dos enteros con signo sacados de su id."""
    alto, bajo = trabajo.int >> 96, trabajo.int & 0xFFFFFFFF
    return _con_signo(alto ^ 0x5C71BE), _con_signo(bajo)


def sin_signo(numero: int) -> int:
    """Como lo enseña `pg_locks`."""
    return numero & 0xFFFFFFFF


def _con_signo(numero: int) -> int:
    return numero - (1 << 32) if numero >= 1 << 31 else numero


class Presencia:
    """La conexión que dice «aquí estoy» y los candados que sostiene. Se compone sola si se cae la base."""

    def __init__(self, dsn: str, nombre: str) -> None:
        """`nombre` es con el que se ve en la base (`capacidad.nombre_de_sesion`)."""
        self._dsn, self._nombre = dsn, nombre
        self._conexion: psycopg.Connection[tuple[object, ...]] | None = None
        self._mios: set[UUID] = set()
        self._candado, self._fin = threading.RLock(), threading.Event()
        self._hilo = threading.Thread(target=self._cuidar, name="presencia", daemon=True)

    def __enter__(self) -> Presencia:
        self._hilo.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fin.set()
        self._hilo.join(timeout=2 * _LATIDO_S)
        with self._candado:
            self._cerrar()

    @contextlib.contextmanager
    def de(self, trabajo: UUID) -> Iterator[bool]:
        """Sostiene el candado de un trabajo mientras dura el bloque; dice si lo consiguió."""
        consiguio = self._tomar(trabajo)
        try:
            yield consiguio
        finally:
            if consiguio:
                self._dejar(trabajo)

    def sigue(self, trabajo: UUID) -> bool:
        """Si el candado sigue siendo nuestro (se pudo perder si la base se reinició)."""
        with self._candado:
            return trabajo in self._mios

    def _tomar(self, trabajo: UUID) -> bool:
        with self._candado:
            if trabajo in self._mios or not self._pedir(trabajo):  # entre hilos de aquí no lo niega la base
                return False
            self._mios.add(trabajo)
            return True

    def _dejar(self, trabajo: UUID) -> None:
        with self._candado:
            self._mios.discard(trabajo)
            with contextlib.suppress(psycopg.Error):
                self._abierta().execute("SELECT pg_advisory_unlock(%s::int, %s::int)", candado(trabajo))

    def _pedir(self, trabajo: UUID) -> bool:
        fila = (
            self._abierta()
            .execute("SELECT pg_try_advisory_lock(%s::int, %s::int)", candado(trabajo))
            .fetchone()
        )
        return bool(fila and fila[0])

    def _cuidar(self) -> None:
        """Comprueba la conexión y, si se perdió, la abre otra vez y recupera los candados."""
        while not self._fin.wait(_LATIDO_S):
            with self._candado:
                try:
                    self._abierta().execute("SELECT 1")
                except psycopg.Error:
                    self._cerrar()
                    with contextlib.suppress(psycopg.Error):
                        self._mios = {trabajo for trabajo in self._mios if self._pedir(trabajo)}

    def _abierta(self) -> psycopg.Connection[tuple[object, ...]]:
        if self._conexion is None or self._conexion.closed:
            self._conexion = psycopg.connect(
                self._dsn, autocommit=True, connect_timeout=5, application_name=self._nombre,
                keepalives_idle=30, keepalives_interval=10, keepalives_count=3,
            )  # fmt: skip
        return self._conexion

    def _cerrar(self) -> None:
        if self._conexion is not None:
            with contextlib.suppress(psycopg.Error):
                self._conexion.close()
            self._conexion = None
