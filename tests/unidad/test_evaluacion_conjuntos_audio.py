"""Fareez, carpetas de audio con transcripción y carpetas con RTTM."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluacion.caso import Dicho
from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.conjuntos.carpeta_hf import CarpetaHF
from evaluacion.conjuntos.carpeta_rttm import CarpetaRTTM
from evaluacion.conjuntos.fareez import Fareez
from scribe.consulta import Tramo
from tests import conjuntos_mini as mini


def test_fareez_turnos_especialidad_y_duracion(tmp_path: Path) -> None:
    casos = Fareez().leer(mini.fareez(tmp_path))
    assert [(c.id, c.etiquetas["especialidad"]) for c in casos] == [
        ("MSK0001", "musculoesquelético"),
        ("RES0001", "respiratorio"),
        ("RES0002", "respiratorio"),
    ]
    assert casos[0].dichos[:2] == (
        Dicho(hablante="medico", texto="What brings you in?"),
        Dicho(hablante="paciente", texto="A cough, for two weeks."),
    )
    assert casos[0].con_roles and not casos[0].tramos
    assert casos[0].duracion_s == pytest.approx(1.5, abs=0.2)


def test_fareez_lee_una_transcripcion_de_windows(tmp_path: Path) -> None:
    carpeta = mini.fareez(tmp_path)
    archivo = carpeta / "Data" / "Clean Transcripts" / "RES0001.txt"
    archivo.write_bytes("D: What’s wrong?\r\n\r\nP: It hurts.\r\n".encode("cp1252"))
    caso = next(c for c in Fareez().leer(carpeta) if c.id == "RES0001")
    assert caso.dicho == "What’s wrong? It hurts."


@pytest.mark.parametrize(
    ("quitar", "motivo"),
    [
        ("Audio Recordings/RES0002.mp3", "Falta el audio de RES0002"),
        ("Clean Transcripts/RES0002.txt", "Falta la transcripción de RES0002"),
        ("Audio Recordings/*", "Faltan los audios.*figshare"),
    ],
)
def test_fareez_dice_lo_que_falta(tmp_path: Path, quitar: str, motivo: str) -> None:
    carpeta = mini.fareez(tmp_path)
    for archivo in (carpeta / "Data").glob(quitar):
        archivo.unlink()
    with pytest.raises(ConjuntoInvalido, match=motivo):
        Fareez().leer(carpeta)


def test_fareez_sin_turnos(tmp_path: Path) -> None:
    carpeta = mini.fareez(tmp_path)
    mini.escribir(carpeta / "Data" / "Clean Transcripts" / "RES0001.txt", "Hello.\n")
    with pytest.raises(ConjuntoInvalido, match="no trae turnos"):
        Fareez().leer(carpeta)


def test_hf_csv_con_saltos_particion_e_idioma_por_omision(tmp_path: Path) -> None:
    casos = CarpetaHF().leer(mini.hf_csv(tmp_path))
    assert [(c.id, c.particion, c.idioma, c.dicho) for c in casos] == [
        ("test/b", "prueba", "es", "hola b, doctora"),
        ("train/a", "entrenamiento", "es", "hola a, doctora"),
    ]
    assert casos[0].etiquetas == {"particion": "prueba", "gender": "f"} and casos[
        0
    ].duracion_s == pytest.approx(1.0)


def test_hf_jsonl_por_particion_con_su_idioma(tmp_path: Path) -> None:
    casos = CarpetaHF().leer(mini.hf_jsonl(tmp_path))
    assert [(c.id, c.particion, c.idioma) for c in casos] == [
        ("train/train1", "entrenamiento", "es-mx"),
        ("validation/validation1", "desarrollo", "es-mx"),
    ]


def test_common_voice_lee_su_prueba_y_no_tropieza_con_comillas_sueltas(tmp_path: Path) -> None:
    caso, *otros = CarpetaHF().leer(mini.common_voice(tmp_path))
    assert not otros and caso.id == "clips/c1" and caso.dicho == 'Dijo: "no me duele'
    assert caso.etiquetas["accents"] == "México"
    (tmp_path / "test.tsv").unlink()
    assert [c.id for c in CarpetaHF().leer(tmp_path)] == ["clips/c2", "clips/c3"]


def test_pares_de_audio_y_texto(tmp_path: Path) -> None:
    casos = CarpetaHF().leer(mini.pares(tmp_path))
    assert [(c.id, c.dicho, c.duracion_s) for c in casos] == [
        ("dos", "audio número dos", pytest.approx(1.25)),
        ("uno", "audio número uno", pytest.approx(1.25)),
    ]


def test_pares_incompletos(tmp_path: Path) -> None:
    mini.wav(mini.pares(tmp_path) / "tres.wav")
    with pytest.raises(ConjuntoInvalido, match=r"Falta la transcripción \(.txt\) de tres"):
        CarpetaHF().leer(tmp_path)
    (tmp_path / "tres.wav").unlink()
    mini.escribir(tmp_path / "cuatro.txt", "hola")
    with pytest.raises(ConjuntoInvalido, match=r"Falta el audio de cuatro\.txt"):
        CarpetaHF().leer(tmp_path)


def test_metadatos_incompletos(tmp_path: Path) -> None:
    carpeta = mini.hf_csv(tmp_path)
    metadatos = carpeta / "metadata.csv"
    bueno = metadatos.read_text("utf-8")
    mini.wav(carpeta / "train" / "suelto.wav")
    with pytest.raises(ConjuntoInvalido, match=r"falta el renglón de train/suelto\.wav"):
        CarpetaHF().leer(carpeta)
    (carpeta / "train" / "suelto.wav").unlink()
    for texto, motivo in (
        (
            bueno.replace("transcription", "etiqueta"),
            r"le falta la columna del audio \(file_name\) o del texto",
        ),
        ("file_name,text\ntest/b.wav,hola\ntrain/a.wav,\n", "transcripciones vacías: a.wav"),
        ("file_name,text\ntest/b.wav,hola\ntrain/a.wav,x\ntrain/z.wav,y\n", r"audios que no están: .*z.wav"),
        ("file_name,text\ntest/b.wav,hola\ntrain/a.wav,x\ntrain/a.wav,y\n", "casos repetidos: train/a"),
    ):
        metadatos.write_text(texto, "utf-8")
        with pytest.raises(ConjuntoInvalido, match=motivo):
            CarpetaHF().leer(carpeta)


def test_un_jsonl_roto_dice_la_linea(tmp_path: Path) -> None:
    carpeta = mini.hf_jsonl(tmp_path)
    archivo = carpeta / "train" / "metadata.jsonl"
    archivo.write_text(archivo.read_text("utf-8") + "[1\n", "utf-8")
    with pytest.raises(ConjuntoInvalido, match="línea 3: no es un objeto JSON"):
        CarpetaHF().leer(carpeta)


def test_voxconverse_lee_la_particion_descargada(tmp_path: Path) -> None:
    casos = CarpetaRTTM().leer(mini.voxconverse(tmp_path))
    assert [(c.id, c.particion, c.etiquetas["hablantes"]) for c in casos] == [
        ("abcde", "desarrollo", "2"),
        ("fghij", "desarrollo", "2"),
    ]
    assert casos[0].tramos[0] == Tramo(hablante="spk01", inicio=0.2, fin=0.7)
    assert casos[0].idioma == "und" and not casos[0].con_roles and not casos[0].uem


def test_ami_toma_la_mezcla_y_su_uem(tmp_path: Path) -> None:
    (caso,) = CarpetaRTTM().leer(mini.ami(tmp_path))
    assert caso.id == "EN2002a" and caso.audio is not None and caso.audio.name == "EN2002a.Mix-Headset.wav"
    assert caso.particion == "prueba" and caso.uem == ((0.0, 1.5),)


def test_un_rttm_con_varias_grabaciones(tmp_path: Path) -> None:
    mini.wav(tmp_path / "a.wav")
    mini.wav(tmp_path / "b.wav")
    texto = "".join(f"SPEAKER {n} 1 0.1 0.2 <NA> <NA> X <NA> <NA>\n" for n in "ab")
    mini.escribir(tmp_path / "todo.development.rttm", texto)
    assert [(c.id, c.particion) for c in CarpetaRTTM().leer(tmp_path)] == [
        ("a", "desarrollo"),
        ("b", "desarrollo"),
    ]


def test_rttm_incompletos_o_rotos(tmp_path: Path) -> None:
    carpeta = mini.voxconverse(tmp_path)
    rttm = carpeta / "dev" / "abcde.rttm"
    bueno = rttm.read_text("utf-8")
    for texto, motivo in (
        (bueno.replace("0.50", "medio"), "abcde.rttm, línea 1: no es un renglón de RTTM"),
        (bueno.replace("0.50", "-1"), "abcde.rttm, línea 1: no es un renglón de RTTM"),
        (bueno.replace(" <NA>", ""), "abcde.rttm, línea 1: no es un renglón de RTTM"),
        (bueno.replace("0.50", "900"), r"El RTTM de abcde llega a 900 s y abcde.wav dura 1 s"),
        (bueno.replace("abcde", "fghij"), "Hay dos RTTM de fghij|Falta el RTTM de"),
    ):
        rttm.write_text(texto, "utf-8")
        with pytest.raises(ConjuntoInvalido, match=motivo):
            CarpetaRTTM().leer(carpeta)
    rttm.write_text(bueno, "utf-8")
    (carpeta / "audio" / "fghij.wav").unlink()
    with pytest.raises(ConjuntoInvalido, match="Falta el audio de fghij"):
        CarpetaRTTM().leer(carpeta)
    mini.wav(carpeta / "audio" / "fghij.wav")
    mini.wav(carpeta / "audio" / "otro.wav")
    with pytest.raises(ConjuntoInvalido, match=r"Falta el RTTM de audio/otro\.wav"):
        CarpetaRTTM().leer(carpeta)


def test_dos_audios_para_un_rttm(tmp_path: Path) -> None:
    carpeta = mini.ami(tmp_path)
    (carpeta / "amicorpus" / "EN2002a" / "audio" / "EN2002a.Mix-Headset.wav").unlink()
    mini.wav(carpeta / "EN2002a.Headset-0.wav", 2.0)
    with pytest.raises(ConjuntoInvalido, match="Hay 2 audios para EN2002a"):
        CarpetaRTTM().leer(carpeta)
