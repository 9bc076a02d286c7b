"""Avisos de la señal: volumen, saturación y banda telefónica."""

from __future__ import annotations

import numpy as np
import pytest

from scribe.audio import senal
from scribe.consulta import HERCIOS, Senal


def ancha(segundos: float = 8.0, volumen: float = 0.1) -> Senal:
    """Ruido de banda ancha con sílabas: como el habla, con algo de energía hasta 8 kHz."""
    azar = np.random.default_rng(2)
    t = np.arange(round(segundos * HERCIOS)) / HERCIOS
    return (volumen * azar.normal(0, 1, len(t)) * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * t))).astype(np.float32)


def telefonica() -> Senal:
    espectro = np.fft.rfft(ancha())
    espectro[np.fft.rfftfreq(8 * HERCIOS, 1 / HERCIOS) > 3400] = 0
    return np.fft.irfft(espectro).astype(np.float32)


def tipos(x: Senal, hercios: int = 44_100) -> set[str]:
    return {aviso.tipo for aviso in senal.revisar((x,), hercios)}


def test_una_grabacion_normal_no_da_avisos() -> None:
    assert tipos(ancha()) == set()


def test_cada_defecto_da_su_aviso() -> None:
    assert tipos(ancha(volumen=0.001)) == {"volumen_bajo"}
    assert tipos(np.clip(ancha(volumen=2.0), -1, 1)) == {"saturacion"}
    assert tipos(telefonica()) == {"banda_estrecha"}
    assert tipos(ancha(), hercios=8000) == {"banda_estrecha"}


def test_el_silencio_digital_no_da_avisos_de_volumen() -> None:
    assert tipos(np.zeros(HERCIOS, np.float32)) == set()


def test_lo_muy_bajo_se_amplifica_sin_pasar_del_limite() -> None:
    voz = senal.acomodar(ancha(volumen=0.002))
    assert 0.01 < float(np.sqrt(np.mean(voz**2))) < 0.2 and float(np.abs(voz).max()) <= 1.0
    zumbido = senal.acomodar(ancha(volumen=1e-6))
    assert float(np.abs(zumbido).max()) < 1e-3


def test_lo_normal_no_se_toca_y_lo_imposible_se_quita() -> None:
    x = ancha()
    assert np.array_equal(senal.acomodar(x.copy()), x)
    x[10], x[20] = np.nan, np.inf
    limpia = senal.acomodar(x)
    assert limpia[10] == 0.0 and limpia[20] == pytest.approx(1.0)
