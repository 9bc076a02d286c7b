"""Las palabras que el reconocedor parte a media cifra se vuelven a unir."""

from __future__ import annotations

from faster_whisper.transcribe import Word

from scribe.asr.oido import _pegar


def test_la_cifra_partida_es_una_sola_palabra() -> None:
    crudas = [Word(0, 1, " de", 0.9), Word(1, 2, " 38", 0.8), Word(2, 3, ".5.", 0.6), Word(3, 4, " Ya", 0.9)]
    unidas = _pegar(iter(crudas))
    assert [(p.word, p.start, p.end, p.probability) for p in unidas] == [
        (" de", 0, 1, 0.9),
        (" 38.5.", 1, 3, 0.6),
        (" Ya", 3, 4, 0.9),
    ]


def test_lo_que_no_es_cifra_no_se_une() -> None:
    crudas = [Word(0, 1, " sí", 0.9), Word(1, 2, "¿qué", 0.8)]
    assert len(_pegar(iter(crudas))) == 2
