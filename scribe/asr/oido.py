"""El modelo Whisper puesto a oír ventanas de una señal: idioma, palabras y segundas escuchas.

Cada ventana se oye por su cuenta: lo que sale de ella depende solo de sus muestras, de la guía y del
modelo, nunca de las vecinas ni de con cuáles compartió lote. Por eso se puede recordar (`Recuerdos`),
adelantar mientras se graba y repartir entre núcleos sin que cambie una letra.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens
from numpy.typing import NDArray

from scribe.asr import guardias, segunda
from scribe.asr.contraste import DIGITOS, conviene
from scribe.asr.guardias import Pasaje
from scribe.asr.lectura import Cruda, Lectura, junto, otras_lecturas, unir
from scribe.asr.segunda import Otra
from scribe.asr.voz import Curva, Intervalo, Reparto, ventanas
from scribe.consulta import HERCIOS, Palabra, Senal
from scribe.progreso import Avance, en_silencio
from scribe.recuerdos import Recuerdos

_REPASO = Reparto(minimo_s=3.0, maximo_s=10.0, pausa_s=0.3, hueco_s=1.0, margen_s=0.3)
"""Ventanas de la segunda escucha: cortas, para que un bucle no arrastre lo que sigue."""
_PALABRA_MINIMA_S = 0.04
_PROB_MINIMA = 1e-9
_COLA_S = 0.3
"""Lo más que se alarga el final de una palabra: una sílaba."""
_CUADROS_S = 100
"""Cuadros del espectro por segundo."""
_ANTES, _DESPUES = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
"""Signos que se pegan a la palabra siguiente y a la anterior."""


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


class Oido:
    """Una señal y el modelo que la oye."""

    def __init__(
        self,
        red: WhisperModel,
        senal: Senal,
        curva: Curva,
        *,
        lote: int,
        obreros: int,
        sello: str = "",
        recuerdos: Recuerdos | None = None,
    ) -> None:
        """`lote` son las ventanas que se calculan a la vez y `obreros` los lotes simultáneos.

        `sello` identifica modelo y ajustes en las llaves de `recuerdos`.
        """
        self._red, self._senal, self._curva = red, senal, curva
        self._lote, self._obreros, self._sello = lote, obreros, sello
        self._recuerdos: Recuerdos = {} if recuerdos is None else recuerdos

    def idiomas(self, lista: Sequence[Intervalo], cuantas: int) -> dict[str, float]:
        """Probabilidad de cada idioma: media de hasta `cuantas` ventanas repartidas en todo el audio.

        Cada ventana pesa lo que dura, para que un saludo no valga como un minuto de plática. Las que ya se
        oyeron no se vuelven a codificar.
        """
        elegidas = [lista[k] for k in np.unique(np.linspace(0, len(lista) - 1, cuantas).round().astype(int))]
        pesos: dict[str, float] = {}
        for inicio, fin in elegidas:
            for idioma, prob in self._idiomas_de(inicio, fin).items():
                pesos[idioma] = pesos.get(idioma, 0.0) + prob * (fin - inicio)
        total = sum(fin - inicio for inicio, fin in elegidas) or 1.0
        return {idioma: peso / total for idioma, peso in pesos.items()}

    def oir(
        self, lista: Sequence[Intervalo], guia: Guia, *, avance: Avance = en_silencio
    ) -> Iterator[Pasaje]:
        """Lo oído en cada ventana, en orden; lo ya recordado no se vuelve a oír."""
        duracion = len(self._senal) / HERCIOS
        lista = [(inicio, min(fin, duracion)) for inicio, fin in lista]
        llaves = [self._llave(self._trozo(*ventana), guia) for ventana in lista]
        nuevas = {llave: k for k, llave in enumerate(llaves) if llave not in self._recuerdos}
        pendientes = sorted(nuevas.values())
        tanda = max(1, min(self._lote, math.ceil(len(pendientes) / self._obreros)))
        grupos = [pendientes[i : i + tanda] for i in range(0, len(pendientes), tanda)]
        hechas = len(lista) - len(pendientes)
        with ThreadPoolExecutor(self._obreros) as obreros:
            tareas = {obreros.submit(self._leer, [lista[k] for k in g], guia): g for g in grupos}
            for tarea in as_completed(tareas):
                for k, lectura in zip(tareas[tarea], tarea.result(), strict=True):
                    self._recuerdos[llaves[k]] = lectura.guardada()
                hechas += len(tareas[tarea])
                avance(hechas / len(lista))
        for ventana, llave in zip(lista, llaves, strict=True):
            yield self._pasaje(Lectura.recordada(self._recuerdos[llave]), *ventana)

    def repasar(self, pasaje: Pasaje, guia: Guia) -> Pasaje:
        """Vuelve a oír, en trozos cortos y sin indicación, una ventana dudosa; devuelve la mejor."""
        tramos = [
            (max(a, pasaje.inicio), min(b, pasaje.fin))
            for a, b in self._curva.tramos(guardias.umbrales())
            if b > pasaje.inicio and a < pasaje.fin
        ]
        trozos = [
            (max(a, pasaje.inicio), min(b, pasaje.fin)) for a, b in ventanas(tramos, pasaje.fin, _REPASO)
        ]
        oidos = list(self.oir(trozos, Guia(guia.idioma, sin_repetir=4)))
        palabras = tuple(p for oido in oidos for p in oido.palabras)
        if not palabras:
            return pasaje
        fichas = [len(oido.palabras) for oido in oidos]
        nuevo = Pasaje(
            inicio=pasaje.inicio,
            fin=pasaje.fin,
            palabras=palabras,
            lecturas=tuple(x for oido in oidos for x in oido.lecturas),
            log_prob=float(np.average([oido.log_prob for oido in oidos], weights=fichas)),
            sin_voz=float(np.average([oido.sin_voz for oido in oidos], weights=fichas)),
            compresion=max(oido.compresion for oido in oidos),
        )
        mejora = nuevo.compresion < pasaje.compresion or nuevo.log_prob > pasaje.log_prob
        return nuevo if mejora and not guardias.dudosa(nuevo) else pasaje

    # --- Lo que hace el modelo con un lote ------------------------------------------------------

    def _leer(self, lista: Sequence[Intervalo], guia: Guia) -> list[Lectura]:
        red = self._red
        fichero = Tokenizer(
            red.hf_tokenizer, red.model.is_multilingual, task="transcribe", language=guia.idioma
        )
        previo = red.get_prompt(
            fichero,
            fichero.encode(guia.indicacion) if guia.indicacion else [],
            without_timestamps=True,
            hotwords=guia.terminos,
        )
        codificado = red.model.encode(
            _vista(np.stack([pad_or_trim(self._espectro(*v)) for v in lista])), to_cpu=True
        )
        salidas = red.model.generate(
            codificado,
            [previo] * len(lista),
            beam_size=guia.haz,
            max_length=red.max_length,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(fichero, (-1,)),
            return_scores=True,
            return_no_speech_prob=True,
            sampling_temperature=0.0,
            no_repeat_ngram_size=guia.sin_repetir,
        )
        for ventana, probables in zip(lista, red.model.detect_language(codificado), strict=True):
            self._recuerdos.setdefault(self._llave(self._trozo(*ventana), None), _idiomas(probables))
        uno_por_uno = np.asarray(codificado)
        letras = self._en_letras(salidas, uno_por_uno, fichero, guia)
        return [
            self._lectura(salida, _vista(uno_por_uno[k : k + 1]), fichero, fin - inicio, letras.get(k, ""))
            for k, (salida, (inicio, fin)) in enumerate(zip(salidas, lista, strict=True))
        ]

    def _en_letras(
        self, salidas: Sequence[Any], codificado: NDArray[np.float32], fichero: Tokenizer, guia: Guia
    ) -> dict[int, str]:
        """Las ventanas en que se oyeron cifras, leídas otra vez sin dígitos (`scribe.asr.contraste`)."""
        if fichero.language_code != "es":
            return {}
        con_cifras = [k for k, x in enumerate(salidas) if conviene(fichero.decode(x.sequences_ids[0]))]
        if not con_cifras:
            return {}
        indicacion = fichero.encode(guia.indicacion) if guia.indicacion else []
        # En letras hacen falta más fichas que en cifras, pero no el doble: lo demás sería un bucle.
        largo = 2 * max(len(salidas[k].sequences_ids[0]) for k in con_cifras)
        # Sin la lista de fármacos: para leer números no hace falta y cuesta.
        previo = self._red.get_prompt(fichero, indicacion, without_timestamps=True)
        leidas = self._red.model.generate(
            _vista(codificado[con_cifras]),
            [previo] * len(con_cifras),
            beam_size=1,
            max_length=min(self._red.max_length, len(previo) + largo),
            suppress_blank=True,
            suppress_tokens=[*get_suppressed_tokens(fichero, (-1,)), *self._digitos],
            sampling_temperature=0.0,
        )
        return {k: fichero.decode(x.sequences_ids[0]) for k, x in zip(con_cifras, leidas, strict=True)}

    @cached_property
    def _digitos(self) -> list[int]:
        """Las fichas del modelo con algún dígito."""
        vocabulario: dict[str, int] = self._red.hf_tokenizer.get_vocab()
        return [n for ficha, n in vocabulario.items() if DIGITOS.search(ficha) and not ficha.startswith("<|")]

    def _lectura(
        self,
        salida: Any,
        codificado: ctranslate2.StorageView,
        fichero: Tokenizer,
        duracion: float,
        en_letras: str,
    ) -> Lectura:
        """Palabras con su tiempo y su probabilidad, alineadas con la atención del modelo."""
        fichas = salida.sequences_ids[0]
        texto = fichero.decode(fichas)
        trozo: dict[str, Any] = {"tokens": fichas, "start": 0.0, "end": duracion, "seek": 0}
        cuadros = math.ceil(duracion) * _CUADROS_S
        self._red.add_word_timestamps([[trozo]], fichero, codificado, cuadros, _ANTES, _DESPUES, 0.0)
        palabras = [
            Cruda(p["word"], float(p["start"]), float(p["end"]), float(p["probability"]))
            for p in trozo["words"]
            if p["word"].strip()
        ]
        unidas = tuple(unir(palabras))
        return Lectura(
            palabras=unidas,
            otras=self._otras(unidas, codificado, fichero, cuadros, en_letras),
            log_prob=salida.scores[0] * len(fichas) / (len(fichas) + 1),
            sin_voz=salida.no_speech_prob,
            compresion=get_compression_ratio(texto) if texto else 1.0,
        )

    def _otras(
        self,
        palabras: tuple[Cruda, ...],
        codificado: ctranslate2.StorageView,
        fichero: Tokenizer,
        cuadros: int,
        en_letras: str,
    ) -> tuple[Otra, ...]:
        """La segunda mirada sobre la ventana ya codificada; solo se sabe en español."""
        if fichero.language_code != "es":
            return ()
        texto, lugares = junto(palabras)
        certezas = [(*lugar, p.prob) for lugar, p in zip(lugares, palabras, strict=True)]

        def puntuar(textos: Sequence[str]) -> list[float]:
            return [self._puntaje(codificado, fichero, t, cuadros) for t in textos]

        return tuple(segunda.mirar(texto, certezas, puntuar, en_letras))

    def _puntaje(
        self, codificado: ctranslate2.StorageView, fichero: Tokenizer, texto: str, cuadros: int
    ) -> float:
        fichas = fichero.encode(texto)
        (hecha,) = self._red.model.align(codificado, fichero.sot_sequence, [fichas], cuadros)
        return float(np.log(np.maximum(hecha.text_token_probs, _PROB_MINIMA)).sum())

    def _idiomas_de(self, inicio: float, fin: float) -> dict[str, float]:
        llave = self._llave(self._trozo(inicio, fin), None)
        if llave not in self._recuerdos:
            codificado = self._red.encode(pad_or_trim(self._espectro(inicio, fin)))
            (probables,) = self._red.model.detect_language(codificado)
            self._recuerdos[llave] = _idiomas(probables)
        recordado: dict[str, float] = json.loads(self._recuerdos[llave])
        return recordado

    def _espectro(self, inicio: float, fin: float) -> NDArray[np.float32]:
        espectro: NDArray[np.float32] = self._red.feature_extractor(self._trozo(inicio, fin))[..., :-1]
        return espectro

    # --- De la lectura a las palabras de la grabación -------------------------------------------

    def _pasaje(self, lectura: Lectura, inicio: float, fin: float) -> Pasaje:
        palabras = tuple(self._palabras(lectura.palabras, inicio, fin))
        return Pasaje(
            inicio=inicio,
            fin=fin,
            palabras=palabras,
            lecturas=tuple(otras_lecturas(lectura, palabras)),
            log_prob=lectura.log_prob,
            sin_voz=lectura.sin_voz,
            compresion=lectura.compresion,
        )

    def _palabras(self, crudas: Sequence[Cruda], inicio: float, fin: float) -> Iterator[Palabra]:
        """Las palabras con su tiempo ceñido a la voz, en orden y dentro de la ventana.

        Whisper alarga las palabras vecinas a una pausa y corta el final de la última sílaba: el inicio
        se ciñe a la voz y el fin la sigue hasta la próxima palabra (medido: docs/decisiones/asr.md).
        """
        anterior = inicio
        for k, cruda in enumerate(crudas):
            desde = min(max(cruda.inicio + inicio, anterior), fin)
            hasta = min(max(cruda.fin + inicio, desde), fin)
            desde, hasta = self._curva.cenir(desde, hasta)
            proxima = crudas[k + 1].inicio + inicio if k + 1 < len(crudas) else fin
            hasta = self._curva.extender(hasta, min(proxima, hasta + _COLA_S, fin))
            anterior = desde
            yield Palabra(
                texto=cruda.texto.strip(),
                inicio=round(desde, 3),
                fin=round(max(hasta, desde + _PALABRA_MINIMA_S), 3),
                prob=min(1.0, max(0.0, cruda.prob)),
            )

    def _llave(self, trozo: Senal, guia: Guia | None) -> str:
        ajustes = json.dumps([self._sello, guia and asdict(guia)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(ajustes.encode() + np.ascontiguousarray(trozo).tobytes()).hexdigest()

    def _trozo(self, inicio: float, fin: float) -> Senal:
        return self._senal[int(inicio * HERCIOS) : math.ceil(fin * HERCIOS)]


def _idiomas(probables: Sequence[tuple[str, float]]) -> str:
    """Cada idioma y su probabilidad, como texto para recordar."""
    return json.dumps({ficha.strip("<|>"): prob for ficha, prob in probables})


def _vista(arreglo: NDArray[np.float32]) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(arreglo))
