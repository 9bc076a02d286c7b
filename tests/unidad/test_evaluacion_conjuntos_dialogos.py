"""ACI-Bench, MTS-Dialog y PriMock57: del diálogo escrito (o grabado por separado) a la nota."""

from __future__ import annotations

import sys
import wave
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from evaluacion.caso import Dicho
from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.conjuntos.aci_bench import AciBench
from evaluacion.conjuntos.mts_dialog import MtsDialog
from evaluacion.conjuntos.primock57 import PriMock57, PriMock57Texto
from evaluacion.resultados import Cuadro
from tests import conjuntos_mini as mini


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCRIBE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_aci_bench_parte_el_dialogo_y_solo_da_roles_donde_son_ciertos(tmp_path: Path) -> None:
    casos = AciBench().leer(mini.aci_bench(tmp_path / "d"))
    assert [(c.id, c.particion, c.con_roles) for c in casos[:4]] == [
        ("D2N001", "entrenamiento", True),
        ("D2N002", "entrenamiento", False),
        ("D2N003", "entrenamiento", False),
        ("D2N011", "prueba1", True),
    ]
    assert casos[0].dichos == (
        Dicho(hablante="medico", texto="hi , ana ."),
        Dicho(hablante="paciente", texto="my elbow hurts . since monday ."),
        Dicho(hablante="medico", texto="let's see it ."),
    )
    assert [d.hablante for d in casos[1].dichos] == ["doctor", "patient", "doctor"]
    assert casos[0].nota == "CC\n\nElbow, pain." and casos[0].idioma == "en"
    assert casos[1].etiquetas == {"particion": "entrenamiento", "tipo": "aci", "hablantes": "2"}


@pytest.mark.parametrize(
    ("archivo", "viejo", "nuevo", "motivo"),
    [
        ("train.csv", "D2N002", "D2N001", "casos repetidos: D2N001"),
        ("train_metadata.csv", "D2N002", "D2N099", r"train_metadata\.csv falta el encuentro D2N002"),
        ("train.csv", "[", "(", "el encuentro D2N001 no trae diálogo o nota"),
        ("train.csv", '"', "", "el renglón no tiene 4 celdas"),
    ],
)
def test_aci_bench_roto(tmp_path: Path, archivo: str, viejo: str, nuevo: str, motivo: str) -> None:
    base = mini.aci_bench(tmp_path / "d") / "data" / "challenge_data"
    (base / archivo).write_text((base / archivo).read_text("utf-8").replace(viejo, nuevo), "utf-8")
    if motivo.startswith("casos"):
        (base / "train_metadata.csv").unlink()
    with pytest.raises(ConjuntoInvalido, match=motivo):
        AciBench().leer(base)


def test_mts_dialog_conoce_a_los_acompanantes_y_sus_erratas(tmp_path: Path) -> None:
    casos = MtsDialog().leer(mini.mts_dialog(tmp_path / "d"))
    assert [c.id for c in casos[:2]] == ["entrenamiento-0", "entrenamiento-1"]
    assert len(casos) == 12 and casos[-1].id == "prueba2-5"
    assert casos[0].dichos == (
        Dicho(hablante="medico", texto="Any allergies?"),
        Dicho(hablante="paciente", texto="Penicillin."),
        Dicho(hablante="acompanante", texto="And nuts."),
        Dicho(hablante="medico", texto="Note: noted."),
    )
    assert casos[0].nota == "Penicillin, nuts." and casos[0].con_roles
    assert casos[0].etiquetas == {"particion": "entrenamiento", "seccion": "allergy", "hablantes": "3"}


def test_mts_dialog_sin_resumen_o_partido(tmp_path: Path) -> None:
    carpeta = mini.mts_dialog(tmp_path / "d")
    archivo = carpeta / "Main-Dataset" / "MTS-Dialog-TrainingSet.csv"
    bueno = archivo.read_bytes()
    archivo.write_bytes(bueno.replace(b'"Penicillin, nuts."', b"   ", 1))
    with pytest.raises(ConjuntoInvalido, match="el renglón 0 no trae diálogo o resumen"):
        MtsDialog().leer(carpeta)
    archivo.write_bytes(bueno.replace(b'"', b""))
    with pytest.raises(ConjuntoInvalido, match="no tiene 4 celdas"):
        MtsDialog().leer(carpeta)


@pytest.mark.parametrize("dentro", ["", "Main-Dataset"])
def test_mts_dialog_pide_el_acuerdo_solo_si_esta_el_estudio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dentro: str
) -> None:
    carpeta = mini.mts_dialog(tmp_path / "d")
    falso = ModuleType("evaluacion.metricas.acuerdo")
    falso.cuadro_mts = lambda lugar: Cuadro(  # type: ignore[attr-defined]
        titulo=str(lugar), explicacion="", columnas=(), filas=()
    )
    monkeypatch.setitem(sys.modules, falso.__name__, falso)
    monkeypatch.setattr("evaluacion.metricas.acuerdo", falso, raising=False)
    casos = MtsDialog().leer(carpeta)
    assert len(MtsDialog().analizar(carpeta / dentro, casos, [])) == 1
    (carpeta / "Correlation-Study").mkdir()
    assert MtsDialog().analizar(carpeta / dentro, casos, [])[1].titulo == str(carpeta)


