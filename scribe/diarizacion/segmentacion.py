"""Actividad de voz por ventana: quién suena en cada instante, todavía sin nombre.

La red (`red_actividad`) mira ventanas de 10 s y da, por cuadro, la probabilidad de silencio, de cada uno de
tres hablantes locales y de cada pareja de ellos. Aquí se convierte en una probabilidad por hablante local.
Los hablantes locales de dos ventanas no tienen relación entre sí: unirlos es trabajo de las huellas y del
agrupamiento. Cada ventana se calcula sola: su resultado depende nada más de sus muestras.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scribe.consulta import HERCIOS, Senal
from scribe.diarizacion.grafo import Red
from scribe.diarizacion.pesos import leer_pesos
from scribe.diarizacion.red_actividad import A_LA_VEZ, CAMPO, LOCALES, PASO, VENTANA_S, armar

CUADRO_S = PASO / HERCIOS
"""Segundos entre cuadros."""
DESFASE_S = (CAMPO - PASO) / 2 / HERCIOS
"""Dónde empieza el primer cuadro dentro de la ventana, en segundos."""
LARGO = round(VENTANA_S * HERCIOS)
"""Muestras de una ventana."""

_CONJUNTOS = tuple(c for tamano in range(A_LA_VEZ + 1) for c in combinations(range(LOCALES), tamano))

Actividad = NDArray[np.float16]
"""(cuadros, locales): probabilidad de que cada hablante local suene. En media precisión, que sobra y se
guarda en la mitad."""


@dataclass(frozen=True, slots=True)
class Ventana:
    """Lo que la red vio en una ventana que empieza en `inicio` (segundos)."""

    inicio: float
    actividad: Actividad


class Segmentador:
    """La red de segmentación."""

    def __init__(self, carpeta: Path) -> None:
        """`carpeta` tiene `pytorch_model.bin` (o `segmentation/pytorch_model.bin`)."""
        archivo = carpeta / "pytorch_model.bin"
        if not archivo.exists():
            archivo = carpeta / "segmentation" / "pytorch_model.bin"
        self._red = Red(armar(leer_pesos(archivo)))

    def actividad(self, muestras: Senal) -> Actividad:
        """Quién suena en una ventana (mono a `HERCIOS`); si es corta, lo que falta es silencio."""
        onda = np.zeros((1, 1, LARGO), dtype=np.float32)
        onda[0, 0, : len(muestras)] = muestras
        clases = self._red(onda=onda)[:, 0]
        actividad = np.zeros((len(clases), LOCALES), dtype=np.float32)
        for clase, conjunto in enumerate(_CONJUNTOS):
            for local in conjunto:
                actividad[:, local] += clases[:, clase]
        return actividad.astype(np.float16)


def inicios(muestras: int, paso_s: float, *, abierta: bool = False) -> list[int]:
    """Muestra donde empieza cada ventana: cubren toda la señal y la última termina con ella.

    Con `abierta` la grabación sigue: solo las que ya están completas y serán las mismas al final.
    """
    paso = round(paso_s * HERCIOS)
    if abierta:
        return list(range(0, muestras - LARGO, paso))
    if muestras <= LARGO:
        return [0]
    return [*range(0, muestras - LARGO, paso), muestras - LARGO]
