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
    _, direcciones = np.linalg.eigh((lejos * pesos).T @ lejos)
    for direccion in direcciones[:, ::-1].T[:_DIRECCIONES]:
        lado = lejos @ direccion > 0
        if lado.any() and not lado.all():
            sumas = [(propias[parte] * pesos[parte]).sum(axis=0) for parte in (lado, ~lado)]
            local = asentar(muestras.elegir(suyas), normalizar(np.array(sumas, dtype=np.float32)))
            if len(local.voz) == 2:
                yield local.centros
