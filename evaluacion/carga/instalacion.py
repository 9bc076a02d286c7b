"""Una instalación de usar y tirar: `scribe servir` de verdad, en su proceso, con alguien ya dado de alta."""

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
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from scribe.expediente.fuentes_clave import crear_archivo_de_clave

_ACCESO, _FIRMA = "Ventana-Lluvia-82-Tambor", "Cobre-Naranjo-47-Puente"
_LUGAR = {"pais": "MX", "nombre": "Clínica de carga", "tipo": "consultorio", "domicilio": "Calle 1"}
_PERSONA = {
    "nombre_usuario": "doctora.carga", "nombre": "Ana", "apellido_paterno": "Prueba", "cedula": "1234567",
    "institucion_titulo": "Universidad de Prueba",
}  # fmt: skip
_PLAZO_S = 300.0


@dataclass(frozen=True, slots=True)
class Instalacion:
    """Un servidor que atiende y cómo entrar a él."""

    carpeta: Path
    api: str
    pid: int

    @contextmanager
    def cliente(self) -> Iterator[httpx2.Client]:
        """Un navegador con sesión, sin esperas que lo corten."""
        with httpx2.Client(base_url=self.api, timeout=600) as cliente:
            bien(cliente.post("/sesion", json=self.credenciales))
            yield cliente

    @property
    def credenciales(self) -> dict[str, str]:
        """Con qué se abre la sesión de la única persona que hay."""
        return {"usuario": _PERSONA["nombre_usuario"], "contrasena": _ACCESO}


@contextmanager
def instalar(donde: Path | None = None, *, con_trabajador: bool = False) -> Iterator[Instalacion]:
    """Arranca una en una carpeta temporal (dentro de `donde`) y al salir la apaga y la borra."""
    carpeta = Path(tempfile.mkdtemp(prefix="scribe-carga-", dir=donde))
    carpeta.chmod(0o711)  # el usuario de PostgreSQL tiene que poder atravesarla
    crear_archivo_de_clave(carpeta / "clave")
    salida, errores = carpeta / "salida", carpeta / "errores"
    entorno = {
        **os.environ, "SCRIBE_DATOS": str(carpeta / "datos"), "SCRIBE_CLAVE_ARCHIVO": str(carpeta / "clave"),
    }  # fmt: skip
    orden = [sys.executable, "-m", "scribe.cli", "servir", "--puerto", "0"]
    orden += [] if con_trabajador else ["--sin-trabajador"]
    with salida.open("w") as a, errores.open("w") as b:
        servidor = subprocess.Popen(orden, env=entorno, stdin=subprocess.DEVNULL, stdout=a, stderr=b)
    try:
        direccion = _esperar(errores, r"atiende en (http://\S+)", servidor)
        base = re.match(r"(http://[^/]+)", direccion)
        api = f"{base[1] if base else direccion}/api"
        pedido = {
            "token": salida.read_text().strip(), "medico": True, "establecimiento": _LUGAR,
            "usuario": _PERSONA, "contrasena": _ACCESO, "contrasena_firma": _FIRMA,
        }  # fmt: skip
        bien(httpx2.post(f"{api}/primer-arranque", json=pedido, timeout=120))
        yield Instalacion(carpeta, api, servidor.pid)
    finally:
        servidor.send_signal(signal.SIGTERM)
        try:
            servidor.wait(60)
        except subprocess.TimeoutExpired:
            servidor.kill()
            servidor.wait()
        shutil.rmtree(carpeta, ignore_errors=True)


def atender(cliente: httpx2.Client) -> tuple[str, str]:
    """Un paciente que aceptó que se le grabe y su encuentro. Devuelve el encuentro y el consentimiento."""
    lugar = bien(cliente.get("/establecimientos"))[0]["id"]
    medica = bien(cliente.get("/sesion"))["id"]
    texto = {"finalidad": "grabacion", "pais": "MX", "version": "carga", "texto": "Acepto que se me grabe."}
    texto_id = bien(cliente.post("/consentimientos/textos", json=texto))["id"]
    datos = {"datos": {"nombre": "María", "apellido_paterno": "Carga"}}
    paciente = bien(cliente.post(f"/establecimientos/{lugar}/pacientes", json=datos))["id"]
    otorga = {"texto": texto_id, "otorgado": True, "como": "electronico"}
    permiso = bien(cliente.post(f"/pacientes/{paciente}/consentimientos", json=otorga))["id"]
    inicio = {"inicio": datetime.now(UTC).isoformat()}
    encuentro = {"establecimiento": lugar, "medico": medica, "datos": inicio, "motivo": "carga"}
    return bien(cliente.post(f"/pacientes/{paciente}/encuentros", json=encuentro))["id"], permiso


def bien(respuesta: httpx2.Response) -> Any:
    """El cuerpo de una respuesta buena. Lanza `RuntimeError` con lo que dijo el servidor."""
    if respuesta.status_code >= 400:
        raise RuntimeError(f"{respuesta.request.url.path}: {respuesta.status_code} {respuesta.text[:400]}")
    return respuesta.json() if "json" in respuesta.headers.get("content-type", "") else respuesta.content


def _esperar(archivo: Path, patron: str, proceso: subprocess.Popen[bytes]) -> str:
    limite = time.monotonic() + _PLAZO_S
    while not (hallado := re.search(patron, archivo.read_text())):
        if proceso.poll() is not None or time.monotonic() > limite:
            raise RuntimeError(f"El servidor no arrancó: {archivo.read_text()[-400:]}")
        time.sleep(0.1)
    return hallado[1]
