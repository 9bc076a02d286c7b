"""Llevar la base al esquema de esta versión: archivos `sql/NNNN_nombre.sql`, en orden, una vez cada uno.

Todo va en una transacción y con un candado: o queda al día o queda como estaba, y dos procesos no se
estorban. Ante un esquema más nuevo, o una migración aplicada cuyo texto ya no es el mismo, se niega.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg

from scribe.expediente.errores import BaseNoDisponible, EsquemaAjeno

_NOMBRE = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_CANDADO = (5072110, 0)

_TABLA = """
CREATE TABLE IF NOT EXISTS public.scribe_migracion (
    numero   integer PRIMARY KEY,
    nombre   text NOT NULL,
    sha256   text NOT NULL,
    aplicada timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


@dataclass(frozen=True, slots=True)
class Migracion:
    """Un paso del esquema."""

    numero: int
    nombre: str
    sql: str

    @property
    def sha256(self) -> str:
        """Suma de su texto: una migración publicada no se edita."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def migraciones() -> tuple[Migracion, ...]:
    """Las que trae esta versión, en orden. Lanza `ValueError` si dos llevan el mismo número."""
    carpeta = files("scribe.expediente.base").joinpath("sql")
    halladas = []
    for archivo in carpeta.iterdir():
        if partes := _NOMBRE.match(archivo.name):
            halladas.append(Migracion(int(partes[1]), partes[2], archivo.read_text(encoding="utf-8")))
    halladas.sort(key=lambda m: m.numero)
    if len({m.numero for m in halladas}) != len(halladas):
        raise ValueError("Dos migraciones llevan el mismo número.")
    return tuple(halladas)


def migrar(dsn_dueno: str) -> list[str]:
    """Aplica lo que falte, con el rol dueño, y devuelve los nombres de lo aplicado.

    Lanza `EsquemaAjeno` (no toca nada) o `BaseNoDisponible`.
    """
    try:
        with psycopg.connect(dsn_dueno, connect_timeout=10) as conexion:
            conexion.execute("SELECT pg_advisory_xact_lock(%s, %s)", _CANDADO)
            conexion.execute("SET LOCAL search_path = pg_catalog, pg_temp")
            conexion.execute(_TABLA)
            conexion.execute("GRANT USAGE ON SCHEMA public TO scribe_aplicacion")
            conexion.execute("GRANT SELECT ON public.scribe_migracion TO scribe_aplicacion")
            hechas = _aplicadas(conexion)
            _comprobar(hechas)
            faltan = [m for m in migraciones() if m.numero not in hechas]
            for paso in faltan:
                conexion.execute(paso.sql.encode())
                conexion.execute(
                    "INSERT INTO public.scribe_migracion (numero, nombre, sha256) VALUES (%s, %s, %s)",
                    (paso.numero, paso.nombre, paso.sha256),
                )
    except psycopg.OperationalError:
        raise BaseNoDisponible(
            "No se pudo entrar a la base para actualizarla.",
            "Revise la dirección y la contraseña del rol dueño.",
        ) from None
    return [m.nombre for m in faltan]


def comprobar_esquema(conexion: psycopg.Connection[Any]) -> None:
    """Lanza `EsquemaAjeno` si la base no está exactamente en el esquema de esta versión."""
    existe = conexion.execute("SELECT to_regclass('public.scribe_migracion') IS NOT NULL").fetchone()
    hechas = _aplicadas(conexion) if existe and existe[0] else {}
    _comprobar(hechas)
    if len(hechas) < len(migraciones()):
        raise EsquemaAjeno(
            "La base de datos es de una versión anterior de Scribe.",
            "Actualízala con el rol dueño antes de abrir.",
        )


def _aplicadas(conexion: psycopg.Connection[Any]) -> dict[int, str]:
    return dict(conexion.execute("SELECT numero, sha256 FROM public.scribe_migracion").fetchall())


def _comprobar(hechas: dict[int, str]) -> None:
    conocidas = {m.numero: m.sha256 for m in migraciones()}
    if hechas.keys() - conocidas.keys():
        raise EsquemaAjeno(
            "La base de datos es de una versión más nueva de Scribe.",
            "Instale esa versión; esta no la tocará.",
        )
    if alteradas := [n for n, suma in hechas.items() if conocidas[n] != suma]:
        raise EsquemaAjeno(
            f"La migración {alteradas[0]:04} no es la que se aplicó a esta base.",
            "Reinstala Scribe: alguien cambió sus archivos.",
        )
