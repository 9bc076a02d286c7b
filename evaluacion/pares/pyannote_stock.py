"""pyannote.audio con su tubería y sus parámetros publicados, sin nada de Scribe en medio.

Qué es «de fábrica» aquí:

- Si el perfil trae la tubería completa (`pyannote-community-1`, perfiles clinica y gpu), se abre tal cual.
- Si no (perfil minimo), se arma la de speaker-diarization-3.1 con sus parámetros publicados y la red de
  segmentación 3.0 idéntica a la del hub. Su red de huellas (WeSpeaker ResNet34) no se distribuye fuera del
  hub: en su lugar va CAM++, la misma de Scribe. El umbral de agrupamiento publicado se ajustó para la otra
  red, y no se retoca: no sería de fábrica.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluacion.caso import Caso, Tarea
from evaluacion.par import Par, Reloj, hablantes, senal_de
from evaluacion.salida import Costo, Salida
from scribe.consulta import HERCIOS, Senal, Tramo

if TYPE_CHECKING:
    import torch

# https://huggingface.co/pyannote/speaker-diarization-3.1/blob/main/config.yaml
PARAMETROS_31: dict[str, dict[str, Any]] = {
    "segmentation": {"min_duration_off": 0.0},
    "clustering": {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7045654963945799},
}
_LOTE_31 = 32
_MINIMO_HUELLA = 400  # muestras: una ventana de 25 ms, lo menos que admite el banco de filtros


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

        completa = "diarizacion" in perfil(self._opciones.perfil).modelos
        return ("diarizacion",) if completa else ("segmentacion", "huella")

    def cargar(self, tarea: Tarea) -> None:
        """Abre o arma la tubería."""
        from scribe.torchaudio_cpu import exigir

        exigir()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if "diarizacion" in self.funciones:
                self._tuberia = _completa(self.carpeta("diarizacion"))
            else:
                self._tuberia = _armada(self.carpeta("segmentacion"), self.carpeta("huella"))

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
        import torch

        entrada = {"waveform": torch.from_numpy(senal)[None], "sample_rate": HERCIOS}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            salida = self._tuberia(entrada)
        anotacion = getattr(salida, "speaker_diarization", salida)
        return tramos_de(anotacion)


def tramos_de(anotacion: Any) -> tuple[Tramo, ...]:
    """Los tramos de una `pyannote.core.Annotation`, en orden."""
    filas = [(s.start, s.end, str(e)) for s, _, e in anotacion.itertracks(yield_label=True)]
    nombres = hablantes(e for _, _, e in filas)
    return tuple(Tramo(hablante=nombres[e], inicio=max(0.0, i), fin=f) for i, f, e in filas if f > i)


def _completa(carpeta: Path) -> Any:
    from pyannote.audio import Pipeline

    return Pipeline.from_pretrained(carpeta)


def _armada(segmentacion: Path, huella: Path) -> Any:
    """La tubería 3.1 con CAM++.

    Se construye sin agrupamiento porque el constructor, aunque no lo use, baja un PLDA del hub y no admite
    una red de huellas propia; después se le ponen las dos piezas que habría puesto él.
    """
    from pyannote.audio.core.io import Audio
    from pyannote.audio.core.plda import PLDA
    from pyannote.audio.pipelines import SpeakerDiarization
    from pyannote.audio.pipelines.clustering import AgglomerativeClustering

    tuberia = SpeakerDiarization(
        segmentation=str(segmentacion / "pytorch_model.bin"),
        plda=PLDA.__new__(PLDA),  # no se llega a usar: evita que busque el suyo en el hub
        clustering="OracleClustering",
        embedding_exclude_overlap=True,
        segmentation_batch_size=_LOTE_31,
        embedding_batch_size=_LOTE_31,
    )
    tuberia._embedding = HuellaCampplus(huella)
    tuberia._audio = Audio(sample_rate=HERCIOS, mono="downmix")
    tuberia.klustering = "AgglomerativeClustering"
    tuberia.clustering = AgglomerativeClustering(metric="cosine")
    tuberia._expects_num_speakers = False
    return tuberia.instantiate(PARAMETROS_31)


class HuellaCampplus:
    """CAM++ con la forma que pyannote espera de una red de huellas (`PretrainedSpeakerEmbedding`)."""

    sample_rate = HERCIOS
    metric = "cosine"
    min_num_samples = _MINIMO_HUELLA

    def __init__(self, carpeta: Path) -> None:
        """`carpeta`: la del modelo `campplus`."""
        from scribe.diarizacion.huellas import DIMENSIONES, Huellero

        self._huellero = Huellero(carpeta)
        self.dimension = DIMENSIONES

    def __call__(self, ondas: torch.Tensor, masks: torch.Tensor | None = None) -> Any:
        """(lote, 1, muestras) y (lote, cuadros) → (lote, 192); la fila sin voz suficiente es NaN."""
        import numpy as np
        import torch

        from scribe.diarizacion.filtros import filtros

        salida = np.full((len(ondas), self.dimension), np.nan, dtype=np.float32)
        for fila, onda in enumerate(ondas[:, 0]):
            muestras = onda
            if masks is not None:
                cuadros = torch.nn.functional.interpolate(masks[fila][None, None], size=len(onda))[0, 0]
                muestras = onda[cuadros > 0.5]
            if len(muestras) >= self.min_num_samples:
                salida[fila] = self._huellero.huella(filtros(muestras.numpy()))
        return salida


SISTEMAS = (PyannoteDeFabrica(),)
