"""Un caso de un conjunto: el audio y su verdad."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluacion.metricas.hablantes import leer_rttm
from evaluacion.sintesis.guion import CodigoEsperado, Hecho, Prohibido
from scribe.consulta import Tramo

_SONIDOS = {".wav", ".flac", ".ogg", ".m4a", ".mp3", ".webm", ".opus"}


@dataclass(frozen=True, slots=True)
class Caso:
    """Una consulta con su referencia. `dichos`: (hablante, texto) por turno, en orden."""

    id: str
    audio: Path
    paciente: dict[str, Any]
    dichos: tuple[tuple[str, str], ...]
    tramos: tuple[Tramo, ...]
    hechos: tuple[Hecho, ...]
    prohibidos: tuple[Prohibido, ...]
    codigos: tuple[CodigoEsperado, ...]
    alertas: tuple[str, ...]

    @property
    def texto(self) -> str:
        """Todo lo dicho, en orden."""
        return " ".join(texto for _, texto in self.dichos)


def leer_caso(referencia: Path) -> Caso:
    """Lee un `.ref.json` con el audio y el `.rttm` que lleva al lado.

    Lanza `FileNotFoundError` si falta el audio o el RTTM.
    """
    nombre = referencia.name.removesuffix(".ref.json")
    datos = json.loads(referencia.read_text("utf-8"))
    sonidos = [a for a in sorted(referencia.parent.glob(f"{nombre}.*")) if a.suffix in _SONIDOS]
    if not sonidos:
        raise FileNotFoundError(f"{nombre}: falta el audio junto a su .ref.json")
    return Caso(
        id=nombre,
        audio=sonidos[0],
        paciente=datos.get("paciente", {}),
        dichos=tuple((t["speaker"], t["text"]) for t in datos["turns"]),
        tramos=tuple(leer_rttm(referencia.with_name(f"{nombre}.rttm"))),
        hechos=tuple(Hecho.model_validate(h) for h in datos.get("hechos", ())),
        prohibidos=tuple(Prohibido.model_validate(p) for p in datos.get("prohibidos", ())),
        codigos=tuple(CodigoEsperado.model_validate(c) for c in datos.get("codigos", ())),
        alertas=tuple(a["tipo"] for a in datos.get("alertas", ())),
    )


def leer_conjunto(carpeta: Path) -> list[Caso]:
    """Todos los casos de una carpeta, por nombre. Lanza `ValueError` si no hay ninguno."""
    casos = [leer_caso(a) for a in sorted(carpeta.glob("*.ref.json"))]
    if not casos:
        raise ValueError(f"no hay ningún .ref.json en {carpeta}")
    return casos
