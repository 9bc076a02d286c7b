"""El trabajo principal como lo corre una persona: la orden instalada, los modelos reales, sin red."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from scribe.lenguaje.farmacos import buscar_farmacos
from tests.conftest import RAIZ, Orden, argumentos_scribe

ARCHIVOS = {"borrador.json", "transcripcion.rttm", "transcripcion.vtt", "nota.md", "nota.html"}


@pytest.fixture(scope="session")
def salida(scribe: Orden, muestras: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """La carpeta de una corrida normal sobre la muestra."""
    destino = tmp_path_factory.mktemp("normal") / "salida"
    hecho = scribe("consulta", muestras / "faringitis.ogg", "--salida", destino)
    assert hecho.returncode == 0, hecho.stderr
    return destino


@pytest.fixture(scope="session")
def borrador(salida: Path) -> dict[str, Any]:
    """El borrador de esa corrida."""
    return leer(salida)


def leer(carpeta: Path) -> dict[str, Any]:
    contenido: dict[str, Any] = json.loads((carpeta / "borrador.json").read_text())
    return contenido


def enunciados(borrador: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for seccion in borrador["nota"].values() for e in seccion]


def test_el_contrato_se_cumple(salida: Path, borrador: dict[str, Any]) -> None:
    assert {a.name for a in salida.iterdir()} == ARCHIVOS
    esquema = json.loads((RAIZ / "docs" / "borrador.schema.json").read_text())
    Draft202012Validator(esquema).validate(borrador)
    assert list(borrador["nota"]) == ["subjetivo", "objetivo", "analisis", "plan", "pronostico"]
    assert not list(salida.parent.glob("*.parcial*"))


def test_toda_cita_es_textual_y_toda_cifra_y_farmaco_esta_citado(borrador: dict[str, Any]) -> None:
    turnos = {t["id"]: t for t in borrador["transcripcion"]["turnos"]}
    assert enunciados(borrador), "la muestra debe dar nota"
    for e in enunciados(borrador):
        assert e["citas"], e
        for cita in e["citas"]:
            assert cita["texto"] in turnos[cita["turno"]]["texto"]
            assert 0 <= cita["inicio"] <= cita["fin"] <= borrador["audio"]["duracion_s"] + 0.5
        citado = " ".join(c["texto"] for c in e["citas"])
        assert set(re.findall(r"\d+(?:[.,]\d+)?", e["texto"])) <= set(
            re.findall(r"\d+(?:[.,]\d+)?", citado)
        ), e
        dichos = {g for m in buscar_farmacos(citado) for g in m.genericos}
        assert {g for m in buscar_farmacos(e["texto"]) for g in m.genericos} <= dichos, e


def test_la_muestra_dice_lo_que_se_dijo(borrador: dict[str, Any], muestras: Path) -> None:
    referencia = json.loads((muestras / "faringitis.json").read_text())
    roles = {t["rol"] for t in borrador["transcripcion"]["turnos"]}
    assert roles == {"medico", "paciente"}
    primeros = {c["codigo"][:3] for c in [c for c in borrador["codigos"] if c["sistema"] == "CIE-10"][:5]}
    dicho = [c["cie10"][:3] for c in referencia["codigos"] if c["estado"] == "confirmado"]
    assert dicho and set(dicho) <= primeros
    assert borrador["nota"]["pronostico"] == []


def test_sin_red_da_exactamente_lo_mismo(
    scribe: Orden, muestras: Path, borrador: dict[str, Any], tmp_path: Path
) -> None:
    sin_red = ("unshare", "--map-root-user", "--net")
    if subprocess.run([*sin_red, "true"], capture_output=True, check=False).returncode:
        pytest.skip("este sistema no deja crear espacios de red (unshare)")
    hecho = scribe(
        "consulta", muestras / "faringitis.ogg", "--salida", tmp_path / "s", "--sin-cache", antes=sin_red
    )
    assert hecho.returncode == 0, hecho.stderr
    otro = leer(tmp_path / "s")
    assert {**otro, "tiempos": 0} == {**borrador, "tiempos": 0}


def test_la_segunda_vez_reutiliza_lo_hecho(
    scribe: Orden, muestras: Path, borrador: dict[str, Any], tmp_path: Path
) -> None:
    hecho = scribe("consulta", muestras / "faringitis.ogg", "--salida", tmp_path, "--json", "--silencioso")
    assert hecho.returncode == 0 and hecho.stderr == ""
    otra = json.loads(hecho.stdout)
    assert otra["tiempos"]["asr_s"] < borrador["tiempos"]["asr_s"] / 3
    assert {**otra, "tiempos": 0} == {**borrador, "tiempos": 0}


@pytest.mark.parametrize("clase", ["silencio", "blanco", "ventilador", "musica"])
def test_sin_habla_no_hay_nota(
    clase: str, scribe: Orden, grabar: Callable[..., Path], ruido: Callable[..., Any], tmp_path: Path
) -> None:
    audio = grabar("sin voz (ñandú).wav", ruido(clase, 25.0))
    hecho = scribe("consulta", audio, "--salida", tmp_path / "s")
    assert hecho.returncode == 0, hecho.stderr
    borrador = leer(tmp_path / "s")
    assert borrador["transcripcion"]["turnos"] == []
    assert enunciados(borrador) == [] and borrador["codigos"] == [] and borrador["omisiones"] == []
    assert "sin_voz" in {a["tipo"] for a in borrador["avisos"]}
    assert {a.name for a in (tmp_path / "s").iterdir()} == ARCHIVOS


def vacio(ruta: Path) -> Path:
    ruta.write_bytes(b"")
    return ruta


def texto(ruta: Path) -> Path:
    ruta.write_text("esto no es audio, aunque el nombre lo diga\n" * 50)
    return ruta


def imagen(ruta: Path) -> Path:
    ruta.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    return ruta


@pytest.mark.parametrize(
    "entrada",
    [
        lambda d: d / "no-existe.wav",
        lambda d: d,
        lambda d: vacio(d / "vacío.wav"),
        lambda d: texto(d / "notas.mp3"),
        lambda d: imagen(d / "foto.m4a"),
    ],
    ids=["no existe", "carpeta", "cero bytes", "texto con otro nombre", "imagen con otro nombre"],
)
def test_una_entrada_que_no_sirve_se_dice_en_una_linea(
    entrada: Callable[[Path], Path], scribe: Orden, tmp_path: Path
) -> None:
    hecho = scribe("consulta", entrada(tmp_path), "--salida", tmp_path / "s")
    assert hecho.returncode == 2
    lineas = hecho.stderr.strip().splitlines()
    assert len(lineas) == 1 and lineas[0].startswith("Error:"), hecho.stderr
    assert not any((tmp_path / "s").glob("*"))


def test_nombre_que_no_es_utf8_y_extension_equivocada(scribe: Orden, muestras: Path, tmp_path: Path) -> None:
    raro = tmp_path / b"consulta \xf1 \xe9.wav".decode("utf-8", "surrogateescape")
    shutil.copy(muestras / "faringitis.ogg", raro)
    hecho = scribe("consulta", raro, "--salida", tmp_path / "s")
    assert hecho.returncode == 0, hecho.stderr
    assert leer(tmp_path / "s")["transcripcion"]["turnos"]


@pytest.mark.parametrize(
    "opciones",
    [("--idioma", "klingon"), ("--edad", "doscientos"), ("--plantilla", "x"), ("--nada",), ("--perfil", "x")],
)
def test_una_opcion_imposible_se_dice_en_una_linea(
    opciones: tuple[str, ...], scribe: Orden, muestras: Path, tmp_path: Path
) -> None:
    hecho = scribe("consulta", muestras / "faringitis.ogg", "--salida", tmp_path / "s", *opciones)
    assert hecho.returncode == 2, hecho.stderr
    assert len(hecho.stderr.strip().splitlines()) == 1 and "Traceback" not in hecho.stderr


def test_la_salida_que_no_se_puede_escribir_se_dice_antes_de_trabajar(
    scribe: Orden, muestras: Path, tmp_path: Path
) -> None:
    estorbo = tmp_path / "archivo"
    estorbo.write_text("no soy carpeta")
    inicio = time.monotonic()
    hecho = scribe("consulta", muestras / "faringitis.ogg", "--salida", estorbo / "s", "--sin-cache")
    assert hecho.returncode == 2 and len(hecho.stderr.strip().splitlines()) == 1
    assert time.monotonic() - inicio < 30
    assert estorbo.read_text() == "no soy carpeta"


@pytest.mark.parametrize("montaje", ["size=40k", "ro"], ids=["disco lleno", "solo lectura"])
def test_disco_lleno_o_de_solo_lectura_no_deja_nada_a_medias(
    montaje: str, scribe: Orden, muestras: Path, tmp_path: Path
) -> None:
    espacio = ("unshare", "--map-root-user", "--mount")
    punto = tmp_path / "disco"
    punto.mkdir()
    guion = (
        f'mount -t tmpfs -o {montaje} tmpfs "{punto}" && "$@"; c=$?; ls -A "{punto}"/s 2>/dev/null; exit $c'
    )
    if subprocess.run(
        [*espacio, "mount", "-t", "tmpfs", "tmpfs", punto], capture_output=True, check=False
    ).returncode:
        pytest.skip("este sistema no deja montar un disco de prueba (unshare)")
    hecho = scribe(
        "consulta",
        muestras / "faringitis.ogg",
        "--salida",
        punto / "s",
        antes=(*espacio, "sh", "-c", guion, "sh"),
    )
    assert hecho.returncode == 2, hecho.stderr
    assert len([x for x in hecho.stderr.strip().splitlines() if x.startswith("Error:")]) == 1
    assert hecho.stdout.strip() == ""


@pytest.mark.parametrize("senal", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("espera", [1.5, 9.0])
def test_interrumpir_no_deja_nada_a_medias_y_la_siguiente_termina(
    senal: signal.Signals,
    espera: float,
    scribe: Orden,
    entorno: dict[str, str],
    muestras: Path,
    tmp_path: Path,
) -> None:
    orden = [
        *argumentos_scribe(),
        "consulta",
        str(muestras / "faringitis.ogg"),
        "--salida",
        str(tmp_path / "s"),
    ]
    limpio = {**entorno, "SCRIBE_CACHE": str(tmp_path / "cache")}
    proceso = subprocess.Popen(
        orden, env=limpio, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    time.sleep(espera)
    proceso.send_signal(senal)
    error = proceso.communicate(timeout=60)[1]
    if proceso.returncode:  # una máquina muy rápida puede haber terminado antes
        assert not (tmp_path / "s").exists() or not {a.name for a in (tmp_path / "s").iterdir()} & ARCHIVOS
        assert "Traceback" not in error
    hecho = scribe("consulta", muestras / "faringitis.ogg", "--salida", tmp_path / "s")
    assert hecho.returncode == 0, hecho.stderr
    assert {a.name for a in (tmp_path / "s").iterdir()} == ARCHIVOS


def test_estereo_con_una_persona_por_canal(
    scribe: Orden, muestras: Path, grabar: Callable[..., Path], tmp_path: Path
) -> None:
    estereo = next(muestras.glob("*estereo*.*g*"))
    hecho = scribe("consulta", estereo, "--salida", tmp_path / "s")
    assert hecho.returncode == 0, hecho.stderr
    borrador = leer(tmp_path / "s")
    assert "canales_por_hablante" in {a["tipo"] for a in borrador["avisos"]}
    assert len({t["hablante"] for t in borrador["transcripcion"]["turnos"]}) == 2


def test_lote_sigue_tras_un_fallo_y_se_reanuda(
    scribe: Orden, muestras: Path, grabar: Callable[..., Path], tmp_path: Path
) -> None:
    origen = tmp_path / "grabaciones"
    origen.mkdir()
    shutil.copy(muestras / "faringitis.ogg", origen / "buena.ogg")
    texto(origen / "mala.mp3")
    grabar("silencio.wav", np.zeros(16000 * 3, np.float32)).rename(origen / "silencio.wav")
    primera = scribe("lote", origen, "--salida", tmp_path / "s")
    assert primera.returncode == 1 and "mala.mp3" in primera.stderr
    assert {c.name for c in (tmp_path / "s").iterdir()} == {"buena", "silencio"}
    antes = (tmp_path / "s" / "buena" / "borrador.json").stat().st_mtime_ns
    (origen / "mala.mp3").unlink()
    segunda = scribe("lote", origen, "--salida", tmp_path / "s")
    assert segunda.returncode == 0, segunda.stderr
    assert (tmp_path / "s" / "buena" / "borrador.json").stat().st_mtime_ns == antes


def test_doctor_dice_que_nada_sale(scribe: Orden) -> None:
    hecho = scribe("doctor")
    assert hecho.returncode == 0, hecho.stderr
    assert "PYANNOTE_METRICS_ENABLED" in hecho.stderr and "rechazada" in hecho.stderr


def test_la_ayuda_esta_en_espanol(scribe: Orden) -> None:
    for orden in ((), ("consulta",), ("lote",), ("doctor",), ("modelos",), ("voz",)):
        hecho = scribe(*orden, "--help")
        assert hecho.returncode == 0
        assert "Opciones" in hecho.stdout and "Options" not in hecho.stdout
        assert "[default" not in hecho.stdout and "[required]" not in hecho.stdout
