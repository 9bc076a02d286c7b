"""Las llaves con que se sella la bitácora. Nunca están en la base."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True)
class LlaveBitacora:
    """De un secreto de 32 bytes o más salen la llave de los sellos y la que firma las cabezas (Ed25519)."""

    secreto: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secreto) < 32:
            raise ValueError("La llave de la bitácora necesita al menos 32 bytes.")

    @cached_property
    def id(self) -> str:
        """Nombre público de la llave: no dice nada de ella."""
        return hashlib.sha256(b"scribe-bitacora-id" + self._derivada(b"id")).hexdigest()[:16]

    def sello(self, octetos: bytes) -> bytes:
        """HMAC-SHA-256 de un asiento."""
        return hmac.digest(self._sellos, octetos, "sha256")

    def firmar(self, octetos: bytes) -> bytes:
        """Firma Ed25519 (64 bytes) de una cabeza."""
        return self._firma.sign(octetos)

    @cached_property
    def publica(self) -> bytes:
        """Llave pública (32 bytes) con que cualquiera comprueba una cabeza."""
        return self._firma.public_key().public_bytes_raw()

    @cached_property
    def _sellos(self) -> bytes:
        return self._derivada(b"sellos")

    @cached_property
    def _firma(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._derivada(b"cabezas"))

    def _derivada(self, uso: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt=None, info=b"scribe-bitacora-" + uso).derive(self.secreto)


@dataclass(frozen=True)
class LlavesBitacora:
    """La llave con que se sella hoy y las anteriores, que solo sirven para comprobar."""

    actual: LlaveBitacora
    anteriores: tuple[LlaveBitacora, ...] = ()

    def por_id(self, llave_id: str) -> LlaveBitacora | None:
        """La llave de ese nombre, si se tiene."""
        return next((ll for ll in (self.actual, *self.anteriores) if ll.id == llave_id), None)


Llavero = LlavesBitacora  # nombre anterior, mientras lo use el respaldo


def firma_valida(publica: bytes, firma: bytes, octetos: bytes) -> bool:
    """Si la firma Ed25519 es de esos bytes y de esa llave."""
    try:
        Ed25519PublicKey.from_public_bytes(publica).verify(firma, octetos)
    except (InvalidSignature, ValueError):
        return False
    return True
