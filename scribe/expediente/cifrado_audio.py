"""Cifrado por trozos de lo que no cabe en memoria: audio y respaldos.

El formato es AES-GCM-HKDF por tramos de Tink, tal como lo publica su especificación
(https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming): cabecera de 40 bytes
(largo, sal de 32, prefijo de 7); clave del archivo = HKDF-SHA256(clave, sal, contexto); nonce de cada
tramo = prefijo · número de tramo · si es el último. Por eso cortar, repetir, reordenar o pegar tramos
de otro archivo se detecta, y un nonce no puede repetirse: lo cuenta el propio escritor y la clave es
otra en cada archivo. Memoria: un tramo.
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scribe.expediente.cifrado import LARGO, Clave, derivar
from scribe.expediente.errores_seguridad import CifradoInvalido

TRAMO = 1 << 18
"""Bytes cifrados por tramo: 256 KiB; saltar a un minuto de la grabación lee uno solo."""

_PREFIJO, _MARCA = 7, 16
_CABECERA = 1 + LARGO + _PREFIJO
_TRAMOS_MAX = 2**32


class EscritorCifrado(io.RawIOBase):
    """Archivo de solo escritura que cifra lo que recibe. Sin `terminar()`, lo escrito no abre.

    No cierra `destino`. Si se abandona a medias (error, proceso muerto) falta el tramo final y el
    lector lo rechaza: un archivo cortado nunca pasa por bueno.
    """

    def __init__(self, destino: BinaryIO, clave: Clave, contexto: str) -> None:
        super().__init__()
        sal, self._prefijo = os.urandom(LARGO), os.urandom(_PREFIJO)
        self._aes = AESGCM(derivar(clave.material(), contexto.encode(), sal))
        self._destino, self._numero, self._terminado = destino, 0, False
        self._pendiente = bytearray()
        destino.write(bytes([_CABECERA]) + sal + self._prefijo)

    def writable(self) -> bool:
        """Siempre se puede escribir hasta terminar."""
        return True

    def write(self, datos: object) -> int:
        """Cifra y pasa al destino cada tramo que se completa."""
        if self._terminado:
            raise ValueError("El archivo cifrado ya se terminó.")
        trozo = memoryview(datos).cast("B")  # type: ignore[arg-type]
        self._pendiente += trozo
        # El último tramo se marca como final, así que siempre se guarda algo pendiente.
        while len(self._pendiente) > (caben := _plano_de(self._numero)):
            self._emitir(bytes(self._pendiente[:caben]), final=False)
            del self._pendiente[:caben]
        return len(trozo)

    def terminar(self) -> None:
        """Escribe el tramo final; desde aquí el archivo es válido."""
        if not self._terminado:
            self._emitir(bytes(self._pendiente), final=True)
            self._pendiente.clear()
            self._terminado = True

    def _emitir(self, plano: bytes, *, final: bool) -> None:
        self._destino.write(self._aes.encrypt(_nonce(self._prefijo, self._numero, final), plano, b""))
        self._numero += 1


class LectorCifrado(io.RawIOBase):
    """Archivo de solo lectura, con saltos, sobre uno cifrado. `cifrado` debe permitir `seek`.

    Al abrir comprueba el tramo final: un archivo cortado se rechaza antes de entregar nada. Lanza
    `CifradoInvalido`.
    """

    def __init__(self, cifrado: BinaryIO, clave: Clave, contexto: str) -> None:
        super().__init__()
        self._cifrado, self._posicion = cifrado, 0
        self._base = cifrado.tell()
        cabecera = cifrado.read(_CABECERA)
        total = cifrado.seek(0, io.SEEK_END) - self._base
        if len(cabecera) != _CABECERA or cabecera[0] != _CABECERA or total < _CABECERA + _MARCA:
            raise _roto()
        self._prefijo = cabecera[1 + LARGO :]
        self._aes = AESGCM(derivar(clave.material(), contexto.encode(), cabecera[1 : 1 + LARGO]))
        self._tramos = -(-total // TRAMO)
        if self._tramos > _TRAMOS_MAX:
            raise _roto()
        self._total = total
        self.tamano = total - _CABECERA - _MARCA * self._tramos
        self._actual, self._plano = -1, b""
        self._cargar(self._tramos - 1)

    def readable(self) -> bool:
        """Siempre se puede leer."""
        return True

    def seekable(self) -> bool:
        """Siempre se puede saltar."""
        return True

    def seek(self, desplazamiento: int, desde: int = io.SEEK_SET) -> int:
        """Mueve la posición de lectura en el texto en claro."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._posicion, io.SEEK_END: self.tamano}[desde]
        self._posicion = max(0, base + desplazamiento)
        return self._posicion

    def tell(self) -> int:
        """La posición de lectura."""
        return self._posicion

    def readinto(self, destino: object) -> int:
        """Lee del tramo donde cae la posición; 0 al final."""
        vista = memoryview(destino).cast("B")  # type: ignore[arg-type]
        if self._posicion >= self.tamano or not len(vista):
            return 0
        tramo, desde = _donde(self._posicion)
        self._cargar(tramo)
        parte = self._plano[desde : desde + len(vista)]
        vista[: len(parte)] = parte
        self._posicion += len(parte)
        return len(parte)

    def _cargar(self, tramo: int) -> None:
        """Descifra ese tramo y lo deja en memoria."""
        if tramo == self._actual:
            return
        inicio = _CABECERA if tramo == 0 else tramo * TRAMO
        self._cifrado.seek(self._base + inicio)
        cifrado = _leer(self._cifrado, min((tramo + 1) * TRAMO, self._total) - inicio)
        final = tramo == self._tramos - 1
        try:
            self._plano = self._aes.decrypt(_nonce(self._prefijo, tramo, final), cifrado, b"")
        except (InvalidTag, ValueError):
            raise _roto() from None
        self._actual = tramo


