"""De texto a voz: espeak-ng da los fonemas y Kokoro-82M (ONNX) la señal."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly  # type: ignore[import-untyped]

from evaluacion.sintesis.guion import Voz
from scribe import modelos
from scribe.consulta import HERCIOS, Senal

HERCIOS_KOKORO = 24_000
FICHAS_MAX = 500
_UMBRAL = 0.012
_MARGEN_S = 0.02
_PUNTUADO = re.compile(r"([^.,;:!?…¿¡()\"—]+)([.,;:!?…¿¡()\"—]*)")
_PAUSAS = set(".,;:!?…")
_CAMBIOS = (("\u200d", ""), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ʝ", "j"))


def fonemas(texto: str) -> str:
    """Fonemas de español de América en el alfabeto de Kokoro, con la puntuación que marca pausas.

    espeak-ng tira la puntuación, así que se le da cláusula por cláusula. Lanza `FileNotFoundError` si
    espeak-ng no está instalado.
    """
    salida = []
    for clausula, signos in _PUNTUADO.findall(texto):
        if not clausula.strip():
            continue
        salida.append(_clausula(clausula.strip()))
        pausa = next((s for s in signos if s in _PAUSAS), "")
        salida.append(pausa + " ")
    return "".join(salida).strip()


@lru_cache(maxsize=4096)
def _clausula(texto: str) -> str:
    orden = ["espeak-ng", "--ipa=3", "-v", "es-419", "-q", texto]
    ipa = subprocess.run(orden, capture_output=True, text=True, check=True).stdout
    for viejo, nuevo in _CAMBIOS:
        ipa = ipa.replace(viejo, nuevo)
    return " ".join(ipa.split())


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
    """Kokoro cargado una vez. `cache`, si se da, guarda cada frase dicha para no repetirla."""

    def __init__(self, cache: Path | None = None, hilos: int = 1) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        carpeta = modelos.ruta("kokoro-82m")
        self._voces = modelos.ruta("kokoro-voces")
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
        clave = hashlib.sha256(f"{texto}|{voz.voice}|{voz.speed}".encode()).hexdigest()[:24]
        guardado = self._cache / f"{clave}.npy" if self._cache else None
        if guardado and guardado.exists():
            leida: Senal = np.load(guardado)
            return leida
        partes = [self._sintetizar(t, voz) for t in trozos(fonemas(texto))]
        senal = _recortar(np.concatenate(partes)) if partes else np.zeros(0, np.float32)
        if guardado:
            guardado.parent.mkdir(parents=True, exist_ok=True)
            np.save(guardado, senal)
        return senal

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
        for parte in mezcla.split("+"):
            nombre, _, peso = parte.partition(":")
            archivo = self._voces / f"{nombre}.bin"
            total += float(peso or 1.0) * np.fromfile(archivo, dtype=np.float32).reshape(510, 256)
        return total


def _recortar(senal: Senal) -> Senal:
    """Quita el silencio de las orillas y deja 20 ms, para que los tiempos por turno sean justos."""
    fuertes = np.flatnonzero(np.abs(senal) > _UMBRAL)
    if fuertes.size == 0:
        return senal
    margen = int(_MARGEN_S * HERCIOS)
    return senal[max(0, fuertes[0] - margen) : fuertes[-1] + margen]
