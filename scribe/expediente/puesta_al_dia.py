"""Sellar, una sola vez, lo que ya estaba en una tabla cuando empezó a sellarse."""

from __future__ import annotations

import platform

from psycopg import sql

from scribe.expediente.bitacora import Actor, Asiento
from scribe.expediente.contenido_sellado import SELLADO
from scribe.expediente.sello import CON_HISTORIA
from scribe.expediente.transaccion import Expediente, Transaccion

_CANDADO = (5072110, 19)
_HECHO = "SELECT 1 FROM expediente.bitacora WHERE objeto = 'sello' AND objeto_id IS NULL LIMIT 1"
_SIN_SELLO = """
SELECT f.* FROM expediente.{tabla} f WHERE NOT EXISTS (
    SELECT 1 FROM expediente.bitacora b
    WHERE b.objeto = {nombre} AND b.objeto_id = f.id AND b.huella IS NOT NULL)
"""
_RETIRADOS = "SELECT * FROM expediente.paciente_identificador WHERE retirado IS NOT NULL"


def sellar_lo_anterior(expediente: Expediente) -> int:
    """Sella lo que no tenía sello y dice cuántas filas fueron; después de la primera vez, ninguna.

    Que ya se hizo lo dice la propia cadena: una fila metida después por SQL no se sella aquí, y `verificar`
    la nombra. Lo que se hubiera alterado antes de esta vez no se puede saber.
    """
    with expediente.transaccion(Actor(None, platform.node() or "servidor")) as t:
        t.conexion.execute("SELECT pg_advisory_xact_lock(%s, %s)", _CANDADO)
        if t.conexion.execute(_HECHO).fetchone():
            return 0
        cuantas = sum(_sellar(t, tabla) for tabla in sorted({*CON_HISTORIA, "sesion"}))
        t.asentar(Asiento(SELLADO, objeto="sello", detalle={"filas": cuantas}))
        return cuantas


def _sellar(t: Transaccion, tabla: str) -> int:
    orden = sql.SQL(_SIN_SELLO).format(tabla=sql.Identifier(tabla), nombre=sql.Literal(tabla))
    filas = t.conexion.execute(orden).fetchall()
    if tabla == "paciente_identificador":  # el retiro no entraba en su huella
        filas += t.conexion.execute(_RETIRADOS).fetchall()
    for fila in filas:
        t.asentar_fila(tabla, fila, SELLADO)
    return len(filas)
