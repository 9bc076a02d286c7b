# ruff: noqa: F811
"""Respaldar con la clínica trabajando: el audio y las subidas a medias vuelven como estaban, y se siguen."""

from __future__ import annotations

import hashlib
import os
import resource
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from scribe.expediente import respaldo
from scribe.expediente.archivo_respaldo import leer_cabecera
from scribe.expediente.base import migraciones, volcado
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.migraciones import migrar
from scribe.expediente.base.motor import preparar_motor
from scribe.expediente.base.roles import APLICACION, DUENO, SUPERUSUARIO
from scribe.expediente.bitacora import Actor
from scribe.expediente.conservacion import destruccion
from scribe.expediente.errores import TransicionInvalida
from scribe.expediente.errores_seguridad import RespaldoInvalido
from scribe.expediente.llavero import Llavero
from scribe.expediente.respaldo import InformeDeRespaldo, Origen, registrar, respaldar, restaurar
from tests.conservacion_base import FUENTE, SONIDO, Deposito, con_llavero, deposito_en
from tests.expediente_base import BasePrueba, motor  # noqa: F401
from tests.trabajos_base import wav

OTRO = wav(0.4, semilla=11)


@pytest.fixture
def d(motor: BaseEmpotrada, tmp_path: Path) -> Iterator[Deposito]:
    with deposito_en(motor, tmp_path / "datos") as dado:
        yield dado


def _origen(d: Deposito) -> Origen:
    archivos = d.datos / "archivos"
    carpetas = {n: archivos / n for n in ("audio", "subidas")}
    for carpeta in carpetas.values():
        carpeta.mkdir(parents=True, exist_ok=True)
    return Origen(d.base.dsn(DUENO), preparar_motor(d.base.servidor.carpeta).programas, carpetas)


def _respaldar(d: Deposito, nombre: str = "r.scribe") -> tuple[Path, InformeDeRespaldo]:
    destino = d.datos.parent / nombre
    return destino, respaldar(destino, _origen(d), d.llavero, FUENTE)


class _Restaurada(BasePrueba):
    """La base que volvió: es la suya, en su propio servidor."""

    def dsn(self, rol: str = APLICACION) -> str:
        return self.servidor.dsn(rol)


@contextmanager
def _restaurado(d: Deposito, archivo: Path) -> Iterator[Deposito]:
    """La clínica del respaldo, en otra carpeta y con su propio servidor."""
    with respaldo._carpeta_temporal() as carpeta:
        datos = carpeta / "datos"
        restaurar(archivo, FUENTE, datos)
        with BaseEmpotrada(datos) as servidor:
            base = _Restaurada("restaurada", servidor)
            llavero = Llavero.abrir(datos / "llavero.json", FUENTE)
            con_llavero(base, llavero)
            try:
                yield Deposito(replace(d.clinica, base=base), llavero, datos)
            finally:
                base.expediente.piscina.cerrar()


def _oir(d: Deposito, grabacion: UUID) -> bytes:
    with d.audio.leer(grabacion) as sonido:
        return sonido.read()


def _a_medio_volcado(monkeypatch: pytest.MonkeyPatch, hacer: Callable[[], None]) -> None:
    """Hace algo cuando la foto ya se tomó y el volcado va a empezar."""
    verdadero = volcado.Foto.volcar

    def volcar(self: Any) -> Iterator[bytes]:
        hacer()
        yield from verdadero(self)

    monkeypatch.setattr(volcado.Foto, "volcar", volcar)


# --- Ida y vuelta -----------------------------------------------------------------------------------


