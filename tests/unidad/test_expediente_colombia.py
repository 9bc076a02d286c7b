"""Firmar en Colombia: qué piden la Res. 1995 de 1999 y los elementos de la Res. 866 de 2021."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from scribe.expediente.elementos import cuatro
from scribe.expediente.firma.contenido import EnunciadoDeNota, NotaParaFirmar
from scribe.expediente.firma.elementos import Definicion, definiciones, reunir
from scribe.expediente.firma.pdf import componer
from scribe.expediente.firma.revision import revisar
from tests.expediente_nota import nota_completa
from tests.expediente_pdf import paginas

CATALOGOS = {d.catalogo: {"x": "equis"} for d in definiciones() if d.catalogo}
VALORES = {
    r"[A-Z0-9-]{3,20}": "52123456", r".{2,250}": "Rosalía Hernández", r"\d{4}-\d{2}-\d{2}": "1971-08-19",
    r"\d{4}": "2221", r"\d{3}": "001", r"[A-Z0-9]{6}": "EPS005", r"\d{12}": "110010123401",
    r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}": "2026-03-05 10:30", r"[A-Z]\d{2}[0-9X]": "I10X",
    r"[0-9A-Z]{6}": "890201",
}  # fmt: skip


def titulo(catalogo: str, clave: str) -> str | None:
    return CATALOGOS[catalogo].get(clave)


def fuentes() -> dict[str, Any]:
    return {d.origen: VALORES[d.forma] if d.forma else "x" for d in definiciones()}


def colombiana(**cambios: Any) -> NotaParaFirmar:
    """Una nota de evolución colombiana a la que no le falta nada."""
    completa = nota_completa()
    base: dict[str, Any] = {
        "establecimiento": completa.establecimiento.model_copy(
            update={"pais": "CO", "clues": "110010123401"}
        ),
        "paciente": completa.paciente.model_copy(update={"documento": "CC 52123456", "curp": ""}),
        "medico": completa.medico.model_copy(update={"documento": "CC 79123456"}),
        "elementos": reunir(fuentes(), titulo),
    }
    return nota_completa(**{**base, **cambios})


def faltas(nota: NotaParaFirmar, gravedad: str = "impide") -> list[tuple[str, str]]:
    return [(f.numeral, f.donde) for f in revisar(nota) if f.gravedad == gravedad]


def test_a_la_completa_no_le_falta_nada_y_no_se_le_pide_lo_mexicano() -> None:
    assert faltas(colombiana()) == []
    sin = colombiana(signos=(), pronostico=(), diagnosticos=(), analisis=())
    assert faltas(sin) == []
    assert not [f for f in revisar(sin) if "NOM" in f.norma or f.norma in {"LGS", "RIS"}]


@pytest.mark.parametrize("definicion", definiciones(), ids=lambda d: d.numero)
def test_cada_elemento_que_falta_se_dice_con_su_numero(definicion: Definicion) -> None:
    quedan = tuple(e for e in colombiana().elementos if e.numero != definicion.numero)
    hallada = [f for f in revisar(colombiana(elementos=quedan)) if definicion.pide in f.texto]
    esperada = [] if definicion.gravedad == "ninguna" else [definicion.gravedad]
    assert [f.gravedad for f in hallada] == esperada
    assert all(f.numeral == f"elemento {definicion.numero.split('.')[0]}" for f in hallada)


@pytest.mark.parametrize("definicion", definiciones(), ids=lambda d: d.numero)
def test_lo_que_no_esta_en_su_lista_o_no_tiene_su_forma_no_entra(definicion: Definicion) -> None:
    malas = {**fuentes(), definicion.origen: "?"}
    assert definicion.numero not in {e.numero for e in reunir(malas, titulo)}
    assert definicion.numero in {e.numero for e in reunir(fuentes(), titulo)}


def test_en_mexico_no_se_piden_ni_en_una_adenda() -> None:
    assert faltas(nota_completa(elementos=())) == []
    assert not [f for f in revisar(colombiana(tipo="adenda", elementos=())) if "elemento" in f.numeral]


@pytest.mark.parametrize(
    ("parte", "campo", "valor", "numeral"),
    [
        ("paciente", "nombre", "", "art. 9"),
        ("paciente", "edad", "", "art. 9"),
        ("paciente", "sexo", "no_especificado", "art. 9"),
        ("paciente", "documento", "", "art. 6"),
        ("medico", "nombre", "", "art. 5"),
        ("establecimiento", "nombre", "", "diseño"),
    ],
)
def test_identificacion(parte: str, campo: str, valor: str, numeral: str) -> None:
    sin = getattr(colombiana(), parte).model_copy(update={campo: valor})
    assert faltas(colombiana(**{parte: sin})) == [(numeral, f"{parte}.{campo}")]


def test_el_domicilio_se_avisa_y_no_detiene() -> None:
    sin = colombiana().paciente.model_copy(update={"domicilio": ""})
    nota = colombiana(paciente=sin)
    assert faltas(nota) == [] and ("art. 9", "paciente.domicilio") in faltas(nota, "avisa")


@pytest.mark.parametrize(
    ("campo", "numeral", "gravedad"),
    [
        ("generico", "elemento 26", "impide"),
        ("dosis", "elemento 28", "impide"),
        ("via", "elemento 29", "impide"),
        ("frecuencia", "elemento 31", "impide"),
        ("duracion", "elemento 30", "avisa"),
    ],
)
def test_receta(campo: str, numeral: str, gravedad: str) -> None:
    malo = colombiana().receta[0].model_copy(update={campo: ""})
    assert (numeral, "receta") in faltas(colombiana(receta=(malo,)), gravedad)


def test_la_receta_especial_mexicana_no_se_pide() -> None:
    renglon = colombiana().receta[0].model_copy(update={"fraccion_lgs226": "II"})
    assert not [f for f in revisar(colombiana(receta=(renglon,))) if f.numeral == "226"]


def test_la_razon_social_va_en_el_encabezado() -> None:
    lugar = colombiana().establecimiento.model_copy(update={"razon_social": "Laureles del Norte SAS"})
    assert "Laureles del Norte SAS" in _texto(componer(colombiana(establecimiento=lugar)))


def test_las_siglas_se_senalan_por_el_articulo_5() -> None:
    siglas = colombiana(analisis=(EnunciadoDeNota(texto="DM2 fuera de meta", tipo="razonamiento"),))
    assert ("art. 5", "analisis") in faltas(siglas, "avisa")


def test_una_definicion_lleva_catalogo_o_forma_y_no_las_dos() -> None:
    base = {"numero": "1", "nombre": "n", "origen": "o", "gravedad": "avisa"}
    for mala in ({}, {"catalogo": "A", "forma": "b"}):
        with pytest.raises(ValidationError):
            Definicion.model_validate({**base, **mala})


@pytest.mark.parametrize(
    ("codigo", "junto"), [("I10", "I10X"), ("E11.9", "E119"), ("j02.9", "J029"), ("S52.50", "S525")]
)
def test_cie10_a_cuatro_caracteres(codigo: str, junto: str) -> None:
    assert cuatro(codigo) == junto


def test_el_pdf_colombiano_dice_sus_elementos_y_no_los_numerales_mexicanos() -> None:
    texto = _texto(componer(colombiana()))
    for dicho in ("Código de prestador 110010123401", "CC 52123456", "Datos de la Resolución 866", "890201"):
        assert dicho in texto
    for ajeno in ("NOM-004", "CLUES", "6.2.1", "NOM-024"):
        assert ajeno not in texto
    assert "Datos de la Resolución 866" not in _texto(componer(nota_completa()))


def _texto(pdf: bytes) -> str:
    return " ".join(paginas(pdf))
