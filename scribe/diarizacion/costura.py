"""De ventanas sueltas a pistas continuas, y de las pistas a trozos de una sola voz.

Dos ventanas vecinas comparten varios segundos: el hablante local de una es el de la otra que suena a la
vez. Con eso se cosen en tres pistas que recorren la grabación. Una pista no es una persona (si alguien
calla más de una ventana puede volver en otra pista), pero un trozo seguido de una pista sí es de una sola
voz casi siempre, y su huella se calcula una vez.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d  # type: ignore[import-untyped]

from scribe.consulta import HERCIOS, Senal
from scribe.diarizacion.segmentacion import Ventana

_LISO = 5
_PAUSA_MAX_S = 0.6
_HONDURA = 0.3
_CUADROS_POR_VEZ = 10_000

Actividad = NDArray[np.float32]
"""(cuadros, pistas): probabilidad de voz."""


@dataclass(frozen=True, slots=True)
class Corte:
    """Cómo se cortan las pistas en trozos. Probabilidades y segundos."""

    entra: float = 0.5
    sale: float = 0.4
    minimo_s: float = 0.12
    """Los trozos más cortos se descartan."""
    maximo_s: float = 2.0
    """Los más largos se parten donde la señal está más callada: si la red no oyó un cambio de voz entre
    dos turnos casi pegados, la huella de cada parte lo dirá."""
    orilla_s: float = 0.5
    """Lo menos que queda a cada lado de una partición."""


@dataclass(frozen=True, slots=True)
class Trozo:
    """Un fragmento de una pista, en cuadros: desde `inicio` hasta `fin` sin incluirlo."""

    pista: int
    inicio: int
    fin: int


def coser(ventanas: Sequence[Ventana], *, cuadro_s: float, desfase_s: float, duracion_s: float) -> Actividad:
    """La actividad de cada pista: promedio de las ventanas, que pesan más en su centro."""
    pistas = ventanas[0].actividad.shape[1]
    ultimo = round((ventanas[-1].inicio + desfase_s) / cuadro_s) + len(ventanas[-1].actividad)
    suma = np.zeros((ultimo, pistas), dtype=np.float32)
    peso = np.full((ultimo, 1), 1e-6, dtype=np.float32)
    anterior: tuple[int, Actividad] | None = None
    for ventana in ventanas:
        desde = round((ventana.inicio + desfase_s) / cuadro_s)
        actual = ventana.actividad.astype(np.float32)
        orden = _orden(actual, desde, anterior)
        puesta = actual[:, orden]
        perfil = _perfil(len(puesta))
        suma[desde : desde + len(puesta)] += puesta * perfil
        peso[desde : desde + len(puesta)] += perfil
        anterior = desde, puesta
    cuadros = min(ultimo, int(np.ceil(duracion_s / cuadro_s)))
    return np.asarray(suma[:cuadros] / peso[:cuadros], dtype=np.float32)


def _orden(actividad: Actividad, desde: int, anterior: tuple[int, Actividad] | None) -> list[int]:
    """Qué hablante local va en cada pista: la permutación que más coincide con la ventana anterior."""
    pistas = actividad.shape[1]
    if anterior is None:
        return list(range(pistas))
    antes, previa = anterior
    comun = previa[desde - antes :]
    if not len(comun):
        return list(range(pistas))
    coincide = comun.T @ actividad[: len(comun)]
    opciones = permutations(range(pistas))
    return list(max(opciones, key=lambda o: sum(float(coincide[p, loc]) for p, loc in enumerate(o))))


def _perfil(cuadros: int) -> Actividad:
    return (np.hamming(cuadros) + 0.02).astype(np.float32)[:, None]


def cortar(
    actividad: Actividad, energia: NDArray[np.float32], corte: Corte, *, cuadro_s: float
) -> list[Trozo]:
    """Los trozos de todas las pistas, en orden de inicio. `energia` (cuadros) es la de la señal."""
    lisa = uniform_filter1d(energia, _LISO)
    trozos: list[Trozo] = []
    for pista in range(actividad.shape[1]):
        for inicio, fin in intervalos(actividad[:, pista], corte.entra, corte.sale):
            if (fin - inicio) * cuadro_s >= corte.minimo_s:
                trozos += [Trozo(pista, a, b) for a, b in _partir(inicio, fin, lisa, corte, cuadro_s)]
    return sorted(trozos, key=lambda t: (t.inicio, t.pista))


def cerrados(
    actividad: Actividad, energia: NDArray[np.float32], corte: Corte, *, cuadro_s: float
) -> list[Trozo]:
    """Los trozos de una grabación que sigue que serán los mismos venga lo que venga.

    Un intervalo que llega al final todavía puede crecer y partirse de otra manera: los suyos no salen.
    """
    firmes = len(actividad) - _LISO
    cierre = [
        int(bajos[-1]) if len(bajos := np.flatnonzero(actividad[: max(0, firmes), p] < corte.sale)) else -1
        for p in range(actividad.shape[1])
    ]
    trozos = cortar(actividad, energia, corte, cuadro_s=cuadro_s)
    return [t for t in trozos if t.fin <= cierre[t.pista]]


def _partir(
    inicio: int, fin: int, energia: NDArray[np.float32], corte: Corte, cuadro_s: float
) -> list[tuple[int, int]]:
    if (fin - inicio) * cuadro_s <= corte.maximo_s:
        return [(inicio, fin)]
    orilla = round(corte.orilla_s / cuadro_s)
    medio = inicio + orilla + int(energia[inicio + orilla : fin - orilla].argmin())
    return [
        *_partir(inicio, medio, energia, corte, cuadro_s),
        *_partir(medio, fin, energia, corte, cuadro_s),
    ]


def callar_cortes(
    partes: Sequence[tuple[Trozo, int]], energia: NDArray[np.float32], *, cuadro_s: float
) -> list[tuple[int, int, int]]:
    """Quita el silencio que queda en un corte entre dos dueños: (dueño, inicio, fin) en cuadros.

    La red dio por seguido lo que eran dos turnos; la pausa entre ellos no es de nadie. Es silencio lo que
    está más cerca (en dB) del punto más callado del corte que del nivel de voz de los dos trozos.
    """
    lisa = np.log10(uniform_filter1d(energia, _LISO) + 1e-10)
    alcance = round(_PAUSA_MAX_S / cuadro_s)
    salida = [[dueno, t.inicio, t.fin] for t, dueno in partes]
    ultimo: dict[tuple[int, int], int] = {(t.pista, t.fin): i for i, (t, _) in enumerate(partes)}
    for j, (trozo, dueno) in enumerate(partes):
        i = ultimo.get((trozo.pista, trozo.inicio))
        if i is None or partes[i][1] == dueno:
            continue
        corte, antes = trozo.inicio, partes[i][0].inicio
        voz = np.median(lisa[antes : trozo.fin])
        umbral = (voz + lisa[corte - 1 : corte + 1].min()) / 2
        if voz - umbral < _HONDURA:
            continue
        while salida[i][2] > max(antes + 1, corte - alcance) and lisa[salida[i][2] - 1] < umbral:
            salida[i][2] -= 1
        while salida[j][1] < min(trozo.fin - 1, corte + alcance) and lisa[salida[j][1]] < umbral:
            salida[j][1] += 1
    return [(d, i, f) for d, i, f in salida]


def energia_por_cuadro(senal: Senal, cuadros: int, cuadro_s: float) -> NDArray[np.float32]:
    """Energía media de la señal en cada cuadro."""
    largo = round(cuadro_s * HERCIOS)
    energia = np.empty(cuadros, dtype=np.float32)
    for desde in range(0, cuadros, _CUADROS_POR_VEZ):
        hasta = min(desde + _CUADROS_POR_VEZ, cuadros)
        trozo = np.zeros((hasta - desde) * largo, dtype=np.float32)  # por partes: 3 h enteras son 1.4 GB más
        muestras = senal[desde * largo : hasta * largo]
        trozo[: len(muestras)] = muestras
        energia[desde:hasta] = np.square(trozo).reshape(-1, largo).mean(axis=1)
    return energia


def intervalos(prob: NDArray[np.float32], entra: float, sale: float) -> list[tuple[int, int]]:
    """Intervalos de cuadros en que `prob` llega a `entra` sin bajar nunca de `sale`."""
    encima = np.concatenate(([0], (prob >= sale).astype(np.int8), [0]))
    pares = np.flatnonzero(np.diff(encima)).reshape(-1, 2)
    return [(int(i), int(f)) for i, f in pares if prob[i:f].max() >= entra]