def test_lo_que_pasa_durante_el_respaldo_no_lo_descompone(
    d: Deposito, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Todo lo que la foto dice que hay, vuelve.

    A: grabación entera. B: a medias. C: a medias, y se cierra durante el volcado. E: firmada, se destruye
    durante el volcado. Otra empieza durante el volcado.
    """
    a, e = d.subir(), d.subir()
    b, c = d.abrir(), d.abrir()
    d.mandar(b, OTRO, cuantos=1)
    d.mandar(c, OTRO)
    d.firmar(e)
    d.sin_plazo("grabacion")
    (cual,) = d.proponer()

    def mientras() -> None:
        assert d.confirmar(cual) is None  # la clave ya no existe; el archivo espera al respaldo
        d.cerrar(c, OTRO)
        d.mandar(d.abrir(), SONIDO, cuantos=1)

    _a_medio_volcado(monkeypatch, mientras)
    archivo, informe = _respaldar(d)
    assert (informe.faltan, informe.danadas) == (0, 0)
    assert destruccion.retomar(d.expediente, Actor(None, "prueba"), d.archivos) == 1
    d.subidas.barrer(Actor(None, "prueba"))
    assert not d.audio.ruta(e.grabacion.hex).exists()
    assert not (d.datos / "archivos" / "subidas" / c.hex).exists()
    with _restaurado(d, archivo) as r:
        assert _oir(r, a.grabacion) == SONIDO and _oir(r, e.grabacion) == SONIDO
        assert r.verificar().integra
        asientos = r.sql("SELECT evento FROM expediente.bitacora ORDER BY seq DESC LIMIT 1")
        assert asientos == [{"evento": "respaldo.restaurado"}]
        # La que estaba a medias sigue donde iba; la que se cerró después de la foto, también: nada se perdió.
        assert len(r.subidas.estado(d.clinica.medica, b).trozos) == 1
        for subida in (b, c):
            r.mandar(subida, OTRO)
            assert _oir(r, r.cerrar(subida, OTRO).grabacion) == OTRO
        permisos = {f.stat().st_mode & 0o777 for f in (r.datos / "archivos").rglob("*") if f.is_file()}
        carpetas = {f.stat().st_mode & 0o777 for f in (r.datos / "archivos").rglob("*") if f.is_dir()}
        assert permisos == {0o600} and carpetas == {0o700}


def test_con_la_clinica_subiendo_sin_parar_y_dos_grabaciones_malas(d: Deposito) -> None:
    """Lo que entra por hilos mientras se respalda está entero; lo que falta o se dañó antes se dice."""
    perdida, danada, _ = d.subir(), d.subir(), d.subir()
    d.audio.ruta(perdida.grabacion.hex).unlink()
    ruta = d.audio.ruta(danada.grabacion.hex)
    contenido = bytearray(ruta.read_bytes())
    contenido[len(contenido) // 2] ^= 1
    ruta.write_bytes(contenido)
    alto = threading.Event()

    def trabajar(n: int) -> int:
        hechas = 0
        while hechas == 0 or (not alto.is_set() and hechas < 20):
            d.subir(wav(0.2, semilla=n))
            hechas += 1
        return hechas

    with ThreadPoolExecutor(3) as hilos:
        vivos = [hilos.submit(trabajar, n) for n in range(3)]
        try:
            _, informe = _respaldar(d)
        finally:
            alto.set()
        assert all(v.result(120) > 0 for v in vivos)
    assert (informe.faltan, informe.danadas) == (1, 1) and informe.archivos >= 2


# --- El disco ---------------------------------------------------------------------------------------


@contextmanager
def _sin_sitio(octetos: int) -> Iterator[None]:
    """Ningún archivo puede pasar de ese tamaño: el sistema contesta como con el disco lleno."""
    blando, duro = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octetos, duro))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (blando, duro))


def test_disco_lleno_a_media_escritura(d: Deposito) -> None:
    d.subir(wav(20.0))
    with _sin_sitio(300_000), pytest.raises(RespaldoInvalido, match=r"No cupo.*sigue intacto"):
        _respaldar(d)
    assert [f.name for f in d.datos.parent.iterdir()] == ["datos"]
    with d.expediente.transaccion(d.clinica.medica), pytest.raises(RespaldoInvalido, match="carpeta"):
        respaldar(d.datos / "no" / "existe" / "r", _origen(d), d.llavero, FUENTE)


def test_disco_lleno_al_restaurar_deja_la_carpeta_como_estaba(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def a_medias(_: Path, __: object, datos: Path, **___: Any) -> None:
        (datos / "llavero.json").write_text("{}")
        (datos / "archivos" / "audio").mkdir(parents=True)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(respaldo, "_restaurar", a_medias)
    (tmp_path / "vacia").mkdir()
    for nombre, quedan in (("nueva", []), ("vacia", [tmp_path / "vacia"])):
        with pytest.raises(RespaldoInvalido, match="No cupo"):
            restaurar(tmp_path / "r.scribe", FUENTE, tmp_path / nombre)
        assert [r for r in tmp_path.iterdir() if r.name == nombre] == quedan
    assert list((tmp_path / "vacia").iterdir()) == []


# --- De antes, y su propio plazo ----------------------------------------------------------------------


def test_un_respaldo_de_una_version_anterior_se_actualiza_al_restaurar(
    motor: BaseEmpotrada, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nombre, todas = "vieja_para_respaldo", migraciones.migraciones()
    with psycopg.connect(motor.dsn(SUPERUSUARIO, "postgres"), autocommit=True) as conexion:
        conexion.execute(f"CREATE DATABASE {nombre} OWNER {DUENO}".encode())
    try:
        monkeypatch.setattr(migraciones, "migraciones", lambda: tuple(m for m in todas if m.numero <= 11))
        migrar(motor.dsn(DUENO, nombre))
        monkeypatch.undo()
        llavero = Llavero.crear(tmp_path / "llavero.json", FUENTE)
        programas = preparar_motor(motor.carpeta).programas
        informe = respaldar(
            tmp_path / "r.scribe", Origen(motor.dsn(DUENO, nombre), programas, {}), llavero, FUENTE
        )
        assert informe.archivos == 0  # se comprobó restaurándolo, ya actualizado
    finally:
        with psycopg.connect(motor.dsn(SUPERUSUARIO, "postgres"), autocommit=True) as conexion:
            conexion.execute(f"DROP DATABASE {nombre} WITH (FORCE)".encode())


def _anotar(d: Deposito, nombre: str) -> tuple[Path, UUID]:
    archivo, informe = _respaldar(d, nombre)
    with d.expediente.transaccion(Actor(None, "prueba")) as t:
        registrar(t, informe, archivo)
    return archivo, informe.id


def _sin_comprobar(archivo: Path, _: object) -> InformeDeRespaldo:
    """Lo que diría comprobarlo, sin restaurarlo: aquí importa qué se hace después con el archivo."""
    with archivo.open("rb") as entrada:
        cabecera, _octetos = leer_cabecera(entrada)
    return InformeDeRespaldo(UUID(cabecera.id), cabecera.creado, 1, 1, 1, archivo.stat().st_size)


def test_un_respaldo_viejo_se_propone_y_se_borra_pero_nunca_el_ultimo(
    d: Deposito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(respaldo, "comprobar", _sin_comprobar)
    viejo, de_viejo = _anotar(d, "viejo.scribe")
    d.sin_plazo("respaldo")
    assert d.proponer() == [], "es el único"
    nuevo, _ = _anotar(d, "nuevo.scribe")
    (cual,) = d.proponer()
    assert d.lista()[0].ambito_id == de_viejo and d.lista()[0].paciente_id is None
    escondido = viejo.rename(viejo.with_name("en-otro-disco"))
    with pytest.raises(TransicionInvalida, match="Conecte el disco"):
        d.confirmar(cual)
    viejo.write_bytes(b"otra cosa con ese nombre")  # nunca se borra lo que no es
    with pytest.raises(TransicionInvalida, match="otro archivo"):
        d.confirmar(cual)
    escondido.replace(viejo)
    suma = hashlib.sha256(nuevo.read_bytes()).hexdigest()
    assert d.confirmar(cual) is not None
    assert not viejo.exists() and hashlib.sha256(nuevo.read_bytes()).hexdigest() == suma
    assert d.certificado(cual).contenido["destruido"]["archivos"][0]["clase"] == "respaldo"
    assert str(d.datos.parent) not in os.fsdecode(d.certificado(cual).model_dump_json().encode())
    with d.base.entrar() as conexion:  # la ruta va cifrada
        filas = conexion.execute("SELECT ruta FROM expediente.respaldo").fetchall()
    assert all(b"scribe" not in bytes(f["ruta"]) for f in filas)
    assert d.verificar().integra
