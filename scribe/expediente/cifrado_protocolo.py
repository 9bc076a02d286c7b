"""Lo que el expediente pide al cifrado, sin saber de dónde salen las claves.

El *contexto* ata cada texto cifrado a su sitio (va como dato autenticado): quien mueva un cifrado a
otra fila no podrá abrirlo. Su forma es `«ámbito»:«id»|«tabla».«columna»:«id de la fila»`; lo que va
antes de la barra dice qué clave de datos se usa (`paciente:…`, `grabacion:…`, `usuario:…`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from scribe.expediente.base.conexion import Conexion


class Cifrador(Protocol):
    """Cifrado autenticado con claves envolventes. Lo implementa `scribe.expediente.cifrado`."""

    def cifrar(self, datos: bytes, contexto: str) -> bytes:
        """Los datos cifrados, ligados al contexto."""
        ...

    def descifrar(self, cifrado: bytes, contexto: str) -> bytes:
        """Los datos en claro. Falla si el cifrado o el contexto no son los de origen."""
        ...

    def en(self, conexion: Conexion) -> Cifrador:
        """El mismo, dentro de una transacción abierta: lee y crea sus claves por esa conexión."""
        ...

    def precargar(self, duenos: Iterable[str]) -> None:
        """Lee de una vez las claves de varios dueños («paciente:…»), para descifrar una lista."""
        ...


class Indexador(Protocol):
    """Índice ciego: el mismo valor da siempre la misma marca, que sin la clave no dice nada."""

    def indice(self, valor: bytes, contexto: str) -> bytes:
        """HMAC-SHA-256 (32 bytes) del valor dentro de un contexto («curp», «nombre»…)."""
        ...


def contexto(ambito: str, dueno: UUID, campo: str, fila: UUID) -> str:
    """El contexto de una columna cifrada: `contexto("paciente", p, "nota_version.contenido", v)`."""
    return f"{ambito}:{dueno}|{campo}:{fila}"
