"""Dónde hay voz: la curva del detector Silero, sus tramos y las ventanas en que se transcribe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from faster_whisper.vad import get_vad_model
from numpy.typing import NDArray

from scribe.consulta import HERCIOS, Senal
from scribe.recuerdos import Libreta, Recuerdos

_MUESTRAS = 512
PASO_S = _MUESTRAS / HERCIOS
"""Segundos entre valores de la curva: 32 ms, el tamaño fijo de Silero."""
_BLOQUE = 60 * HERCIOS // _MUESTRAS * _MUESTRAS
"""Un minuto por pasada: el detector copia varias veces lo que recibe, y un bloque completo no cambia aunque
la grabación siga."""
_NACIENTE_S = 0.3
"""Lo que puede llevar sonando una voz que todavía no cuenta como tramo (más que `Umbrales.minimo_s`)."""

Intervalo = tuple[float, float]
"""(inicio, fin) en segundos."""


@dataclass(frozen=True, slots=True)
class Umbrales:
    """Cómo se pasa de la curva a tramos: `entrar`/`salir` son probabilidades; lo demás, segundos."""

    entrar: float
    salir: float
    silencio_s: float
    minimo_s: float


@dataclass(frozen=True, slots=True)
class Curva:
    """Probabilidad de voz cada `PASO_S` segundos."""

    valores: NDArray[np.float32]

    def tramos(self, umbrales: Umbrales) -> list[Intervalo]:
        """Intervalos con voz, por histéresis, en orden."""
        salida: list[Intervalo] = []
        inicio, ultimo = None, 0
        espera = umbrales.silencio_s / PASO_S
        for k, valor in enumerate(self.valores.tolist()):
            if inicio is None:
                if valor >= umbrales.entrar:
                    inicio = ultimo = k
            elif valor >= umbrales.salir:
                ultimo = k
            elif k - ultimo >= espera:
                salida.append((inicio * PASO_S, (ultimo + 1) * PASO_S))
                inicio = None
        if inicio is not None:
            salida.append((inicio * PASO_S, (ultimo + 1) * PASO_S))
        return [(a, b) for a, b in salida if b - a >= umbrales.minimo_s]

    def cenir(self, inicio: float, fin: float, umbral: float = 0.3) -> Intervalo:
        """El intervalo sin el silencio de sus orillas; igual, si no hay voz en él.

        Whisper alarga la primera y la última palabra de una frase hasta cubrir la pausa vecina.
        """
        desde = max(0, int(inicio / PASO_S))
        con_voz = np.flatnonzero(self._entre(inicio, fin) >= umbral)
        if not len(con_voz):
            return inicio, fin
        return (
            max(inicio, (desde + int(con_voz[0])) * PASO_S),
            min(fin, (desde + int(con_voz[-1]) + 1) * PASO_S),
        )

    def extender(self, fin: float, tope: float, umbral: float = 0.5) -> float:
        """El instante, no más allá de `tope`, hasta donde sigue la voz que suena en `fin`."""
        k = int(fin / PASO_S)
        while k < len(self.valores) and k * PASO_S < tope and self.valores[k] >= umbral:
            k += 1
        return max(fin, min(k * PASO_S, tope))

    def maximo(self, inicio: float, fin: float) -> float:
        """El valor más alto entre dos instantes."""
        trozo = self._entre(inicio, fin)
        return float(trozo.max()) if len(trozo) else 0.0

    def fraccion(self, inicio: float, fin: float, umbral: float) -> float:
        """Qué parte del intervalo pasa de `umbral`."""
        trozo = self._entre(inicio, fin)
        return float((trozo >= umbral).mean()) if len(trozo) else 0.0

    def _entre(self, inicio: float, fin: float) -> NDArray[np.float32]:
        desde = max(0, int(inicio / PASO_S))
        return self.valores[desde : max(desde + 1, int(np.ceil(fin / PASO_S)))]


def escuchar(senal: Senal, recuerdos: Recuerdos | None = None, *, abierto: bool = False) -> Curva:
    """La curva de voz de una señal a `HERCIOS`; los bloques completos se guardan en `recuerdos`.

    Con `abierto` (la grabación sigue) se deja fuera el último valor, que el detector calcula con lo que
    vendrá después: lo que sale es el principio exacto de la curva final.
    """
    partes = [
        _valores(senal[desde : desde + _BLOQUE], recuerdos if desde + _BLOQUE < len(senal) else None)
        for desde in range(0, len(senal), _BLOQUE)
    ]
    valores = np.concatenate(partes) if partes else np.zeros(0, np.float32)
    return Curva(valores[: max(0, len(senal) // _MUESTRAS - 1)] if abierto else valores)


def _valores(trozo: Senal, recuerdos: Recuerdos | None) -> NDArray[np.float32]:
    def detectar() -> NDArray[np.float32]:
        return np.ravel(get_vad_model()(np.pad(trozo, (0, -len(trozo) % _MUESTRAS))))

    return Libreta(recuerdos, "detector").recordar("voz", np.float32, (trozo,), detectar)


@dataclass(frozen=True, slots=True)
class Reparto:
    """Cómo se agrupan los tramos en ventanas, en segundos."""

    minimo_s: float
    maximo_s: float
    pausa_s: float
    hueco_s: float
    margen_s: float


def ventanas(tramos: Sequence[Intervalo], fin: float, reparto: Reparto) -> Iterator[Intervalo]:
    """Agrupa tramos de voz en ventanas de hasta `maximo_s`, cortadas en un silencio.

    Un silencio de `hueco_s` o más siempre corta. Si no, se corta en la última pausa de `pausa_s` o
    más que quepa y, si no la hay, en el silencio más largo después de `minimo_s`, para que ninguna
    palabra quede partida; solo un tramo continuo más largo que `maximo_s` se parte a ciegas. Cada
    borde lleva hasta `margen_s` de silencio. `fin` es la duración de la señal.
    """
    yield from cortar(tramos, fin, reparto, abierto=False)


def cortar(
    tramos: Sequence[Intervalo], fin: float, reparto: Reparto, *, abierto: bool
) -> Iterator[Intervalo]:
    """Las ventanas de `ventanas`. Con `abierto` la grabación sigue y `fin` es lo que se lleva: salen solo las
    cerradas, las que serán iguales venga lo que venga.

    Una ventana se cierra cuando ya empezó el tramo que quedó fuera de ella, o pasó el silencio que la
    corta. `tramos` abiertos son los de la curva que hay; el último puede seguir creciendo.
    """
    k = 0
    while k < len(tramos):
        ultimo, cerrada = _corte(tramos, k, fin, reparto)
        if abierto and not cerrada:
            return
        previo = (tramos[k][0] + tramos[k - 1][1]) / 2 if k else 0.0
        proximo = (tramos[ultimo][1] + tramos[ultimo + 1][0]) / 2 if ultimo + 1 < len(tramos) else fin
        inicio = max(tramos[k][0] - reparto.margen_s, previo)
        final = min(tramos[ultimo][1] + reparto.margen_s, proximo)
        while final - inicio > reparto.maximo_s + 2 * reparto.margen_s:
            yield (inicio, inicio + reparto.maximo_s)
            inicio += reparto.maximo_s
        yield (inicio, final)
        k = ultimo + 1


def _corte(tramos: Sequence[Intervalo], primero: int, fin: float, reparto: Reparto) -> tuple[int, bool]:
    """El último tramo de la ventana que empieza en `primero`, y si ya nada lo puede cambiar."""
    inicio = tramos[primero][0]
    mejor, mayor = primero, 0.0
    for k in range(primero, len(tramos)):
        largo = tramos[k][1] - inicio
        if largo > reparto.maximo_s and k > primero:
            return mejor, True
        if k + 1 == len(tramos):
            return k, fin - tramos[k][1] >= reparto.hueco_s + _NACIENTE_S
        silencio = min(tramos[k + 1][0] - tramos[k][1], reparto.pausa_s)
        if tramos[k + 1][0] - tramos[k][1] >= reparto.hueco_s:
            return k, True
        if largo < reparto.minimo_s:
            mejor = k
        elif silencio >= mayor:
            mejor, mayor = k, silencio
    return mejor, True
