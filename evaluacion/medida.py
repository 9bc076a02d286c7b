"""Todo lo que se mide de una salida, y cómo se suma entre casos."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from evaluacion.caso import Caso
from evaluacion.intervalo import REMUESTRAS, cifra
from evaluacion.metricas import codigos, costo, hablantes, invento, nota, referencia, transcripcion
from evaluacion.parcial import Parcial
from evaluacion.resultados import Cifra, Medida
from evaluacion.salida import Salida

MEDIDORES: tuple[Callable[[Caso, Salida], Parcial], ...] = (
    transcripcion.medir,
    hablantes.medir,
    invento.medir,
    nota.medir,
    referencia.medir,
    codigos.medir,
    costo.medir,
)
"""Uno por grupo; cada uno pone solo las medidas que aplican al caso y a lo que la salida trae."""


def medir(caso: Caso, repeticiones: Sequence[Salida]) -> Medida:
    """Mide la primera salida; el reloj y las etapas son la mediana de todas las repeticiones."""
    salida = con_costo_mediano(repeticiones)
    cuentas: dict[str, tuple[float, float]] = {}
    detalle: dict[str, list[str]] = {}
    for medidor in MEDIDORES:
        parcial = medidor(caso, salida)
        cuentas |= {n: c for n, c in parcial.cuentas.items() if c[1] > 0}
        detalle |= {t: frases for t, frases in parcial.detalle.items() if frases}
    return Medida(
        caso=caso.id,
        cuentas=cuentas,
        detalle=detalle,
        etiquetas={"particion": caso.particion, **caso.etiquetas},
        duracion_s=duracion(caso, salida),
        costo=salida.costo,
        relojes_s=tuple(s.costo.reloj_s for s in repeticiones if s.costo.reloj_s is not None),
    )


def con_costo_mediano(repeticiones: Sequence[Salida]) -> Salida:
    """La primera salida con el costo mediano de todas. Lanza `ValueError` si no hay ninguna."""
    if not repeticiones:
        raise ValueError("no hay ninguna salida que medir")
    costos = [s.costo for s in repeticiones]
    etapas = {e: median([c.etapas.get(e, 0.0) for c in costos]) for e in costos[0].etapas}
    relojes = [c.reloj_s for c in costos if c.reloj_s is not None]
    memorias = [c.memoria_mib for c in costos if c.memoria_mib is not None]
    arranques = [c.arranque_s for c in costos if c.arranque_s is not None]
    mediano = costos[0].model_copy(
        update={
            "reloj_s": median(relojes) if relojes else None,
            "arranque_s": median(arranques) if arranques else None,
            "memoria_mib": max(memorias, default=None),
            "etapas": etapas,
        }
    )
    return repeticiones[0].model_copy(update={"costo": mediano})


def duracion(caso: Caso, salida: Salida) -> float | None:
    """Segundos de audio del caso, según el conjunto o, si no lo dice, según el borrador."""
    if caso.duracion_s is not None:
        return caso.duracion_s
    if salida.borrador is not None and salida.borrador.audio.duracion_s > 0:
        return salida.borrador.audio.duracion_s
    return None


def totales(medidas: Iterable[Medida], *, remuestras: int = REMUESTRAS, semilla: int = 0) -> dict[str, Cifra]:
    """Por medida, la tasa total con su intervalo. Un mismo orden de casos da el mismo intervalo."""
    lista = list(medidas)
    nombres = list(dict.fromkeys(n for m in lista for n in m.cuentas))
    cifras = {
        n: cifra([m.cuentas[n] for m in lista if n in m.cuentas], remuestras=remuestras, semilla=semilla)
        for n in nombres
    }
    return {n: c for n, c in cifras.items() if c is not None}


def grupos(
    medidas: Sequence[Medida], *, remuestras: int = REMUESTRAS, semilla: int = 0
) -> dict[str, dict[str, dict[str, Cifra]]]:
    """Etiqueta → valor → medida → cifra, para las etiquetas que toman más de un valor."""
    salida: dict[str, dict[str, dict[str, Cifra]]] = {}
    for etiqueta in sorted({e for m in medidas for e in m.etiquetas}):
        valores = sorted({m.etiquetas[etiqueta] for m in medidas if etiqueta in m.etiquetas})
        if 1 < len(valores) <= _MAXIMO_GRUPOS:
            salida[etiqueta] = {
                v: totales(
                    [m for m in medidas if m.etiquetas.get(etiqueta) == v],
                    remuestras=remuestras,
                    semilla=semilla,
                )
                for v in valores
            }
    return salida


_MAXIMO_GRUPOS = 12
