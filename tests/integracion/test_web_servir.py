"""`scribe servir` de verdad, en su proceso: primer arranque con token, un solo servidor y parada limpia."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scribe.expediente.fuentes_clave import crear_archivo_de_clave

RAIZ = Path(__file__).resolve().parents[2]


@pytest.fixture
def carpeta() -> Iterator[Path]:
    nueva = Path(tempfile.mkdtemp(prefix="scribe-servir-"))  # el usuario de PostgreSQL tiene que poder entrar
    nueva.chmod(0o711)
    crear_archivo_de_clave(nueva / "clave")
    yield nueva
    shutil.rmtree(nueva, ignore_errors=True)


def _orden(carpeta: Path, *argumentos: str) -> subprocess.Popen[str]:
    entorno = {
        **os.environ, "PYTHONPATH": str(RAIZ), "SCRIBE_DATOS": str(carpeta / "datos"),
        "SCRIBE_CLAVE_ARCHIVO": str(carpeta / "clave"),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "scribe.cli", *argumentos], env=entorno, cwd=RAIZ, text=True,
        stdin=subprocess.DEVNULL, stdout=(carpeta / "salida").open("a"),
        stderr=(carpeta / "errores").open("a"),
    )  # fmt: skip


def _esperar(carpeta: Path, patron: str, plazo_s: float = 300.0) -> re.Match[str]:
    limite = time.monotonic() + plazo_s
    while True:
        dicho = (carpeta / "errores").read_text() + (carpeta / "salida").read_text()
        if hallado := re.search(patron, dicho):
            return hallado
        assert time.monotonic() < limite, dicho
        time.sleep(0.2)


def test_arranca_se_niega_a_repetirse_y_para_limpio(carpeta: Path) -> None:
    servidor = _orden(carpeta, "servir", "--puerto", "0", "--sin-trabajador")
    try:
        direccion = _esperar(carpeta, r"atiende en (http://127\.0\.0\.1:\d+/api)")[1]
        token = (carpeta / "salida").read_text().strip()
        assert httpx.get(f"{direccion}/salud").json()["primer_arranque"] is True
        otro = _orden(carpeta, "servir", "--puerto", "0")
        assert otro.wait(300) == 2
        _esperar(carpeta, "Ya hay un servidor")
        pedido = {
            "token": token, "contrasena": "Ventana-Lluvia-82-Tambor",
            "establecimiento": {"pais": "CO", "nombre": "Uno", "tipo": "consultorio", "domicilio": "Calle 1"},
            "usuario": {"nombre_usuario": "admin.uno", "nombre": "Ana", "apellido_paterno": "Prueba"},
        }  # fmt: skip
        assert httpx.post(f"{direccion}/primer-arranque", json=pedido, timeout=300).status_code == 201
        servidor.send_signal(signal.SIGTERM)
        assert servidor.wait(300) in {0, 130, -signal.SIGTERM}
        assert not (carpeta / "datos" / "base" / "pgdata" / "postmaster.pid").exists()  # la base paró bien
        verificar = _orden(carpeta, "bitacora", "verificar")
        assert verificar.wait(300) == 0
        assert token not in (carpeta / "errores").read_text()
    finally:
        servidor.kill()
        servidor.wait()
