"""Qué huellas son de la misma persona y cuántas personas hay.

Cada muestra es la huella de un trozo de una sola voz: la de su dueño más un ruido que mengua con los
segundos. Dos huellas de la misma persona no llegan a parecido 1 sino a `nitidez`, que depende de cuánta
voz tiene cada una; dividir entre ella quita ese efecto, y entonces un solo umbral sirve igual para grupos
de un segundo y de diez minutos:

1. grupos pequeños y puros, por enlace promedio con un corte estrecho;
2. se funden los dos de centros (suma de huellas pesada por segundos) más parecidos, sin el efecto del
   ruido, mientras pasen del umbral;
3. un grupo con poca voz solo cuenta como otra persona si aporta voz suficiente, repetida, distinta de las
   demás y que no se explica como mezcla de dos de ellas (voces encimadas);
4. los centros se recalculan con las muestras que les quedan más cerca.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]
from scipy.optimize import nnls  # type: ignore[import-untyped]
from scipy.spatial.distance import squareform  # type: ignore[import-untyped]

Vectores = NDArray[np.float32]
Numeros = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Criterio:
    """Con qué se decide cuántas personas hay. Distancias coseno (0 iguales, 1 sin relación), segundos."""

    fiable_s: float = 1.0
    """Desde cuántos segundos limpios una muestra participa en la formación de grupos."""
    corte_puro: float = 0.35
    """Distancia en que se cortan los grupos pequeños iniciales, ya sin el efecto del ruido."""
    misma_voz: float = 0.25
    """Centros más cercanos que esto son la misma persona."""
    ruido_s: float = 0.5
    """Segundos de voz cuya huella es mitad ruido."""
    fondo: float = 0.03
    """Lo que dos huellas largas de la misma persona difieren de todos modos."""
    minimo_s: float = 2.5
    """Voz limpia que debe tener un grupo para ser otra persona."""
    bloque: int = 800
    """Muestras por bloque del primer nivel; el costo crece con el cuadrado del bloque, no del audio."""

    def nitidez(self, segundos: Numeros) -> Numeros:
        """Qué parte de una huella de tantos segundos es de la persona y no ruido (0 a 1)."""
        return np.asarray((1.0 - self.fondo) / (1.0 + self.ruido_s / segundos))


def agrupar(huellas: Vectores, segundos: Numeros, hablantes: int | None, criterio: Criterio) -> Vectores:
    """Las voces distintas que hay entre las muestras.

    Entran `huellas` (n, d) de norma 1, `segundos` (n) de voz limpia de cada una y, si se sabe, cuántos
    `hablantes` hay. Salen los centros (k, d), de norma 1. Si hay menos
    muestras que `hablantes`, salen menos grupos.
    """
    fiables = np.flatnonzero(segundos >= criterio.fiable_s)
    if len(fiables) < (hablantes or 1):
        fiables = np.argsort(-segundos, kind="stable")[: max(hablantes or 1, 2)]
    sumas, voz, piezas = _grupos_puros(huellas[fiables], segundos[fiables], criterio)
    sumas, voz, piezas = _fundir(sumas, voz, piezas, criterio, hablantes)
    if hablantes is None:
        sumas = sumas[_son_personas(sumas, voz, piezas, criterio)]
    centros = _norma(sumas)
    for _ in range(4):
        centros = _recentrar(huellas[fiables], segundos[fiables], centros)
    return centros


def _recentrar(huellas: Vectores, segundos: Numeros, centros: Vectores) -> Vectores:
    grupos = (huellas @ centros.T).argmax(axis=1)
    nuevos = centros.copy()
    for k in range(len(centros)):
        suyas = grupos == k
        if suyas.any():
            nuevos[k] = (huellas[suyas] * segundos[suyas, None]).sum(axis=0)
    return _norma(nuevos)


def _grupos_puros(
    huellas: Vectores, segundos: Numeros, criterio: Criterio
) -> tuple[Vectores, Numeros, NDArray[np.intp]]:
    """Sumas pesadas, segundos y número de muestras de cada grupo puro, bloque por bloque."""
    sumas: list[Vectores] = []
    voz: list[float] = []
    piezas: list[int] = []
    for desde in range(0, len(huellas), criterio.bloque):
        bloque, pesos = huellas[desde : desde + criterio.bloque], segundos[desde : desde + criterio.bloque]
        etiquetas = np.ones(len(bloque), dtype=np.intp)
        if len(bloque) > 1:
            distancia = _distancias(bloque, pesos, criterio).clip(min=0.0)
            np.fill_diagonal(distancia, 0.0)
            arbol = linkage(squareform(distancia, checks=False), method="average")
            etiquetas = fcluster(arbol, criterio.corte_puro, criterion="distance")
        for etiqueta in np.unique(etiquetas):
            suyas = etiquetas == etiqueta
            sumas.append((bloque[suyas] * pesos[suyas, None]).sum(axis=0))
            voz.append(float(pesos[suyas].sum()))
            piezas.append(int(suyas.sum()))
    return np.array(sumas, dtype=np.float32), np.array(voz), np.array(piezas, dtype=np.intp)


def _fundir(
    sumas: Vectores, voz: Numeros, piezas: NDArray[np.intp], criterio: Criterio, hablantes: int | None
) -> tuple[Vectores, Numeros, NDArray[np.intp]]:
    """Une los grupos de centros más cercanos: hasta el umbral, o hasta quedar en `hablantes`."""
    sumas, voz, piezas = sumas.copy(), voz.copy(), piezas.copy()
    distancia = _distancias(_norma(sumas), voz, criterio)
    np.fill_diagonal(distancia, np.inf)
    while len(sumas) > max(1, hablantes or 1):
        a, b = sorted(int(i) for i in np.unravel_index(distancia.argmin(), distancia.shape))
        if hablantes is None and distancia[a, b] > criterio.misma_voz:
            break
        sumas[a] += sumas[b]
        voz[a] += voz[b]
        piezas[a] += piezas[b]
        quedan = np.delete(np.arange(len(sumas)), b)
        sumas, voz, piezas = sumas[quedan], voz[quedan], piezas[quedan]
        distancia = distancia[quedan][:, quedan]
        nitidez = criterio.nitidez(voz)
        fila = 1.0 - _norma(sumas) @ _norma(sumas[a : a + 1])[0] / np.sqrt(nitidez * nitidez[a])
        fila[a] = np.inf
        distancia[a, :] = distancia[:, a] = fila
    return sumas, voz, piezas


def _distancias(vectores: Vectores, segundos: Numeros, criterio: Criterio) -> Numeros:
    """Distancias coseno (n, n) entre vectores de norma 1, sin el efecto del ruido."""
    raiz = np.sqrt(criterio.nitidez(segundos))
    return np.asarray(1.0 - (vectores @ vectores.T) / np.outer(raiz, raiz), dtype=np.float64)


def _son_personas(
    sumas: Vectores, voz: Numeros, piezas: NDArray[np.intp], criterio: Criterio
) -> NDArray[np.intp]:
    """Índices de los grupos que son una persona; el de más voz lo es siempre."""
    orden = np.argsort(-voz, kind="stable")
    aceptados = [int(orden[0])]
    centros = _norma(sumas)
    for i in orden[1:]:
        parecido = _parecido_a_mezcla(centros[i], centros[aceptados])
        lejos = 1.0 - parecido / float(np.sqrt(criterio.nitidez(voz[i])))
        suficiente = voz[i] >= criterio.minimo_s and piezas[i] >= 2
        if suficiente and lejos > criterio.misma_voz:
            aceptados.append(int(i))
    return np.array(sorted(aceptados), dtype=np.intp)


def _parecido_a_mezcla(centro: Vectores, otros: Vectores) -> float:
    """Coseno entre `centro` y la mezcla no negativa de `otros` que más se le parece."""
    pesos, _ = nnls(otros.T.astype(np.float64), centro.astype(np.float64))
    mezcla = pesos @ otros
    largo = float(np.linalg.norm(mezcla))
    return 0.0 if largo < 1e-9 else float(mezcla @ centro) / largo


def _norma(vectores: Vectores) -> Vectores:
    largo = np.linalg.norm(vectores, axis=1, keepdims=True)
    return np.asarray(vectores / np.maximum(largo, 1e-9), dtype=np.float32)
