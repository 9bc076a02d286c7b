"""Ventanas → pistas → trozos → tramos, sin modelos."""

from __future__ import annotations

import numpy as np
import pytest

from scribe.diarizacion.costura import Corte, Trozo, callar_cortes, cortar, coser, intervalos
from scribe.diarizacion.reparto import Analisis, Pesos, repartir
from scribe.diarizacion.segmentacion import Ventana
from scribe.diarizacion.tramos import Bordes, limpiar

CUADRO = 0.02


def _actividad(cuadros: int, *tramos: tuple[int, int, int]) -> np.ndarray:
    actividad = np.zeros((cuadros, 3), dtype=np.float32)
    for local, inicio, fin in tramos:
        actividad[inicio:fin, local] = 1.0
    return actividad


def test_coser_sigue_la_voz_aunque_cambie_de_local() -> None:
    primera = Ventana(0.0, _actividad(100, (0, 10, 40), (1, 60, 100)))
    segunda = Ventana(1.0, _actividad(100, (2, 10, 60), (0, 70, 90)))  # la del local 1 es ahora la 2
    pistas = coser([primera, segunda], cuadro_s=CUADRO, desfase_s=0.0, duracion_s=3.0)
    assert pistas.shape == (150, 3)
    assert (pistas[60:110, 1] > 0.99).all()
    assert (pistas[10:40, 0] > 0.99).all()
    assert pistas[120:140].max(axis=1).min() > 0.99


def test_intervalos_con_histeresis() -> None:
    prob = np.array([0, 0.45, 0.6, 0.45, 0.3, 0.45, 0.45, 0], dtype=np.float32)
    assert intervalos(prob, 0.5, 0.4) == [(1, 4)]


def test_cortar_parte_los_largos_donde_la_senal_calla() -> None:
    energia = np.ones(200, dtype=np.float32)
    energia[118:126] = 1e-4
    trozos = cortar(_actividad(200, (0, 0, 200)), energia, Corte(maximo_s=3.0), cuadro_s=CUADRO)
    assert [t.pista for t in trozos] == [0, 0]
    assert 116 <= trozos[0].fin <= 128
    assert trozos[0].fin == trozos[1].inicio


def test_cortar_descarta_los_chasquidos() -> None:
    energia = np.ones(100, dtype=np.float32)
    assert cortar(_actividad(100, (1, 10, 13)), energia, Corte(), cuadro_s=CUADRO) == []


def test_la_pausa_de_un_corte_entre_dos_duenos_no_es_de_nadie() -> None:
    energia = np.full(200, 1.0, dtype=np.float32)
    energia[90:110] = 1e-5
    partes = [(Trozo(0, 0, 100), 0), (Trozo(0, 100, 200), 1)]
    (_, _, fin), (_, inicio, _) = callar_cortes(partes, energia, cuadro_s=CUADRO)
    assert fin <= 94
    assert inicio >= 106
    mismo = [(Trozo(0, 0, 100), 0), (Trozo(0, 100, 200), 0)]
    assert callar_cortes(mismo, energia, cuadro_s=CUADRO) == [(0, 0, 100), (0, 100, 200)]


def _analisis(trozos: list[Trozo], huellas: list[list[float]], segundos: list[float]) -> Analisis:
    vectores = np.array(huellas, dtype=np.float32)
    return Analisis(tuple(trozos), vectores, np.array(segundos), np.ones(1000, np.float32), CUADRO, 10.0)


def test_un_trozo_sin_huella_va_con_los_de_su_pista() -> None:
    trozos = [Trozo(0, 0, 100), Trozo(1, 120, 135), Trozo(1, 150, 300)]
    analisis = _analisis(trozos, [[1, 0], [0, 0], [0, 1]], [2.0, 0.0, 3.0])
    assert repartir(analisis, np.eye(2, dtype=np.float32), Pesos()).tolist() == [0, 1, 1]


def test_dos_trozos_encimados_no_son_de_la_misma_persona() -> None:
    trozos = [Trozo(0, 0, 200), Trozo(1, 100, 150)]
    analisis = _analisis(trozos, [[1, 0], [0.72, 0.69]], [4.0, 0.6])  # la huella del segundo no decide
    assert repartir(analisis, np.eye(2, dtype=np.float32), Pesos()).tolist() == [0, 1]


def test_limpiar_une_pausas_cortas_y_nombra_por_aparicion() -> None:
    partes = [(1, 0.0, 1.0), (1, 1.2, 2.0), (0, 2.5, 4.0), (1, 6.0, 6.05)]
    tramos, orden = limpiar(partes, Bordes(pausa_s=0.3, antes_s=0.0, despues_s=0.0), 10.0)
    assert [(t.hablante, t.inicio, t.fin) for t in tramos] == [("H1", 0.0, 2.0), ("H2", 2.5, 4.0)]
    assert orden == (1, 0)


@pytest.mark.parametrize("antes", [0.1, -0.1])
def test_los_bordes_no_se_salen_del_audio(antes: float) -> None:
    bordes = Bordes(pausa_s=0.3, antes_s=antes, despues_s=antes)
    tramos, _ = limpiar([(0, 0.0, 5.0)], bordes, 5.0)
    assert 0.0 <= tramos[0].inicio < tramos[0].fin <= 5.0
