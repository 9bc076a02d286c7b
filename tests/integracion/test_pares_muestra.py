"""Los pares que no piden instalar nada más, de verdad y sobre un recorte de la muestra."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluacion.caso import Caso, Dicho, MencionEsperada
from evaluacion.metricas.hablantes import der, leer_rttm
from evaluacion.metricas.transcripcion import wer
from evaluacion.par import Par, senal_de
from evaluacion.pares.faster_whisper import FasterWhisper, FasterWhisperLotes
from evaluacion.pares.nota_ingenua import NotaIngenua
from evaluacion.pares.pyannote_stock import PyannoteDeFabrica
from evaluacion.pares.rapidfuzz_titulos import RapidfuzzTitulos
from evaluacion.pares.senko import Senko
from evaluacion.pares.whisper_transformers import WhisperTransformers
from evaluacion.salida import Salida
from evaluacion.sistema import Opciones
from scribe.consulta import HERCIOS, Tramo

RECORTE_S = 22.0


@pytest.fixture(scope="module")
def turnos(muestras: Path) -> list[dict[str, Any]]:
    lista: list[dict[str, Any]] = json.loads((muestras / "faringitis.ref.json").read_text("utf-8"))["turns"]
    return [t for t in lista if t["end"] <= RECORTE_S]


@pytest.fixture
def recorte(muestras: Path, grabar: Callable[..., Path]) -> Caso:
    senal: NDArray[np.float32] = senal_de(Caso(id="entera", audio=muestras / "faringitis.ogg"))
    audio = grabar("recorte.wav", senal[: int(RECORTE_S * HERCIOS)])
    return Caso(id="recorte", audio=audio)


def _correr(par: Par, caso: Caso) -> Salida:
    tarea = par.tareas[0]
    assert par.falta() is None
    par.preparar(tarea, Opciones(hilos=1))
    salida = par.resolver(caso, tarea)
    assert all(s >= 0 for s in salida.costo.etapas.values())
    return salida


@pytest.mark.parametrize("clase", [FasterWhisper, FasterWhisperLotes, WhisperTransformers])
def test_transcriben_el_recorte(clase: type[Par], recorte: Caso, turnos: list[dict[str, Any]]) -> None:
    salida = _correr(clase(), recorte)
    errores = wer(" ".join(t["text"] for t in turnos), salida.texto or "")
    # Lo que quede cortado al final del recorte cuenta como añadido: de ahí la holgura.
    assert errores.errores / errores.total < 0.35
    assert {"audio", "asr"} <= set(salida.costo.etapas)


@pytest.mark.parametrize("clase", [PyannoteDeFabrica, Senko])
def test_separan_el_recorte(clase: type[Par], recorte: Caso, muestras: Path) -> None:
    par = clase()
    if isinstance(par, Senko) and (motivo := par.falta()):
        pytest.skip(motivo)
    salida = _correr(par, recorte)
    assert salida.tramos
    assert all(0 <= t.inicio < t.fin <= RECORTE_S + 0.5 for t in salida.tramos)
    referencia = [
        Tramo(hablante=t.hablante, inicio=t.inicio, fin=min(t.fin, RECORTE_S))
        for t in leer_rttm(muestras / "faringitis.rttm")
        if t.inicio < RECORTE_S
    ]
    tiempo = der(referencia, salida.tramos)
    # En un recorte tan corto la agrupación de fábrica puede juntar a los dos: basta con que oiga la voz.
    assert tiempo.parte / tiempo.total < 0.6


def test_la_nota_de_un_prompt_sale_en_texto_y_en_enunciados(turnos: list[dict[str, Any]]) -> None:
    dichos = tuple(Dicho(hablante=t["speaker"], texto=t["text"]) for t in turnos)
    salida = _correr(NotaIngenua(), Caso(id="x", dichos=dichos))
    assert salida.nota_texto and salida.nota is not None
    assert "garganta" in salida.nota_texto.lower()
    assert salida.nota.enunciados and all(not e.citas for e in salida.nota.enunciados)


def test_rapidfuzz_sobre_el_catalogo() -> None:
    menciones = (MencionEsperada(codigo="j02.9", texto="faringitis aguda"),)
    salida = _correr(RapidfuzzTitulos(), Caso(id="x", texto="Faringitis aguda.", menciones=menciones))
    assert salida.candidatos is not None and salida.codigos is not None
    assert len(salida.candidatos[0]) == 10 and salida.candidatos[0][0].startswith("J02")
    assert salida.codigos[0].codigo.startswith("J02")


def test_en_el_proceso_del_banco(recorte: Caso, tmp_path: Path) -> None:
    """El mismo encargo que escribe el banco, con un par que solo necesita el catálogo."""
    caso = recorte.model_copy(update={"audio": None, "texto": "Diabetes mellitus tipo 2."})
    destino = tmp_path / "salida.json"
    encargo = {
        "sistema": "rapidfuzz-titulos", "tarea": "codigos", "perfil": "minimo", "hilos": 2, "sin_llm": False,
        "casos": [caso.model_dump(mode="json")], "destinos": [str(destino)],
    }  # fmt: skip
    papel = tmp_path / "encargo.json"
    papel.write_text(json.dumps(encargo), "utf-8")
    subprocess.run([sys.executable, "-m", "evaluacion.trabajador", str(papel)], check=True, timeout=300)
    salida = Salida.model_validate_json(destino.read_text("utf-8"))
    assert salida.error is None and salida.codigos and salida.codigos[0].codigo.startswith("E11")
