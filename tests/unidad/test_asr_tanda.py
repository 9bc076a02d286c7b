"""Cómo se reparten las ventanas entre los pasos y los obreros: con un modelo de mentira."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from scribe.asr.decodificador import Decodificada, Decodificador
from scribe.asr.lectura import Lectura
from scribe.asr.tanda import Tanda
from scribe.lenguaje.fonetica import clave, claves


class _Modelo:
    """Anota qué lotes se leen en letras y qué ventanas había decodificadas sin terminar."""

    def __init__(self, topes: Sequence[int]) -> None:
        self.topes, self.lotes = topes, list[list[int]]()
        self.sin_terminar = self.mas_sin_terminar = 0

    def decodificar(self, grupo: Sequence[int]) -> list[Decodificada]:
        self.sin_terminar += len(grupo)
        self.mas_sin_terminar = max(self.mas_sin_terminar, self.sin_terminar)
        return [Decodificada(k, np.zeros(1, np.float32), 1.0, self.topes[k]) for k in grupo]

    def en_letras(self, ventanas: Sequence[Decodificada]) -> list[str]:
        self.lotes.append([v.salida for v in ventanas])
        return [f"letras {v.salida}" for v in ventanas]

    def lectura(self, ventana: Decodificada) -> Lectura:
        self.sin_terminar -= 1
        return Lectura((), float(ventana.salida), 0.0, 1.0, cast(Any, (ventana.letras,)))


def _leer(modelo: _Modelo, tamano: int, obreros: int) -> dict[int, Lectura]:
    lugares = list(range(len(modelo.topes)))
    grupos = [lugares[i : i + tamano] for i in range(0, len(lugares), tamano)]
    tanda = Tanda(cast(Decodificador, modelo), modelo.decodificar, grupos)
    leidas = list(tanda.leer(obreros))
    assert len(leidas) == len(dict(leidas)), "una ventana salió dos veces"
    return dict(leidas)


@pytest.mark.parametrize("obreros", [1, 2, 3])
@pytest.mark.parametrize("cuantas", [0, 1, 2, 3, 5, 8, 9, 40])
def test_cada_ventana_sale_una_vez_con_sus_letras(cuantas: int, obreros: int) -> None:
    modelo = _Modelo([(k * 7) % 3 * 10 for k in range(cuantas)])
    leidas = _leer(modelo, 4, obreros)
    assert sorted(leidas) == list(range(cuantas))
    for k, lectura in leidas.items():
        assert lectura.log_prob == k
        assert list(map(str, lectura.otras)) == [f"letras {k}" if modelo.topes[k] else ""]
    assert sorted(x for lote in modelo.lotes for x in lote) == [k for k in range(cuantas) if modelo.topes[k]]


def test_las_letras_se_leen_de_ocho_en_ocho_y_no_se_acumula_lo_decodificado() -> None:
    modelo = _Modelo([9] * 48)
    _leer(modelo, 4, 1)
    assert [len(lote) for lote in modelo.lotes] == [8] * 6
    assert modelo.mas_sin_terminar <= 8


def test_al_final_lo_que_queda_se_reparte_entre_los_que_estan_libres() -> None:
    modelo = _Modelo([30, 10, 20, 40])
    _leer(modelo, 4, 2)
    assert sorted(map(len, modelo.lotes)) == [2, 2]
    assert [1, 2] in modelo.lotes, "las de menos fichas van juntas"


def test_un_fallo_al_decodificar_llega_a_quien_lee() -> None:
    def falla(_: Sequence[int]) -> list[Decodificada]:
        raise RuntimeError("sin memoria")

    with pytest.raises(RuntimeError, match="sin memoria"):
        list(Tanda(cast(Decodificador, _Modelo([])), falla, [[0]]).leer(2))


def test_las_claves_juntas_son_las_de_una_en_una() -> None:
    palabras = ["Paracetamol", "xilitol", "guiñó", "muy", "quilla", "accesible", "pingüino", "cc", "allí", ""]
    assert claves(palabras) == [clave(p) for p in palabras]
    assert claves([]) == []
    assert clave("mi formina") == "miformina"
