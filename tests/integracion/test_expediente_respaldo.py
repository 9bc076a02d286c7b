"""Respaldar y restaurar de verdad: lo mismo vuelve, y lo cortado, alterado o ajeno se rechaza."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from scribe.expediente import respaldo
from scribe.expediente.almacen_claves import AlmacenEnBase
from scribe.expediente.base.conexion import Piscina
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.motor import preparar_motor
from scribe.expediente.base.roles import DUENO
from scribe.expediente.bitacora import Bitacora
from scribe.expediente.cifrado import CifradorDeExpediente
from scribe.expediente.cifrado_protocolo import contexto
from scribe.expediente.errores_seguridad import CifradoInvalido, LlaveroCerrado, RespaldoInvalido
from scribe.expediente.fuentes_clave import Costo, FuenteFrase
from scribe.expediente.llavero import Llavero, rotar
from scribe.expediente.llaves_bitacora import LlaveBitacora
from scribe.expediente.llaves_bitacora import Llavero as LlaveroBitacora
from scribe.expediente.respaldo import Origen, comprobar, respaldar, restaurar
from scribe.expediente.transaccion import Expediente
from tests.expediente_base import BasePrueba, Clinica, borrar_base, crear_base, motor, poblar

__all__ = ["motor"]

FUENTE = FuenteFrase("nopal violeta bicicleta martes", Costo(memoria_kib=64, pasadas=1, carriles=1))
AUDIO = os.urandom(700_000)


class Montaje:
    """Una clínica con cifrado de verdad, una nota firmada y dos grabaciones."""

    def __init__(self, motor: BaseEmpotrada, carpeta: Path) -> None:
        self.llavero = Llavero.crear(carpeta / "llavero.json", FUENTE)
        self.base = crear_base(motor)
        self.base.expediente.piscina.cerrar()
        piscina = Piscina(self.base.dsn())
        self.almacen = AlmacenEnBase(piscina)
        self.cifrador = CifradorDeExpediente(self.llavero, self.almacen)
        bitacora = Bitacora(LlaveroBitacora(LlaveBitacora(self.llavero.clave_de_bitacora())))
        self.base.expediente = Expediente(piscina, self.cifrador, self.cifrador, bitacora)
        self.clinica: Clinica = poblar(self.base)
        self.nota = self.clinica.firmada(b'{"subjetivo": "tos de tres dias"}')
        audio = carpeta / "audio"
        (audio / "2026").mkdir(parents=True)
        (audio / "2026" / "uno.cifrado").write_bytes(AUDIO)
        (audio / "dos.cifrado").write_bytes(b"")
        programas = preparar_motor(motor.carpeta).programas
        self.origen = Origen(self.base.dsn(DUENO), programas, {"audio": audio})


@pytest.fixture(scope="module")
def montaje(motor: BaseEmpotrada, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Montaje]:
    armado = Montaje(motor, tmp_path_factory.mktemp("clinica"))
    yield armado
    borrar_base(armado.base)


@pytest.fixture(scope="module")
def archivo(montaje: Montaje, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Un respaldo bueno; las pruebas trabajan sobre copias."""
    destino = tmp_path_factory.mktemp("respaldo") / "clinica.scribe"
    informe = respaldar(destino, montaje.origen, montaje.llavero, FUENTE)
    assert informe.archivos == 2
    assert informe.asientos > 5
    return destino


@pytest.fixture
def datos() -> Iterator[Path]:
    with respaldo._carpeta_temporal() as carpeta:
        yield carpeta / "datos"


def test_un_solo_archivo_privado_y_sin_nada_en_claro(archivo: Path, montaje: Montaje) -> None:
    assert archivo.stat().st_mode & 0o777 == 0o600
    assert [a.name for a in archivo.parent.iterdir()] == [archivo.name]
    contenido = archivo.read_bytes()
    for marca in (b"tos de tres", "María".encode(), b"expediente.nota", AUDIO[:24], b"PGDMP"):
        assert marca not in contenido


def test_lo_restaurado_es_lo_mismo_y_se_lee(archivo: Path, montaje: Montaje, datos: Path) -> None:
    restaurar(archivo, FUENTE, datos)
    assert (datos / "archivos" / "audio" / "2026" / "uno.cifrado").read_bytes() == AUDIO
    assert (datos / "archivos" / "audio" / "dos.cifrado").read_bytes() == b""
    llavero = Llavero.abrir(datos / "llavero.json", FUENTE)
    with BaseEmpotrada(datos) as base:
        piscina = Piscina(base.dsn())
        try:
            cifrador = CifradorDeExpediente(llavero, AlmacenEnBase(piscina))
            with psycopg.connect(base.dsn(DUENO), row_factory=dict_row) as conexion:
                fila = conexion.execute("SELECT id, contenido FROM expediente.nota_firma").fetchone()
            assert fila is not None
            donde = contexto("paciente", montaje.clinica.paciente, "nota_firma.contenido", fila["id"])
            assert b"tos de tres dias" in cifrador.descifrar(bytes(fila["contenido"]), donde)
            # Las reglas volvieron con los datos: ni el dueño borra una firma.
            with psycopg.connect(base.dsn(DUENO)) as conexion, pytest.raises(psycopg.Error):
                conexion.execute("DELETE FROM expediente.nota_firma")
        finally:
            piscina.cerrar()


