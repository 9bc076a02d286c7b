"""La segunda mirada: qué otras lecturas de lo oído sostiene el mismo audio.

Whisper escribe una palabra corriente donde se dijo un fármaco («un temprano», «un Tempra»), pierde o inventa
una centena y reparte mal las letras («tiene sanemia», `scribe.asr.recomposicion`). Aquí se decide qué vale
la pena puntuar y qué se propone; quien tiene el audio
(`scribe.asr.oido`) dice cuánto más probable es cada lectura. Son pocas por ventana: cada una cuesta 0.05 s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

from scribe.asr.contraste import contrastar, contrastar_farmacos
from scribe.asr.evidencia import es_lugar, evidencia
from scribe.asr.recomposicion import Recomposicion, recomponer
from scribe.lenguaje.cifras_parecidas import dicha, en_letras, en_palabras, parecidas
from scribe.lenguaje.farmacos import buscar_farmacos
from scribe.lenguaje.fichas import Ficha, partir
from scribe.lenguaje.parecidos import candidatos, es_termino
from scribe.lenguaje.texto import llano
from scribe.lenguaje.vocabulario import es_comun

Clase = Literal["fármaco", "cifra", "palabra"]
"""Palabras corrientes que pueden ser un fármaco, un número, o palabras mal escritas o mal partidas."""

Puntuar = Callable[[Sequence[str]], list[float]]
"""Logaritmo de la probabilidad que el audio de la ventana da a cada texto."""

Certezas = Sequence[tuple[int, int, float]]
"""La probabilidad de cada palabra oída: (desde, hasta, probabilidad) en el texto."""

_CIFRA = re.compile(r"(?<![\d.,/])\d{1,3}(?![\d/]|[.,]\d)")
_PALABRAS = 3
_PARECIDO = 0.78
_PARECIDO_EN_SU_LUGAR = 0.74
_CON_DUDA_EN_SU_LUGAR = 0.95
"""Justo detrás de «me recetaron» o «le voy a dar» basta con menos."""
_PARECIDO_CON_PRUEBA, _PARECIDO_SIN_PRUEBA = 0.84, 0.90
"""Parecido a un fármaco desde el cual una palabra que no existe no se recompone en otras."""
_POR_VENTANA = 3
_LECTURAS = 3
_CON_DUDA = {"fármaco": 0.90, "cifra": 0.72}
"""Solo se puntúa lo que se oyó con menos probabilidad que esta."""
_SEGURA = 2.0
"""Ventaja (logaritmo natural) con que un fármaco sustituye a palabras corrientes. Medido: las que lo eran la
tuvieron de más de 5; las que no, de −13 o menos."""
_DUDOSA = {"fármaco": 0.0, "cifra": -2.0}
"""Ventaja desde la cual se dicen las dos lecturas."""
_POCO_CREIBLE = -16.0
"""Con menos ventaja que esta no se mira si lo oído ganó solo por costumbre."""
_COSTUMBRE = 1.0
_TOPE = 100.0
_CONTEXTO = 20
"""Letras previas que hacen falta para saber qué se espera."""
_COLA = 10
"""Letras que se puntúan detrás: lo que sigue también tiene que casar."""
_PESO_DEL_AUDIO = 0.3
"""Cuánto vale la ventaja acústica junto a lo que gana una recomposición por ser más usual."""
_RECOMPUESTA = 2.0
"""Ganancia con que una recomposición sustituye a lo oído."""
_POR_VECINA = 1.5
_SIN_PREGUNTAR = 8.0
"""Con esta ganancia, la recomposición no se puntúa: el audio casi nunca la contradice."""


@dataclass(frozen=True, slots=True)
class Otra:
    """Otra lectura de `texto[desde:hasta]` y su ventaja sobre lo oído (logaritmo natural)."""

    desde: int
    hasta: int
    propuesto: str
    clase: Clase
    ventaja: float
    en_letras: bool = False
    """La cifra es la que se leyó sin poder escribir dígitos."""

    @property
    def segura(self) -> bool:
        """Si ha de quedar en lugar de lo oído; si no, se muestran las dos."""
        return self.clase == "palabra" or (self.clase == "fármaco" and self.ventaja >= _SEGURA)


@dataclass(frozen=True, slots=True)
class _Sospecha:
    desde: int
    hasta: int
    lecturas: tuple[str, ...]
    clase: Clase
    parecido: float = 0.0
    debil: bool = False
    """Suena tan poco al fármaco que nunca se escribe: a lo más se muestran las dos lecturas."""


def mirar(
    texto: str,
    certezas: Certezas,
    puntuar: Puntuar,
    borrador: str = "",
    sin_audio: Puntuar | None = None,
) -> list[Otra]:
    """Las otras lecturas que el audio sostiene, en orden y sin encimarse.

    `certezas` da la probabilidad de cada palabra oída como (desde, hasta, probabilidad) en `texto`;
    `borrador` es la misma ventana leída sin ayuda y sin dígitos;
    `sin_audio` puntúa como `puntuar`, pero sin oír nada: lo que el modelo espera por costumbre.
    """
    # Lo leído en letras distingue mejor las cifras que puntuar unas contra otras: va primero.
    letras = contrastar(texto, borrador) if borrador else ()
    libres = [Otra(c.desde, c.hasta, c.propuesto, "cifra", 0.0, en_letras=True) for c in letras]
    otros = contrastar_farmacos(texto, borrador)
    libres += [Otra(c.desde, c.hasta, c.propuesto, "fármaco", _DUDOSA["fármaco"]) for c in otros]
    otras: list[Otra] = []
    for s in _sospechas(texto, certezas):
        if not _libre(s.desde, s.hasta, libres):
            continue
        mejor, ventaja = _puntuar(texto, s.desde, s.hasta, s.lecturas, puntuar)
        if s.clase == "fármaco" and sin_audio and _POCO_CREIBLE <= ventaja < _SEGURA:
            ventaja = max(ventaja, _sin_costumbre(texto, s, mejor, ventaja, sin_audio))
        if ventaja >= _DUDOSA[s.clase]:
            otras.append(Otra(s.desde, s.hasta, mejor, s.clase, round(ventaja, 3)))
    for otra in sorted(otras, key=lambda o: (-o.ventaja, o.hasta - o.desde, o.desde)):
        if _libre(otra.desde, otra.hasta, libres):
            libres.append(otra)
    libres += _recompuestas(texto, certezas, puntuar, libres)
    return sorted(libres, key=lambda o: o.desde)


def preparar() -> None:
    """Abre los léxicos: cuesta cerca de un segundo, que así no se le cobra a la primera ventana."""
    mirar("Tome un temprano", [(0, 16, 0.5)], lambda textos: [0.0] * len(textos))


def _libre(desde: int, hasta: int, otras: Sequence[Otra]) -> bool:
    return all(hasta <= x.desde or x.hasta <= desde for x in otras)


def _puntuar(
    texto: str, desde: int, hasta: int, lecturas: Sequence[str], puntuar: Puntuar
) -> tuple[str, float]:
    """La lectura que el audio prefiere y su ventaja sobre lo oído."""
    fin = _hasta_el_fin_de_palabra(texto, hasta + _COLA)
    oida, *notas = puntuar([texto[:fin], *(texto[:desde] + x + texto[hasta:fin] for x in lecturas)])
    mejor = max(range(len(notas)), key=lambda k: notas[k])
    return lecturas[mejor], notas[mejor] - oida


def _sin_costumbre(texto: str, s: _Sospecha, mejor: str, ventaja: float, sin_audio: Puntuar) -> float:
    """La ventaja, menos lo que se debe solo a que lo oído es más usual que un nombre de fármaco.

    Es la resta del modelo de lenguaje interno (Meng y otros, 2021). Cuenta algo menos que la acústica sola.
    """
    frase = max(texto.rfind(signo, 0, s.desde) + 1 for signo in ".?!")
    previo = texto[max(0, min(frase, s.desde - _CONTEXTO)) : s.desde]
    fin = _hasta_el_fin_de_palabra(texto, s.hasta + _COLA)
    oida, otra = sin_audio([previo + texto[s.desde : fin], previo + mejor + texto[s.hasta : fin]])
    return min(ventaja - (otra - oida) - _COSTUMBRE, _SEGURA - 0.001 if s.debil else _TOPE)


def _recompuestas(
    texto: str, certezas: Certezas, puntuar: Puntuar, ocupadas: Sequence[Otra]
) -> Iterator[Otra]:
    """Las palabras mal partidas o mal escritas, de la que más gana a la que menos."""
    fichas = partir(texto)
    tomadas = [(o.desde, o.hasta) for o in ocupadas]
    propuestas = recomponer(fichas, partial(_certeza, certezas))
    for r in sorted(propuestas, key=_por_palabra):
        desde, hasta = fichas[r.primera].desde, fichas[r.ultima].hasta
        if any(desde < h and d < hasta for d, h in tomadas):
            continue
        propuesto = r.propuesto.capitalize() if texto[desde].isupper() else r.propuesto
        ventaja = r.ganancia
        farmaco = r.farmaco or (not r.corriente and _suena_a_farmaco(texto, fichas, r))
        if not farmaco and (r.corriente or r.ganancia < _SIN_PREGUNTAR):
            _, acustica = _puntuar(texto, desde, hasta, (propuesto,), puntuar)
            if r.corriente and acustica < 0:
                continue
            ventaja += _PESO_DEL_AUDIO * acustica
        if ventaja < _RECOMPUESTA:
            continue
        tomadas.append((desde, hasta))
        if not farmaco:
            yield Otra(desde, hasta, propuesto, "palabra", round(ventaja, 3))


def _suena_a_farmaco(texto: str, fichas: Sequence[Ficha], r: Recomposicion) -> bool:
    """Si lo oído se parece de sobra a un fármaco («diasepa»): lo decide la corrección, no la frecuencia."""
    prueba = evidencia(texto, list(fichas), r.primera, r.ultima)
    minimo = _PARECIDO_CON_PRUEBA if prueba.dosis or prueba.verbo else _PARECIDO_SIN_PRUEBA
    palabras = tuple(f.texto for f in fichas[r.primera : r.ultima + 1])
    return any(c.parecido >= minimo for c in candidatos(palabras, "farmaco", minimo))


def _por_palabra(r: Recomposicion) -> tuple[float, int]:
    """Primero lo que más gana, descontando lo que se lleva: si basta una palabra, no se toca su vecina."""
    return _POR_VECINA * (r.ultima - r.primera) - r.ganancia, r.primera


def _certeza(certezas: Certezas, desde: int, hasta: int) -> float:
    return min((p for d, h, p in certezas if d < hasta and desde < h), default=1.0)


def _sospechas(texto: str, certezas: Certezas) -> Iterator[_Sospecha]:
    certeza = partial(_certeza, certezas)
    distintas: dict[str, _Sospecha] = {}
    for s in sorted(_corrientes(texto, certeza), key=lambda s: (-s.parecido, s.hasta - s.desde)):
        distintas.setdefault(texto[: s.desde] + s.lecturas[0] + texto[s.hasta :], s)
    yield from list(distintas.values())[:_POR_VENTANA]
    cifras = [s for s in _cifras(texto) if certeza(s.desde, s.hasta) < _CON_DUDA["cifra"]]
    yield from cifras[:_POR_VENTANA]


def _corrientes(texto: str, certeza: Callable[[int, int], float]) -> Iterator[_Sospecha]:
    """Palabras corrientes, donde se toma o se receta algo, que suenan a un fármaco."""
    fichas = partir(texto)
    menciones = [(m.desde, m.hasta) for m in buscar_farmacos(texto)]
    for i in range(len(fichas)):
        lugar = es_lugar(fichas, i)
        for j in range(i, min(i + _PALABRAS, len(fichas))):
            ficha = fichas[j]
            nombrada = any(ficha.desde < h and d < ficha.hasta for d, h in menciones)
            if nombrada or not _corriente(ficha):
                break
            if all(f.llana in en_palabras() or f.texto.isdigit() for f in fichas[i : j + 1]):
                continue  # «cinco» es una cifra y no «zinc»
            if ficha.llana in _decenas():
                break  # «de treinta» no es «Trayenta»
            prueba = evidencia(texto, fichas, i, j)
            desde, hasta = fichas[i].desde, ficha.hasta
            duda = _CON_DUDA_EN_SU_LUGAR if lugar else _CON_DUDA["fármaco"]
            if (lugar or prueba.dosis or prueba.verbo) and certeza(desde, hasta) < duda:
                palabras = tuple(dicha(f.texto) for f in fichas[i : j + 1])
                yield from _nombres(desde, hasta, palabras, _PARECIDO_EN_SU_LUGAR if lugar else _PARECIDO)
            if ficha.corte:
                break


def _corriente(ficha: Ficha) -> bool:
    """Si es palabra del español o un número corto: «por la 6» pudo ser «por Lasix»."""
    if ficha.texto.isdigit():
        return len(ficha.texto) <= 2
    return ficha.texto.isalpha() and (es_comun(ficha.texto) or es_termino(ficha.texto))


@cache
def _decenas() -> frozenset[str]:
    """Los números que por largos nadie confunde con el final de un nombre."""
    return frozenset(llano(en_letras(n)) for n in range(13, 100))


def _nombres(desde: int, hasta: int, palabras: tuple[str, ...], minimo: float) -> Iterator[_Sospecha]:
    propio = " ".join(palabras).lower()
    hallados = [(c, c.escrito) for c in candidatos(palabras, "farmaco", minimo)]
    otros = [(c, nombre) for c, nombre in hallados if nombre.lower() != propio]
    if otros:
        lecturas = tuple(dict.fromkeys(nombre for _, nombre in otros))[:_LECTURAS]
        parecido = max(c.parecido for c, _ in otros)
        yield _Sospecha(desde, hasta, lecturas, "fármaco", parecido, parecido < _PARECIDO)


def _cifras(texto: str) -> Iterator[_Sospecha]:
    for m in _CIFRA.finditer(texto):
        otras = tuple(str(n) for n in parecidas(int(m.group())))
        if otras:
            yield _Sospecha(m.start(), m.end(), otras, "cifra")


def _hasta_el_fin_de_palabra(texto: str, lugar: int) -> int:
    while lugar < len(texto) and texto[lugar].isalpha():
        lugar += 1
    return min(lugar, len(texto))
