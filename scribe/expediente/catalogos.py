"""Catálogos con su vigencia: qué valía cada clave en la fecha de un acto (NOM-024-SSA3-2010 3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from psycopg.types.range import Range

from scribe.expediente.errores import DatoInvalido, NoExiste
from scribe.expediente.transaccion import Transaccion
from scribe.lenguaje.texto import llano

TERRITORIO = {"MEX": ("CAT_MUNICIPIOS", "CAT_ENTIDADES"), "COL": ("CO_MUNICIPIO", "CO_DEPARTAMENTO")}
"""Por país (ISO 3166-1), sus catálogos de municipios y de entidades."""

_ALGUNA_VEZ = """
SELECT 1 FROM expediente.catalogo_concepto c JOIN expediente.catalogo k ON k.id = c.catalogo_id
WHERE k.nombre = %s AND c.clave = %s
"""
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
        raise NoExiste(f"No hay catálogo {nombre} para esa fecha.", "Instálelo o revise la fecha.")
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


def lugar(t: Transaccion, pais: str, municipio: str | None, estado: str | None, dia: date) -> tuple[str, str]:
    """El municipio y la entidad como se leen: una clave, con su nombre de ese día; lo escrito, tal cual."""
    nombres = []
    for catalogo, valor in zip(TERRITORIO.get(pais, ("", "")), (municipio, estado), strict=True):
        hallado = titulo(t, catalogo, valor, dia) if valor and valor.isdigit() else None
        nombres.append(hallado or valor or "")
    return nombres[0], nombres[1]


def exigir(t: Transaccion, nombre: str, clave: str) -> None:
    """Lanza `DatoInvalido` si esa clave no está en ninguna versión del catálogo."""
    if t.conexion.execute(_ALGUNA_VEZ, (nombre, clave)).fetchone() is None:
        raise DatoInvalido(f"Una clave no está en el catálogo {nombre}.", "Elíjala de la lista.")


def buscar(t: Transaccion, nombre: str, texto: str, dia: date, limite: int = 20) -> list[tuple[str, str]]:
    """Las claves que ese día regían y empiezan así, o cuyo título lleva ese texto, primero las que empiezan.

    Sin distinguir acentos ni mayúsculas. `NoExiste` si ese día no regía ninguna versión.
    """
    buscado = llano(texto.strip())
    hallados = []
    for clave, titulo_ in conceptos(t, vigente(t, nombre, dia)).items():
        plano = llano(titulo_)
        if clave.lower().startswith(buscado) or buscado in plano:
            hallados.append((not plano.startswith(buscado), clave, titulo_))
    return [(clave, titulo_) for _, clave, titulo_ in sorted(hallados)[:limite]]
