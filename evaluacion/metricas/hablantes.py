"""Quién habló cuándo: DER, JER, número de hablantes, rol por tiempo y cpWER."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import meeteval  # type: ignore[import-untyped]
import numpy as np
from pyannote.core import Annotation, Segment, Timeline  # type: ignore[import-untyped]
from pyannote.metrics.diarization import DiarizationErrorRate, JaccardErrorRate

from evaluacion.caso import Caso
from evaluacion.metricas.transcripcion import Errores
from evaluacion.normalizador import normalizar
from evaluacion.parcial import Parcial
from evaluacion.salida import Salida
from scribe.consulta import Rol, Tramo, Turno

_PASO = 0.01
Uem = Sequence[tuple[float, float]]
"""Los (inicio, fin), en segundos, de lo que se mide; vacío, todo (NIST UEM)."""
COLLAR_S = 0.25
"""Segundos perdonados a cada lado de cada frontera en `der_025`, los de las evaluaciones de NIST."""


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


@dataclass(frozen=True, slots=True)
class Desglose:
    """De qué se compone el DER, en segundos. `total`: voz de la referencia; el solape, por persona."""

    falso: float
    perdido: float
    confundido: float
    total: float

    @property
    def error(self) -> Tiempo:
        """Los tres errores juntos sobre el total: el DER."""
        return Tiempo(self.falso + self.perdido + self.confundido, self.total)


def leer_rttm(archivo: Path) -> list[Tramo]:
    """Tramos de un RTTM (NIST): hablante en la octava columna, inicio y duración en segundos."""
    tramos = []
    for linea in archivo.read_text("utf-8").splitlines():
        campos = linea.split()
        if campos and campos[0] == "SPEAKER":
            inicio, duracion = float(campos[3]), float(campos[4])
            tramos.append(Tramo(hablante=campos[7], inicio=inicio, fin=inicio + duracion))
    return tramos


def desglose(
    referencia: Iterable[Tramo], hipotesis: Iterable[Tramo], collar: float = 0.0, uem: Uem = ()
) -> Desglose:
    """Voz inventada, perdida y atribuida a otro, con el mejor reparto de nombres (pyannote.metrics).

    El solape cuenta. `collar`, en segundos a cada lado de cada frontera, como en NIST (pyannote.metrics
    pide el ancho total, por eso se dobla). Lo que cae fuera de `uem` no cuenta.
    """
    ref, hip, region = _anotaciones(referencia, hipotesis, uem)
    partes = DiarizationErrorRate(collar=2 * collar, skip_overlap=False)(ref, hip, uem=region, detailed=True)
    return Desglose(
        float(partes["false alarm"]),
        float(partes["missed detection"]),
        float(partes["confusion"]),
        float(partes["total"]),
    )


def der(
    referencia: Iterable[Tramo], hipotesis: Iterable[Tramo], collar: float = 0.0, uem: Uem = ()
) -> Tiempo:
    """Tiempo mal atribuido (falso + perdido + confundido) entre tiempo de voz de la referencia."""
    return desglose(referencia, hipotesis, collar, uem).error


def jer(referencia: Iterable[Tramo], hipotesis: Iterable[Tramo], uem: Uem = ()) -> Tiempo:
    """Suma del error de Jaccard de cada hablante de la referencia, y cuántos son (DIHARD II, Ryant 2019).

    Cada persona pesa lo mismo hable mucho o poco: al acompañante que dice tres frases se le nota.
    """
    ref, hip, region = _anotaciones(referencia, hipotesis, uem)
    medida = JaccardErrorRate()  # type: ignore[no-untyped-call]
    partes = medida(ref, hip, uem=region, detailed=True)
    return Tiempo(float(partes["speaker error"]), float(partes["speaker count"]))


def contar(tramos: Iterable[Tramo]) -> int:
    """Número de hablantes distintos."""
    return len({t.hablante for t in tramos})


def dentro(tramos: Iterable[Tramo], uem: Uem) -> list[Tramo]:
    """La parte de los tramos que cae en lo que se mide; todos, si `uem` está vacío."""
    if not uem:
        return list(tramos)
    cortados = [
        t.model_copy(update={"inicio": max(t.inicio, a), "fin": min(t.fin, b)})
        for t in tramos
        for a, b in uem
    ]
    return [t for t in cortados if t.fin > t.inicio]


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


def cpwer(
    referencia: Iterable[tuple[str, str]], hipotesis: Iterable[tuple[str, str]], idioma: str = "es"
) -> Errores:
    """WER con el mejor reparto de hablantes (cpWER, Watanabe y otros 2020; meeteval).

    Entradas: pares (hablante, texto) en orden; lo de cada quien se junta.
    """
    ref, hip = _por_hablante(referencia, idioma), _por_hablante(hipotesis, idioma)
    salida = meeteval.wer.cp_word_error_rate(ref, hip, reference_sort=False, hypothesis_sort=False)
    return Errores(int(salida.errors), int(salida.length))


def medir(caso: Caso, salida: Salida) -> Parcial:
    """Todo lo de este grupo para un caso que dice quién habló."""
    parcial = Parcial()
    if caso.tramos and salida.tramos is not None:
        _tiempos(parcial, caso.tramos, salida.tramos, caso.uem)
    if salida.transcripcion is None:
        return parcial
    turnos = salida.transcripcion.turnos
    if caso.dichos and caso.tramos and _con_hablantes(salida):
        errores = cpwer(
            [(d.hablante, d.texto) for d in caso.dichos], [(t.hablante, t.texto) for t in turnos], caso.idioma
        )
        parcial.cuentas["cpwer"] = (errores.errores, errores.total)
    if caso.con_roles and caso.tramos and any(t.rol is not Rol.INCIERTO for t in turnos):
        rol = rol_correcto(dentro(caso.tramos, caso.uem), turnos)
        parcial.cuentas["rol"] = (rol.parte, rol.total)
    return parcial


def _tiempos(parcial: Parcial, verdad: Sequence[Tramo], hallado: Sequence[Tramo], uem: Uem) -> None:
    partes, con_collar, jaccard = (
        desglose(verdad, hallado, uem=uem),
        der(verdad, hallado, COLLAR_S, uem),
        jer(verdad, hallado, uem),
    )
    esperados, hallados = contar(dentro(verdad, uem)), contar(dentro(hallado, uem))
    parcial.cuentas |= {
        "der": (partes.error.parte, partes.total),
        "der_025": (con_collar.parte, con_collar.total),
        "der_falso": (partes.falso, partes.total),
        "der_perdido": (partes.perdido, partes.total),
        "der_confundido": (partes.confundido, partes.total),
        "jer": (jaccard.parte, jaccard.total),
        "hablantes_error": (float(abs(esperados - hallados)), 1.0),
        "hablantes_acierto": (float(esperados == hallados), 1.0),
    }
    if esperados != hallados:
        parcial.detalle["hablantes"] = [f"hablan {esperados} personas y se hallaron {hallados}"]


def _con_hablantes(salida: Salida) -> bool:
    """Si el sistema reparte lo dicho entre hablantes; uno que solo transcribe lo da todo en un turno."""
    turnos = salida.transcripcion.turnos if salida.transcripcion else ()
    return salida.tramos is not None or salida.borrador is not None or len({t.hablante for t in turnos}) > 1


def _anotaciones(
    referencia: Iterable[Tramo], hipotesis: Iterable[Tramo], uem: Uem
) -> tuple[Annotation, Annotation, Timeline]:
    ref, hip = _anotacion(referencia), _anotacion(hipotesis)
    if uem:
        return ref, hip, Timeline([Segment(inicio, fin) for inicio, fin in uem])
    extension = ref.get_timeline().extent() | hip.get_timeline().extent()
    return ref, hip, Timeline([extension])


def _anotacion(tramos: Iterable[Tramo]) -> Annotation:
    anotacion = Annotation()
    for numero, tramo in enumerate(tramos):
        if tramo.fin > tramo.inicio:
            anotacion[Segment(tramo.inicio, tramo.fin), numero] = tramo.hablante
    return anotacion


def _por_hablante(partes: Iterable[tuple[str, str]], idioma: str) -> dict[str, str]:
    dichos: dict[str, list[str]] = {}
    for hablante, texto in partes:
        dichos.setdefault(hablante, []).append(normalizar(texto, idioma))
    return {h: " ".join(t) for h, t in dichos.items()} or {"nadie": ""}
