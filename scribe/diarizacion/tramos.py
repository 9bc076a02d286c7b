"""De la actividad por ventana a intervalos de voz limpios, uno por turno de cada persona."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scribe.consulta import Tramo
from scribe.diarizacion.segmentacion import Ventana

Actividad = NDArray[np.float32]
"""(cuadros, personas): probabilidad de que cada persona suene en cada cuadro."""


@dataclass(frozen=True, slots=True)
class Bordes:
    """Cómo se corta la actividad en tramos. Probabilidades y segundos."""

    entra: float = 0.5
    """Probabilidad con que empieza un tramo."""
    sale: float = 0.4
    """Probabilidad por debajo de la cual termina."""
    pausa_s: float = 0.6
    """Las pausas más cortas dentro de lo que dice una persona son parte del tramo."""
    minimo_s: float = 0.2
    """Los tramos más cortos se descartan."""
    antes_s: float = 0.0
    despues_s: float = 0.0
    """Cuánto se extiende cada tramo hacia antes y hacia después."""


def reunir(
    ventanas: Sequence[Ventana],
    duenos: Sequence[NDArray[np.intp]],
    personas: int,
    *,
    cuadro_s: float,
    desfase_s: float,
    duracion_s: float,
) -> Actividad:
    """Promedia lo que cada ventana dice de cada persona, pesando más el centro de la ventana.

    `duenos[i][l]` es la persona (o -1) a quien corresponde el hablante local `l` de la ventana `i`.
    """
    cuadros = int(np.ceil(duracion_s / cuadro_s)) + 1
    suma = np.zeros((cuadros, personas), dtype=np.float32)
    peso = np.zeros(cuadros, dtype=np.float32)
    for ventana, dueno in zip(ventanas, duenos, strict=True):
        desde = round((ventana.inicio + desfase_s) / cuadro_s)
        largo = min(len(ventana.actividad), cuadros - desde)
        perfil = _perfil(len(ventana.actividad))[:largo]
        peso[desde : desde + largo] += perfil
        propia = np.zeros((largo, personas), dtype=np.float32)
        for local, persona in enumerate(dueno):
            if persona >= 0:
                propia[:, persona] = np.maximum(propia[:, persona], ventana.actividad[:largo, local])
        suma[desde : desde + largo] += propia * perfil[:, None]
    return np.asarray(suma / np.maximum(peso, 1e-6)[:, None], dtype=np.float32)


def recortar(
    actividad: Actividad, bordes: Bordes, *, cuadro_s: float, duracion_s: float
) -> tuple[tuple[Tramo, ...], tuple[int, ...]]:
    """Los tramos de cada persona, en orden de inicio, y las personas en orden de aparición.

    La primera persona en hablar se llama H1, la segunda H2…
    """
    crudos: list[tuple[float, float, int]] = []
    for persona in range(actividad.shape[1]):
        for inicio, fin in _intervalos(actividad[:, persona], bordes, cuadro_s, duracion_s):
            crudos.append((inicio, fin, persona))
    crudos.sort()
    orden = tuple(dict.fromkeys(persona for _, _, persona in crudos))
    nombres = {persona: f"H{i + 1}" for i, persona in enumerate(orden)}
    tramos = (Tramo(hablante=nombres[p], inicio=round(i, 3), fin=round(f, 3)) for i, f, p in crudos)
    return tuple(tramos), orden


def _perfil(cuadros: int) -> NDArray[np.float32]:
    return (np.hamming(cuadros) + 0.02).astype(np.float32)


def _intervalos(
    prob: NDArray[np.float32], bordes: Bordes, cuadro_s: float, duracion_s: float
) -> list[tuple[float, float]]:
    activos = _histeresis(prob, bordes.entra, bordes.sale)
    cambios = np.flatnonzero(np.diff(np.concatenate(([0], activos.astype(np.int8), [0]))))
    pares = [(i * cuadro_s, f * cuadro_s) for i, f in cambios.reshape(-1, 2)]
    pares = [(i, f) for i, f in pares if f - i >= bordes.minimo_s]
    unidos: list[tuple[float, float]] = []
    for i, f in ((max(0.0, i - bordes.antes_s), min(duracion_s, f + bordes.despues_s)) for i, f in pares):
        if unidos and i - unidos[-1][1] < bordes.pausa_s:
            unidos[-1] = (unidos[-1][0], f)
        elif f > i:
            unidos.append((i, f))
    return unidos


def _histeresis(prob: NDArray[np.float32], entra: float, sale: float) -> NDArray[np.bool_]:
    """Verdadero desde que `prob` pasa `entra` y mientras no baje de `sale`, hacia ambos lados."""
    bajo = prob >= sale
    cambios = np.flatnonzero(np.diff(np.concatenate(([0], bajo.astype(np.int8), [0]))))
    activos = np.zeros(len(prob), dtype=np.bool_)
    for i, f in cambios.reshape(-1, 2):
        activos[i:f] = bool((prob[i:f] >= entra).any())
    return activos
