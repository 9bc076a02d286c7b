# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""El servidor empotrado y las migraciones: arrancan, paran y sobreviven a que maten a cualquiera."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from scribe.ajustes import carpeta_de_datos
from scribe.expediente import notas
from scribe.expediente.base import migraciones
from scribe.expediente.base.conexion import Piscina, abrir_base
from scribe.expediente.base.consultas import nombres
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.migraciones import Migracion, migrar
from scribe.expediente.base.roles import APLICACION, DUENO, SUPERUSUARIO
from scribe.expediente.errores import BaseNoDisponible, ErrorDeExpediente, EsquemaAjeno
from tests.conftest import RAIZ
from tests.expediente_base import BasePrueba, Clinica, base, clinica, motor, plantilla  # noqa: F401


@pytest.fixture(scope="module")
def datos() -> Iterator[Path]:
    """Una carpeta de datos con su servidor, para matarlo; al final no queda nadie vivo."""
    carpeta = Path(tempfile.mkdtemp(prefix="scribe-base-"))
    carpeta.chmod(0o711)
    yield carpeta
    for proceso in BaseEmpotrada(carpeta)._huerfanos():
        proceso.kill()
    shutil.rmtree(carpeta, ignore_errors=True)


def _vive(servidor: BaseEmpotrada) -> bool:
    try:
        psycopg.connect(servidor.dsn(), connect_timeout=5).close()
        return True
    except psycopg.OperationalError:
        return False


