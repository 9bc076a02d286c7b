"""`scribe evaluar` como lo corre una persona: medir, seguir donde iba, comparar y decir qué falta."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evaluacion.resultados import Resultados
from tests.conftest import Orden, argumentos_scribe

MEDIR = ("evaluar", "consultas_es", "--rapido", "--caso", "cefalea_estereo")


@pytest.fixture(scope="module")
def carpeta(scribe: Orden, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """La evaluación de una muestra, con el sistema entero."""
    destino = tmp_path_factory.mktemp("evaluar") / "salida"
    hecho = scribe(*MEDIR, "--salida", destino)
    assert hecho.returncode == 0, hecho.stderr
    return destino


def leer(carpeta: Path) -> dict[str, Any]:
    datos: dict[str, Any] = json.loads((carpeta / "resultados.json").read_text("utf-8"))
    return datos


def test_deja_los_tres_archivos_con_lo_que_se_midio(carpeta: Path) -> None:
    resultados = Resultados.model_validate(leer(carpeta))
    (propio,) = resultados.sistemas
    assert propio.sistema == "scribe" and not propio.fallidos and len(propio.casos) == 1
    esperadas = {"wer", "cer", "der", "jer", "cpwer", "rol", "hechos", "citas_validas", "codigos_top5_3"}
    assert esperadas <= set(propio.totales)
    assert 0.0 < propio.totales["wer"].valor < 0.5, "la muestra se entiende, pero no perfectamente"
    assert propio.totales["citas_validas"].valor == 1.0
    assert propio.memoria_mib is not None and propio.memoria_mib < 3072
    assert (
        resultados.modelos and resultados.paquetes["jiwer"] and len(resultados.scribe["arbol_sha256"]) == 64
    )
    assert "| **WER ↓** |" in (carpeta / "informe.md").read_text("utf-8")
    assert "cefalea_estereo" in (carpeta / "informe.html").read_text("utf-8")


def test_la_pagina_no_pide_nada_de_fuera(carpeta: Path) -> None:
    externos: list[str] = []

    class Recursos(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pide = {"src", "srcset", "data"} | ({"href"} if tag == "link" else set())
            externos.extend(v for n, v in attrs if n in pide and v and not v.startswith(("data:", "#")))

    Recursos().feed((carpeta / "informe.html").read_text("utf-8"))
    assert externos == []


def test_la_segunda_vez_no_repite_nada_y_da_las_mismas_cifras(scribe: Orden, carpeta: Path) -> None:
    corridas = {a: a.stat().st_mtime_ns for a in (carpeta / "corridas").rglob("*.1.json")}
    antes = leer(carpeta)
    hecho = scribe(*MEDIR, "--salida", carpeta)
    assert hecho.returncode == 0, hecho.stderr
    assert {a: a.stat().st_mtime_ns for a in (carpeta / "corridas").rglob("*.1.json")} == corridas
    assert leer(carpeta)["sistemas"] == antes["sistemas"]


@pytest.mark.parametrize(("senal", "codigo"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_interrumpida_no_deja_informe_ni_procesos_sueltos(
    senal: signal.Signals, codigo: int, carpeta: Path, tmp_path: Path, entorno: dict[str, str]
) -> None:
    """A la mitad: ni informe a medias ni procesos huérfanos, y lo ya hecho sigue ahí."""
    destino = tmp_path / "salida"
    shutil.copytree(carpeta / "corridas", destino / "corridas")
    # Una prueba lanzada en segundo plano hereda Ctrl-C ignorado; una persona no.
    orden = ["env", "--default-signal=INT", *argumentos_scribe(), "evaluar", "consultas_es", "--rapido"]
    orden += ["--salida", str(destino)]
    proceso = subprocess.Popen(orden, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=entorno)
    papeles = destino / "corridas" / "scribe" / "consulta"
    limite = time.monotonic() + 120
    while not list(papeles.glob("encargo.*.json")) and time.monotonic() < limite:
        time.sleep(0.2)
    time.sleep(3)
    proceso.send_signal(senal)
    _, errores = proceso.communicate(timeout=60)
    assert proceso.returncode == codigo, errores
    assert not (destino / "informe.html").exists()
    assert len(list(papeles.glob("cefalea_estereo.*.1.json"))) == 1
    limite = time.monotonic() + 90
    while (vivos := _procesos_con(str(destino))) and time.monotonic() < limite:
        time.sleep(0.5)
    assert vivos == []


def _procesos_con(texto: str) -> list[str]:
    """Las órdenes en marcha que mencionan `texto`."""
    ordenes = []
    for archivo in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            orden = archivo.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if texto in orden:
                ordenes.append(orden)
    return ordenes


@pytest.fixture
def degradada(carpeta: Path, tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    """Los mismos resultados con un cambio, en otro archivo."""

    def hacer(cambio: Callable[[dict[str, Any]], None]) -> Path:
        datos = leer(carpeta)
        cambio(datos)
        archivo = tmp_path / "otros.json"
        archivo.write_text(json.dumps(datos), "utf-8")
        return archivo

    return hacer


def test_comparar_consigo_misma_no_es_regresion(scribe: Orden, carpeta: Path) -> None:
    hecho = scribe("evaluar", "--comparar", carpeta / "resultados.json", carpeta / "resultados.json")
    assert hecho.returncode == 0, hecho.stderr


def test_comparar_con_un_caso_que_ya_no_termina_es_regresion(
    scribe: Orden, carpeta: Path, degradada: Callable[[Callable[[dict[str, Any]], None]], Path]
) -> None:
    def tirar(datos: dict[str, Any]) -> None:
        sistema = datos["sistemas"][0]
        sistema["fallidos"] = [{"caso": sistema["casos"][0]["caso"], "motivo": "salida 1"}]
        sistema["casos"] = []

    hecho = scribe("evaluar", "--comparar", carpeta / "resultados.json", degradada(tirar))
    assert hecho.returncode == 1
    assert "cefalea_estereo" in hecho.stdout


def test_comparar_conjuntos_distintos_se_explica(
    scribe: Orden, carpeta: Path, degradada: Callable[[Callable[[dict[str, Any]], None]], Path]
) -> None:
    def otro(datos: dict[str, Any]) -> None:
        datos["conjunto"] = "codiesp"

    hecho = scribe("evaluar", "--comparar", carpeta / "resultados.json", degradada(otro))
    assert hecho.returncode == 2
    assert hecho.stderr.count("Error:") == 1 and "Traceback" not in hecho.stderr


@pytest.mark.parametrize(
    ("argumentos", "dicho"),
    [
        ((), "Falta decir qué conjunto"),
        (("no-existe",), "No hay conjunto ni carpeta"),
        (("codiesp",), "zenodo.org"),
        (("consultas_es", "--rapido", "--caso", "ninguno"), "No queda ningún caso"),
        (("consultas_es", "--rapido", "--par", "inventado"), "No hay par"),
    ],
)
def test_lo_que_falta_se_dice_en_una_linea(
    scribe: Orden, argumentos: tuple[str, ...], dicho: str, tmp_path: Path
) -> None:
    hecho = scribe("evaluar", *argumentos, "--salida", tmp_path / "x")
    assert hecho.returncode == 2
    assert hecho.stderr.count("\n") == 1 and dicho in hecho.stderr
    assert not (tmp_path / "x").exists()


def test_la_lista_dice_conjuntos_sistemas_y_medidas(scribe: Orden) -> None:
    hecho = scribe("evaluar", "--lista")
    assert hecho.returncode == 0
    for nombre in ("consultas_es", "codiesp", "mts_dialog", "scribe", "faster-whisper", "WER", "DER"):
        assert nombre in hecho.stdout + hecho.stderr
