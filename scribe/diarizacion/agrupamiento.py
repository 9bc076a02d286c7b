"""Qué huellas son de la misma persona y cuántas personas hay.

Cada muestra es la huella de un hablante local de una ventana. La huella de un fragmento corto es la de
su dueño más ruido: la distancia coseno entre dos muestras de la misma persona crece como
`BASE + RUIDO/segundos`. Por eso no se cuentan grupos con un umbral sobre distancias sueltas, sino sobre
distancias entre centros (suma de huellas pesada por segundos), que con pocos segundos de voz por grupo
ya casi no tienen ruido:

1. grupos pequeños y puros, por enlace promedio con un corte estrecho;
2. se funden los dos de centros más cercanos mientras estén más cerca que el umbral;
3. un grupo con poca voz solo cuenta como otra persona si aporta voz suficiente, repetida, lejos de los
   demás y que no se explica como mezcla de dos de ellos (voces encimadas);
4. los centros se recalculan con lo suyo y las muestras cortas van al centro que mejor les queda.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import nnls

Vectores = NDArray[np.float32]
Numeros = NDArray[np.float64]
Grupos = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Criterio:
    """Con qué se decide cuántas personas hay. Distancias coseno (0 iguales, 1 sin relación), segundos."""

    fiable_s: float = 1.2
    """Desde cuántos segundos limpios una muestra participa en la formación de grupos."""
    corte_puro: float = 0.28
    """Corte de los grupos pequeños iniciales."""
    misma_voz: float = 0.34
    """Centros más cercanos que esto son la misma persona."""
    ruido: float = 0.45
    """Cuánto se aleja un centro por tener poca voz: se suma `ruido / segundos` al umbral."""
    minimo_s: float = 2.5
    """Voz limpia que debe tener un grupo para ser otra persona."""
    bloque: int = 800
    """Muestras por bloque del primer nivel; el costo crece con el cuadrado del bloque, no del audio."""


def agrupar(
    huellas: Vectores, segundos: Numeros, hablantes: int | None, criterio: Criterio
) -> tuple[Grupos, Vectores]:
    """Reparte las muestras entre personas.

    Entran `huellas` (n, d) de norma 1, `segundos` (n) de voz limpia de cada una y, si se sabe, cuántos
    `hablantes` hay. Salen el grupo de cada muestra (n) y los centros (k, d) de norma 1. Si hay menos
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
        grupos = np.asarray((huellas @ centros.T).argmax(axis=1), dtype=np.intp)
        centros = _recentrar(huellas, segundos, grupos, centros, criterio)
    return grupos, centros


def _recentrar(
    huellas: Vectores, segundos: Numeros, grupos: Grupos, centros: Vectores, criterio: Criterio
) -> Vectores:
    nuevos = centros.copy()
    pesos = np.where(segundos >= criterio.fiable_s, segundos, segundos * 0.1)
    for k in range(len(centros)):
        suyas = grupos == k
        if suyas.any():
            nuevos[k] = (huellas[suyas] * pesos[suyas, None]).sum(axis=0)
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
            arbol = linkage(bloque, method="average", metric="cosine")
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
    distancia = 1.0 - _norma(sumas) @ _norma(sumas).T
    margen = distancia - _umbral(voz, criterio)
    np.fill_diagonal(margen, np.inf)
    while len(sumas) > max(1, hablantes or 1):
        a, b = sorted(int(i) for i in np.unravel_index(margen.argmin(), margen.shape))
        if hablantes is None and margen[a, b] > 0:
            break
        sumas[a] += sumas[b]
        voz[a] += voz[b]
        piezas[a] += piezas[b]
        quedan = np.delete(np.arange(len(sumas)), b)
        sumas, voz, piezas, margen = sumas[quedan], voz[quedan], piezas[quedan], margen[quedan][:, quedan]
        nueva = 1.0 - _norma(sumas) @ _norma(sumas[a : a + 1])[0]
        fila = nueva - (criterio.misma_voz + criterio.ruido * (1 / voz + 1 / voz[a]) / 2)
        fila[a] = np.inf
        margen[a, :] = margen[:, a] = fila
    return sumas, voz, piezas


def _umbral(voz: Numeros, criterio: Criterio) -> Numeros:
    inverso = 1.0 / voz
    umbral: Numeros = criterio.misma_voz + criterio.ruido * (inverso[:, None] + inverso[None, :]) / 2
    return umbral


def _son_personas(
    sumas: Vectores, voz: Numeros, piezas: NDArray[np.intp], criterio: Criterio
) -> NDArray[np.intp]:
    """Índices de los grupos que son una persona; el de más voz lo es siempre."""
    orden = np.argsort(-voz, kind="stable")
    aceptados = [int(orden[0])]
    centros = _norma(sumas)
    for i in orden[1:]:
        lejos = _distancia_a_mezcla(centros[i], centros[aceptados])
        suficiente = voz[i] >= criterio.minimo_s and piezas[i] >= 2
        if suficiente and lejos > criterio.misma_voz + criterio.ruido / voz[i] / 2:
            aceptados.append(int(i))
    return np.array(sorted(aceptados), dtype=np.intp)


def _distancia_a_mezcla(centro: Vectores, otros: Vectores) -> float:
    """Distancia coseno de `centro` a la mezcla no negativa de `otros` que más se le parece."""
    pesos, _ = nnls(otros.T.astype(np.float64), centro.astype(np.float64))
    mezcla = pesos @ otros
    largo = float(np.linalg.norm(mezcla))
    return 1.0 if largo < 1e-9 else 1.0 - float(mezcla @ centro) / largo


def _norma(vectores: Vectores) -> Vectores:
    largo = np.linalg.norm(vectores, axis=1, keepdims=True)
    return np.asarray(vectores / np.maximum(largo, 1e-9), dtype=np.float32)
