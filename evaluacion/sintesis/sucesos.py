"""Sonidos sueltos de un consultorio que no son habla: tos, respiro, puerta, timbre, llanto, silla.

Cada uno da `float32` mono a 16 kHz con pico 0.5, y es siempre el mismo con su semilla. No imitan a nadie:
son ruido y tonos filtrados con la forma y la duración del sonido que nombran.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt  # type: ignore[import-untyped]

from scribe.consulta import HERCIOS, Senal

_PICO = 0.5
_Azar = np.random.Generator
_Onda = NDArray[np.float64]


def tos(semilla: int = 0) -> Senal:
    """De uno a tres golpes de tos: estallido de aire, soplo y a veces una cola con voz."""
    azar = np.random.default_rng(semilla)
    golpes = [_golpe_de_tos(azar) for _ in range(int(azar.integers(1, 4)))]
    pausas = [np.zeros(int(azar.uniform(0.08, 0.25) * HERCIOS)) for _ in golpes]
    return _a_pico(np.concatenate([parte for par in zip(golpes, pausas, strict=True) for parte in par]))


def respiro(semilla: int = 0) -> Senal:
    """Una inspiración y una espiración audibles cerca del micrófono."""
    azar = np.random.default_rng(semilla)
    entra = _soplo(azar, azar.uniform(0.6, 1.0), 700.0, 4000.0)
    sale = _soplo(azar, azar.uniform(0.8, 1.3), 300.0, 2200.0)
    pausa = np.zeros(int(0.15 * HERCIOS))
    return _a_pico(np.concatenate([0.7 * entra, pausa, sale]))


def puerta(semilla: int = 0) -> Senal:
    """Chasquido de la manija y portazo sordo."""
    azar = np.random.default_rng(semilla)
    tiempo = np.arange(int(0.9 * HERCIOS)) / HERCIOS
    grave = np.sin(2 * np.pi * azar.uniform(70, 110) * tiempo) * np.exp(-tiempo * 9)
    cuerpo = _banda(azar.standard_normal(len(tiempo)), 60.0, 900.0) * np.exp(-tiempo * 14)
    golpe = np.concatenate([np.zeros(int(0.25 * HERCIOS)), grave + cuerpo])
    golpe[:400] += 0.4 * azar.standard_normal(400) * np.exp(-np.arange(400) / 60)
    return _a_pico(golpe)


def timbre(semilla: int = 0) -> Senal:
    """Dos timbrazos de teléfono de escritorio (440 y 480 Hz modulados)."""
    azar = np.random.default_rng(semilla)
    tiempo = np.arange(int(0.9 * HERCIOS)) / HERCIOS
    desafine = azar.uniform(0.95, 1.05)
    tono = sum(np.sin(2 * np.pi * h * desafine * tiempo) for h in (440, 480, 1320))
    toque = tono * (0.6 + 0.4 * np.sign(np.sin(2 * np.pi * 20 * tiempo))) * _orillas(len(tiempo), 0.02)
    return _a_pico(np.concatenate([toque, np.zeros(int(0.4 * HERCIOS)), toque]))


def llanto(semilla: int = 0) -> Senal:
    """Dos o tres quejidos de bebé: armónicos que suben y bajan entre 350 y 550 Hz."""
    azar = np.random.default_rng(semilla)
    partes: list[_Onda] = []
    for _ in range(int(azar.integers(2, 4))):
        largo = azar.uniform(0.6, 1.1)
        tiempo = np.arange(int(largo * HERCIOS)) / HERCIOS
        base = azar.uniform(350, 450) * (1 + 0.22 * np.sin(np.pi * tiempo / largo))
        fase = 2 * np.pi * np.cumsum(base * (1 + 0.01 * np.sin(2 * np.pi * 6 * tiempo))) / HERCIOS
        grito = sum(np.sin(k * fase) / k**0.8 for k in range(1, 9))
        partes += [grito * _orillas(len(tiempo), 0.12), 0.2 * _soplo(azar, 0.3, 800.0, 3500.0)]
    return _a_pico(np.concatenate(partes))


def silla(semilla: int = 0) -> Senal:
    """Rechinido breve de una silla que se arrastra."""
    azar = np.random.default_rng(semilla)
    largo = azar.uniform(0.4, 0.8)
    tiempo = np.arange(int(largo * HERCIOS)) / HERCIOS
    tono = azar.uniform(250, 500) * (1 + 0.3 * tiempo / largo)
    roce = np.sign(np.sin(2 * np.pi * np.cumsum(tono) / HERCIOS)) * (0.6 + 0.4 * azar.random(len(tiempo)))
    return _a_pico(_banda(roce, 200.0, 3000.0) * _orillas(len(tiempo), 0.08))


SUCESOS: dict[str, Callable[[int], Senal]] = {
    "tos": tos,
    "respiro": respiro,
    "puerta": puerta,
    "timbre": timbre,
    "llanto": llanto,
    "silla": silla,
}
"""Por nombre, como se piden en las condiciones de un guion."""


def _golpe_de_tos(azar: _Azar) -> _Onda:
    estallido = azar.standard_normal(int(azar.uniform(0.03, 0.06) * HERCIOS))
    soplo = _soplo(azar, azar.uniform(0.12, 0.22), 400.0, 3500.0)
    tiempo = np.arange(int(azar.uniform(0.05, 0.15) * HERCIOS)) / HERCIOS
    tono = azar.uniform(110, 240)
    cola = sum(np.sin(2 * np.pi * tono * k * tiempo) / k for k in range(1, 7)) * np.exp(-tiempo * 22)
    con_voz = 0.35 * float(azar.random() < 0.6)
    return np.concatenate([_banda(estallido, 300.0, 5000.0), 0.6 * soplo, con_voz * cola])


def _soplo(azar: _Azar, segundos: float, grave: float, agudo: float) -> _Onda:
    muestras = int(segundos * HERCIOS)
    return _banda(azar.standard_normal(muestras), grave, agudo) * np.sin(np.linspace(0, np.pi, muestras))


def _banda(onda: NDArray[np.floating], grave: float, agudo: float) -> _Onda:
    filtro = butter(2, (grave, agudo), "band", fs=HERCIOS, output="sos")
    return np.asarray(sosfilt(filtro, onda), dtype=np.float64)


def _orillas(muestras: int, segundos: float) -> _Onda:
    """Subida y bajada suaves, para que no haya chasquidos."""
    rampa = np.linspace(0.0, 1.0, max(2, int(segundos * HERCIOS)))
    forma = np.ones(muestras)
    forma[: len(rampa)] *= rampa
    forma[-len(rampa) :] *= rampa[::-1]
    return forma


def _a_pico(onda: NDArray[np.floating]) -> Senal:
    return np.asarray(onda * (_PICO / float(np.abs(onda).max())), dtype=np.float32)
