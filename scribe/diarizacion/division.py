"""Partir en dos un grupo que quizá es de dos personas.

Si un grupo tiene dos voces, la dirección en que más varían sus huellas es la que las separa. Se prueba a
partirlo por sus direcciones principales; quien llama decide si el reparto que resulta se sostiene.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from scribe.diarizacion.agrupamiento import Vectores, normalizar
from scribe.diarizacion.separacion import Estado, Muestras, asentar

_DIRECCIONES = 4
_PIEZAS = 4
_PARES = 3


def dividir(muestras: Muestras, estado: Estado, vale: Callable[[Estado], bool]) -> Estado | None:
    """El primer reparto con un grupo más que `vale`, del grupo con más voz al de menos; None si no hay."""
    for k in np.argsort(-estado.voz, kind="stable"):
        for mitades in _mitades(muestras, estado, int(k)):
            centros = np.concatenate([np.delete(estado.centros, k, axis=0), mitades])
            nuevo = asentar(muestras, centros)
            if len(nuevo.voz) > len(estado.voz) and vale(nuevo):
                return nuevo
    return None


def _mitades(muestras: Muestras, estado: Estado, k: int) -> Iterator[Vectores]:
    """Los dos centros (2, d) en que se parte el grupo `k`, por cada una de sus direcciones principales."""
    suyas = estado.duenos == k
    if suyas.sum() < _PIEZAS:
        return
    pesos = muestras.segundos[suyas, None].astype(np.float32)
    propias = muestras.huellas[suyas]
    lejos = propias - estado.sumas[k] / pesos.sum()
    for direccion in (*_direcciones_de_pista(muestras.elegir(suyas)), *_principales(lejos, lejos * pesos)):
        lado = lejos @ direccion > 0
        if lado.any() and not lado.all():
            sumas = [(propias[parte] * pesos[parte]).sum(axis=0) for parte in (lado, ~lado)]
            local = asentar(muestras.elegir(suyas), normalizar(np.array(sumas, dtype=np.float32)))
            if len(local.voz) == 2:
                yield local.centros


def _principales(uno: Vectores, otro: Vectores) -> Vectores:
    """(4, d): las direcciones en que más varía `uno` pesado como `otro`."""
    _, direcciones = np.linalg.eigh(otro.T @ uno)
    return np.asarray(direcciones[:, ::-1].T[:_DIRECCIONES])


def _direcciones_de_pista(muestras: Muestras) -> Vectores:
    """Las direcciones en que más difiere lo que la red oyó de dos personas; ninguna si no lo oyó."""
    enlaces = muestras.vecindad.otra_pista
    if len(enlaces) < _PARES:
        return np.zeros((0, muestras.huellas.shape[1]), dtype=np.float32)
    difiere = muestras.huellas[enlaces[:, 0]] - muestras.huellas[enlaces[:, 1]]
    return _principales(difiere, difiere)
