"""La tabla de cumplimiento dice la verdad hasta donde se puede comprobar sin leerla entera."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from scribe.expediente.cumplimiento import NORMAS, Norma, Renglon, documento, es_ruta, norma, principal
from scribe.web import permisos
from scribe.web.aplicacion import crear
from tests.citas import defecto

RAIZ = Path(__file__).resolve().parents[2]
DOCUMENTO = RAIZ / "docs" / "cumplimiento.md"
TEXTOS = RAIZ.parent / "shared" / "normas"


def test_el_documento_esta_al_dia() -> None:
    puesto = DOCUMENTO.read_text("utf-8")
    assert puesto == documento(), "póngalo al día con: python -m scribe.expediente.cumplimiento"


def test_la_orden_lo_escribe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert principal(["--salida", str(tmp_path)]) == 0
    assert (tmp_path / "cumplimiento.md").read_text("utf-8") == documento()
    assert str(tmp_path) in capsys.readouterr().out


@pytest.mark.parametrize("clave", NORMAS)
def test_cada_prueba_citada_existe_y_comprueba(clave: str) -> None:
    citas = {c for r in norma(clave).renglones for c in r.pruebas}
    assert citas and {c: d for c in citas if (d := defecto(c, RAIZ))} == {}


def test_cada_archivo_y_cada_ruta_que_cita_existen() -> None:
    lugares = {d for clave in NORMAS for r in norma(clave).renglones for d in r.donde}
    app = crear(SimpleNamespace(tls=False))  # type: ignore[arg-type]
    rutas = {f"{metodo} {r.path}" for r in permisos.rutas(app) for metodo in r.methods}
    assert [d for d in lugares if es_ruta(d) and d not in rutas] == []
    assert [d for d in lugares if not es_ruta(d) and not (RAIZ / d).is_file()] == []


@pytest.mark.parametrize("clave", NORMAS)
def test_lo_cumplido_dice_donde_y_con_que_prueba_y_lo_demas_por_que(clave: str) -> None:
    for r in norma(clave).renglones:
        if r.estado == "cumplida":
            assert r.donde and r.pruebas, r.numerales
        else:
            assert len(r.porque) > 15 and r.porque.endswith("."), r.numerales
    assert {r.estado for r in norma(clave).renglones} >= {"cumplida", "pendiente"}


# --- Los numerales salen de la norma ---------------------------------------------------------------


def test_ningun_numeral_marcado_para_consulta_externa_falta() -> None:
    n = norma("nom024")
    con_criterios = {c.rpartition(".")[0] for c in n.numerales}
    assert len(n.marcados) == 27 and [m for m in (*n.marcados, *n.ilegibles) if m not in con_criterios] == []
    for clave in con_criterios:
        letras = [c.rpartition(".")[2] for c in n.numerales if c.rpartition(".")[0] == clave]
        if letras[0].isalpha():
            assert letras == [chr(ord("a") + i) for i in range(len(letras))], clave


def test_estan_los_49_elementos_de_la_866() -> None:
    elementos = [c for c in norma("res866").numerales if c.startswith("elemento ")]
    assert elementos == [f"elemento {i}" for i in range(1, 50)]


def _plano(texto: str) -> str:
    return re.sub(r"\s+", " ", texto.replace("\xa0", " ")).strip()


def _celdas(texto: str) -> list[str]:
    return [_plano(c) for c in texto.split("|")]


@pytest.fixture
def nom024() -> str:
    """El texto de la norma, si se tiene al lado del repositorio."""
    archivo = TEXTOS / "nom-024-ssa3-2010.txt"
    if not archivo.is_file():
        pytest.skip("el texto de la norma no está junto al repositorio")
    return archivo.read_text("utf-8")


def test_la_lista_es_la_del_texto_de_la_nom024(nom024: str) -> None:
    n = norma("nom024")
    apendice_c = _celdas(nom024[nom024.index("12. APENDICE NORMATIVO C") :])
    marcas = {c: apendice_c[i + 2] for i, c in enumerate(apendice_c) if re.fullmatch(r"\d(\.\d+){2}", c)}
    assert [c for c, marca in marcas.items() if marca == "X"] == list(n.marcados)
    assert not set(n.ilegibles) & set(marcas)
    inicio, fin = nom024.index("10. APENDICE\nNORMATIVO A"), nom024.index("11. APENDICE NORMATIVO B")
    celdas = _celdas(nom024[inicio:fin])
    for i, clave in enumerate(celdas):
        suyos = {c: pide for c, pide in n.numerales.items() if c.rpartition(".")[0] == clave}
        if suyos:
            letra_y_texto = " ".join(f"{c.rpartition('.')[2]}. {pide}" for c, pide in suyos.items())
            assert _plano(celdas[i + 2]) == letra_y_texto
            assert celdas[i + 1] == n.grupos[clave]


# --- La comprobación también se comprueba ----------------------------------------------------------


def _tabla(**cambios: Any) -> dict[str, Any]:
    base = {
        "titulo": "N", "fuente": "f", "verificado": "2026-01-01", "advertencia": "a", "alcance": "a",
        "grupos": {"1": "uno"}, "numerales": {"1.a": "x", "1.b": "y"},
        "renglones": [{"numerales": ["1.a", "1.b"], "estado": "pendiente", "porque": "falta"}],
    }  # fmt: skip
    return {**base, **cambios}


def test_un_numeral_sin_renglon_con_dos_o_ajeno_no_pasa() -> None:
    assert Norma.model_validate(_tabla())
    uno = {"numerales": ["1.a"], "estado": "pendiente", "porque": "falta"}
    otro = {**uno, "numerales": ["1.b"]}
    for malo, culpable in (
        ([uno], "1.b"),
        ([uno, otro, uno], "1.a"),
        ([uno, otro, {**uno, "numerales": ["1.c"]}], "1.c"),
    ):
        with pytest.raises(ValidationError, match=re.escape(culpable)):
            Norma.model_validate(_tabla(renglones=malo))
    with pytest.raises(ValidationError, match="de ningún grupo"):
        Norma.model_validate(_tabla(grupos={"2": "dos"}))


@pytest.mark.parametrize(
    "malo",
    [
        {"estado": "cumplida", "donde": ["a.py"]},
        {"estado": "cumplida", "pruebas": ["b"]},
        {"estado": "pendiente"},
        {"estado": "no es de este sistema"},
        {"estado": "casi"},
    ],
)
def test_un_renglon_a_medias_no_pasa(malo: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Renglon.model_validate({"numerales": ["1"], **malo})


PRUEBAS = """
import pytest

