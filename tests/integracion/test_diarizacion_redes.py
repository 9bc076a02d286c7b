"""Las redes armadas en ONNX dan lo mismo que las publicadas, corridas con PyTorch."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scribe.audio import leer
from scribe.consulta import HERCIOS, Senal
from scribe.diarizacion.filtros import BANDAS, filtros
from scribe.diarizacion.huellas import DIMENSIONES, Huellero
from scribe.diarizacion.segmentacion import LARGO, Segmentador
from scribe.modelos import ruta
from scribe.progreso import en_silencio
from scribe.torchaudio_cpu import exigir

MUESTRA = Path(__file__).resolve().parents[2] / "evaluacion" / "muestras" / "otitis.m4a"


@pytest.fixture(scope="module")
def senal() -> Senal:
    voz = leer(MUESTRA, duracion_max_s=600.0, avance=en_silencio).voces[0]
    return np.ascontiguousarray(voz[10 * HERCIOS : 30 * HERCIOS])


def test_el_banco_de_filtros_es_el_de_kaldi(senal: Senal) -> None:
    import torch

    exigir()
    from torchaudio.compliance.kaldi import fbank

    suyo = fbank(torch.from_numpy(senal)[None], num_mel_bins=BANDAS, sample_frequency=HERCIOS, dither=0.0)
    assert np.abs(filtros(senal) - suyo.numpy()).max() < 0.02


def test_la_segmentacion_es_la_de_pyannote(senal: Senal) -> None:
    import torch

    exigir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyannote.audio import Model
        from pyannote.audio.utils.powerset import Powerset

        archivo = ruta("pyannote-segmentation-3.0") / "pytorch_model.bin"
        red: Any = Model.from_pretrained(archivo)
    red.eval()
    nuestra = Segmentador(ruta("pyannote-segmentation-3.0"))
    conjuntos = Powerset(3, 2).mapping.numpy()
    for inicio in (0, 5 * HERCIOS):
        ventana = senal[inicio : inicio + LARGO]
        with torch.inference_mode():
            clases = red(torch.from_numpy(ventana.copy())[None, None]).exp()[0].numpy()
        assert np.abs(nuestra.actividad(ventana) - clases @ conjuntos).max() < 2e-3


def test_la_huella_es_la_de_campplus(senal: Senal) -> None:
    carpeta = ruta("campplus")
    nuestra = Huellero(carpeta)
    for segundos in (0.31, 1.0, 2.0, 3.17):
        banco = filtros(senal[: round(segundos * HERCIOS)])
        recortada = np.maximum(nuestra.huella(banco), 0.0)
        parecido = recortada @ _de_torch(carpeta, banco) / np.linalg.norm(recortada)
        assert float(parecido) > 0.9999


def _de_torch(carpeta: Path, banco: NDArray[np.float32]) -> NDArray[np.float32]:
    """La huella según la definición que acompaña a los pesos, que recorta lo negativo."""
    import torch

    red = runpy.run_path(str(carpeta / "camplusplus.py"))["CAMPPlus"](
        feat_dim=BANDAS, embedding_size=DIMENSIONES
    )
    red.load_state_dict(
        torch.load(carpeta / "campplus_cn_en_common.pt", map_location="cpu", weights_only=True)
    )
    with torch.inference_mode():
        vector = red.eval()(torch.from_numpy(banco - banco.mean(axis=0, keepdims=True))[None])[0].numpy()
    normal: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return normal
