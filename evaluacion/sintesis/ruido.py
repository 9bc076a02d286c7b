"""Señales que no son habla: ruido de consultorio, música y silencio. Deterministas con su semilla.

Todas dan `float32` mono a 16 kHz, con valor eficaz 0.1 salvo el silencio, y sirven tanto para ensuciar
una consulta como para probar que de ellas no sale ninguna nota.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt  # type: ignore[import-untyped]

from evaluacion.sintesis.sucesos import respiro
from scribe.consulta import HERCIOS, Senal

_EFICAZ = 0.1


def silencio(segundos: float) -> Senal:
    """Ceros."""
    return np.zeros(int(segundos * HERCIOS), np.float32)


def blanco(segundos: float, semilla: int = 0) -> Senal:
    """Energía igual en todas las frecuencias."""
    return _nivelar(np.random.default_rng(semilla).standard_normal(int(segundos * HERCIOS)))


def rosa(segundos: float, semilla: int = 0) -> Senal:
    """Energía que cae 3 dB por octava."""
    muestras = int(segundos * HERCIOS)
    espectro = np.fft.rfft(np.random.default_rng(semilla).standard_normal(muestras))
    espectro[1:] /= np.sqrt(np.arange(1, len(espectro)))
    return _nivelar(np.fft.irfft(espectro, muestras))


def ventilador(segundos: float, semilla: int = 0) -> Senal:
    """Aire filtrado con el zumbido de 120 Hz del motor y el golpeteo lento de las aspas."""
    tiempo = _tiempo(segundos)
    aire = _filtrar(blanco(segundos, semilla), 900.0, "low")
    zumbido = sum(np.sin(2 * np.pi * 120.0 * k * tiempo) / k for k in (1, 2, 3))
    aspas = 1.0 + 0.3 * np.sin(2 * np.pi * 9.0 * tiempo)
    return _nivelar(aire * aspas + 0.03 * zumbido)


def calle(segundos: float, semilla: int = 0) -> Senal:
    """Rumor grave, coches que pasan y algún claxon."""
    azar = np.random.default_rng(semilla)
    tiempo = _tiempo(segundos)
    total = _filtrar(rosa(segundos, semilla), 400.0, "low").astype(np.float64)
    for _ in range(max(1, int(segundos / 8))):
        centro, ancho = azar.uniform(0, segundos), azar.uniform(1.0, 2.5)
        paso = np.exp(-0.5 * ((tiempo - centro) / ancho) ** 2)
        total += 0.3 * paso * _filtrar(azar.standard_normal(len(tiempo)), 1200.0, "low")
    for inicio in azar.uniform(0, segundos, max(1, int(segundos / 30))):
        suena = (tiempo >= inicio) & (tiempo < inicio + 0.4)
        total += 0.08 * suena * (np.sin(2 * np.pi * 420 * tiempo) + np.sin(2 * np.pi * 525 * tiempo))
    return _nivelar(total)


def bullicio(segundos: float, voces: Sequence[Senal], semilla: int = 0) -> Senal:
    """Sala de espera: `voces` al revés, encimadas y apagadas, de modo que no se entienda nada.

    Sin voces de qué partir, es ruido rosa modulado al ritmo del habla.
    """
    azar = np.random.default_rng(semilla)
    muestras = int(segundos * HERCIOS)
    if not voces:
        return _nivelar(rosa(segundos, semilla) * (1.2 + np.sin(2 * np.pi * 4.0 * _tiempo(segundos))))
    todo = np.concatenate([v[::-1] for v in voces])
    total = np.zeros(muestras)
    for _ in range(7):
        total += np.resize(np.roll(todo, int(azar.integers(len(todo)))), muestras)
    return _nivelar(_filtrar(total, 2500.0, "low"))


def tecleo(segundos: float, semilla: int = 0) -> Senal:
    """Golpes secos de teclado a intervalos irregulares."""
    azar = np.random.default_rng(semilla)
    total = np.zeros(int(segundos * HERCIOS))
    golpe = np.exp(-np.arange(800) / 90.0)
    inicio = 0.0
    while (inicio := inicio + float(azar.exponential(0.18)) + 0.04) < segundos - 0.06:
        desde = int(inicio * HERCIOS)
        total[desde : desde + 800] += azar.uniform(0.4, 1.0) * golpe * azar.standard_normal(800)
    return _nivelar(total)


def musica(segundos: float, semilla: int = 0) -> Senal:
    """Acordes con armónicos, bajo y pulso: música sin voz."""
    azar = np.random.default_rng(semilla)
    total = np.zeros(int(segundos * HERCIOS))
    raices = (220.0, 174.6, 261.6, 196.0)
    compas = 2.0
    for numero in range(int(np.ceil(segundos / compas))):
        desde = int(numero * compas * HERCIOS)
        tiempo = _tiempo(min(compas, segundos - numero * compas))
        raiz = raices[numero % len(raices)]
        acorde = sum(
            np.sin(2 * np.pi * raiz * grado * k * tiempo) / k**1.5
            for grado in (0.5, 1.0, 1.26, 1.5)
            for k in (1, 2, 3, 4)
        )
        pulso = np.exp(-((tiempo * 4) % 1.0) * 3)
        golpe = 0.4 * azar.standard_normal(len(tiempo)) * np.exp(-((tiempo * 2) % 1.0) * 30)
        total[desde : desde + len(tiempo)] += (acorde * (0.4 + 0.6 * pulso) + golpe)[: len(total) - desde]
    return _nivelar(total)


def arpegio(segundos: float, semilla: int = 0) -> Senal:
    """Cuerdas pulsadas, una nota cada cuarto de segundo: música de sala de espera sin ritmo de batería."""
    azar = np.random.default_rng(semilla)
    total = np.zeros(int(segundos * HERCIOS))
    escala = 196.0 * 2 ** (np.array([0, 3, 5, 7, 10, 12, 15, 17]) / 12)
    for numero in range(int(segundos / 0.25)):
        desde = int(numero * 0.25 * HERCIOS)
        tiempo = _tiempo(min(1.2, segundos - numero * 0.25))
        nota = float(azar.choice(escala))
        armonicos = [np.sin(2 * np.pi * nota * k * tiempo) * np.exp(-tiempo * 3 * k) / k for k in range(1, 7)]
        total[desde : desde + len(tiempo)] += np.sum(armonicos, axis=0)[: len(total) - desde]
    return _nivelar(total)


def percusion(segundos: float, semilla: int = 0) -> Senal:
    """Bombo, güiro y bajo a 95 golpes por minuto, como una radio con cumbia instrumental."""
    azar = np.random.default_rng(semilla)
    total = np.zeros(int(segundos * HERCIOS))
    golpe = 60.0 / 95.0 / 2.0
    for numero in range(int(segundos / golpe)):
        desde = int(numero * golpe * HERCIOS)
        tiempo = _tiempo(min(golpe, segundos - numero * golpe))
        raspa = azar.standard_normal(len(tiempo)) * np.exp(-tiempo * (12 if numero % 2 else 40))
        sonido = 0.5 * _filtrar(raspa, 2500.0, "high")
        if numero % 2 == 0:
            bajo = (55.0, 82.4, 73.4, 82.4)[numero // 2 % 4]
            sonido = sonido + np.exp(-tiempo * 6) * np.sin(2 * np.pi * bajo * 2 * tiempo)
            sonido = sonido + np.exp(-tiempo * 25) * np.sin(2 * np.pi * 60 * tiempo)
        total[desde : desde + len(tiempo)] += sonido[: len(total) - desde]
    return _nivelar(total)


def zumbido(segundos: float, semilla: int = 0) -> Senal:
    """La corriente de 60 Hz con sus armónicos, sobre un soplo muy bajo: un cable mal conectado."""
    tiempo = _tiempo(segundos)
    red = sum(np.sin(2 * np.pi * 60.0 * k * tiempo + k) / k for k in (1, 2, 3, 5, 7))
    return _nivelar(red + 0.02 * blanco(segundos, semilla) / _EFICAZ)


def respiracion(segundos: float, semilla: int = 0) -> Senal:
    """Alguien que respira cerca del micrófono, entre 12 y 20 veces por minuto."""
    azar = np.random.default_rng(semilla)
    partes: list[Senal] = []
    reunido = 0
    while reunido < segundos * HERCIOS:
        ciclo = respiro(int(azar.integers(1 << 31)))
        pausa = np.zeros(int(azar.uniform(0.8, 2.2) * HERCIOS), np.float32)
        partes += [pausa, ciclo * np.float32(azar.uniform(0.6, 1.0))]
        reunido += len(pausa) + len(ciclo)
    return _nivelar(np.concatenate(partes)[: int(segundos * HERCIOS)])


def murmullo(segundos: float, semilla: int = 0, personas: int = 7) -> Senal:
    """Bullicio sin voces de qué partir: `personas` gargantas sintéticas que sueltan vocales al azar.

    Tiene el ritmo, el tono y los formantes del habla, encimados y apagados, y ninguna palabra.
    """
    azar = np.random.default_rng(semilla)
    total = np.zeros(int(segundos * HERCIOS))
    for _ in range(personas):
        total += azar.uniform(0.5, 1.0) * _garganta(segundos, azar)
    return _nivelar(_filtrar(total, 2500.0, "low"))


_VOCALES = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870))
"""Primer y segundo formantes de a, e, i, o, u (Peterson y Barney, 1952, hombres)."""


def _garganta(segundos: float, azar: np.random.Generator) -> NDArray[np.float64]:
    """Pulsos glotales de tono variable por los formantes de una vocal que cambia a cada sílaba."""
    muestras = int(segundos * HERCIOS)
    salida = np.zeros(muestras + HERCIOS)
    tono = azar.uniform(95, 230)
    desde = int(azar.uniform(0, 0.5) * HERCIOS)
    while desde < muestras:
        largo = int(azar.uniform(0.12, 0.30) * HERCIOS)
        tiempo = np.arange(largo) / HERCIOS
        fase = np.cumsum(tono * azar.uniform(0.9, 1.15) * (1 - 0.1 * tiempo)) / HERCIOS
        pulsos = np.diff(np.floor(fase), prepend=0.0) * np.sin(np.pi * np.arange(largo) / largo)
        vocal = _VOCALES[int(azar.integers(len(_VOCALES)))]
        salida[desde : desde + largo] += sum(_formante(pulsos, f) for f in vocal)
        desde += largo + int((azar.random() < 0.15) * azar.uniform(0.2, 0.7) * HERCIOS)
    return salida[:muestras]


def _formante(pulsos: NDArray[np.float64], centro: float) -> NDArray[np.float64]:
    filtro = butter(1, (0.9 * centro, 1.1 * centro), "band", fs=HERCIOS, output="sos")
    return np.asarray(sosfilt(filtro, pulsos), dtype=np.float64)


SIN_VOCES: dict[str, Callable[[float, int], Senal]] = {
    "blanco": blanco,
    "rosa": rosa,
    "ventilador": ventilador,
    "calle": calle,
    "tecleo": tecleo,
    "musica": musica,
    "arpegio": arpegio,
    "percusion": percusion,
    "zumbido": zumbido,
    "respiracion": respiracion,
    "murmullo": murmullo,
}
"""Los generadores que no necesitan voces, por nombre."""


def ensuciar(voz: Senal, ruido: Senal, snr_db: float, activa: NDArray[np.bool_]) -> Senal:
    """Suma `ruido` a `voz` para que, donde `activa` es cierto, queden `snr_db` decibeles."""
    potencia = float(np.mean(voz[activa] ** 2)) if activa.any() else float(np.mean(voz**2))
    escala = np.sqrt(potencia / (10 ** (snr_db / 10)) / float(np.mean(ruido**2)))
    return np.asarray(voz + escala * ruido[: len(voz)], dtype=np.float32)


def _tiempo(segundos: float) -> NDArray[np.float64]:
    return np.arange(int(segundos * HERCIOS)) / HERCIOS


def _filtrar(senal: NDArray[np.floating], corte: float, tipo: str) -> NDArray[np.float64]:
    return np.asarray(sosfilt(butter(4, corte, tipo, fs=HERCIOS, output="sos"), senal), dtype=np.float64)


def _nivelar(senal: NDArray[np.floating]) -> Senal:
    eficaz = float(np.sqrt(np.mean(np.square(senal)))) or 1.0
    nivelada: Senal = np.asarray(senal * (_EFICAZ / eficaz), dtype=np.float32)
    return nivelada
