"""Cero salida de red: la consulta no sale de este equipo.

Tres capas, de la más amable a la más dura:

1. `silenciar()` pone las variables de entorno que apagan telemetría y descargas. Va antes de
   cualquier otra importación (pyannote.audio 4 avisa a un servidor externo si nadie se lo impide).
2. `vigilar()` instala un gancho de auditoría de Python que rechaza toda conexión, envío o consulta
   de nombres que no sea a este mismo equipo. Vale para todo el proceso y para código Python. Quien
   envía a un destino autorizado abre, solo para su hilo y mientras conecta, ese equipo y ese puerto.
3. `sellar()` pide al núcleo de Linux (seccomp) que niegue a este proceso y a sus hijos crear
   conexiones de Internet. Vale también para el código nativo de las bibliotecas y no se puede
   deshacer; lo usan las órdenes que no necesitan red alguna, como `scribe consulta`.
"""

from __future__ import annotations

import ctypes
import errno
import ipaddress
import os
import platform
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from scribe.errores import RedBloqueada

VARIABLES: dict[str, str] = {
    "PYANNOTE_METRICS_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_DATASETS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "false",
    "OTEL_SDK_DISABLED": "true",
    "WANDB_MODE": "disabled",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Lo que apaga cada biblioteca; `scribe doctor` lo enseña."""

_EVENTOS = frozenset(
    {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}
)
_CON_PERMISO = frozenset({"socket.connect", "socket.getaddrinfo"})
_LOCALES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_estado = {"vigilando": False, "permitida": False}
_destinos: ContextVar[frozenset[tuple[str, int]]] = ContextVar("destinos", default=frozenset())


def silenciar() -> None:
    """Pone las variables que apagan telemetría y descargas. Se puede llamar varias veces."""
    os.environ.update(VARIABLES)


def vigilar() -> None:
    """Desde aquí, el proceso rechaza con `RedBloqueada` toda conexión Python hacia fuera."""
    if not _estado["vigilando"]:
        _estado["vigilando"] = True  # el gancho no se puede quitar: se pone una sola vez
        sys.addaudithook(_revisar)


@contextmanager
def permitir_red() -> Iterator[None]:
    """Abre la red mientras dura el bloque: solo lo usa la instalación de modelos, que la necesita."""
    anteriores = {v: os.environ.pop(v, None) for v in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")}
    antes, _estado["permitida"] = _estado["permitida"], True
    try:
        yield
    finally:
        _estado["permitida"] = antes
        os.environ.update({v: valor for v, valor in anteriores.items() if valor is not None})


@contextmanager
def permitir_destinos(destinos: frozenset[tuple[str, int]]) -> Iterator[None]:
    """Deja a este hilo, mientras dura el bloque, hablar con esos pares exactos de nombre o IP y puerto.

    Solo lo usa `scribe.envio`, con equipos que el administrador autorizó (NOM-024-SSA3 3.3.5). Para
    preguntar un nombre, el par es (nombre, puerto); para conectar, (IP, puerto).
    """
    ficha = _destinos.set(destinos)
    try:
        yield
    finally:
        _destinos.reset(ficha)


def _revisar(evento: str, argumentos: tuple[Any, ...]) -> None:
    if evento not in _EVENTOS or _estado["permitida"]:
        return
    destino = argumentos[0] if evento.startswith("socket.get") else argumentos[-1]
    if destino is None or es_local(destino):
        return
    par = argumentos[:2] if evento == "socket.getaddrinfo" else destino
    if evento in _CON_PERMISO and isinstance(par, tuple) and (par[0], par[1]) in _destinos.get():
        return
    raise RedBloqueada(
        "Se impidió una conexión hacia fuera de este equipo.",
        "La consulta no sale de aquí; avise a quien mantiene Scribe.",
    )


def es_local(destino: Any) -> bool:
    """Si una dirección (nombre, par IP-puerto o ruta de socket local) es este mismo equipo."""
    if isinstance(destino, tuple):
        destino = destino[0] if destino else ""
    elif isinstance(destino, (str, bytes)) and _es_ruta(destino):
        return True
    if isinstance(destino, (bytes, bytearray)):
        destino = bytes(destino).decode("utf-8", "replace")
    nombre = str(destino).split("%")[0].rstrip(".").lower()
    if nombre in _LOCALES:
        return True
    try:
        return ipaddress.ip_address(nombre).is_loopback
    except ValueError:
        return nombre.endswith(".localhost")


def _es_ruta(destino: str | bytes) -> bool:
    """Un socket de archivo o abstracto (empieza con «/» o con un byte nulo)."""
    primero = destino[:1]
    return primero in ("/", b"/", "\0", b"\0")


# --- Sello del núcleo ----------------------------------------------------------------------------

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTRO = 38, 22, 2
_ARQUITECTURAS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_PERMITIR, _NEGAR = 0x7FFF0000, 0x00050000 | errno.EACCES


class _Programa(ctypes.Structure):
    _fields_ = (("largo", ctypes.c_ushort), ("filtro", ctypes.c_char_p))


def sellar() -> bool:
    """Niega en el núcleo la creación de sockets de Internet (IPv4 e IPv6) en todo el proceso.

    Devuelve si quedó puesto: solo existe en Linux x86-64 y aarch64. Los sockets locales (archivo)
    siguen permitidos. Debe llamarse antes de crear hilos; los posteriores lo heredan.
    """
    vigilar()
    if sys.platform != "linux" or platform.machine() not in _ARQUITECTURAS:
        return False
    filtro = _filtro(*_ARQUITECTURAS[platform.machine()])
    programa = _Programa(len(filtro) // 8, filtro)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTRO, ctypes.byref(programa), 0, 0) == 0)


def _filtro(arquitectura: int, llamada_socket: int) -> bytes:
    """BPF: si es socket(AF_INET | AF_INET6, …) → EACCES; lo demás pasa (man 2 seccomp)."""
    carga, igual, vuelve = 0x20, 0x15, 0x06
    pasos = [
        (carga, 0, 0, 4),
        (igual, 1, 0, arquitectura),
        (vuelve, 0, 0, _PERMITIR),
        (carga, 0, 0, 0),
        (igual, 0, 4, llamada_socket),
        (carga, 0, 0, 16),
        (igual, 1, 0, socket.AF_INET),
        (igual, 0, 1, socket.AF_INET6),
        (vuelve, 0, 0, _NEGAR),
        (vuelve, 0, 0, _PERMITIR),
    ]
    return b"".join(struct.pack("HBBI", *paso) for paso in pasos)
