"""Los intervalos por bootstrap, contra cuentas hechas a mano y contra scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap  # type: ignore[import-untyped]

from evaluacion.intervalo import cifra, diferencia


def test_la_tasa_es_suma_entre_suma_y_no_promedio_de_tasas() -> None:
    # 1/10 y 9/10 de 10 y 90: el promedio de tasas sería 0.5; la micro, (1 + 81) / 100.
    resultado = cifra([(1, 10), (81, 90)])
    assert resultado is not None
    assert resultado.valor == pytest.approx(0.82)
    assert (resultado.parte, resultado.total, resultado.n) == (82, 100, 2)


def test_un_caso_que_no_aplica_no_pesa() -> None:
    resultado = cifra([(1, 4), (0, 0)])
    assert resultado is not None and resultado.n == 1 and resultado.valor == 0.25
    assert cifra([(0, 0)]) is None


def test_con_un_caso_o_casos_iguales_el_intervalo_es_el_punto() -> None:
    for cuentas in ([(3, 10)], [(3, 10)] * 8):
        resultado = cifra(cuentas)
        assert resultado is not None
        assert resultado.bajo == pytest.approx(0.3) and resultado.alto == pytest.approx(0.3)


def test_el_intervalo_coincide_con_el_bootstrap_de_scipy() -> None:
    azar = np.random.default_rng(7)
    partes = azar.integers(0, 40, 30)
    cuentas = [(float(p), 100.0) for p in partes]
    propio = cifra(cuentas, remuestras=20_000)
    ajeno = bootstrap(
        (partes / 100.0,), np.mean, n_resamples=20_000, method="percentile", random_state=1
    ).confidence_interval
    assert propio is not None
    assert propio.bajo == pytest.approx(ajeno.low, abs=0.004)
    assert propio.alto == pytest.approx(ajeno.high, abs=0.004)


def test_la_misma_semilla_da_el_mismo_intervalo_y_mas_casos_lo_angostan() -> None:
    pocos, muchos = [(1.0, 10.0), (4.0, 10.0)] * 3, [(1.0, 10.0), (4.0, 10.0)] * 60
    assert cifra(pocos) == cifra(pocos)
    a, b = cifra(pocos), cifra(muchos)
    assert a is not None and b is not None
    assert b.alto - b.bajo < a.alto - a.bajo


def test_la_diferencia_pareada_cancela_lo_dificil_de_cada_caso() -> None:
    """Casos muy distintos entre sí, pero el segundo sistema siempre falla 2 más de 100."""
    antes = [(float(p), 100.0) for p in (1, 30, 60, 5, 45, 80, 10, 25)]
    despues = [(p + 2, t) for p, t in antes]
    punto, bajo, alto = diferencia(antes, despues)
    assert punto == pytest.approx(0.02) and bajo == pytest.approx(0.02) and alto == pytest.approx(0.02)


def test_la_diferencia_exige_los_mismos_casos() -> None:
    with pytest.raises(ValueError, match="mismos casos"):
        diferencia([(1, 2)], [(1, 2), (1, 2)])
    with pytest.raises(ValueError, match="ningún caso"):
        diferencia([(0, 0)], [(1, 2)])
