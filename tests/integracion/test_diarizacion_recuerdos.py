"""Adelantar mientras se graba no cambia nada: ni con lo adelantado ni con más hilos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribe.ajustes import Ajustes
from scribe.audio import leer
from scribe.consulta import HERCIOS, Grabacion, Separacion
from scribe.diarizacion.huellas import Huellero
from scribe.diarizacion.pyannote import DiarizadorPyannote
from scribe.diarizacion.segmentacion import Segmentador
from scribe.modelos import perfil
from scribe.progreso import en_silencio

MUESTRA = Path(__file__).resolve().parents[2] / "evaluacion" / "muestras" / "otitis.m4a"


@pytest.fixture(scope="module")
def grabacion() -> Grabacion:
    completa = leer(MUESTRA, duracion_max_s=600.0, avance=en_silencio)
    voz = completa.voces[0][: 45 * HERCIOS]
    return Grabacion(voces=(voz,), duracion_s=len(voz) / HERCIOS, sha256=completa.sha256)


@pytest.fixture(scope="module")
def directa(grabacion: Grabacion) -> Separacion:
    return _diarizador(1).separar(grabacion, hablantes=None, avance=en_silencio)


def _diarizador(hilos: int) -> DiarizadorPyannote:
    return DiarizadorPyannote(perfil("minimo"), Ajustes(hilos=hilos))


def _iguales(una: Separacion, otra: Separacion) -> bool:
    mismas = una.huellas.keys() == otra.huellas.keys()
    return (
        una.tramos == otra.tramos
        and mismas
        and all(np.array_equal(una.huellas[h], otra.huellas[h]) for h in una.huellas)
    )


def test_lo_adelantado_da_lo_mismo_y_no_se_repite(
    grabacion: Grabacion, directa: Separacion, monkeypatch: pytest.MonkeyPatch
) -> None:
    recuerdos: dict[str, str] = {}
    diarizador = _diarizador(2)
    voz = grabacion.voces[0]
    listos = [diarizador.adelantar(voz[: s * HERCIOS], recuerdos=recuerdos) for s in (5, 12, 30, 45)]
    assert listos == [0.0, 2.0, 20.0, 35.0]
    adelantado = set(recuerdos)
    hechas: list[str] = []
    _contar(monkeypatch, hechas)
    con_recuerdos = diarizador.separar(grabacion, hablantes=None, avance=en_silencio, recuerdos=recuerdos)
    assert _iguales(con_recuerdos, directa)
    assert len(hechas) == len(set(recuerdos) - adelantado)  # solo lo que faltaba
    assert hechas.count("ventana") == 1  # la última, que termina con la grabación
    del hechas[:]
    assert _iguales(
        diarizador.separar(grabacion, hablantes=None, avance=en_silencio, recuerdos=recuerdos), directa
    )
    assert hechas == []


def test_un_recuerdo_danado_o_de_otras_muestras_no_se_cree(grabacion: Grabacion, directa: Separacion) -> None:
    recuerdos: dict[str, str] = {}
    diarizador = _diarizador(1)
    diarizador.adelantar(grabacion.voces[0][::-1].copy(), recuerdos=recuerdos)
    ajenos = set(recuerdos)
    diarizador.adelantar(grabacion.voces[0], recuerdos=recuerdos)
    propios = sorted(set(recuerdos) - ajenos)
    for llave in propios[::2]:
        recuerdos[llave] = "dañado"
    for llave in propios[1::4]:
        recuerdos[llave] = recuerdos[llave][:-7]
    resultado = diarizador.separar(grabacion, hablantes=None, avance=en_silencio, recuerdos=recuerdos)
    assert _iguales(resultado, directa)


def _contar(monkeypatch: pytest.MonkeyPatch, hechas: list[str]) -> None:
    """Apunta cada vez que una red calcula de verdad."""
    ventana, huella = Segmentador.actividad, DiarizadorPyannote._vector

    def contar_ventana(self, muestras):  # type: ignore[no-untyped-def]
        hechas.append("ventana")
        return ventana(self, muestras)

    def contar_huella(self, huellero: Huellero, muestras, libres):  # type: ignore[no-untyped-def]
        hechas.append("huella")
        return huella(self, huellero, muestras, libres)

    monkeypatch.setattr(Segmentador, "actividad", contar_ventana)
    monkeypatch.setattr(DiarizadorPyannote, "_vector", contar_huella)
