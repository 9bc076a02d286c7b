"""Diarizador con la tubería completa de pyannote.audio, tal como se publica.

Es el de los perfiles que la traen (`clinica` y `gpu`: community-1) y el único que usa la GPU. Con
`SCRIBE_DIARIZADOR=pyannote` también trabaja en `minimo`: como su red de huellas no se reparte fuera del hub,
ahí se arma la 3.1 con CAM++ y sus parámetros publicados.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scribe.ajustes import Ajustes
from scribe.consulta import HERCIOS, Grabacion, Huella, Senal, Separacion, Tramo
from scribe.diarizacion.filtros import filtros
from scribe.diarizacion.huellas import DIMENSIONES, Huellero
from scribe.diarizacion.tramos import aviso_de_cuenta
from scribe.modelos import Perfil, identidad, ruta
from scribe.progreso import Avance, en_silencio
from scribe.recuerdos import Recuerdos
from scribe.torchaudio_cpu import exigir

if TYPE_CHECKING:
    import torch

VERSION = "1"
# https://huggingface.co/pyannote/speaker-diarization-3.1/blob/main/config.yaml
PARAMETROS_31: dict[str, dict[str, Any]] = {
    "segmentation": {"min_duration_off": 0.0},
    "clustering": {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7045654963945799},
}
_LOTE = 32
_MINIMO_HUELLA = 400  # muestras: una ventana de 25 ms, lo menos que admite el banco de filtros
_VOZ_DE_HUELLA_S = 30.0
"""Cuánta voz de cada persona basta para su huella."""


class DiarizadorTuberia:
    """La tubería `SpeakerDiarization`. Los pesos se cargan la primera vez que se usan."""

    def __init__(self, perfil: Perfil, ajustes: Ajustes) -> None:
        """`perfil` dice qué modelos usar; de `ajustes` cuenta `dispositivo`."""
        completa = "diarizacion" in perfil.modelos
        self._partes = ("diarizacion", "huella") if completa else ("segmentacion", "huella")
        self._modelos = {parte: perfil.modelos[parte] for parte in self._partes}
        self._dispositivo = ajustes.dispositivo
        self._tuberia: Any = None
        self._huellero: Huellero | None = None

    @property
    def identidad(self) -> dict[str, Any]:
        """Modelos (id, suma) y versión del motor."""
        modelos = {parte: identidad(nombre) for parte, nombre in self._modelos.items()}
        return {"motor": "pyannote.audio", "version": VERSION, **modelos}

    def separar(
        self,
        grabacion: Grabacion,
        *,
        hablantes: int | None,
        avance: Avance,
        recuerdos: Recuerdos | None = None,
    ) -> Separacion:
        """Quién habló cuándo. Con una voz por canal, cada canal es una persona.

        La tubería mira la grabación entera: no hay nada que adelantar ni que recordar.
        """
        del recuerdos
        if not grabacion.por_canal:
            tramos = pasar(self._cargada(), grabacion.voces[0], hablantes, avance)
            huellas = self._huellas(grabacion.voces[0], tramos)
            cuantos = len({t.hablante for t in tramos})
            avisos = aviso_de_cuenta(hablantes, cuantos) if tramos else ()
            return Separacion(tramos, huellas, avisos)
        juntos: list[Tramo] = []
        huellas = {}
        for i, senal in enumerate(grabacion.voces, start=1):
            propios = [t.model_copy(update={"hablante": f"H{i}"}) for t in pasar(self._cargada(), senal, 1)]
            juntos += propios
            huellas |= self._huellas(senal, propios)
            avance(i / len(grabacion.voces))
        return Separacion(tuple(sorted(juntos, key=lambda t: t.inicio)), huellas)

    def adelantar(self, senal: Senal, *, recuerdos: Recuerdos) -> float:
        """Nada: siempre 0.0 (véase `separar`)."""
        del senal, recuerdos
        return 0.0

    def _huellas(self, senal: Senal, tramos: Sequence[Tramo]) -> dict[str, Huella]:
        """La huella CAM++ de cada persona, con lo que dijo sin nadie encima: es la que compara los roles."""
        if self._huellero is None:
            self._huellero = Huellero(ruta(self._modelos["huella"]))
        salida = {}
        for hablante, partes in sorted(solos(tramos).items()):
            voz = np.concatenate([senal[round(i * HERCIOS) : round(f * HERCIOS)] for i, f in partes])
            if len(voz) >= HERCIOS:
                salida[hablante] = self._huellero.huella(filtros(voz[: round(_VOZ_DE_HUELLA_S * HERCIOS)]))
        return salida

    def _cargada(self) -> Any:
        if self._tuberia is None:
            if "diarizacion" in self._modelos:
                self._tuberia = completa(ruta(self._modelos["diarizacion"]))
            else:
                self._tuberia = armada(ruta(self._modelos["segmentacion"]), ruta(self._modelos["huella"]))
            import torch

            if self._dispositivo == "cuda" or (self._dispositivo == "auto" and torch.cuda.is_available()):
                self._tuberia.to(torch.device("cuda"))
        return self._tuberia


def pasar(
    tuberia: Any, senal: Senal, hablantes: int | None = None, avance: Avance = en_silencio
) -> tuple[Tramo, ...]:
    """Los tramos de cada persona en una señal mono a `HERCIOS`, en orden de inicio.

    `tuberia` es la de `completa` o `armada`; sin `hablantes`, ella decide cuántos hay.
    """
    import torch

    ventana = round(10.0 * HERCIOS)
    if len(senal) < ventana:  # la red mira 10 s: lo más corto se completa con silencio
        senal = np.pad(senal, (0, ventana - len(senal)))
    entrada = {"waveform": torch.from_numpy(np.ascontiguousarray(senal))[None], "sample_rate": HERCIOS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        salida = tuberia(entrada, num_speakers=hablantes, hook=_Gancho(avance))
    avance(1.0)
    return tramos_de(getattr(salida, "speaker_diarization", salida))


def solos(tramos: Sequence[Tramo]) -> dict[str, list[tuple[float, float]]]:
    """Por persona, los intervalos (inicio, fin en segundos) en que nadie más habla."""
    orillas = sorted({v for t in tramos for v in (t.inicio, t.fin)})
    salida: dict[str, list[tuple[float, float]]] = {}
    for inicio, fin in pairwise(orillas):
        suenan = {t.hablante for t in tramos if t.inicio <= inicio and t.fin >= fin}
        if len(suenan) == 1:
            salida.setdefault(suenan.pop(), []).append((inicio, fin))
    return salida


def tramos_de(anotacion: Any) -> tuple[Tramo, ...]:
    """Los tramos de una `pyannote.core.Annotation`, en orden y con nombres H1, H2… por aparición."""
    filas = sorted((s.start, s.end, str(e)) for s, _, e in anotacion.support().itertracks(yield_label=True))
    nombres: dict[str, str] = {}
    for _, _, etiqueta in filas:
        nombres.setdefault(etiqueta, f"H{len(nombres) + 1}")
    return tuple(Tramo(hablante=nombres[e], inicio=max(0.0, i), fin=f) for i, f, e in filas if f > i)


def completa(carpeta: Path) -> Any:
    """La tubería de una carpeta con su `config.yaml` (community-1)."""
    exigir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyannote.audio import Pipeline

        return Pipeline.from_pretrained(carpeta)


def armada(segmentacion: Path, huella: Path) -> Any:
    """La tubería 3.1 con CAM++.

    Se construye sin agrupamiento porque el constructor, aunque no lo use, baja un PLDA del hub y no admite
    una red de huellas propia; después se le ponen las dos piezas que habría puesto él.
    """
    exigir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyannote.audio.core.io import Audio
        from pyannote.audio.core.plda import PLDA
        from pyannote.audio.pipelines import SpeakerDiarization
        from pyannote.audio.pipelines.clustering import AgglomerativeClustering

        tuberia = SpeakerDiarization(
            segmentation=str(segmentacion / "pytorch_model.bin"),
            plda=PLDA.__new__(PLDA),  # no se llega a usar: evita que busque el suyo en el hub
            clustering="OracleClustering",
            embedding_exclude_overlap=True,
            segmentation_batch_size=_LOTE,
            embedding_batch_size=_LOTE,
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
        self._huellero = Huellero(carpeta)
        self.dimension = DIMENSIONES

    def to(self, dispositivo: torch.device) -> HuellaCampplus:
        """CAM++ corre siempre en el procesador; pyannote llama a esto al mover la tubería."""
        del dispositivo
        return self

    def __call__(self, ondas: torch.Tensor, masks: torch.Tensor | None = None) -> Any:
        """(lote, 1, muestras) y (lote, cuadros) → (lote, 192); la fila sin voz suficiente es NaN."""
        import torch

        salida = np.full((len(ondas), self.dimension), np.nan, dtype=np.float32)
        for fila, onda in enumerate(ondas[:, 0].cpu()):
            muestras = onda
            if masks is not None:
                mascara = masks[fila].cpu()[None, None]
                muestras = onda[torch.nn.functional.interpolate(mascara, size=len(onda))[0, 0] > 0.5]
            if len(muestras) >= self.min_num_samples:
                salida[fila] = self._huellero.huella(filtros(muestras.numpy()))
        return salida


class _Gancho:
    """Lleva el avance de la tubería: segmentar es un tercio del trabajo; las huellas, el resto."""

    _PARTES = ("segmentation", "embeddings")

    def __init__(self, avance: Avance) -> None:
        self._avance = avance
        self._hecho = 0.0

    def __call__(
        self, paso: str, _artefacto: Any, completed: int | None = None, total: int | None = None, **_: Any
    ) -> None:
        if paso in self._PARTES and completed is not None and total:
            desde, ancho = ((0.0, 0.35), (0.35, 0.63))[self._PARTES.index(paso)]
            self._hecho = max(self._hecho, desde + ancho * min(1.0, completed / total))
            self._avance(self._hecho)
