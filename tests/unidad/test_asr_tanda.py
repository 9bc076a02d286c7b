"""Cómo se reparten las ventanas entre los pasos y los obreros: con un modelo de mentira."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from scribe.asr.decodificador import Decodificador, Ventana
from scribe.asr.lectura import Lectura
from scribe.asr.tanda import Tanda
from scribe.lenguaje.fonetica import clave, claves


class _Modelo:
    """Anota qué lotes se codifican y se decodifican y cuántas ventanas llegó a haber empezadas."""

    def __init__(self) -> None:
        self.codificados, self.decodificados = list[list[int]](), list[list[int]]()
        self.empezadas = self.mas_empezadas = 0

    def codificar(self, lugares: Sequence[int]) -> list[Ventana]:
        self.codificados.append(list(lugares))
        self.empezadas += len(lugares)
        self.mas_empezadas = max(self.mas_empezadas, self.empezadas)
        return [Ventana(np.zeros(1, np.float32), float(k), f"borrador {k}") for k in lugares]

    def decodificar(self, ventanas: Sequence[Ventana]) -> None:
        self.decodificados.append([int(v.duracion) for v in ventanas])
        for ventana in ventanas:
            ventana.salida = f"salida {int(ventana.duracion)}"

    def lectura(self, ventana: Ventana) -> Lectura:
        self.empezadas -= 1
        return Lectura((), ventana.duracion, 0.0, 1.0, cast(Any, (ventana.borrador, ventana.salida)))


def _leer(modelo: _Modelo, cuantas: int, lote: int, obreros: int) -> dict[int, Lectura]:
    tanda = Tanda(cast(Decodificador, modelo), modelo.codificar, range(cuantas), lote)
    leidas = list(tanda.leer(obreros))
    assert len(leidas) == len(dict(leidas)), "una ventana salió dos veces"
    return dict(leidas)


@pytest.mark.parametrize("obreros", [1, 2, 3])
@pytest.mark.parametrize("cuantas", [0, 1, 2, 3, 5, 8, 9, 40])
def test_cada_ventana_sale_una_vez_con_lo_suyo(cuantas: int, obreros: int) -> None:
    modelo = _Modelo()
    leidas = _leer(modelo, cuantas, 4, obreros)
    assert sorted(leidas) == list(range(cuantas))
    for k, lectura in leidas.items():
        assert lectura.log_prob == k
        assert list(map(str, lectura.otras)) == [f"borrador {k}", f"salida {k}"]
    for lotes in (modelo.codificados, modelo.decodificados):
        assert sorted(x for lote in lotes for x in lote) == list(range(cuantas))


def test_se_codifican_dos_lotes_juntos_y_no_se_acumula_lo_empezado() -> None:
    modelo = _Modelo()
    _leer(modelo, 48, 4, 1)
    assert [len(lote) for lote in modelo.codificados] == [8] * 6
    assert [len(lote) for lote in modelo.decodificados] == [4] * 12
    assert modelo.mas_empezadas <= 8 + 3


def test_pocas_ventanas_se_reparten_entre_los_que_estan_libres() -> None:
    modelo = _Modelo()
    _leer(modelo, 3, 4, 2)
    assert sorted(map(len, modelo.codificados)) == [1, 2]


def test_un_fallo_al_codificar_llega_a_quien_lee() -> None:
    def falla(_: Sequence[int]) -> list[Ventana]:
        raise RuntimeError("sin memoria")

    with pytest.raises(RuntimeError, match="sin memoria"):
        list(Tanda(cast(Decodificador, _Modelo()), falla, [0], 4).leer(2))


def test_las_claves_juntas_son_las_de_una_en_una() -> None:
    palabras = ["Paracetamol", "xilitol", "guiñó", "muy", "quilla", "accesible", "pingüino", "cc", "allí", ""]
    assert claves(palabras) == [clave(p) for p in palabras]
    assert claves([]) == []
    assert clave("mi formina") == "miformina"
