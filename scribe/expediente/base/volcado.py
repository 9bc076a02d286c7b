"""Sacar y meter la base entera con `pg_dump` y `pg_restore`, sin archivos intermedios.

El volcado, las cuentas de cada tabla y la cabeza de la bitácora salen de la misma foto (una transacción
REPEATABLE READ cuya instantánea se presta a `pg_dump`): lo que se compara al restaurar es lo mismo que
se guardó, aunque la clínica siga trabajando.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row

from scribe.expediente.base.conexion import Conexion
from scribe.expediente.errores import BaseNoDisponible

TROZO = 4 << 20
_TABLAS = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
    " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2"
)


@dataclass(frozen=True, slots=True)
class Foto:
    """La base en un instante: cuántas filas tiene cada tabla y cómo volcarla tal como estaba."""

    conexion: Conexion
    cuentas: dict[str, int]
    _dsn: str
    _programas: Path
    _instantanea: str

    def volcar(self) -> Iterator[bytes]:
        """El volcado (formato propio de PostgreSQL), en trozos. Lanza `BaseNoDisponible`.

        Sin comprimir: casi todo lo que pesa ya está cifrado, y el PostgreSQL empotrado no trae compresores.
        """
        orden = ["pg_dump", "--format=custom", "--compress=none", f"--snapshot={self._instantanea}"]
        with tempfile.TemporaryFile() as quejas:
            with _correr(self._programas, orden, self._dsn, quejas, stdout=subprocess.PIPE) as proceso:
                assert proceso.stdout is not None
                while trozo := proceso.stdout.read(TROZO):
                    yield trozo
            if proceso.returncode:
                raise _fallo("No se pudo volcar la base de datos.", quejas)


@contextmanager
def fotografiar(dsn_dueno: str, programas: Path) -> Iterator[Foto]:
    """Toma la foto con el rol dueño y la sostiene mientras dura el bloque. Lanza `BaseNoDisponible`."""
    try:
        conexion = psycopg.connect(dsn_dueno, connect_timeout=10, row_factory=dict_row)
    except psycopg.OperationalError:
        raise BaseNoDisponible(
            "No se pudo entrar a la base para respaldarla.", "Revise el rol dueño."
        ) from None
    with conexion:
        conexion.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        fila = conexion.execute("SELECT pg_export_snapshot() AS nombre").fetchone()
        yield Foto(conexion, contar(conexion), dsn_dueno, programas, str(fila["nombre"]) if fila else "")


def contar(conexion: psycopg.Connection[Any]) -> dict[str, int]:
    """Cuántas filas tiene cada tabla («esquema.tabla»), vistas por esa transacción."""
    with conexion.cursor(row_factory=tuple_row) as cursor:
        tablas = cursor.execute(_TABLAS).fetchall()
        cuentas = {}
        for esquema, tabla in tablas:
            orden = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(esquema, tabla))
            fila = cursor.execute(orden).fetchone()
            cuentas[f"{esquema}.{tabla}"] = int(fila[0]) if fila else 0
        return cuentas


def cargar(trozos: Iterable[bytes], dsn: str, programas: Path) -> None:
    """Mete un volcado en una base vacía, en una transacción: entra todo o nada. Lanza `BaseNoDisponible`.

    `dsn` es del superusuario de un servidor nuevo (roles ya creados).
    """
    orden = ["pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={_nombre(dsn)}"]
    with tempfile.TemporaryFile() as quejas:
        with _correr(programas, orden, dsn, quejas, stdin=subprocess.PIPE) as proceso:
            entrada = proceso.stdin
            assert entrada is not None
            try:
                for trozo in trozos:
                    entrada.write(trozo)
                entrada.close()
            except BrokenPipeError:
                pass
            except BaseException:
                proceso.kill()
                raise
        if proceso.returncode:
            raise _fallo("No se pudo restaurar la base de datos.", quejas)


def _correr(
    programas: Path, orden: list[str], dsn: str, quejas: Any, **tubos: Any
) -> subprocess.Popen[bytes]:
    """El programa con la conexión en variables de entorno: la contraseña no se ve en la lista de procesos."""
    entorno = {c: v for c, v in os.environ.items() if not c.startswith("PG")}
    nombres = {"dbname": "PGDATABASE", "host": "PGHOST", "port": "PGPORT", "user": "PGUSER",
               "password": "PGPASSWORD", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip
    for campo, valor in conninfo_to_dict(dsn).items():
        if campo in nombres and valor is not None:
            entorno[nombres[campo]] = str(valor)
    return subprocess.Popen(
        [str(programas / orden[0]), *orden[1:], "--no-password"],
        env={**entorno, "LC_ALL": "C"},
        cwd="/",
        stderr=quejas,
        **tubos,
    )


def _nombre(dsn: str) -> str:
    return str(conninfo_to_dict(dsn).get("dbname", ""))


def _fallo(mensaje: str, quejas: Any) -> BaseNoDisponible:
    """Solo la primera línea y sin valores: pg_restore cita filas en las siguientes (CONTEXT, DETAIL)."""
    quejas.seek(0)
    primera = quejas.readline(300).decode("utf-8", "replace").strip()
    return BaseNoDisponible(mensaje, f"PostgreSQL dijo: {primera.split(' DETAIL')[0]}" if primera else "")
