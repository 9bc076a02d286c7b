"""Los trozos de una subida en el disco: cifrados, sincronizados y con su hash en el nombre.

Un trozo existe cuando su archivo tiene su nombre definitivo, `NNNNNN-«octetos»-«sha256».trozo`: antes de
eso se escribió, se comprobó y se sincronizó. Lo demás (`.parcial`) es de alguien que no terminó.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from scribe.expediente.cifrado import Clave
from scribe.expediente.cifrado_audio import EscritorCifrado, LectorCifrado
from scribe.trabajos.audio import a_disco, carpeta_a_disco, contexto
from scribe.trabajos.capacidad import disco_lleno_claro
from scribe.trabajos.errores import SubidaRechazada, SubidaTerminada, TrozoCorrupto
from scribe.trabajos.modelo import TrozoGuardado

TROZO_MAX = 16 << 20
TROZOS_MAX = 100_000
_LECTURA = 1 << 18
_NOMBRE = re.compile(r"^(\d{6})-(\d+)-([0-9a-f]{64})\.trozo$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


class Carpeta:
    """Los trozos de una subida."""

    def __init__(self, subidas: Path, subida: UUID) -> None:
        self.ruta = subidas / subida.hex
        self._subida = subida

    @property
    def archivo_cerrojo(self) -> Path:
        """El archivo del cerrojo, junto a la carpeta."""
        return self.ruta.with_suffix(".cerrojo")

    def crear(self) -> None:
        """La deja lista y a salvo."""
        self.ruta.mkdir(parents=True, exist_ok=True, mode=0o700)
        carpeta_a_disco(self.ruta.parent)

    @contextmanager
    def cerrojo(self) -> Iterator[None]:
        """Uno solo cierra o descarta a la vez; se suelta solo si el proceso muere."""
        self.ruta.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.archivo_cerrojo, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def trozo(self, numero: int) -> TrozoGuardado | None:
        """Ese, si ya está a salvo. Una hora grabada por segundos son miles: no se miran los demás."""
        principio = f"{numero:06}-"
        with suppress(FileNotFoundError), os.scandir(self.ruta) as hay:
            for archivo in hay:
                if archivo.name.startswith(principio) and (partes := _NOMBRE.match(archivo.name)):
                    return TrozoGuardado(numero=numero, octetos=int(partes[2]), sha256=partes[3])
        return None

    def trozos(self) -> dict[int, TrozoGuardado]:
        """Los que ya están a salvo, por número."""
        hallados = {}
        for archivo in self.ruta.iterdir() if self.ruta.is_dir() else ():
            if partes := _NOMBRE.match(archivo.name):
                numero = int(partes[1])
                hallados[numero] = TrozoGuardado(numero=numero, octetos=int(partes[2]), sha256=partes[3])
        return hallados

    def tocada(self) -> float:
        """Cuándo llegó el último trozo (segundos desde 1970); 0 si no hay ninguno."""
        return max((self._archivo(t).stat().st_mtime for t in self.trozos().values()), default=0.0)

    def leer(self, trozo: TrozoGuardado, clave: Clave) -> Iterator[bytes]:
        """El sonido de un trozo, por partes. Lanza `CifradoInvalido` si el disco lo dañó."""
        with self._archivo(trozo).open("rb") as cifrado:
            lector = LectorCifrado(cifrado, clave, contexto(self._subida, f"trozo.{trozo.numero}"))
            while parte := lector.read(_LECTURA):
                yield parte

    def quitar(self, trozo: TrozoGuardado) -> None:
        """Olvida un trozo que el disco dañó, para que se mande otra vez."""
        self._archivo(trozo).unlink(missing_ok=True)

    def borrar(self) -> None:
        """Quita todo; el cerrojo se queda hasta la limpieza."""
        shutil.rmtree(self.ruta, ignore_errors=True)

    def abrir(self, numero: int, sha256: str, clave: Clave) -> Trozo:
        """Un trozo por recibir. Lanza `SubidaRechazada` si el número o el hash no tienen forma."""
        if not 0 <= numero < TROZOS_MAX or not _SHA256.match(sha256):
            raise SubidaRechazada(
                "El número o el hash del trozo no tienen la forma debida.", "Revise el envío."
            )
        return Trozo(self, numero, sha256, clave, contexto(self._subida, f"trozo.{numero}"))

    def _archivo(self, trozo: TrozoGuardado) -> Path:
        return self.ruta / f"{trozo.numero:06}-{trozo.octetos}-{trozo.sha256}.trozo"


class Trozo:
    """Un trozo que está llegando. `terminar()` lo deja a salvo; sin eso, no existe."""

    def __init__(self, carpeta: Carpeta, numero: int, sha256: str, clave: Clave, contexto: str) -> None:
        self._carpeta, self._numero, self._sha256 = carpeta, numero, sha256
        self._suma, self._octetos = hashlib.sha256(), 0
        carpeta.ruta.mkdir(parents=True, exist_ok=True, mode=0o700)
        with disco_lleno_claro():
            descriptor, nombre = tempfile.mkstemp(dir=carpeta.ruta, suffix=".parcial")
            self._archivo, self._parcial = os.fdopen(descriptor, "wb"), Path(nombre)
            try:
                self._escritor = EscritorCifrado(self._archivo, clave, contexto)
            except BaseException:
                self.abandonar()
                raise

    def escribir(self, datos: bytes) -> None:
        """Más sonido. Lanza `SinEspacio` o `SubidaRechazada` (pasa del tamaño)."""
        self._octetos += len(datos)
        try:
            if self._octetos > TROZO_MAX:
                raise SubidaRechazada(
                    f"El trozo pasa de {TROZO_MAX >> 20} MiB.", "Mande la grabación en trozos más chicos."
                )
            self._suma.update(datos)
            with disco_lleno_claro():
                self._escritor.write(datos)
        except BaseException:
            self.abandonar()
            raise

    def terminar(self) -> TrozoGuardado:
        """Comprueba, sincroniza y le da su nombre. Lanza `TrozoCorrupto` o `SinEspacio`."""
        try:
            if not self._octetos or self._suma.hexdigest() != self._sha256:
                raise TrozoCorrupto(
                    f"El trozo {self._numero} no llegó como se mandó: su hash no coincide.",
                    "Mándelo otra vez.",
                )
            guardado = TrozoGuardado(numero=self._numero, octetos=self._octetos, sha256=self._sha256)
            with disco_lleno_claro():
                self._escritor.terminar()
                a_disco(self._archivo)
                self._archivo.close()
                self._parcial.replace(self._carpeta._archivo(guardado))
                carpeta_a_disco(self._carpeta.ruta)
        except FileNotFoundError:
            self.abandonar()
            raise SubidaTerminada(
                "La subida terminó mientras llegaba este trozo.", "Vea cómo quedó la subida."
            ) from None
        except BaseException:
            self.abandonar()
            raise
        return guardado

    def abandonar(self) -> None:
        """Lo que llegó no sirve: no queda nada."""
        with _aunque_no_quepa():
            self._archivo.close()
        self._parcial.unlink(missing_ok=True)


@contextmanager
def _aunque_no_quepa() -> Iterator[None]:
    """Cerrar un archivo en un disco lleno vuelve a fallar al vaciar su memoria; ya no importa."""
    with suppress(OSError):
        yield
