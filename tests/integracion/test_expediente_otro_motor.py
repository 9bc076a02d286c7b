"""`SCRIBE_BASE_DATOS` con un PostgreSQL que no es el nuestro: otra versión, otra configuración."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scribe.expediente.base.conexion import abrir_base
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.migraciones import migrar
from scribe.expediente.base.roles import APLICACION, BASE, DUENO, preparar_servidor
from scribe.expediente.errores import EsquemaAjeno, RolInseguro
from tests.expediente_base import BasePrueba, poblar

_INSTALADOS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
pytestmark = pytest.mark.skipif(not _INSTALADOS, reason="no hay otro PostgreSQL en este sistema")


class Ajeno(BaseEmpotrada):
    """Solo da direcciones: el servidor es el del sistema."""

    def __init__(self, socket: Path) -> None:
        self._socket_ajeno = socket

    def dsn(self, rol: str = APLICACION, base: str = BASE) -> str:
        return f"postgresql://{rol}:clave-{rol}@/{base}?host={self._socket_ajeno}"


@pytest.fixture(scope="module")
def ajeno() -> Iterator[Ajeno]:
    """Un servidor del sistema con sus propios ajustes: SQL_ASCII no, pero sí otra hora y otro idioma."""
    programas = _INSTALADOS[-1].parent
    carpeta = Path(tempfile.mkdtemp(prefix="scribe-ajeno-"))
    usuario = {"user": "nobody", "group": None, "extra_groups": []} if os.geteuid() == 0 else {}
    if usuario:
        shutil.chown(carpeta, "nobody")
    datos = carpeta / "datos"

    def correr(*orden: str | Path) -> None:
        hecho = subprocess.run(
            [str(programas / orden[0]), *map(str, orden[1:])], check=False, capture_output=True, cwd=carpeta,
            **usuario,  # type: ignore[call-overload]
        )  # fmt: skip
        if hecho.returncode:
            pytest.skip(
                f"{orden[0]} del sistema no corre aquí: {hecho.stderr.decode(errors='replace')[-200:]}"
            )

    ajustes = (
        f"-c listen_addresses= -c unix_socket_directories={carpeta} -c timezone=America/Bogota -c fsync=off"
    )
    correr("initdb", "-D", datos, "-U", "jefe", "--auth=trust", "--encoding=UTF8", "--locale=C")
    correr("pg_ctl", "start", "-w", "-t", "120", "-D", datos, "-l", carpeta / "registro", "-o", ajustes)
    try:
        preparar_servidor(
            f"postgresql://jefe@/postgres?host={carpeta}", f"clave-{DUENO}", f"clave-{APLICACION}"
        )
        yield Ajeno(carpeta)
    finally:
        correr("pg_ctl", "stop", "-w", "-t", "120", "-m", "fast", "-D", datos)
        shutil.rmtree(carpeta, ignore_errors=True)


def test_la_base_de_la_clinica_es_otra_version(ajeno: Ajeno) -> None:
    with pytest.raises(EsquemaAjeno):  # sin migrar no se abre, y no se migra sola
        abrir_base(dsn=ajeno.dsn())
    assert migrar(ajeno.dsn(DUENO))
    assert migrar(ajeno.dsn(DUENO)) == []
    with pytest.raises(RolInseguro):
        abrir_base(dsn=ajeno.dsn(DUENO))
    with abrir_base(dsn=ajeno.dsn()) as abierta:
        assert abierta.empotrada is None
    c = poblar(BasePrueba(BASE, ajeno))
    nota = c.firmada(b"en otro motor")
    assert c.base.verificar(c.base.cabeza()).integra
    with psycopg.connect(ajeno.dsn()) as conexion, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conexion.execute("UPDATE expediente.nota_firma SET contenido = 'x'")
    with psycopg.connect(ajeno.dsn(DUENO)) as conexion, pytest.raises(psycopg.Error) as error:
        conexion.execute("DELETE FROM expediente.nota_version")
    assert error.value.sqlstate == "SC001"
    c.base.como_dueno("UPDATE expediente.nota_firma SET contenido = 'x'")
    roto = c.base.verificar().roto
    assert roto is not None and roto.clase == "contenido"
    assert nota.estado == "firmada"
    c.base.expediente.piscina.cerrar()
