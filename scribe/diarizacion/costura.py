"""De ventanas sueltas a pistas continuas, y de las pistas a trozos de una sola voz.

Dos ventanas vecinas comparten varios segundos: el hablante local de una es el de la otra que suena a la
vez. Con eso se cosen en tres pistas que recorren la grabación. Una pista no es una persona (si alguien
calla más de una ventana puede volver en otra pista), pero un trozo seguido de una pista sí es de una sola
voz casi siempre, y su huella se calcula una vez.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from scribe.diarizacion.segmentacion import Ventana

Actividad = NDArray[np.float32]
"""(cuadros, pistas): probabilidad de voz."""


@dataclass(frozen=True, slots=True)
class Corte:
    """Cómo se cortan las pistas en trozos. Probabilidades y segundos."""

    entra: float = 0.5
    sale: float = 0.4
    minimo_s: float = 0.12
    """Los trozos más cortos se descartan."""
    maximo_s: float = 3.2
    """Los más largos se parten por igual: si la red no oyó un cambio de voz, la huella lo dirá."""


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
        orden = _orden(ventana.actividad, desde, anterior)
        puesta = ventana.actividad[:, orden]
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


def cortar(actividad: Actividad, corte: Corte, *, cuadro_s: float) -> list[Trozo]:
    """Los trozos de todas las pistas, en orden de inicio."""
    maximo = round(corte.maximo_s / cuadro_s)
    trozos: list[Trozo] = []
    for pista in range(actividad.shape[1]):
        for inicio, fin in intervalos(actividad[:, pista], corte.entra, corte.sale):
            if (fin - inicio) * cuadro_s < corte.minimo_s:
                continue
            partes = -(-(fin - inicio) // maximo)
            limites = np.linspace(inicio, fin, partes + 1).round().astype(int)
            trozos += [Trozo(pista, int(a), int(b)) for a, b in pairwise(limites)]
    return sorted(trozos, key=lambda t: (t.inicio, t.pista))


def intervalos(prob: NDArray[np.float32], entra: float, sale: float) -> list[tuple[int, int]]:
    """Intervalos de cuadros en que `prob` llega a `entra` sin bajar nunca de `sale`."""
    encima = np.concatenate(([0], (prob >= sale).astype(np.int8), [0]))
    pares = np.flatnonzero(np.diff(encima)).reshape(-1, 2)
    return [(int(i), int(f)) for i, f in pares if prob[i:f].max() >= entra]
