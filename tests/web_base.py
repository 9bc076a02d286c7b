"""La API sobre una base de prueba, con un llavero de verdad y motores falsos."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from scribe.ajustes import Ajustes
from scribe.expediente import claves_paso, usuarios
from scribe.expediente.base.conexion import Base, Piscina
from scribe.expediente.bitacora import Actor
from scribe.expediente.fuentes_clave import crear_archivo_de_clave
from scribe.expediente.llavero import Llavero
from scribe.expediente.modelo import DatosUsuario
from scribe.trabajos import estado
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.modelo import EstadoTrabajo
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import Taller, hacer
from scribe.trabajos.subida import Subidas
from scribe.web.aplicacion import crear
from scribe.web.servicios import Servicios, armar_expediente
from tests.expediente_base import BasePrueba, base, motor  # noqa: F401
from tests.trabajos_base import Cuenta, motores, trozos, wav

ACCESO, FIRMA = "Ventana-Lluvia-82-Tambor", "Cobre-Naranjo-47-Puente"
_RESUMENES: dict[str, bytes] = {}


def resumen(clave: str) -> bytes:
    """El argon2id de una contraseña de prueba, calculado una sola vez por corrida."""
    if clave not in _RESUMENES:
        _RESUMENES[clave] = claves_paso.resumir(clave).encode()
    return _RESUMENES[clave]


@dataclass
class Api:
    """Una API de prueba: da clientes con sesión y hace los trabajos de la cola."""

    servicios: Servicios
    app: FastAPI
    dsn: str
    cuenta: Cuenta
    personas: dict[str, UUID] = field(default_factory=dict)

    def cliente(self, **k: Any) -> TestClient:
        """Un navegador sin sesión."""
        return TestClient(self.app, base_url="http://localhost", raise_server_exceptions=False, **k)

    def entrar(self, nombre: str, clave: str = ACCESO) -> TestClient:
        """Un cliente con sesión."""
        cliente = self.cliente()
        bien(cliente.post("/api/sesion", json={"usuario": nombre, "contrasena": clave}))
        return cliente

    def alta(self, nombre: str, establecimiento: UUID, *roles: Any) -> UUID:
        """Una persona con sus dos contraseñas ya puestas."""
        with self.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
            datos = DatosUsuario(
                nombre_usuario=nombre, nombre="Ana", apellido_paterno="Prueba", cedula="1234567",
                institucion_titulo="Universidad de Prueba",
            )  # fmt: skip
            nueva = usuarios.alta(t, datos)
            for rol in roles:
                usuarios.otorgar(t, nueva.id, rol, establecimiento)
            usuarios.guardar_secreto(t, nueva.id, "acceso", resumen(ACCESO))
            usuarios.guardar_secreto(t, nueva.id, "firma", resumen(FIRMA))
        self.personas[nombre] = nueva.id
        return nueva.id

    def lugar(self, clave: str = "DFSSA000001") -> UUID:
        """Un establecimiento."""
        with self.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
            return usuarios.alta_establecimiento(
                t, "MX", "Consultorio de prueba", "consultorio", "Calle Uno 1, Ciudad de México", clave=clave
            ).id

    def trabajar(self) -> list[str]:
        """Hace todo lo que hay en la cola, aquí mismo; dice cómo quedó cada trabajo."""
        exp = self.servicios.expediente
        with Presencia(self.dsn, "prueba") as presencia:
            taller = Taller(
                exp, self.servicios.audio, presencia, Actor(None, "prueba"),
                armar=lambda ajustes: motores(self.cuenta),
                ajustes=lambda o: Ajustes(cache=self.servicios.datos / "cache"),
            )  # fmt: skip
            with exp.transaccion(taller.actor) as t:
                pendientes = [w.id for w in estado.abiertos(t) if w.estado is EstadoTrabajo.PENDIENTE]
            for trabajo in pendientes:
                hacer(taller, trabajo)
            with exp.transaccion(taller.actor) as t:
                return [estado.leer(t, w).estado.value for w in pendientes]


def bien(respuesta: Response, estado_: int | None = None) -> Any:
    """El cuerpo de una respuesta buena."""
    assert respuesta.status_code < 400 if estado_ is None else respuesta.status_code == estado_, (
        respuesta.status_code, respuesta.text,
    )  # fmt: skip
    return (
        respuesta.json()
        if respuesta.content and "json" in respuesta.headers.get("content-type", "")
        else None
    )


def error(respuesta: Response, estado_: int, codigo: str) -> dict[str, Any]:
    """El error de una respuesta, con la única forma que hay."""
    cuerpo = respuesta.json()
    assert (respuesta.status_code, cuerpo["error"]["codigo"]) == (estado_, codigo), cuerpo
    al_lado = {"conflicto"} if codigo == "version_atrasada" else set()  # trae las dos versiones
    assert {"error"} <= set(cuerpo) <= {"error"} | al_lado
    assert set(cuerpo["error"]) == {"codigo", "mensaje", "remedio", "campos"}
    dado: dict[str, Any] = cuerpo["error"]
    return dado


def subir(cliente: TestClient, encuentro: str, consentimiento: str, sonido: bytes | None = None) -> Any:
    """Sube una grabación por trozos y devuelve el recibo."""
    sonido = sonido if sonido is not None else wav()
    abierta = bien(
        cliente.post(
            f"/api/encuentros/{encuentro}/subidas", json={"consentimiento": consentimiento, "formato": "wav"}
        )
    )["id"]
    partes = trozos(sonido)
    for numero, suma, parte in partes:
        bien(
            cliente.put(
                f"/api/subidas/{abierta}/trozos/{numero}", content=parte, headers={"X-Scribe-Sha256": suma}
            )
        )
    cierre = {"trozos": len(partes), "sha256": hashlib.sha256(sonido).hexdigest(), "duracion_s": 2.0}
    return bien(cliente.post(f"/api/subidas/{abierta}/cierre", json=cierre), 201)


@contextmanager
def api_sobre(dada: BasePrueba, datos: Path, *, conexiones: int = 10, **k: Any) -> Iterator[Api]:
    """La API sobre una base de prueba."""
    datos.mkdir(exist_ok=True)
    llavero = Llavero.crear(datos / "llavero.json", crear_archivo_de_clave(datos / "clave"))
    abierta = Base(Piscina(dada.dsn(), maximo=conexiones), dada.dsn())
    expediente, cifrador = armar_expediente(abierta, llavero)
    audio = AlmacenAudio(datos, cifrador)
    servicios = Servicios(expediente, llavero, audio, Subidas(expediente, audio, reserva=0), datos, **k)
    try:
        yield Api(servicios, crear(servicios), dada.dsn(), Cuenta(datos / "cuenta.txt"))
    finally:
        abierta.piscina.cerrar()


@pytest.fixture
def api(base: BasePrueba, tmp_path: Path) -> Iterator[Api]:  # noqa: F811
    """Una API con su base vacía."""
    with api_sobre(base, tmp_path / "datos") as dada:
        yield dada
