"""El llavero: las claves maestras, envueltas, y lo que se deriva de la semilla de la instalación.

    frase / archivo / sistema ──argon2id o HKDF──▶ KEK (nunca se guarda)
      └─ envuelve ▶ maestras (una activa) ─ envuelven ▶ claves de datos (en la base)
                      └─ envuelve ▶ semilla ──HKDF──▶ índices ciegos · bitácora · sellos · copias

Rotar la maestra re-envuelve las claves de datos y la semilla; no vuelve a cifrar ningún dato ni cambia
los índices ni la cadena de la bitácora. Cambiar de frase solo re-envuelve las maestras. El archivo
(0600) se reemplaza entero y va autenticado con la KEK: si alguien lo edita, no abre.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from scribe.expediente.cifrado import AlmacenDeClaves, Clave, ClaveEnvuelta
from scribe.expediente.errores_seguridad import CifradoInvalido, LlaveroCerrado
from scribe.expediente.fuentes_clave import Fuente, exigir_privado

GRACIA = timedelta(hours=24)
"""Cuánto espera una maestra saliente: otro proceso pudo envolver algo con ella justo antes de rotar."""

_INDICES, _BITACORA = b"scribe/indices/v1", b"scribe/bitacora/v1"
_SELLOS, _COPIAS = b"scribe/sellos/v1", b"scribe/copia-local/v1"


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Maestra(_Valor):
    """Una clave maestra tal como se guarda."""

    id: str
    creada: datetime
    estado: Literal["activa", "saliente"]
    salio: datetime | None = None
    envuelta: str


class ContenidoLlavero(_Valor):
    """El archivo del llavero: nada de lo que dice sirve sin la KEK."""

    esquema: Literal["1"] = "1"
    instalacion: str
    fuente: str
    parametros: dict[str, Any]
    maestras: tuple[Maestra, ...]
    semilla: str
    sello: str = ""

    def por_sellar(self) -> bytes:
        """Los bytes que autentica el sello."""
        dato = self.model_dump(mode="json", exclude={"sello"})
        return json.dumps(dato, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class _Abierto:
    """El llavero en memoria, con sus claves."""

    contenido: ContenidoLlavero
    maestras: dict[str, Clave]
    semilla: Clave
    version: tuple[int, int, int]

    @property
    def activa(self) -> str:
        return next(m.id for m in self.contenido.maestras if m.estado == "activa")


class Llavero:
    """Las claves de una instalación, abiertas. Se obtiene con `crear` o `abrir`."""

    def __init__(self, ruta: Path, kek: Clave, abierto: _Abierto) -> None:
        self._ruta, self._kek, self._abierto = ruta, kek, abierto
        self._candado = threading.RLock()

    def __repr__(self) -> str:
        return f"Llavero(instalacion={self._abierto.contenido.instalacion!r})"

    # --- Abrir y crear ---------------------------------------------------------------------------

    @classmethod
    def crear(cls, ruta: Path, fuente: Fuente) -> Llavero:
        """Un llavero nuevo en `ruta`. Lanza `SecretoInseguro`, o `LlaveroCerrado` si ya hay uno."""
        ruta.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(f"{ruta}.candado"):
            if ruta.exists():
                raise LlaveroCerrado("Ya hay un llavero aquí; crear otro dejaría ilegible el expediente.")
            parametros = fuente.nuevos_parametros()
            kek = fuente.clave(parametros)
            instalacion = str(uuid.uuid4())
            nueva, material = _maestra_nueva(kek, instalacion)
            semilla = Clave.nueva()
            contenido = ContenidoLlavero(
                instalacion=instalacion,
                fuente=fuente.tipo,
                parametros=parametros,
                maestras=(nueva,),
                semilla=material.envolver(semilla, _contexto(instalacion, "semilla", nueva.id)).hex(),
            )
            _escribir(ruta, _sellado(contenido, kek))
        return cls.abrir(ruta, fuente)

    @classmethod
    def abrir(cls, ruta: Path, fuente: Fuente) -> Llavero:
        """Abre el llavero. Lanza `LlaveroCerrado` (clave ajena, archivo alterado) o `SecretoInseguro`."""
        exigir_privado(ruta)
        contenido, version = _leer(ruta)
        kek = _kek(contenido, fuente)
        return cls(ruta, kek, _desenvolver(contenido, kek, version))

    @property
    def ruta(self) -> Path:
        """El archivo."""
        return self._ruta

    @property
    def instalacion(self) -> str:
        """Identidad de esta instalación; no es secreta."""
        return self._abierto.contenido.instalacion

    @property
    def maestra_activa(self) -> str:
        """El nombre de la maestra con que se envuelve lo nuevo."""
        return self._vigente().activa

    def copia(self) -> bytes:
        """Los bytes del archivo, para el respaldo: sin la frase o el archivo de clave no abren."""
        return self._vigente().contenido.model_dump_json(indent=1).encode()

    # --- Claves de datos ---------------------------------------------------------------------------

    def nueva_clave(self, id: str) -> ClaveEnvuelta:
        """Una clave de datos nueva para ese dueño, envuelta por la maestra activa."""
        return self._envolver(id, Clave.nueva(), self._vigente())

    def abrir_clave(self, guardada: ClaveEnvuelta) -> Clave:
        """La clave de datos. Lanza `CifradoInvalido` si es de otro dueño, de otra maestra o se alteró."""
        abierto = self._vigente()
        maestra = abierto.maestras.get(guardada.maestra)
        if maestra is None:
            raise CifradoInvalido("Una clave de datos la envuelve una maestra que este llavero no tiene.")
        return maestra.desenvolver(
            guardada.envuelta, _contexto(abierto.contenido.instalacion, "datos", guardada.id)
        )

    def reenvolver(self, guardada: ClaveEnvuelta) -> ClaveEnvuelta:
        """La misma clave de datos, envuelta por la maestra activa."""
        return self._envolver(guardada.id, self.abrir_clave(guardada), self._vigente())

    def _envolver(self, id: str, clave: Clave, abierto: _Abierto) -> ClaveEnvuelta:
        contexto = _contexto(abierto.contenido.instalacion, "datos", id)
        envuelta = abierto.maestras[abierto.activa].envolver(clave, contexto)
        return ClaveEnvuelta(id=id, maestra=abierto.activa, envuelta=envuelta)

    # --- Lo que se deriva de la semilla ---------------------------------------------------------------

    def indice(self, valor: bytes, contexto: str) -> bytes:
        """Índice ciego de 32 bytes: cada contexto («curp», «nombre»…) usa su propia clave."""
        clave = self._semilla().derivada(_INDICES).derivada(contexto.encode())
        return hmac.digest(clave.material(), valor, hashlib.sha256)

    def clave_de_bitacora(self) -> bytes:
        """El secreto de la bitácora (`LlaveBitacora`): 32 bytes fuera de la base, que no cambian al rotar."""
        return self._semilla().derivada(_BITACORA).material()

    def sellar(self, datos: bytes) -> bytes:
        """HMAC-SHA-256 de la instalación sobre esos bytes (firma simple)."""
        return hmac.digest(self._semilla().derivada(_SELLOS).material(), datos, hashlib.sha256)

    def sello_valido(self, datos: bytes, sello: bytes) -> bool:
        """Si ese sello lo hizo esta instalación sobre esos bytes."""
        return hmac.compare_digest(self.sellar(datos), sello)

    def clave_de_copia(self, usuario: uuid.UUID, grabacion: uuid.UUID) -> bytes:
        """32 bytes para la copia que un navegador guarda de esa grabación; no cambian al rotar."""
        clave = self._semilla().derivada(_COPIAS).material()
        return hmac.digest(clave, usuario.bytes + grabacion.bytes, hashlib.sha256)

    def _semilla(self) -> Clave:
        return self._vigente().semilla

    # --- Cambiar -------------------------------------------------------------------------------------

    def cambiar_fuente(self, fuente: Fuente) -> None:
        """Otra frase, otro archivo o el almacén del sistema: re-envuelve las maestras con la KEK nueva."""
        with self._cambio() as abierto:
            parametros = fuente.nuevos_parametros()
            kek = fuente.clave(parametros)
            instalacion = abierto.contenido.instalacion
            maestras = tuple(
                m.model_copy(
                    update={
                        "envuelta": kek.envolver(
                            abierto.maestras[m.id], _contexto(instalacion, "maestra", m.id)
                        ).hex()
                    }
                )
                for m in abierto.contenido.maestras
            )
            cambios = {"fuente": fuente.tipo, "parametros": parametros, "maestras": maestras}
            self._guardar(abierto.contenido.model_copy(update=cambios), kek)

    def iniciar_rotacion(self, ahora: datetime | None = None) -> str:
        """Crea una maestra nueva y la hace activa; la anterior queda saliente. Devuelve su nombre.

        Si ya hay una rotación sin terminar, la continúa en vez de empezar otra.
        """
        with self._cambio() as abierto:
            contenido = abierto.contenido
            if any(m.estado == "saliente" for m in contenido.maestras):
                return abierto.activa
            nueva, material = _maestra_nueva(self._kek, contenido.instalacion)
            salio = ahora or datetime.now(UTC)
            salientes = tuple(
                m.model_copy(update={"estado": "saliente", "salio": salio}) for m in contenido.maestras
            )
            semilla = material.envolver(
                abierto.semilla, _contexto(contenido.instalacion, "semilla", nueva.id)
            ).hex()
            cambios = {"maestras": (*salientes, nueva), "semilla": semilla}
            self._guardar(contenido.model_copy(update=cambios), self._kek)
            return nueva.id

    def retirar_salientes(self, almacen: AlmacenDeClaves, ahora: datetime | None = None) -> bool:
        """Olvida las maestras salientes si ya nada depende de ellas y pasó la gracia. Dice si lo hizo."""
        with self._cambio() as abierto:
            salientes = [m for m in abierto.contenido.maestras if m.estado == "saliente"]
            limite = (ahora or datetime.now(UTC)) - GRACIA
            recientes = any(m.salio is None or m.salio > limite for m in salientes)
            if not salientes or recientes or almacen.ajenas_a(abierto.activa, 1):
                return False
            quedan = tuple(m for m in abierto.contenido.maestras if m.estado == "activa")
            self._guardar(abierto.contenido.model_copy(update={"maestras": quedan}), self._kek)
            return True

    @contextmanager
    def _cambio(self) -> Iterator[_Abierto]:
        """Candado entre procesos, y el llavero tal como está ahora en disco."""
        with FileLock(f"{self._ruta}.candado"), self._candado:
            yield self._vigente()

    def _guardar(self, contenido: ContenidoLlavero, kek: Clave) -> None:
        _escribir(self._ruta, _sellado(contenido, kek))
        leido, version = _leer(self._ruta)
        self._kek, self._abierto = kek, _desenvolver(leido, kek, version)

    def _vigente(self) -> _Abierto:
        """Lo abierto; si otro proceso cambió el archivo (rotó), lo vuelve a abrir con la misma KEK.

        Si la frase cambió en otro proceso, este sigue con las maestras que ya tiene.
        """
        with self._candado:
            try:
                if _version(self._ruta) != self._abierto.version:
                    contenido, version = _leer(self._ruta)
                    self._abierto = _desenvolver(contenido, self._kek, version)
            except (OSError, LlaveroCerrado):
                pass
            return self._abierto


def rotar(llavero: Llavero, almacen: AlmacenDeClaves, lote: int = 500) -> int:
    """Rota la maestra (o termina una rotación interrumpida); devuelve cuántas claves re-envolvió.

    Cada clave se cambia por separado y solo si nadie la cambió antes: se puede interrumpir y repetir.
    """
    activa, hechas = llavero.iniciar_rotacion(), 0
    while pendientes := almacen.ajenas_a(activa, lote):
        avance = sum(almacen.reemplazar(vieja, llavero.reenvolver(vieja)) for vieja in pendientes)
        hechas += avance
        if not avance and almacen.ajenas_a(activa, lote) == pendientes:
            raise CifradoInvalido(
                "La base no acepta las claves re-envueltas.", "Revise sus permisos y repita."
            )
    return hechas


def como_se_abre(llavero: bytes) -> str:
    """«frase», «archivo» o «sistema», según los bytes de un llavero. Lanza `LlaveroCerrado` si no lo es."""
    return _validar(llavero).fuente


def escribir_copia(copia: bytes, ruta: Path) -> None:
    """Pone en su sitio el llavero de un respaldo (0600, entero o nada)."""
    ruta.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _escribir(ruta, _validar(copia))


# --- El archivo ------------------------------------------------------------------------------------


def _contexto(instalacion: str, que: str, cual: str) -> str:
    return f"llavero:{instalacion}|{que}:{cual}"


def _maestra_nueva(kek: Clave, instalacion: str) -> tuple[Maestra, Clave]:
    material, nombre = Clave.nueva(), str(uuid.uuid4())
    envuelta = kek.envolver(material, _contexto(instalacion, "maestra", nombre)).hex()
    return Maestra(id=nombre, creada=datetime.now(UTC), estado="activa", envuelta=envuelta), material


def _sellado(contenido: ContenidoLlavero, kek: Clave) -> ContenidoLlavero:
    clave = kek.derivada(b"scribe/llavero/v1").material()
    sello = hmac.digest(clave, contenido.por_sellar(), hashlib.sha256).hex()
    return contenido.model_copy(update={"sello": sello})


def _kek(contenido: ContenidoLlavero, fuente: Fuente) -> Clave:
    if contenido.fuente != fuente.tipo:
        raise LlaveroCerrado(f"Este llavero se abre con «{contenido.fuente}», no con «{fuente.tipo}».")
    try:
        return fuente.clave(contenido.parametros)
    except (KeyError, ValueError, TypeError):
        raise LlaveroCerrado("Al llavero le faltan parámetros.", "Restáurelo de un respaldo.") from None


def _desenvolver(contenido: ContenidoLlavero, kek: Clave, version: tuple[int, int, int]) -> _Abierto:
    if not hmac.compare_digest(_sellado(contenido, kek).sello, contenido.sello):
        raise LlaveroCerrado(
            "El llavero no abre: la clave no es la suya, o el archivo se alteró.",
            "Escriba la frase otra vez; si es la correcta, restaure el llavero de un respaldo.",
        )
    instalacion = contenido.instalacion
    try:
        maestras = {
            m.id: kek.desenvolver(bytes.fromhex(m.envuelta), _contexto(instalacion, "maestra", m.id))
            for m in contenido.maestras
        }
        activa = next(m.id for m in contenido.maestras if m.estado == "activa")
        semilla = maestras[activa].desenvolver(
            bytes.fromhex(contenido.semilla), _contexto(instalacion, "semilla", activa)
        )
    except (CifradoInvalido, ValueError, StopIteration):
        raise LlaveroCerrado("El llavero está dañado.", "Restáurelo de un respaldo.") from None
    return _Abierto(contenido, maestras, semilla, version)


def _validar(datos: bytes) -> ContenidoLlavero:
    try:
        return ContenidoLlavero.model_validate_json(datos)
    except ValidationError:
        raise LlaveroCerrado("El llavero no se entiende.", "Restáurelo de un respaldo.") from None


def _leer(ruta: Path) -> tuple[ContenidoLlavero, tuple[int, int, int]]:
    version = _version(ruta)
    return _validar(ruta.read_bytes()), version


def _version(ruta: Path) -> tuple[int, int, int]:
    estado = ruta.stat()
    return estado.st_ino, estado.st_mtime_ns, estado.st_size


def _escribir(ruta: Path, contenido: ContenidoLlavero) -> None:
    """Entero o nada: temporal 0600, a disco, y renombrado."""
    descriptor, parcial = tempfile.mkstemp(dir=ruta.parent, prefix=f".{ruta.name}.")
    try:
        with os.fdopen(descriptor, "wb") as archivo:
            archivo.write(contenido.model_dump_json(indent=1).encode())
            archivo.flush()
            os.fsync(archivo.fileno())
        Path(parcial).replace(ruta)
    except BaseException:
        Path(parcial).unlink(missing_ok=True)
        raise
    carpeta = os.open(ruta.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(carpeta)
    finally:
        os.close(carpeta)
