"""Resultados intermedios de cada etapa, para no volver a transcribir lo ya transcrito.

Cada resultado se guarda bajo una clave que reúne el hash del audio, la identidad de los modelos, los
ajustes y el código que lo produjo: si algo cambia, la clave cambia. El contenido es dato de salud y
va cifrado (AES-256-GCM) con una llave que sale de los bytes de la propia grabación: sin la grabación
no hay manera de leerlo, y no queda ninguna llave que guardar. Un archivo ilegible se ignora.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

_NONCE = 12
_CADUCA_S = 30 * 24 * 3600.0
_FUENTES = (".py", ".toml", ".tsv", ".csv", ".json", ".gbnf")


@dataclass(frozen=True, slots=True)
class Almacen:
    """Guarda y devuelve resultados de etapas de una grabación.

    `carpeta` se crea con permisos 0700; `llave` son 32 bytes. Con `activo=False` no lee ni escribe.
    """

    carpeta: Path
    llave: bytes
    activo: bool = True

    @classmethod
    def de_grabacion(cls, carpeta: Path, audio: Path, *, activo: bool) -> Almacen:
        """El almacén de una grabación; la llave se deriva de sus bytes (BLAKE2b personalizado)."""
        suma = hashlib.blake2b(digest_size=32, person=b"scribe-etapas")
        if activo:
            with audio.open("rb") as archivo:
                while trozo := archivo.read(1 << 20):
                    suma.update(trozo)
        return cls(carpeta / "etapas", suma.digest(), activo)

    def recordar(self, clave: str, tipo: TypeAdapter[T], hacer: Callable[[], T]) -> tuple[T, bool]:
        """El resultado guardado bajo `clave`, o el de `hacer()`, que se guarda. Dice si ya estaba."""
        if not self.activo:
            return hacer(), False
        archivo = self.carpeta / f"{clave}-{self._marca()}.bin"
        with contextlib.suppress(OSError, InvalidTag, ValidationError, ValueError):
            bytes_ = archivo.read_bytes()
            plano = AESGCM(self.llave).decrypt(bytes_[:_NONCE], bytes_[_NONCE:], clave.encode())
            return tipo.validate_json(plano), True
        resultado = hacer()
        self._guardar(archivo, clave, tipo.dump_json(resultado))
        return resultado, False

    def _marca(self) -> str:
        """De qué grabación es, sin decirlo: dos grabaciones con los mismos ajustes no se pisan."""
        return hashlib.blake2b(self.llave, digest_size=8, person=b"scribe-nombre").hexdigest()

    def _guardar(self, archivo: Path, clave: str, plano: bytes) -> None:
        """Escribe cifrado y de una vez; sin sitio o sin permiso, se trabaja sin caché."""
        with contextlib.suppress(OSError):
            self.carpeta.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._barrer()
            nonce = os.urandom(_NONCE)
            cifrado = nonce + AESGCM(self.llave).encrypt(nonce, plano, clave.encode())
            descriptor, parcial = tempfile.mkstemp(dir=self.carpeta, suffix=".parcial")
            try:
                with os.fdopen(descriptor, "wb") as salida:
                    salida.write(cifrado)
                Path(parcial).replace(archivo)
            except OSError:
                Path(parcial).unlink(missing_ok=True)

    def _barrer(self) -> None:
        """Borra lo que nadie ha usado en 30 días y los parciales de procesos muertos."""
        ahora = time.time()
        for viejo in self.carpeta.iterdir():
            with contextlib.suppress(FileNotFoundError):  # otro proceso lo renombró o lo barrió
                edad = ahora - viejo.stat().st_mtime
                if edad > _CADUCA_S or (viejo.suffix == ".parcial" and edad > 3600):
                    viejo.unlink(missing_ok=True)


def clave(etapa: str, *partes: Mapping[str, Any] | str | None, cuartos: tuple[str, ...]) -> str:
    """Clave de una etapa: hash de sus entradas y del código de los cuartos que la hacen."""
    dato = json.dumps([etapa, *partes, *(huella_de_codigo(c) for c in cuartos)], sort_keys=True, default=str)
    return f"{etapa}-{hashlib.sha256(dato.encode()).hexdigest()[:40]}"


@lru_cache
def huella_de_codigo(cuarto: str) -> str:
    """Hash del código y los datos de un cuarto (`scribe/<cuarto>`), para invalidar al cambiarlos."""
    raiz = Path(str(resources.files("scribe"))) / cuarto
    suma = hashlib.sha256()
    archivos = [raiz.with_suffix(".py")] if raiz.with_suffix(".py").is_file() else sorted(raiz.rglob("*"))
    for archivo in archivos:
        if archivo.suffix in _FUENTES:
            suma.update(archivo.name.encode() + b"\0" + archivo.read_bytes())
    return suma.hexdigest()
