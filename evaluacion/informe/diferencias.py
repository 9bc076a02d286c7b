"""La referencia y lo escrito, palabra por palabra, y el tramo de audio donde más se falló.

Se comparan las palabras ya normalizadas, que es como se cuenta el WER: lo que aquí no está marcado no
cuenta como error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import jiwer

from evaluacion.caso import Caso, Dicho
from evaluacion.normalizador import normalizar
from scribe.consulta import Transcripcion, Turno

Tipo = Literal["igual", "cambio", "falta", "sobra"]
VENTANA_S = 30.0
_TIPOS: dict[str, Tipo] = {"equal": "igual", "substitute": "cambio", "delete": "falta", "insert": "sobra"}


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
    alineado = jiwer.process_words(" ".join(p for p, _ in referencia), " ".join(p for p, _ in hipotesis))
    pasos: list[Paso] = []
    for trozo in alineado.alignments[0]:
        dichas = referencia[trozo.ref_start_idx : trozo.ref_end_idx]
        escritas = hipotesis[trozo.hyp_start_idx : trozo.hyp_end_idx]
        pasos += _pasos(_TIPOS[trozo.type], dichas, escritas, pasos[-1] if pasos else None)
    return pasos


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
    tipo: Tipo,
    dichas: Sequence[tuple[str, int]],
    escritas: Sequence[tuple[str, float]],
    anterior: Paso | None,
) -> list[Paso]:
    salida = []
    turno = anterior.turno if anterior else 0
    segundo = anterior.segundo if anterior else (escritas[0][1] if escritas else None)
    for i in range(max(len(dichas), len(escritas))):
        dicha, turno = dichas[i] if i < len(dichas) else ("", turno)
        escrita, segundo = escritas[i] if i < len(escritas) else ("", segundo)
        salida.append(Paso(tipo, dicha, escrita, turno, segundo))
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
