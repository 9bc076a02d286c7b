"""A quién pertenece cada trozo cuando la red oye una sola voz en dos pistas, o dos voces encimadas."""

from __future__ import annotations

import numpy as np
import pytest

from scribe.diarizacion.costura import Trozo
from scribe.diarizacion.reparto import Analisis, Pesos, repartir

CENTROS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
TROZOS = (Trozo(0, 0, 200), Trozo(0, 220, 300), Trozo(1, 225, 300), Trozo(0, 320, 500))
"""Habla el médico, dos trozos casi iguales en dos pistas, y otra vez el médico."""


def _analisis(primera: list[float], segunda: list[float], segundos: float = 0.9) -> Analisis:
    medico = [1.0, 0.2, 0.2]
    huellas = np.array([medico, primera, segunda, medico], dtype=np.float32)
    huellas /= np.linalg.norm(huellas, axis=1, keepdims=True)
    dura = np.array([2.0, segundos, segundos, 1.8])
    return Analisis(TROZOS, huellas, dura, np.ones(600, np.float32), 0.01, 10.0)


def test_una_voz_oida_en_dos_pistas_es_de_una_persona() -> None:
    """«No, no me he caído» dicho por la paciente: una de sus dos copias pasaba a otra persona."""
    analisis = _analisis([0.2, 1.0, 0.3], [0.2, 0.9, 0.4])
    assert repartir(analisis, CENTROS, Pesos()).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("segunda", [[0.7, 0.72, 0.1], [0.7, 0.1, 0.72]])
def test_dos_voces_encimadas_no_son_de_la_misma_persona(segunda: list[float]) -> None:
    duenos = repartir(_analisis([0.2, 1.0, 0.3], segunda), CENTROS, Pesos())
    assert duenos[1] != duenos[2]


def test_con_muy_poca_voz_limpia_la_huella_no_alcanza_para_decirlo() -> None:
    duenos = repartir(_analisis([0.2, 1.0, 0.3], [0.2, 0.9, 0.4], segundos=0.2), CENTROS, Pesos())
    assert duenos[1] != duenos[2]


def test_una_frase_corta_y_clara_no_se_la_lleva_su_pista() -> None:
    """La red no cambió de pista al contestar el paciente; la huella sí cambió."""
    trozos = (Trozo(0, 0, 200), Trozo(0, 210, 290), Trozo(0, 300, 480))
    huellas = np.array([[1, 0.2, 0], [0.48, 0.64, 0.6], [1, 0.2, 0]], dtype=np.float32)
    huellas /= np.linalg.norm(huellas, axis=1, keepdims=True)
    analisis = Analisis(trozos, huellas, np.array([2.0, 0.76, 1.8]), np.ones(600, np.float32), 0.01, 10.0)
    assert repartir(analisis, CENTROS[:2], Pesos()).tolist() == [0, 1, 0]
