"""Cuánto tarda cada par por lo que tarda Scribe, caso por caso y en la misma corrida."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluacion.intervalo import REMUESTRAS
from evaluacion.resultados import Razon, ResultadoSistema


def razones(resultados: Sequence[ResultadoSistema], propio: str) -> list[Razon]:
    """Mediana de las razones (par entre propio) con su intervalo del 95 % por bootstrap de casos.

    Solo se comparan rondas con los mismos casos. Un tiempo absoluto es ruido de máquina; la razón, menos.
    """
    salida = []
    for par in resultados:
        if par.sistema.startswith(propio):  # sus variantes no son pares
            continue
        base = _pareja(resultados, propio, par)
        cocientes = _cocientes(base, par) if base else []
        if cocientes:
            salida.append(_razon(par, np.asarray(cocientes)))
    return salida


def _pareja(
    resultados: Sequence[ResultadoSistema], propio: str, par: ResultadoSistema
) -> ResultadoSistema | None:
    suyos = {m.caso for m in par.casos}
    candidatos = [r for r in resultados if r.sistema == propio and r.tarea == par.tarea]
    return min(
        (c for c in candidatos if suyos & {m.caso for m in c.casos}),
        key=lambda c: len({m.caso for m in c.casos} ^ suyos),
        default=None,
    )


def _cocientes(base: ResultadoSistema, par: ResultadoSistema) -> list[float]:
    propios = {m.caso: m.costo.reloj_s for m in base.casos}
    salida = []
    for medida in par.casos:
        nuestro, suyo = propios.get(medida.caso), medida.costo.reloj_s
        if nuestro and suyo:
            salida.append(suyo / nuestro)
    return salida


def _razon(par: ResultadoSistema, cocientes: np.ndarray) -> Razon:
    azar = np.random.default_rng(0)
    muestras = azar.choice(cocientes, size=(REMUESTRAS, len(cocientes)), replace=True)
    bajo, alto = np.percentile(np.median(muestras, axis=1), (2.5, 97.5))
    return Razon(
        par=par.sistema,
        tarea=par.tarea,
        mediana=float(np.median(cocientes)),
        bajo=float(bajo),
        alto=float(alto),
        n=len(cocientes),
    )
