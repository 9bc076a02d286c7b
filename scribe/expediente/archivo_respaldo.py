"""El archivo de respaldo: una cabecera con las claves envueltas y, cifrado, un tar que se lee de corrido.

    «SCRIBE-RESPALDO-1» · largo (4) · cabecera JSON · tramos cifrados (cifrado_audio) de un tar:
        base/000000, base/000001…   el volcado de PostgreSQL, en trozos
        archivos/«carpeta»/«ruta»   audio y demás, tal como están (ya cifrados)
        manifiesto.json             al final: cuentas, cabeza de la bitácora y sha256 de todo lo anterior

La cabecera va autenticada: su sha256 es parte del contexto del cifrado. Sin el tramo final, o sin el
manifiesto, el archivo no vale: uno cortado a medias no puede pasar por bueno.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from scribe.expediente.cifrado import Clave, ClaveEnvuelta
from scribe.expediente.cifrado_audio import EscritorCifrado, LectorCifrado
from scribe.expediente.errores_seguridad import RespaldoInvalido

FIRMA = b"SCRIBE-RESPALDO-1\n"
_CABECERA_MAX = 1 << 20
_MANIFIESTO = "manifiesto.json"
_TROZO_DE_BASE = re.compile(r"base/(\d{6})")


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Cabecera(_Valor):
    """Lo que va en claro: con esto y la frase (o el archivo de clave) se abre lo demás."""

    esquema: Literal["1"] = "1"
    id: str
    instalacion: str
    creado: AwareDatetime
    llavero: bytes
    clave: ClaveEnvuelta


class Manifiesto(_Valor):
    """Lo que debe haber al restaurar."""

    esquema: Literal["1"] = "1"
    creado: datetime
    cuentas: dict[str, int]
    bitacora: dict[str, Any] = Field(default_factory=dict)
    base_sha256: str
    trozos: int
    archivos: dict[str, str]


class EscritorDeRespaldo:
    """Escribe un respaldo en un archivo ya abierto; `terminar` lo vuelve válido."""

    def __init__(self, destino: BinaryIO, cabecera: Cabecera, clave: Clave) -> None:
        datos = cabecera.model_dump_json().encode()
        destino.write(FIRMA + len(datos).to_bytes(4, "big") + datos)
        self._cifrado = EscritorCifrado(destino, clave, _contexto(cabecera.id, datos))
        # Vive lo que el escritor: se cierra en `terminar`.
        self._tubo = _Tubo(self._cifrado)
        self._tar = tarfile.open(  # noqa: SIM115
            mode="w|", fileobj=self._tubo, format=tarfile.PAX_FORMAT
        )
        self._suma, self._trozos, self._archivos = hashlib.sha256(), 0, dict[str, str]()

    def abandonar(self) -> None:
        """No se va a terminar: lo que tarfile quiera escribir al cerrarse ya no va a ninguna parte."""
        self._tubo.abandonado = True

    def agregar_base(self, trozos: Iterable[bytes]) -> None:
        """El volcado, trozo por trozo."""
        for trozo in trozos:
            self._suma.update(trozo)
            self._miembro(f"base/{self._trozos:06d}", len(trozo), io.BytesIO(trozo))
            self._trozos += 1

    def agregar_archivo(self, nombre: str, ruta: Path) -> None:
        """Un archivo, tal como está. Lanza `RespaldoInvalido` si cambia de tamaño mientras se lee."""
        with ruta.open("rb") as archivo:
            lector = _ConSuma(archivo)
            tamano = os.fstat(archivo.fileno()).st_size
            try:
                self._miembro(f"archivos/{nombre}", tamano, lector)
            except OSError as causa:
                if causa.errno is not None:
                    raise  # no es que cambiara: no se pudo leer, o no cupo en el destino
                raise RespaldoInvalido("Un archivo cambió mientras se respaldaba.", "Repita.") from causa
            self._archivos[nombre] = lector.suma.hexdigest()

    def terminar(self, creado: datetime, cuentas: dict[str, int], bitacora: dict[str, Any]) -> Manifiesto:
        """Escribe el manifiesto y el tramo final."""
        manifiesto = Manifiesto(
            creado=creado,
            cuentas=cuentas,
            bitacora=bitacora,
            base_sha256=self._suma.hexdigest(),
            trozos=self._trozos,
            archivos=self._archivos,
        )
        datos = manifiesto.model_dump_json().encode()
        self._miembro(_MANIFIESTO, len(datos), io.BytesIO(datos))
        self._tar.close()
        self._cifrado.terminar()
        return manifiesto

    def _miembro(self, nombre: str, tamano: int, datos: IO[bytes] | _ConSuma) -> None:
        ficha = tarfile.TarInfo(nombre)
        ficha.size, ficha.mode = tamano, 0o600
        self._tar.addfile(ficha, datos)


class LectorDeRespaldo:
    """Lee un respaldo de corrido, una vez. Cada parte se entrega ya autenticada."""

    def __init__(self, origen: BinaryIO, clave: Clave, cabecera: Cabecera, octetos: bytes) -> None:
        lector = LectorCifrado(origen, clave, _contexto(cabecera.id, octetos))
        try:
            self._tar = tarfile.open(mode="r|", fileobj=io.BufferedReader(lector, 1 << 20))  # noqa: SIM115
        except tarfile.TarError:
            raise _malo("está vacío o dañado") from None
        self._siguiente: tarfile.TarInfo | None = None
        self._suma, self._trozos, self._archivos = hashlib.sha256(), 0, dict[str, str]()

    def base(self) -> Iterator[bytes]:
        """Los trozos del volcado, en orden."""
        while (ficha := self._mirar()) is not None and (parte := _TROZO_DE_BASE.fullmatch(ficha.name)):
            if int(parte[1]) != self._trozos:
                raise _malo("le faltan partes de la base")
            datos = self._abrir(ficha).read()
            self._suma.update(datos)
            self._trozos += 1
            self._siguiente = None
            yield datos

    def archivos(self) -> Iterator[tuple[str, _ConSuma]]:
        """Cada archivo con su contenido; hay que leerlo completo antes de pedir el siguiente."""
        while (ficha := self._mirar()) is not None and ficha.name.startswith("archivos/"):
            nombre = ficha.name.removeprefix("archivos/")
            _exigir_dentro(nombre)
            lector = _ConSuma(self._abrir(ficha))
            self._siguiente = None
            yield nombre, lector
            while lector.read(1 << 20):
                pass
            self._archivos[nombre] = lector.suma.hexdigest()

    def manifiesto(self) -> Manifiesto:
        """El manifiesto, comprobado contra todo lo leído. Lanza `RespaldoInvalido`."""
        ficha = self._mirar()
        if ficha is None or ficha.name != _MANIFIESTO:
            raise _malo("no llegó a terminarse")
        try:
            manifiesto = Manifiesto.model_validate_json(self._abrir(ficha).read())
        except ValidationError:
            raise _malo("su manifiesto no se entiende") from None
        leido = (self._suma.hexdigest(), self._trozos, self._archivos)
        if leido != (manifiesto.base_sha256, manifiesto.trozos, manifiesto.archivos):
            raise _malo("lo que contiene no es lo que dice su manifiesto")
        return manifiesto

    def _mirar(self) -> tarfile.TarInfo | None:
        if self._siguiente is None:
            try:
                self._siguiente = self._tar.next()
            except tarfile.TarError:
                raise _malo("está dañado") from None
        if self._siguiente is not None and not self._siguiente.isreg():
            raise _malo("contiene algo que no es un archivo")
        return self._siguiente

    def _abrir(self, ficha: tarfile.TarInfo) -> IO[bytes]:
        archivo = self._tar.extractfile(ficha)
        if archivo is None:
            raise _malo("está dañado")
        return archivo


def leer_cabecera(origen: BinaryIO) -> tuple[Cabecera, bytes]:
    """La cabecera y sus bytes; deja `origen` donde empieza lo cifrado. Lanza `RespaldoInvalido`."""
    if origen.read(len(FIRMA)) != FIRMA:
        raise _malo("no es un respaldo de Scribe, o es de otra versión")
    largo = int.from_bytes(origen.read(4), "big")
    datos = origen.read(largo) if largo <= _CABECERA_MAX else b""
    try:
        if len(datos) != largo:
            raise ValueError
        return Cabecera.model_validate_json(datos), datos
    except ValueError:
        raise _malo("su cabecera está dañada") from None


def _contexto(id: str, octetos: bytes) -> str:
    return f"respaldo:{id}|archivo.contenido:{hashlib.sha256(octetos).hexdigest()}"


def _exigir_dentro(nombre: str) -> None:
    ruta = PurePosixPath(nombre)
    if ruta.is_absolute() or ".." in ruta.parts or not ruta.parts:
        raise _malo("nombra archivos fuera de su carpeta")


def _malo(porque: str) -> RespaldoInvalido:
    return RespaldoInvalido(f"El respaldo no sirve: {porque}.", "Use otro respaldo.")


class _ConSuma:
    """Un archivo de lectura que va sumando lo que pasa por él."""

    def __init__(self, archivo: IO[bytes]) -> None:
        self._archivo = archivo
        self.suma = hashlib.sha256()

    def read(self, cuanto: int = -1) -> bytes:
        """Lee y suma."""
        datos = self._archivo.read(cuanto)
        self.suma.update(datos)
        return datos


class _Tubo(io.RawIOBase):
    """Solo escritura y sin cierre: tarfile cierra lo que recibe y el tramo final lo pone `terminar`."""

    def __init__(self, destino: EscritorCifrado) -> None:
        super().__init__()
        self._destino, self.abandonado = destino, False

    def writable(self) -> bool:
        return True

    def write(self, datos: object) -> int:
        if self.abandonado:
            return memoryview(datos).nbytes  # type: ignore[arg-type]
        return self._destino.write(datos)
