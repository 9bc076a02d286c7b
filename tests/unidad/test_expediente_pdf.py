"""El PDF de la nota: mismos bytes, todo lo que pide la norma en cada hoja, y nada que se ejecute."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from scribe.expediente.firma.contenido import Adenda, EnunciadoDeNota, FirmaImpresa, NotaParaFirmar
from scribe.expediente.firma.pdf import PdfImposible, componer
from tests.expediente_nota import ATENCION, nota_completa
from tests.expediente_pdf import paginas

FIRMA = FirmaImpresa(metodo="simple", cuando=ATENCION + timedelta(minutes=9))


@pytest.fixture(scope="module")
def larga() -> NotaParaFirmar:
    """Cuatro hojas, para ver lo que se repite."""
    muchos = tuple(EnunciadoDeNota(texto=f"dato número {i} " * 12, tipo="sintoma") for i in range(60))
    return nota_completa(subjetivo=muchos)


def test_mismos_datos_mismos_bytes() -> None:
    assert componer(nota_completa(), FIRMA) == componer(nota_completa(), FIRMA)
    assert componer(nota_completa(), FIRMA) != componer(nota_completa(version=4), FIRMA)


def test_cada_hoja_dice_de_quien_es_cual_es_y_su_hash(larga: NotaParaFirmar) -> None:
    hojas = paginas(componer(larga, FIRMA))
    assert len(hojas) >= 3
    for numero, hoja in enumerate(hojas, 1):
        for dato in ("Rosalía Hernández Íñiguez", "Mujer", "54 años", "LL-2026-00417", larga.sha256()):
            assert dato in hoja, (numero, dato)
        assert f"Página {numero} de {len(hojas)}" in hoja
        assert "SIN FIRMAR" not in hoja


def test_el_encabezado_y_los_numerales() -> None:
    texto = " ".join(paginas(componer(nota_completa(), FIRMA)))
    for dato in (
        "Clínica Los Laureles", "ASSMP000123", "Consultorio de medicina general", "UTC−06:00",
        "5 de marzo de 2026, 10:30 h", "6.2.1", "6.2.2", "6.2.4", "6.2.5", "6.2.6", "E11.9", "126/78",
        "Diabetes mellitus tipo 2", "Metformina", "cada 12 horas", "reservado para la función",
        "Cédula profesional 12345678", "Dra. Ana Gómez Morán", "10:39 h", "5.5.1", "Alergias.", "penicilina",
    ):  # fmt: skip
        assert dato in texto, dato


def test_ningun_enunciado_se_pierde(larga: NotaParaFirmar) -> None:
    texto = " ".join(paginas(componer(larga, FIRMA)))
    assert [i for i in range(60) if f"dato número {i} " not in texto.lower()] == []


def test_lo_no_dicho_se_dice() -> None:
    assert "No mencionado." in " ".join(paginas(componer(nota_completa(plan=(), receta=()))))


def test_sin_firma_lo_grita_en_cada_hoja(larga: NotaParaFirmar) -> None:
    for hoja in paginas(componer(larga)):
        assert "BORRADOR SIN FIRMAR" in hoja
        assert "Borrador sin firmar" in hoja


def test_la_adenda_dice_a_que_se_agrega() -> None:
    adenda = Adenda(nota="N-7", firmada=ATENCION, sha256="c" * 64, motivo="dosis mal escrita")
    texto = " ".join(paginas(componer(nota_completa(tipo="adenda", adenda=adenda), FIRMA)))
    assert "N-7" in texto
    assert "c" * 64 in texto
    assert "dosis mal escrita" in texto


@pytest.mark.parametrize(
    "texto",
    [
        '#import "@preview/x:1.0.0": *',
        '#read("/etc/passwd")',
        "*negritas* _x_ $x^2$ <etiqueta> @cita",
        "\\#{}[]",
    ],
)
def test_el_texto_de_la_nota_no_se_ejecuta(texto: str) -> None:
    nota = nota_completa(subjetivo=(EnunciadoDeNota(texto=texto, tipo="sintoma"),))
    assert "".join(texto.split()).lower() in "".join(" ".join(paginas(componer(nota))).split()).lower()


@pytest.mark.parametrize("texto", ["😀 mejor", "漢字"])
def test_un_simbolo_sin_letra_se_rechaza_sin_repetirlo(texto: str) -> None:
    nota = nota_completa(subjetivo=(EnunciadoDeNota(texto=texto, tipo="sintoma"),))
    with pytest.raises(PdfImposible) as error:
        componer(nota)
    assert texto[0] not in str(error.value)
    assert error.value.__context__ is None or error.value.__suppress_context__


def test_se_declara_pdf_a_y_ua_con_todo_incrustado() -> None:
    with pikepdf.open(io.BytesIO(componer(nota_completa(), FIRMA))) as pdf:
        with pdf.open_metadata() as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"], xmp["pdfuaid:part"]) == ("2", "A", "1")
        assert pdf.Root.Lang == "es-MX" or str(pdf.Root.Lang).startswith("es")
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.OutputIntents[0].DestOutputProfile
        assert "/JavaScript" not in pdf.Root.get("/Names", {})
        fuentes = [
            o
            for o in pdf.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"
        ]
        assert fuentes
        assert all("/FontFile2" in f or "/FontFile3" in f for f in fuentes)


def test_pyhanko_lo_abre_sin_firmas() -> None:
    assert not list(PdfFileReader(io.BytesIO(componer(nota_completa()))).embedded_signatures)


def test_una_hora_cualquiera_se_puede_imprimir() -> None:
    """Con fracciones y con una zona de nombre, que es como llega de la base y del reloj."""
    aqui = datetime(2026, 3, 5, 10, 30, 15, 987_654, tzinfo=ZoneInfo("America/Mexico_City"))
    nota = nota_completa(atencion=aqui)
    assert nota.atencion.isoformat() == "2026-03-05T10:30:15-06:00"
    firma = FirmaImpresa(metodo="simple", cuando=aqui)
    assert componer(nota, firma) == componer(nota, FirmaImpresa(metodo="simple", cuando=nota.atencion))
    assert componer(nota).startswith(b"%PDF")
