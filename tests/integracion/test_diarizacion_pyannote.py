"""El diarizador con sus modelos reales y con ondaes que la propia prueba construye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribe.ajustes import Ajustes
from scribe.consulta import HERCIOS, Grabacion, Senal
from scribe.diarizacion.pyannote import DiarizadorPyannote
from scribe.errores import AudioInvalido
from scribe.modelos import perfil, ruta
from scribe.progreso import en_silencio


@pytest.fixture(scope="module")
def diarizador() -> DiarizadorPyannote:
    return DiarizadorPyannote(perfil("minimo"), Ajustes(hilos=1))


def _grabacion(*voces: Senal) -> Grabacion:
    return Grabacion(voces=voces, duracion_s=len(voces[0]) / HERCIOS, sha256="0" * 64)


def _vocal(segundos: float, tono: float, formantes: tuple[float, ...]) -> Senal:
    """Una voz sintética burda: pulsos glotales filtrados por resonancias, con sílabas."""
    n = round(segundos * HERCIOS)
    t = np.arange(n) / HERCIOS
    onda = np.zeros(n)
    for armonico in range(1, 40):
        f = armonico * tono
        if f > 4000:
            break
        peso = sum(1 / (1 + ((f - formante) / 90) ** 2) for formante in formantes) + 0.02
        onda += peso * np.sin(2 * np.pi * f * t + 0.4 * np.sin(2 * np.pi * 5 * t))
    silabas = 0.5 + 0.5 * np.sin(2 * np.pi * 3.5 * t)
    return (0.3 * onda * silabas / np.abs(onda).max()).astype(np.float32)


def test_el_silencio_y_el_ruido_no_tienen_hablantes(diarizador: DiarizadorPyannote) -> None:
    ruido = (np.random.default_rng(0).standard_normal(12 * HERCIOS) * 0.02).astype(np.float32)
    for senal in (np.zeros(12 * HERCIOS, dtype=np.float32), ruido):
        assert diarizador.separar(_grabacion(senal), hablantes=None, avance=en_silencio).tramos == ()


@pytest.mark.parametrize("muestras", [1, 100, 8000])
def test_una_grabacion_muy_corta_no_falla(diarizador: DiarizadorPyannote, muestras: int) -> None:
    senal = np.zeros(muestras, dtype=np.float32)
    assert diarizador.separar(_grabacion(senal), hablantes=2, avance=en_silencio).tramos == ()


def test_una_huella_necesita_voz(diarizador: DiarizadorPyannote) -> None:
    with pytest.raises(AudioInvalido):
        diarizador.huella_de(np.zeros(3 * HERCIOS, dtype=np.float32))


def test_el_avance_crece_hasta_uno_y_el_resultado_se_repite(diarizador: DiarizadorPyannote) -> None:
    senal = np.concatenate([_vocal(6, 120, (600, 1200, 2500)), _vocal(6, 210, (800, 1700, 2900))])
    avances: list[float] = []
    primera = diarizador.separar(_grabacion(senal), hablantes=None, avance=avances.append)
    otra = diarizador.separar(_grabacion(senal), hablantes=None, avance=en_silencio)
    assert avances == sorted(avances)
    assert avances[-1] == 1.0
    assert primera.tramos == otra.tramos
    for tramo in primera.tramos:
        assert 0.0 <= tramo.inicio < tramo.fin <= len(senal) / HERCIOS


def test_cada_canal_es_una_persona(diarizador: DiarizadorPyannote) -> None:
    silencio = np.zeros(6 * HERCIOS, dtype=np.float32)
    voz = _vocal(6, 120, (600, 1200, 2500))
    separacion = diarizador.separar(
        _grabacion(np.concatenate([voz, silencio]), np.concatenate([silencio, voz])),
        hablantes=None,
        avance=en_silencio,
    )
    for tramo in separacion.tramos:
        assert (tramo.hablante == "H1") == (tramo.inicio < 5.5)


def test_identidad_y_carpeta_del_modelo_intacta(diarizador: DiarizadorPyannote) -> None:
    carpeta: Path = ruta("campplus")
    antes = sorted(p.name for p in carpeta.iterdir())
    diarizador.separar(_grabacion(np.zeros(HERCIOS, dtype=np.float32)), hablantes=None, avance=en_silencio)
    assert sorted(p.name for p in carpeta.iterdir()) == antes
    identidad = diarizador.identidad
    assert len(identidad["segmentacion"]["sha256"]) == len(identidad["huella"]["sha256"]) == 64
