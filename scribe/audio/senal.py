"""Lo que conviene saber de la señal antes de creerle: volumen, saturación y ancho de banda."""

from __future__ import annotations

import numpy as np

from scribe.consulta import HERCIOS, Aviso, Senal

_BLOQUE = 60 * HERCIOS
_CUADRO = 512

VOLUMEN_BAJO = 0.03
"""Pico de habla (percentil 99.9) por debajo del cual se amplifica: −30 dBFS."""
PICO_META = 0.3
GANANCIA_MAXIMA = 31.6
"""30 dB: más que eso es subir el ruido del convertidor."""
SATURADA = 0.001
"""Fracción de muestras en el tope: la voz limpia da menos de 0.0001."""
_TOPE = 0.985
BANDA_HZ = 3800.0
BANDA_VACIA_DB = -50.0
"""Energía por encima de `BANDA_HZ` respecto al total; el habla de banda ancha anda sobre −30 dB."""


def revisar(canales: tuple[Senal, ...], hercios_origen: int) -> list[Aviso]:
    """Avisos `volumen_bajo`, `saturacion` y `banda_estrecha` de una grabación recién leída."""
    avisos = []
    pico = max(_pico(canal) for canal in canales)
    if 0 < pico < VOLUMEN_BAJO:
        avisos.append(
            Aviso(
                tipo="volumen_bajo",
                texto="La grabación tiene el volumen muy bajo y se amplificó; acerque el micrófono.",
            )
        )
    if max(_saturadas(canal) for canal in canales) > SATURADA:
        avisos.append(
            Aviso(
                tipo="saturacion",
                texto="La grabación está saturada (volumen demasiado alto) y puede haber palabras mal oídas.",
            )
        )
    if hercios_origen <= 8000 or (pico > 0 and _banda_estrecha(canales[0])):
        avisos.append(
            Aviso(
                tipo="banda_estrecha",
                texto="El sonido tiene calidad telefónica (8 kHz); revise con más cuidado nombres y cifras.",
            )
        )
    return avisos


def acomodar(senal: Senal) -> Senal:
    """La señal, en su sitio, sin valores imposibles y amplificada si venía muy baja."""
    pico = _pico(senal)
    ganancia = min(GANANCIA_MAXIMA, PICO_META / pico) if 0 < pico < VOLUMEN_BAJO else 1.0
    for desde in range(0, len(senal), _BLOQUE):
        trozo = senal[desde : desde + _BLOQUE]
        np.nan_to_num(trozo, copy=False, posinf=1.0, neginf=-1.0)
        if ganancia != 1.0:
            trozo *= np.float32(ganancia)
        np.clip(trozo, -1.0, 1.0, out=trozo)
    return senal


def _pico(senal: Senal) -> float:
    """Percentil 99.9 de la amplitud, minuto a minuto: el más alto (un golpe suelto no cuenta)."""
    return max(
        (
            float(np.percentile(np.abs(senal[desde : desde + _BLOQUE]), 99.9))
            for desde in range(0, len(senal), _BLOQUE)
        ),
        default=0.0,
    )


def _saturadas(senal: Senal) -> float:
    """Fracción de muestras pegadas al tope."""
    topes = sum(
        int(np.count_nonzero(np.abs(senal[desde : desde + _BLOQUE]) >= _TOPE))
        for desde in range(0, len(senal), _BLOQUE)
    )
    return topes / max(1, len(senal))


def _banda_estrecha(senal: Senal) -> bool:
    """Si casi no hay energía por encima de la banda telefónica."""
    suma = np.zeros(_CUADRO // 2 + 1)
    ventana = np.hanning(_CUADRO).astype(np.float32)
    for desde in range(0, len(senal), _BLOQUE):
        trozo = senal[desde : desde + _BLOQUE // 6]  # diez segundos de cada minuto bastan
        cuadros = trozo[: len(trozo) // _CUADRO * _CUADRO].reshape(-1, _CUADRO)
        if len(cuadros):
            suma += (np.abs(np.fft.rfft(cuadros * ventana, axis=1)) ** 2).sum(axis=0)
    total = float(suma.sum())
    if total <= 0:
        return False
    alta = float(suma[round(BANDA_HZ * _CUADRO / HERCIOS) :].sum())
    return alta <= total * 10 ** (BANDA_VACIA_DB / 10)
