"""Cada palabra con quien la dijo, y las palabras seguidas de una persona en un turno.

Una palabra suelta no decide nada: sus tiempos tienen error y la diarización también. Se busca la
secuencia de hablantes más barata para todas las palabras a la vez (Viterbi): cuesta dar una palabra a
quien no sonaba entonces, y cuesta cambiar de hablante, mucho a media frase y poco tras una pausa, un
punto o donde el reconocedor abre otra frase.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scribe.consulta import Escucha, Palabra, Separacion, Tramo, Transcripcion, Turno

_AJENA = 2.0
_CAMBIO = 1.8
_CAMBIO_COMA = 1.2
_CAMBIO_FRASE = 0.6
_CAMBIO_PUNTO = 0.4
_PAUSA_S = 0.25
_LEJOS_S = 0.6
_BORDE_S = 0.45
"""Tras un punto, quien empieza antes de esto quizá ya dijo la primera palabra: el borde tiene error."""
_CREE_BORDE = 0.75
_CORTE_S = 2.5
_TURNO_LARGO_S = 45.0
_CORTE_LARGO_S = 0.8
_FRASE_CANAL_S = 0.7

_FIN = re.compile(r"[.?!…]+[\"»”']*$")
_COMA = re.compile(r"[,;:]$")
_SOLO_SIGNO = re.compile(r"^[.,;:?!…%»”)]+$")


@dataclass(frozen=True, slots=True)
class _Dicha:
    """Una palabra y su hablante."""

    palabra: Palabra
    hablante: str


def alinear(escuchas: tuple[Escucha, ...], separacion: Separacion) -> Transcripcion:
    """Turnos con su hablante, en orden de inicio y con `id` consecutivo desde 1.

    Con una sola escucha, cada palabra va a su hablante según `separacion`; con varias, cada una es el
    canal de una persona (H1 el primer canal, H2 el segundo…). Toda palabra oída queda en algún turno y
    sin cambios; los roles quedan inciertos. Sin tramos, todo es de H1.
    """
    if not escuchas:
        return Transcripcion(idioma="es")
    if len(escuchas) == 1:
        dichas = _repartir(escuchas[0], separacion.tramos)
        grupos = _cortar(dichas)
    else:
        grupos = _por_canal(escuchas)
    turnos = tuple(_turno(i, grupo) for i, grupo in enumerate(grupos, start=1))
    return Transcripcion(idioma=_idioma(escuchas), turnos=turnos)


def _idioma(escuchas: Sequence[Escucha]) -> str:
    return max(escuchas, key=lambda e: len(e.palabras)).idioma


def _repartir(escucha: Escucha, tramos: Sequence[Tramo]) -> list[_Dicha]:
    palabras = escucha.palabras
    nombres = sorted({t.hablante for t in tramos}, key=_numero) or ["H1"]
    if len(nombres) == 1 or not palabras:
        return [_Dicha(p, nombres[0]) for p in palabras]
    ajena = _costos_de_palabra(palabras, tramos, nombres)
    cambio = _costos_de_cambio(palabras, set(escucha.segmentos))
    camino = _viterbi(ajena, cambio)
    return [_Dicha(p, nombres[k]) for p, k in zip(palabras, camino, strict=True)]


def _numero(hablante: str) -> tuple[int, str]:
    cifras = hablante.lstrip("H")
    return (int(cifras) if cifras.isdigit() else 0, hablante)


def _costos_de_palabra(
    palabras: Sequence[Palabra], tramos: Sequence[Tramo], nombres: Sequence[str]
) -> NDArray[np.float64]:
    """(palabras, hablantes): cuánto cuesta que cada hablante haya dicho cada palabra."""
    por_hablante: dict[str, list[Tramo]] = defaultdict(list)
    for tramo in sorted(tramos, key=lambda t: t.inicio):
        por_hablante[tramo.hablante].append(tramo)
    costos = np.zeros((len(palabras), len(nombres)))
    for k, nombre in enumerate(nombres):
        suyos = por_hablante[nombre]
        finales = [t.fin for t in suyos]
        for i, palabra in enumerate(palabras):
            desde = bisect_left(finales, palabra.inicio - _LEJOS_S)
            costos[i, k] = _cubierto(palabra, suyos, desde)
            if i and _FIN.search(palabras[i - 1].texto):
                costos[i, k] += _CREE_BORDE * _recien(palabra, suyos[desde:], costos[i, k])
    alguien = costos.max(axis=1, keepdims=True)
    parte = np.where(alguien > 0, costos / np.maximum(alguien, 1e-9), 0.0)
    confianza = np.clip(alguien / 0.2, 0.4, 1.2)
    return np.asarray(_AJENA * confianza * (1.0 - parte))


def _cubierto(palabra: Palabra, suyos: Sequence[Tramo], desde: int) -> float:
    """Segundos de la palabra dentro de los tramos; si no hay ninguno, algo menor cuanto más lejos."""
    dentro, lejos = 0.0, _LEJOS_S
    for tramo in suyos[desde:]:
        if tramo.inicio > palabra.fin + _LEJOS_S:
            break
        dentro += max(0.0, min(palabra.fin, tramo.fin) - max(palabra.inicio, tramo.inicio))
        lejos = min(lejos, max(tramo.inicio - palabra.fin, palabra.inicio - tramo.fin, 0.0))
    return dentro if dentro > 0 else 0.02 * (1.0 - lejos / _LEJOS_S)


def _recien(palabra: Palabra, suyos: Sequence[Tramo], dentro: float) -> float:
    """Segundos que la palabra tendría de más en un tramo que empieza poco después de ella."""
    abre = any(palabra.inicio < t.inicio <= palabra.inicio + _BORDE_S for t in suyos)
    return palabra.fin - palabra.inicio - dentro if abre else 0.0


def _costos_de_cambio(palabras: Sequence[Palabra], frases: set[int]) -> NDArray[np.float64]:
    """Costo de cambiar de hablante justo antes de cada palabra."""
    costos = np.full(len(palabras), _CAMBIO)
    for i in range(1, len(palabras)):
        anterior, pausa = palabras[i - 1].texto, palabras[i].inicio - palabras[i - 1].fin
        if _COMA.search(anterior):
            costos[i] = _CAMBIO_COMA
        if i in frases:
            costos[i] = _CAMBIO_FRASE
        if _FIN.search(anterior):
            costos[i] = _CAMBIO_PUNTO
        if pausa > _PAUSA_S:
            costos[i] = min(costos[i], max(_CAMBIO_PUNTO, _CAMBIO - 2.0 * pausa))
    return costos


def _viterbi(propio: NDArray[np.float64], cambio: NDArray[np.float64]) -> list[int]:
    """El camino de menor costo total por los hablantes, uno por palabra."""
    cuantas, hablantes = propio.shape
    costo = propio[0].copy()
    atras = np.zeros((cuantas, hablantes), dtype=np.intp)
    for i in range(1, cuantas):
        mejor = int(costo.argmin())
        cambiar = costo[mejor] + cambio[i]
        viene = np.where(costo <= cambiar, np.arange(hablantes), mejor)
        atras[i] = viene
        costo = np.minimum(costo, cambiar) + propio[i]
    camino = [int(costo.argmin())]
    for i in range(cuantas - 1, 0, -1):
        camino.append(int(atras[i, camino[-1]]))
    return camino[::-1]


def _cortar(dichas: Iterable[_Dicha]) -> list[list[_Dicha]]:
    """Grupos de palabras seguidas de un hablante; una pausa larga también separa."""
    grupos: list[list[_Dicha]] = []
    for dicha in dichas:
        if not grupos or _empieza_otro(grupos[-1], dicha):
            grupos.append([])
        grupos[-1].append(dicha)
    return grupos


def _empieza_otro(grupo: Sequence[_Dicha], dicha: _Dicha) -> bool:
    ultima = grupo[-1]
    if ultima.hablante != dicha.hablante:
        return True
    pausa = dicha.palabra.inicio - ultima.palabra.fin
    if pausa >= _CORTE_S:
        return True
    largo = ultima.palabra.fin - grupo[0].palabra.inicio
    return largo > _TURNO_LARGO_S and pausa >= _CORTE_LARGO_S and bool(_FIN.search(ultima.palabra.texto))


def _por_canal(escuchas: Sequence[Escucha]) -> list[list[_Dicha]]:
    """Frases de cada canal intercaladas por su inicio, sin mezclar palabras de voces encimadas."""
    frases: list[list[_Dicha]] = []
    for canal, escucha in enumerate(escuchas, start=1):
        inicios = set(escucha.segmentos)
        frase: list[_Dicha] = []
        for i, palabra in enumerate(escucha.palabras):
            if frase and (i in inicios or palabra.inicio - frase[-1].palabra.fin > _FRASE_CANAL_S):
                frases.append(frase)
                frase = []
            frase.append(_Dicha(palabra, f"H{canal}"))
        if frase:
            frases.append(frase)
    frases.sort(key=lambda f: f[0].palabra.inicio)
    return _cortar(dicha for frase in frases for dicha in frase)


def _turno(numero: int, grupo: Sequence[_Dicha]) -> Turno:
    palabras = tuple(d.palabra for d in grupo)
    return Turno(
        id=numero,
        hablante=grupo[0].hablante,
        inicio=palabras[0].inicio,
        fin=max(p.fin for p in palabras),
        texto=unir(p.texto for p in palabras),
        palabras=palabras,
    )


def unir(palabras: Iterable[str]) -> str:
    """Las palabras en una línea, separadas por un espacio; los signos van pegados a lo anterior."""
    texto = ""
    for palabra in (p.strip() for p in palabras):
        separador = "" if not texto or _SOLO_SIGNO.match(palabra) else " "
        texto += separador + palabra if palabra else ""
    return texto
