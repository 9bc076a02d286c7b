"""Arma los motores de un perfil: el único lugar que los conoce por su nombre."""

from __future__ import annotations

from scribe import memoria
from scribe.ajustes import Ajustes
from scribe.asr.whisper import TranscriptorWhisper
from scribe.codificacion import Codificador
from scribe.consulta import Huella
from scribe.diarizacion.pyannote import DiarizadorPyannote
from scribe.flujo import Motores
from scribe.modelos import Perfil, identidad, perfil, ruta
from scribe.soap.llm import LlamaLocal, ModeloLenguaje
from scribe.soap.redactor import Redactor


def armar(ajustes: Ajustes, *, voz_medico: Huella | None = None) -> Motores:
    """Los motores del perfil de `ajustes`, sin cargar pesos todavía.

    Lanza `AjusteInvalido` si el perfil no existe y `ModelosFaltan` si no está instalado.
    """
    elegido = perfil(ajustes.perfil)
    memoria.retener()
    return Motores(
        transcriptor=TranscriptorWhisper(elegido, ajustes),
        diarizador=DiarizadorPyannote(elegido, ajustes),
        redactor=Redactor(_modelo_de_lenguaje(elegido, ajustes) if ajustes.llm else None),
        codificador=Codificador(elegido, ajustes),
        voz_medico=voz_medico,
    )


def _modelo_de_lenguaje(elegido: Perfil, ajustes: Ajustes) -> ModeloLenguaje:
    """El LLM del perfil; su carpeta tiene un solo archivo GGUF, o las partes numeradas de uno."""
    clave = elegido.id_de("llm")
    archivo = min(ruta(clave).glob("*.gguf"))
    capas = -1 if ajustes.dispositivo == "cuda" else 0
    return LlamaLocal(archivo, hilos=ajustes.hilos, capas_gpu=capas, modelo=identidad(clave))
