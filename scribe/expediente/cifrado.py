"""Cifrado de celdas y claves envolventes (AES-256-GCM, HKDF-SHA256).

Cada paciente, grabación o usuario tiene su clave de datos, al azar; la base solo guarda esa clave
envuelta por la maestra (`llavero.py`). El contexto de cada celda (`ámbito:id|tabla.columna:fila`)
entra como dato autenticado: una celda copiada a otra fila, columna o paciente no abre.

Forma de una celda: versión (1 byte) · sal (16) · nonce (12) · texto cifrado y marca (16). La clave de
cada celda se deriva de la de datos con su sal, y sal y nonce salen siempre del generador del sistema:
no hay manera de pasarlos, así que dos celdas no pueden compartir el par clave-nonce ni por error
(NIST SP 800-38D pide menos de 2³² mensajes por clave; aquí es uno).
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict

from scribe.expediente.errores_seguridad import CifradoInvalido, DatoDestruido

if TYPE_CHECKING:
    from scribe.expediente.base.conexion import Conexion
    from scribe.expediente.llavero import Llavero

LARGO = 32
_VERSION = b"\x01"
_SAL, _NONCE, _MARCA = 16, 12, 16
_MINIMO = len(_VERSION) + _SAL + _NONCE + _MARCA
_ABIERTAS_MAX = 1024
_PROPOSITO_CELDA = b"scribe/celda/v1\0"


def derivar(material: bytes, proposito: bytes, sal: bytes | None = None) -> bytes:
    """32 bytes derivados con HKDF-SHA256 (RFC 5869); propósitos distintos dan claves independientes."""
    return HKDF(hashes.SHA256(), LARGO, sal, proposito).derive(material)


class Clave:
    """32 bytes secretos que no se imprimen, no se comparan y no se serializan."""

    __slots__ = ("_material",)

    def __init__(self, material: bytes) -> None:
        if len(material) != LARGO:
            raise CifradoInvalido("Una clave de cifrado no mide 32 bytes.")
        self._material = material

    @classmethod
    def nueva(cls) -> Clave:
        """Una clave del generador del sistema."""
        return cls(os.urandom(LARGO))

    def __repr__(self) -> str:
        return "Clave(oculta)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Una clave no se serializa.")

    def derivada(self, proposito: bytes, sal: bytes | None = None) -> Clave:
        """Otra clave, propia de ese propósito."""
        return Clave(derivar(self._material, proposito, sal))

    def cifrar(self, datos: bytes, contexto: str) -> bytes:
        """Los datos cifrados y atados al contexto. Nunca da dos veces lo mismo."""
        sal, nonce = os.urandom(_SAL), os.urandom(_NONCE)
        ligado = contexto.encode()
        return _VERSION + sal + nonce + self._de_celda(sal).encrypt(nonce, datos, _VERSION + ligado)

    def descifrar(self, cifrado: bytes, contexto: str) -> bytes:
        """Los datos en claro. Lanza `CifradoInvalido` si algo no es lo que se cifró."""
        if len(cifrado) < _MINIMO or cifrado[:1] != _VERSION:
            raise _no_abre()
        sal, nonce = cifrado[1 : 1 + _SAL], cifrado[1 + _SAL : 1 + _SAL + _NONCE]
        try:
            return self._de_celda(sal).decrypt(
                nonce, cifrado[1 + _SAL + _NONCE :], _VERSION + contexto.encode()
            )
        except InvalidTag:
            raise _no_abre() from None

    def envolver(self, otra: Clave, contexto: str) -> bytes:
        """Otra clave cifrada con esta."""
        return self.cifrar(otra._material, contexto)

    def desenvolver(self, envuelta: bytes, contexto: str) -> Clave:
        """La clave que se envolvió con esta. Lanza `CifradoInvalido`."""
        return Clave(self.descifrar(envuelta, contexto))

    def material(self) -> bytes:
        """Los 32 bytes, para las primitivas que los piden (HMAC, AES por trozos). No los guarde."""
        return self._material

    def _de_celda(self, sal: bytes) -> AESGCM:
        return AESGCM(derivar(self._material, _PROPOSITO_CELDA, sal))


def _no_abre() -> CifradoInvalido:
    return CifradoInvalido(
        "Un dato cifrado no abre: la clave no es la suya, o el dato se alteró o se cambió de lugar.",
        "Revise la bitácora (scribe bitacora verificar) y, si hace falta, restaure un respaldo.",
    )


class ClaveEnvuelta(BaseModel):
    """Una clave de datos tal como se guarda: de quién es, qué maestra la envuelve y sus bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    maestra: str
    envuelta: bytes


