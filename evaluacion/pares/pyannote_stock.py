"""pyannote.audio con su tubería y sus parámetros publicados: sin la limpieza ni las huellas de Scribe.

Qué es «de fábrica» aquí:

- Si el perfil trae la tubería completa (`pyannote-community-1`, perfiles clinica y gpu), se abre tal cual.
- Si no (perfil minimo), se arma la de speaker-diarization-3.1 con sus parámetros publicados y la red de
  segmentación 3.0 idéntica a la del hub. Su red de huellas (WeSpeaker ResNet34) no se distribuye fuera del
  hub: en su lugar va CAM++, la misma de Scribe. El umbral de agrupamiento publicado se ajustó para la otra
  red, y no se retoca: no sería de fábrica.
"""

from __future__ import annotations

from typing import Any

from evaluacion.caso import Caso, Tarea
from evaluacion.par import Par, Reloj, senal_de
from evaluacion.salida import Costo, Salida
from scribe.consulta import Senal, Tramo
from scribe.diarizacion.tuberia import armada, completa, pasar


class PyannoteDeFabrica(Par):
    """La tubería `SpeakerDiarization` de pyannote.audio."""

    nombre = "pyannote"
    titulo = "pyannote.audio de fábrica (en minimo, 3.1 con CAM++)"
    tareas: tuple[Tarea, ...] = ("diarizacion",)
    paquetes = ("pyannote-audio", "torch", "torchaudio")

    def __init__(self) -> None:
        super().__init__()
        self._tuberia: Any = None

    @property
    def funciones(self) -> tuple[str, ...]:  # type: ignore[override]
        """La tubería entera si el perfil la trae; si no, sus dos redes."""
        from scribe.modelos import perfil

        entera = "diarizacion" in perfil(self._opciones.perfil).modelos
        return ("diarizacion",) if entera else ("segmentacion", "huella")

    def cargar(self, tarea: Tarea) -> None:
        """Abre o arma la tubería."""
        if "diarizacion" in self.funciones:
            self._tuberia = completa(self.carpeta("diarizacion"))
        else:
            self._tuberia = armada(self.carpeta("segmentacion"), self.carpeta("huella"))

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """Quién habló cuándo, con voces encimadas."""
        reloj = Reloj()
        with reloj.etapa("audio"):
            senal = senal_de(caso)
        with reloj.etapa("diarizacion"):
            tramos = self.separar(senal)
        return Salida(caso=caso.id, tramos=tramos, costo=Costo(etapas=reloj.etapas))

    def separar(self, senal: Senal) -> tuple[Tramo, ...]:
        """Los tramos de cada hablante, sin decirle cuántos son."""
        return pasar(self._tuberia, senal)


SISTEMAS = (PyannoteDeFabrica(),)
