"""Las tablas propias de la codificación: bien formadas y sin contradicciones."""

from __future__ import annotations

from collections import defaultdict

import pytest

from scribe.codificacion import indice as indices
from scribe.codificacion.buscador import Buscador
from scribe.codificacion.catalogo import Catalogo, titulos_propios
from scribe.codificacion.detector import Detector
from scribe.codificacion.normal import claves, normal
from scribe.codificacion.reglas import en_embarazo, explica, historia_familiar, manifestacion, reglas
from scribe.codificacion.sinonimos import conceptos, de_codiesp, dicho, equivalencias


def test_hay_al_menos_700_filas_y_2000_terminos() -> None:
    assert len(conceptos()) >= 700
    assert sum(len(c.terminos) for c in conceptos()) >= 2000


def test_ningun_termino_lleva_a_dos_codigos() -> None:
    por_forma: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for concepto in conceptos():
        for termino in concepto.terminos:
            if termino[0] not in "=^" and not termino.isupper():
                por_forma[claves(termino)].add(concepto.cie10)
    assert {f: c for f, c in por_forma.items() if len(c) > 1} == {}


def test_todo_termino_conserva_algo_que_comparar() -> None:
    vacios = [
        t for c in conceptos() for t in c.terminos if not t.isupper() and not claves(dicho(t))
    ]
    assert vacios == []


def test_cada_termino_se_detecta_a_si_mismo() -> None:
    detector = Detector()
    for concepto in conceptos():
        for termino in concepto.terminos:
            forma = dicho(termino)
            assert any(h.concepto.cie10 == concepto.cie10 for h in detector.buscar(forma)), termino


@pytest.mark.parametrize(
    ("dicho", "codigo"),
    [
        ("le salieron unas anginas", "J03.9"),
        ("tiene sistitis", "N30.0"),
        ("ando mala de la vesícula, tengo piedras en la vesícula", "K80.2"),
        ("es diabético", "E14.9"),
        ("las diabéticas", "E14.9"),
        ("infección en las vías urinarias", "N39.0"),
        ("trae una lumbalje", "M54.5"),
        ("uña enterrada", "L60.0"),
        ("le pusieron un DIU", "Z97.5"),
    ],
)
def test_detecta_como_se_dice(dicho: str, codigo: str) -> None:
    assert codigo in {h.concepto.cie10 for h in Detector().buscar(dicho)}


@pytest.mark.parametrize(
    "dicho",
    [
        "no me la tomé",
        "los pulmones están limpios",
        "¿qué has tomado?",
        "sí, doctor",
        "se cayó",
        "pongan barras",
        "una bolsa",
    ],
)
def test_no_ve_enfermedades_donde_no_las_hay(dicho: str) -> None:
    assert [h for h in Detector().buscar(dicho) if h.concepto.clase == "d"] == []


def test_la_enie_no_se_pierde() -> None:
    assert normal("uña") != normal("una")


def test_equivalencias_a_cie11() -> None:
    assert equivalencias()["I10"] == "BA00.Z"
    assert len(equivalencias()) >= 500


def test_codiesp_trae_atribucion_y_no_pisa_lo_propio() -> None:
    propias = {(normal(dicho(t)), c.cie10[:3]) for c in conceptos() for t in c.terminos}
    assert len(de_codiesp()) > 1000
    assert not [t for t, codigo in de_codiesp() if (normal(t), codigo[:3]) in propias]


def test_la_tabla_propia_va_antes_que_codiesp() -> None:
    # «hepatitis» está en las dos: la nuestra es la viral; la de CodiEsp, la inflamatoria.
    assert ("hepatitis", "K75.9") in de_codiesp()
    catalogo = Catalogo("CIE-10", {"B19.9": "Rubro uno", "K75.9": "Rubro dos"})
    buscador = Buscador({"CIE-10": catalogo}, {"CIE-10": indices.construir(catalogo)})
    assert [a.codigo for a in buscador.buscar("hepatitis")] == ["B19.9", "K75.9"]


def test_titulos_propios() -> None:
    assert len(titulos_propios()) == 14
    assert all(len(t) > 8 and t.lower() != "nan" for t in titulos_propios().values())


def test_reglas_de_tablas() -> None:
    assert explica("R07.0", "J03.9")
    assert not explica("R07.0", "I10")
    assert not explica("J03.9", "J03.9")
    assert historia_familiar("E11.9") == ("Z83.3", "QC64.0")
    assert historia_familiar("J00") is None
    assert manifestacion("E11.4") == ("G63.2", "8C03.0")
    assert en_embarazo("D50.9") == ("O99.0", "JB64.0")
    assert reglas()
