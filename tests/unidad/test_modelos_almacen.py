"""Encontrar un modelo, comprobarlo y explicar lo que falte."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scribe import modelos
from scribe.errores import AjusteInvalido, ModeloAlterado, ModelosFaltan
from scribe.manifiesto import Modelo
from scribe.modelos import PROCEDENCIA, Almacen

PESOS, CONFIG = b"pesos del modelo", b"{}"


def _sha(datos: bytes) -> str:
    return hashlib.sha256(datos).hexdigest()


def _modelo(**cambios: object) -> Modelo:
    datos: dict[str, object] = {
        "id": "m",
        "nombre": "M",
        "para": "Probar.",
        "licencia": "MIT",
        "origen": "autor/m",
        "repositorio": "autor/m",
        "revision": "abc",
        "archivos": [
            {"ruta": "pesos.bin", "bytes": len(PESOS), "sha256": _sha(PESOS)},
            {"ruta": "sub/config.json", "sha256": _sha(CONFIG)},
        ],
    }
    return Modelo.model_validate(datos | cambios)


def _poner(carpeta: Path, pesos: bytes = PESOS) -> Path:
    """Copia a mano, como en un equipo sin red."""
    (carpeta / "m" / "sub").mkdir(parents=True, exist_ok=True)
    (carpeta / "m" / "pesos.bin").write_bytes(pesos)
    (carpeta / "m" / "sub" / "config.json").write_bytes(CONFIG)
    return carpeta / "m"


@pytest.fixture(autouse=True)
def _cache_aparte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def almacen(tmp_path: Path) -> Almacen:
    return Almacen((tmp_path / "comun", tmp_path / "propia"), {"m": _modelo()})


def test_acepta_una_copia_hecha_a_mano_en_cualquiera_de_las_carpetas(almacen: Almacen) -> None:
    puesto = _poner(almacen.carpetas[1])
    assert almacen.ruta("m") == puesto
    assert almacen.estado("m") == ("instalado", puesto)


def test_dice_que_falta_y_como_instalarlo(almacen: Almacen) -> None:
    with pytest.raises(ModelosFaltan, match=r"Falta el modelo m .*scribe modelos instalar"):
        almacen.ruta("m")
    assert almacen.estado("m")[0] == "falta"
    (_poner(almacen.carpetas[0]) / "pesos.bin").unlink()
    with pytest.raises(ModelosFaltan, match=r"\(pesos\.bin\)"):
        almacen.ruta("m")
    assert almacen.estado("m")[0] == "incompleto"


@pytest.mark.parametrize("pesos", [b"mismo largo, no!", b"otro largo"])
def test_rechaza_un_archivo_cambiado_aunque_antes_fuera_bueno(almacen: Almacen, pesos: bytes) -> None:
    _poner(almacen.carpetas[0])
    almacen.ruta("m")
    _poner(almacen.carpetas[0], pesos)
    with pytest.raises(ModeloAlterado, match=r"pesos\.bin del modelo m está dañado"):
        almacen.ruta("m")
    assert almacen.estado("m")[0] == "alterado"


def test_si_la_copia_comun_se_altera_sirve_la_propia(almacen: Almacen) -> None:
    _poner(almacen.carpetas[0], b"mismo largo, no!")
    propia = _poner(almacen.carpetas[1])
    assert almacen.ruta("m") == propia


def test_id_desconocido(almacen: Almacen) -> None:
    with pytest.raises(AjusteInvalido, match="No hay ningún modelo «z»"):
        almacen.ruta("z")


def test_identidad_dice_quien_es_y_cambia_con_el_contenido(tmp_path: Path) -> None:
    almacen = Almacen((tmp_path,), {"m": _modelo()})
    _poner(tmp_path)
    datos = almacen.identidad("m")
    assert (datos["id"], datos["origen"], datos["revision"]) == ("m", "autor/m", "abc")
    assert datos["sha256"] == _sha(PESOS)
    lineas = f"{_sha(PESOS)}  pesos.bin\n{_sha(CONFIG)}  sub/config.json\n"
    assert datos["conjunto"] == _sha(lineas.encode())


def test_sin_suma_publicada_vale_solo_lo_anotado_al_instalar(tmp_path: Path) -> None:
    ficha = _modelo(verificacion="revision", archivos=[{"ruta": "pesos.bin"}, {"ruta": "sub/config.json"}])
    almacen = Almacen((tmp_path,), {"m": ficha})
    puesto = _poner(tmp_path)
    with pytest.raises(ModelosFaltan, match="No hay suma con que comprobar"):
        almacen.ruta("m")
    sumas = {"pesos.bin": _sha(PESOS), "sub/config.json": _sha(CONFIG)}
    procedencia = {"repositorio": "autor/m", "revision": "abc", "sumas": sumas}
    (puesto / PROCEDENCIA).write_text(json.dumps(procedencia))
    assert almacen.ruta("m") == puesto
    (puesto / PROCEDENCIA).write_text(json.dumps(procedencia | {"revision": "otra"}))
    with pytest.raises(ModelosFaltan):
        almacen.ruta("m")
    (puesto / PROCEDENCIA).write_text(json.dumps(procedencia))
    (puesto / "pesos.bin").write_bytes(b"mismo largo, no!")
    with pytest.raises(ModeloAlterado):
        almacen.ruta("m")


def test_scribe_modelos_manda_sobre_las_demas_carpetas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "datos"))
    monkeypatch.delenv("SCRIBE_MODELOS", raising=False)
    assert modelos.carpetas() == (modelos.COMUN, tmp_path / "datos" / "scribe" / "modelos")
    monkeypatch.setenv("SCRIBE_MODELOS", str(tmp_path / "elegida"))
    assert modelos.carpetas() == (tmp_path / "elegida",)
    assert modelos.almacen().carpetas == (tmp_path / "elegida",)


def test_se_instala_en_la_primera_carpeta_escribible(tmp_path: Path) -> None:
    tapon = tmp_path / "tapon"
    tapon.write_text("")
    almacen = Almacen((tapon / "modelos", tmp_path / "propia"), {})
    assert almacen.donde_instalar() == tmp_path / "propia"
    with pytest.raises(ModelosFaltan, match="SCRIBE_MODELOS"):
        Almacen((tapon / "modelos",), {}).donde_instalar()
