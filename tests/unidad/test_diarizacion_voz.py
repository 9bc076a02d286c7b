"""Voces registradas: permisos, nombres y daños."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from scribe.diarizacion import voz
from scribe.errores import AjusteInvalido
from scribe.ordenes.voz import app


@pytest.fixture(autouse=True)
def carpeta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    destino = tmp_path / "voces"
    monkeypatch.setattr(voz, "carpeta", lambda: destino)
    return destino


def test_guardar_y_cargar_solo_para_su_dueno(carpeta: Path) -> None:
    archivo = voz.guardar("Dra. Peña", np.array([3.0, 4.0], dtype=np.float32), "campplus")
    assert stat.S_IMODE(archivo.stat().st_mode) == 0o600
    assert stat.S_IMODE(carpeta.stat().st_mode) == 0o700
    assert np.allclose(voz.cargar("dra peña"), [0.6, 0.8])
    assert voz.nombres() == ("Dra. Peña",)
    assert list(carpeta.glob("*.tmp")) == []


def test_el_nombre_no_sale_de_la_carpeta(carpeta: Path) -> None:
    archivo = voz.guardar("../../etc/x", np.ones(2, dtype=np.float32), "campplus")
    assert archivo.parent == carpeta


@pytest.mark.parametrize(
    "contenido", ["{", "{}", '{"huella": "x"}', '{"huella": [0, 0]}', '{"huella": [[1]]}']
)
def test_una_voz_danada_se_dice(carpeta: Path, contenido: str) -> None:
    carpeta.mkdir()
    (carpeta / "ana.json").write_text(contenido, "utf-8")
    with pytest.raises(AjusteInvalido, match="dañada"):
        voz.cargar("Ana")


@pytest.mark.parametrize("nombre", ["", "  ", "¿?"])
def test_un_nombre_sin_letras_no_sirve(nombre: str) -> None:
    with pytest.raises(AjusteInvalido):
        voz.guardar(nombre, np.ones(2, dtype=np.float32), "campplus")


def test_ordenes_listar_y_borrar(carpeta: Path) -> None:
    voz.guardar("Ana", np.ones(2, dtype=np.float32), "campplus")
    corredor = CliRunner()
    assert "Ana" in corredor.invoke(app, ["listar"]).output
    assert corredor.invoke(app, ["borrar", "Ana"]).exit_code == 0
    assert voz.nombres() == ()
    assert isinstance(corredor.invoke(app, ["borrar", "Ana"]).exception, AjusteInvalido)


def test_hallar_solo_da_la_del_mismo_modelo(carpeta: Path) -> None:
    voz.guardar("doctora.gomez", np.ones(4, np.float32), "campp")
    assert voz.hallar("doctora.gomez", "campp") is not None
    assert voz.hallar("doctora.gomez", "otro-modelo") is None
    assert voz.hallar("nadie", "campp") is None
    (carpeta / "doctora-gomez.json").write_text("{a medias", "utf-8")
    assert voz.hallar("doctora.gomez", "campp") is None
