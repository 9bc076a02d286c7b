"""Actividad de voz por ventana: quién suena en cada instante, todavía sin nombre.

La red de pyannote (segmentation-3.0, powerset) mira ventanas de 10 s y da, por cuadro, la probabilidad
de silencio, de cada uno de tres hablantes locales y de cada pareja de ellos. Aquí se convierte en una
probabilidad por hablante local. Los hablantes locales de dos ventanas no tienen relación entre sí:
unirlos es trabajo de las huellas y del agrupamiento.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scribe.consulta import HERCIOS, Senal
from scribe.torchaudio_cpu import exigir


@dataclass(frozen=True, slots=True)
class Ventana:
    """Lo que la red vio en una ventana.

    `inicio` en segundos; `actividad` (cuadros, locales), probabilidad de que cada hablante local suene.
    """

    inicio: float
    actividad: NDArray[np.float32]


class Segmentador:
    """La red de segmentación sobre ventanas sucesivas de una señal."""

    def __init__(self, carpeta: Path, *, paso_s: float, lote: int = 8, dispositivo: str = "cpu") -> None:
        """`carpeta` tiene `pytorch_model.bin` (o `segmentation/pytorch_model.bin`); `paso_s`, en segundos."""
        self._red = _cargar(carpeta, dispositivo)
        self._dispositivo = dispositivo
        self._lote = lote
        self.paso_s = paso_s
        especificacion = self._red.specifications
        self.ventana_s = float(especificacion.duration)
        self._locales = len(especificacion.classes)
        self._conjuntos = [
            set(c)
            for tamano in range(int(especificacion.powerset_max_classes) + 1)
            for c in combinations(range(self._locales), tamano)
        ]
        campo = self._red.receptive_field
        self.cuadro_s = float(campo.step)
        """Segundos entre cuadros."""
        self.desfase_s = float(campo.start + campo.duration / 2 - campo.step / 2)
        """Dónde empieza el primer cuadro dentro de la ventana, en segundos."""

    def inicios(self, muestras: int) -> list[int]:
        """Muestra donde empieza cada ventana: cubren toda la señal y la última termina con ella."""
        largo, paso = round(self.ventana_s * HERCIOS), round(self.paso_s * HERCIOS)
        if muestras <= largo:
            return [0]
        lista = list(range(0, muestras - largo, paso))
        return [*lista, muestras - largo]

    def ventanas(self, senal: Senal) -> Iterator[list[Ventana]]:
        """Lotes de ventanas, en orden. `senal` mono a `HERCIOS`."""
        largo = round(self.ventana_s * HERCIOS)
        inicios = self.inicios(len(senal))
        for desde in range(0, len(inicios), self._lote):
            tanda = inicios[desde : desde + self._lote]
            trozos = np.zeros((len(tanda), 1, largo), dtype=np.float32)
            for fila, inicio in zip(trozos, tanda, strict=True):
                trozo = senal[inicio : inicio + largo]
                fila[0, : len(trozo)] = trozo
            yield [
                self._ventana(inicio, prob)
                for inicio, prob in zip(tanda, self._probabilidades(trozos), strict=True)
            ]

    def _probabilidades(self, trozos: NDArray[np.float32]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            salida = self._red(torch.from_numpy(trozos).to(self._dispositivo)).exp()
        probabilidades: NDArray[np.float32] = salida.float().cpu().numpy()
        return probabilidades

    def _ventana(self, inicio: int, prob: NDArray[np.float32]) -> Ventana:
        actividad = np.zeros((len(prob), self._locales), dtype=np.float32)
        for clase, conjunto in enumerate(self._conjuntos):
            for local in conjunto:
                actividad[:, local] += prob[:, clase]
        return Ventana(inicio / HERCIOS, actividad)


def _cargar(carpeta: Path, dispositivo: str) -> Any:
    exigir()  # la telemetría de pyannote ya la calló `scribe` al importarse
    archivo = carpeta / "pytorch_model.bin"
    if not archivo.exists():
        archivo = carpeta / "segmentation" / "pytorch_model.bin"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyannote.audio import Model

        red: Any = Model.from_pretrained(archivo)
    return red.eval().to(dispositivo)
