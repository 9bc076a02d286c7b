"""El reordenador semántico con un modelo de `transformers` diminuto que la prueba construye."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from scribe.codificacion.reordenador import Reordenador, ReordenadorSemantico
from scribe.consulta import Alternativa

_VOCABULARIO = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "query",
    ":",
    "dolor",
    "lumbar",
    "tos",
    "fiebre",
    "piel",
]


@pytest.fixture(scope="module")
def carpeta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    destino = tmp_path_factory.mktemp("modelo")
    fichas = BertTokenizerFast(vocab={palabra: n for n, palabra in enumerate(_VOCABULARIO)})
    fichas.save_pretrained(destino)
    torch.manual_seed(0)
    configuracion = BertConfig(
        vocab_size=len(_VOCABULARIO),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(configuracion).save_pretrained(destino)
    return destino


def _opciones() -> list[Alternativa]:
    return [
        Alternativa(codigo=c, titulo=t, puntaje=0.5)
        for c, t in (("A", "tos fiebre"), ("B", "dolor lumbar"), ("C", "piel"))
    ]


def test_pone_primero_lo_que_significa_lo_mismo(carpeta: Path) -> None:
    reordenador: Reordenador = ReordenadorSemantico(carpeta)
    salida = reordenador.reordenar("dolor lumbar", _opciones())
    assert salida[0].codigo == "B"
    assert salida[0].puntaje == pytest.approx(0.75, abs=1e-3)
    assert {a.codigo for a in salida} == {"A", "B", "C"}


def test_es_determinista_y_no_depende_del_lote(carpeta: Path) -> None:
    de_uno = ReordenadorSemantico(carpeta, lote=1).reordenar("tos", _opciones())
    de_muchos = ReordenadorSemantico(carpeta, lote=8).reordenar("tos", _opciones())
    assert [a.codigo for a in de_uno] == [a.codigo for a in de_muchos]
    assert de_muchos == ReordenadorSemantico(carpeta, lote=8).reordenar("tos", _opciones())


def test_los_vectores_tienen_norma_uno(carpeta: Path) -> None:
    vectores = ReordenadorSemantico(carpeta).vectores(["tos", "dolor lumbar piel"])
    assert vectores.shape == (2, 32)
    assert torch.allclose(vectores.norm(dim=1), torch.ones(2), atol=1e-5)


def test_con_una_sola_no_hay_nada_que_ordenar(tmp_path: Path) -> None:
    una = _opciones()[:1]
    assert ReordenadorSemantico(tmp_path / "no existe").reordenar("tos", una) == una


def test_sin_modelo_falla_sin_salir_a_la_red(tmp_path: Path) -> None:
    with pytest.raises((OSError, ValueError)):
        ReordenadorSemantico(tmp_path / "no existe").reordenar("tos", _opciones())
