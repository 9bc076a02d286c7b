"""Los cinco archivos que deja una consulta en su carpeta."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from scribe.consulta import Borrador, Contexto, Tramo
from scribe.salida.destino import escribir_todo
from scribe.salida.esquema import a_json
from scribe.salida.html import a_html
from scribe.salida.markdown import a_markdown
from scribe.salida.rttm import a_rttm
from scribe.salida.vista import construir
from scribe.salida.vtt import a_vtt

ARCHIVOS = ("transcripcion.rttm", "transcripcion.vtt", "nota.md", "nota.html", "borrador.json")
"""En el orden en que se reemplazan: `borrador.json` al final, como señal de corrida terminada."""

_SUBIDAS = 2


@dataclass(frozen=True, slots=True)
class Publicado:
    """Dónde quedó cada archivo."""

    rutas: dict[str, Path]

    @property
    def nota_html(self) -> Path:
        """La página que se abre."""
        return self.rutas["nota.html"]

    @property
    def borrador_json(self) -> Path:
        """El contrato para otros programas."""
        return self.rutas["borrador.json"]


def audio_junto(audio: Path | None, destino: Path) -> str | None:
    """URL relativa de la grabación desde `destino/nota.html`, si está en la carpeta o cerca de ella.

    Una grabación a más de dos carpetas hacia arriba da `None`: la página ofrece abrirla a mano y no
    revela su ruta.
    """
    if audio is None or not audio.is_file():
        return None
    relativa = Path(os.path.relpath(audio.resolve(), destino.resolve()))
    if relativa.parts.count("..") > _SUBIDAS:
        return None
    return quote(os.fsencode(relativa))


def _legible(nombre: str) -> str:
    """El nombre de un archivo como texto escribible: los bytes que no son UTF-8 salen como «�»."""
    return os.fsencode(nombre).decode("utf-8", "replace")


def publicar(
    borrador: Borrador,
    tramos: Sequence[Tramo],
    destino: Path,
    *,
    contexto: Contexto | None = None,
    audio: Path | None = None,
    momento: datetime | None = None,
) -> Publicado:
    """Escribe en `destino` los `ARCHIVOS`, todos completos o ninguno.

    `tramos` son los de la diarización (para el RTTM); `audio`, el archivo de la grabación, de donde
    sale su nombre y, si está junto a `destino`, el sonido de la página; `momento`, la fecha de proceso
    (por omisión, ahora, en hora local). Lanza `SalidaInvalida` si no se puede escribir.
    """
    contexto = contexto or Contexto()
    momento = momento or datetime.now().astimezone()
    archivo = _legible(audio.name) if audio else "sin nombre"
    vista = construir(borrador, contexto, momento, archivo, audio_junto(audio, destino))
    textos = {
        "transcripcion.rttm": a_rttm(tramos, _legible(audio.stem) if audio else "consulta"),
        "transcripcion.vtt": a_vtt(borrador.transcripcion),
        "nota.md": a_markdown(borrador, contexto, momento, archivo),
        "nota.html": a_html(vista),
        "borrador.json": a_json(borrador),
    }
    return Publicado(escribir_todo(destino, {nombre: textos[nombre] for nombre in ARCHIVOS}))
