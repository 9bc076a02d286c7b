# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""Lo que no cabe y lo que tiene que esperar: disco lleno de verdad, cola llena y relojes que retroceden."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from scribe.expediente import notas
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.errores_sql import traducir
from scribe.expediente.base.migraciones import migrar
from scribe.expediente.base.roles import DUENO
from scribe.expediente.errores import BaseNoDisponible, ErrorDeExpediente
from scribe.trabajos import capacidad, estado
from scribe.trabajos.capacidad import estimar
from scribe.trabajos.errores import ColaLlena, SinEspacio
from scribe.trabajos.modelo import Opciones, Prioridad
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import hacer
from tests.expediente_base import BasePrueba, Clinica, clinica, motor, plantilla, poblar  # noqa: F401
from tests.trabajos_base import Puesto, wav

MIB = 1 << 20


@pytest.fixture
def puesto(clinica: Clinica, tmp_path: Path) -> Puesto:
    return Puesto.de(clinica, tmp_path)


# --- El disco de verdad -------------------------------------------------------------------------------


@pytest.fixture
def disco() -> Iterator[Any]:
    """Monta un disco chico (tmpfs) y lo quita; si este sistema no deja montar, la prueba se omite."""
    carpetas: list[Path] = []

    def montar(mib: int) -> Path:
        carpeta = Path(tempfile.mkdtemp(prefix="scribe-disco-"))
        carpeta.chmod(0o711)
        orden = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=711", "tmpfs", str(carpeta)]
        if (
            os.geteuid() != 0
            or shutil.which("mount") is None
            or subprocess.run(orden, check=False).returncode
        ):
            carpeta.rmdir()
            pytest.skip("este sistema no deja montar un disco de prueba (hace falta root)")
        carpetas.append(carpeta)
        return carpeta

    yield montar
    for carpeta in carpetas:
        subprocess.run(["umount", "-l", str(carpeta)], check=True)
        carpeta.rmdir()


def _llenar(carpeta: Path, dejando: int) -> Path:
    """Ocupa el disco hasta que solo queden `dejando` bytes."""
    relleno = carpeta / "relleno"
    with relleno.open("wb") as archivo:
        os.posix_fallocate(archivo.fileno(), 0, shutil.disk_usage(carpeta).free - dejando)
    return relleno


def test_un_disco_que_se_llena_al_cerrar_no_pierde_nada(clinica: Clinica, disco: Any) -> None:
    carpeta = disco(64)
    puesto, sonido = Puesto.de(clinica, carpeta), wav(120.0)
    subida = puesto.abrir()
    puesto.mandar(subida, sonido, tamano=MIB)
    relleno = _llenar(carpeta, 2 * MIB)  # caben los trozos que ya llegaron, no además el archivo armado
    with pytest.raises(SinEspacio):
        puesto.cerrar(subida, sonido, tamano=MIB)
    with pytest.raises(SinEspacio):
        puesto.abrir()
    assert not list(carpeta.rglob("*.parcial")), "lo que no cupo no ocupa"
    assert puesto.uno("SELECT count(*) AS n FROM expediente.grabacion")["n"] == 0
    relleno.unlink()
    recibo = puesto.cerrar(subida, sonido, tamano=MIB)  # sin mandar nada otra vez
    with puesto.audio.en_claro(recibo.grabacion) as ruta:
        assert ruta.read_bytes() == sonido


def _insistir(hacer: Callable[[], Any], plazo_s: float = 120.0) -> Any:
    """Lo que hace quien recibe «espera y repite»."""
    limite = time.monotonic() + plazo_s
    while True:
        try:
            return hacer()
        except ErrorDeExpediente:
            assert time.monotonic() < limite
            time.sleep(0.2)


def test_la_base_en_un_disco_lleno_se_recupera_sola(disco: Any) -> None:
    """Lo confirmado queda, lo que no cupo no está a medias, y al haber sitio se sigue."""
    carpeta = disco(400)
    with BaseEmpotrada(carpeta) as servidor:
        migrar(servidor.dsn(DUENO))
        prueba = BasePrueba("scribe", servidor)
        c = poblar(prueba)
        antes = c.firmada(b"antes de llenarse").id
        cabeza = prueba.cabeza()
        relleno = _llenar(carpeta, 3 * MIB)
        guardadas: list[Any] = []
        with pytest.raises(ErrorDeExpediente):
            for _ in range(40):
                guardadas.append(c.nota(os.urandom(MIB)).id)
        relleno.unlink()
        otra = BaseEmpotrada(carpeta)
        otra.arrancar()  # si el diario no cupo, PostgreSQL se detuvo: al volver se recupera
        despues = _insistir(lambda: c.nota(b"ya hay sitio").id)
        with c.expediente.transaccion(c.medica) as t:
            firma = notas.leer_firma(t, antes)
            assert firma is not None and firma.contenido == b"antes de llenarse"
            for nota in (*guardadas, despues):
                assert notas.leer(t, nota).ultima_version == 1
        assert prueba.contar("nota") >= len(guardadas) + 2
        assert prueba.verificar(cabeza).integra
        prueba.expediente.piscina.cerrar()
        otra.parar()


