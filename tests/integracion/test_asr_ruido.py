"""De lo que no es voz no sale ni una palabra: silencio, ruidos y música, fabricados aquí."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from scribe.ajustes import Ajustes
from scribe.asr import guardias
from scribe.asr.oido import Oido
from scribe.asr.voz import escuchar
from scribe.asr.whisper import TranscriptorWhisper
from scribe.consulta import HERCIOS, Grabacion, Senal
from scribe.modelos import perfil

SEGUNDOS = 20
N = SEGUNDOS * HERCIOS
T = np.arange(N) / HERCIOS
Onda = NDArray[np.float64]
ACORDES = ((60, 64, 67), (57, 60, 64), (65, 69, 72), (55, 59, 62))
ESCALA = (60, 62, 64, 65, 67, 69, 71, 72)


def azar(semilla: int) -> np.random.Generator:
    return np.random.default_rng(semilla)


def color(pendiente: float, semilla: int) -> Onda:
    """Ruido con densidad 1/f^pendiente."""
    espectro = np.fft.rfft(azar(semilla).normal(0, 1, N))
    frecuencia = np.maximum(np.arange(len(espectro)), 1)
    onda = np.fft.irfft(espectro / frecuencia ** (pendiente / 2), N)
    return onda / np.abs(onda).max()


def banda(bajo: float, alto: float, semilla: int) -> Onda:
    espectro = np.fft.rfft(azar(semilla).normal(0, 1, N))
    frecuencia = np.fft.rfftfreq(N, 1 / HERCIOS)
    espectro[(frecuencia < bajo) | (frecuencia > alto)] = 0
    onda = np.fft.irfft(espectro, N)
    return onda / np.abs(onda).max()


def poner(destino: Onda, sonido: Onda, segundo: float) -> None:
    desde = int(segundo * HERCIOS)
    trozo = sonido[: max(0, len(destino) - desde)]
    destino[desde : desde + len(trozo)] += trozo


def nota(
    midi: float, duracion: float, *, vibrato: float = 0.0, caida: float = 1.5, boca: bool = False
) -> Onda:
    """Una nota con armónicos; con `boca`, filtrada por los formantes de una «a» cantada."""
    t = np.arange(int(duracion * HERCIOS)) / HERCIOS
    tono = 440 * 2 ** ((midi - 69) / 12)
    fase = 2 * np.pi * np.cumsum(tono * (1 + vibrato * np.sin(2 * np.pi * 5.5 * t))) / HERCIOS
    onda = np.zeros_like(t)
    for k in range(1, 40 if boca else 9):
        if tono * k < 7500:
            formantes = (
                sum(np.exp(-(((tono * k - f) / 160) ** 2)) for f in (750, 1200, 2500)) if boca else 1.0
            )
            onda += (formantes + 0.02) / k**1.2 * np.sin(k * fase)
    return onda * np.minimum(1, t / 0.03) * np.exp(-t / caida) * np.minimum(1, (duracion - t) / 0.03)


def silencio() -> Onda:
    return np.zeros(N)


def siseo() -> Onda:
    return azar(1).normal(0, 3e-4, N)


def blanco() -> Onda:
    return 0.2 * azar(2).normal(0, 1, N)


def rosa() -> Onda:
    return 0.6 * color(1, 3)


def ventilador() -> Onda:
    zumbido = sum(np.sin(2 * np.pi * 60 * k * T) / k for k in (1, 2, 3, 4))
    return 0.4 * color(1.5, 4) * (1 + 0.2 * np.sin(2 * np.pi * 9 * T)) + 0.05 * zumbido


def calle() -> Onda:
    onda = 0.3 * banda(40, 900, 5) * (1 + 0.8 * np.sin(2 * np.pi * 0.13 * T))
    for segundo in range(3, SEGUNDOS, 7):
        poner(onda, 0.3 * (nota(68, 0.6, caida=9) + nota(72, 0.6, caida=9)), segundo)
    return onda


def tecleo() -> Onda:
    onda, segundo, dado = 0.002 * azar(6).normal(0, 1, N), 0.0, azar(7)
    while segundo < SEGUNDOS:
        golpe = dado.normal(0, 1, 800) * np.exp(-np.arange(800) / 120)
        poner(onda, 0.5 * dado.uniform(0.3, 1) * golpe, segundo)
        segundo += dado.uniform(0.07, 0.3)
    return onda


def toses() -> Onda:
    onda = 0.003 * azar(8).normal(0, 1, N)
    golpe = banda(300, 2500, 9)[: int(0.35 * HERCIOS)] * np.exp(-np.arange(int(0.35 * HERCIOS)) / 1600)
    for segundo in np.arange(1, SEGUNDOS - 1, 3.1):
        poner(onda, 0.8 * golpe, segundo)
        poner(onda, 0.5 * golpe, segundo + 0.4)
    return onda


def zumbido_electrico() -> Onda:
    return 0.2 * sum(np.sin(2 * np.pi * 60 * k * T) / k for k in range(1, 20))


def timbre() -> Onda:
    onda = 0.003 * azar(10).normal(0, 1, N)
    for segundo in np.arange(0, SEGUNDOS - 3, 5.0):
        for k in range(20):
            poner(onda, 0.3 * nota(83 if k % 2 else 87, 0.05, caida=9), segundo + 0.1 * k)
    return onda


def acordes() -> Onda:
    onda = np.zeros(N)
    for k, segundo in enumerate(np.arange(0, SEGUNDOS, 2.0)):
        for midi in ACORDES[k % 4]:
            poner(onda, 0.12 * nota(midi, 2), segundo)
    return onda


def percusion() -> Onda:
    onda, dado, t = np.zeros(N), azar(11), np.arange(int(0.2 * HERCIOS)) / HERCIOS
    for k, segundo in enumerate(np.arange(0, SEGUNDOS, 0.5)):
        bombo = 0.6 * np.sin(2 * np.pi * np.cumsum(120 * np.exp(-12 * t) + 45) / HERCIOS) * np.exp(-14 * t)
        tarola = 0.35 * dado.normal(0, 1, len(t)) * np.exp(-22 * t)
        poner(onda, tarola if k % 2 else bombo, segundo)
    return onda


def arpegio() -> Onda:
    onda = np.zeros(N)
    for k, segundo in enumerate(np.arange(0, SEGUNDOS, 0.2)):
        poner(onda, 0.3 * nota(ACORDES[int(segundo / 2) % 4][k % 3] + 12 * (k % 2), 0.4, caida=0.3), segundo)
    return onda


def melodia(*, boca: bool) -> Onda:
    onda, segundo, dado = np.zeros(N), 0.0, azar(12)
    while segundo < SEGUNDOS - 1:
        duracion = float(dado.choice([0.4, 0.8, 1.2]))
        midi = float(dado.choice(ESCALA)) + (-5 if boca else 7)
        poner(onda, 0.3 * nota(midi, duracion, vibrato=0.015, caida=5, boca=boca), segundo)
        segundo += duracion
    return onda


SENALES: dict[str, Callable[[], Onda]] = {
    "silencio": silencio,
    "siseo": siseo,
    "ruido blanco": blanco,
    "ruido rosa": rosa,
    "ventilador": ventilador,
    "calle": calle,
    "tecleo": tecleo,
    "toses": toses,
    "zumbido eléctrico": zumbido_electrico,
    "timbre": timbre,
    "acordes": acordes,
    "acordes con percusión": lambda: acordes() + percusion(),
    "arpegio": arpegio,
    "arpegio con percusión": lambda: arpegio() + percusion(),
    "violín con vibrato": lambda: melodia(boca=False),
    "coro con vibrato": lambda: melodia(boca=True),
    "coro con orquesta": lambda: 0.6 * melodia(boca=True) + 0.6 * acordes() + 0.4 * percusion(),
}


def senal(onda: Onda) -> Senal:
    return (onda * min(1.0, 0.95 / max(float(np.abs(onda).max()), 1e-9))).astype(np.float32)


@pytest.fixture(scope="module")
def transcriptor() -> TranscriptorWhisper:
    return TranscriptorWhisper(perfil("minimo"), Ajustes(dispositivo="cpu"))


@pytest.mark.parametrize("nombre", SENALES)
def test_lo_que_no_es_voz_da_una_escucha_vacia(nombre: str, transcriptor: TranscriptorWhisper) -> None:
    grabacion = Grabacion((senal(SENALES[nombre]()),), SEGUNDOS, "0" * 64)
    (escucha,) = transcriptor.transcribir(grabacion, idioma="es", terminos=(), avance=lambda _: None)
    assert escucha.palabras == () and escucha.segmentos == ()
    assert "sin_voz" in {aviso.tipo for aviso in escucha.avisos}


@pytest.mark.parametrize("nombre", ["ruido rosa", "calle", "acordes con percusión", "coro con vibrato"])
def test_si_la_puerta_fallara_las_guardias_lo_descartan_igual(
    nombre: str, transcriptor: TranscriptorWhisper
) -> None:
    """Se obliga a Whisper a oír el ruido: lo que inventa no debe pasar de la evidencia."""
    x = senal(SENALES[nombre]())
    curva = escuchar(x)
    oido = Oido(transcriptor._cargada(), x, curva, lote=1, obreros=1)
    pasajes = list(oido.oir([(0.0, float(SEGUNDOS))], transcriptor._guia("es", ())))
    assert guardias.revisar(pasajes, curva, "es").palabras == []
