"""Lo ya oído de una grabación, tramo por tramo, en un archivo cifrado que solo crece.

Los motores guardan aquí lo que resulta de unas muestras bajo una llave que las resume, y así no vuelven a
hacerlo: es lo que permite procesar mientras se graba. Es dato de salud: cada renglón va cifrado
(AES-256-GCM). Un proceso muerto a media escritura deja un renglón cortado, que se ignora; perder renglones
solo cuesta tiempo, nunca cambia un resultado.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE, _LARGO, _MARCA = 12, 4, 16
_RENGLON_MAX = 64 << 20
_ATADO = b"scribe/cuaderno/v1"


class Cuaderno(MutableMapping[str, str]):
    """Un diccionario de texto que sobrevive al proceso. Úsese con `with`; varios hilos pueden compartirlo.

    Un solo proceso escribe a la vez: el que llega segundo lee lo que hay y lo suyo se queda en memoria. Sin
    sitio en el disco también se sigue en memoria. Borrar un renglón lo olvida solo en este proceso.
    """

    def __init__(self, archivo: Path, llave: bytes) -> None:
        """`llave` son 32 bytes; `archivo` se crea (0600) al guardar el primer renglón."""
        self._ruta, self._aes = archivo, AESGCM(llave)
        self._renglones: dict[str, str] = {}
        self._archivo: BinaryIO | None = None
        self._candado = threading.RLock()

    def __enter__(self) -> Cuaderno:
        with contextlib.suppress(OSError):
            self._abrir()
        return self

    def __exit__(self, *_: object) -> None:
        self._soltar()

    def __getitem__(self, clave: str) -> str:
        return self._renglones[clave]

    def __setitem__(self, clave: str, valor: str) -> None:
        with self._candado:
            if self._renglones.get(clave) == valor:
                return
            self._renglones[clave] = valor
            self._escribir(json.dumps([clave, valor]).encode())

    def __delitem__(self, clave: str) -> None:
        del self._renglones[clave]

    def __iter__(self) -> Iterator[str]:
        with self._candado:
            return iter(list(self._renglones))

    def __len__(self) -> int:
        return len(self._renglones)

    # --- El archivo -------------------------------------------------------------------------------

    def _abrir(self) -> None:
        self._ruta.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._ruta, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        archivo = os.fdopen(descriptor, "r+b")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mio = True
        except BlockingIOError:
            mio = False
        sano = self._leer(archivo)
        if not mio:
            archivo.close()
            return
        archivo.truncate(sano)
        archivo.seek(sano)
        self._archivo = archivo

    def _leer(self, archivo: BinaryIO) -> int:
        """Los renglones que abren; hasta qué byte."""
        sano = 0
        while True:
            cabeza = archivo.read(_LARGO)
            largo = int.from_bytes(cabeza, "big")
            if len(cabeza) < _LARGO or not _NONCE + _MARCA <= largo <= _RENGLON_MAX:
                return sano
            cuerpo = archivo.read(largo)
            try:
                clave, valor = json.loads(self._aes.decrypt(cuerpo[:_NONCE], cuerpo[_NONCE:], _ATADO))
            except (InvalidTag, ValueError, TypeError):
                return sano
            self._renglones[clave] = valor
            sano += _LARGO + largo

    def _escribir(self, plano: bytes) -> None:
        if self._archivo is None:
            return
        nonce = os.urandom(_NONCE)
        cuerpo = nonce + self._aes.encrypt(nonce, plano, _ATADO)
        try:
            self._archivo.write(len(cuerpo).to_bytes(_LARGO, "big") + cuerpo)
            self._archivo.flush()
        except OSError:
            self._soltar()  # lo que quedó a medias se ignora al abrirlo otra vez

    def _soltar(self) -> None:
        if self._archivo is not None:
            with contextlib.suppress(OSError):
                self._archivo.close()
            self._archivo = None
