"""Quién habló cuándo, en RTTM (NIST Rich Transcription): una línea por tramo."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from scribe.consulta import Tramo

_RARO = re.compile(r"[^A-Za-z0-9._-]+")


def nombre_sin_espacios(nombre: str) -> str:
    """Identificador de grabación para RTTM, cuyos campos se separan con espacios."""
    sin_acentos = unicodedata.normalize("NFKD", nombre).encode("ascii", "ignore").decode()
    return _RARO.sub("_", sin_acentos).strip("_.") or "consulta"


def a_rttm(tramos: Iterable[Tramo], nombre: str = "consulta") -> str:
    """Líneas `SPEAKER` en orden de inicio; tiempos en segundos con milésimas. Vacío si no hay voz."""
    uri = nombre_sin_espacios(nombre)
    ordenados = sorted(tramos, key=lambda t: (t.inicio, t.fin, t.hablante))
    return "".join(
        f"SPEAKER {uri} 1 {t.inicio:.3f} {t.fin - t.inicio:.3f} <NA> <NA>"
        f" {nombre_sin_espacios(t.hablante)} <NA> <NA>\n"
        for t in ordenados
        if t.fin > t.inicio
    )