def test_el_disco_lleno_de_la_base_se_dice_como_es() -> None:
    dicho = traducir(psycopg.errors.DiskFull())
    assert isinstance(dicho, BaseNoDisponible) and "disco" in dicho.mensaje and "medias" in dicho.remedio


def test_se_aparta_lugar_para_lo_que_otros_prometieron(
    puesto: Puesto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Con 100 MiB libres caben dos de 20 (cada una ocupa el doble al cerrar), no tres."""
    libres = SimpleNamespace(total=1 << 40, used=0, free=100 * MIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: libres)
    puesto.abrir(bytes_previstos=20 * MIB)
    puesto.abrir(bytes_previstos=20 * MIB)
    with pytest.raises(SinEspacio):
        puesto.abrir(bytes_previstos=20 * MIB)
    puesto.abrir(bytes_previstos=9 * MIB)


# --- La cola ------------------------------------------------------------------------------------------


def test_la_cola_llena_detiene_al_lote_y_nunca_a_un_medico(
    puesto: Puesto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacidad, "LOTE_MAX", 2)
    for semilla in range(2):
        puesto.subir(wav(semilla=semilla), Prioridad.LOTE)
    with pytest.raises(ColaLlena) as fallo:
        puesto.abrir(prioridad=Prioridad.LOTE)
    assert fallo.value.http == 503 and fallo.value.espera_s > 0
    for prioridad in (Prioridad.NORMAL, Prioridad.MEDICO_ESPERA):
        recibo = puesto.subir(wav(semilla=9), prioridad)
        assert puesto.trabajo(recibo)["estado"] == "pendiente"


def test_la_estimacion_cuenta_a_quien_va_delante_y_solo_a_quien_va_delante(puesto: Puesto) -> None:
    hecho = puesto.subir()
    with puesto.taller() as taller:
        hacer(taller, hecho.trabajo)
    for semilla in range(3):
        # Que digan durar un minuto: con dos segundos, lo que esperan cabe en el redondeo de la estimación.
        puesto.subir(wav(semilla=semilla), Prioridad.LOTE, duracion_s=60.0)
    dsn = puesto.clinica.base.dsn()
    with Presencia(dsn, "scribe-trabajador-computo") as una, una.de(uuid4()):
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            medico = estimar(t, Prioridad.MEDICO_ESPERA, 60.0)
            lote = estimar(t, Prioridad.LOTE, 60.0)
        assert (medico.por_delante, lote.por_delante) == (0, 3)
        assert medico.hasta_s and lote.hasta_s and medico.hasta_s < lote.hasta_s
        with Presencia(dsn, "scribe-trabajador-computo") as otra, otra.de(uuid4()):
            with puesto.expediente.transaccion(puesto.clinica.medica) as t:
                con_dos = estimar(t, Prioridad.LOTE, 60.0)
            assert con_dos.trabajadores == 2 and (con_dos.hasta_s or 0) < lote.hasta_s


def test_lo_que_requiere_atencion_no_estorba_y_se_puede_reintentar_o_cancelar(puesto: Puesto) -> None:
    roto, sano = puesto.subir(b"no es audio" * 2000), puesto.subir(wav(semilla=5))
    with puesto.taller() as taller:
        hacer(taller, roto.trabajo)
        hacer(taller, sano.trabajo)
        assert puesto.trabajo(sano)["estado"] == "hecho"
        fila = puesto.trabajo(roto)
        assert fila["estado"] == "requiere_atencion" and fila["motivo"] and fila["remedio"]
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            assert estado.reintentar(t, roto.trabajo).estado == "pendiente"
        hacer(taller, roto.trabajo)  # sigue sin ser audio
        assert puesto.trabajo(roto)["estado"] == "requiere_atencion"
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            estado.cancelar(t, roto.trabajo, "no era una grabación")
            assert estado.reintentar(t, roto.trabajo).estado == "cancelado"  # lo cancelado no revive
        hacer(taller, roto.trabajo)
    assert puesto.trabajo(roto)["estado"] == "cancelado"
    assert puesto.audio.ruta(roto.grabacion.hex).exists(), "la grabación se conserva"
    with puesto.expediente.transaccion(puesto.clinica.medica) as t:
        otro = estado.pedir_proceso(t, roto.grabacion, Opciones(plantilla="cronico"))
        assert otro.id != roto.trabajo