def test_frase_equivocada(archivo: Path, datos: Path) -> None:
    with pytest.raises(LlaveroCerrado):
        restaurar(archivo, FuenteFrase("otra frase que no era esa", FUENTE.costo), datos)
    assert not datos.exists()


@pytest.mark.parametrize("fraccion", [0.0, 0.001, 0.01, 0.5, 0.999])
def test_cortado_no_pasa_por_bueno(archivo: Path, datos: Path, fraccion: float) -> None:
    cortado = datos.parent / "cortado"
    cortado.write_bytes(archivo.read_bytes()[: int(archivo.stat().st_size * fraccion)])
    with pytest.raises(RespaldoInvalido):
        restaurar(cortado, FUENTE, datos)
    assert not datos.exists()


@pytest.mark.parametrize("fraccion", [0.0, 0.6, 0.9999])
def test_un_byte_cambiado(archivo: Path, datos: Path, fraccion: float) -> None:
    contenido = bytearray(archivo.read_bytes())
    contenido[int(len(contenido) * fraccion)] ^= 1
    alterado = datos.parent / "alterado"
    alterado.write_bytes(contenido)
    with pytest.raises(RespaldoInvalido):
        restaurar(alterado, FUENTE, datos)


def test_cabecera_editada(archivo: Path, datos: Path) -> None:
    """La fecha va en claro: cambiarla para hacer pasar un respaldo viejo por nuevo se nota."""
    contenido = archivo.read_bytes()
    lugar = contenido.index(b'"creado":"20') + len(b'"creado":"20')
    editado = datos.parent / "editado"
    editado.write_bytes(contenido[:lugar] + b"31" + contenido[lugar + 2 :])
    with pytest.raises(RespaldoInvalido):
        restaurar(editado, FUENTE, datos)


def test_no_sobrescribe_ni_mezcla(archivo: Path, montaje: Montaje, datos: Path) -> None:
    antes = archivo.read_bytes()
    with pytest.raises(RespaldoInvalido, match="Ya hay"):
        respaldar(archivo, montaje.origen, montaje.llavero, FUENTE)
    assert archivo.read_bytes() == antes
    datos.mkdir()
    (datos / "algo").write_text("mío")
    with pytest.raises(RespaldoInvalido, match="vacía"):
        restaurar(archivo, FUENTE, datos)
    assert (datos / "algo").read_text() == "mío"


def test_interrumpido_no_deja_nada_con_ese_nombre(
    montaje: Montaje, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sin_disco(self: object, nombre: str, ruta: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scribe.expediente.archivo_respaldo.EscritorDeRespaldo.agregar_archivo", sin_disco)
    with pytest.raises(RespaldoInvalido, match="No cupo"):
        respaldar(tmp_path / "r.scribe", montaje.origen, montaje.llavero, FUENTE)
    assert list(tmp_path.iterdir()) == []


def test_pg_dump_muerto_a_medias(montaje: Montaje, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen.__enter__

    def matar(self: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        entrado = real(self)
        entrado.kill()
        return entrado

    monkeypatch.setattr(subprocess.Popen, "__enter__", matar)
    with pytest.raises(Exception, match="volcar"):
        respaldar(tmp_path / "r.scribe", montaje.origen, montaje.llavero, FUENTE)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_una_bitacora_ya_alterada_no_se_respalda_en_silencio(motor: BaseEmpotrada, tmp_path: Path) -> None:
    armado = Montaje(motor, tmp_path / "c")
    try:
        armado.base.como_dueno("DELETE FROM expediente.bitacora WHERE seq = 3")
        with pytest.raises(RespaldoInvalido, match="bitácora"):
            respaldar(tmp_path / "r.scribe", armado.origen, armado.llavero, FUENTE)
        assert not (tmp_path / "r.scribe").exists()
    finally:
        borrar_base(armado.base)


def test_el_respaldo_de_antes_de_rotar_abre(archivo: Path, montaje: Montaje) -> None:
    assert rotar(montaje.llavero, montaje.almacen, lote=1) >= 1
    comprobar(archivo, FUENTE)


# --- El almacén de claves, en la base de verdad --------------------------------------------------------


def test_celdas_intercambiadas_en_la_base_no_abren(montaje: Montaje) -> None:
    cifrador, paciente = montaje.cifrador, montaje.clinica.paciente
    base: BasePrueba = montaje.base
    with base.entrar() as conexion:
        fila = conexion.execute("SELECT id, contenido FROM expediente.nota_firma LIMIT 1").fetchone()
    assert fila is not None
    donde = contexto("paciente", paciente, "nota_firma.contenido", fila["id"])
    assert cifrador.descifrar(bytes(fila["contenido"]), donde)
    for otro in (
        contexto("paciente", paciente, "nota_version.contenido", fila["id"]),
        contexto("paciente", paciente, "nota_firma.contenido", paciente),
    ):
        with pytest.raises(CifradoInvalido):
            cifrador.descifrar(bytes(fila["contenido"]), otro)


def test_la_aplicacion_no_puede_borrar_claves(montaje: Montaje) -> None:
    with montaje.base.entrar() as conexion, pytest.raises(psycopg.Error):
        conexion.execute("DELETE FROM expediente.clave_datos")


def test_no_queda_basura(tmp_path: Path) -> None:
    assert not list(Path(os.environ.get("TMPDIR", "/tmp")).glob("scribe-respaldo-*/datos/base/pgdata"))
    shutil.rmtree(tmp_path)
