"""Huellas de voz: un vector de norma 1 por persona, para saber si dos fragmentos son de la misma.

CAM++ (192 dimensiones, banco de 80 filtros mel). Cada huella se calcula sola: depende nada más de su
fragmento, no de cuáles otros se pidieron con él. Es la salida lineal de la última capa, como se publicó: la
definición que acompaña a los pesos la recorta a valores positivos y con eso pierde la mitad de los números.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scribe.consulta import Huella
from scribe.diarizacion.filtros import BANDAS, Filtros
from scribe.diarizacion.grafo import Red
from scribe.diarizacion.pesos import leer_pesos
from scribe.diarizacion.red_huella import armar, cierre, tramos

DIMENSIONES = 192
"""Largo de una huella."""


class Huellero:
    """Calcula huellas con CAM++."""

    def __init__(self, carpeta: Path) -> None:
        """`carpeta` tiene `campplus_cn_en_common.pt`."""
        pesos = leer_pesos(carpeta / "campplus_cn_en_common.pt")
        self._red = Red(armar(pesos, BANDAS))
        self._matriz, self._base = cierre(pesos)

    def huella(self, fragmento: Filtros) -> Huella:
        """La huella de un fragmento de una sola voz (véase `filtros`).

        Lanza `ValueError` si tiene menos de 3 cuadros.
        """
        if len(fragmento) < 3:
            raise ValueError(f"El fragmento tiene {len(fragmento)} cuadros.")
        centrado = fragmento - fragmento.mean(axis=0, keepdims=True)
        entrada = np.ascontiguousarray(centrado.T, dtype=np.float32)[None, None]
        canales = self._red(filtros=entrada, tramo=tramos(len(fragmento)))[0]
        resumen = np.concatenate([canales.mean(axis=1), canales.std(axis=1, ddof=1)])
        vector = np.einsum("ij,j->i", self._matriz, resumen) + self._base  # sin hilos que se queden girando
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)
