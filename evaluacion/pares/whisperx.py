"""WhisperX: detector de voz de pyannote, cortes de 30 s y transcripción por lotes.

Solo transcribe. Su alineación (wav2vec2) sirve para dar tiempo a cada palabra y su diarización usa la
tubería de pyannote del hub, que pide cuenta: ninguna cambia el texto ni se puede bajar en un equipo cerrado.
El detector de voz viene dentro de su paquete, así que con el modelo del perfil no necesita nada más.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

from evaluacion.caso import Caso, Tarea
from evaluacion.par import SEMILLA, Par, Reloj, importar, senal_de, sin_hablantes
from evaluacion.salida import Costo, Salida

_LOTE = 8  # el de su orden, --batch_size


class WhisperX(Par):
    """`whisperx.load_model(...).transcribe(...)` sin alineación."""

    nombre = "whisperx"
    titulo = "WhisperX (sin alineación)"
    tareas: tuple[Tarea, ...] = ("asr",)
    paquetes = ("whisperx", "omegaconf", "nltk", "pyannote-audio", "faster-whisper", "ctranslate2")
    funciones = ("asr",)

    def __init__(self) -> None:
        super().__init__()
        self._tuberia: Any = None
        self._idioma: str | None = None

    def cargar(self, tarea: Tarea) -> None:
        """Carga el modelo del perfil en int8 y el detector de voz."""
        self._abrir("es")

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """El texto del audio en un solo turno."""
        import ctranslate2

        if self._idioma != caso.idioma:
            self._abrir(caso.idioma)  # el idioma se fija al construir la tubería
        reloj = Reloj()
        with reloj.etapa("audio"):
            senal = senal_de(caso)
        ctranslate2.set_random_seed(SEMILLA)
        with reloj.etapa("asr"):
            resultado = self._tuberia.transcribe(senal, batch_size=_LOTE)
        frases = [(s["start"], s["end"], s["text"]) for s in resultado["segments"]]
        return Salida(
            caso=caso.id, transcripcion=sin_hablantes(caso, frases), costo=Costo(etapas=reloj.etapas)
        )

    def _abrir(self, idioma: str) -> None:
        from scribe.torchaudio_cpu import exigir

        exigir()
        logging.getLogger("whisperx").setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._tuberia = importar("whisperx").load_model(
                str(self.carpeta("asr")), "cpu", compute_type="int8", language=idioma,
                threads=self._opciones.hilos, local_files_only=True,
            )  # fmt: skip
        self._idioma = idioma


SISTEMAS = (WhisperX(),)
