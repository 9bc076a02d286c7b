"""Lo que se hace con las palabras crudas de Whisper."""

from __future__ import annotations

from scribe.asr.lectura import Cruda, unir


def unidas(*textos: str, silencio: float = 0.0) -> list[str]:
    crudas = [Cruda(t, k * (0.3 + silencio), k * (0.3 + silencio) + 0.3, 0.9) for k, t in enumerate(textos)]
    return [w.texto.strip() for w in unir(crudas)]


def test_una_cifra_partida_en_el_punto_se_une() -> None:
    assert unidas(" masa", " 29", ".8.", " A") == ["masa", "29.8.", "A"]
    assert unidas(" presión", " 130", "/", "85") == ["presión", "130/85"]


def test_las_palabras_con_espacio_y_las_lejanas_no_se_unen() -> None:
    assert unidas(" me", " duele", " 2") == ["me", "duele", "2"]
    assert unidas("私", "は") == ["私", "は"]
    assert unidas(" 29", ".8", silencio=2.0) == ["29", ".8"]


def test_la_union_conserva_el_tiempo_y_la_peor_probabilidad() -> None:
    (una,) = unir([Cruda(" 38", 1.0, 1.4, 0.9), Cruda(".5", 1.4, 1.8, 0.4)])
    assert (una.inicio, una.fin, una.prob) == (1.0, 1.8, 0.4)
