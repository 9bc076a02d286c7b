"""`scribe servir`: la clínica entera en un equipo: base, trabajador y API."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribe.ordenes.expediente import (
    ClaveArchivo,
    Datos,
    ajustes_de,
    carpeta,
    decir,
    fuente_de,
)
from scribe.ordenes.opciones import Depurar
from scribe.trabajos.modelo import COLAS

if TYPE_CHECKING:
    from scribe.expediente.bitacora import Actor
    from scribe.web.ajustes import AjustesServidor
    from scribe.web.servicios import Servicios

_PARAR_S = 25.0


def servir(
    escucha: Annotated[str | None, typer.Option(help="Dirección en que se escucha.")] = None,
    puerto: Annotated[int | None, typer.Option(help="Puerto; 0 para uno libre.")] = None,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
    token: Annotated[
        bool, typer.Option(help="En el primer arranque, imprimir un token en vez de preguntar aquí.")
    ] = False,
    sin_trabajador: Annotated[
        bool,
        typer.Option(help="No procesar grabaciones en este equipo: lo hará «scribe trabajador» en otro."),
    ] = False,
    depurar: Depurar = False,
) -> None:
    """Arranca todo en este equipo: base de datos, trabajador y API. Ctrl-C lo para con calma.

    La primera vez crea el llavero y pide los datos de quien administra; no existe contraseña por omisión.
    Solo escucha en este equipo: para toda la clínica hace falta TLS (véase «scribe certificado»).
    """
    del depurar
    ajustes = ajustes_de(escucha=escucha, puerto=puerto, datos=datos, clave_archivo=clave_archivo)
    exigir_tls(ajustes)
    carpeta_datos = carpeta(ajustes)
    with _un_solo_servidor(carpeta_datos), _senales():
        _correr(ajustes, carpeta_datos, token=token, con_trabajador=not sin_trabajador)


# --- Las reglas de arranque ---------------------------------------------------------------------------


def exigir_tls(ajustes: AjustesServidor) -> None:
    """Fuera de este equipo, solo con TLS. Lanza `AjusteInvalido`."""
    from scribe.errores import AjusteInvalido

    par = (ajustes.tls_certificado, ajustes.tls_llave)
    if (par[0] is None) != (par[1] is None):
        raise AjusteInvalido(
            "Falta el certificado o su llave.", "Dé SCRIBE_TLS_CERTIFICADO y SCRIBE_TLS_LLAVE."
        )
    if par[0] is None and not es_este_equipo(ajustes.escucha):
        raise AjusteInvalido(
            "Fuera de este equipo no se atiende sin cifrar (http).",
            "Cree un certificado con «scribe certificado» y dígalo en SCRIBE_TLS_CERTIFICADO y _LLAVE.",
        )


def es_este_equipo(direccion: str) -> bool:
    """Si una dirección de escucha es solo de este equipo. Un nombre no lo es: podría resolver a otra cosa."""
    try:
        return ipaddress.ip_address(direccion).is_loopback
    except ValueError:
        return False


@contextlib.contextmanager
def _un_solo_servidor(datos: Path) -> Iterator[None]:
    from scribe.web.errores import YaHayServidor

    descriptor = os.open(datos / "servidor.cerrojo", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise YaHayServidor(
            "Ya hay un servidor con esta carpeta de datos.", "Use ese, o párelo antes de arrancar otro."
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _senales() -> Iterator[None]:
    """SIGTERM mientras se arranca se atiende igual que Ctrl-C: se deshace lo abierto y se sale."""

    def parar(*_: object) -> None:
        raise KeyboardInterrupt

    antes = signal.signal(signal.SIGTERM, parar)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, antes)


# --- Arrancar -----------------------------------------------------------------------------------------


def _correr(ajustes: AjustesServidor, datos: Path, *, token: bool, con_trabajador: bool) -> None:
    from datetime import timedelta

    from scribe.expediente.llavero import Llavero
    from scribe.web.servicios import LLAVERO, abrir
    from scribe.web.sesiones import Plazos

    nuevo = not (datos / LLAVERO).exists()
    fuente = fuente_de(ajustes, nueva=nuevo)
    llavero = (Llavero.crear if nuevo else Llavero.abrir)(datos / LLAVERO, fuente)
    if nuevo:
        decir("Se creó el llavero. Sin su frase o su archivo de clave nadie podrá leer nada: guárdelos.")
    if ajustes.base_datos and ajustes.base_dueno:
        from scribe.expediente.base.migraciones import migrar

        migrar(ajustes.base_dueno)
    servicios = abrir(datos, llavero, ajustes.base_datos)
    try:
        servicios.tls, servicios.confianza = ajustes.tls_certificado is not None, ajustes.confianza
        servicios.plazos = Plazos(
            timedelta(minutes=ajustes.sesion_inactiva_min), timedelta(hours=ajustes.sesion_max_h),
            timedelta(minutes=ajustes.reautenticar_min),
        )  # fmt: skip
        _primer_arranque(servicios, token=token)
        servicios.subidas.barrer(_sistema(servicios))
        hijos = _lanzar(ajustes, datos, getattr(fuente, "frase", None)) if con_trabajador else []
        try:
            _atender(ajustes, servicios)
        finally:
            _detener(hijos)
    finally:
        servicios.cerrar()


def _primer_arranque(servicios: Servicios, *, token: bool) -> None:
    """Sin usuarios: los pide aquí o imprime el token de un solo uso."""
    from scribe.expediente import usuarios
    from scribe.ordenes.primer_arranque import preguntar

    with servicios.expediente.transaccion(_sistema(servicios)) as t:
        if usuarios.hay_usuarios(t):
            return
    if token or not sys.stdin.isatty():
        decir("Primer arranque. Token de un solo uso (vale 30 minutos) para POST /api/primer-arranque:")
        typer.echo(servicios.arranque.nuevo())
    else:
        preguntar(servicios)


def _sistema(servicios: Servicios) -> Actor:
    from scribe.expediente.bitacora import Actor

    return Actor(None, servicios.equipo)


def _atender(ajustes: AjustesServidor, servicios: Servicios) -> None:
    """La API, hasta que se pida parar."""
    import uvicorn

    from scribe.web.aplicacion import crear

    nombres = [n.strip() for n in ajustes.nombres.split(",") if n.strip()]
    if ajustes.escucha not in {"0.0.0.0", "::"}:
        nombres.append(f"[{ajustes.escucha}]" if ":" in ajustes.escucha else ajustes.escucha)
    servidor = _Servidor(
        uvicorn.Config(
            crear(servicios, nombres=nombres),
            host=ajustes.escucha, port=ajustes.puerto,
            ssl_certfile=ajustes.tls_certificado, ssl_keyfile=ajustes.tls_llave,
            access_log=False, log_config=None, server_header=False, date_header=False,
            proxy_headers=False, timeout_graceful_shutdown=15, timeout_keep_alive=15, limit_concurrency=200,
        )
    )  # fmt: skip
    servidor.run()


class _Servidor:
    """uvicorn, que además dice dónde atiende cuando ya atiende."""

    def __init__(self, config: object) -> None:
        import uvicorn

        class Servidor(uvicorn.Server):
            async def startup(self, sockets: object = None) -> None:
                await super().startup(sockets)  # type: ignore[arg-type]
                if self.started:
                    equipo, puerto = self.servers[0].sockets[0].getsockname()[:2]
                    esquema = "https" if self.config.is_ssl else "http"
                    decir(f"Scribe atiende en {esquema}://{equipo}:{puerto}/api (Ctrl-C para parar).")

        self._servidor = Servidor(config)  # type: ignore[arg-type]

    def run(self) -> None:
        """Atiende hasta SIGTERM o Ctrl-C."""
        with contextlib.suppress(KeyboardInterrupt):
            self._servidor.run()


# --- El trabajador ------------------------------------------------------------------------------------


def _lanzar(ajustes: AjustesServidor, datos: Path, frase: str | None) -> list[subprocess.Popen[str]]:
    """Un proceso por cola. La frase viaja por su entrada estándar: no se ve en la lista de procesos."""
    entorno = {**os.environ, "SCRIBE_DATOS": str(datos)}
    if ajustes.clave_archivo is not None:
        entorno["SCRIBE_CLAVE_ARCHIVO"] = str(ajustes.clave_archivo.expanduser().resolve())
    hijos = []
    for cola in COLAS:
        # En su propia sesión: un Ctrl-C de la terminal lo para el servidor, en orden.
        hijo = subprocess.Popen(
            [sys.executable, "-m", "scribe.ordenes.hijo", cola], stdin=subprocess.PIPE, text=True,
            start_new_session=True, env=entorno,
        )  # fmt: skip
        assert hijo.stdin is not None
        hijo.stdin.write((frase or "") + "\n")
        hijo.stdin.close()
        hijos.append(hijo)
    return hijos


def _detener(hijos: list[subprocess.Popen[str]]) -> None:
    """Les pide parar y espera; lo que estaban haciendo sigue después donde iba."""
    for hijo in hijos:
        hijo.terminate()
    for hijo in hijos:
        try:
            hijo.wait(_PARAR_S)
        except subprocess.TimeoutExpired:
            hijo.kill()  # a media etapa: la caché y la cola hacen que siga donde iba
            hijo.wait()
