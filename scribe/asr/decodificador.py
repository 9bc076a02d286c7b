"""Lo que se le pide al modelo Whisper de unas ventanas: codificarlas, decodificarlas y volver a mirarlas.

Cada ventana sale igual sola o en cualquier lote. El trabajo va en tres pasos (`decodificar`, `en_letras`,
`lectura`) para que quien reparte (`scribe.asr.tanda`) escoja el lote que menos cuesta en cada uno.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens
from numpy.typing import NDArray

from scribe.asr import segunda
from scribe.asr.contraste import DIGITOS, hasta_la_ultima
from scribe.asr.lectura import Cruda, Lectura, junto, unir
from scribe.asr.segunda import Otra

_PROB_MINIMA = 1e-9
_CUADROS_S = 100
"""Cuadros del espectro por segundo."""
_ANTES, _DESPUES = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
"""Signos que se pegan a la palabra siguiente y a la anterior."""
_POR_CIFRA, _DE_SOBRA = 8, 12
"""Fichas que una cifra gana al leerse en letras, y las que se dan además."""


@dataclass(frozen=True, slots=True)
class Guia:
    """Con qué se orienta al modelo; forma parte de la llave de lo recordado.

    `indicacion` es texto previo, `terminos` las palabras que se favorecen, `sin_repetir` prohíbe repetir
    n-gramas de tantas fichas y `haz` son las hipótesis de la búsqueda.
    """

    idioma: str
    indicacion: str | None = None
    terminos: str | None = None
    sin_repetir: int = 0
    haz: int = 5


@dataclass(slots=True)
class Decodificada:
    """Una ventana ya decodificada: lo que dio la búsqueda, su audio codificado y cuánto dura (segundos).

    `tope` son las fichas que hay que leer en letras para llegar a su última cifra; 0, ninguna.
    """

    salida: Any
    codificado: NDArray[np.float32]
    duracion: float
    tope: int
    letras: str = ""


class Decodificador:
    """Un modelo con una guía. Se puede usar desde varios hilos."""

    def __init__(self, red: WhisperModel, guia: Guia) -> None:
        self._red, self._guia = red, guia
        self._fichero = Tokenizer(
            red.hf_tokenizer, red.model.is_multilingual, task="transcribe", language=guia.idioma
        )
        self._indicacion = self._fichero.encode(guia.indicacion) if guia.indicacion else []
        self._calladas = list(get_suppressed_tokens(self._fichero, (-1,)))

    def decodificar(
        self, espectros: NDArray[np.float32], duraciones: Sequence[float]
    ) -> tuple[list[Decodificada], list[list[tuple[str, float]]]]:
        """Cada ventana decodificada y la probabilidad de cada idioma en ella.

        `espectros` es (ventanas, bandas, cuadros de 30 s); `duraciones`, lo que dura de verdad cada una.
        """
        red = self._red
        codificado = red.model.encode(vista(espectros), to_cpu=True)
        salidas = red.model.generate(
            codificado,
            [self._previo(self._guia.terminos)] * len(duraciones),
            beam_size=self._guia.haz,
            max_length=red.max_length,
            suppress_blank=True,
            suppress_tokens=self._calladas,
            return_scores=True,
            return_no_speech_prob=True,
            sampling_temperature=0.0,
            no_repeat_ngram_size=self._guia.sin_repetir,
        )
        idiomas: list[list[tuple[str, float]]] = red.model.detect_language(codificado)
        partes = np.asarray(codificado)
        hechas = [
            Decodificada(salida, np.array(partes[k : k + 1]), dura, self._tope(salida.sequences_ids[0]))
            for k, (salida, dura) in enumerate(zip(salidas, duraciones, strict=True))
        ]
        return hechas, idiomas

    def en_letras(self, ventanas: Sequence[Decodificada]) -> list[str]:
        """Las ventanas leídas sin dígitos, cada una hasta su última cifra (`scribe.asr.contraste`)."""
        # Sin la lista de fármacos: para leer números no hace falta y cuesta.
        previo = self._previo(None)
        tope = max(v.tope for v in ventanas)
        leidas = self._red.model.generate(
            vista(np.concatenate([v.codificado for v in ventanas])),
            [previo] * len(ventanas),
            beam_size=1,
            # El modelo escribe, como mucho, la mitad de este largo y lo que quede detrás de lo previo.
            max_length=min(self._red.max_length, max(2 * tope, len(previo) + tope)),
            suppress_blank=True,
            suppress_tokens=[*self._calladas, *self._digitos],
            sampling_temperature=0.0,
        )
        fichas = (x.sequences_ids[0] for x in leidas)
        return [self._fichero.decode(f[: v.tope]) for f, v in zip(fichas, ventanas, strict=True)]

    def lectura(self, ventana: Decodificada) -> Lectura:
        """Palabras con su tiempo y su probabilidad, alineadas con la atención del modelo."""
        salida, codificado = ventana.salida, vista(ventana.codificado)
        fichas = salida.sequences_ids[0]
        texto = self._fichero.decode(fichas)
        trozo: dict[str, Any] = {"tokens": fichas, "start": 0.0, "end": ventana.duracion, "seek": 0}
        cuadros = math.ceil(ventana.duracion) * _CUADROS_S
        red, testigo = _con_testigo(self._red)
        red.add_word_timestamps([[trozo]], self._fichero, codificado, cuadros, _ANTES, _DESPUES, 0.0)
        palabras = [
            Cruda(p["word"], float(p["start"]), float(p["end"]), float(p["probability"]))
            for p in trozo["words"]
            if p["word"].strip()
        ]
        unidas = tuple(unir(palabras))
        audio = _Audio(codificado, cuadros, [f for f in fichas if f < self._fichero.eot], testigo.probables)
        return Lectura(
            palabras=unidas,
            otras=self._otras(unidas, audio, ventana.letras),
            log_prob=salida.scores[0] * len(fichas) / (len(fichas) + 1),
            sin_voz=salida.no_speech_prob,
            compresion=get_compression_ratio(texto) if texto else 1.0,
        )

    def _otras(self, palabras: tuple[Cruda, ...], audio: _Audio, letras: str) -> tuple[Otra, ...]:
        """La segunda mirada sobre la ventana ya codificada; solo se sabe en español."""
        if self._fichero.language_code != "es":
            return ()
        texto, lugares = junto(palabras)
        certezas = [(*lugar, p.prob) for lugar, p in zip(lugares, palabras, strict=True)]

        def puntuar(textos: Sequence[str]) -> list[float]:
            return [self._puntaje(t, audio) for t in textos]

        def sin_audio(textos: Sequence[str]) -> list[float]:
            mudo = _Audio(vista(np.zeros(audio.codificado.shape, np.float32)), audio.cuadros, [], [])
            return [self._puntaje(t, mudo) for t in textos]

        return tuple(segunda.mirar(texto, certezas, puntuar, letras, sin_audio))

    def _puntaje(self, texto: str, audio: _Audio) -> float:
        """Logaritmo de la probabilidad de `texto`. Si es como empieza lo oído, ya se sabe."""
        fichas = self._fichero.encode(texto)
        if audio.fichas[: len(fichas)] == fichas and len(audio.probables) >= len(fichas):
            probables = audio.probables[: len(fichas)]
        else:
            (hecha,) = self._red.model.align(
                audio.codificado, self._fichero.sot_sequence, [fichas], audio.cuadros
            )
            probables = hecha.text_token_probs
        return float(np.log(np.maximum(probables, _PROB_MINIMA)).sum())

    def _tope(self, fichas: Sequence[int]) -> int:
        """Las fichas con que se llega, en letras, a la última cifra que vale la pena leer; 0 si no hay."""
        if self._fichero.language_code != "es":
            return 0
        hasta = hasta_la_ultima(self._fichero.decode(fichas))
        if hasta is None:
            return 0
        texto, cifras = hasta
        return len(self._fichero.encode(texto)) + _POR_CIFRA * cifras + _DE_SOBRA

    def _previo(self, terminos: str | None) -> list[int]:
        previo: list[int] = self._red.get_prompt(
            self._fichero, self._indicacion, without_timestamps=True, hotwords=terminos
        )
        return previo

    @cached_property
    def _digitos(self) -> list[int]:
        """Las fichas del modelo con algún dígito."""
        vocabulario: dict[str, int] = self._red.hf_tokenizer.get_vocab()
        return [n for ficha, n in vocabulario.items() if DIGITOS.search(ficha) and not ficha.startswith("<|")]


def vista(arreglo: NDArray[np.float32]) -> ctranslate2.StorageView:
    """Un arreglo como lo quiere el modelo."""
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(arreglo))


@dataclass(frozen=True, slots=True)
class _Audio:
    """Lo que hace falta para puntuar textos sobre una ventana, y lo ya sabido de lo oído en ella."""

    codificado: ctranslate2.StorageView
    cuadros: int
    fichas: list[int]
    probables: list[float]


class _Testigo:
    """El modelo, que además recuerda la probabilidad de cada ficha de lo último que alineó."""

    def __init__(self, modelo: Any) -> None:
        self._modelo = modelo
        self.probables: list[float] = []

    def align(self, *que: Any, **como: Any) -> list[Any]:
        """Lo mismo que `Whisper.align`."""
        hechas: list[Any] = self._modelo.align(*que, **como)
        self.probables = list(hechas[0].text_token_probs)
        return hechas


def _con_testigo(red: WhisperModel) -> tuple[WhisperModel, _Testigo]:
    """La misma red con un testigo propio: varios hilos alinean a la vez."""
    otra, testigo = copy.copy(red), _Testigo(red.model)
    otra.model = testigo
    return otra, testigo
