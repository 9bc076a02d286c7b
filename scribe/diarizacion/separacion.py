"""Qué tan distintas son dos voces: distancia entre centros, silueta y coherencia de lo que va seguido.

Dos personas no solo tienen centros distantes: cada trozo de una está mucho más cerca de su centro que del
otro (silueta). Al partir en dos la voz de una sola persona, por mucho que varíe, eso no ocurre.

El teléfono acerca todas las voces y entonces la distancia no alcanza. Otra evidencia no depende de ella:
dos trozos seguidos, sin pausa, son casi siempre de la misma persona. Si los grupos son dos personas, los
trozos seguidos caen en el mismo grupo; si parten la voz de una, caen al azar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scribe.diarizacion.agrupamiento import Criterio, Numeros, Vectores, normalizar

_VUELTAS = 6

Enlaces = NDArray[np.intp]
"""(pares, 2): índices de muestras que van una tras otra sin pausa."""


@dataclass(frozen=True, slots=True)
class Muestras:
    """Huellas (n, d) de norma 1, sus segundos de voz (n) y cuáles van seguidas."""

    huellas: Vectores
    segundos: Numeros
    seguidas: Enlaces

    def elegir(self, cuales: NDArray[np.bool_]) -> Muestras:
        """Solo esas muestras, con los enlaces que quedan entre ellas."""
        nuevo = np.cumsum(cuales) - 1
        enlaces = self.seguidas[cuales[self.seguidas].all(axis=1)]
        return Muestras(
            self.huellas[cuales], self.segundos[cuales], np.asarray(nuevo[enlaces], dtype=np.intp)
        )


@dataclass(frozen=True, slots=True)
class Estado:
    """Un reparto de las muestras entre grupos. `sumas` (k, d), `voz` (k) en segundos, `duenos` (n)."""

    sumas: Vectores
    voz: Numeros
    piezas: NDArray[np.intp]
    duenos: NDArray[np.intp]

    @property
    def centros(self) -> Vectores:
        """De norma 1."""
        return normalizar(self.sumas)


def asentar(muestras: Muestras, centros: Vectores) -> Estado:
    """Reparte cada muestra al centro más parecido y recalcula los centros, hasta que no cambia nada."""
    huellas, segundos = muestras.huellas, muestras.segundos
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
    return Estado(sumas, voz, np.bincount(duenos, minlength=len(centros)), duenos)


def separaciones(muestras: Muestras, estado: Estado, criterio: Criterio) -> Numeros:
    """(k, k): cuánto sobra (negativo: falta) para que dos grupos sean dos personas; la diagonal, infinito."""
    distancia, silueta = _medidas(muestras, estado, criterio)
    coherencia = _coherencias(muestras, estado, criterio)
    sobra = distancia + silueta / 2 - _exigencia(estado.voz, criterio)
    sobra -= criterio.separacion - criterio.por_coherencia * coherencia
    cerca = distancia - (criterio.distancia - criterio.cerca_coherente * coherencia.clip(min=0.0))
    salida = np.minimum(sobra, cerca)
    np.fill_diagonal(salida, np.inf)
    return np.asarray(salida, dtype=np.float64)


def _exigencia(voz: Numeros, criterio: Criterio) -> Numeros:
    """(k, k): cuánto más separados que lo común deben estar dos grupos si uno tiene poca voz.

    Un grupo pequeño se formó escogiendo los trozos más raros: su centro sale más lejos de lo que está.
    """
    menor = np.minimum.outer(voz, voz)
    return np.asarray(criterio.separacion_breve * np.minimum(1.0, criterio.breve_s / menor), dtype=np.float64)


def _medidas(muestras: Muestras, estado: Estado, criterio: Criterio) -> tuple[Numeros, Numeros]:
    """(k, k): distancia entre centros sin el efecto del ruido, y la menor silueta de los dos."""
    huellas, segundos = muestras.huellas, muestras.segundos
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
    return distancia, np.minimum(silueta, silueta.T)


def _coherencias(muestras: Muestras, estado: Estado, criterio: Criterio) -> Numeros:
    """(k, k): de -1 (lo seguido cae al azar en uno u otro grupo) a 1 (en el mismo); sin datos, cerca de 0.

    De los enlaces que tocan al grupo chico, la parte que se queda en él, descontada la que daría el azar.
    """
    cuantos = len(estado.voz)
    enlaces = np.zeros((cuantos, cuantos))
    de, a = estado.duenos[muestras.seguidas].T.reshape(2, -1)
    np.add.at(enlaces, (de, a), 1.0)
    enlaces += np.tril(enlaces, -1).T + np.triu(enlaces, 1).T  # cruzados: en los dos sentidos
    dentro, piezas = np.diag(enlaces), estado.piezas
    salida = np.zeros((cuantos, cuantos))
    for i in range(cuantos):
        for j in range(i):
            chico = i if piezas[i] <= piezas[j] else j
            parte = piezas[chico] / (piezas[i] + piezas[j])
            azar = parte / (2.0 - parte)
            tocan = dentro[chico] + enlaces[i, j]
            acuerdo = (dentro[chico] - azar * tocan) / (1.0 - azar)
            media = (acuerdo + criterio.enlaces_minimos * criterio.coherencia_media) / (
                tocan + criterio.enlaces_minimos
            )
            salida[i, j] = salida[j, i] = (media - criterio.coherencia_media) / criterio.coherencia_plena
    return np.asarray(salida.clip(-1.0, 1.0))
