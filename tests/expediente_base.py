"""Un PostgreSQL empotrado por corrida de pruebas y una base recién migrada por prueba.

Se usa como plugin: `pytest_plugins` no hace falta, basta importar las fixtures que se usen:

    from tests.expediente_base import Clinica, base, clinica, motor, plantilla  # noqa: F401
"""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import dict_row

from scribe.expediente import consentimientos, encuentros, notas, pacientes, usuarios
from scribe.expediente.base.conexion import Piscina
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.migraciones import migrar
from scribe.expediente.base.roles import APLICACION, BASE, DUENO, SUPERUSUARIO
from scribe.expediente.bitacora import Actor, Bitacora
from scribe.expediente.llaves_bitacora import LlaveBitacora, LlavesBitacora
from scribe.expediente.modelo import DatosEncuentro, DatosPaciente, DatosUsuario, NotaGuardada
from scribe.expediente.transaccion import Expediente
from scribe.expediente.verificacion import Cabeza, Informe, cabeza, verificar

EQUIPO = "consultorio-1"
SISTEMA = Actor(None, EQUIPO)
LLAVERO = LlavesBitacora(LlaveBitacora(b"llave de bitacora para pruebas.." * 2))


class CifradorPrueba:
    """AES-256-GCM con una sola clave: cumple el contrato sin envolver nada."""

    def __init__(self, clave: bytes = b"\x01" * 32) -> None:
        self._aes = AESGCM(clave)

    def cifrar(self, datos: bytes, contexto: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._aes.encrypt(nonce, datos, contexto.encode())

    def descifrar(self, cifrado: bytes, contexto: str) -> bytes:
        return self._aes.decrypt(cifrado[:12], cifrado[12:], contexto.encode())

    def en(self, conexion: object) -> CifradorPrueba:
        return self

    def precargar(self, duenos: object) -> None:
        """No hay claves que leer."""


class IndexadorPrueba:
    """HMAC-SHA-256 con una clave fija."""

    def indice(self, valor: bytes, contexto: str) -> bytes:
        return hmac.digest(b"\x02" * 32, contexto.encode() + b"\0" + valor, hashlib.sha256)


@dataclass
class BasePrueba:
    """Una base propia de la prueba: cómo entrar con cada rol y un `Expediente` listo."""

    nombre: str
    servidor: BaseEmpotrada
    expediente: Expediente = field(init=False)

    def __post_init__(self) -> None:
        self.expediente = self.abrir()

    def abrir(self, bitacora: Bitacora | None = None, maximo: int = 10) -> Expediente:
        """Otro `Expediente` sobre la misma base."""
        piscina = Piscina(self.dsn(), maximo=maximo)
        return Expediente(piscina, CifradorPrueba(), IndexadorPrueba(), bitacora or Bitacora(LLAVERO))

    def dsn(self, rol: str = APLICACION) -> str:
        return self.servidor.dsn(rol, self.nombre)

    def entrar(self, rol: str = APLICACION) -> psycopg.Connection[dict[str, Any]]:
        """Una conexión directa con un rol, en autocommit."""
        return psycopg.connect(self.dsn(rol), autocommit=True, row_factory=dict_row)

    def como_dueno(self, *ordenes: str) -> None:
        """Lo que haría quien tiene la contraseña del dueño: apaga los triggers y toca lo que quiere."""
        with psycopg.connect(self.dsn(DUENO)) as conexion:
            tablas = conexion.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'expediente'"
            ).fetchall()
            for (tabla,) in tablas:
                conexion.execute(f"ALTER TABLE expediente.{tabla} DISABLE TRIGGER USER".encode())
            for orden in ordenes:
                conexion.execute(orden.encode())
            for (tabla,) in tablas:
                conexion.execute(f"ALTER TABLE expediente.{tabla} ENABLE TRIGGER USER".encode())

    def verificar(self, *cabezas: Cabeza) -> Informe:
        with self.expediente.piscina.conexion() as conexion:
            return verificar(conexion, LLAVERO, cabezas)

    def cabeza(self) -> Cabeza:
        with self.expediente.piscina.conexion() as conexion:
            return cabeza(conexion, LLAVERO)

    def contar(self, tabla: str) -> int:
        with self.entrar() as conexion:
            fila = conexion.execute(f"SELECT count(*) AS n FROM expediente.{tabla}".encode()).fetchone()
        return int(fila["n"]) if fila else 0


@dataclass
class Clinica:
    """Una clínica mínima: establecimiento, médica, asistente, administrador, paciente y encuentro."""

    base: BasePrueba
    establecimiento: UUID
    medica: Actor
    asistente: Actor
    administrador: Actor
    paciente: UUID
    encuentro: UUID
    consentimiento: UUID

    @property
    def expediente(self) -> Expediente:
        return self.base.expediente

    def grabacion(self) -> UUID:
        """Una grabación ya registrada."""
        with self.expediente.transaccion(self.medica) as t:
            return encuentros.alta_grabacion(
                t, self.encuentro, self.consentimiento, sha256=os.urandom(32), octetos=1000, formato="ogg",
                ubicacion=uuid4().hex, duracion_s=60.0,
            )  # fmt: skip

    def nota(self, contenido: bytes = b'{"subjetivo": "uno"}') -> NotaGuardada:
        """Una nota escrita a mano, con una versión."""
        with self.expediente.transaccion(self.medica) as t:
            nota = notas.crear(t, self.encuentro)
            notas.guardar_version(t, nota.id, contenido, sobre=0)
            return notas.leer(t, nota.id)

    def firmada(self, contenido: bytes = b'{"subjetivo": "uno"}') -> NotaGuardada:
        """Una nota firmada."""
        nota = self.nota(contenido)
        with self.expediente.transaccion(self.medica) as t:
            notas.a_revision(t, nota.id)
            self.firmar(t, nota.id, 1, contenido)
            return notas.leer(t, nota.id)

    @staticmethod
    def firmar(t: Any, nota: UUID, version: int, contenido: bytes) -> None:
        firma = hmac.digest(b"segunda", contenido, "sha256")
        notas.firmar(
            t,
            nota,
            version=version,
            contenido=contenido,
            firma=firma,
            tipo="simple",
            algoritmo="HMAC-SHA-256",
        )


