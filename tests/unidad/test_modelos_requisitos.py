"""Las dependencias: un solo lugar, versiones exactas, coherentes con el proyecto."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RAIZ = Path(__file__).resolve().parents[2]
REQUISITOS = RAIZ / "requisitos"


def _bloqueo(nombre: str) -> dict[str, str]:
    lineas = [linea for linea in (REQUISITOS / nombre).read_text("utf-8").splitlines() if linea[:1] != "#"]
    pares = [linea.split("==") for linea in lineas if linea]
    assert all(len(par) == 2 for par in pares), "todas van con versión exacta"
    return {canonicalize_name(paquete): version for paquete, version in pares}


def _directas(grupo: str | None = None) -> list[Requirement]:
    proyecto = tomllib.loads((RAIZ / "pyproject.toml").read_text("utf-8"))["project"]
    textos = proyecto["optional-dependencies"][grupo] if grupo else proyecto["dependencies"]
    return [Requirement(texto) for texto in textos]


@pytest.fixture
def entorno() -> ModuleType:
    especificacion = importlib.util.spec_from_file_location("entorno", REQUISITOS / "entorno.py")
    assert especificacion is not None and especificacion.loader is not None
    modulo = importlib.util.module_from_spec(especificacion)
    especificacion.loader.exec_module(modulo)
    return modulo


def test_el_bloqueo_cumple_lo_que_pide_el_proyecto() -> None:
    bloqueo = _bloqueo("bloqueo.txt") | _bloqueo("evaluacion.txt")
    for directa in _directas() + _directas("evaluacion"):
        version = bloqueo.get(canonicalize_name(directa.name))
        assert version is not None, f"{directa.name} no está bloqueado"
        assert directa.specifier.contains(version), f"{directa} no admite {version}"


def test_las_listas_no_se_contradicen_ni_traen_cuda() -> None:
    listas = [_bloqueo(n) for n in ("bloqueo.txt", "evaluacion.txt", "pruebas.txt")]
    todo = {paquete: version for lista in listas for paquete, version in lista.items()}
    assert len(todo) == sum(map(len, listas)), "un paquete está en dos listas"
    assert not [p for p in todo if p.startswith(("nvidia", "cuda", "triton", "jax"))]
    for paquete, version in _bloqueo("construccion.txt").items():
        assert todo.get(paquete, version) == version


@pytest.mark.parametrize(("carpeta", "grupo"), [("scribe", None), ("evaluacion", "evaluacion")])
def test_todo_lo_que_se_importa_esta_declarado(carpeta: str, grupo: str | None) -> None:
    """Cada biblioteca ajena que el código importa es una dependencia directa."""
    import ast
    from importlib.metadata import packages_distributions

    de_quien = packages_distributions()
    directas: set[str] = {canonicalize_name(d.name) for d in _directas()}
    # Llegan con otra directa y se usan solo a través de ella.
    directas |= {
        "markupsafe",
        "pydantic-core",
        "pyannote-core",
        "pyannote-pipeline",
        "click",
        "ctranslate2",
        "psycopg-pool",
        "starlette",
    }
    if grupo is not None:
        directas |= {canonicalize_name(d.name) for d in _directas(grupo)}
        # La carga en el navegador se mide con lo que instalan las pruebas, y así lo dice.
        directas |= {"onnxruntime", "pyannote-metrics", "playwright"}
    faltan = set()
    for archivo in (RAIZ / carpeta).rglob("*.py"):
        if archivo.parent.name == "pares":
            continue  # cada par dice en `falta()` qué instalar
        for nodo in ast.walk(ast.parse(archivo.read_text("utf-8"))):
            nombres = []
            if isinstance(nodo, ast.Import):
                nombres = [alias.name for alias in nodo.names]
            elif isinstance(nodo, ast.ImportFrom) and nodo.module and not nodo.level:
                nombres = [nodo.module]
            for nombre in (n.split(".")[0] for n in nombres):
                if nombre in sys.stdlib_module_names or nombre in ("scribe", "evaluacion"):
                    continue
                duenos = {canonicalize_name(d) for d in de_quien.get(nombre, [nombre])}
                if not duenos & directas:
                    faltan.add(f"{nombre} en {archivo.relative_to(RAIZ)}")
    assert not faltan


@pytest.mark.parametrize(
    ("dicho", "explicado"),
    [
        ("OSError: [Errno 28] No space left on device", "se llenó el disco"),
        ("CMake Error: CMAKE_CXX_COMPILER not set", "g++ python3-dev"),
        ("ERROR: No matching distribution found for torch==2.13.0", "índice de paquetes"),
        ("algo\nERROR: fallo raro", "pip no pudo instalar dependencias: ERROR: fallo raro"),
    ],
)
def test_los_fallos_de_pip_se_explican(entorno: ModuleType, dicho: str, explicado: str) -> None:
    assert explicado in entorno._explicar("dependencias", dicho)


def test_un_python_no_admitido_se_dice(entorno: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entorno.sys, "version_info", (3, 10, 0))
    with pytest.raises(entorno.Aviso, match=r"hace falta Python 3\.11 a 3\.13 y este es 3\.10"):
        entorno._exigir_python()


def test_lo_que_quedo_a_medias_se_olvida(
    entorno: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paquetes = tmp_path / "lib" / "python3.11" / "site-packages"
    for nombre, marca in (("entero-1.dist-info", "INSTALLER"), ("cortado-1.dist-info", "METADATA")):
        (paquetes / nombre).mkdir(parents=True)
        (paquetes / nombre / marca).write_text("")
    monkeypatch.setattr(entorno, "ENTORNO", tmp_path)
    entorno._retirar_a_medias()
    assert [p.name for p in paquetes.iterdir()] == ["entero-1.dist-info"]


def test_el_sello_vale_hasta_que_cambia_algo(
    entorno: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for nombre in ("bloqueo.txt", "evaluacion.txt", "cuda.txt", "construccion.txt", "pruebas.txt"):
        (tmp_path / nombre).write_text((REQUISITOS / nombre).read_text("utf-8"))
    monkeypatch.setattr(entorno, "REQUISITOS", tmp_path)
    monkeypatch.setattr(entorno, "SELLO", tmp_path / "sello.json")
    monkeypatch.setattr(entorno, "PYTHON", Path(sys.executable))
    assert not entorno._sellado(False)
    entorno._sellar(False)
    assert entorno._sellado(False) and not entorno._sellado(True)
    entorno._sellar(True)
    assert entorno._sellado(False) and entorno._sellado(True)
    (tmp_path / "pruebas.txt").write_text("otra==1")
    assert entorno._sellado(False) and not entorno._sellado(True)
    (tmp_path / "bloqueo.txt").write_text("otra==1")
    assert not entorno._sellado(False)


def test_sistema_dice_que_instalar_a_quien_no_es_root(tmp_path: Path) -> None:
    for programa, cuerpo in (("id", "echo 1000"), ("python-pelado", "exit 1")):
        (tmp_path / programa).write_text(f"#!/bin/sh\n{cuerpo}\n")
        (tmp_path / programa).chmod(0o755)
    entorno = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHON": "python-pelado"}
    orden = [str(REQUISITOS / "sistema.sh"), "prueba"]
    salida = subprocess.run(orden, env=entorno, capture_output=True, text=True, check=False)
    assert salida.returncode == 2
    assert "sudo apt-get install python3-venv python3-dev" in salida.stderr
