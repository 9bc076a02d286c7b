"""El archivo de respaldo se escribe y se lee por partes: la memoria no crece con el audio."""

from __future__ import annotations

import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scribe.expediente.archivo_respaldo import Cabecera, EscritorDeRespaldo, LectorDeRespaldo, leer_cabecera
from scribe.expediente.cifrado import Clave, ClaveEnvuelta
from scribe.expediente.errores_seguridad import RespaldoInvalido

CLAVE = Clave(b"\x07" * 32)
CABECERA = Cabecera(
    id="r", instalacion="i", creado=datetime(2026, 1, 1, tzinfo=UTC), llavero=b"x",
    clave=ClaveEnvuelta(id="respaldo:r", maestra="m", envuelta=b"x"),
)  # fmt: skip


def _ida_y_vuelta(carpeta: Path, mebibytes: int) -> int:
    """El pico de memoria (bytes) de respaldar y leer un archivo de ese tamaño."""
    audio, destino = carpeta / "audio", carpeta / f"r{mebibytes}"
    with audio.open("wb") as archivo:
        for _ in range(mebibytes):
            archivo.write(os.urandom(1 << 20))
    tracemalloc.start()
    with destino.open("wb") as salida:
        escritor = EscritorDeRespaldo(salida, CABECERA, CLAVE)
        escritor.agregar_base([b"volcado"])
        escritor.agregar_archivo("audio/uno", audio)
        escritor.terminar(CABECERA.creado, {}, {})
    with destino.open("rb") as entrada:
        cabecera, octetos = leer_cabecera(entrada)
        lector = LectorDeRespaldo(entrada, CLAVE, cabecera, octetos)
        assert list(lector.base()) == [b"volcado"]
        for nombre, contenido in lector.archivos():
            assert nombre == "audio/uno"
            while contenido.read(1 << 16):
                pass
        assert set(lector.manifiesto().archivos) == {"audio/uno"}
    pico = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return pico


def test_la_memoria_no_crece_con_el_audio(tmp_path: Path) -> None:
    chico, grande = _ida_y_vuelta(tmp_path, 4), _ida_y_vuelta(tmp_path, 48)
    assert grande - chico < 2 << 20 and grande < 8 << 20


def test_un_archivo_que_encoge_mientras_se_lee_lo_dice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruta = tmp_path / "audio"
    ruta.write_bytes(b"x" * 1000)
    escritor = EscritorDeRespaldo((tmp_path / "r").open("wb"), CABECERA, CLAVE)
    verdadero = os.fstat
    monkeypatch.setattr(os, "fstat", lambda d: os.stat_result((*verdadero(d)[:6], 2000, *verdadero(d)[7:])))
    with pytest.raises(RespaldoInvalido, match="cambió"):
        escritor.agregar_archivo("audio/uno", ruta)


def test_el_disco_lleno_no_se_confunde_con_un_archivo_que_cambio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "audio").write_bytes(b"x" * 2_000_000)
    escritor = EscritorDeRespaldo((tmp_path / "r").open("wb"), CABECERA, CLAVE)

    def lleno(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(escritor._cifrado), "write", lleno)
    with pytest.raises(OSError, match="space"):
        escritor.agregar_archivo("audio/uno", tmp_path / "audio")
    escritor.abandonar()
