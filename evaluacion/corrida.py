"""Correr un sistema sobre unos casos, reanudable: lo ya hecho con el mismo código y entrada no se repite."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from evaluacion.caso import Caso, Tarea
from evaluacion.salida import Salida
from evaluacion.sistema import Opciones, Sistema
from evaluacion.trabajador import HECHO, Encargo
from scribe.almacen import huella_de_codigo

_PACIENCIA_S = 10.0
CUARTOS = ("consulta", "flujo", "motores", "audio", "asr", "diarizacion", "lenguaje", "soap", "codificacion")
"""De `scribe/`, lo que cambia un borrador; la pantalla o el expediente no lo cambian."""
Aviso = Callable[[str], None]
"""Se llama con el id de cada caso que termina, también con los que ya estaban."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Qué sistema, qué tarea, con qué opciones, qué repetición y en qué carpeta queda cada caso."""

    sistema: Sistema
    tarea: Tarea
    opciones: Opciones
    carpeta: Path
    repeticion: int = 1

    def destino(self, caso: Caso) -> Path:
        """Archivo de un caso; su nombre lleva la huella de todo lo que decide el resultado."""
        nombre = re.sub(r"[^\w.-]", "_", caso.id)[:80]
        lugar = self.carpeta / "corridas" / self.sistema.nombre / self.tarea
        return lugar / f"{nombre}.{self.huella(caso)}.{self.repeticion}.json"

    def huella(self, caso: Caso) -> str:
        """Hash de la entrada del caso, la tarea, las opciones y el código o la versión del sistema."""
        partes = [
            entrada(caso), self.tarea, self.opciones.perfil, str(self.opciones.hilos),
            str(self.opciones.sin_llm), _identidad(self.sistema),
        ]  # fmt: skip
        return hashlib.sha256("\0".join(partes).encode()).hexdigest()[:16]


def correr(plan: Plan, casos: Sequence[Caso], aviso: Aviso, *, de_nuevo: bool = False) -> dict[str, Salida]:
    """Las salidas por caso. Un caso que falla trae `error`; uno ya hecho se lee de su archivo."""
    destinos = {c.id: plan.destino(c) for c in casos}
    hechas = {} if de_nuevo else {i: s for i, a in destinos.items() if (s := _leer(a)) is not None}
    for hecho in hechas:
        aviso(hecho)
    faltan = [c for c in casos if c.id not in hechas]
    if faltan:
        motivo = _trabajar(plan, faltan, [destinos[c.id] for c in faltan], aviso)
        for caso in faltan:
            salida = _leer(destinos[caso.id], con_error=True)
            hechas[caso.id] = salida or Salida(caso=caso.id, error=motivo or "no terminó")
    return hechas


@cache
def _sha256(archivo: Path, _tamano: int, _cambio: int) -> str:
    suma = hashlib.sha256()
    with archivo.open("rb") as lectura:
        while trozo := lectura.read(1 << 20):
            suma.update(trozo)
    return suma.hexdigest()


def entrada(caso: Caso) -> str:
    """sha256 de lo que se da al sistema: los bytes del audio o el texto."""
    if caso.audio is not None:
        ficha = caso.audio.stat()
        return _sha256(caso.audio, ficha.st_size, ficha.st_mtime_ns)
    texto = caso.texto or "\n".join(f"{d.hablante}: {d.texto}" for d in caso.dichos)
    menciones = "\n".join(m.texto for m in caso.menciones)
    return hashlib.sha256(f"{texto}\0{menciones}".encode()).hexdigest()


@cache
def arbol() -> str:
    """Hash del código y los datos que deciden un borrador: si cambia una regla, nada viejo se reutiliza."""
    partes = [f"{cuarto}:{huella_de_codigo(cuarto)}" for cuarto in CUARTOS]
    return hashlib.sha256("\n".join(partes).encode()).hexdigest()


def _identidad(sistema: Sistema) -> str:
    datos = json.dumps(sistema.identidad(), sort_keys=True)
    # Los pares no usan nuestras reglas, salvo para leer el catálogo o los modelos: basta su versión.
    return f"{datos}{arbol()}" if sistema.nombre.startswith("scribe") else datos


def _leer(archivo: Path, *, con_error: bool = False) -> Salida | None:
    """La salida guardada; `None` si no está, si no se entiende o si falló (un fallo se reintenta)."""
    try:
        salida = Salida.model_validate_json(archivo.read_text("utf-8"))
    except (OSError, ValidationError):
        return None
    return salida if con_error or salida.error is None else None


def _trabajar(plan: Plan, casos: list[Caso], destinos: list[Path], aviso: Aviso) -> str | None:
    """Corre el trabajador y va avisando; devuelve por qué terminó mal, o `None`."""
    carpeta = destinos[0].parent
    carpeta.mkdir(parents=True, exist_ok=True)
    encargo = Encargo(
        sistema=plan.sistema.nombre,
        tarea=plan.tarea,
        perfil=plan.opciones.perfil,
        hilos=plan.opciones.hilos,
        sin_llm=plan.opciones.sin_llm,
        casos=tuple(casos),
        destinos=tuple(destinos),
    )
    papel = carpeta / f"encargo.{plan.repeticion}.json"
    papel.write_text(encargo.model_dump_json(), "utf-8")
    bitacora = carpeta / f"trabajador.{plan.repeticion}.log"
    entorno = {**os.environ, "OMP_NUM_THREADS": str(plan.opciones.hilos)}
    orden = [sys.executable, "-m", "evaluacion.trabajador", str(papel)]
    with bitacora.open("w", encoding="utf-8") as registro:
        proceso = subprocess.Popen(
            orden, stdout=subprocess.PIPE, stderr=registro, env=entorno, text=True, start_new_session=True
        )
        try:
            for linea in proceso.stdout or ():
                if linea.startswith(HECHO):
                    aviso(linea.removeprefix(HECHO).strip())
            proceso.wait()
        finally:
            if proceso.poll() is None:
                _terminar(proceso)
            papel.unlink(missing_ok=True)
    if proceso.returncode == 0:
        return None
    lineas = bitacora.read_text("utf-8", errors="replace").strip().splitlines() or ["sin mensaje"]
    return f"el proceso terminó con {proceso.returncode}: {lineas[-1][:300]}"


def _terminar(proceso: subprocess.Popen[str]) -> None:
    """Al interrumpir, se pide al trabajador y a sus hijos que paren y, si no, se les obliga."""
    os.killpg(proceso.pid, signal.SIGTERM)
    try:
        proceso.wait(timeout=_PACIENCIA_S)
    except subprocess.TimeoutExpired:
        os.killpg(proceso.pid, signal.SIGKILL)
        proceso.wait()
