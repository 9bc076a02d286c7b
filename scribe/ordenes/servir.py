"""`scribe servir`: la clínica entera en un equipo: base, trabajador y API."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribe.ordenes.caidas import avisador
from scribe.ordenes.cuidador import cuidando_la_base
from scribe.ordenes.expediente import ClaveArchivo, Datos, ajustes_de, carpeta, decir
from scribe.ordenes.instancia import exigir_sitio, puerto_tomado, un_solo_servidor
from scribe.ordenes.opciones import Depurar
from scribe.ordenes.supervisor import Supervisor

_AVISO_TLS_DIAS = 30

if TYPE_CHECKING:
    from scribe.expediente.bitacora import Actor
    from scribe.web.ajustes import AjustesServidor
    from scribe.web.servicios import Servicios


def servir(
    escucha: Annotated[str | None, typer.Option(help="Dirección en que se escucha.")] = None,
    puerto: Annotated[int | None, typer.Option(help="Puerto; 0 para uno libre.")] = None,
    datos: Datos = None,
    clave_archivo: ClaveArchivo = None,
    clave_sistema: Annotated[
        bool,
        typer.Option("--clave-sistema", help="Al crear el llavero, guardar su clave en el sistema."),
    ] = False,
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
    ajustes = ajustes_de(
        escucha=escucha, puerto=puerto, datos=datos, clave_archivo=clave_archivo,
        clave_sistema=clave_sistema or None,
    )  # fmt: skip
    exigir_tls(ajustes)
    if (dias := dias_de_certificado(ajustes)) is not None:
        decir(f"El certificado TLS vence en {dias} días: renuévelo con «scribe certificado».")
    carpeta_datos = carpeta(ajustes)
    with (
        un_solo_servidor(carpeta_datos),
        _senales(),
        puerto_tomado(ajustes.escucha, ajustes.puerto) as atado,
    ):
        exigir_sitio(carpeta_datos)
        _correr(ajustes, carpeta_datos, atado, token=token, con_trabajador=not sin_trabajador)


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


def dias_de_certificado(ajustes: AjustesServidor) -> int | None:
    """Cuántos días le quedan al certificado, si ya conviene decirlo. Lanza `AjusteInvalido` si no sirve."""
    import ssl
    from datetime import UTC, datetime

    from cryptography import x509

    from scribe.errores import AjusteInvalido

    if ajustes.tls_certificado is None or ajustes.tls_llave is None:
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(ajustes.tls_certificado, ajustes.tls_llave)
        vence = x509.load_pem_x509_certificate(ajustes.tls_certificado.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):  # SSLError es un OSError
        raise AjusteInvalido(
            "El certificado TLS o su llave no se pueden leer, o no son pareja.",
            "Revise SCRIBE_TLS_CERTIFICADO y SCRIBE_TLS_LLAVE, o créelos con «scribe certificado».",
        ) from None
    quedan = (vence - datetime.now(UTC)).days
    if quedan < 0:
        raise AjusteInvalido("El certificado TLS ya venció.", "Renuévelo con «scribe certificado».")
    return quedan if quedan < _AVISO_TLS_DIAS else None


def es_este_equipo(direccion: str) -> bool:
    """Si una dirección de escucha es solo de este equipo. Un nombre no lo es: podría resolver a otra cosa."""
    try:
        return ipaddress.ip_address(direccion).is_loopback
    except ValueError:
        return False


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


def _correr(
    ajustes: AjustesServidor, datos: Path, atado: socket.socket, *, token: bool, con_trabajador: bool
) -> None:
    from scribe.ordenes.llaves import abrir_llavero, crear_llavero, frase_para_hijos
    from scribe.trabajos.carpeta_comun import marcar
    from scribe.web.rutinas import rutinas
    from scribe.web.servicios import LLAVERO, abrir

    nuevo = not (datos / LLAVERO).exists()
    llavero, fuente = (crear_llavero if nuevo else abrir_llavero)(datos, ajustes)
    if nuevo:
        decir("Se creó el llavero. Sin su frase o su archivo de clave nadie podrá leer nada: guárdelos.")
    if ajustes.base_datos and ajustes.base_dueno:
        from scribe.expediente.base.migraciones import migrar

        migrar(ajustes.base_dueno)
    servicios = abrir(datos, llavero, ajustes.base_datos)
    try:
        _configurar(servicios, ajustes)
        marcar(servicios.audio, llavero.instalacion)
        _primer_arranque(servicios, token=token)
        for rutina in rutinas(servicios):
            rutina.correr()
        with cuidando_la_base(servicios), contextlib.ExitStack() as pila:
            if con_trabajador:
                supervisor = Supervisor(
                    datos, frase_para_hijos(fuente), al_caer=avisador(servicios), entorno=_entorno(ajustes)
                )
                servicios.trabajadores = pila.enter_context(supervisor).estado
            _atender(ajustes, servicios, atado)
    finally:
        servicios.cerrar()
    decir("Scribe paró. Lo que estaba en la cola sigue cuando vuelva a arrancar.")


def _configurar(servicios: Servicios, ajustes: AjustesServidor) -> None:
    servicios.tls, servicios.confianza = ajustes.tls_certificado is not None, ajustes.confianza
    servicios.plazos = ajustes.plazos()
    servicios.catalogo.calentar()  # que la primera búsqueda de un código no espere


def _entorno(ajustes: AjustesServidor) -> dict[str, str]:
    """Lo que se dio por opción y los hijos leen del entorno."""
    if ajustes.clave_archivo is None:
        return {}
    return {"SCRIBE_CLAVE_ARCHIVO": str(ajustes.clave_archivo.expanduser().resolve())}


def _primer_arranque(servicios: Servicios, *, token: bool) -> None:
    """Sin usuarios: los pide aquí o imprime el token de un solo uso."""
    from scribe.expediente import usuarios
    from scribe.ordenes.primer_arranque import preguntar

    with servicios.expediente.transaccion(_sistema(servicios)) as t:
        if usuarios.hay_usuarios(t):
            return
    if token or not sys.stdin.isatty():
        decir("Primer arranque: abra Scribe en el navegador y pegue este token (una vez; vale 30 minutos):")
        typer.echo(servicios.arranque.nuevo())
    else:
        preguntar(servicios)


def _sistema(servicios: Servicios) -> Actor:
    from scribe.expediente.bitacora import Actor

    return Actor(None, servicios.equipo)


def _atender(ajustes: AjustesServidor, servicios: Servicios, atado: socket.socket) -> None:
    """La API en un socket ya atado, hasta que se pida parar."""
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
    servidor.run(atado)


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
                    decir(f"Ábralo en el navegador: {esquema}://{equipo}:{puerto}/")

        self._servidor = Servidor(config)  # type: ignore[arg-type]

    def run(self, atado: socket.socket) -> None:
        """Atiende hasta SIGTERM o Ctrl-C."""
        with contextlib.suppress(KeyboardInterrupt):
            self._servidor.run(sockets=[atado])
