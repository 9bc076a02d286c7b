"""De dónde sale la clave que abre el llavero: una frase, un archivo o el almacén del sistema.

Ninguna se guarda en el llavero. La app se niega a usar las que cualquiera probaría primero
(`datos/secretos_prohibidos.txt`), las débiles y las que otro usuario del equipo podría leer.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from argon2.low_level import Type, hash_secret_raw

from scribe.expediente.cifrado import LARGO, Clave, derivar
from scribe.expediente.claves_paso import puntaje
from scribe.expediente.errores_seguridad import LlaveroCerrado, SecretoInseguro

FRASE_MINIMA = 12
_PUNTAJE_MINIMO = 3  # de zxcvbn (0 a 4): «resiste un ataque fuera de línea moderado»
_DISTINTOS_MINIMOS = 16  # 32 bytes al azar tienen ~30 valores distintos; menos de 16 no ocurre por azar
_COSTO_KIB_MAX = 4 * 2**20
_PASADAS_MAX, _CARRILES_MAX = 64, 16


class Fuente(Protocol):
    """Algo que da la clave que envuelve las maestras."""

    @property
    def tipo(self) -> str:
        """«frase», «archivo» o «sistema»: el llavero recuerda con cuál se abre."""
        ...

    def nuevos_parametros(self) -> dict[str, Any]:
        """Lo público que habrá que guardar para volver a obtener la misma clave."""
        ...

    def clave(self, parametros: Mapping[str, Any]) -> Clave:
        """La clave. Lanza `LlaveroCerrado` o `SecretoInseguro`."""
        ...


@dataclass(frozen=True, slots=True)
class Costo:
    """Costo de argon2id. Por omisión, 256 MiB y 3 pasadas: alrededor de un segundo, una vez al arrancar."""

    memoria_kib: int = 256 * 1024
    pasadas: int = 3
    carriles: int = 4


@dataclass(frozen=True, slots=True)
class FuenteFrase:
    """Una frase que alguien escribe al arrancar; es la única que protege un equipo robado encendiéndolo."""

    frase: str = field(repr=False)
    costo: Costo = Costo()
    tipo: str = field(default="frase", init=False)

    def nuevos_parametros(self) -> dict[str, Any]:
        """Sal nueva y costo."""
        return {
            "sal": os.urandom(16).hex(),
            "memoria_kib": self.costo.memoria_kib,
            "pasadas": self.costo.pasadas,
            "carriles": self.costo.carriles,
        }

    def clave(self, parametros: Mapping[str, Any]) -> Clave:
        """argon2id de la frase (RFC 9106), normalizada a NFC para que valga en cualquier teclado."""
        comprobar_frase(self.frase)
        memoria, pasadas, carriles = (int(parametros[n]) for n in ("memoria_kib", "pasadas", "carriles"))
        # Un llavero manipulado no debe poder agotar la memoria del equipo.
        if not (
            8 <= memoria <= _COSTO_KIB_MAX and 1 <= pasadas <= _PASADAS_MAX and 1 <= carriles <= _CARRILES_MAX
        ):
            raise LlaveroCerrado("El llavero pide un costo de frase imposible.", "Restáurelo de un respaldo.")
        frase = unicodedata.normalize("NFC", self.frase).encode()
        sal = bytes.fromhex(str(parametros["sal"]))
        return Clave(hash_secret_raw(frase, sal, pasadas, memoria, carriles, LARGO, Type.ID))


@dataclass(frozen=True, slots=True)
class FuenteArchivo:
    """Un archivo con 64 dígitos hexadecimales, 0600, que conviene llevar en otro disco."""

    ruta: Path
    tipo: str = field(default="archivo", init=False)

    def nuevos_parametros(self) -> dict[str, Any]:
        """Nada que guardar."""
        return {}

    def clave(self, parametros: Mapping[str, Any]) -> Clave:
        """Lee el archivo si solo lo puede leer su dueño."""
        exigir_privado(self.ruta)
        return _de_hexadecimal(self.ruta.read_text(encoding="ascii", errors="replace"))


def crear_archivo_de_clave(ruta: Path) -> FuenteArchivo:
    """Crea un archivo de clave nuevo (0600). Lanza `FileExistsError` si ya hay uno."""
    descriptor = os.open(ruta, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as archivo:
        archivo.write(os.urandom(LARGO).hex() + "\n")
        archivo.flush()
        os.fsync(archivo.fileno())
    return FuenteArchivo(ruta)


@dataclass(frozen=True, slots=True)
class FuenteSistema:
    """El almacén de contraseñas del sistema (keyring): Secret Service, llavero de macOS, Windows."""

    cuenta: str = "expediente"
    servicio: str = "scribe"
    tipo: str = field(default="sistema", init=False)

    def nuevos_parametros(self) -> dict[str, Any]:
        """Crea el secreto si no lo hay."""
        almacen = _keyring()
        try:
            if almacen.get_password(self.servicio, self.cuenta) is None:
                almacen.set_password(self.servicio, self.cuenta, os.urandom(LARGO).hex())
        except Exception as causa:
            raise _sin_almacen() from causa
        return {"servicio": self.servicio, "cuenta": self.cuenta}

    def clave(self, parametros: Mapping[str, Any]) -> Clave:
        """Pide el secreto al sistema."""
        try:
            guardado = _keyring().get_password(self.servicio, self.cuenta)
        except Exception as causa:
            raise _sin_almacen() from causa
        if guardado is None:
            raise LlaveroCerrado(
                "El almacén del sistema no tiene la clave de este expediente.",
                "Inicie sesión con el usuario que lo creó, o abra con la frase.",
            )
        return _de_hexadecimal(str(guardado))


def comprobar_frase(frase: str) -> None:
    """Lanza `SecretoInseguro` si la frase es corta, conocida o adivinable."""
    limpia = unicodedata.normalize("NFC", frase).strip()
    if limpia.casefold() in _prohibidos():
        raise SecretoInseguro("La frase maestra es una de ejemplo.", "Elija una propia de varias palabras.")
    if len(limpia) < FRASE_MINIMA or puntaje(limpia) < _PUNTAJE_MINIMO:
        raise SecretoInseguro(
            "La frase maestra es fácil de adivinar.",
            f"Use al menos {FRASE_MINIMA} caracteres: cuatro o cinco palabras sin relación entre sí.",
        )


def exigir_privado(ruta: Path) -> None:
    """Lanza `SecretoInseguro` si el archivo lo puede leer alguien más, o `LlaveroCerrado` si no está."""
    try:
        estado = ruta.lstat()
    except OSError:
        raise LlaveroCerrado(f"No se puede leer {ruta.name}.", "Revise la ruta y los permisos.") from None
    if not stat.S_ISREG(estado.st_mode):
        raise SecretoInseguro(f"{ruta.name} no es un archivo común.", "Ponga ahí el archivo, no un enlace.")
    if estado.st_mode & 0o077 or estado.st_uid not in {os.geteuid(), 0}:
        raise SecretoInseguro(f"Otros usuarios pueden leer {ruta.name}.", f"Ejecute: chmod 600 {ruta.name}")


def _de_hexadecimal(texto: str) -> Clave:
    """32 bytes escritos en hexadecimal; rechaza los que nadie sacó de un generador."""
    limpio = texto.strip()
    try:
        material = bytes.fromhex(limpio)
    except ValueError:
        material = b""
    if len(material) != LARGO:
        raise SecretoInseguro("La clave no son 64 dígitos hexadecimales.", "Créela con: scribe clave nueva")
    if limpio.casefold() in _prohibidos() or len(set(material)) < _DISTINTOS_MINIMOS:
        raise SecretoInseguro("La clave es de ejemplo, no es al azar.", "Créela con: scribe clave nueva")
    return Clave(derivar(material, b"scribe/kek-archivo/v1"))


@lru_cache(maxsize=1)
def _prohibidos() -> frozenset[str]:
    texto = files("scribe.expediente").joinpath("datos", "secretos_prohibidos.txt").read_text("utf-8")
    renglones = (r.split("#")[0].strip().casefold() for r in texto.splitlines())
    return frozenset(r for r in renglones if r)


def _keyring() -> Any:
    import keyring

    return keyring


def _sin_almacen() -> LlaveroCerrado:
    return LlaveroCerrado(
        "El sistema no ofrece un almacén de contraseñas.", "Use una frase o un archivo de clave."
    )