@pytest.fixture(scope="session")
def motor() -> Iterator[BaseEmpotrada]:
    """El servidor de la corrida, con una base plantilla ya migrada."""
    # No cuelga de tmp_path: como root, el usuario de PostgreSQL no puede entrar ahí.
    carpeta = Path(tempfile.mkdtemp(prefix="scribe-prueba-"))
    carpeta.chmod(0o711)
    servidor = BaseEmpotrada(carpeta)
    try:
        servidor.arrancar()
        with psycopg.connect(servidor.dsn(SUPERUSUARIO, "postgres"), autocommit=True) as conexion:
            # Sin esperar al disco: se prueba matar procesos, no cortar la luz. Diez veces más rápido.
            conexion.execute("ALTER SYSTEM SET fsync = off")
            conexion.execute("ALTER SYSTEM SET full_page_writes = off")
            conexion.execute("SELECT pg_reload_conf()")
        migrar(servidor.dsn(DUENO))
        yield servidor
    finally:
        servidor.parar()
        shutil.rmtree(carpeta, ignore_errors=True)


def crear_base(motor: BaseEmpotrada, de: str = BASE) -> BasePrueba:
    """Una base nueva, copia de otra (sin decir cuál, de la migrada)."""
    nombre = f"prueba_{uuid4().hex[:12]}"
    with psycopg.connect(motor.dsn(SUPERUSUARIO, "postgres"), autocommit=True) as conexion:
        conexion.execute(f"CREATE DATABASE {nombre} TEMPLATE {de} OWNER {DUENO}".encode())
        conexion.execute(f"REVOKE ALL ON DATABASE {nombre} FROM PUBLIC".encode())
        conexion.execute(f"GRANT CONNECT ON DATABASE {nombre} TO {APLICACION}".encode())
    return BasePrueba(nombre, motor)


def borrar_base(dada: BasePrueba) -> None:
    """La quita, aunque alguien siga dentro."""
    dada.expediente.piscina.cerrar()
    with psycopg.connect(dada.servidor.dsn(SUPERUSUARIO, "postgres"), autocommit=True) as conexion:
        conexion.execute(f"DROP DATABASE IF EXISTS {dada.nombre} WITH (FORCE)".encode())


@pytest.fixture
def base(motor: BaseEmpotrada) -> Iterator[BasePrueba]:
    """Una base vacía para esta prueba."""
    dada = crear_base(motor)
    try:
        yield dada
    finally:
        borrar_base(dada)


@pytest.fixture(scope="session")
def plantilla(motor: BaseEmpotrada) -> Clinica:
    """Una clínica ya poblada, de la que se copia la de cada prueba."""
    poblada = poblar(crear_base(motor))
    poblada.expediente.piscina.cerrar()
    return poblada


@pytest.fixture
def clinica(motor: BaseEmpotrada, plantilla: Clinica) -> Iterator[Clinica]:
    """Una clínica con lo mínimo para atender, en una base solo de esta prueba."""
    dada = crear_base(motor, plantilla.base.nombre)
    try:
        yield replace(plantilla, base=dada)
    finally:
        borrar_base(dada)


def poblar(base: BasePrueba) -> Clinica:
    """Crea la clínica mínima en una base."""
    with base.expediente.transaccion(SISTEMA) as t:
        lugar = usuarios.alta_establecimiento(
            t,
            "MX",
            "Consultorio de prueba",
            "consultorio",
            "Calle Uno 1, Ciudad de México",
            clave="DFSSA000001",
        )
        actores = {}
        for rol, nombre in (
            ("medico", "doctora.prueba"),
            ("asistente", "asistente.uno"),
            ("administrador", "admin.prueba"),
        ):
            alguien = usuarios.alta(
                t,
                DatosUsuario(
                    nombre_usuario=nombre, nombre="Ana", apellido_paterno="Prueba", cedula="1234567"
                ),
            )
            usuarios.otorgar(t, alguien.id, rol, lugar.id)  # type: ignore[arg-type]
            actores[rol] = Actor(alguien.id, EQUIPO)
    with base.expediente.transaccion(actores["medico"]) as t:
        texto = consentimientos.publicar_texto(t, "grabacion", "MX", "1", "Acepto que se grabe la consulta.")
        paciente = pacientes.alta(
            t, lugar.id,
            DatosPaciente(nombre="María José", apellido_paterno="Núñez", apellido_materno="de la Peña",
                          nacimiento=date(1980, 5, 1), sexo="F"),
        )  # fmt: skip
        encuentro = encuentros.abrir(
            t, paciente.id, lugar.id, actores["medico"].usuario or uuid4(),
            DatosEncuentro(inicio=datetime.now(UTC)),
            "dolor de garganta",
        )  # fmt: skip
        permiso = consentimientos.registrar(t, paciente.id, texto, otorgado=True, como="electronico")
    return Clinica(
        base, lugar.id, actores["medico"], actores["asistente"], actores["administrador"], paciente.id,
        encuentro.id, permiso.id,
    )  # fmt: skip
