"""El modelo Whisper puesto a oír una señal por ventanas: idioma, palabras y segundas escuchas."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.transcribe import Segment, Word

from scribe.asr import guardias
from scribe.asr.guardias import Pasaje
from scribe.asr.voz import Curva, Intervalo, Reparto, ventanas
from scribe.consulta import HERCIOS, Palabra, Senal
from scribe.progreso import Avance, en_silencio

_REPASO = Reparto(minimo_s=3.0, maximo_s=10.0, pausa_s=0.3, hueco_s=1.0, margen_s=0.3)
"""Ventanas de la segunda escucha: cortas, para que un bucle no arrastre lo que sigue."""
_PALABRA_MINIMA_S = 0.04
_PEGADAS_S = 0.5
_CIFRA_PARTIDA = re.compile(r"\d\|[.,/:%°-]|[\d][.,/:]\|\d")
_COLA_S = 0.3
"""Lo más que se alarga el final de una palabra: una sílaba."""


class Oido:
    """Una señal y el modelo que la oye. No guarda nada entre señales."""

    def __init__(self, red: WhisperModel, senal: Senal, curva: Curva, *, lote: int, haz: int) -> None:
        self._red, self._senal, self._curva = red, senal, curva
        self._lote, self._haz = lote, haz
        self._tuberia = BatchedInferencePipeline(red)

    def idiomas(self, lista: Sequence[Intervalo], cuantas: int) -> dict[str, float]:
        """Probabilidad de cada idioma: media de hasta `cuantas` ventanas repartidas en todo el audio.

        Cada ventana pesa lo que dura, para que un saludo no valga como un minuto de plática.
        """
        elegidas = [lista[k] for k in np.unique(np.linspace(0, len(lista) - 1, cuantas).round().astype(int))]
        pesos: dict[str, float] = {}
        for inicio, fin in elegidas:
            mel = self._red.feature_extractor(self._trozo(inicio, fin))[..., :-1]
            (probables,) = self._red.model.detect_language(self._red.encode(pad_or_trim(mel)))
            for ficha, prob in probables:
                idioma = ficha.strip("<|>")
                pesos[idioma] = pesos.get(idioma, 0.0) + prob * (fin - inicio)
        total = sum(fin - inicio for inicio, fin in elegidas) or 1.0
        return {idioma: peso / total for idioma, peso in pesos.items()}

    def oir(
        self,
        lista: Sequence[Intervalo],
        idioma: str,
        *,
        indicacion: str | None = None,
        terminos: str | None = None,
        sin_repetir: int = 0,
        avance: Avance = en_silencio,
    ) -> Iterator[Pasaje]:
        """Lo oído en cada ventana, en orden. `sin_repetir` prohíbe repetir n-gramas de tantas fichas."""
        duracion = len(self._senal) / HERCIOS
        for k in range(0, len(lista), self._lote):
            grupo = [(inicio, min(fin, duracion)) for inicio, fin in lista[k : k + self._lote]]
            origen = grupo[0][0]
            segmentos, _ = self._tuberia.transcribe(
                self._trozo(origen, grupo[-1][1]),
                language=idioma,
                task="transcribe",
                beam_size=self._haz,
                temperature=0.0,
                word_timestamps=True,
                without_timestamps=True,
                initial_prompt=indicacion,
                hotwords=terminos,
                no_repeat_ngram_size=sin_repetir,
                batch_size=self._lote,
                clip_timestamps=[{"start": a - origen, "end": b - origen} for a, b in grupo],
            )
            yield from self._pasajes(list(segmentos), grupo, origen)
            avance(min(1.0, (k + len(grupo)) / len(lista)))

    def repasar(self, pasaje: Pasaje, idioma: str) -> Pasaje:
        """Vuelve a oír, en trozos cortos y sin indicación, una ventana dudosa; devuelve la mejor."""
        tramos = [
            (max(a, pasaje.inicio), min(b, pasaje.fin))
            for a, b in self._curva.tramos(guardias.umbrales())
            if b > pasaje.inicio and a < pasaje.fin
        ]
        trozos = [
            (max(a, pasaje.inicio), min(b, pasaje.fin)) for a, b in ventanas(tramos, pasaje.fin, _REPASO)
        ]
        oidos = list(self.oir(trozos, idioma, sin_repetir=4))
        palabras = tuple(p for oido in oidos for p in oido.palabras)
        if not palabras:
            return pasaje
        fichas = [len(oido.palabras) for oido in oidos]
        nuevo = Pasaje(
            inicio=pasaje.inicio,
            fin=pasaje.fin,
            palabras=palabras,
            log_prob=float(np.average([oido.log_prob for oido in oidos], weights=fichas)),
            sin_voz=float(np.average([oido.sin_voz for oido in oidos], weights=fichas)),
            compresion=max(oido.compresion for oido in oidos),
        )
        mejora = nuevo.compresion < pasaje.compresion or nuevo.log_prob > pasaje.log_prob
        return nuevo if mejora and not guardias.dudosa(nuevo) else pasaje

    def _pasajes(
        self, segmentos: Iterable[Segment], grupo: Sequence[Intervalo], origen: float
    ) -> Iterator[Pasaje]:
        """Un `Pasaje` por ventana del grupo, aunque no se haya oído nada en ella."""
        por_ventana: dict[int, list[Segment]] = {}
        for segmento in segmentos:
            por_ventana.setdefault(segmento.seek, []).append(segmento)
        for inicio, fin in grupo:
            # Misma cuenta que hace la biblioteca con el inicio de cada ventana (cuadros de 10 ms).
            propios = por_ventana.get(int(int((inicio - origen) * HERCIOS) / HERCIOS * 100), [])
            yield Pasaje(
                inicio=inicio,
                fin=fin,
                palabras=tuple(self._palabras(propios, inicio, fin, origen)),
                log_prob=_media([s.avg_logprob for s in propios]),
                sin_voz=_media([s.no_speech_prob for s in propios]),
                compresion=max((s.compression_ratio for s in propios), default=1.0),
            )

    def _palabras(
        self, segmentos: Iterable[Segment], inicio: float, fin: float, origen: float
    ) -> Iterator[Palabra]:
        """Las palabras con su tiempo ceñido a la voz, en orden y dentro de la ventana.

        Whisper alarga las palabras vecinas a una pausa y corta el final de la última sílaba: el inicio
        se ciñe a la voz y el fin la sigue hasta la próxima palabra (medido: docs/decisiones/asr.md).
        """
        crudas = _unir([p for s in segmentos for p in s.words or () if p.word.strip()])
        anterior = inicio
        for k, cruda in enumerate(crudas):
            desde = min(max(cruda.start + origen, anterior), fin)
            hasta = min(max(cruda.end + origen, desde), fin)
            desde, hasta = self._curva.cenir(desde, hasta)
            proxima = crudas[k + 1].start + origen if k + 1 < len(crudas) else fin
            hasta = self._curva.extender(hasta, min(proxima, hasta + _COLA_S, fin))
            anterior = desde
            yield Palabra(
                texto=cruda.word.strip(),
                inicio=round(desde, 3),
                fin=round(max(hasta, desde + _PALABRA_MINIMA_S), 3),
                prob=min(1.0, max(0.0, float(cruda.probability))),
            )

    def _trozo(self, inicio: float, fin: float) -> Senal:
        return self._senal[int(inicio * HERCIOS) : math.ceil(fin * HERCIOS)]


def _unir(crudas: Sequence[Word]) -> list[Word]:
    """Junta lo que Whisper partió sin espacio en medio: «29» y «.8» son una sola palabra, «29.8»."""
    salida: list[Word] = []
    for cruda in crudas:
        pegada = salida and _CIFRA_PARTIDA.search(f"{salida[-1].word}|{cruda.word}")
        if pegada and cruda.start - salida[-1].end < _PEGADAS_S:
            previa = salida[-1]
            probable = min(previa.probability, cruda.probability)
            salida[-1] = Word(previa.start, cruda.end, previa.word + cruda.word, probable)
        else:
            salida.append(cruda)
    return salida


def _media(valores: Sequence[float]) -> float:
    return float(np.mean(valores)) if valores else 0.0
