"""Correr `scribe consulta` sobre un caso en su propio proceso, o leer lo que ya dejó."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from evaluacion.caso import Caso
from evaluacion.metricas.hablantes import leer_rttm
from scribe.consulta import Borrador, Tramo

_ORDEN = "from scribe.cli import principal; principal()"
_COSTO = "costo.json"


class CorridaFallida(Exception):
    """La orden terminó mal; el mensaje trae su última línea."""


@dataclass(frozen=True, slots=True)
class Resultado:
    """Lo que dejó una corrida. `memoria_mib`, memoria residente máxima del proceso, si se corrió aquí."""

    borrador: Borrador
    tramos: tuple[Tramo, ...]
    memoria_mib: float | None
    reloj_s: float | None


def correr(caso: Caso, carpeta: Path, opciones: list[str], de_nuevo: bool = False) -> Resultado:
    """Corre el caso en `carpeta`, o lo lee si ya estaba. Lanza `CorridaFallida` si la orden falla."""
    if de_nuevo or not (carpeta / "borrador.json").exists():
        _consulta(caso, carpeta, opciones)
    return leer(carpeta)


def leer(carpeta: Path) -> Resultado:
    """Lee `borrador.json`, `transcripcion.rttm` y, si está, el costo de la corrida."""
    borrador = Borrador.model_validate_json((carpeta / "borrador.json").read_text("utf-8"))
    rttm = carpeta / "transcripcion.rttm"
    archivo = carpeta.with_name(f"{carpeta.name}.{_COSTO}")
    costo = json.loads(archivo.read_text("utf-8")) if archivo.exists() else {}
    tramos = tuple(leer_rttm(rttm)) if rttm.exists() else ()
    return Resultado(borrador, tramos, costo.get("memoria_mib"), costo.get("reloj_s"))


def _consulta(caso: Caso, carpeta: Path, opciones: list[str]) -> None:
    carpeta.parent.mkdir(parents=True, exist_ok=True)
    orden = [sys.executable, "-c", _ORDEN, "consulta", str(caso.audio), "--salida", str(carpeta), *opciones]
    inicio = time.perf_counter()
    registro = carpeta.with_name(f"{carpeta.name}.log")
    with registro.open("w", encoding="utf-8") as salida:
        entorno = {**os.environ, "SCRIBE_USAR_CACHE": "false"}  # con caché, los tiempos no dirían nada
        proceso = subprocess.Popen(orden, stdout=salida, stderr=subprocess.STDOUT, env=entorno)
        _, estado, uso = os.wait4(proceso.pid, 0)
        proceso.returncode = os.waitstatus_to_exitcode(estado)
    if proceso.returncode != 0:
        lineas = registro.read_text("utf-8", errors="replace").strip().splitlines() or ["sin mensaje"]
        raise CorridaFallida(f"{caso.id}: salida {proceso.returncode}: {lineas[-1]}")
    costo = {"memoria_mib": uso.ru_maxrss / 1024, "reloj_s": time.perf_counter() - inicio}
    carpeta.with_name(f"{carpeta.name}.{_COSTO}").write_text(json.dumps(costo), "utf-8")
