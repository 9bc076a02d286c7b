"""La referencia y lo escrito, palabra por palabra, y el tramo de audio donde más se falló.

Se comparan las palabras ya normalizadas, que es como se cuenta el WER: lo que aquí no está marcado no
cuenta como error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaluacion.alineacion import Alineacion, alinear
from evaluacion.caso import Caso, Dicho
from evaluacion.normalizador import normalizar
from scribe.consulta import Transcripcion, Turno

Tipo = Literal["igual", "cambio", "falta", "sobra"]
VENTANA_S = 30.0


@dataclass(frozen=True, slots=True)
class Paso:
    """Una palabra: la dicha, la escrita, en qué turno de la referencia va y a qué segundo suena."""

    tipo: Tipo
    dicha: str
    escrita: str
    turno: int
    segundo: float | None


@dataclass(frozen=True, slots=True)
class Fragmento:
    """Palabras seguidas del mismo tipo."""

    tipo: Tipo
    dicho: str
    escrito: str


@dataclass(frozen=True, slots=True)
class Renglon:
    """Un turno de la referencia con sus diferencias."""

    hablante: str
    fragmentos: tuple[Fragmento, ...]


def comparar(caso: Caso, transcripcion: Transcripcion) -> list[Paso]:
    """Los pasos de la referencia a lo escrito, con la distancia mínima de edición (jiwer)."""
    dichos = caso.dichos or ((Dicho(hablante="", texto=caso.texto),) if caso.texto else ())
    referencia = [(p, i) for i, d in enumerate(dichos) for p in normalizar(d.texto, caso.idioma).split()]
    hipotesis = [p for t in transcripcion.turnos for p in _con_tiempo(t, caso.idioma)]
    if not referencia:
        return [Paso("sobra", "", p, 0, s) for p, s in hipotesis]
    if not hipotesis:
        return [Paso("falta", p, "", i, None) for p, i in referencia]
    alineado = alinear([p for p, _ in referencia], [p for p, _ in hipotesis])
    return _pasos(alineado, referencia, hipotesis)


def renglones(pasos: Sequence[Paso], caso: Caso) -> list[Renglon]:
    """Los pasos agrupados por turno de la referencia y, dentro, por tipo."""
    salida: list[Renglon] = []
    for turno in dict.fromkeys(p.turno for p in pasos):
        hablante = caso.dichos[turno].hablante if turno < len(caso.dichos) else ""
        salida.append(Renglon(hablante, tuple(_fragmentos([p for p in pasos if p.turno == turno]))))
    return salida


def peor_ventana(pasos: Sequence[Paso], ancho: float = VENTANA_S) -> tuple[float, float] | None:
    """(inicio, fin) en segundos de la ventana con más errores; `None` si no hay errores con tiempo."""
    errores = [p.segundo for p in pasos if p.tipo != "igual" and p.segundo is not None]
    if not errores:
        return None
    errores.sort()
    mejor = max(errores, key=lambda t: sum(t <= e < t + ancho for e in errores))
    inicio = max(0.0, mejor - 2.0)
    return inicio, inicio + ancho


def en_ventana(pasos: Sequence[Paso], ventana: tuple[float, float]) -> list[Paso]:
    """Los pasos que suenan dentro de la ventana."""
    return [p for p in pasos if p.segundo is not None and ventana[0] <= p.segundo < ventana[1]]


def _con_tiempo(turno: Turno, idioma: str) -> list[tuple[str, float]]:
    """Cada palabra normalizada del turno y el segundo en que empieza, en proporción a su lugar."""
    palabras = normalizar(turno.texto, idioma).split()
    largo = turno.fin - turno.inicio
    return [(p, turno.inicio + largo * i / len(palabras)) for i, p in enumerate(palabras)]


def _pasos(
    alineado: Alineacion, referencia: Sequence[tuple[str, int]], hipotesis: Sequence[tuple[str, float]]
) -> list[Paso]:
    """Lo que sobra va donde suena; lo que falta, con el segundo de la última palabra escrita."""
    salida: list[Paso] = []
    i = j = turno = 0
    segundo: float | None = hipotesis[0][1]
    while i < len(referencia) or j < len(hipotesis):
        if j < len(hipotesis) and alineado.de_hipotesis[j] is None:
            segundo = hipotesis[j][1]
            salida.append(Paso("sobra", "", hipotesis[j][0], turno, segundo))
            j += 1
            continue
        dicha, turno = referencia[i]
        if alineado.de_referencia[i] is None:
            salida.append(Paso("falta", dicha, "", turno, segundo))
        else:
            escrita, segundo = hipotesis[j]
            salida.append(Paso("igual" if alineado.igual(i) else "cambio", dicha, escrita, turno, segundo))
            j += 1
        i += 1
    return salida


def _fragmentos(pasos: Sequence[Paso]) -> list[Fragmento]:
    grupos: list[list[Paso]] = []
    for paso in pasos:
        if grupos and grupos[-1][-1].tipo == paso.tipo:
            grupos[-1].append(paso)
        else:
            grupos.append([paso])
    return [
        Fragmento(
            g[0].tipo,
            " ".join(p.dicha for p in g if p.dicha),
            " ".join(p.escrita for p in g if p.escrita),
        )
        for g in grupos
    ]
