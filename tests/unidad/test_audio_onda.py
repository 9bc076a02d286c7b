"""La forma de una grabación: dónde hay voz, cuánto dura, y qué pasa con lo que no se lee."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from scribe.audio.onda import picos
from scribe.errores import AudioInvalido

HERCIOS = 16_000


def _wav(senal: np.ndarray[tuple[int], np.dtype[np.float32]]) -> io.BytesIO:
    archivo = io.BytesIO()
    soundfile.write(archivo, senal, HERCIOS, format="WAV")
    archivo.seek(0)
    return archivo


def test_lo_que_suena_se_ve_y_lo_callado_no() -> None:
    t = np.arange(10 * HERCIOS) / HERCIOS
    senal = (0.5 * np.sin(2 * np.pi * 220 * t) * ((t >= 4) & (t < 6))).astype(np.float32)
    duracion, alturas = picos(_wav(senal), 50)
    assert duracion == pytest.approx(10.0, abs=0.05)
    assert len(alturas) == 50 and max(alturas) == 255
    callado, sonando = alturas[:19] + alturas[31:], alturas[21:29]
    assert max(callado) < 10 and min(sonando) > 200


def test_una_muestra_de_verdad_dura_lo_suyo(muestras: Path) -> None:
    with (muestras / "faringitis.ogg").open("rb") as archivo:
        duracion, alturas = picos(archivo, 1200)
    assert duracion == pytest.approx(soundfile.info(muestras / "faringitis.ogg").duration, abs=0.1)
    assert 700 < len(alturas) <= 1200, "nunca más de un pico por décima de segundo"


def test_de_una_grabacion_cortada_se_dibuja_hasta_donde_se_lee(muestras: Path) -> None:
    datos = (muestras / "faringitis.ogg").read_bytes()
    duracion, _ = picos(io.BytesIO(datos[: len(datos) // 2]), 100)
    entera, _ = picos(io.BytesIO(datos), 100)
    assert 0.3 * entera < duracion < 0.7 * entera


@pytest.mark.parametrize("datos", [b"", b"no soy audio" * 50])
def test_lo_que_no_es_audio_se_dice(datos: bytes) -> None:
    with pytest.raises(AudioInvalido):
        picos(io.BytesIO(datos), 10)
