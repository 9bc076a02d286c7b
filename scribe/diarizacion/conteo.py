"""Cuántas personas hay: qué grupos de huellas son otra persona y cuáles son restos de una ya contada.

Se parte de grupos de más y se quita, uno por uno, el más débil: el que casi no tiene voz, el que es mezcla
de otros dos (voces encimadas, un cambio de turno sin pausa) y, al final, uno de los dos menos separados.
Dos personas no solo tienen centros distantes: cada trozo de una está mucho más cerca de su centro que del
otro (silueta). Al partir en dos la voz de una sola persona, por mucho que varíe, eso no ocurre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls  # type: ignore[import-untyped]

from scribe.diarizacion.agrupamiento import Criterio, Numeros, Vectores, juntar, normalizar

_VUELTAS = 6
_CORTE_MINIMO = 1e-3


@dataclass(frozen=True, slots=True)
class _Estado:
    """Un reparto de las muestras entre grupos. `sumas` (k, d), `voz` (k) en segundos, `duenos` (n)."""

    sumas: Vectores
    voz: Numeros
    piezas: NDArray[np.intp]
    duenos: NDArray[np.intp]

    @property
    def centros(self) -> Vectores:
        return normalizar(self.sumas)


def contar(huellas: Vectores, segundos: Numeros, hablantes: int | None, criterio: Criterio) -> Vectores:
    """Los centros (k, d) de norma 1 de las voces distintas que hay entre las muestras.

    Entran `huellas` (n, d) de norma 1, `segundos` (n) de voz limpia de cada una y, si se sabe, cuántos
    `hablantes` hay. Si hay menos muestras que `hablantes`, salen menos centros.
    """
    fiables = segundos >= criterio.fiable_s
    if fiables.sum() < max(2, hablantes or 2):
        fiables = np.ones(len(segundos), dtype=np.bool_)
    huellas, segundos = huellas[fiables], segundos[fiables]
    estado = _de_mas(huellas, segundos, hablantes or 1, criterio)
    while len(estado.voz) > (hablantes or 1):
        sobra = _mas_debil(huellas, segundos, estado, criterio, forzar=hablantes is not None)
        if sobra is None:
            break
        quitado, destino = sobra
        centros = estado.sumas.copy()
        if destino is not None:
            centros[destino] += centros[quitado]
        estado = _asentar(huellas, segundos, normalizar(np.delete(centros, quitado, axis=0)))
    return estado.centros


def _de_mas(huellas: Vectores, segundos: Numeros, minimo: int, criterio: Criterio) -> _Estado:
    """Grupos puros, al menos `minimo` si hay muestras para tantos: el corte se estrecha."""
    estado = _asentar(huellas, segundos, juntar(huellas, segundos, minimo, criterio))
    while len(estado.voz) < min(minimo, len(huellas)) and criterio.corte > _CORTE_MINIMO:
        criterio = replace(criterio, corte=criterio.corte / 2)
        estado = _asentar(huellas, segundos, juntar(huellas, segundos, minimo, criterio))
    return estado


def _asentar(huellas: Vectores, segundos: Numeros, centros: Vectores) -> _Estado:
    """Reparte cada muestra al centro más parecido y recalcula los centros, hasta que no cambia nada."""
    duenos = np.full(len(huellas), -1)
    for _ in range(_VUELTAS):
        nuevos = (huellas @ centros.T).argmax(axis=1)
        if (nuevos == duenos).all():
            break
        presentes, duenos = np.unique(nuevos, return_inverse=True)
        sumas = np.zeros((len(presentes), huellas.shape[1]), dtype=np.float32)
        np.add.at(sumas, duenos, huellas * segundos[:, None].astype(np.float32))
        centros = normalizar(sumas)
    voz = np.bincount(duenos, weights=segundos, minlength=len(centros)).astype(np.float64)
    return _Estado(sumas, voz, np.bincount(duenos, minlength=len(centros)), duenos)


def _mas_debil(
    huellas: Vectores, segundos: Numeros, estado: _Estado, criterio: Criterio, *, forzar: bool
) -> tuple[int, int | None] | None:
    """El grupo que hay que quitar y aquel con el que se funde (None: se reparte), o None si ya están bien."""
    minimo_s = max(criterio.minimo_s, criterio.minimo_parte * float(segundos.sum()))
    chicos = np.flatnonzero((estado.voz < minimo_s) | (estado.piezas < 2))
    if len(chicos):
        return int(min(chicos, key=lambda k: estado.voz[k])), None
    mezclado = _mezclado(estado, criterio)
    if mezclado is not None:
        return mezclado, None
    distancia, separacion = _separaciones(huellas, segundos, estado, criterio)
    separacion -= _exigencia(estado.voz, criterio)
    a, b = (int(i) for i in np.unravel_index(separacion.argmin(), separacion.shape))
    juntos = separacion[a, b] < criterio.separacion or distancia[a, b] < criterio.distancia
    return (max(a, b), min(a, b)) if juntos or forzar else None


def _exigencia(voz: Numeros, criterio: Criterio) -> Numeros:
    """(k, k): cuánto más separados que lo común deben estar dos grupos si uno tiene poca voz.

    Un grupo pequeño se formó escogiendo los trozos más raros: su centro sale más lejos de lo que está.
    """
    menor = np.minimum.outer(voz, voz)
    return np.asarray(criterio.separacion_breve * np.minimum(1.0, criterio.breve_s / menor), dtype=np.float64)


def _mezclado(estado: _Estado, criterio: Criterio) -> int | None:
    """El grupo que más parece mezcla de otros dos o más con más voz que él, si alguno lo parece."""
    centros, orden = estado.centros, np.argsort(-estado.voz, kind="stable")
    candidatos: list[tuple[float, int]] = []
    for puesto in range(2, len(orden)):
        k = int(orden[puesto])
        parecido, usados = _mezcla(centros[k], centros[orden[:puesto]])
        lejos = 1.0 - parecido / float(np.sqrt(criterio.nitidez(estado.voz[k])))
        if usados > 1 and lejos < criterio.mezcla:
            candidatos.append((lejos, k))
    return min(candidatos)[1] if candidatos else None


def _mezcla(centro: Vectores, otros: Vectores) -> tuple[float, int]:
    """Coseno de `centro` con la mezcla no negativa de `otros` más parecida, y cuántos pesan en ella."""
    pesos, _ = nnls(otros.T.astype(np.float64), centro.astype(np.float64))
    mezcla = pesos @ otros
    largo = float(np.linalg.norm(mezcla))
    return (float(mezcla @ centro) / largo if largo > 1e-9 else 0.0), int((pesos > 0.2).sum())


def _separaciones(
    huellas: Vectores, segundos: Numeros, estado: _Estado, criterio: Criterio
) -> tuple[Numeros, Numeros]:
    """(k, k): distancia entre centros sin el efecto del ruido, y esa más media silueta (diagonal: inf)."""
    cuantos, centros = len(estado.voz), estado.centros
    raiz = np.sqrt(criterio.nitidez(estado.voz))
    distancia = np.asarray(1.0 - centros @ centros.T / np.outer(raiz, raiz), dtype=np.float64)
    ajena = 1.0 - huellas @ centros.T
    sin_ella = normalizar(estado.sumas[estado.duenos] - huellas * segundos[:, None].astype(np.float32))
    propia = 1.0 - (huellas * sin_ella).sum(axis=1)
    silueta = np.zeros((cuantos, cuantos))
    for k in range(cuantos):
        suyas = estado.duenos == k
        pesos = segundos[suyas]
        lejos = np.average(ajena[suyas], axis=0, weights=pesos)
        silueta[k] = 1.0 - np.average(propia[suyas], weights=pesos) / np.maximum(lejos, 1e-6)
    separacion = distancia + np.minimum(silueta, silueta.T) / 2
    np.fill_diagonal(separacion, np.inf)
    return distancia, separacion
