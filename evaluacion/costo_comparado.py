"""Si algo tarda u ocupa más que antes, con su propio criterio: una razón, sobre corridas repetidas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from evaluacion.caso import Tarea
from evaluacion.intervalo import REMUESTRAS
from evaluacion.resultados import Medida, ResultadoSistema


class CambioDeCosto(BaseModel):
    """Cuántas veces el costo de antes. `indicativo`: pocas repeticiones para decidir.

    `repeticiones`: las del caso que menos tiene, en la evaluación que menos tiene.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sistema: str
    titulo: str
    tarea: Tarea
    que: Literal["tiempo", "memoria"]
    razon: float
    bajo: float
    alto: float
    n: int
    repeticiones: int
    veredicto: Literal["mejora", "empeora", "igual", "indicativo"]


def costos(
    parejas: Sequence[tuple[ResultadoSistema, ResultadoSistema]], criterio: Mapping[str, Any], semilla: int
) -> list[CambioDeCosto]:
    """El tiempo y la memoria de cada pareja (antes, después); solo tienen sentido en el mismo equipo."""
    salida = []
    for antes, despues in parejas:
        salida += [
            c for c in (_tiempo(antes, despues, criterio, semilla), _memoria(antes, despues, criterio)) if c
        ]
    return salida


def _tiempo(
    antes: ResultadoSistema, despues: ResultadoSistema, criterio: Mapping[str, Any], semilla: int
) -> CambioDeCosto | None:
    """Mediana por casos de la razón de medianas; se remuestrean casos y, dentro, repeticiones."""
    nuevos = {m.caso: _relojes(m) for m in despues.casos}
    comunes = [(_relojes(m), nuevos[m.caso]) for m in antes.casos if _relojes(m) and nuevos.get(m.caso)]
    if not comunes:
        return None
    azar = np.random.default_rng(semilla)
    razones = np.asarray([np.median(b) / np.median(a) for a, b in comunes])
    muestras = np.column_stack([_medianas(b, azar) / _medianas(a, azar) for a, b in comunes])
    casos = azar.integers(0, len(comunes), size=muestras.shape)
    medianas = np.median(np.take_along_axis(muestras, casos, axis=1), axis=1)
    bajo, alto = (float(x) for x in np.percentile(medianas, (2.5, 97.5)))
    razon = float(np.median(razones))
    repeticiones = min(min(len(a), len(b)) for a, b in comunes)
    decide = repeticiones >= criterio["repeticiones_de_tiempo"]
    return CambioDeCosto(
        sistema=antes.sistema,
        titulo=antes.titulo,
        tarea=antes.tarea,
        que="tiempo",
        razon=razon,
        bajo=bajo,
        alto=alto,
        n=len(comunes),
        repeticiones=repeticiones,
        veredicto=_veredicto(razon, bajo, alto, criterio["razon_de_tiempo"]) if decide else "indicativo",
    )


def _memoria(
    antes: ResultadoSistema, despues: ResultadoSistema, criterio: Mapping[str, Any]
) -> CambioDeCosto | None:
    """El máximo de la corrida: no necesita repeticiones, apenas varía de una a otra."""
    if not antes.memoria_mib or not despues.memoria_mib:
        return None
    razon = despues.memoria_mib / antes.memoria_mib
    chica = abs(despues.memoria_mib - antes.memoria_mib) < criterio["memoria_minima_mib"]
    return CambioDeCosto(
        sistema=antes.sistema,
        titulo=antes.titulo,
        tarea=antes.tarea,
        que="memoria",
        razon=razon,
        bajo=razon,
        alto=razon,
        n=len(despues.casos),
        repeticiones=1,
        veredicto="igual" if chica else _veredicto(razon, razon, razon, criterio["razon_de_memoria"]),
    )


def _veredicto(razon: float, bajo: float, alto: float, tope: float) -> Literal["mejora", "empeora", "igual"]:
    if razon > tope and bajo > 1:
        return "empeora"
    return "mejora" if razon < 1 / tope and alto < 1 else "igual"


def _relojes(medida: Medida) -> tuple[float, ...]:
    reloj = medida.costo.reloj_s
    return medida.relojes_s or ((reloj,) if reloj else ())


def _medianas(relojes: Sequence[float], azar: np.random.Generator) -> np.ndarray:
    valores = np.asarray(relojes, dtype=np.float64)
    medianas: np.ndarray = np.median(
        valores[azar.integers(0, len(valores), size=(REMUESTRAS, len(valores)))], axis=1
    )
    return medianas
