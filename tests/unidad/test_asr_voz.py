"""Tramos de voz y ventanas: nada se pierde y los cortes caen en silencio."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scribe.asr.voz import PASO_S, Curva, Intervalo, Reparto, Umbrales, cortar, ventanas

UMBRALES = Umbrales(entrar=0.5, salir=0.3, silencio_s=0.2, minimo_s=0.1)
REPARTO = Reparto(minimo_s=10, maximo_s=28, pausa_s=0.5, hueco_s=2.0, margen_s=0.3)


def curva(valores: list[float]) -> Curva:
    return Curva(np.array(valores, np.float32))


def test_la_histeresis_no_parte_una_palabra_floja() -> None:
    (tramo,) = curva([0, 0.9, 0.4, 0.35, 0.9, 0.9, *[0.1] * 20]).tramos(UMBRALES)
    assert tramo == (PASO_S, 6 * PASO_S)


def test_un_chispazo_no_es_un_tramo() -> None:
    assert curva([0.0, 0.9, *[0.0] * 30]).tramos(UMBRALES) == []


def test_la_voz_hasta_el_final_cierra_en_el_final() -> None:
    (tramo,) = curva([0.0] * 10 + [0.9] * 10).tramos(UMBRALES)
    assert tramo[1] == 20 * PASO_S


def test_cenir_quita_el_silencio_de_las_orillas_y_extender_sigue_la_voz() -> None:
    c = curva([0.0] * 10 + [0.9] * 10 + [0.0] * 10)
    assert c.cenir(0.1, 0.9) == (10 * PASO_S, 20 * PASO_S)
    assert c.cenir(0.0, 0.1) == (0.0, 0.1)
    assert c.extender(15 * PASO_S, 10.0) == 20 * PASO_S
    assert c.extender(15 * PASO_S, 16 * PASO_S) == 16 * PASO_S
    assert c.extender(0.1, 10.0) == 0.1


@st.composite
def tramos_de_voz(draw: st.DrawFn) -> list[Intervalo]:
    salida, reloj = [], 0.0
    for silencio, largo in draw(
        st.lists(st.tuples(st.floats(0.2, 5.0), st.floats(0.1, 70.0)), min_size=1, max_size=40)
    ):
        salida.append((reloj + silencio, reloj + silencio + largo))
        reloj = salida[-1][1]
    return salida


@given(tramos_de_voz())
def test_las_ventanas_cubren_toda_la_voz_sin_encimarse_y_caben_en_whisper(tramos: list[Intervalo]) -> None:
    lista = list(ventanas(tramos, tramos[-1][1] + 1, REPARTO))
    assert all(fin - inicio <= 30.0 for inicio, fin in lista)
    assert all(a[1] <= b[0] + 1e-6 for a, b in itertools.pairwise(lista))
    for inicio, fin in tramos:
        cubierto = sum(max(0.0, min(fin, b) - max(inicio, a)) for a, b in lista)
        assert cubierto >= fin - inicio - 1e-6


@given(tramos_de_voz())
def test_solo_se_parte_un_tramo_mas_largo_que_la_ventana(tramos: list[Intervalo]) -> None:
    cortes = [fin for _, fin in ventanas(tramos, tramos[-1][1] + 1, REPARTO)]
    for corte in cortes:
        partidos = [t for t in tramos if t[0] + 1e-6 < corte < t[1] - 1e-6]
        assert all(fin - inicio > REPARTO.maximo_s - 2 * REPARTO.margen_s for inicio, fin in partidos)


def test_se_corta_en_la_ultima_pausa_buena_y_siempre_en_un_silencio_largo() -> None:
    seguidos = [(0.0, 9.0), (9.3, 14.0), (14.6, 20.0), (20.1, 26.0), (26.2, 40.0)]
    primera, *_ = ventanas(seguidos, 41.0, REPARTO)
    assert 14.0 <= primera[1] <= 14.6
    aparte = [(0.0, 3.0), (6.0, 8.0)]
    assert len(list(ventanas(aparte, 9.0, REPARTO))) == 2


@st.composite
def curvas(draw: st.DrawFn) -> list[float]:
    """Curvas con voces y silencios de duraciones muy distintas, hasta un par de minutos."""
    piezas = draw(
        st.lists(
            st.tuples(st.sampled_from([0.0, 0.3, 0.45, 0.9]), st.integers(1, 500)), min_size=1, max_size=40
        )
    )
    return [valor for valor, cuantos in piezas for _ in range(cuantos)]


@given(curvas(), st.floats(0.0, 1.0))
def test_lo_cerrado_a_media_grabacion_no_cambia_venga_lo_que_venga(
    valores: list[float], donde: float
) -> None:
    entera, hasta = curva(valores), int(len(valores) * donde)
    finales = list(ventanas(entera.tramos(UMBRALES), len(valores) * PASO_S, REPARTO))
    tramos = curva(valores[:hasta]).tramos(UMBRALES)
    cerradas = list(cortar(tramos, hasta * PASO_S, REPARTO, abierto=True))
    assert cerradas == finales[: len(cerradas)]


def test_con_la_grabacion_abierta_solo_queda_pendiente_la_ultima_ventana() -> None:
    seguidos = [(0.0, 9.0), (9.3, 14.0), (14.6, 20.0), (20.1, 26.0), (26.2, 40.0)]
    assert list(cortar(seguidos[:4], 26.0, REPARTO, abierto=True)) == []
    (cerrada,) = cortar(seguidos, 40.0, REPARTO, abierto=True)
    assert cerrada == next(ventanas(seguidos, 41.0, REPARTO))
    assert len(list(cortar(seguidos[:1], 11.1, REPARTO, abierto=True))) == 0
    assert len(list(cortar(seguidos[:1], 11.4, REPARTO, abierto=True))) == 1
