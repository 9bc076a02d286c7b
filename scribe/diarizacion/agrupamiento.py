"""Qué huellas son de la misma persona y cuántas personas hay.

Cada muestra es la huella de un trozo de una sola voz: la de su dueño más un ruido que mengua con los
segundos. Dos huellas de la misma persona no llegan a parecido 1 sino a `nitidez`, que depende de cuánta
voz tiene cada una; dividir entre ella quita ese efecto, y entonces un umbral sirve igual para grupos de
un segundo y de diez minutos. Primero se forman grupos de más, puros; después `conteo` decide cuáles son
personas:

1. grupos pequeños por enlace promedio, en bloques de tamaño fijo: el costo no crece con el cuadrado del
   audio;
2. se funden los de centros (suma de huellas pesada por segundos) casi iguales.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]
from scipy.spatial.distance import squareform  # type: ignore[import-untyped]

Vectores = NDArray[np.float32]
Numeros = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Criterio:
    """Con qué se decide cuántas personas hay. Distancias coseno (0 iguales, 1 sin relación), segundos."""

    fiable_s: float = 1.0
    """Desde cuántos segundos limpios una muestra participa en la formación de grupos."""
    corte: float = 0.285
    """Distancia en que se cortan los grupos pequeños iniciales."""
    iguales: float = 0.20
    """Centros más cercanos que esto se funden sin más examen."""
    ruido_s: float = 0.5
    """Segundos de voz cuya huella es mitad ruido."""
    fondo: float = 0.06
    """Lo que dos huellas largas de la misma persona difieren de todos modos."""
    minimo_s: float = 3.0
    """Voz limpia que debe tener un grupo para ser otra persona."""
    minimo_parte: float = 0.005
    """Lo mismo, como parte de toda la voz: en horas de audio unos segundos raros no son una persona."""
    distancia: float = 0.22
    """Distancia mínima entre los centros de dos personas."""
    separacion: float = 0.44
    """Distancia entre centros más media silueta que deben sumar dos personas."""
    separacion_breve: float = 0.12
    """Cuánto más deben sumar si una tiene `breve_s` de voz o menos; con más voz, en proporción."""
    breve_s: float = 6.0
    silueta_breve: float = 0.25
    """Silueta mínima si una tiene menos de `breve_s` de voz: lo que suena distinto de todos y tampoco se
    parece entre sí es ruido o voces encimadas."""
    escaso_s: float = 3.0
    silueta_escasa: float = 0.35
    """La misma, si tiene menos de `escaso_s`."""
    por_coherencia: float = 0.20
    """Cuánto menos deben sumar si lo que va seguido cae siempre en el mismo grupo, y cuánto más si cae al
    azar."""
    cerca_coherente: float = 0.14
    """Cuánto más cerca pueden estar sus centros en el primer caso."""
    coherencia_media: float = 0.22
    """Coherencia (0 azar, 1 perfecta) que ni ayuda ni estorba: la voz de una persona también cambia de un
    turno a otro."""
    coherencia_plena: float = 0.33
    """Cuánto más que eso es todo lo que se puede pedir: la red no oye todos los cambios de turno."""
    por_pistas: float = 0.20
    """Cuánto menos deben sumar si la red de segmentación siempre las oyó como dos personas, y cuánto más si
    siempre como una."""
    cerca_pistas: float = 0.14
    """Cuánto más cerca pueden estar sus centros en el primer caso."""
    otra_si_son_dos: float = 0.7
    """Qué parte de los trozos cercanos de dos personas pone la red en pistas distintas."""
    otra_si_es_una: float = 0.05
    """Lo mismo, de los de una; medido sale diez veces menos, pero se desconfía."""
    razon_plena: float = 1.2
    """Logaritmo medio de la razón de las dos hipótesis que es todo lo que se puede pedir."""
    enlaces_minimos: float = 4.0
    """Con cuántos pares de trozos seguidos la coherencia cuenta a medias."""
    mezcla: float = 0.26
    """Un centro más cercano que esto a una mezcla de otros son voces encimadas, no otra persona."""
    mezcla_s: float = 10.0
    """Desde cuánta voz un grupo así puede ser alguien cuya voz cae entre otras dos, si de todas se separa por
    `mezcla_sobra`."""
    mezcla_sobra: float = 0.1
    bloque: int = 800
    """Muestras por bloque del primer paso."""

    def nitidez(self, segundos: Numeros) -> Numeros:
        """Qué parte de una huella de tantos segundos es de la persona y no ruido (0 a 1)."""
        return np.asarray((1.0 - self.fondo) / (1.0 + self.ruido_s / np.maximum(segundos, 1e-3)))


def juntar(huellas: Vectores, segundos: Numeros, minimo: int, criterio: Criterio) -> Vectores:
    """Grupos puros de muestras: sus centros (k, d), de norma 1 y sin orden.

    Entran `huellas` (n, d) de norma 1 y `segundos` (n). No se funde por debajo de `minimo` grupos.
    """
    sumas, voz = _grupos_pequenos(huellas, segundos, criterio)
    distancia = _distancias(normalizar(sumas), voz, criterio)
    np.fill_diagonal(distancia, np.inf)
    while len(sumas) > max(1, minimo):
        a, b = sorted(int(i) for i in np.unravel_index(distancia.argmin(), distancia.shape))
        if distancia[a, b] > criterio.iguales:
            break
        sumas[a] += sumas[b]
        voz[a] += voz[b]
        quedan = np.delete(np.arange(len(sumas)), b)
        sumas, voz, distancia = sumas[quedan], voz[quedan], distancia[quedan][:, quedan]
        raiz = np.sqrt(criterio.nitidez(voz))
        fila = 1.0 - normalizar(sumas) @ normalizar(sumas[a : a + 1])[0] / (raiz * raiz[a])
        fila[a] = np.inf
        distancia[a, :] = distancia[:, a] = fila
    return normalizar(sumas)


def _grupos_pequenos(huellas: Vectores, segundos: Numeros, criterio: Criterio) -> tuple[Vectores, Numeros]:
    """Suma pesada y segundos de cada grupo, bloque por bloque."""
    sumas: list[Vectores] = []
    voz: list[float] = []
    for desde in range(0, len(huellas), criterio.bloque):
        bloque, pesos = huellas[desde : desde + criterio.bloque], segundos[desde : desde + criterio.bloque]
        etiquetas = np.ones(len(bloque), dtype=np.intp)
        if len(bloque) > 1:
            distancia = _distancias(bloque, pesos, criterio).clip(min=0.0)
            np.fill_diagonal(distancia, 0.0)
            arbol = linkage(squareform(distancia, checks=False), method="average")
            etiquetas = fcluster(arbol, criterio.corte, criterion="distance")
        for etiqueta in np.unique(etiquetas):
            suyas = etiquetas == etiqueta
            sumas.append((bloque[suyas] * pesos[suyas, None]).sum(axis=0))
            voz.append(float(pesos[suyas].sum()))
    return np.array(sumas, dtype=np.float32), np.array(voz)


def _distancias(vectores: Vectores, segundos: Numeros, criterio: Criterio) -> Numeros:
    """Distancias coseno (n, n) entre vectores de norma 1, sin el efecto del ruido."""
    raiz = np.sqrt(criterio.nitidez(segundos))
    return np.asarray(1.0 - (vectores @ vectores.T) / np.outer(raiz, raiz), dtype=np.float64)


def normalizar(vectores: Vectores) -> Vectores:
    """Cada fila con norma 1."""
    largo = np.linalg.norm(vectores, axis=1, keepdims=True)
    return np.asarray(vectores / np.maximum(largo, 1e-9), dtype=np.float32)
