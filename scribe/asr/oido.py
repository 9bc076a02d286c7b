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
from dataclasses import asdict

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from numpy.typing import NDArray

from scribe.asr import guardias
from scribe.asr.decodificador import Decodificador, Guia, Ventana
from scribe.asr.guardias import Pasaje
from scribe.asr.lectura import Cruda, Lectura, otras_lecturas
from scribe.asr.tanda import Tanda
from scribe.asr.voz import Curva, Intervalo, Reparto, ventanas
from scribe.consulta import HERCIOS, Palabra, Senal
from scribe.progreso import Avance, en_silencio
from scribe.recuerdos import Recuerdos

_REPASO = Reparto(minimo_s=3.0, maximo_s=10.0, pausa_s=0.3, hueco_s=1.0, margen_s=0.3)
"""Ventanas de la segunda escucha: cortas, para que un bucle no arrastre lo que sigue."""
_PALABRA_MINIMA_S = 0.04
_COLA_S = 0.3
"""Lo más que se alarga el final de una palabra: una sílaba."""


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
        hechas = len(lista) - len(pendientes)
        decodificador = Decodificador(self._red, guia)
        tarea = Tanda(
            decodificador,
            lambda grupo: self._codificar([lista[k] for k in grupo], decodificador),
            pendientes,
            self._lote,
        )
        for k, lectura in tarea.leer(self._obreros):
            self._recuerdos[llaves[k]] = lectura.guardada()
            hechas += 1
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

    # --- Lo que se le pide al modelo --------------------------------------------------------------

    def _codificar(self, lista: Sequence[Intervalo], decodificador: Decodificador) -> list[Ventana]:
        espectros = np.stack([pad_or_trim(self._espectro(*v)) for v in lista])
        hechas, idiomas = decodificador.codificar(espectros, [fin - inicio for inicio, fin in lista])
        for ventana, probables in zip(lista, idiomas, strict=True):
            self._recuerdos.setdefault(self._llave(self._trozo(*ventana), None), _idiomas(probables))
        return hechas

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

