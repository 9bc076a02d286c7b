"""Arma los motores de un perfil: el único lugar que los conoce por su nombre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scribe import memoria
from scribe.ajustes import Ajustes
from scribe.asr.whisper import TranscriptorWhisper
from scribe.consulta import Huella
from scribe.diarizacion.protocolo import Diarizador
from scribe.diarizacion.pyannote import DiarizadorPyannote
from scribe.diarizacion.tuberia import DiarizadorTuberia
from scribe.modelos import Perfil, identidad, perfil, ruta

if TYPE_CHECKING:
    from scribe.asr.protocolo import Transcriptor
    from scribe.flujo import Motores
    from scribe.soap.llm import ModeloLenguaje


def armar(ajustes: Ajustes, *, voz_medico: Huella | None = None) -> Motores:
    """Los motores del perfil de `ajustes`, sin cargar pesos todavía.

    Lanza `AjusteInvalido` si el perfil no existe y `ModelosFaltan` si no está instalado.
    """
    from scribe.codificacion import Codificador
    from scribe.flujo import Motores
    from scribe.soap.redactor import Redactor

    elegido = perfil(ajustes.perfil)
    transcriptor, diarizador = armar_oidos(ajustes)
    return Motores(
        transcriptor=transcriptor,
        diarizador=diarizador,
        redactor=Redactor(_modelo_de_lenguaje(elegido, ajustes) if ajustes.llm else None),
        codificador=Codificador(elegido, ajustes),
        voz_medico=voz_medico,
    )


def armar_oidos(ajustes: Ajustes) -> tuple[Transcriptor, Diarizador]:
    """Solo los motores que escuchan: quien adelanta una grabación no carga lo que escribe la nota.

    Lanza lo mismo que `armar`.
    """
    elegido = perfil(ajustes.perfil)
    memoria.retener()
    return TranscriptorWhisper(elegido, ajustes), _diarizador(elegido, ajustes)


def _diarizador(elegido: Perfil, ajustes: Ajustes) -> Diarizador:
    """El pedido; sin pedir ninguno, la tubería de pyannote.audio donde el perfil la trae."""
    pedido = ajustes.diarizador
    if pedido == "pyannote" or (pedido == "auto" and "diarizacion" in elegido.modelos):
        return DiarizadorTuberia(elegido, ajustes)
    return DiarizadorPyannote(elegido, ajustes)


def _modelo_de_lenguaje(elegido: Perfil, ajustes: Ajustes) -> ModeloLenguaje:
    """El LLM del perfil; su carpeta tiene un solo archivo GGUF, o las partes numeradas de uno."""
    from scribe.soap.llm import LlamaLocal

    clave = elegido.id_de("llm")
    archivo = min(ruta(clave).glob("*.gguf"))
    capas = -1 if ajustes.dispositivo == "cuda" else 0
    return LlamaLocal(archivo, hilos=ajustes.hilos, capas_gpu=capas, modelo=identidad(clave))
