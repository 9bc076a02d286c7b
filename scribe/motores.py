"""Arma los motores de un perfil: el único lugar que los conoce por su nombre."""

from __future__ import annotations

from scribe.ajustes import Ajustes
from scribe.asr.whisper import TranscriptorWhisper
from scribe.codificacion import Codificador
from scribe.consulta import Huella
from scribe.diarizacion.pyannote import DiarizadorPyannote
from scribe.flujo import Motores
from scribe.modelos import perfil
from scribe.soap.llm import ModeloLlama
from scribe.soap.redactor import Redactor


def armar(ajustes: Ajustes, *, voz_medico: Huella | None = None) -> Motores:
    """Los motores del perfil de `ajustes`, sin cargar pesos todavía.

    Lanza `AjusteInvalido` si el perfil no existe y `ModelosFaltan` si no está instalado.
    """
    elegido = perfil(ajustes.perfil)
    return Motores(
        transcriptor=TranscriptorWhisper(elegido, ajustes),
        diarizador=DiarizadorPyannote(elegido, ajustes),
        redactor=Redactor(ModeloLlama(elegido, ajustes) if ajustes.llm else None),
        codificador=Codificador(elegido, ajustes),
        voz_medico=voz_medico,
    )
