"""Lo que el modelo da de una ventana: sus palabras, qué tan seguro está y las otras lecturas posibles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from scribe.asr.segunda import Otra
from scribe.consulta import OtraLectura, Palabra

_PEGADAS_S = 0.5
_CIFRA_PARTIDA = re.compile(r"\d\|[.,/:%°-]|[\d][.,/:]\|\d")


@dataclass(frozen=True, slots=True)
class Cruda:
    """Una palabra como la dio el modelo; `inicio` y `fin`, segundos desde el principio de la ventana."""

    texto: str
    inicio: float
    fin: float
    prob: float


@dataclass(frozen=True, slots=True)
class Lectura:
    """Lo que el modelo da de una ventana, sin nada de fuera de ella (véase `Pasaje`)."""

    palabras: tuple[Cruda, ...]
    log_prob: float
    sin_voz: float
    compresion: float
    otras: tuple[Otra, ...] = ()

    def guardada(self) -> str:
        """Como texto, para recordarla."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def recordada(cls, texto: str) -> Lectura:
        """La que se guardó con `guardada`."""
        datos = json.loads(texto)
        palabras = tuple(Cruda(**p) for p in datos.pop("palabras"))
        otras = tuple(Otra(**o) for o in datos.pop("otras"))
        return cls(palabras, otras=otras, **datos)


def unir(crudas: Sequence[Cruda]) -> list[Cruda]:
    """Junta lo que Whisper partió sin espacio en medio: «29» y «.8» son una sola palabra, «29.8»."""
    salida: list[Cruda] = []
    for cruda in crudas:
        pegada = salida and _CIFRA_PARTIDA.search(f"{salida[-1].texto}|{cruda.texto}")
        if pegada and cruda.inicio - salida[-1].fin < _PEGADAS_S:
            previa = salida[-1]
            salida[-1] = Cruda(
                previa.texto + cruda.texto, previa.inicio, cruda.fin, min(previa.prob, cruda.prob)
            )
        else:
            salida.append(cruda)
    return salida


def junto(palabras: Sequence[Cruda]) -> tuple[str, list[tuple[int, int]]]:
    """El texto de la ventana y dónde queda en él cada palabra."""
    texto, lugares = "", []
    for palabra in palabras:
        lugares.append((len(texto), len(texto) + len(palabra.texto)))
        texto += palabra.texto
    return texto, lugares


def otras_lecturas(lectura: Lectura, palabras: Sequence[Palabra]) -> Iterator[OtraLectura]:
    """Las otras lecturas de la ventana, con el tiempo de las palabras de la grabación."""
    texto, lugares = junto(lectura.palabras)
    for otra in lectura.otras:
        tocadas = [k for k, (a, b) in enumerate(lugares) if a < otra.hasta and otra.desde < b]
        yield OtraLectura(
            inicio=palabras[tocadas[0]].inicio,
            fin=palabras[tocadas[-1]].fin,
            original=texto[otra.desde : otra.hasta],
            propuesto=otra.propuesto,
            motivo=otra.clase,
            segura=otra.segura,
            en_letras=otra.en_letras,
        )
