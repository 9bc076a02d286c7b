"""La caché de etapas: repite sin rehacer, no se lee sin la grabación y nunca estorba."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from scribe.almacen import Almacen, clave, huella_de_codigo
from scribe.consulta import Escucha, Palabra, Separacion, Tramo

TIPO = TypeAdapter(tuple[Escucha, ...])
DICHO = (Escucha(idioma="es", palabras=(Palabra(texto="neumonía", inicio=0, fin=1, prob=0.9),)),)


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    ruta = tmp_path / "a.wav"
    ruta.write_bytes(os.urandom(5000))
    return ruta


def test_la_segunda_vez_no_se_rehace(tmp_path: Path, audio: Path) -> None:
    veces = []
    almacen = Almacen.de_grabacion(tmp_path / "c", audio, activo=True)
    for _ in range(2):
        resultado, _ = almacen.recordar("asr-1", TIPO, lambda: veces.append(1) or DICHO)  # type: ignore[func-returns-value]
        assert resultado == DICHO
    assert len(veces) == 1


def test_lo_guardado_no_se_lee_sin_la_grabacion(tmp_path: Path, audio: Path) -> None:
    Almacen.de_grabacion(tmp_path / "c", audio, activo=True).recordar("asr-1", TIPO, lambda: DICHO)
    guardado = next((tmp_path / "c" / "etapas").glob("*.bin"))
    assert "neumonía".encode() not in guardado.read_bytes()
    assert (guardado.parent.stat().st_mode & 0o777) == 0o700
    assert (guardado.stat().st_mode & 0o777) == 0o600
    audio.write_bytes(b"otra grabacion")
    otro = Almacen.de_grabacion(tmp_path / "c", audio, activo=True)
    assert otro.recordar("asr-1", TIPO, lambda: ()) == ((), False)


def test_dos_grabaciones_con_los_mismos_ajustes_no_se_pisan(tmp_path: Path, audio: Path) -> None:
    otro = tmp_path / "b.wav"
    otro.write_bytes(os.urandom(5000))
    uno, dos = (Almacen.de_grabacion(tmp_path / "c", a, activo=True) for a in (audio, otro))
    estaban = [a.recordar("asr-1", TIPO, lambda: DICHO)[1] for a in (uno, dos, uno, dos)]
    assert estaban == [False, False, True, True]


@pytest.mark.parametrize("basura", [b"", b"x" * 5, os.urandom(400)])
def test_un_archivo_danado_se_rehace(tmp_path: Path, audio: Path, basura: bytes) -> None:
    almacen = Almacen.de_grabacion(tmp_path / "c", audio, activo=True)
    almacen.recordar("asr-1", TIPO, lambda: DICHO)
    next((tmp_path / "c" / "etapas").glob("*.bin")).write_bytes(basura)
    assert almacen.recordar("asr-1", TIPO, lambda: DICHO) == (DICHO, False)
    assert almacen.recordar("asr-1", TIPO, lambda: DICHO) == (DICHO, True)


def test_sin_sitio_donde_escribir_se_trabaja_igual(tmp_path: Path, audio: Path) -> None:
    (tmp_path / "c").write_text("esto es un archivo, no una carpeta")
    almacen = Almacen.de_grabacion(tmp_path / "c", audio, activo=True)
    assert almacen.recordar("asr-1", TIPO, lambda: DICHO) == (DICHO, False)


def test_apagada_no_escribe(tmp_path: Path, audio: Path) -> None:
    almacen = Almacen.de_grabacion(tmp_path / "c", audio, activo=False)
    almacen.recordar("asr-1", TIPO, lambda: DICHO)
    assert not (tmp_path / "c").exists()


def test_las_huellas_de_voz_van_y_vuelven(tmp_path: Path, audio: Path) -> None:
    huella = np.array([0.6, 0.8], dtype=np.float32)
    separacion = Separacion((Tramo(hablante="H1", inicio=0, fin=1),), {"H1": huella})
    almacen = Almacen.de_grabacion(tmp_path / "c", audio, activo=True)
    for _ in range(2):
        vuelta, _ = almacen.recordar("d", TypeAdapter(Separacion), lambda: separacion)
    assert vuelta.tramos == separacion.tramos
    np.testing.assert_array_equal(vuelta.huellas["H1"], huella)


def test_la_clave_cambia_con_los_ajustes_y_con_los_cuartos() -> None:
    base = clave("asr", {"m": "a"}, "es", cuartos=("asr",))
    assert base == clave("asr", {"m": "a"}, "es", cuartos=("asr",))
    otras = {
        clave("asr", {"m": "b"}, "es", cuartos=("asr",)),
        clave("asr", {"m": "a"}, "en", cuartos=("asr",)),
        clave("asr", {"m": "a"}, "es", cuartos=("asr", "audio")),
        clave("nota", {"m": "a"}, "es", cuartos=("asr",)),
    }
    assert base not in otras and len(otras) == 4
    assert huella_de_codigo("consulta") != huella_de_codigo("errores")
