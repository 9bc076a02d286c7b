"""Con motores ya usados sale el mismo borrador que con motores recién armados, y sus pesos no se quedan."""

from __future__ import annotations

from pathlib import Path

import soundfile

from scribe.ajustes import Ajustes
from scribe.consulta import Borrador, Contexto, Tiempos
from scribe.flujo import Motores, procesar
from scribe.motores import armar
from tests.conftest import MUESTRAS

SEGUNDOS = 7


def test_un_trabajo_no_contamina_al_siguiente(tmp_path: Path) -> None:
    una, otra = (_pedazo(tmp_path, nombre) for nombre in ("faringitis", "cefalea_estereo"))
    ajustes = Ajustes(usar_cache=False, cache=tmp_path / "cache")
    nuevos, usados = armar(ajustes), armar(ajustes)
    esperado = _borrador(una, nuevos, ajustes, Contexto())
    _borrador(
        otra, usados, ajustes, Contexto(medicamentos=("metformina",), problemas=("diabetes",), sexo="F")
    )
    assert _borrador(una, usados, ajustes, Contexto()) == esperado
    assert esperado.transcripcion.turnos


def _pedazo(carpeta: Path, nombre: str) -> Path:
    origen = MUESTRAS / f"{nombre}.ogg"
    with soundfile.SoundFile(origen) as archivo:
        datos, hercios = archivo.read(SEGUNDOS * archivo.samplerate), archivo.samplerate
    destino = carpeta / f"{nombre}.wav"
    soundfile.write(destino, datos, hercios)
    return destino


def _borrador(audio: Path, motores: Motores, ajustes: Ajustes, contexto: Contexto) -> Borrador:
    hecho = procesar(audio, motores, ajustes, contexto, lambda _etapa, _parte: None)
    return hecho.borrador.model_copy(update={"tiempos": Tiempos()})
