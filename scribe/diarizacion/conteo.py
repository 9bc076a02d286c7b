"""Cuántas personas hay: qué grupos de huellas son otra persona y cuáles son restos de una ya contada.

Se parte de grupos de más y se quita, uno por uno, el más débil: el que casi no tiene voz, el que es mezcla
de otros dos (voces encimadas, un cambio de turno sin pausa) y, al final, uno de los dos menos separados
(`separacion`). Lo que queda se intenta partir (`division`): dos voces parecidas, o cualquiera por teléfono,
pueden haber empezado en el mismo grupo.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import nnls  # type: ignore[import-untyped]

from scribe.diarizacion.agrupamiento import Criterio, Numeros, Vectores, juntar, normalizar
from scribe.diarizacion.division import dividir
from scribe.diarizacion.separacion import Estado, Muestras, Vecindad, asentar, separaciones

_CORTE_MINIMO = 1e-3
_SIN_VECINDAD = Vecindad()


def contar(
    huellas: Vectores,
    segundos: Numeros,
    hablantes: int | None,
    criterio: Criterio,
    vecindad: Vecindad = _SIN_VECINDAD,
) -> Vectores:
    """Los centros (k, d) de norma 1 de las voces distintas que hay entre las muestras.

    Entran `huellas` (n, d) de norma 1, `segundos` (n) de voz limpia de cada una, si se sabe cuántos
    `hablantes` hay, y qué pares de muestras van `seguidas` sin pausa. Si hay menos muestras que
    `hablantes`, salen menos centros.
    """
    fiables = segundos >= criterio.fiable_s
    if fiables.sum() < max(2, hablantes or 2):
        fiables = np.ones(len(segundos), dtype=np.bool_)
    muestras = Muestras(huellas, segundos, vecindad).elegir(fiables)
    estado = _reducir(muestras, _de_mas(muestras, 1, criterio), 1, criterio, forzar=False)
    while (mas := dividir(muestras, estado, lambda e: _mas_debil(muestras, e, criterio) is None)) is not None:
        estado = mas
    if hablantes is not None:
        estado = _ajustar(muestras, estado, hablantes, criterio)
    return estado.centros


def _ajustar(muestras: Muestras, estado: Estado, hablantes: int, criterio: Criterio) -> Estado:
    """El reparto en tantos grupos como `hablantes`, si hay muestras para tantos."""
    while len(estado.voz) < hablantes:
        mas = dividir(muestras, estado, lambda _: True)
        if mas is None:
            estado = _de_mas(muestras, hablantes, criterio)
            break
        estado = mas
    return _reducir(muestras, estado, hablantes, criterio, forzar=True)


def _reducir(muestras: Muestras, estado: Estado, minimo: int, criterio: Criterio, *, forzar: bool) -> Estado:
    """Quita grupos débiles hasta que no queda ninguno o, si se fuerza, hasta que son `minimo`."""
    while len(estado.voz) > minimo:
        sobra = _mas_debil(muestras, estado, criterio, forzar=forzar)
        if sobra is None:
            break
        quitado, destino = sobra
        centros = estado.sumas.copy()
        if destino is not None:
            centros[destino] += centros[quitado]
        estado = asentar(muestras, normalizar(np.delete(centros, quitado, axis=0)))
    return estado


def _de_mas(muestras: Muestras, minimo: int, criterio: Criterio) -> Estado:
    """Grupos puros, al menos `minimo` si hay muestras para tantos: el corte se estrecha."""
    huellas, segundos = muestras.huellas, muestras.segundos
    estado = asentar(muestras, juntar(huellas, segundos, minimo, criterio))
    while len(estado.voz) < min(minimo, len(huellas)) and criterio.corte > _CORTE_MINIMO:
        criterio = replace(criterio, corte=criterio.corte / 2)
        estado = asentar(muestras, juntar(huellas, segundos, minimo, criterio))
    return estado


def _mas_debil(
    muestras: Muestras, estado: Estado, criterio: Criterio, *, forzar: bool = False
) -> tuple[int, int | None] | None:
    """El grupo que hay que quitar y aquel con el que se funde (None: se reparte), o None si ya están bien."""
    minimo_s = max(criterio.minimo_s, criterio.minimo_parte * float(muestras.segundos.sum()))
    chicos = np.flatnonzero((estado.voz < minimo_s) | (estado.piezas < 2))
    if len(chicos):
        return int(min(chicos, key=lambda k: estado.voz[k])), None
    separadas = separaciones(muestras, estado, criterio)
    mezclado = _mezclado(estado, separadas, criterio)
    if mezclado is not None:
        return mezclado, None
    a, b = (int(i) for i in np.unravel_index(separadas.argmin(), separadas.shape))
    return (max(a, b), min(a, b)) if separadas[a, b] < 0 or forzar else None


def _mezclado(estado: Estado, separadas: Numeros, criterio: Criterio) -> int | None:
    """El grupo que más parece mezcla de otros dos o más con más voz que él, si alguno lo parece.

    Uno con bastante voz y bien separado de todos es alguien cuya voz cae entre las otras.
    """
    alguien = (estado.voz >= criterio.mezcla_s) & (separadas.min(axis=1) >= criterio.mezcla_sobra)
    centros, orden = estado.centros, np.argsort(-estado.voz, kind="stable")
    candidatos: list[tuple[float, int]] = []
    for puesto in range(2, len(orden)):
        k = int(orden[puesto])
        parecido, usados = _mezcla(centros[k], centros[orden[:puesto]])
        lejos = 1.0 - parecido / float(np.sqrt(criterio.nitidez(estado.voz[k])))
        if usados > 1 and lejos < criterio.mezcla and not alguien[k]:
            candidatos.append((lejos, k))
    return min(candidatos)[1] if candidatos else None


def _mezcla(centro: Vectores, otros: Vectores) -> tuple[float, int]:
    """Coseno de `centro` con la mezcla no negativa de `otros` más parecida, y cuántos pesan en ella."""
    pesos, _ = nnls(otros.T.astype(np.float64), centro.astype(np.float64))
    mezcla = pesos @ otros
    largo = float(np.linalg.norm(mezcla))
    return (float(mezcla @ centro) / largo if largo > 1e-9 else 0.0), int((pesos > 0.2).sum())
