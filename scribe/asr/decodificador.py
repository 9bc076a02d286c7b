"""Lo que se le pide al modelo Whisper de unas ventanas: codificarlas, decodificarlas y volver a mirarlas.

Cada ventana sale igual sola o en cualquier lote. El trabajo va en tres pasos (`codificar`, `decodificar`,
`lectura`) para que quien reparte (`scribe.asr.tanda`) escoja el lote que menos cuesta en cada uno. El primero
deja un borrador leído sin ayuda y sin dígitos: con él se escogen los nombres que se favorecen en el segundo
(`scribe.asr.favorecidas`) y se contrastan las cifras en el tercero (`scribe.asr.contraste`).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens
from numpy.typing import NDArray

from scribe.asr import segunda
from scribe.asr.contraste import DIGITOS, confirmados, faltantes, perdidos
from scribe.asr.favorecidas import favorecidas
from scribe.asr.lectura import Cruda, Lectura, junto, unir
from scribe.asr.segunda import Otra

_PROB_MINIMA = 1e-9
_CUADROS_S = 100
"""Cuadros del espectro por segundo."""
_ANTES, _DESPUES = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
"""Signos que se pegan a la palabra siguiente y a la anterior."""
_FICHAS_DE_TERMINOS = 180
"""Lo que ocupan las palabras que se favorecen, siempre lo mismo: en un lote, todas las indicaciones miden
igual. La indicación lleva 54 fichas y el modelo admite 448 en total: quedan más de 200 para 28 s de voz, que
en lo medido llenan 142 como mucho."""
_CODIFICADAS = 4
"""Ventanas que se codifican de una vez: la atención de cada una ocupa 72 MB."""
_CONFIRMADA = 0.60
"""Probabilidad que se da, al menos, a un número o fármaco en que coinciden las dos lecturas."""
_SALTO = 7
"""Palabras seguidas del borrador que no están en lo decodificado desde las que se oye otra vez."""
_SIN_BUCLE = 8
"""Fichas seguidas que el borrador no puede repetir: un bucle alarga el lote entero y parece un salto."""


@dataclass(frozen=True, slots=True)
class Guia:
    """Con qué se orienta al modelo; forma parte de la llave de lo recordado.

    `indicacion` es texto previo; `terminos`, las palabras que se favorecen en todas las ventanas, de la
    que más importa a la que menos, y `propios`, cuántas van antes que las halladas en la ventana misma.
    `sin_repetir` prohíbe repetir n-gramas de tantas fichas y `haz` son las hipótesis de la búsqueda.
    """

    idioma: str
    indicacion: str | None = None
    terminos: tuple[str, ...] = ()
    propios: int = 0
    sin_repetir: int = 0
    haz: int = 5


@dataclass(slots=True)
class Ventana:
    """Una ventana de audio según pasa por el modelo.

    `codificado` es su audio codificado y `duracion` lo que dura (segundos); `borrador`, lo leído sin ayuda ni
    dígitos (solo en español), y `salida`, lo que dio la búsqueda.
    """

    codificado: NDArray[np.float32]
    duracion: float
    borrador: str = ""
    salida: Any = None


class Decodificador:
    """Un modelo con una guía. Se puede usar desde varios hilos."""

    def __init__(self, red: WhisperModel, guia: Guia) -> None:
        self._red, self._guia = red, guia
        self._fichero = Tokenizer(
            red.hf_tokenizer, red.model.is_multilingual, task="transcribe", language=guia.idioma
        )
        self._indicacion = self._fichero.encode(guia.indicacion) if guia.indicacion else []
        self._arranque: list[int] = red.get_prompt(self._fichero, [], without_timestamps=True)
        self._calladas = list(get_suppressed_tokens(self._fichero, (-1,)))
        self._en_espanol = self._fichero.language_code == "es"

    def codificar(
        self, espectros: NDArray[np.float32], duraciones: Sequence[float]
    ) -> tuple[list[Ventana], list[list[tuple[str, float]]]]:
        """Cada ventana codificada, con su borrador, y la probabilidad de cada idioma en ella.

        `espectros` es (ventanas, bandas, cuadros de 30 s); `duraciones`, lo que dura de verdad cada una.
        """
        modelo = self._red.model
        trozos = (espectros[k : k + _CODIFICADAS] for k in range(0, len(espectros), _CODIFICADAS))
        partes = np.concatenate([np.asarray(modelo.encode(vista(trozo), to_cpu=True)) for trozo in trozos])
        codificado = vista(partes)
        idiomas: list[list[tuple[str, float]]] = modelo.detect_language(codificado)
        borradores = self._borradores(codificado, len(duraciones))
        ventanas = [
            Ventana(np.array(partes[k : k + 1]), dura, borrador)
            for k, (dura, borrador) in enumerate(zip(duraciones, borradores, strict=True))
        ]
        return ventanas, idiomas

    def decodificar(self, ventanas: Sequence[Ventana]) -> None:
        """Deja en cada ventana lo que dio la búsqueda, con los nombres que suenan a su borrador delante.

        A la que le falta un fármaco o un pedazo de su borrador se la oye otra vez sin esos nombres: la
        búsqueda, según lo que tenga delante, a veces se salta una frase. Queda la que menos pierda.
        """
        for ventana, salida in zip(ventanas, self._buscar(ventanas, con_halladas=True), strict=True):
            ventana.salida = salida
        dudosas = [v for v in ventanas if self._guia.terminos and any(self._perdida(v, v.salida))]
        for ventana, salida in zip(dudosas, self._buscar(dudosas, con_halladas=False), strict=True):
            if self._perdida(ventana, salida) < self._perdida(ventana, ventana.salida):
                ventana.salida = salida

    def _buscar(self, ventanas: Sequence[Ventana], *, con_halladas: bool) -> list[Any]:
        if not ventanas:
            return []
        salidas: list[Any] = self._red.model.generate(
            vista(np.concatenate([v.codificado for v in ventanas])),
            [self._favoreciendo(favorecidas(v.borrador) if con_halladas else ()) for v in ventanas],
            beam_size=self._guia.haz,
            max_length=self._red.max_length,
            suppress_blank=True,
            suppress_tokens=self._calladas,
            return_scores=True,
            return_no_speech_prob=True,
            sampling_temperature=0.0,
            no_repeat_ngram_size=self._guia.sin_repetir,
        )
        return salidas

    def _perdida(self, ventana: Ventana, salida: Any) -> tuple[int, int]:
        """Los fármacos y las palabras seguidas del borrador que no están en `salida`; pocas no cuentan."""
        texto = self._fichero.decode(salida.sequences_ids[0])
        salto = faltantes(ventana.borrador, texto)
        return perdidos(texto, ventana.borrador), salto if salto >= _SALTO else 0

    def _borradores(self, codificado: ctranslate2.StorageView, cuantos: int) -> list[str]:
        """Lo que se entiende de una pasada, sin dígitos. En otros idiomas no hay con qué usarlo."""
        if not self._en_espanol:
            return [""] * cuantos
        leidos = self._red.model.generate(
            codificado,
            [self._previo()] * cuantos,
            beam_size=1,
            max_length=self._red.max_length,
            suppress_blank=True,
            suppress_tokens=[*self._calladas, *self._digitos],
            sampling_temperature=0.0,
            no_repeat_ngram_size=_SIN_BUCLE,
        )
        return [self._fichero.decode(x.sequences_ids[0]) for x in leidos]

    def _favoreciendo(self, halladas: Sequence[str]) -> list[int]:
        """La indicación de una ventana: los nombres propios, los hallados en ella y los frecuentes."""
        terminos = self._guia.terminos
        if not terminos:
            return self._previo()
        propios, frecuentes = terminos[: self._guia.propios], terminos[self._guia.propios :]
        lista = ", ".join(dict.fromkeys([*propios, *halladas, *frecuentes]))
        fichas = self._fichero.encode(f" {lista}")
        while self._en_espanol and len(fichas) < _FICHAS_DE_TERMINOS:
            fichas += self._fichero.encode(f", {lista}")
        return self._previo(fichas[:_FICHAS_DE_TERMINOS])

    def _previo(self, terminos: Sequence[int] = ()) -> list[int]:
        anterior = [*terminos, *self._indicacion]
        return [self._fichero.sot_prev, *anterior, *self._arranque] if anterior else self._arranque

    def lectura(self, ventana: Ventana) -> Lectura:
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
        unidas = self._con_acuerdo(tuple(unir(palabras)), ventana.borrador)
        audio = _Audio(codificado, cuadros, [f for f in fichas if f < self._fichero.eot], testigo.probables)
        return Lectura(
            palabras=unidas,
            otras=self._otras(unidas, audio, ventana.borrador),
            log_prob=salida.scores[0] * len(fichas) / (len(fichas) + 1),
            sin_voz=salida.no_speech_prob,
            compresion=get_compression_ratio(texto) if texto else 1.0,
        )

    def _con_acuerdo(self, palabras: tuple[Cruda, ...], borrador: str) -> tuple[Cruda, ...]:
        """Las palabras, con más certeza donde la primera lectura dice lo mismo."""
        texto, lugares = junto(palabras)
        confirmado = list(confirmados(texto, borrador)) if borrador else []
        return tuple(
            replace(p, prob=max(p.prob, _CONFIRMADA))
            if any(a < hasta and desde < b for desde, hasta in confirmado)
            else p
            for p, (a, b) in zip(palabras, lugares, strict=True)
        )

    def _otras(self, palabras: tuple[Cruda, ...], audio: _Audio, letras: str) -> tuple[Otra, ...]:
        """La segunda mirada sobre la ventana ya codificada; solo se sabe en español."""
        if not self._en_espanol:
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
