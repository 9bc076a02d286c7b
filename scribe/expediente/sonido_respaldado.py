"""Comprobar que cada grabación de un respaldo abre con su clave y es la que entró."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from scribe.expediente.cifrado import ClaveEnvuelta
from scribe.expediente.cifrado_audio import LectorCifrado
from scribe.expediente.cifrado_protocolo import contexto
from scribe.expediente.errores_seguridad import CifradoInvalido
from scribe.expediente.llavero import Llavero

_PARTE = 1 << 20
_VIVAS = """
SELECT g.id, g.ubicacion, g.sha256, k.envuelta, k.clave_maestra FROM expediente.grabacion g
LEFT JOIN expediente.clave_datos k ON k.ambito = 'grabacion' AND k.ambito_id = g.id
WHERE k.destruida IS NULL
"""


@dataclass(frozen=True, slots=True)
class Sonido:
    """Una grabación según la base: qué debe salir al abrir su archivo."""

    id: UUID
    sha256: bytes
    clave: ClaveEnvuelta | None

    def integra(self, ruta: Path, llavero: Llavero) -> bool:
        """Si el archivo abre con su clave y es lo que entró. Memoria: un tramo."""
        if self.clave is None:
            return False
        suma, lugar = hashlib.sha256(), contexto("grabacion", self.id, "audio", self.id)
        try:
            with ruta.open("rb") as cifrado:
                lector = LectorCifrado(cifrado, llavero.abrir_clave(self.clave), lugar)
                while parte := lector.read(_PARTE):
                    suma.update(parte)
        except CifradoInvalido:
            return False
        return suma.digest() == self.sha256


def por_llegar(conexion: psycopg.Connection[DictRow]) -> dict[str, Sonido]:
    """Las que deben venir, por el nombre de su archivo en el respaldo: todas menos las destruidas."""
    return {
        f"audio/{UUID(fila['ubicacion']).hex}.cifrado": _sonido(fila) for fila in conexion.execute(_VIVAS)
    }


def _sonido(fila: DictRow) -> Sonido:
    clave = None
    if fila["envuelta"] is not None:
        clave = ClaveEnvuelta(
            id=f"grabacion:{fila['id']}", maestra=fila["clave_maestra"], envuelta=bytes(fila["envuelta"])
        )
    return Sonido(fila["id"], bytes(fila["sha256"]), clave)
