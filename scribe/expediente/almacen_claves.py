"""La tabla de claves de datos (`expediente.clave_datos`).

Lo que se cifra dentro de una transacción trae su clave en esa misma transacción (`en`): entran juntas o no
entra ninguna, y nadie pide una segunda conexión teniendo ya una. Lo que va a un archivo (audio) usa una
transacción propia y corta: su clave se confirma antes de que exista lo que cifra.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from scribe.expediente.base.conexion import Conexion, Piscina
from scribe.expediente.cifrado import ClaveEnvuelta
from scribe.expediente.errores_seguridad import CifradoInvalido, DatoDestruido

_LEER = "SELECT ambito, ambito_id, envuelta, clave_maestra FROM expediente.clave_datos"
_GUARDAR = (
    "INSERT INTO expediente.clave_datos (id, ambito, ambito_id, envuelta, clave_maestra)"
    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (ambito, ambito_id) DO NOTHING"
)
_REEMPLAZAR = (
    "UPDATE expediente.clave_datos SET envuelta = %s, clave_maestra = %s, rotada = clock_timestamp()"
    " WHERE ambito = %s AND ambito_id = %s AND envuelta = %s AND clave_maestra = %s"
)


@dataclass(frozen=True, slots=True)
class AlmacenEnBase:
    """El `AlmacenDeClaves` del expediente. El nombre de una clave es «ámbito:uuid»."""

    piscina: Piscina
    prestada: Conexion | None = None

    def en(self, conexion: Conexion) -> AlmacenEnBase:
        """El mismo, dentro de la transacción de esa conexión."""
        return replace(self, prestada=conexion)

    def leer(self, id: str) -> ClaveEnvuelta | None:
        """La clave guardada con ese nombre. Lanza `CifradoInvalido` si se destruyó."""
        with self._conexion() as conexion:
            fila = conexion.execute(f"{_LEER} WHERE ambito = %s AND ambito_id = %s", _partes(id)).fetchone()
        return _de(fila) if fila else None

    def leer_varias(self, ids: Iterable[str]) -> list[ClaveEnvuelta]:
        """Las que haya con esos nombres, de una vez; sin las destruidas."""
        pares = [_partes(id) for id in ids]
        orden = (
            f"{_LEER} WHERE (ambito, ambito_id) IN (SELECT * FROM unnest(%s::text[], %s::uuid[]))"
            " AND destruida IS NULL"
        )
        with self._conexion() as conexion:
            filas = conexion.execute(orden, ([a for a, _ in pares], [d for _, d in pares])).fetchall()
        return [_de(fila) for fila in filas]

    def guardar_si_falta(self, clave: ClaveEnvuelta) -> ClaveEnvuelta:
        """Guarda la clave si no había otra con ese nombre; devuelve la que quedó."""
        ambito, dueno = _partes(clave.id)
        with self._conexion() as conexion:
            conexion.execute(_GUARDAR, (uuid4(), ambito, dueno, clave.envuelta, clave.maestra))
        quedo = self.leer(clave.id)
        if quedo is None:
            raise CifradoInvalido("No se pudo guardar una clave de datos.", "Revise los permisos de la base.")
        return quedo

    def ajenas_a(self, maestra: str, cuantas: int) -> list[ClaveEnvuelta]:
        """Hasta `cuantas` claves vivas que envuelve otra maestra."""
        orden = f"{_LEER} WHERE clave_maestra <> %s AND destruida IS NULL ORDER BY id LIMIT %s"
        with self._conexion() as conexion:
            return [_de(fila) for fila in conexion.execute(orden, (maestra, cuantas)).fetchall()]

    def reemplazar(self, antes: ClaveEnvuelta, despues: ClaveEnvuelta) -> bool:
        """Cambia la envoltura solo si sigue siendo `antes`; dice si lo hizo."""
        ambito, dueno = _partes(antes.id)
        valores = (despues.envuelta, despues.maestra, ambito, dueno, antes.envuelta, antes.maestra)
        with self._conexion() as conexion:
            return conexion.execute(_REEMPLAZAR, valores).rowcount == 1

    def _conexion(self) -> AbstractContextManager[Conexion]:
        return nullcontext(self.prestada) if self.prestada is not None else self.piscina.conexion()


def recorrer_claves(conexion: Conexion) -> Iterator[ClaveEnvuelta]:
    """Todas las que no se han destruido, sin cargarlas a la vez."""
    with conexion.cursor(name="claves_de_datos") as cursor:
        cursor.itersize = 1000
        cursor.execute(f"{_LEER} WHERE destruida IS NULL")
        yield from map(_de, cursor)


def _partes(id: str) -> tuple[str, UUID]:
    ambito, _, dueno = id.partition(":")
    try:
        return ambito, UUID(dueno)
    except ValueError:
        raise CifradoInvalido("El contexto de una celda no dice de quién es.") from None


def _de(fila: DictRow) -> ClaveEnvuelta:
    if fila["envuelta"] is None:
        raise DatoDestruido(
            "Eso se destruyó al cumplir su plazo de conservación: ya no se puede leer.",
            "Su certificado de destrucción está en «Conservación».",
        )
    return ClaveEnvuelta(
        id=f"{fila['ambito']}:{fila['ambito_id']}",
        maestra=fila["clave_maestra"],
        envuelta=bytes(fila["envuelta"]),
    )
