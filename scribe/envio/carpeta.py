"""Destino «carpeta»: PDF firmado, JSON y Bundle FHIR en un lugar que otro sistema recoge.

Cada entrega es una carpeta con nombre opaco que aparece completa o no aparece: se escribe en una temporal
junto a ella, se fuerza al disco y se renombra. Si falta espacio o permiso, o la unidad no está montada, se
pide reintentar. Lo ya entregado se compara y no se reescribe. Los archivos van sin cifrar: la carpeta debe
estar en un volumen cifrado (`docs/envio.md`).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from scribe.envio.errores import Aplazado, DestinoMalConfigurado
from scribe.envio.fhir.documento import id_documento
from scribe.envio.fhir.piezas import canonico
from scribe.envio.modelo import BorradorDeEnvio, ExpedienteDeEnvio, Paquete
from scribe.envio.protocolo import (
    Anotador,
    Entregado,
    Intercambio,
    Motivo,
    Rechazado,
    Reintentar,
    Resultado,
    YaEstaba,
)  # fmt: skip
from scribe.envio.reintentos import Espera

MARCA = ".destino-scribe"
_SUMAS = "sumas.sha256"
_RESTO_S = 3600.0
_PASAJEROS = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO,
        errno.ENOENT, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT, errno.EBUSY,
        errno.EMFILE, errno.ENFILE,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DestinoCarpeta:
    """Una carpeta local o de red. Antes de usarla, `preparar` deja en ella su marca.

    Lo entregado solo lo lee su dueño; con `grupo`, también el grupo (el del sistema que lo recoge).
    """

    nombre: str
    raiz: Path
    origen: str
    grupo: bool = False
    espera: Espera = field(default_factory=Espera)
    reloj: Callable[[], datetime] = lambda: datetime.now(UTC)

    def preparar(self) -> None:
        """Comprueba la carpeta y deja su marca: sin ella no se envía, porque la unidad no estaría montada.

        Lanza `DestinoMalConfigurado` si no existe, no es una carpeta o no se puede escribir.
        """
        try:
            if not self.raiz.is_dir() or self.raiz.is_symlink():
                raise DestinoMalConfigurado(
                    "El destino no es una carpeta.", "Cree la carpeta y vuelva a registrarla."
                )
            with (self.raiz / MARCA).open("w", encoding="utf-8") as marca:
                marca.write("Aquí entrega Scribe. No borre este archivo.\n")
                marca.flush()
                os.fsync(marca.fileno())
            _fijar(self.raiz)
        except OSError as causa:
            raise DestinoMalConfigurado(
                "No se puede escribir en la carpeta del destino.", "Revise permisos."
            ) from causa

    def enviar_borrador(
        self, expediente: ExpedienteDeEnvio, borrador: BorradorDeEnvio, *, anotar: Anotador, intento: int = 1
    ) -> Resultado:
        """Ver `protocolo.Destino`. Cada versión del borrador es una carpeta: `<nota>-borrador-<número>`."""
        archivos = {"borrador.json": canonico(borrador.model_dump(mode="json"))}
        nombre = f"{id_documento(expediente)}-borrador-{borrador.numero}"
        return self._hacer("borrador", nombre, archivos, anotar, intento)

    def enviar_firmada(
        self, expediente: ExpedienteDeEnvio, paquete: Paquete, *, anotar: Anotador, intento: int = 1
    ) -> Resultado:
        """Ver `protocolo.Destino`. Los bytes son los firmados y los congelados, sin tocar."""
        nota = {
            "expediente": expediente.model_dump(mode="json"),
            "nota": paquete.firmada.model_dump(mode="json"),
            "pdf_sha256": paquete.pdf_sha256,
            "documento_sha256": paquete.documento_sha256,
        }
        archivos = {
            "nota.pdf": paquete.pdf,
            "nota.json": canonico(nota),
            "documento.fhir.json": paquete.documento,
        }
        nombre = f"{id_documento(expediente)}-firmada"
        return self._hacer(paquete.firmada.relacion or "firmada", nombre, archivos, anotar, intento)

    def probar(self, *, anotar: Anotador) -> tuple[str, ...]:
        """Ver `protocolo.Destino`. Solo mira: no deja nada en la carpeta."""
        del anotar
        faltas = []
        if not (self.raiz / MARCA).is_file():
            faltas.append("La carpeta no está preparada, o la unidad no está montada.")
        if not os.access(self.raiz, os.W_OK | os.X_OK):
            faltas.append("No hay permiso para escribir en la carpeta.")
        return tuple(faltas)

    def retirar(self, expediente: ExpedienteDeEnvio, *, anotar: Anotador, intento: int = 1) -> Resultado:
        """Ver `protocolo.Destino`. Lo entregado se queda; `<nota>-descartada` avisa que ya no vale."""
        nota = str(id_documento(expediente))
        aviso = {
            "documento": nota,
            "estado": "entered-in-error",
            "motivo": "La nota se descartó sin firmarse.",
        }
        return self._hacer(
            "descartada", f"{nota}-descartada", {"aviso.json": canonico(aviso)}, anotar, intento
        )

    def _hacer(
        self, motivo: Motivo, nombre: str, archivos: dict[str, bytes], anotar: Anotador, intento: int
    ) -> Resultado:
        renglones = (f"{hashlib.sha256(datos).hexdigest()}  {n}\n" for n, datos in sorted(archivos.items()))
        sumas = "".join(renglones).encode()
        completos = {**archivos, _SUMAS: sumas}
        suma = hashlib.sha256(sumas).hexdigest()
        anotar(self._asiento("intento", motivo, nombre, suma))
        resultado: Resultado
        try:
            resultado = self._dejar(nombre, completos)
        except Aplazado as causa:
            resultado = Reintentar(self.espera.cuando(intento, self.reloj()), causa.mensaje)
        except OSError as causa:
            if causa.errno not in _PASAJEROS:
                raise
            resultado = Reintentar(self.espera.cuando(intento, self.reloj()), _por_que(causa))
        anotar(self._asiento("desenlace", motivo, nombre, suma, type(resultado).__name__.lower()))
        return resultado

    def _dejar(self, nombre: str, archivos: dict[str, bytes]) -> Resultado:
        if not (self.raiz / MARCA).is_file():
            raise Aplazado("La carpeta del destino no está, o la unidad no está montada.")
        final = self.raiz / nombre
        if (hecho := _comparar(final, archivos)) is not None:
            return hecho
        temporal = self.raiz / f".parcial-{nombre}-{uuid4().hex}"
        try:
            _escribir(temporal, archivos, 0o750 if self.grupo else 0o700)
            try:
                temporal.rename(final)
            except OSError as causa:
                # Otro trabajador llegó primero con lo mismo: gana el que ya está, si es igual.
                if causa.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
                    raise
                return _comparar(final, archivos) or Reintentar(
                    self.reloj(), "La carpeta final apareció a medias."
                )
            _fijar(self.raiz)
            return Entregado((nombre,))
        finally:
            shutil.rmtree(temporal, ignore_errors=True)
            with contextlib.suppress(OSError):
                self._barrer(nombre)

    def _barrer(self, nombre: str) -> None:
        """Quita lo que dejaron intentos muertos a la mitad; lo reciente puede ser de otro que sigue vivo."""
        limite = time.time() - _RESTO_S
        for resto in self.raiz.glob(f".parcial-{nombre}-*"):
            if resto.stat().st_mtime < limite:
                shutil.rmtree(resto, ignore_errors=True)

    def _asiento(self, fase: str, motivo: Motivo, nombre: str, suma: str, resultado: str = "") -> Intercambio:
        return Intercambio(
            fase="intento" if fase == "intento" else "desenlace",
            motivo=motivo,
            cuando=self.reloj(),
            origen=self.origen,
            destino=f"carpeta:{self.nombre}",
            operacion="escribir",
            llave=nombre,
            sha256=suma,
            resultado=resultado,
        )


def _comparar(final: Path, archivos: dict[str, bytes]) -> Resultado | None:
    """Si ya está lo mismo, o algo distinto que no se va a pisar; nulo si no hay nada."""
    if final.is_symlink() or (final.exists() and not final.is_dir()):
        return Rechazado(
            "En la carpeta del destino hay otra cosa con ese nombre.", "Quítela y repita el envío."
        )
    if not final.exists():
        return None
    iguales = all(
        (final / n).is_file() and (final / n).read_bytes() == datos for n, datos in archivos.items()
    )
    if iguales:
        return YaEstaba((final.name,))
    return Rechazado(
        "Lo entregado antes en la carpeta no es igual a lo que se envía; no se sobrescribe.",
        "Revise quién lo cambió; si fue un error, retire esa carpeta y repita el envío.",
    )


def _escribir(carpeta: Path, archivos: dict[str, bytes], modo: int) -> None:
    carpeta.mkdir()
    carpeta.chmod(modo)  # mkdir y open descuentan la máscara del proceso; chmod no
    for nombre, datos in archivos.items():
        descriptor = os.open(carpeta / nombre, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as archivo:
            os.fchmod(descriptor, modo & 0o660)
            archivo.write(datos)
            archivo.flush()
            os.fsync(archivo.fileno())
    _fijar(carpeta)


def _fijar(carpeta: Path) -> None:
    """Fuerza al disco los nombres de una carpeta: sin esto, un apagón puede deshacer el renombrado."""
    descriptor = os.open(carpeta, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as causa:  # hay unidades de red que no lo admiten
        if causa.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def _por_que(causa: OSError) -> str:
    if causa.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "No hay espacio en la carpeta del destino."
    if causa.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "No hay permiso para escribir en la carpeta del destino."
    return "La carpeta del destino no responde."