def test_primock57_junta_a_los_dos_y_quita_las_marcas(tmp_path: Path) -> None:
    caso = PriMock57Texto().leer(mini.primock57(tmp_path / "d", audio=False))[0]
    assert caso.dichos == (
        Dicho(hablante="medico", texto="Good morning, how are you?", inicio=0.5, fin=1.5),
        Dicho(hablante="paciente", texto="My knee hurts.", inicio=1.2, fin=2.0),
    )
    # Lo ininteligible no se puede comparar como texto, pero alguien habló: queda en los tramos.
    assert [(t.hablante, t.inicio, t.fin) for t in caso.tramos] == [
        ("medico", 0.5, 1.5),
        ("paciente", 1.2, 2.0),
        ("medico", 1.5, 3.0),
    ]
    assert caso.audio is None and caso.con_roles and caso.nota == "Knee pain.\n\nPlan: rest."


def test_primock57_mezcla_las_dos_pistas_una_sola_vez(tmp_path: Path, cache: Path) -> None:
    carpeta = mini.primock57(tmp_path / "d")
    casos = PriMock57().leer(carpeta)
    audio = casos[0].audio
    assert audio is not None and audio.is_relative_to(cache) and casos[0].duracion_s == pytest.approx(3.0)
    with wave.open(str(audio)) as lectura:
        assert (lectura.getnchannels(), lectura.getframerate()) == (1, 16_000)
        muestras = np.frombuffer(lectura.readframes(lectura.getnframes()), np.int16)
    with wave.open(str(carpeta / "audio" / "day1_consultation01_doctor.wav")) as lectura:
        doctor = np.frombuffer(lectura.readframes(lectura.getnframes()), np.int16)
    # El paciente es silencio y más corto: la mezcla es la mitad del médico hasta el final.
    assert len(muestras) == len(doctor) and np.abs(muestras - doctor // 2).max() <= 1
    escrita = audio.stat().st_mtime_ns
    assert PriMock57().leer(carpeta)[0].audio == audio and audio.stat().st_mtime_ns == escrita
    assert not list(cache.rglob(".*.wav"))


def test_primock57_rehace_la_mezcla_si_cambia_una_pista(tmp_path: Path) -> None:
    carpeta = mini.primock57(tmp_path / "d")
    antes = PriMock57().leer(carpeta)[0].audio
    mini.wav(carpeta / "audio" / "day1_consultation01_doctor.wav", 2.5, amplitud=100)
    despues = PriMock57().leer(carpeta)[0].audio
    assert antes != despues


def test_primock57_lo_que_falta(tmp_path: Path) -> None:
    sin_audio = mini.primock57(tmp_path / "a", audio=False)
    with pytest.raises(ConjuntoInvalido, match=r"Faltan los audios.*git lfs pull.*primock57_texto"):
        PriMock57().leer(sin_audio)
    medio = mini.primock57(tmp_path / "b")
    (medio / "audio" / "day1_consultation02_patient.wav").unlink()
    with pytest.raises(ConjuntoInvalido, match="uno de los dos audios de day1_consultation02"):
        PriMock57().leer(medio)
    (medio / "audio" / "day1_consultation02_doctor.wav").unlink()
    assert [c.id for c in PriMock57().leer(medio)] == ["day1_consultation01"]
    puntero = mini.primock57(tmp_path / "c")
    mini.escribir(
        puntero / "audio" / "day1_consultation01_doctor.wav", "version https://git-lfs.github.com/spec/v1\n"
    )
    with pytest.raises(ConjuntoInvalido, match="git lfs pull"):
        PriMock57().leer(puntero)


@pytest.mark.parametrize(
    ("ruta", "texto", "motivo"),
    [
        ("transcripts/day1_consultation01_patient.TextGrid", None, "Falta la transcripción del paciente"),
        ("transcripts/day1_consultation01_doctor.TextGrid", None, "Falta la transcripción del médico"),
        ("transcripts/day1_consultation01_doctor.TextGrid", "hola", "no es un TextGrid"),
        ("notes/day1_consultation02.json", None, "Falta la nota"),
        ("notes/day1_consultation02.json", "{", "no es JSON"),
        ("notes/day1_consultation02.json", '{"note": " "}', "no trae la nota"),
    ],
)
def test_primock57_roto(tmp_path: Path, ruta: str, texto: str | None, motivo: str) -> None:
    carpeta = mini.primock57(tmp_path / "d", audio=False)
    (carpeta / ruta).unlink()
    if texto is not None:
        mini.escribir(carpeta / ruta, texto)
    with pytest.raises(ConjuntoInvalido, match=motivo):
        PriMock57Texto().leer(carpeta)
