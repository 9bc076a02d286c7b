"""Huellas de voz: un vector de norma 1 por persona, para saber si dos fragmentos son de la misma.

CAM++ (192 dimensiones, banco de 80 filtros mel). Los pesos y la definición de la red vienen juntos en
la carpeta del modelo, ya verificada por suma; aquí no se copia código ajeno.
"""

from __future__ import annotations

import runpy
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scribe.consulta import HERCIOS, Senal

CUADRO_S = 0.01
"""Segundos entre cuadros del banco de filtros."""
DIMENSIONES = 192
"""Largo de una huella."""
_MEL = 80
_ESCALON = 25
_LOTE = 16

Filtros = NDArray[np.float32]
"""(cuadros, 80): log de energía por banda mel, un cuadro cada `CUADRO_S`."""


class Huellero:
    """Calcula huellas con CAM++."""

    def __init__(self, carpeta: Path, *, dispositivo: str = "cpu") -> None:
        """`carpeta` tiene `campplus_cn_en_common.pt` (pesos) y `camplusplus.py` (la red)."""
        self._red = _cargar(carpeta, dispositivo)
        self._dispositivo = dispositivo

    def filtros(self, senal: Senal) -> Filtros:
        """Banco de filtros de `senal` (mono a `HERCIOS`)."""
        import torch
        from torchaudio.compliance.kaldi import fbank

        with torch.inference_mode():
            salida = fbank(
                torch.from_numpy(np.ascontiguousarray(senal))[None],
                num_mel_bins=_MEL,
                sample_frequency=HERCIOS,
                dither=0.0,
            )
        valores: Filtros = salida.numpy()
        return valores

    def huellas(self, fragmentos: Sequence[Filtros]) -> NDArray[np.float32]:
        """Una huella de norma 1 por fragmento: (fragmentos, 192).

        Los fragmentos se agrupan por largo, repitiendo su comienzo hasta el escalón siguiente (la red
        no admite relleno con silencio sin cambiar la huella), para calcularlos por lotes.
        """
        salida = np.zeros((len(fragmentos), DIMENSIONES), dtype=np.float32)
        por_largo: dict[int, list[int]] = defaultdict(list)
        for i, f in enumerate(fragmentos):
            por_largo[-(-len(f) // _ESCALON) * _ESCALON].append(i)
        for largo, indices in sorted(por_largo.items()):
            for desde in range(0, len(indices), _LOTE):
                lote = indices[desde : desde + _LOTE]
                salida[lote] = self._lote(np.stack([_a_medida(fragmentos[i], largo) for i in lote]))
        return salida

    def _lote(self, filtros: NDArray[np.float32]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            vectores = self._red(torch.from_numpy(filtros).to(self._dispositivo))
            vectores = torch.nn.functional.normalize(vectores, dim=1)
        resultado: NDArray[np.float32] = vectores.cpu().numpy()
        return resultado


def _a_medida(filtros: Filtros, largo: int) -> Filtros:
    centrados = filtros - filtros.mean(axis=0, keepdims=True)
    return np.resize(centrados, (largo, filtros.shape[1])).astype(np.float32)


def _cargar(carpeta: Path, dispositivo: str) -> Any:
    import torch

    # run_path no deja bytecode junto al modelo: la carpeta verificada no cambia.
    definicion = runpy.run_path(str(carpeta / "camplusplus.py"))
    red = definicion["CAMPPlus"](feat_dim=_MEL, embedding_size=DIMENSIONES)
    pesos = torch.load(carpeta / "campplus_cn_en_common.pt", map_location="cpu", weights_only=True)
    red.load_state_dict(pesos)
    return red.eval().to(dispositivo)
