"""Repartir entre obreros las ventanas que faltan por oír.

Cada ventana pasa por tres pasos y cada uno tiene su lote: se codifica y se lee de una pasada (con una
hipótesis, muchas juntas cuestan menos), se decodifica con sus vecinas y se alinea sola. Ningún obrero espera
a otro mientras haya algo que hacer, y lo empezado se termina antes de empezar más: la memoria no crece con
la grabación.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from scribe.asr.decodificador import Decodificador, Ventana
from scribe.asr.lectura import Lectura

_LOTES = 2
"""Los que se codifican de una vez: leer de una pasada el doble de ventanas cuesta mucho menos del doble."""

_Numerada = tuple[int, Ventana]
"""Su lugar en la lista y la ventana."""
_Paso = tuple[Callable[[], Any], Callable[[Any], None]]
"""Lo que hace un obrero y qué se hace después con el resultado."""


class Tanda:
    """Las ventanas de una grabación que faltan por oír."""

    def __init__(
        self,
        decodificador: Decodificador,
        codificar: Callable[[Sequence[int]], list[Ventana]],
        lugares: Sequence[int],
        lote: int,
    ) -> None:
        """`codificar` da las ventanas de unos lugares, en su orden; `lote`, cuántas se decodifican juntas."""
        self._decodificador, self._codificar, self._lote = decodificador, codificar, lote
        self._lugares = list(lugares)
        self._por_decodificar: list[_Numerada] = []
        self._por_alinear: list[_Numerada] = []
        self._leidas: list[tuple[int, Lectura]] = []

    def leer(self, obreros: int) -> Iterator[tuple[int, Lectura]]:
        """El lugar de cada ventana y su lectura, según se terminan."""
        with ThreadPoolExecutor(obreros) as cuadrilla:
            en_curso: dict[Future[Any], Callable[[Any], None]] = {}
            while True:
                while len(en_curso) < obreros and (paso := self._siguiente(obreros - len(en_curso))):
                    hacer, recoger = paso
                    en_curso[cuadrilla.submit(hacer)] = recoger
                if not en_curso:
                    return
                for tarea in wait(en_curso, return_when=FIRST_COMPLETED).done:
                    en_curso.pop(tarea)(tarea.result())
                yield from self._leidas
                self._leidas.clear()

    def _siguiente(self, libres: int) -> _Paso | None:
        if self._por_alinear:
            return self._alinear(self._por_alinear.pop(0))
        if len(self._por_decodificar) >= self._lote:
            return self._decodificar(self._lote)
        if self._lugares:
            return self._empezar(min(_LOTES * self._lote, _entre(len(self._lugares), libres)))
        if self._por_decodificar:
            # Ya no vendrán más: se reparten entre los obreros que están sin hacer nada.
            return self._decodificar(_entre(len(self._por_decodificar), libres))
        return None

    def _empezar(self, cuantas: int) -> _Paso:
        elegidos, self._lugares = self._lugares[:cuantas], self._lugares[cuantas:]

        def recoger(ventanas: list[Ventana]) -> None:
            self._por_decodificar += zip(elegidos, ventanas, strict=True)

        return lambda: self._codificar(elegidos), recoger

    def _decodificar(self, cuantas: int) -> _Paso:
        elegidas, self._por_decodificar = self._por_decodificar[:cuantas], self._por_decodificar[cuantas:]

        def recoger(_: None) -> None:
            self._por_alinear += elegidas

        return lambda: self._decodificador.decodificar([v for _, v in elegidas]), recoger

    def _alinear(self, numerada: _Numerada) -> _Paso:
        k, ventana = numerada
        return lambda: self._decodificador.lectura(ventana), lambda lectura: self._leidas.append((k, lectura))


def _entre(cosas: int, obreros: int) -> int:
    return -(-cosas // obreros)
