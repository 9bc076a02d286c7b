"""Repartir entre obreros las ventanas que faltan por oír.

Cada ventana pasa por tres pasos y cada uno tiene su lote: se decodifica con sus vecinas, se leen en letras
las que tienen cifras (con una hipótesis, muchas juntas cuestan menos) y se alinea sola. Ningún obrero espera
a otro mientras haya algo que hacer, y lo decodificado se termina antes de decodificar más: la memoria no
crece con la grabación.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from scribe.asr.decodificador import Decodificada, Decodificador
from scribe.asr.lectura import Lectura

_JUNTAS = 8
"""Ventanas que se leen en letras de una vez."""

Ventana = tuple[int, Decodificada]
"""Su lugar en la lista y lo decodificado."""
_Paso = tuple[Callable[[], Any], Callable[[Any], None]]
"""Lo que hace un obrero y qué se hace después con el resultado."""


class Tanda:
    """Las ventanas de una grabación, por grupos que se decodifican juntos."""

    def __init__(
        self,
        decodificador: Decodificador,
        decodificar: Callable[[Sequence[int]], list[Decodificada]],
        grupos: Sequence[Sequence[int]],
    ) -> None:
        """`decodificar` da lo decodificado de un grupo, en su orden."""
        self._decodificador, self._decodificar = decodificador, decodificar
        self._grupos = [list(g) for g in reversed(grupos)]
        self._con_cifras: list[Ventana] = []
        self._por_alinear: list[Ventana] = []
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
        if len(self._con_cifras) >= _JUNTAS:
            return self._en_letras(_JUNTAS)
        if self._grupos:
            return self._de_un_grupo(self._grupos.pop())
        if self._con_cifras:
            # Ya no vendrán más: se reparten entre los obreros que están sin hacer nada.
            return self._en_letras(-(-len(self._con_cifras) // libres))
        return None

    def _de_un_grupo(self, grupo: Sequence[int]) -> _Paso:
        def recoger(hechas: list[Decodificada]) -> None:
            for k, hecha in zip(grupo, hechas, strict=True):
                (self._con_cifras if hecha.tope else self._por_alinear).append((k, hecha))

        return lambda: self._decodificar(grupo), recoger

    def _en_letras(self, cuantas: int) -> _Paso:
        # De la que menos hay que leer a la que más: un lote dura lo que su ventana más larga.
        self._con_cifras.sort(key=lambda v: v[1].tope)
        elegidas, self._con_cifras = self._con_cifras[:cuantas], self._con_cifras[cuantas:]

        def recoger(textos: list[str]) -> None:
            for (_, hecha), texto in zip(elegidas, textos, strict=True):
                hecha.letras = texto
            self._por_alinear += elegidas

        return lambda: self._decodificador.en_letras([hecha for _, hecha in elegidas]), recoger

    def _alinear(self, ventana: Ventana) -> _Paso:
        k, hecha = ventana
        return lambda: self._decodificador.lectura(hecha), lambda lectura: self._leidas.append((k, lectura))