def _mira(x):
    assert x

@pytest.mark.parametrize(("a", "b"), [("x", 1), ("y", None)])
@pytest.mark.parametrize("c", ["p", "q"])
def test_con_casos(a, b, c):
    assert a

def test_por_otra():
    _mira(1)

def test_lanza():
    with pytest.raises(ValueError):
        int("x")

def test_vacia():
    print("nada")

@pytest.mark.skip(reason="x")
def test_apagada():
    assert True

@pytest.mark.parametrize("a", cosas())
def test_calculada(a):
    assert a
"""


@pytest.mark.parametrize(
    ("cita", "mal"),
    [
        ("tests/x.py::test_con_casos", ""),
        ("tests/x.py::test_con_casos[p-x-1]", ""),
        ("tests/x.py::test_con_casos[q-y-None]", ""),
        ("tests/x.py::test_con_casos[x-1-p]", "no tiene ese caso"),
        ("tests/x.py::test_con_casos[z]", "no tiene ese caso"),
        ("tests/x.py::test_por_otra", ""),
        ("tests/x.py::test_por_otra[a]", "no tiene ese caso"),
        ("tests/x.py::test_lanza", ""),
        ("tests/x.py::test_vacia", "no comprueba nada"),
        ("tests/x.py::test_apagada", "se salta"),
        ("tests/x.py::test_calculada[a]", "no tiene ese caso"),
        ("tests/x.py::test_no_hay", "no existe"),
        ("tests/y.py::test_lanza", "archivo no existe"),
        ("tests/x.py", "forma"),
        ("scribe/x.py::test_lanza", "forma"),
    ],
)
def test_una_cita_falsa_se_nota(cita: str, mal: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "x.py").write_text(PRUEBAS)
    dicho = defecto(cita, tmp_path)
    assert mal in dicho and bool(mal) == bool(dicho)
