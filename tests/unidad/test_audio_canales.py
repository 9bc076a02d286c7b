"""Estéreo: cuándo son dos personas y cuándo es la misma mezcla."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scribe.audio import canales
from scribe.consulta import HERCIOS, Senal

Ruido = NDArray[np.float32]


def silabas(segundos: float, tono: float, semilla: int) -> Senal:
    """Algo con el ritmo del habla: sílabas de intensidad desigual sobre un tono con armónicos."""
    azar = np.random.default_rng(semilla)
    t = np.arange(round(segundos * HERCIOS)) / HERCIOS
    voz = sum(np.sin(2 * np.pi * tono * k * t + azar.uniform(0, 6)) / k for k in range(1, 10))
    golpes = np.repeat(azar.choice([0.05, 0.4, 1.0], size=int(segundos * 5) + 1), HERCIOS // 5)[: len(t)]
    return (0.15 * voz * golpes).astype(np.float32)


def dialogo(segundos: float = 40.0, turno: float = 4.0) -> tuple[Senal, Senal]:
    """Dos personas que se turnan, cada una en su señal, con un poco de ruido de sala."""
    n = round(segundos * HERCIOS)
    habla_a = (np.arange(n) // round(turno * HERCIOS)) % 2 == 0
    a, b = silabas(segundos, 110, 1) * habla_a, silabas(segundos, 210, 2) * ~habla_a
    azar = np.random.default_rng(3)
    return tuple((x + azar.normal(0, 0.001, n)).astype(np.float32) for x in (a, b))


def mezcla() -> Senal:
    a, b = dialogo()
    return a + b


def test_un_canal_por_persona_da_dos_voces_y_lo_dice() -> None:
    a, b = dialogo()
    eleccion = canales.elegir((a.copy(), b.copy()))
    assert len(eleccion.voces) == 2
    assert [aviso.tipo for aviso in eleccion.avisos] == ["canales_por_hablante"]


def test_un_canal_por_persona_a_distinto_volumen() -> None:
    a, b = dialogo()
    assert len(canales.elegir((a.copy(), b * np.float32(0.1))).voces) == 2


def test_la_fuga_de_un_microfono_al_otro_se_calla_y_lo_propio_queda() -> None:
    a, b = dialogo()
    fuga = np.float32(10 ** (-18 / 20))
    eleccion = canales.elegir((a + fuga * b, b + fuga * a))
    assert len(eleccion.voces) == 2
    turno = 4 * HERCIOS
    habla_b = slice(turno + HERCIOS // 2, 2 * turno - HERCIOS // 2)
    habla_a = slice(HERCIOS // 2, turno - HERCIOS // 2)
    izquierda = eleccion.voces[0]
    assert np.sqrt(np.mean(izquierda[habla_b] ** 2)) < 0.1 * np.sqrt(np.mean((fuga * b[habla_b]) ** 2))
    assert np.mean(izquierda[habla_a] ** 2) == pytest.approx(np.mean((a + fuga * b)[habla_a] ** 2), rel=0.05)


def test_hablar_a_la_vez_no_calla_a_nadie() -> None:
    a, b = dialogo()
    encima = slice(6 * HERCIOS, 7 * HERCIOS)  # turno de b: la otra persona interrumpe
    a[encima] += silabas(1.0, 110, 9)
    antes = float(np.mean(a[encima] ** 2))
    voces = canales.elegir((a.copy(), b.copy())).voces
    assert float(np.mean(voces[0][encima] ** 2)) > 0.7 * antes


def cerca_y_lejos() -> tuple[Senal, Senal]:
    """Grabadora de dos cápsulas: cada persona suena 5 dB más fuerte de su lado y llega 0.5 ms antes."""
    a, b = dialogo()
    lado = np.float32(10 ** (-5 / 20))
    return a + lado * np.roll(b, 8), lado * np.roll(a, 8) + b


def con_eco() -> tuple[Senal, Senal]:
    """Todo por la izquierda; a la derecha solo su eco, más bajo y retrasado."""
    x = mezcla()
    return x, (np.float32(0.15) * np.roll(x, 3000)).astype(np.float32)


def musica_estereo() -> tuple[Senal, Senal]:
    t = np.arange(30 * HERCIOS) / HERCIOS
    acorde = sum(np.sin(2 * np.pi * f * t) for f in (220, 277, 330)) * (
        0.6 + 0.4 * np.sin(2 * np.pi * 0.5 * t)
    )
    paneo = 0.5 + 0.2 * np.sin(2 * np.pi * 0.1 * t)
    return (0.2 * acorde * paneo).astype(np.float32), (0.2 * acorde * (1 - paneo)).astype(np.float32)


def test_lo_que_no_son_dos_personas_da_una_sola_voz() -> None:
    x = mezcla()
    azar = np.random.default_rng(5)
    ruido = azar.normal(0, 0.002, (2, len(x))).astype(np.float32)
    casos = {
        "misma señal": (x, x.copy()),
        "misma señal con ruido propio": (x + ruido[0], x + ruido[1]),
        "un canal mudo": (x, np.zeros_like(x)),
        "un canal con solo ruido": (x, ruido[0]),
        "dos cápsulas": cerca_y_lejos(),
        "eco": con_eco(),
        "música": musica_estereo(),
        "ruido en ambos": (ruido[0], ruido[1]),
        "silencio": (np.zeros_like(x), np.zeros_like(x)),
        "monólogo en un canal": (silabas(30, 110, 1), np.float32(0.01) * silabas(30, 110, 1)),
    }
    for nombre, par in casos.items():
        eleccion = canales.elegir((par[0].copy(), par[1].copy()))
        assert len(eleccion.voces) == 1, nombre
        assert not eleccion.avisos, nombre


def test_la_mezcla_conserva_la_voz_con_un_canal_mudo_o_invertido() -> None:
    x = mezcla()
    for otro in (np.zeros_like(x), -x):
        (voz,) = canales.elegir((x.copy(), otro.copy())).voces
        assert float(np.mean(voz**2)) == pytest.approx(float(np.mean(x**2)), rel=0.05)


def test_un_cruce_muy_corto_no_basta_para_separar() -> None:
    a, b = dialogo(4.0, 2.0)
    assert len(canales.elegir((a, b)).voces) == 1


def test_un_archivo_mono_pasa_igual() -> None:
    x = mezcla()
    eleccion = canales.elegir((x,))
    assert eleccion.voces[0] is x
