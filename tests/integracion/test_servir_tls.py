"""Para toda la clínica: TLS con la autoridad propia, y el llavero en el almacén del sistema."""

from __future__ import annotations

import shutil
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import Orden
from tests.servir_base import Terminal

ENTRAR = "Ventana-Lluvia-82-Tambor"


@pytest.fixture
def carpeta() -> Iterator[Path]:
    nueva = Path(tempfile.mkdtemp(prefix="scribe-tls-"))  # el usuario de PostgreSQL tiene que poder entrar
    nueva.chmod(0o711)
    yield nueva
    shutil.rmtree(nueva, ignore_errors=True)


def test_la_clinica_entra_por_tls(carpeta: Path, scribe: Orden, entorno: dict[str, str]) -> None:
    suyo = {
        "SCRIBE_DATOS": str(carpeta / "datos"), "LLAVERO_DE_PRUEBA": str(carpeta / "llaves.json"),
        "PYTHON_KEYRING_BACKEND": "tests.llavero_en_archivo.LlaveroEnArchivo",
    }  # fmt: skip
    hecho = scribe("certificado", "localhost", "127.0.0.1", **suyo)
    assert hecho.returncode == 0, hecho.stderr
    tls = carpeta / "datos" / "tls"
    fuera = {
        **suyo, "SCRIBE_ESCUCHA": "0.0.0.0", "SCRIBE_NOMBRES": "localhost,127.0.0.1",
    }  # fmt: skip
    sin_cifrar = scribe("servir", "--clave-sistema", **fuera)
    assert sin_cifrar.returncode == 2 and "no se atiende sin cifrar" in sin_cifrar.stderr
    assert not (carpeta / "datos" / "llavero.json").exists()  # se negó antes de tocar nada

    fuera |= {
        "SCRIBE_TLS_CERTIFICADO": str(tls / "servidor.pem"), "SCRIBE_TLS_LLAVE": str(tls / "servidor.llave")
    }  # fmt: skip
    servidor = Terminal.abrir(
        {**entorno, **fuera}, "servir", "--clave-sistema", "--puerto", "0", "--token", "--sin-trabajador"
    )
    try:
        token = servidor.espera(r"pegue este token.*\n(\S+)\n")[1]
        puerto = servidor.espera(r"atiende en https://0\.0\.0\.0:(\d+)/api")[1]
        _como_un_equipo_de_la_clinica(puerto, tls / "autoridad.pem", token)
        servidor.teclea("\x03")
        assert servidor.termina() == 0
    finally:
        servidor.cerrar()
    listado = scribe("usuarios", "listar", **suyo)  # el almacén del sistema, sin decir nada
    assert listado.returncode == 0 and "admin.uno" in listado.stdout, listado.stderr
    assert (carpeta / "llaves.json").exists()


def _como_un_equipo_de_la_clinica(puerto: str, autoridad: Path, token: str) -> None:
    api = f"https://localhost:{puerto}/api"
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{api}/salud", timeout=60)  # quien no instaló la autoridad no se fía
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://localhost:{puerto}/api/salud", timeout=60)
    contexto = ssl.create_default_context(cafile=str(autoridad))
    with httpx.Client(base_url=api, verify=contexto, timeout=60) as equipo:
        assert equipo.get("/salud").headers["strict-transport-security"]
        pedido = {
            "token": token, "contrasena": ENTRAR,
            "establecimiento": {"pais": "MX", "nombre": "Uno", "tipo": "consultorio", "domicilio": "Calle 1"},
            "usuario": {"nombre_usuario": "admin.uno", "nombre": "Ana", "apellido_paterno": "Prueba"},
        }  # fmt: skip
        assert equipo.post("/primer-arranque", json=pedido).status_code == 201
        entrada = equipo.post("/sesion", json={"usuario": "admin.uno", "contrasena": ENTRAR})
        galleta = entrada.headers["set-cookie"]
        assert galleta.startswith("__Host-scribe=") and "Secure" in galleta and "HttpOnly" in galleta
        assert equipo.get("/sesion").json()["usuario"] == "admin.uno"
        ajeno = equipo.get("/salud", headers={"Host": "otro.example"})
        assert ajeno.status_code == 403  # a otro nombre no se contesta (reenlace de DNS)