class AlmacenDeClaves(Protocol):
    """Dónde se guardan las claves envueltas (una tabla del expediente)."""

    def leer(self, id: str) -> ClaveEnvuelta | None:
        """La clave guardada con ese nombre."""
        ...

    def leer_varias(self, ids: Iterable[str]) -> list[ClaveEnvuelta]:
        """Las que haya con esos nombres, de una vez."""
        ...

    def en(self, conexion: Conexion) -> AlmacenDeClaves:
        """El mismo almacén, dentro de la transacción de esa conexión."""
        ...

    def guardar_si_falta(self, clave: ClaveEnvuelta) -> ClaveEnvuelta:
        """Guarda la clave si no había otra con ese nombre; devuelve la que quedó."""
        ...

    def ajenas_a(self, maestra: str, cuantas: int) -> list[ClaveEnvuelta]:
        """Hasta `cuantas` claves que envuelve otra maestra."""
        ...

    def reemplazar(self, antes: ClaveEnvuelta, despues: ClaveEnvuelta) -> bool:
        """Cambia la envoltura solo si sigue siendo `antes`; dice si lo hizo."""
        ...


@dataclass(slots=True)
class CifradorDeExpediente:
    """El `Cifrador` y el `Indexador` del expediente: crea la clave de cada dueño la primera vez que se usa.

    Lo que va antes de la barra del contexto («paciente:…») es el nombre de la clave de datos. Borrar esa
    clave del almacén destruye de una vez todo lo que cifró, también en los respaldos que no la tengan.
    """

    llavero: Llavero
    almacen: AlmacenDeClaves
    _abiertas: OrderedDict[str, tuple[bytes, Clave]] = field(default_factory=OrderedDict)
    _candado: threading.Lock = field(default_factory=threading.Lock)
    _precargadas: dict[str, Clave] = field(default_factory=dict)

    def en(self, conexion: Conexion) -> CifradorDeExpediente:
        """El mismo, que lee y crea sus claves en la transacción de esa conexión.

        Sin esto haría falta otra conexión mientras se tiene una: con la piscina llena, todos esperarían a
        todos. La clave y lo que cifra entran juntos o no entra ninguno.
        """
        return CifradorDeExpediente(self.llavero, self.almacen.en(conexion), self._abiertas, self._candado)

    def precargar(self, duenos: Iterable[str]) -> None:
        """Lee de una vez las claves de varios dueños. Las recuerda mientras viva este objeto."""
        for guardada in self.almacen.leer_varias(set(duenos) - self._precargadas.keys()):
            self._precargadas[guardada.id] = self._abrir(guardada)

    def cifrar(self, datos: bytes, contexto: str) -> bytes:
        """Los datos cifrados, ligados al contexto."""
        return self.clave(contexto).cifrar(datos, contexto)

    def descifrar(self, cifrado: bytes, contexto: str) -> bytes:
        """Los datos en claro. Lanza `CifradoInvalido`, o `DatoDestruido` si su clave o él se destruyeron."""
        if not cifrado:
            raise DatoDestruido(
                "Ese borrador se descartó y después se destruyó: ya no se puede leer.",
                "Su certificado de destrucción está en «Conservación».",
            )
        return self.clave(contexto, crear=False).descifrar(cifrado, contexto)

    def indice(self, valor: bytes, contexto: str) -> bytes:
        """HMAC-SHA-256 del valor dentro de un contexto («curp», «nombre»…)."""
        return self.llavero.indice(valor, contexto)

    def clave(self, contexto: str, *, crear: bool = True) -> Clave:
        """La clave de datos del dueño que nombra el contexto (sirve para el cifrado por trozos)."""
        dueno, barra, _ = contexto.partition("|")
        if not dueno or not barra:
            raise CifradoInvalido("El contexto de una celda no dice de quién es (falta «dueño|»).")
        if (ya := self._precargadas.get(dueno)) is not None:
            return ya
        guardada = self.almacen.leer(dueno)
        if guardada is None:
            if not crear:
                raise CifradoInvalido("La clave de este dato no está: se destruyó o el respaldo es anterior.")
            guardada = self.almacen.guardar_si_falta(self.llavero.nueva_clave(dueno))
        return self._abrir(guardada)

    def _abrir(self, guardada: ClaveEnvuelta) -> Clave:
        """Abre la envoltura, o recuerda la ya abierta si sigue siendo la misma."""
        with self._candado:
            recordada = self._abiertas.get(guardada.id)
            if recordada is not None and recordada[0] == guardada.envuelta:
                self._abiertas.move_to_end(guardada.id)
                return recordada[1]
        clave = self.llavero.abrir_clave(guardada)
        with self._candado:
            self._abiertas[guardada.id] = (guardada.envuelta, clave)
            while len(self._abiertas) > _ABIERTAS_MAX:
                self._abiertas.popitem(last=False)
        return clave
