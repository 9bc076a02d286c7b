"""La bitácora: qué pasó, quién y cuándo, en una cadena que no se puede retocar sin que se note.

Cada asiento lleva el HMAC de su contenido y del sello anterior (NOM-024-SSA3-2010 3.3.8). La clave vive
fuera de la base: quien solo tiene la base no puede rehacer la cadena. Contra quien borra el final o
restaura un respaldo viejo están las *cabezas*: el último sello, firmado y guardado en otra parte.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from scribe.expediente.base.conexion import Conexion
from scribe.expediente.llaves_bitacora import LlavesBitacora
from scribe.expediente.sello import canonico

ORIGEN = bytes(32)
"""Lo que el primer asiento tiene por anterior."""

CANDADO = (5072110, 1)
_CAMPOS = (
    "seq", "cuando", "evento", "usuario_id", "equipo", "sesion_id", "paciente_id", "objeto", "objeto_id",
    "huella", "resultado", "detalle", "anomalia", "clave_id", "previo",
)  # fmt: skip
RELOJ = "reloj_retrocede"


@dataclass(frozen=True, slots=True)
class Actor:
    """Quién hace algo y desde dónde. `usuario` nulo: un trabajo automático del sistema."""

    usuario: UUID | None
    equipo: str
    sesion: UUID | None = None


@dataclass(frozen=True, slots=True)
class Asiento:
    """Lo que se va a asentar. `detalle` lleva identificadores y conteos, nunca contenido de salud."""

    evento: str
    paciente: UUID | None = None
    objeto: str | None = None
    objeto_id: UUID | None = None
    huella: bytes | None = None
    resultado: str = "bien"
    detalle: dict[str, Any] = field(default_factory=dict)


class Bitacora:
    """Escribe la cadena. Se comparte entre hilos: no guarda estado."""

    def __init__(self, llavero: LlavesBitacora, reloj: Callable[[Conexion], datetime] | None = None) -> None:
        """`llavero` trae las llaves, que da el cuarto de cifrado. `reloj`, sin él, es el del servidor."""
        self.llavero = llavero
        self._reloj = reloj or _ahora

    def asentar(self, conexion: Conexion, actor: Actor, asientos: list[Asiento]) -> int:
        """Encadena los asientos en esta transacción y devuelve el último número.

        Toma el candado de la cadena hasta que la transacción termine: va al final de ella. Lo apagado
        no se escribe; nada que la norma pida se puede apagar, ni lo que lleva la huella de una fila.
        """
        apagados = {
            f["codigo"]
            for f in conexion.execute("SELECT codigo FROM expediente.tipo_evento WHERE NOT activo")
        }
        conexion.execute("SELECT pg_advisory_xact_lock(%s, %s)", CANDADO)
        ultimo = conexion.execute(
            "SELECT seq, sello, cuando FROM expediente.bitacora ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        seq, previo, antes = (
            (ultimo["seq"], bytes(ultimo["sello"]), ultimo["cuando"]) if ultimo else (0, ORIGEN, None)
        )
        for asiento in asientos:
            if asiento.evento in apagados and asiento.huella is None:
                continue
            seq += 1
            fila = self._fila(conexion, actor, asiento, seq, previo, antes)
            previo, antes = fila["sello"], fila["cuando"]
            _insertar(conexion, fila)
        return seq

    def _fila(
        self,
        conexion: Conexion,
        actor: Actor,
        asiento: Asiento,
        seq: int,
        previo: bytes,
        antes: datetime | None,
    ) -> dict[str, Any]:
        """Un asiento sellado. El orden lo da `seq`; si el reloj retrocede, se anota y se sigue."""
        cuando = self._reloj(conexion)
        fila: dict[str, Any] = {
            "seq": seq, "cuando": cuando, "evento": asiento.evento, "usuario_id": actor.usuario,
            "equipo": actor.equipo, "sesion_id": actor.sesion, "paciente_id": asiento.paciente,
            "objeto": asiento.objeto, "objeto_id": asiento.objeto_id, "huella": asiento.huella,
            "resultado": asiento.resultado, "detalle": asiento.detalle,
            "anomalia": RELOJ if antes is not None and cuando < antes else None,
            "clave_id": self.llavero.actual.id, "previo": previo,
        }  # fmt: skip
        return {**fila, "sello": self.llavero.actual.sello(octetos(fila))}


def _ahora(conexion: Conexion) -> datetime:
    """La hora del servidor de la base: una sola para todos los equipos."""
    fila = conexion.execute("SELECT clock_timestamp() AS ahora").fetchone()
    ahora: datetime = fila["ahora"] if fila else datetime.now(UTC)
    return ahora


def _insertar(conexion: Conexion, fila: dict[str, Any]) -> None:
    columnas = ", ".join(fila)
    marcas = ", ".join(f"%({c})s" for c in fila)
    conexion.execute(
        f"INSERT INTO expediente.bitacora ({columnas}) VALUES ({marcas})".encode(),
        {**fila, "detalle": Jsonb(fila["detalle"])},
    )


def octetos(fila: dict[str, Any]) -> bytes:
    """Los bytes que se sellan de un asiento: todos sus campos menos el sello."""
    limpio = {c: fila[c] for c in _CAMPOS}
    for campo in ("huella", "previo"):
        limpio[campo] = bytes(limpio[campo]).hex() if limpio[campo] is not None else None
    return canonico(limpio)


def sello_cuadra(llavero: LlavesBitacora, fila: dict[str, Any]) -> bool:
    """Si el sello de un asiento es el que le toca con su llave."""
    llave = llavero.por_id(fila["clave_id"])
    return llave is not None and hmac.compare_digest(llave.sello(octetos(fila)), bytes(fila["sello"]))


def recorrer(conexion: Conexion, desde: int = 1) -> Iterator[dict[str, Any]]:
    """Los asientos en orden, sin cargarlos todos a la vez."""
    with conexion.cursor(name="bitacora") as cursor:
        cursor.itersize = 2000
        cursor.execute("SELECT * FROM expediente.bitacora WHERE seq >= %s ORDER BY seq", (desde,))
        yield from cursor
