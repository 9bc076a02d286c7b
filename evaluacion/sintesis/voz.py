"""De texto a voz: espeak-ng da los fonemas y Kokoro-82M (ONNX) la señal."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly  # type: ignore[import-untyped]

from evaluacion.sintesis.fonemas import Fonetizador, fonemas
from evaluacion.sintesis.guion import Voz
from scribe import modelos
from scribe.consulta import HERCIOS, Senal

HERCIOS_KOKORO = 24_000
FICHAS_MAX = 500
MODELOS = ("espeak-ng", "kokoro-82m", "kokoro-voces")
_UMBRAL = 0.012
_MARGEN_S = 0.02


def identidad(voces: Iterable[str]) -> str:
    """Huella de con qué se diría algo con esas voces: las sumas que el manifiesto exige.

    No necesita los modelos instalados. Las voces ajenas a `voces` no cuentan.
    """
    usadas = {f"{nombre}.bin" for voz in voces for nombre in componentes(voz)}
    sumas = [
        f"{modelo}/{archivo.ruta}:{archivo.sha256}"
        for modelo in MODELOS
        for archivo in modelos.manifiesto()[modelo].archivos
        if modelo != "kokoro-voces" or archivo.ruta in usadas
    ]
    return hashlib.sha256("\n".join(sorted(sumas)).encode()).hexdigest()


def componentes(mezcla: str) -> dict[str, float]:
    """Las voces de una mezcla «a:0.5+b:0.5» con su peso."""
    pares = (parte.partition(":") for parte in mezcla.split("+"))
    return {nombre: float(peso or 1.0) for nombre, _, peso in pares}


def trozos(fonetico: str, tope: int = FICHAS_MAX) -> list[str]:
    """Parte en trozos de hasta `tope` fichas, por puntuación y, si no alcanza, por espacios."""
    salida: list[str] = []
    actual = ""
    for frase in re.findall(r"[^.!?…;,:]+[.!?…;,:]*\s*", fonetico):
        for parte in [frase] if len(frase) <= tope else re.findall(r"\S+\s*", frase):
            if actual and len(actual) + len(parte) > tope:
                salida.append(actual.strip())
                actual = ""
            actual += parte
    return [*salida, actual.strip()] if actual.strip() else salida


class Locutor:
    """Kokoro cargado una vez. `cache`, si se da, guarda cada frase dicha para no repetirla.

    Con `hilos=1` la misma frase da los mismos números en el mismo equipo. Lanza `ModelosFaltan` si los
    modelos del perfil `sintesis` no están.
    """

    def __init__(self, cache: Path | None = None, hilos: int = 1) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        carpeta = modelos.ruta("kokoro-82m")
        self._voces = modelos.ruta("kokoro-voces")
        self._clausula = Fonetizador(modelos.ruta("espeak-ng"))
        self._vocabulario: dict[str, int] = json.loads((carpeta / "vocab.json").read_text("utf-8"))["vocab"]
        opciones = onnxruntime.SessionOptions()
        opciones.intra_op_num_threads = hilos
        opciones.inter_op_num_threads = 1
        self._red: Any = onnxruntime.InferenceSession(
            str(carpeta / "kokoro.onnx"), opciones, providers=["CPUExecutionProvider"]
        )
        self._cache = cache

    def decir(self, texto: str, voz: Voz) -> Senal:
        """La señal a 16 kHz, sin silencio en las orillas y sin la ganancia aplicada."""
        fonetico = fonemas(texto, self._clausula)
        clave = hashlib.sha256(f"{fonetico}|{voz.voice}|{voz.speed}".encode()).hexdigest()[:24]
        guardado = self._cache / f"{clave}.npy" if self._cache else None
        if guardado and guardado.exists():
            leida: Senal = np.load(guardado)
            return leida
        partes = [self._sintetizar(t, voz) for t in trozos(fonetico)]
        senal = _recortar(np.concatenate(partes)) if partes else np.zeros(0, np.float32)
        if guardado:
            guardado.parent.mkdir(parents=True, exist_ok=True)
            temporal = guardado.with_suffix(f".{os.getpid()}.npy")
            np.save(temporal, senal)
            temporal.replace(guardado)
        return senal

    def cerrar(self) -> None:
        """Termina el proceso de espeak-ng."""
        self._clausula.cerrar()

    def _sintetizar(self, fonetico: str, voz: Voz) -> Senal:
        fichas = [self._vocabulario[f] for f in fonetico if f in self._vocabulario]
        estilo = self._estilo(voz.voice)[min(len(fichas), 509)]
        entradas = {
            "tokens": np.array([[0, *fichas, 0]], dtype=np.int64),
            "style": estilo.reshape(1, 256),
            "speed": np.array([voz.speed], dtype=np.float32),
        }
        audio = np.asarray(self._red.run(None, entradas)[0], dtype=np.float32).reshape(-1)
        return np.asarray(resample_poly(audio, HERCIOS, HERCIOS_KOKORO), dtype=np.float32)

    def _estilo(self, mezcla: str) -> NDArray[np.float32]:
        total = np.zeros((510, 256), dtype=np.float32)
        for nombre, peso in componentes(mezcla).items():
            archivo = self._voces / f"{nombre}.bin"
            total += peso * np.fromfile(archivo, dtype=np.float32).reshape(510, 256)
        return total


def _recortar(senal: Senal) -> Senal:
    """Quita el silencio de las orillas y deja 20 ms, para que los tiempos por turno sean justos."""
    fuertes = np.flatnonzero(np.abs(senal) > _UMBRAL)
    if fuertes.size == 0:
        return senal
    margen = int(_MARGEN_S * HERCIOS)
    return senal[max(0, fuertes[0] - margen) : fuertes[-1] + margen]