def test_nace_cerrada_al_mundo(datos: Path) -> None:
    with BaseEmpotrada(datos) as servidor:
        principal = psutil.Process(servidor.pid() or 0)
        conexiones = principal.net_connections("inet")
        for hijo in principal.children():
            with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):  # los hay muy breves
                conexiones += hijo.net_connections("inet")
        assert conexiones == []  # ningún puerto
        assert stat.S_IMODE(servidor.socket.stat().st_mode) == 0o700
        for rol in (SUPERUSUARIO, DUENO, APLICACION):
            assert stat.S_IMODE((servidor.carpeta / "claves" / rol).stat().st_mode) == 0o600
        for malo in ("", "otra"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(f"postgresql://{SUPERUSUARIO}:{malo}@/postgres?host={servidor.socket}")
        with psycopg.connect(servidor.dsn(SUPERUSUARIO, "postgres")) as conexion:
            poderes = dict(
                conexion.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolcanlogin").fetchall()
            )
            assert poderes == {SUPERUSUARIO: True, DUENO: False, APLICACION: False}
            assert conexion.execute("SHOW data_checksums").fetchone() == ("on",)
            assert conexion.execute("SHOW fsync").fetchone() == ("on",)
            (claves,) = conexion.execute(
                "SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256%') FROM pg_authid WHERE rolcanlogin"
            ).fetchone() or (False,)
            assert claves
        if os.geteuid() == 0:
            assert principal.username() != "root"


def test_dos_procesos_a_la_vez_y_solo_el_ultimo_la_apaga(datos: Path) -> None:
    programa = (
        "import sys, time\nfrom pathlib import Path\n"
        "from scribe.expediente.base.empotrada import BaseEmpotrada\n"
        "b = BaseEmpotrada(Path(sys.argv[1])); b.arrancar(); print(b.pid(), flush=True)\n"
        "sys.stdin.readline(); print(b.parar(), flush=True)\n"
    )
    entorno = {**os.environ, "PYTHONPATH": str(RAIZ)}
    procesos = [
        subprocess.Popen([sys.executable, "-c", programa, str(datos)], env=entorno, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]  # fmt: skip
    pids = {p.stdout.readline().strip() for p in procesos if p.stdout}
    assert len(pids) == 1 and pids != {"None"}
    salidas = [p.communicate("\n")[0].strip() for p in procesos[:2]]
    assert salidas == ["False", "False"]
    servidor = BaseEmpotrada(datos)
    assert servidor.pid() is not None
    procesos[2].kill()  # muere sin soltar nada: su cerrojo se suelta solo
    procesos[2].wait()
    assert servidor.pid() is not None
    servidor.arrancar()
    assert servidor.parar() is True and servidor.pid() is None


def test_matar_al_principal_y_volver(datos: Path) -> None:
    servidor = BaseEmpotrada(datos)
    servidor.arrancar()
    with psycopg.connect(servidor.dsn(SUPERUSUARIO, "postgres"), autocommit=True) as conexion:
        conexion.execute("DROP TABLE IF EXISTS prueba")
        conexion.execute("CREATE TABLE prueba (n int)")
        conexion.execute("INSERT INTO prueba VALUES (1)")
    os.kill(servidor.pid() or 0, signal.SIGKILL)
    otro = BaseEmpotrada(datos)
    otro.arrancar()
    with psycopg.connect(otro.dsn(SUPERUSUARIO, "postgres")) as conexion:
        assert conexion.execute("SELECT n FROM prueba").fetchall() == [(1,)]
    otro.parar()
    servidor.parar()


def test_un_pid_rancio_que_ahora_es_de_otro(datos: Path) -> None:
    """Tras reiniciar el equipo, el número de `postmaster.pid` puede ser de cualquier programa."""
    servidor = BaseEmpotrada(datos)
    servidor.arrancar()
    assert servidor.parar()
    uid = (servidor.pgdata).stat().st_uid
    ajeno = subprocess.Popen(["sleep", "120"], **({"user": uid} if os.geteuid() == 0 else {}))  # type: ignore[call-overload]
    try:
        archivo = servidor.pgdata / "postmaster.pid"
        archivo.write_text(
            f"{ajeno.pid}\n{servidor.pgdata}\n1700000000\n5432\n{servidor.socket}\n\n  1 2\nready   \n"
        )
        os.chown(archivo, uid, -1)
        servidor.arrancar()
        assert _vive(servidor) and servidor.pid() not in (None, ajeno.pid)
        assert ajeno.poll() is None  # y al otro no se le toca
        assert servidor.parar()
    finally:
        ajeno.kill()
        ajeno.wait()


def test_si_mataron_a_initdb_se_vuelve_a_empezar() -> None:
    carpeta = Path(tempfile.mkdtemp(prefix="scribe-media-"))
    carpeta.chmod(0o711)
    try:
        servidor = BaseEmpotrada(carpeta)
        (servidor.carpeta / "pgdata.nueva").mkdir()
        (servidor.carpeta / "pgdata.nueva" / "basura").write_text("a medias")
        (servidor.carpeta / "claves").mkdir(mode=0o700)
        (servidor.carpeta / "claves" / f".{DUENO}.parcial").write_text("a medi")
        with servidor:
            assert _vive(servidor)
            assert not (servidor.carpeta / "pgdata.nueva").exists()
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


def test_una_ruta_larga_no_rompe_el_socket() -> None:
    carpeta = Path(tempfile.mkdtemp(prefix="scribe-larga-")) / ("carpeta-de-nombre-larguisimo-" * 4)
    servidor = BaseEmpotrada(carpeta)
    assert len(os.fsencode(servidor.socket / ".s.PGSQL.5432")) < 108
    with socket.socket(socket.AF_UNIX) as prueba:
        servidor.socket.mkdir(mode=0o700)
        prueba.bind(str(servidor.socket / ".s.PGSQL.5432"))
    shutil.rmtree(servidor.socket)
    shutil.rmtree(carpeta.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="solo root puede encontrarse con esto")
def test_como_root_en_una_carpeta_cerrada_lo_dice(tmp_path: Path) -> None:
    cerrada = tmp_path / "cerrada"
    cerrada.mkdir(mode=0o700)
    with pytest.raises(BaseNoDisponible, match="SCRIBE_DATOS"):
        BaseEmpotrada(cerrada / "datos").arrancar()
    assert stat.S_IMODE(cerrada.stat().st_mode) == 0o700  # no se abren carpetas ajenas


def test_donde_viven_los_datos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBE_DATOS", "/algo/suyo")
    assert carpeta_de_datos() == Path("/algo/suyo")


# --- Migraciones --------------------------------------------------------------------------------------


def test_abrir_de_cero_y_repetir(datos: Path) -> None:
    for _ in range(2):
        with abrir_base(datos) as abierta, abierta.piscina.conexion() as conexion:
            fila = conexion.execute("SELECT count(*) AS n FROM public.scribe_migracion").fetchone()
            assert fila == {"n": len(migraciones.migraciones())}


def test_migrar_muchos_a_la_vez(motor: BaseEmpotrada) -> None:
    with psycopg.connect(motor.dsn(SUPERUSUARIO, "postgres"), autocommit=True) as conexion:
        conexion.execute("DROP DATABASE IF EXISTS carrera WITH (FORCE)")
        conexion.execute(f"CREATE DATABASE carrera OWNER {DUENO}".encode())
    with ThreadPoolExecutor(5) as hilos:
        hechas = list(hilos.map(lambda _: migrar(motor.dsn(DUENO, "carrera")), range(5)))
    assert sorted(map(len, hechas)) == [0, 0, 0, 0, len(migraciones.migraciones())]


def test_una_migracion_que_falla_no_deja_nada(base: BasePrueba, monkeypatch: pytest.MonkeyPatch) -> None:
    mala = Migracion(9998, "mala", "CREATE TABLE expediente.a_medias (id int); SELECT 1/0;")
    buenas = migraciones.migraciones()
    monkeypatch.setattr(migraciones, "migraciones", lambda: (*buenas, mala))
    with pytest.raises((psycopg.Error, ErrorDeExpediente)):
        migrar(base.dsn(DUENO))
    with base.entrar() as conexion:
        assert conexion.execute("SELECT to_regclass('expediente.a_medias') AS t").fetchone() == {"t": None}


def test_se_niega_ante_lo_mas_nuevo_lo_viejo_y_lo_alterado(
    base: BasePrueba, monkeypatch: pytest.MonkeyPatch
) -> None:
    buenas = migraciones.migraciones()
    nueva = Migracion(9999, "del_futuro", "SELECT 1")
    monkeypatch.setattr(migraciones, "migraciones", lambda: (*buenas, nueva))
    with pytest.raises(EsquemaAjeno, match="anterior"):
        Piscina(base.dsn())
    migrar(base.dsn(DUENO))
    monkeypatch.setattr(migraciones, "migraciones", lambda: buenas)
    for abrir in (lambda: migrar(base.dsn(DUENO)), lambda: Piscina(base.dsn())):
        with pytest.raises(EsquemaAjeno, match="más nueva"):
            abrir()
    retocada = Migracion(buenas[0].numero, buenas[0].nombre, buenas[0].sql + " ")
    monkeypatch.setattr(migraciones, "migraciones", lambda: (retocada, *buenas[1:], nueva))
    with pytest.raises(EsquemaAjeno, match="no es la que se aplicó"):
        migrar(base.dsn(DUENO))


def test_las_consultas_con_nombre_estan_bien_escritas(base: BasePrueba) -> None:
    """PostgreSQL las entiende todas con los permisos de la aplicación (sin correrlas)."""
    import re

    from scribe.expediente.base.consultas import consulta

    with base.entrar() as conexion:
        for nombre in nombres():
            texto = re.sub(r"%\(\w+\)s", "NULL", consulta(nombre).decode()).replace("%%", "%")
            texto = (
                texto.replace("ANY(NULL)", "ANY(NULL::uuid[])")
                if "p.id" in texto or "pacientes" in nombre
                else texto
            )
            with contextlib.suppress(psycopg.errors.WrongObjectType):  # ANY(NULL) de otro tipo que uuid
                conexion.execute(f"EXPLAIN {texto}".encode())


# --- Matar a media transacción ------------------------------------------------------------------------


def test_matar_al_proceso_a_media_firma(clinica: Clinica) -> None:
    """Un proceso muere justo antes de confirmar una firma: no quedó nada, ni candados."""
    c = clinica
    nota = c.nota().id
    with c.expediente.transaccion(c.medica) as t:
        notas.a_revision(t, nota)
    antes = c.base.contar("bitacora")
    hijo = os.fork()
    if hijo == 0:  # pragma: no cover
        try:
            otro = c.base.abrir(maximo=1)
            with otro.transaccion(c.medica) as t:
                c.firmar(t, nota, 1, b"a medias")
                t.cerrar()  # ya asentó: tiene el candado de la cadena
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    _, estado = os.waitpid(hijo, 0)
    assert os.WIFSIGNALED(estado)
    with c.expediente.transaccion(c.medica) as t:
        assert notas.leer_firma(t, nota) is None
        c.firmar(t, nota, 1, b"ahora si")
    assert c.base.contar("bitacora") > antes and c.base.contar("nota_firma") == 1
    assert c.base.verificar().integra


def test_matar_a_postgres_a_media_transaccion_y_seguir(datos: Path) -> None:
    """Se mata al principal con una firma sin confirmar y otra confirmada: una queda y la otra no."""
    from tests.expediente_base import BasePrueba as Prueba
    from tests.expediente_base import poblar

    servidor = BaseEmpotrada(datos)
    servidor.arrancar()
    migrar(servidor.dsn(DUENO))
    prueba = Prueba("scribe", servidor)
    c = poblar(prueba)
    buena, media = c.firmada(b"confirmada").id, c.nota().id
    cabeza = prueba.cabeza()
    with pytest.raises(ErrorDeExpediente), c.expediente.transaccion(c.medica) as t:
        notas.a_revision(t, media)
        c.firmar(t, media, 1, b"sin confirmar")
        os.kill(servidor.pid() or 0, signal.SIGKILL)
        limite = time.monotonic() + 120
        with contextlib.suppress(psycopg.Error):  # hasta que esta conexión se entere
            while time.monotonic() < limite:
                t.conexion.execute("SELECT 1")
                time.sleep(0.05)
        t.cerrar()
    BaseEmpotrada(datos).arrancar()
    with c.expediente.transaccion(c.medica) as t:  # las mismas conexiones se recuperan solas
        firma = notas.leer_firma(t, buena)
        assert firma is not None and firma.contenido == b"confirmada"
        assert notas.leer(t, media).estado == "borrador"
        assert notas.leer_firma(t, media) is None
    assert prueba.verificar(cabeza).integra
    prueba.expediente.piscina.cerrar()
