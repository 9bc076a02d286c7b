"""El trabajo común de `consulta` y `lote`: procesar una grabación y publicar su borrador."""

from __future__ import annotations

from pathlib import Path

from scribe.ajustes import Ajustes
from scribe.consulta import Contexto
from scribe.flujo import Motores, Resultado, procesar
from scribe.progreso import Progreso
from scribe.salida import Publicado, publicar


def elaborar(
    audio: Path, salida: Path, motores: Motores, ajustes: Ajustes, contexto: Contexto, progreso: Progreso
) -> tuple[Resultado, Publicado]:
    """Procesa `audio` y escribe en `salida` los archivos del contrato, todos o ninguno."""
    resultado = procesar(audio, motores, ajustes, contexto, progreso)
    progreso("salida", 0.0)
    publicado = publicar(resultado.borrador, resultado.tramos, salida, contexto=contexto, audio=audio)
    progreso("salida", 1.0)
    return resultado, publicado
