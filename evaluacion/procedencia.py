"""Con qué se midió: versión y código de Scribe, paquetes, modelos, normalizadores y equipo."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from evaluacion.corrida import arbol
from evaluacion.normalizador import reglas

_PAQUETES = (
    "faster-whisper", "ctranslate2", "pyannote.audio", "torch", "transformers", "llama-cpp-python", "spacy",
    "rapidfuzz", "onnxruntime", "numpy", "scipy", "jiwer", "meeteval", "pyannote.metrics", "rouge-score",
    "scikit-learn", "matplotlib",
)  # fmt: skip
_RAIZ = Path(__file__).resolve().parent.parent


def procedencia(perfil: str) -> dict[str, Any]:
    """Los campos de `Resultados` que dicen con qué se midió. No incluye el nombre del equipo ni de nadie."""
    return {
        "fecha": datetime.now(UTC).isoformat(timespec="seconds"),
        "scribe": _scribe(),
        "equipo": _equipo(),
        "paquetes": {p: v for p in _PAQUETES if (v := _version(p)) is not None},
        "modelos": _modelos(perfil),
        "normalizadores": {"es": str(reglas()["version"]), "en": f"whisper ({_version('transformers')})"},
    }


def _scribe() -> dict[str, str]:
    revision = _git("rev-parse", "HEAD")
    limpio = _git("status", "--porcelain", "--", "scribe", "evaluacion") == ""
    return {
        "version": _version("scribe-clinico") or "sin instalar",
        "arbol_sha256": arbol(),
        "revision": f"{revision}{'' if limpio else ' con cambios'}" if revision else "sin git",
    }


def _equipo() -> dict[str, str]:
    memoria = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "procesador": _procesador(),
        "nucleos": str(len(os.sched_getaffinity(0))),
        "memoria_gib": f"{memoria:.0f}",
        "sistema": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _procesador() -> str:
    try:
        lineas = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    nombres = [linea.split(":", 1)[1].strip() for linea in lineas if linea.startswith("model name")]
    return nombres[0] if nombres else platform.machine()


def _modelos(perfil: str) -> dict[str, str]:
    from scribe import modelos
    from scribe.errores import ErrorScribe

    salida = {}
    for clave in modelos.perfil(perfil).ids:
        try:
            datos = modelos.identidad(clave)
            tamano = sum(a.stat().st_size for a in modelos.ruta(clave).rglob("*") if a.is_file())
        except ErrorScribe:
            continue
        salida[clave] = json.dumps({**datos, "mib": round(tamano / 2**20, 1)}, sort_keys=True, default=str)
    return salida


def _version(paquete: str) -> str | None:
    try:
        return metadata.version(paquete)
    except metadata.PackageNotFoundError:
        return None


def _git(*argumentos: str) -> str | None:
    try:
        orden = ["git", "-C", str(_RAIZ), *argumentos]
        return subprocess.run(orden, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
