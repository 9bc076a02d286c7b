"""El manifiesto y los perfiles que se entregan son coherentes, y los incoherentes se rechazan."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from scribe.errores import AjusteInvalido
from scribe.manifiesto import Modelo, leer_modelos, manifiesto, perfil, perfiles

SUMA = "a" * 64


def _ficha(**cambios: Any) -> dict[str, Any]:
    ficha: dict[str, Any] = {
        "id": "m",
        "nombre": "M",
        "para": "Probar.",
        "licencia": "MIT",
        "origen": "autor/m",
        "paquetes": [
            {"nombre": "m-uno", "version": "1", "bytes": 1},
            {"nombre": "m-dos", "version": "1", "bytes": 1},
        ],
        "archivos": [{"ruta": "m.bin", "sha256": SUMA, "piezas": ["m-uno/a", "m-dos/b"]}],
    }
    return ficha | cambios


def test_los_perfiles_solo_nombran_modelos_del_manifiesto() -> None:
    for elegido in perfiles().values():
        assert set(elegido.ids) <= set(manifiesto()), elegido.nombre


def test_el_perfil_minimo_no_necesita_hub_ni_npm() -> None:
    for clave in perfil("minimo").ids:
        modelo = manifiesto()[clave]
        assert modelo.repositorio is None
        assert all(p.registro == "pypi" for p in modelo.paquetes)
        assert all(a.sha256 and a.bytes for a in modelo.archivos)


def test_los_perfiles_de_consulta_cubren_las_mismas_funciones() -> None:
    minimas = set(perfil("minimo").modelos)
    for nombre in ("clinica", "gpu"):
        assert minimas <= set(perfil(nombre).modelos)
        assert "reordenador" in perfil(nombre).modelos


def test_todo_modelo_dice_de_quien_es_y_su_licencia() -> None:
    for modelo in manifiesto().values():
        assert modelo.licencia and modelo.origen and modelo.para.endswith(".")
        if modelo.verificacion == "revision":
            assert modelo.notas, f"{modelo.id}: sin sumas publicadas, hay que decirlo"


def test_un_perfil_o_una_funcion_que_no_existen_se_explican() -> None:
    with pytest.raises(AjusteInvalido, match=r"No hay perfil «x».*minimo"):
        perfil("x")
    with pytest.raises(AjusteInvalido, match="no tiene modelo para «reordenador»"):
        perfil("minimo").id_de("reordenador")


@pytest.mark.parametrize(
    "cambios",
    [
        {"paquetes": []},
        {"repositorio": "a/b", "revision": "c"},
        {"paquetes": [], "repositorio": "a/b", "archivos": [{"ruta": "m.bin", "sha256": SUMA}]},
        {"archivos": [{"ruta": "m.bin", "piezas": ["m-uno/a"]}]},
        {"archivos": [{"ruta": "m.bin", "sha256": SUMA}]},
        {"archivos": [{"ruta": "m.bin", "sha256": SUMA, "piezas": ["otro/a"]}]},
        {"archivos": [{"ruta": "m.bin", "sha256": SUMA, "piezas": ["m-dos/b", "m-uno/a"]}]},
        {"archivos": [{"ruta": "../fuera", "sha256": SUMA, "piezas": ["m-uno/a"]}]},
        {"archivos": [{"ruta": "/etc/fuera", "sha256": SUMA, "piezas": ["m-uno/a"]}]},
        {"archivos": [{"ruta": "m.bin", "sha256": "corta", "piezas": ["m-uno/a"]}]},
        {"sobra": 1},
    ],
    ids=lambda cambios: next(iter(cambios)) + str(len(str(cambios))),
)
def test_rechaza_fichas_incoherentes(cambios: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Modelo(**_ficha(**cambios))


def test_la_ficha_buena_pasa_y_la_principal_es_la_mas_pesada() -> None:
    ficha = _ficha()
    ficha.pop("id")
    ficha["archivos"] = [
        {"ruta": "chico", "bytes": 1, "sha256": SUMA, "piezas": ["m-uno/c"]},
        {"ruta": "grande", "bytes": 9, "sha256": SUMA, "piezas": ["m-uno/a", "m-dos/b"]},
    ]
    modelo = leer_modelos({"m": ficha})["m"]
    assert (modelo.id, modelo.principal.ruta, modelo.bytes) == ("m", "grande", 10)
