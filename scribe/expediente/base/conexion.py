"""De dónde sale la base y cómo se entra a ella."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from scribe.ajustes import carpeta_de_datos
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.migraciones import comprobar_esquema, migrar
from scribe.expediente.base.roles import DUENO, comprobar_rol
from scribe.expediente.errores import BaseNoDisponible

Conexion = Connection[DictRow]

_AL_ENTRAR = (
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET search_path = pg_catalog, pg_temp",
    "SET timezone = 'UTC'",
    "SET statement_timeout = '60s'",
    "SET lock_timeout = '15s'",
    "SET idle_in_transaction_session_timeout = '60s'",
)


class Piscina:
    """Conexiones de la aplicación, comprobadas: ninguna con más permisos de los debidos."""

    def __init__(self, dsn: str, *, minimo: int = 1, maximo: int = 10) -> None:
        """Abre y comprueba. Lanza `BaseNoDisponible`, `RolInseguro` o `EsquemaAjeno`."""
        self._piscina: ConnectionPool[Conexion] = ConnectionPool(
            dsn, min_size=minimo, max_size=maximo, timeout=30, open=False, name="scribe", configure=_preparar,
            check=ConnectionPool.check_connection,
            kwargs={"row_factory": dict_row, "connect_timeout": 10, "application_name": "scribe"},
        )  # fmt: skip
        try:
            with Connection.connect(dsn, connect_timeout=10) as prueba:
                comprobar_rol(prueba)
                comprobar_esquema(prueba)
        except OperationalError:
            raise BaseNoDisponible(
                "No se pudo entrar a la base de datos.",
                "Revise SCRIBE_BASE_DATOS y que el servidor esté encendido.",
            ) from None  # el mensaje original lleva la dirección del servidor
        self._piscina.open()

    @contextmanager
    def conexion(self) -> Iterator[Conexion]:
        """Una conexión prestada, en transacción: se confirma al salir bien y se deshace al fallar."""
        try:
            prestada = self._piscina.getconn()
        except PoolTimeout:
            raise BaseNoDisponible("La base de datos no contesta.", "Espere un momento y repita.") from None
        try:
            with prestada.transaction():
                yield prestada
        finally:
            self._piscina.putconn(prestada)

    def cerrar(self) -> None:
        """Devuelve todas las conexiones."""
        self._piscina.close()


@dataclass(slots=True)
class Base:
    """La base abierta: piscina de la aplicación y, si es la empotrada, su servidor."""

    piscina: Piscina
    dsn: str
    empotrada: BaseEmpotrada | None = None

    def cerrar(self) -> None:
        """Cierra conexiones y suelta el servidor empotrado."""
        self.piscina.cerrar()
        if self.empotrada is not None:
            self.empotrada.parar()

    def __enter__(self) -> Base:
        return self

    def __exit__(self, *_: object) -> None:
        self.cerrar()


def abrir_base(datos: Path | None = None, dsn: str | None = None, *, maximo: int = 10) -> Base:
    """La base de `SCRIBE_BASE_DATOS` (o `dsn`) si se dio; si no, la empotrada, puesta al día.

    La de la clínica se migra aparte, con el rol dueño: `migrar(dsn_dueno)`. Lanza `BaseNoDisponible`,
    `EsquemaAjeno` o `RolInseguro`.
    """
    externa = dsn or os.environ.get("SCRIBE_BASE_DATOS")
    if externa:
        return Base(Piscina(externa, maximo=maximo), externa)
    empotrada = BaseEmpotrada(datos or carpeta_de_datos())
    empotrada.arrancar()
    try:
        migrar(empotrada.dsn(DUENO))
        return Base(Piscina(empotrada.dsn(), maximo=maximo), empotrada.dsn(), empotrada)
    except BaseException:
        empotrada.parar()
        raise


def _preparar(conexion: Conexion) -> None:
    for orden in _AL_ENTRAR:
        conexion.execute(orden)
    conexion.commit()
