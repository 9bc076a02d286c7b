"""A quién pertenece cada trozo, ya conocidas las voces.

Un trozo largo se reconoce por su propia huella. Uno muy corto («ajá», «sale») casi no la tiene: lo decide
la red de segmentación, que lo oyó en la misma pista que otros trozos cercanos de huella clara.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scribe.diarizacion.costura import Trozo
from scribe.diarizacion.separacion import Vecindad


@dataclass(frozen=True, slots=True)
class Pesos:
    """Cuánto cuenta cada cosa al dar dueño a un trozo."""

    ruido: float = 0.5
    """Una huella de s segundos vale s / (s + ruido / fondo)."""
    fondo: float = 0.05
    contexto: float = 0.03
    """Cuánto pesa lo que dicen los otros trozos de la misma pista en la misma ventana."""
    vecino_s: float = 4.0
    """Hasta qué distancia se cree lo que la red dice de dos trozos: bastante menos que una ventana."""
    encima_s: float = 0.15
    """Dos trozos encimados más que esto no son de la misma persona…"""
    claro: float = 0.08
    """…salvo que la huella de los dos se parezca a la suya al menos esto más que a la de cualquier otro…"""
    claro_s: float = 0.3
    """…con tanta voz limpia cada uno."""


@dataclass(frozen=True, slots=True)
class Analisis:
    """Lo calculado por las redes, antes de decidir quién es quién.

    `huellas` (trozos, 192), en ceros si el trozo no tiene bastante voz sin encimar; `segundos` (trozos),
    cuánta tiene; `energia` (cuadros), la de la señal.
    """

    trozos: tuple[Trozo, ...]
    huellas: NDArray[np.float32]
    segundos: NDArray[np.float64]
    energia: NDArray[np.float32]
    cuadro_s: float
    ventana_s: float


def vecindad(analisis: Analisis, cuales: NDArray[np.bool_], alcance_s: float) -> Vecindad:
    """De los trozos escogidos, por su lugar: cuáles van seguidos y en qué pistas los que distan `alcance_s`.

    Los que se enciman no cuentan: en pistas distintas están siempre.
    """
    escogidos = [t for t, si in zip(analisis.trozos, cuales, strict=True) if si]
    alcance = alcance_s / analisis.cuadro_s
    seguidas, misma, otra = [], [], []
    for i, uno in enumerate(escogidos):
        for j in range(i + 1, len(escogidos)):
            siguiente = escogidos[j]
            if siguiente.inicio - uno.fin > alcance:
                break
            if siguiente.inicio < uno.fin:
                continue
            if siguiente.pista != uno.pista:
                otra.append((i, j))
                continue
            misma.append((i, j))
            if siguiente.inicio == uno.fin:
                seguidas.append((i, j))
    return Vecindad(*(np.array(pares, dtype=np.intp).reshape(-1, 2) for pares in (seguidas, misma, otra)))


def repartir(analisis: Analisis, centros: NDArray[np.float32], pesos: Pesos) -> NDArray[np.intp]:
    """La persona (fila de `centros`) de cada trozo."""
    precision = 1.0 / (pesos.fondo + pesos.ruido / np.maximum(analisis.segundos, 1e-3))
    precision[analisis.segundos <= 0] = 0.0
    propio = precision[:, None] * (analisis.huellas @ centros.T)
    puntaje = propio + pesos.contexto * _contexto(analisis, propio)
    duenos = np.asarray(puntaje.argmax(axis=1), dtype=np.intp)
    return _sin_doblar(analisis, puntaje, duenos, _claros(analisis, centros, pesos), pesos.encima_s)


def _claros(analisis: Analisis, centros: NDArray[np.float32], pesos: Pesos) -> NDArray[np.intp]:
    """De quién es sin duda cada trozo por su sola huella; -1 si no es claro."""
    if len(centros) < 2:
        return np.full(len(analisis.trozos), -1, dtype=np.intp)
    parecido = analisis.huellas @ centros.T
    orden = np.sort(parecido, axis=1)
    claro = (orden[:, -1] - orden[:, -2] >= pesos.claro) & (analisis.segundos >= pesos.claro_s)
    return np.asarray(np.where(claro, parecido.argmax(axis=1), -1), dtype=np.intp)


def _contexto(analisis: Analisis, propio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Para cada trozo, la suma de lo que dicen los de su pista a menos de media ventana."""
    contexto = np.zeros_like(propio)
    alcance = analisis.ventana_s / 2 / analisis.cuadro_s
    for pista in {t.pista for t in analisis.trozos}:
        indices = np.array([i for i, t in enumerate(analisis.trozos) if t.pista == pista])
        inicio = np.array([analisis.trozos[i].inicio for i in indices])
        fin = np.maximum.accumulate(np.array([analisis.trozos[i].fin for i in indices]))
        desde = np.searchsorted(fin, inicio - alcance)
        hasta = np.searchsorted(inicio, np.array([analisis.trozos[i].fin for i in indices]) + alcance)
        suma = np.concatenate((np.zeros((1, propio.shape[1])), np.cumsum(propio[indices], axis=0)))
        contexto[indices] = suma[hasta] - suma[desde] - propio[indices]
    return contexto


def _sin_doblar(
    analisis: Analisis,
    puntaje: NDArray[np.float64],
    duenos: NDArray[np.intp],
    claros: NDArray[np.intp],
    encima_s: float,
) -> NDArray[np.intp]:
    """Si dos trozos encimados tienen el mismo dueño, el menos seguro pasa a su segunda opción.

    Salvo que los dos sean claramente suyos: la red dudó de pista y oyó dos veces una sola voz.
    """
    if puntaje.shape[1] < 2:
        return duenos
    orden = np.sort(puntaje, axis=1)
    margen = orden[:, -1] - orden[:, -2]
    segunda = np.argsort(puntaje, axis=1)[:, -2]
    duenos = duenos.copy()
    trozos = analisis.trozos
    for i, uno in enumerate(trozos):
        for j in range(i + 1, len(trozos)):
            otro = trozos[j]
            if otro.inicio >= uno.fin:
                break
            encima = (min(uno.fin, otro.fin) - otro.inicio) * analisis.cuadro_s
            if encima > encima_s and otro.pista != uno.pista and duenos[i] == duenos[j]:
                if claros[i] == claros[j] == duenos[i]:
                    continue
                debil = i if margen[i] < margen[j] else j
                duenos[debil] = segunda[debil]
    return duenos