def cifrar_flujo(origen: BinaryIO, destino: BinaryIO, clave: Clave, contexto: str) -> int:
    """Cifra `origen` completo en `destino`; devuelve los bytes en claro leídos."""
    escritor, leidos = EscritorCifrado(destino, clave, contexto), 0
    while trozo := origen.read(TRAMO):
        leidos += len(trozo)
        escritor.write(trozo)
    escritor.terminar()
    return leidos


def descifrar_flujo(origen: BinaryIO, destino: BinaryIO, clave: Clave, contexto: str) -> int:
    """Descifra `origen` en `destino`; devuelve los bytes escritos.

    Lanza `CifradoInvalido` en el primer tramo malo: quien llama escribe a un temporal y solo lo
    renombra si esto terminó.
    """
    lector, escritos = LectorCifrado(origen, clave, contexto), 0
    while trozo := lector.read(TRAMO):
        escritos += destino.write(trozo)
    return escritos


def _plano_de(tramo: int) -> int:
    """Cuánto texto en claro cabe en ese tramo; el primero cede sitio a la cabecera."""
    return TRAMO - _MARCA - (_CABECERA if tramo == 0 else 0)


def _donde(posicion: int) -> tuple[int, int]:
    """En qué tramo cae una posición del texto en claro y en qué lugar dentro de él."""
    primero = _plano_de(0)
    if posicion < primero:
        return 0, posicion
    lleno = _plano_de(1)
    return 1 + (posicion - primero) // lleno, (posicion - primero) % lleno


def _nonce(prefijo: bytes, numero: int, final: bool) -> bytes:
    return prefijo + numero.to_bytes(4, "big") + bytes([final])


def _leer(archivo: BinaryIO, cuantos: int) -> bytes:
    """Exactamente esos bytes, aunque el archivo los entregue en partes."""
    datos = bytearray()
    while len(datos) < cuantos:
        trozo = archivo.read(cuantos - len(datos))
        if not trozo:
            raise _roto()
        datos += trozo
    return bytes(datos)


def _roto() -> CifradoInvalido:
    return CifradoInvalido(
        "Un archivo cifrado no abre: está cortado o alterado, o la clave no es la suya.",
        "Restáurelo de un respaldo.",
    )
