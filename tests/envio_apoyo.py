"""Lo que comparten las pruebas de `envio`: un caso ficticio, un servidor FHIR real y un proxy mentiroso."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from scribe.consulta import Borrador
from scribe.envio.autorizados import EquipoAutorizado, autorizar
from scribe.envio.fhir.destino import DestinoFhir
from scribe.envio.fhir.documento import Acuerdo, congelar
from scribe.envio.modelo import (
    BorradorDeEnvio,
    EncuentroDeEnvio,
    EstablecimientoDeEnvio,
    ExpedienteDeEnvio,
    Identificador,
    MedicamentoDeEnvio,
    MedicoDeEnvio,
    Nombre,
    NotaFirmada,
    PacienteDeEnvio,
    Paquete,
)
from scribe.envio.protocolo import Intercambio
from scribe.envio.transporte import Limites

RAIZ = Path(__file__).resolve().parents[1]
ZONA = timezone(timedelta(hours=-6))
ACUERDO = Acuerdo(
    por_etiqueta=frozenset({"Provenance", "Composition", "FamilyMemberHistory", "Bundle", "Device"})
)
"""Lo que sekmet-fhir no sabe buscar por identificador."""
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8
# Ninguna bitácora ni mensaje puede llevar esto.
MARCAS = ("Quetzalina", "Tlaxpana", "QUTT800203MDFTLR09", "EXP-SECRETO-77", "amlodipino", "hipertens")


def un_borrador() -> Borrador:
    return Borrador.model_validate(json.loads((RAIZ / "docs" / "ejemplo-borrador.json").read_text("utf-8")))


def un_expediente(nota: UUID | None = None, instalacion: UUID | None = None) -> ExpedienteDeEnvio:
    return ExpedienteDeEnvio(
        instalacion=instalacion or uuid4(),
        nota=nota or UUID(int=1),
        paciente=PacienteDeEnvio(
            id=UUID(int=2),
            numero_expediente="EXP-SECRETO-77",
            nombre=Nombre(nombres="Quetzalina", primer_apellido="Tlaxpana", segundo_apellido="Torres"),
            sexo="femenino",
            nacimiento=date(1980, 2, 3),
            identificadores=(Identificador(tipo="CURP", valor="QUTT800203MDFTLR09"),),
            domicilio="Calle de Prueba 1 & 2 <sin número>",
        ),
        medico=MedicoDeEnvio(
            id=UUID(int=3),
            nombre=Nombre(nombres="Ana", primer_apellido="Ejemplo"),
            identificadores=(Identificador(tipo="CEDULA", valor="0000001"),),
            especialidad="Medicina familiar",
        ),
        establecimiento=EstablecimientoDeEnvio(
            id=UUID(int=4),
            nombre="Consultorio de prueba",
            identificadores=(Identificador(tipo="CLUES", valor="DFSSA000001"),),
        ),
        encuentro=EncuentroDeEnvio(id=UUID(int=5), inicio=datetime(2026, 11, 20, 9, 0, tzinfo=ZONA)),
        version_programa="0.1.0",
    )


def medicamentos() -> tuple[MedicamentoDeEnvio, ...]:
    return (
        MedicamentoDeEnvio(id=UUID(int=9), generico="amlodipino", indicacion="10 mg, una diaria", via="oral"),
    )


def un_envio(numero: int = 1, **cambios: Any) -> BorradorDeEnvio:
    datos = {"borrador": un_borrador(), "medicamentos": medicamentos(), **cambios}
    return BorradorDeEnvio(numero=numero, creado=datetime(2026, 11, 20, 9, 30, tzinfo=ZONA), **datos)


def una_firmada(**cambios: Any) -> NotaFirmada:
    b = un_borrador()
    datos: dict[str, Any] = {
        "nota": b.nota, "codigos": b.codigos, "medicamentos": medicamentos(), "modelos": b.modelos,
        "firmada": datetime(2026, 11, 20, 10, 0, tzinfo=ZONA), "audio_sha256": b.audio.sha256,
        "clase_firma": "simple",
    }  # fmt: skip
    return NotaFirmada(**{**datos, **cambios})


def un_paquete(expediente: ExpedienteDeEnvio, **cambios: Any) -> Paquete:
    firmada = una_firmada(**cambios)
    return Paquete(firmada=firmada, pdf=PDF, documento=congelar(expediente, firmada))


class Anotaciones(list[Intercambio]):
    """La bitácora de la prueba."""

    def __call__(self, intercambio: Intercambio) -> None:
        self.append(intercambio)


def un_destino(puerto: int, limites: Limites | None = None, acuerdo: Acuerdo = ACUERDO) -> DestinoFhir:
    equipos = [EquipoAutorizado(equipo="127.0.0.1", puerto=puerto)]
    return DestinoFhir(
        nombre="prueba",
        direccion=autorizar(f"http://127.0.0.1:{puerto}/fhir", equipos),
        origen="scribe-prueba",
        limites=limites or Limites(conectar_s=5, total_s=30),
        acuerdo=acuerdo,
    )


def puerto_libre() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class ServidorFhir:
    """sekmet-fhir en su propio proceso, con su base en disco: se puede matar y volver a levantar."""

    def __init__(self, carpeta: Path) -> None:
        self.puerto = puerto_libre()
        self._carpeta = carpeta
        self._proceso: subprocess.Popen[bytes] | None = None
        (carpeta / "ajustes.yaml").write_text(
            f"base_url: http://127.0.0.1:{self.puerto}/fhir\nhost: 127.0.0.1\nport: {self.puerto}\n"
            f"data_dir: {carpeta}\nsimulator: {{enabled: false}}\nlog_inbound: false\n"
        )

    def levantar(self) -> None:
        orden = [sys.executable, "-m", "sekmet.cli", "serve", "-c", "ajustes.yaml", "--host", "127.0.0.1"]
        with (self._carpeta / "servidor.log").open("ab") as salida:
            self._proceso = subprocess.Popen(
                [*orden, "--port", str(self.puerto)],
                cwd=self._carpeta,
                stdout=salida,
                stderr=salida,
                env={**os.environ},
            )
        limite = time.monotonic() + 90
        while time.monotonic() < limite:
            try:
                with socket.create_connection(("127.0.0.1", self.puerto), 1):
                    return
            except OSError:
                if self._proceso.poll() is not None:
                    break
                time.sleep(0.2)
        raise RuntimeError((self._carpeta / "servidor.log").read_text("utf-8")[-2000:])

    def matar(self) -> None:
        if self._proceso is not None:
            self._proceso.kill()
            self._proceso.wait(30)
            self._proceso = None

    def todos(self, tipo: str, criterio: str = "") -> list[dict[str, Any]]:
        """Todo lo que hay de un tipo, preguntado por fuera de lo que se prueba."""
        conexion = http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=30)
        conexion.request("GET", f"/fhir/{tipo}?_count=500{criterio}")
        dato = json.loads(conexion.getresponse().read())
        conexion.close()
        return [e["resource"] for e in dato.get("entry", [])]

    def escribir(self, metodo: str, ruta: str, recurso: dict[str, Any]) -> dict[str, Any]:
        """Un cambio hecho por otro, directo al servidor."""
        conexion = http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=30)
        cabeceras = {"Content-Type": "application/fhir+json", "Prefer": "return=representation"}
        conexion.request(metodo, f"/fhir/{ruta}", json.dumps(recurso), cabeceras)
        respuesta = conexion.getresponse()
        dato: dict[str, Any] = json.loads(respuesta.read())
        assert respuesta.status in {200, 201}, dato
        return dato


Truco = Callable[["Peticion"], bool]
"""Recibe la petición; si la contesta él, devuelve verdadero."""


class Peticion:
    """Una petición que pasa por el proxy."""

    def __init__(self, manejador: BaseHTTPRequestHandler, cuerpo: bytes, arriba: int) -> None:
        self.m = manejador
        self.metodo = manejador.command
        self.ruta = manejador.path
        self.cuerpo = cuerpo
        self._arriba = arriba

    @property
    def escribe(self) -> bool:
        return self.metodo in {"POST", "PUT"}

    def pasar(self) -> tuple[int, list[tuple[str, str]], bytes]:
        conexion = http.client.HTTPConnection("127.0.0.1", self._arriba, timeout=60)
        quitar = {"host", "connection", "content-length"}
        cabeceras = {n: v for n, v in self.m.headers.items() if n.lower() not in quitar}
        conexion.request(self.metodo, self.ruta, self.cuerpo or None, cabeceras)
        r = conexion.getresponse()
        datos = r.read()
        conexion.close()
        return r.status, r.getheaders(), datos

    def contestar(self, estado: int, cabeceras: dict[str, str], cuerpo: bytes = b"") -> bool:
        self.m.send_response(estado)
        for n, v in cabeceras.items():
            self.m.send_header(n, v)
        self.m.send_header("Content-Length", str(len(cuerpo)))
        self.m.send_header("Connection", "close")
        self.m.end_headers()
        self.m.wfile.write(cuerpo)
        return True

    def cortar(self) -> bool:
        self.m.connection.shutdown(socket.SHUT_RDWR)
        return True


class ProxyMentiroso:
    """Entre Scribe y el servidor: deja pasar, o hace lo que diga `truco`."""

    def __init__(self, arriba: int) -> None:
        self.truco: Truco = lambda _: False
        self.vistas: list[tuple[str, str]] = []
        self.cabeceras: list[dict[str, str]] = []
        proxy = self

        class Manejador(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _todo(self) -> None:
                cuerpo = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                proxy.vistas.append((self.command, self.path))
                proxy.cabeceras.append(dict(self.headers))
                self.close_connection = True
                peticion = Peticion(self, cuerpo, arriba)
                try:
                    if not proxy.truco(peticion):
                        estado, cabeceras, datos = peticion.pasar()
                        quitar = {"content-length", "transfer-encoding", "connection"}
                        peticion.contestar(
                            estado, {n: v for n, v in cabeceras if n.lower() not in quitar}, datos
                        )
                except OSError:
                    pass

            do_GET = do_POST = do_PUT = _todo  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._servidor = ThreadingHTTPServer(("127.0.0.1", 0), Manejador)
        self._servidor.daemon_threads = True
        self.puerto = int(self._servidor.server_address[1])
        threading.Thread(target=self._servidor.serve_forever, daemon=True).start()

    def cerrar(self) -> None:
        self._servidor.shutdown()
        self._servidor.server_close()


def a_la_vez(veces: int, condicion: Callable[[Peticion], bool], accion: Truco) -> Truco:
    """Hace `accion` las primeras `veces` que se cumpla `condicion`."""
    quedan = [veces]
    candado = threading.Lock()

    def truco(p: Peticion) -> bool:
        if not condicion(p):
            return False
        with candado:
            if quedan[0] <= 0:
                return False
            quedan[0] -= 1
        return accion(p)

    return truco


def quinientos_tras_guardar(p: Peticion) -> bool:
    p.pasar()
    return p.contestar(500, {"Content-Type": "text/plain"}, b"no")


def cortar_tras_guardar(p: Peticion) -> bool:
    p.pasar()
    return p.cortar()


@pytest.fixture(scope="module")
def servidor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServidorFhir]:
    """Un servidor FHIR para todas las pruebas de un archivo."""
    s = ServidorFhir(tmp_path_factory.mktemp("fhir"))
    s.levantar()
    yield s
    s.matar()


@pytest.fixture
def proxy(servidor: ServidorFhir) -> Iterator[ProxyMentiroso]:
    """Un proxy delante de ese servidor, que sabe mentir."""
    p = ProxyMentiroso(servidor.puerto)
    yield p
    p.cerrar()
