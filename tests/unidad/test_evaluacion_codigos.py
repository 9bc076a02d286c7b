"""Aciertos de código a 3 y 4 caracteres, y su estado."""

import pytest

from evaluacion.metricas.codigos import aciertos, categoria, corto, presentes_falsos
from evaluacion.sintesis.guion import CodigoEsperado
from scribe.consulta import Alternativa, Codigo, EstadoCodigo


def _codigo(codigo: str, estado: str = "confirmado", sistema: str = "CIE-10", otra: str = "") -> Codigo:
    alternativas = (Alternativa(codigo=otra, titulo="", puntaje=0.5),) if otra else ()
    return Codigo(
        sistema=sistema, codigo=codigo, titulo="", puntaje=1.0, estado=EstadoCodigo(estado), citas=(),
        alternativas=alternativas,
    )  # type: ignore[arg-type]  # fmt: skip


def _esperado(codigo: str, estado: str = "confirmado") -> CodigoEsperado:
    return CodigoEsperado(cie10=codigo, estado=estado, texto="")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("codigo", "largo"), [("I10X", "I10"), ("i10", "I10"), ("J03.9", "J039"), ("E11.40", "E114")]
)
def test_formas_de_escribir_el_mismo_codigo(codigo: str, largo: str) -> None:
    assert corto(codigo) == largo
    assert categoria(codigo) == largo[:3]


def test_lugar_exacto_y_de_categoria() -> None:
    sugeridos = [_codigo("CA03", sistema="CIE-11"), _codigo("J02.9"), _codigo("J03.0"), _codigo("J03.9")]
    acierto = aciertos(sugeridos, [_esperado("J03.9")])[0]
    assert (acierto.lugar, acierto.lugar_exacto) == (2, 3)
    assert acierto.entre_primeros
    assert acierto.exacto_entre_primeros


def test_el_sexto_ya_no_cuenta() -> None:
    sugeridos = [_codigo(f"A0{n}") for n in range(5)] + [_codigo("I10X")]
    acierto = aciertos(sugeridos, [_esperado("I10")])[0]
    assert acierto.lugar == 6
    assert not acierto.entre_primeros


def test_un_codigo_repetido_ocupa_un_solo_lugar() -> None:
    sugeridos = [_codigo("J03.9")] * 5 + [_codigo("I10")]
    assert aciertos(sugeridos, [_esperado("I10")])[0].lugar == 2


def test_entre_alternativas() -> None:
    acierto = aciertos([_codigo("J02.9", otra="J03.9")], [_esperado("J03.0")])[0]
    assert acierto.lugar is None
    assert acierto.entre_alternativas


def test_estado() -> None:
    def estado(hallado: str, esperado: str) -> bool:
        return aciertos([_codigo("E11.9", hallado)], [_esperado("E11.9", esperado)])[0].estado_correcto

    assert estado("confirmado", "confirmado")
    assert estado("familiar", "antecedente")
    assert not estado("confirmado", "descartado")
    assert not estado("sospecha", "confirmado")
    assert not aciertos([], [_esperado("E11.9")])[0].estado_correcto


def test_lo_descartado_dado_por_presente_es_un_error() -> None:
    esperados = [_esperado("N10", "descartado"), _esperado("N30.0"), _esperado("E11.9", "familiar")]
    assert presentes_falsos([_codigo("N10"), _codigo("N30.0"), _codigo("E11.9", "familiar")], esperados) == [
        "N10"
    ]
    assert not presentes_falsos([_codigo("N10", "descartado")], esperados)
