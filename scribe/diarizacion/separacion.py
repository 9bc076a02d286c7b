"""Qué tan distintas son dos voces: distancia entre centros, silueta y coherencia de lo que va seguido.

Dos personas no solo tienen centros distantes: cada trozo de una está mucho más cerca de su centro que del
otro (silueta). Al partir en dos la voz de una sola persona, por mucho que varíe, eso no ocurre.

El teléfono acerca todas las voces y entonces la distancia no alcanza. Otra evidencia no depende de ella:
dos trozos seguidos, sin pausa, son casi siempre de la misma persona. Si los grupos son dos personas, los
trozos seguidos caen en el mismo grupo; si parten la voz de una, caen al azar.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scribe.diarizacion.agrupamiento import Criterio, Numeros, Vectores, normalizar

_VUELTAS = 6

Enlaces = NDArray[np.intp]
"""(pares, 2): índices de muestras que van una tras otra sin pausa."""


_NINGUNO: Enlaces = np.zeros((0, 2), dtype=np.intp)


@dataclass(frozen=True, slots=True)
class Vecindad:
    """Qué muestras suenan cerca en el tiempo, por su lugar, y qué oyó de ellas la red de segmentación."""

    seguidas: Enlaces = field(default_factory=_NINGUNO.copy)
    """Van una tras otra sin pausa en la misma pista."""
    misma_pista: Enlaces = field(default_factory=_NINGUNO.copy)
    """Cercanas y en la misma pista (las seguidas también)."""
    otra_pista: Enlaces = field(default_factory=_NINGUNO.copy)
    """Cercanas y en pistas distintas: la red las oyó de dos personas."""

    def elegir(self, cuales: NDArray[np.bool_]) -> Vecindad:
        """Los enlaces entre las escogidas, con el lugar que les queda."""
        nuevo = np.cumsum(cuales) - 1
        quedan = (
            np.asarray(nuevo[enlaces[cuales[enlaces].all(axis=1)]], dtype=np.intp)
            for enlaces in (self.seguidas, self.misma_pista, self.otra_pista)
        )
        return Vecindad(*quedan)


@dataclass(frozen=True, slots=True)
class Muestras:
    """Huellas (n, d) de norma 1, sus segundos de voz (n) y cuáles suenan cerca."""

    huellas: Vectores
    segundos: Numeros
    vecindad: Vecindad

    def elegir(self, cuales: NDArray[np.bool_]) -> Muestras:
        """Solo esas muestras, con los enlaces que quedan entre ellas."""
        return Muestras(self.huellas[cuales], self.segundos[cuales], self.vecindad.elegir(cuales))


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
    pistas = _pistas(muestras, estado, criterio).clip(min=0.0)
    sobra -= criterio.separacion - criterio.por_coherencia * coherencia - criterio.por_pistas * pistas
    favor = criterio.cerca_coherente * coherencia.clip(min=0.0) + criterio.cerca_pistas * pistas
    cerca = distancia - (criterio.distancia - favor)
    salida = np.minimum(np.minimum(sobra, cerca), silueta - _silueta_exigida(estado.voz, criterio))
    np.fill_diagonal(salida, np.inf)
    return np.asarray(salida, dtype=np.float64)


def _exigencia(voz: Numeros, criterio: Criterio) -> Numeros:
    """(k, k): cuánto más separados que lo común deben estar dos grupos si uno tiene poca voz.

    Un grupo pequeño se formó escogiendo los trozos más raros: su centro sale más lejos de lo que está.
    """
    menor = np.minimum.outer(voz, voz)
    return np.asarray(criterio.separacion_breve * np.minimum(1.0, criterio.breve_s / menor), dtype=np.float64)


def _silueta_exigida(voz: Numeros, criterio: Criterio) -> Numeros:
    """(k, k): la silueta sin la cual un grupo con poca voz no es alguien sino ruido o voces encimadas."""
    menor = np.minimum.outer(voz, voz)
    breve = np.where(menor < criterio.escaso_s, criterio.silueta_escasa, criterio.silueta_breve)
    return np.asarray(np.where(menor < criterio.breve_s, breve, -np.inf))


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
    de, a = estado.duenos[muestras.vecindad.seguidas].T.reshape(2, -1)
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


def _pistas(muestras: Muestras, estado: Estado, criterio: Criterio) -> Numeros:
    """(k, k): de -1 (la red oyó una sola persona) a 1 (dos) en lo que suena cerca y cae en uno y otro grupo.

    Es el logaritmo medio de la razón entre las dos hipótesis, acercado a cero si hay pocos enlaces.
    """
    otra = _cruces(muestras.vecindad.otra_pista, estado)
    misma = _cruces(muestras.vecindad.misma_pista, estado)
    distintas = np.log(criterio.otra_si_son_dos / criterio.otra_si_es_una)
    iguales = np.log((1.0 - criterio.otra_si_son_dos) / (1.0 - criterio.otra_si_es_una))
    media = (otra * distintas + misma * iguales) / (otra + misma + criterio.enlaces_minimos)
    return np.asarray((media / criterio.razon_plena).clip(-1.0, 1.0))


def _cruces(enlaces: Enlaces, estado: Estado) -> Numeros:
    """(k, k): cuántos enlaces van de un grupo a otro."""
    cuantos = len(estado.voz)
    cruces = np.zeros((cuantos, cuantos))
    de, a = estado.duenos[enlaces].T.reshape(2, -1)
    np.add.at(cruces, (de, a), 1.0)
    return np.asarray(cruces + cruces.T)
