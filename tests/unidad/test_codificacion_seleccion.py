"""De lo dicho, lo que alguien firmaría."""

from __future__ import annotations

import pytest

from scribe.codificacion.seleccion import Grupo, depurar
from scribe.codificacion.sinonimos import Clase, Concepto
from scribe.consulta import EstadoCodigo

_C, _S, _A = EstadoCodigo.CONFIRMADO, EstadoCodigo.SOSPECHA, EstadoCodigo.ANTECEDENTE
_D, _F = EstadoCodigo.DESCARTADO, EstadoCodigo.FAMILIAR


def _grupo(codigo: str, estado: EstadoCodigo = _C, clase: Clase = "d", fuerza: int = 3) -> Grupo:
    return Grupo(Concepto(codigo, None, clase, ()), estado, fuerza, 1.0, "", "", None, (), 1)


def _quedan(*grupos: Grupo) -> list[str]:
    return [g.concepto.cie10 for g in depurar(list(grupos))]


@pytest.mark.parametrize(
    "menor",
    [
        _grupo("Z98.8", _A, "z", 1),  # otros estados posquirúrgicos
        _grupo("J00", _A, "d", 1),  # la gripa de paso
        _grupo("I51.9", _D, "d", 3),  # «del corazón no es»
        _grupo("S60.2", _D, "d", 2),  # «no hay moretón»
        _grupo("Z82.0", _F, "z", 1),  # migraña de la madre, en quien viene por otra cosa
        _grupo("Z86.4", _A, "z", 1),  # exfumador, en quien viene por la tiroides
        _grupo("Z30.2", _A, "z", 1),  # ligada, dicho por ella
    ],
)
def test_lo_menor_no_se_propone_si_hay_diagnostico(menor: Grupo) -> None:
    assert _quedan(_grupo("E03.9"), menor) == ["E03.9"]
    assert _quedan(menor) == [menor.concepto.cie10]


def test_lo_menor_queda_si_toca_lo_de_hoy_o_lo_nombra_el_medico() -> None:
    assert _quedan(_grupo("J44.9"), _grupo("Z86.4", _A, "z", 1)) == ["J44.9", "Z86.4"]
    assert _quedan(_grupo("G43.9"), _grupo("Z82.0", _F, "z", 1)) == ["G43.9", "Z82.0"]
    assert _quedan(_grupo("E03.9"), _grupo("Z30.2", _A, "z", 2)) == ["E03.9", "Z30.2"]


def test_alergias_y_familia_de_peso_siempre_quedan() -> None:
    assert _quedan(_grupo("E03.9"), _grupo("Z88.0", _A, "z", 1), _grupo("Z80.3", _F, "z", 1)) == [
        "E03.9",
        "Z88.0",
        "Z80.3",
    ]


def test_el_preciso_confirmado_quita_al_general_en_duda_y_no_al_reves() -> None:
    assert _quedan(_grupo("H40.2"), _grupo("H40.9", _S)) == ["H40.2"]
    assert _quedan(_grupo("J03.9"), _grupo("J03.0", _S)) == ["J03.9", "J03.0"]


def test_descartar_lo_que_otro_codigo_presente_ya_dice_sobra() -> None:
    assert _quedan(_grupo("R03.0", _C, "s", 2), _grupo("I10", _D, "d", 3)) == ["R03.0"]
