"""Comprobar la bitácora: la cadena, las cabezas guardadas fuera y el contenido que cada asiento selló."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scribe.expediente.base.conexion import Conexion
from scribe.expediente.bitacora import ORIGEN, recorrer, sello_cuadra
from scribe.expediente.contenido_sellado import AbreClave, Hallazgo, Sellos, comprobar
from scribe.expediente.llaves_bitacora import LlavesBitacora, firma_valida
from scribe.expediente.sello import canonico


@dataclass(frozen=True, slots=True)
class Cabeza:
    """Hasta dónde llegaba la cadena en un momento, firmado. Guardada fuera, delata una cola borrada."""

    seq: int
    sello: str
    cuando: str
    clave_id: str
    publica: str
    firma: str = ""

    def octetos(self) -> bytes:
        """Lo que se firma: todo menos la firma."""
        return canonico({**asdict(self), "firma": ""})

    def valida(self) -> bool:
        """Si su firma es de su llave pública; no necesita ningún secreto."""
        return firma_valida(bytes.fromhex(self.publica), bytes.fromhex(self.firma), self.octetos())


@dataclass(frozen=True, slots=True)
class Informe:
    """El resultado de verificar. `roto` es el primer eslabón roto, si lo hay."""

    asientos: int
    filas: int
    anomalias_de_reloj: int
    hallazgos: tuple[Hallazgo, ...]

    @property
    def integra(self) -> bool:
        """Si todo cuadra."""
        return not self.hallazgos

    @property
    def roto(self) -> Hallazgo | None:
        """El primer eslabón roto de la cadena o, si la cadena está bien, el primer contenido alterado."""
        return self.hallazgos[0] if self.hallazgos else None


def cabeza(conexion: Conexion, llavero: LlavesBitacora) -> Cabeza:
    """La cabeza de hoy, firmada, para guardarla en otra parte."""
    fila = conexion.execute("SELECT seq, sello FROM expediente.bitacora ORDER BY seq DESC LIMIT 1").fetchone()
    sin_firma = Cabeza(
        seq=fila["seq"] if fila else 0, sello=bytes(fila["sello"] if fila else ORIGEN).hex(),
        cuando=datetime.now(UTC).isoformat(), clave_id=llavero.actual.id,
        publica=llavero.actual.publica.hex(),
    )  # fmt: skip
    return Cabeza(**{**asdict(sin_firma), "firma": llavero.actual.firmar(sin_firma.octetos()).hex()})


def guardar_cabeza(ruta: Path, dada: Cabeza) -> None:
    """Agrega la cabeza a un archivo (una por línea, 0600) y la fuerza a disco."""
    descriptor = os.open(ruta, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as archivo:
        archivo.write(canonico(asdict(dada)) + b"\n")
        archivo.flush()
        os.fsync(archivo.fileno())


def leer_cabezas(ruta: Path) -> list[Cabeza]:
    """Las cabezas guardadas. Una última línea a medias (se fue la luz) se ignora; otra rota, `ValueError`."""
    lineas = ruta.read_bytes().split(b"\n") if ruta.exists() else []
    return [Cabeza(**json.loads(linea)) for linea in lineas[:-1] if linea]


def verificar(
    conexion: Conexion,
    llavero: LlavesBitacora,
    cabezas: Sequence[Cabeza] = (),
    abre: AbreClave | None = None,
) -> Informe:
    """Recorre todo y dice lo primero que no cuadra y lo demás que se encuentre.

    `cabezas` son las guardadas fuera: sin ellas no se puede notar que falta el final. `abre` es
    `Llavero.abrir_clave`: con él se comprueban también las claves de datos.
    """
    conexion.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    conexion.execute("SET LOCAL statement_timeout = 0")
    cadena = _Cadena(llavero)
    for fila in recorrer(conexion):
        cadena.ver(fila)
    hallazgos = cadena.hallazgos + _contra_cabezas(cadena, llavero, cabezas)
    filas, alteradas = comprobar(conexion, cadena.huellas, abre)
    orden = sorted(hallazgos, key=lambda h: h.seq or 0)
    return Informe(cadena.cuenta, filas, cadena.relojes, (*orden, *alteradas))


class _Cadena:
    """Lo que se va sabiendo al recorrer los asientos."""

    def __init__(self, llavero: LlavesBitacora) -> None:
        self.llavero = llavero
        self.hallazgos: list[Hallazgo] = []
        self.huellas = Sellos()
        self.sellos: dict[int, str] = {}
        self.previo, self.seq, self.cuenta, self.relojes = ORIGEN, 0, 0, 0

    def ver(self, fila: dict[str, Any]) -> None:
        seq = fila["seq"]
        if seq != self.seq + 1:
            self._nota(self.seq + 1, "falta", f"Faltan los asientos {self.seq + 1} a {seq - 1}.")
        if bytes(fila["previo"]) != self.previo:
            self._nota(seq, "enlace", f"El asiento {seq} no sigue al anterior.")
        if self.llavero.por_id(fila["clave_id"]) is None:
            self._nota(seq, "llave", f"El asiento {seq} dice estar sellado con una llave que no se tiene.")
        elif not sello_cuadra(self.llavero, fila):
            self._nota(seq, "sello", f"El asiento {seq} fue alterado: su sello no corresponde.")
        self.huellas.anotar(fila)
        self.sellos[seq] = bytes(fila["sello"]).hex()
        self.previo, self.seq, self.cuenta = bytes(fila["sello"]), seq, self.cuenta + 1
        self.relojes += fila["anomalia"] is not None

    def _nota(self, seq: int, clase: str, texto: str) -> None:
        self.hallazgos.append(Hallazgo(seq, clase, texto))


def _contra_cabezas(cadena: _Cadena, llavero: LlavesBitacora, cabezas: Iterable[Cabeza]) -> list[Hallazgo]:
    hallazgos = []
    for dada in cabezas:
        llave = llavero.por_id(dada.clave_id)
        if llave is None or llave.publica.hex() != dada.publica or not dada.valida():
            hallazgos.append(
                Hallazgo(None, "cabeza", f"La cabeza guardada del asiento {dada.seq} no es auténtica.")
            )
        elif dada.seq > cadena.seq:
            hallazgos.append(
                Hallazgo(
                    cadena.seq + 1, "cola",
                    f"Falta el final: termina en {cadena.seq} y el {dada.cuando} llegaba a {dada.seq}.",
                )
            )  # fmt: skip
        elif dada.seq and cadena.sellos.get(dada.seq) != dada.sello:
            hallazgos.append(
                Hallazgo(dada.seq, "cabeza", f"El asiento {dada.seq} no es el que se firmó fuera.")
            )
    return hallazgos
