"""Catálogos con su vigencia: qué valía cada clave en la fecha de un acto (NOM-024-SSA3-2010 3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from psycopg.types.range import Range

from scribe.expediente.errores import NoExiste
from scribe.expediente.transaccion import Transaccion

_TITULO = """
SELECT c.titulo FROM expediente.catalogo_concepto c JOIN expediente.catalogo k ON k.id = c.catalogo_id
WHERE k.nombre = %s AND c.clave = %s AND k.vigencia @> %s::date
"""
_VIGENTE = "SELECT id FROM expediente.catalogo WHERE nombre = %s AND vigencia @> %s::date"


def publicar(
    t: Transaccion, nombre: str, version: str, desde: date, conceptos: Mapping[str, str], fuente: str
) -> UUID:
    """Publica una versión que rige desde un día; la anterior se cierra ahí y se conserva entera."""
    t.conexion.execute(
        "UPDATE expediente.catalogo SET vigencia = daterange(lower(vigencia), %s)"
        " WHERE nombre = %s AND upper_inf(vigencia)",
        (desde, nombre),
    )
    fila = t.agregar(
        "catalogo", "catalogo.alta",
        {"nombre": nombre, "version": version, "vigencia": Range(desde, None), "fuente": fuente},
        detalle={"nombre": nombre, "version": version},
    )  # fmt: skip
    with t.conexion.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO expediente.catalogo_concepto (catalogo_id, clave, titulo) VALUES (%s, %s, %s)",
            [(fila["id"], clave, titulo) for clave, titulo in conceptos.items()],
        )
    nuevo: UUID = fila["id"]
    return nuevo


def vigente(t: Transaccion, nombre: str, dia: date) -> UUID:
    """La versión que regía ese día; `NoExiste` si ninguna."""
    fila = t.conexion.execute(_VIGENTE, (nombre, dia)).fetchone()
    if fila is None:
        raise NoExiste(f"No hay catálogo {nombre} para esa fecha.", "Instálalo o revisa la fecha.")
    cual: UUID = fila["id"]
    return cual


def conceptos(t: Transaccion, catalogo: UUID) -> dict[str, str]:
    """Sus claves y títulos, por clave."""
    orden = "SELECT clave, titulo FROM expediente.catalogo_concepto WHERE catalogo_id = %s ORDER BY clave"
    return {f["clave"]: f["titulo"] for f in t.conexion.execute(orden, (catalogo,)).fetchall()}


def titulo(t: Transaccion, nombre: str, clave: str, dia: date) -> str | None:
    """Cómo se llamaba una clave ese día; nada si no estaba o si ese día no regía ninguna versión."""
    fila = t.conexion.execute(_TITULO, (nombre, clave, dia)).fetchone()
    return str(fila["titulo"]) if fila else None
