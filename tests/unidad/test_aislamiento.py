"""Nada sale de este equipo: variables, gancho de Python y sello del núcleo."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from scribe import aislamiento


@pytest.mark.parametrize(
    ("destino", "local"),
    [
        (("127.0.0.1", 80), True),
        (("127.8.9.1", 80), True),
        (("::1", 80, 0, 0), True),
        ("localhost", True),
        (b"localhost", True),
        ("/run/algo.sock", True),
        ("\0abstracto", True),
        (("192.0.2.1", 443), False),
        (("10.0.0.5", 5432), False),
        (("2001:db8::1", 443), False),
        ("ejemplo.invalid", False),
        ("localhost.ejemplo.invalid", False),
        (("0x7f.1", 80), False),
    ],
)
def test_que_es_local(destino: object, local: bool) -> None:
    assert aislamiento.es_local(destino) is local


def test_importar_scribe_silencia_la_telemetria() -> None:
    entorno = dict.fromkeys(aislamiento.VARIABLES, "1") | {
        "PYANNOTE_METRICS_ENABLED": "true",
        "HF_HUB_OFFLINE": "0",
    }
    codigo = "import scribe, os; print(os.environ['PYANNOTE_METRICS_ENABLED'], os.environ['HF_HUB_OFFLINE'])"
    salida = correr(codigo, entorno)
    assert salida.split() == ["false", "1"]


def test_el_gancho_rechaza_lo_de_fuera_y_deja_lo_local() -> None:
    salida = correr(
        """
import socket
from scribe import aislamiento
from scribe.errores import RedBloqueada
aislamiento.vigilar()
def intenta(f):
    try: f(); return 'pasa'
    except RedBloqueada: return 'rechazada'
    except OSError: return 'pasa'
s = socket.create_server(('127.0.0.1', 0))
print(intenta(lambda: socket.create_connection(s.getsockname(), 2)))
print(intenta(lambda: socket.create_connection(('192.0.2.1', 443), 0.2)))
print(intenta(lambda: socket.getaddrinfo('ejemplo.invalid', 443)))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(intenta(lambda: u.sendto(b'x', ('192.0.2.1', 53))))
with aislamiento.permitir_red():
    print(intenta(lambda: u.sendto(b'x', ('127.0.0.1', 9))), aislamiento._estado['permitida'])
"""
    )
    assert salida.split() == ["pasa", "rechazada", "rechazada", "rechazada", "pasa", "True"]


@pytest.mark.skipif(sys.platform != "linux", reason="el sello es de Linux (seccomp)")
def test_el_sello_vale_para_codigo_nativo_e_hijos() -> None:
    salida = correr(
        """
import ctypes, socket, subprocess, sys
from scribe import aislamiento
print(aislamiento.sellar())
libc = ctypes.CDLL(None, use_errno=True)
print(libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0), libc.socket(socket.AF_INET6, socket.SOCK_DGRAM, 0))
print(libc.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0) >= 0)
hijo = "import socket\\ntry: socket.socket()\\nexcept PermissionError: print('negado')"
print(subprocess.run([sys.executable, '-c', hijo], capture_output=True, text=True).stdout)
"""
    )
    assert salida.split() == ["True", "-1", "-1", "True", "negado"]


def correr(codigo: str, entorno: dict[str, str] | None = None) -> str:
    """Corre código en otro proceso: el gancho y el sello no se pueden quitar de este."""
    proceso = subprocess.run(
        [sys.executable, "-c", codigo],
        env={**os.environ, **(entorno or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    return proceso.stdout


def test_esta_prueba_no_dejo_el_gancho_puesto() -> None:
    with socket.socket() as s:
        assert s.fileno() >= 0
