"""Con los modelos de verdad: oír mientras se graba da el mismo borrador, exacto, que oírlo todo al final."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from evaluacion.vivo import pcm
from scribe.ajustes import Ajustes
from scribe.consulta import HERCIOS, Borrador, Tiempos
from scribe.flujo import Resultado, procesar
from scribe.motores import armar
from scribe.progreso import en_silencio
from scribe.trabajos import adelantador
from scribe.trabajos.adelantador import Adelantador
from scribe.trabajos.adelanto import Adelantos
from scribe.trabajos.procesar import hacer
from tests.conftest import MUESTRAS
from tests.expediente_base import Clinica, clinica, motor, plantilla  # noqa: F401
from tests.servir_base import hasta
from tests.trabajos_base import Puesto, trozos

SEGUNDO = 2 * HERCIOS
GRABADO_S = 60
PLAZO_S = 900.0
SIN_CORTESIA = """
import os, sys
from scribe.trabajos import vivo
vivo.atender(sys.stdin, os.fdopen(os.dup(1), "w"), vivo.Oyente())
"""
"""El proceso de verdad, salvo que no cede el paso: en un equipo ocupado la prueba no acabaría nunca."""


@pytest.fixture
def puesto(clinica: Clinica, tmp_path: Path) -> Puesto:  # noqa: F811
    return Puesto.de(clinica, tmp_path)


def _sin_reloj(resultado: Resultado) -> Borrador:
    return resultado.borrador.model_copy(update={"tiempos": Tiempos()})


def test_grabado_en_vivo_o_de_una_vez_es_el_mismo_borrador(
    puesto: Puesto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adelantador, "NUEVO_MIN", 10 * SEGUNDO)
    monkeypatch.setattr(adelantador, "_hay_memoria", lambda: True)
    sonido = pcm(MUESTRAS / "otitis.m4a")[: 44 + GRABADO_S * SEGUNDO]
    subida, adelantos = puesto.abrir(), Adelantos(puesto.audio)
    visto: dict[str, Any] = {}

    def flujo(ruta: Path, m: Any, ajustes: Ajustes, contexto: Any, progreso: Any) -> Resultado:
        visto["antes"] = set(m.recuerdos)
        sin_cache = ajustes.model_copy(update={"usar_cache": False})
        visto["hecho"] = procesar(ruta, m, sin_cache, contexto, progreso)
        visto["despues"], visto["contexto"] = set(m.recuerdos), contexto
        return visto["hecho"]

    orden = (sys.executable, "-c", SIN_CORTESIA)
    with (
        puesto.taller(armar=armar, flujo=flujo) as taller,
        Adelantador(taller, cada_s=0.2, orden=orden) as uno,
    ):
        taller.a_solas = uno.cediendo
        partes = len(trozos(sonido, SEGUNDO))
        for desde in range(0, partes, 30):
            puesto.mandar(subida, sonido, range(desde, min(desde + 30, partes)), SEGUNDO)
            llegado = min(desde + 29, GRABADO_S - 1)
            hasta(lambda: adelantos.avance(subida).grabado_s >= llegado, PLAZO_S)  # noqa: B023
        recibo = puesto.cerrar(subida, sonido, SEGUNDO)
        hacer(taller, recibo.trabajo)
    assert puesto.trabajo(recibo)["estado"] == "hecho"
    de_una_vez = tmp_path / "entera.wav"
    de_una_vez.write_bytes(sonido)
    ajustes = Ajustes(usar_cache=False, cache=tmp_path / "otra")
    entera = procesar(de_una_vez, armar(ajustes), ajustes, visto["contexto"], lambda e, f: en_silencio(f))
    assert _sin_reloj(visto["hecho"]) == _sin_reloj(entera)
    assert visto["hecho"].tramos == entera.tramos
    assert entera.borrador.transcripcion.turnos
    # Y no fue de balde: más de la mitad estaba hecha al parar.
    assert len(visto["antes"]) > len(visto["despues"]) / 2
