"""Qué grabaciones toma un lote y cómo nombra sus carpetas."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribe.errores import AudioInvalido
from scribe.ordenes.lote import _ya_esta, carpetas, reunir


def test_de_una_carpeta_toma_el_audio_en_orden(tmp_path: Path) -> None:
    for nombre in ("b.wav", "a.MP3", "notas.txt", "sub/c.opus"):
        (tmp_path / nombre).parent.mkdir(exist_ok=True)
        (tmp_path / nombre).write_bytes(b"x")
    assert [r.name for r in reunir(tmp_path)] == ["a.MP3", "b.wav", "c.opus"]


def test_de_una_lista_resuelve_relativas_y_salta_comentarios(tmp_path: Path) -> None:
    lista = tmp_path / "lista.txt"
    lista.write_text("# hoy\nuno.wav\n\n/abs/dos.wav\nuno.wav\n")
    assert reunir(lista) == [tmp_path / "uno.wav", Path("/abs/dos.wav")]


@pytest.mark.parametrize("contenido", [None, b"", b"RIFF\0\0\0\0WAVE"])
def test_lo_que_no_es_lista_se_dice(tmp_path: Path, contenido: bytes | None) -> None:
    origen = tmp_path / "x.txt"
    if contenido is not None:
        origen.write_bytes(contenido)
    with pytest.raises(AudioInvalido):
        reunir(origen)


def test_dos_con_el_mismo_nombre_no_se_pisan() -> None:
    nombres = carpetas([Path("/a/x.wav"), Path("/b/X.mp3"), Path("/a/y.wav")])
    assert nombres[2] == "y"
    assert len({n.casefold() for n in nombres}) == 3
    assert nombres == carpetas([Path("/a/x.wav"), Path("/b/X.mp3"), Path("/a/y.wav")])


def test_solo_se_salta_lo_hecho_con_exactamente_este_audio(tmp_path: Path) -> None:
    audio, destino = tmp_path / "a.wav", tmp_path / "d"
    audio.write_bytes(b"abc")
    destino.mkdir()
    borrador = destino / "borrador.json"
    assert not _ya_esta(audio, destino)
    borrador.write_text(
        '{"audio": {"sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}'
    )
    assert _ya_esta(audio, destino)
    audio.write_bytes(b"abd")
    assert not _ya_esta(audio, destino)
    borrador.write_text("{a medias")
    assert not _ya_esta(audio, destino)
