"""Quién habló cuándo: DER, número de hablantes, rol por tiempo y cpWER."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import meeteval  # type: ignore[import-untyped]
import numpy as np
from pyannote.core import Annotation, Segment, Timeline  # type: ignore[import-untyped]
from pyannote.metrics.diarization import DiarizationErrorRate

from evaluacion.metricas.transcripcion import Errores
from evaluacion.normalizador import normalizar
from scribe.consulta import Tramo, Turno

_PASO = 0.01


@dataclass(frozen=True, slots=True)
class Tiempo:
    """Segundos buenos (o malos) de un total; se suman entre casos."""

    parte: float
    total: float

    @property
    def tasa(self) -> float:
        """Parte entre total; 0 si no hay total."""
        return self.parte / self.total if self.total else 0.0

    def __add__(self, otro: Tiempo) -> Tiempo:
        return Tiempo(self.parte + otro.parte, self.total + otro.total)


def leer_rttm(archivo: Path) -> list[Tramo]:
    """Tramos de un RTTM (NIST): hablante en la octava columna, inicio y duración en segundos."""
    tramos = []
    for linea in archivo.read_text("utf-8").splitlines():
        campos = linea.split()
        if campos and campos[0] == "SPEAKER":
            inicio, duracion = float(campos[3]), float(campos[4])
            tramos.append(Tramo(hablante=campos[7], inicio=inicio, fin=inicio + duracion))
    return tramos


def der(referencia: Iterable[Tramo], hipotesis: Iterable[Tramo], collar: float = 0.0) -> Tiempo:
    """Tiempo mal atribuido (falso + perdido + confundido) entre tiempo de voz de la referencia.

    El solape cuenta. `collar`, en segundos a cada lado de cada frontera, como en NIST (pyannote.metrics
    pide el ancho total, por eso se dobla).
    """
    ref, hip = _anotacion(referencia), _anotacion(hipotesis)
    extension = ref.get_timeline().extent() | hip.get_timeline().extent()
    medida = DiarizationErrorRate(collar=2 * collar, skip_overlap=False)
    partes = medida(ref, hip, uem=Timeline([extension]), detailed=True)
    malo = partes["false alarm"] + partes["missed detection"] + partes["confusion"]
    return Tiempo(float(malo), float(partes["total"]))


def contar(tramos: Iterable[Tramo]) -> int:
    """Número de hablantes distintos."""
    return len({t.hablante for t in tramos})


def rol_correcto(referencia: Iterable[Tramo], turnos: Iterable[Turno]) -> Tiempo:
    """Tiempo con el rol correcto, del tiempo en que habla una sola persona y hay algún turno escrito.

    `referencia` lleva el rol verdadero como hablante. Se cuenta en pasos de 10 ms.
    """
    verdad, dicho = list(referencia), list(turnos)
    fin = max([t.fin for t in verdad] + [t.fin for t in dicho] + [0.0])
    pasos = int(fin / _PASO) + 1
    roles = sorted({t.hablante for t in verdad} | {str(t.rol) for t in dicho})
    real = np.zeros((len(roles), pasos), dtype=bool)
    hallado = np.zeros((len(roles), pasos), dtype=bool)
    for tramo in verdad:
        real[roles.index(tramo.hablante), int(tramo.inicio / _PASO) : int(tramo.fin / _PASO)] = True
    for turno in dicho:
        hallado[roles.index(str(turno.rol)), int(turno.inicio / _PASO) : int(turno.fin / _PASO)] = True
    cuenta = (real.sum(axis=0) == 1) & hallado.any(axis=0)
    return Tiempo(float((real & hallado)[:, cuenta].any(axis=0).sum()) * _PASO, float(cuenta.sum()) * _PASO)


def cpwer(referencia: Iterable[tuple[str, str]], hipotesis: Iterable[tuple[str, str]]) -> Errores:
    """WER con el mejor reparto de hablantes (meeteval, cpWER). Entradas: pares (hablante, texto)."""
    ref, hip = _por_hablante(referencia), _por_hablante(hipotesis)
    salida = meeteval.wer.cp_word_error_rate(ref, hip, reference_sort=False, hypothesis_sort=False)
    return Errores(int(salida.errors), int(salida.length))


def _anotacion(tramos: Iterable[Tramo]) -> Annotation:
    anotacion = Annotation()
    for numero, tramo in enumerate(tramos):
        if tramo.fin > tramo.inicio:
            anotacion[Segment(tramo.inicio, tramo.fin), numero] = tramo.hablante
    return anotacion


def _por_hablante(partes: Iterable[tuple[str, str]]) -> dict[str, str]:
    dichos: dict[str, list[str]] = {}
    for hablante, texto in partes:
        dichos.setdefault(hablante, []).append(normalizar(texto))
    return {h: " ".join(t) for h, t in dichos.items()} or {"nadie": ""}
