"""La tubería de pyannote.audio con los modelos reales, como la arma el producto."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scribe.ajustes import Ajustes
from scribe.audio import leer
from scribe.consulta import HERCIOS, Grabacion
from scribe.diarizacion.tuberia import DiarizadorTuberia
from scribe.modelos import perfil
from scribe.progreso import en_silencio

MUESTRA = Path(__file__).resolve().parents[2] / "evaluacion" / "muestras" / "faringitis.ogg"


@pytest.fixture(scope="module")
def diarizador() -> DiarizadorTuberia:
    return DiarizadorTuberia(perfil("minimo"), Ajustes(dispositivo="cpu"))


def test_separa_las_dos_voces_de_una_muestra(diarizador: DiarizadorTuberia) -> None:
    entera = leer(MUESTRA, duracion_max_s=600.0, avance=en_silencio)
    grabacion = replace(entera, voces=(entera.voces[0][: 24 * HERCIOS],), duracion_s=24.0)
    avances: list[float] = []
    separacion = diarizador.separar(grabacion, hablantes=2, avance=avances.append)
    assert {t.hablante for t in separacion.tramos} == {"H1", "H2"}
    assert separacion.tramos[0].hablante == "H1"
    assert set(separacion.huellas) == {"H1", "H2"}
    assert all(abs(float(np.linalg.norm(h)) - 1) < 1e-3 for h in separacion.huellas.values())
    assert float(separacion.huellas["H1"] @ separacion.huellas["H2"]) < 0.8
    assert avances[-1] == 1.0 and avances == sorted(avances)


def test_silencio_y_grabaciones_minimas_no_dan_hablantes(diarizador: DiarizadorTuberia) -> None:
    for muestras in (1, 12 * HERCIOS):
        senal = np.zeros(muestras, dtype=np.float32)
        grabacion = Grabacion(voces=(senal,), duracion_s=muestras / HERCIOS, sha256="0" * 64)
        assert diarizador.separar(grabacion, hablantes=None, avance=en_silencio).tramos == ()
