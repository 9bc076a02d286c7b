"""Identificadores, huellas y errores del expediente, sin base de datos."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from scribe.expediente import errores
from scribe.expediente.identificadores import TipoIdentificador, normalizar
from scribe.expediente.llaves_bitacora import LlaveBitacora
from scribe.expediente.notas import diferencia
from scribe.expediente.pacientes import palabras, prefijos
from scribe.expediente.sello import canonico, huella

T = TipoIdentificador


@pytest.mark.parametrize(
    ("tipo", "valor", "queda"),
    [
        (T.CURP, " boxw310820hnerxn09 ", "BOXW310820HNERXN09"),
        (T.RFC, "GODE561231GR8", "GODE561231GR8"),
        (T.NSS, "12345678903", "12345678903"),
        (T.CC, "1.020.304.050", "1020304050"),
        (T.PA, "g12345678", "G12345678"),
        (T.AS, "S-0001", "S-0001"),
    ],
)
def test_se_aceptan_y_se_normalizan(tipo: T, valor: str, queda: str) -> None:
    assert normalizar(tipo, valor) == queda


@pytest.mark.parametrize(
    ("tipo", "valor"),
    [
        (T.CURP, "BOXW310820HNERXN08"),  # dígito verificador
        (T.CURP, "BOXW311320HNERXN09"),  # mes 13
        (T.CURP, "BOXW310820HNERXN0"),
        (T.RFC, "GODE561331GR8"),
        (T.NSS, "12345678901"),
        (T.NSS, "1234567890"),
        (T.CC, "10A"),
        (T.TI, "123"),
        (T.PA, "12"),
        (T.PA, "X" * 21),
        (T.OTRO, "a;b"),
    ],
)
def test_se_rechazan(tipo: T, valor: str) -> None:
    with pytest.raises(ValueError, match="válido") as error:
        normalizar(tipo, valor)
    assert valor not in str(error.value)


def test_por_donde_se_encuentra_un_nombre() -> None:
    assert palabras("María de la Peña Núñez") == ["maria", "pena", "nunez"]
    assert palabras("de la") == ["de", "la"]
    assert list(prefijos("ana")) == ["an", "ana"]
    assert list(prefijos("o")) == ["o"]
    assert max(map(len, prefijos("x" * 40))) == 12


def test_la_huella_cambia_con_todo_menos_con_lo_que_llevan_los_triggers() -> None:
    fila = {
        "id": UUID(int=1),
        "contenido": b"ab",
        "equipo": "x",
        "cuando": datetime(2025, 1, 1, tzinfo=UTC),
        "modelos": {"a": 1, "b": 2},
    }
    base = huella("nota", fila)
    otra_zona = {**fila, "cuando": datetime(2025, 1, 1, tzinfo=UTC).astimezone(timezone(timedelta(hours=-6)))}
    assert huella("nota", otra_zona) == base
    assert (
        huella("nota", {**fila, "modelos": {"b": 2, "a": 1}, "columna_nueva": None, "estado": "firmada"})
        == base
    )
    for cambio in (
        {"contenido": b"ac"},
        {"equipo": "y"},
        {"modelos": {"a": 1}},
        {"extra": ""},
        {"id": UUID(int=2)},
    ):
        assert huella("nota", {**fila, **cambio}) != base
    assert huella("nota_version", fila) != base
    # Los límites entre campos no se pueden correr de uno a otro.
    assert huella("t", {"a": "1\0b\0t1\0", "b": ""}) != huella("t", {"a": "1", "b": "\0b\0t1\0"})
    assert canonico({"b": 1, "a": "ñ"}) == '{"a":"ñ","b":1}'.encode()


def test_la_llave_no_se_ensena_y_pide_32_bytes() -> None:
    llave = LlaveBitacora(b"s" * 32)
    assert "sss" not in repr(llave) and llave.id != LlaveBitacora(b"t" * 32).id
    assert llave.sello(b"x") != LlaveBitacora(b"t" * 32).sello(b"x")
    with pytest.raises(ValueError, match="32"):
        LlaveBitacora(b"corta")


def test_lo_que_cambio_entre_versiones() -> None:
    cambio = diferencia(b'{"plan": "reposo", "s": "tos"}', b'{"s": "tos", "plan": "reposo y agua"}')
    assert '-"plan": "reposo",' in cambio and '+"plan": "reposo y agua",' in cambio and "tos" not in cambio
    assert "+\ufffd" in diferencia(b"a", b"\xff")


def test_el_dibujo_de_errores_es_el_arbol_real() -> None:
    dibujo = set(re.findall(r"(\w+) {2,}", errores.__doc__ or ""))
    propios = {
        n for n, c in vars(errores).items() if isinstance(c, type) and c.__module__ == errores.__name__
    }
    assert dibujo == propios
