"""La memoria de sumas ahorra tiempo y nunca hace pasar un archivo cambiado."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from scribe.sumas import Sumas, sha256_de


@pytest.fixture
def archivo(tmp_path: Path) -> Path:
    ruta = tmp_path / "pesos.bin"
    ruta.write_bytes(b"uno" * 1000)
    return ruta


def _sha(datos: bytes) -> str:
    return hashlib.sha256(datos).hexdigest()


def test_calcula_y_recuerda_sin_volver_a_leer(archivo: Path, tmp_path: Path) -> None:
    memoria = tmp_path / "memoria" / "sumas.json"
    leidos: list[int] = []
    assert Sumas([memoria]).de(archivo, leidos.append) == _sha(b"uno" * 1000)
    assert sum(leidos) == 3000
    assert Sumas([memoria]).de(archivo, leidos.append) == _sha(b"uno" * 1000)
    assert sum(leidos) == 3000


def test_otro_tamano_se_vuelve_a_calcular(archivo: Path, tmp_path: Path) -> None:
    sumas = Sumas([tmp_path / "sumas.json"])
    sumas.de(archivo)
    archivo.write_bytes(b"otra cosa")
    assert sumas.de(archivo) == _sha(b"otra cosa")


def test_mismo_tamano_y_mtime_falseado_se_vuelve_a_calcular(archivo: Path, tmp_path: Path) -> None:
    sumas = Sumas([tmp_path / "sumas.json"])
    sumas.de(archivo)
    antes = archivo.stat()
    archivo.write_bytes(b"dos" * 1000)
    os.utime(archivo, ns=(antes.st_atime_ns, antes.st_mtime_ns))
    assert sumas.de(archivo) == _sha(b"dos" * 1000)


def test_memoria_ilegible_no_estorba(archivo: Path, tmp_path: Path) -> None:
    memoria = tmp_path / "sumas.json"
    for basura in ("", "[]", '{"a": 1}', '{"a": [[1, 2, 3]]}', "\x00"):
        memoria.write_text(basura)
        assert Sumas([memoria]).de(archivo) == sha256_de(archivo)


def test_si_la_primera_memoria_no_se_puede_escribir_usa_la_segunda(archivo: Path, tmp_path: Path) -> None:
    tapon = tmp_path / "tapon"
    tapon.write_text("un archivo donde debería ir una carpeta")
    segunda = tmp_path / "cache" / "sumas.json"
    Sumas([tapon / "sumas.json", segunda]).de(archivo)
    assert str(archivo) in segunda.read_text()


def test_olvidar_obliga_a_leer(archivo: Path, tmp_path: Path) -> None:
    memoria = tmp_path / "sumas.json"
    Sumas([memoria]).de(archivo)
    leidos: list[int] = []
    Sumas([memoria], leer=False).de(archivo, leidos.append)
    assert sum(leidos) == 3000
