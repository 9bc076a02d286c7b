"""El cuaderno: vuelve igual, no se lee sin su llave, aguanta cortes, y dos a la vez no se estorban."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scribe.cuaderno import Cuaderno

LLAVE = bytes(range(32))


def _lleno(ruta: Path) -> dict[str, str]:
    dicho = {f"llave-{n}": f"neumonía {n} \U0001f600" * n for n in range(20)}
    with Cuaderno(ruta, LLAVE) as cuaderno:
        cuaderno.update(dicho)
    return dicho


def test_lo_anotado_vuelve_en_otro_proceso(tmp_path: Path) -> None:
    dicho = _lleno(tmp_path / "c" / "a.cuaderno")
    with Cuaderno(tmp_path / "c" / "a.cuaderno", LLAVE) as otra:
        assert dict(otra) == dicho
        otra["más"] = "tos"
    with Cuaderno(tmp_path / "c" / "a.cuaderno", LLAVE) as otra:
        assert dict(otra) == {**dicho, "más": "tos"}
    assert (tmp_path / "c").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "c" / "a.cuaderno").stat().st_mode & 0o777 == 0o600


def test_repetir_lo_mismo_no_hace_crecer_el_archivo(tmp_path: Path) -> None:
    _lleno(tmp_path / "a")
    antes = (tmp_path / "a").stat().st_size
    _lleno(tmp_path / "a")
    assert (tmp_path / "a").stat().st_size == antes


def test_sin_su_llave_no_dice_nada(tmp_path: Path) -> None:
    _lleno(tmp_path / "a")
    assert "neumonía".encode() not in (tmp_path / "a").read_bytes()
    with Cuaderno(tmp_path / "a", os.urandom(32)) as ajeno:
        assert not ajeno


@pytest.mark.parametrize("quita", [1, 5, 17, 60])
def test_cortado_en_cualquier_byte_conserva_lo_anterior_y_se_sigue(tmp_path: Path, quita: int) -> None:
    dicho = _lleno(tmp_path / "a")
    entero = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(entero[:-quita])
    with Cuaderno(tmp_path / "a", LLAVE) as cuaderno:
        assert dict(cuaderno) == {c: v for c, v in dicho.items() if c != "llave-19"}
        cuaderno["llave-19"] = dicho["llave-19"]
    with Cuaderno(tmp_path / "a", LLAVE) as cuaderno:
        assert dict(cuaderno) == dicho


def test_un_renglon_cambiado_no_pasa_por_bueno(tmp_path: Path) -> None:
    _lleno(tmp_path / "a")
    datos = bytearray((tmp_path / "a").read_bytes())
    datos[60] ^= 1
    (tmp_path / "a").write_bytes(datos)
    with Cuaderno(tmp_path / "a", LLAVE) as cuaderno:
        assert len(cuaderno) < 20


def test_el_segundo_lee_y_lo_suyo_se_queda_en_memoria(tmp_path: Path) -> None:
    with Cuaderno(tmp_path / "a", LLAVE) as primero:
        primero["x"] = "1"
        with Cuaderno(tmp_path / "a", LLAVE) as segundo:
            segundo["y"] = "2"
            assert dict(segundo) == {"x": "1", "y": "2"}
        primero["z"] = "3"
    with Cuaderno(tmp_path / "a", LLAVE) as despues:
        assert dict(despues) == {"x": "1", "z": "3"}


def test_sin_donde_escribir_se_trabaja_en_memoria(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("no es una carpeta")
    with Cuaderno(tmp_path / "c" / "a", LLAVE) as cuaderno:
        cuaderno["x"] = "1"
        assert dict(cuaderno) == {"x": "1"}
        del cuaderno["x"]
        assert not cuaderno
