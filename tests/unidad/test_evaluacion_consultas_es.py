"""Leer consultas_es: las muestras, el conjunto generado y carpetas ajenas con más o menos campos."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.conjuntos import consultas_es
from evaluacion.conjuntos.consultas_es import CONJUNTOS, MUESTRAS, leer_caso
from evaluacion.sintesis.codec import escribir
from evaluacion.sintesis.guion import Codec
from evaluacion.sintesis.ruido import rosa

CONJUNTO = CONJUNTOS[0]
TURNOS = [
    {"speaker": "medico", "start": 0.5, "end": 1.5, "text": "¿Qué le pasa?"},
    {"speaker": "paciente", "start": 1.8, "end": 2.9, "text": "Me duele la panza."},
]


def _caso(carpeta: Path, codec: Codec = "wav", nombre: str = "a", **campos: Any) -> Path:
    carpeta.mkdir(exist_ok=True)
    escribir(rosa(3.0)[None], carpeta, nombre, codec)
    referencia = carpeta / f"{nombre}.ref.json"
    referencia.write_text(json.dumps({"turns": TURNOS, **campos}), "utf-8")
    return referencia


def test_las_muestras_bastan_para_la_revision_rapida() -> None:
    casos = CONJUNTO.leer(None, rapido=True)
    assert [c.id for c in casos] == ["cefalea_estereo", "faringitis", "otitis"]
    otitis = casos[2]
    assert otitis.con_roles and otitis.hechos and otitis.prohibidos and otitis.codigos
    assert otitis.particion == "muestra"
    assert otitis.duracion_s == pytest.approx(72.8, abs=0.2)
    assert otitis.etiquetas["acompanante"] == "sí"
    assert otitis.etiquetas["hablantes"] == "3"
    assert (otitis.etiquetas["ruido"], otitis.etiquetas["snr_db"]) == ("rosa", "28")
    assert otitis.paciente == {"edad": 6, "sexo": "M"}
    assert CONJUNTO.reconoce(MUESTRAS)


@pytest.mark.parametrize("codec", ["wav", "flac", "ogg", "m4a", "mp3", "amr"])
def test_una_carpeta_ajena_con_lo_minimo(tmp_path: Path, codec: Codec) -> None:
    _caso(tmp_path / "c", codec)
    (caso,) = CONJUNTO.leer(tmp_path / "c")
    assert caso.audio is not None and caso.audio.suffix == f".{codec}"
    assert caso.dicho == "¿Qué le pasa? Me duele la panza."
    assert [t.hablante for t in caso.tramos] == ["medico", "paciente"]
    assert [(t.inicio, t.fin) for t in caso.tramos] == [(0.5, 1.5), (1.8, 2.9)]
    assert caso.con_roles
    assert caso.particion == "sin declarar"
    assert "ruido" not in caso.etiquetas, "lo que no se declara no se inventa"
    assert not caso.hechos and not caso.codigos and caso.paciente == {}


def test_campos_de_mas_y_de_menos(tmp_path: Path) -> None:
    referencia = _caso(
        tmp_path,
        revisor="x",
        hechos=[{"seccion": "S", "texto": "dolor", "claves": ["dolor|duele"], "peso": 3}],
        prohibidos=[{"patron": "fiebre"}],
        codigos=[{"cie10": "R10.4", "cie9": "789.0"}],
        alertas=["alergia", {"tipo": "dosis", "texto": "x"}],
        condiciones={"ruido": "calle", "snr_db": 15, "sala": 0.4, "microfono": "solapa"},
    )
    caso = leer_caso(referencia)
    assert caso.hechos[0].claves == (("dolor|duele",),)
    assert (caso.hechos[0].id, caso.hechos[0].tipo, caso.hechos[0].turnos) == ("h1", "otro", ())
    assert caso.codigos[0].estado == "confirmado"
    assert caso.alertas == ("alergia", "dosis")
    assert caso.etiquetas | {"ruido": "calle", "snr_db": "15", "sala": "0.4 s"} == caso.etiquetas


def test_el_rttm_manda_sobre_los_tiempos_de_los_turnos(tmp_path: Path) -> None:
    referencia = _caso(tmp_path)
    (tmp_path / "a.rttm").write_text("SPEAKER a 1 0.25 1.00 <NA> <NA> H7 <NA> <NA>\n")
    caso = leer_caso(referencia)
    assert [(t.hablante, t.inicio, t.fin) for t in caso.tramos] == [("H7", 0.25, 1.25)]
    assert not caso.con_roles, "H7 no es un rol"


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        ({"turns": [{"speaker": "medico"}]}, "text"),
        ({"turns": "nada"}, "a.ref.json"),
        ({"hechos": [{"seccion": "X", "claves": []}]}, "seccion"),
        ({"codigos": [{"estado": "confirmado"}]}, "cie10"),
        ({"prohibidos": ["fiebre"]}, "a.ref.json"),
    ],
)
def test_lo_que_no_se_entiende_se_dice(tmp_path: Path, cambio: dict[str, Any], dice: str) -> None:
    referencia = _caso(tmp_path, **cambio)
    with pytest.raises(ConjuntoInvalido, match=dice) as error:
        leer_caso(referencia)
    assert "\n" not in str(error.value)


def test_falta_el_audio_o_no_hay_nada(tmp_path: Path) -> None:
    referencia = _caso(tmp_path)
    (tmp_path / "a.wav").unlink()
    with pytest.raises(ConjuntoInvalido, match="falta el audio de a"):
        leer_caso(referencia)
    vacia = tmp_path / "vacia"
    vacia.mkdir()
    assert not CONJUNTO.reconoce(vacia)
    with pytest.raises(ConjuntoInvalido, match=r"ningún \.ref\.json"):
        CONJUNTO.leer(vacia)
    (tmp_path / "a.ref.json").write_text("{")
    with pytest.raises(ConjuntoInvalido, match="no es JSON"):
        leer_caso(referencia)


def test_lo_rapido_de_una_carpeta_son_las_tres_mas_cortas(tmp_path: Path) -> None:
    for archivo in MUESTRAS.iterdir():
        shutil.copy(archivo, tmp_path)
    _caso(tmp_path, nombre="zz_corta")
    assert [c.id for c in CONJUNTO.leer(tmp_path, rapido=True)] == ["cefalea_estereo", "otitis", "zz_corta"]


def test_lee_tambien_las_carpetas_de_dentro_y_no_admite_repetidos(tmp_path: Path) -> None:
    for lado, nombre in (("desarrollo", "a"), ("prueba", "b"), (".papelera", "c")):
        _caso(tmp_path / lado, nombre=nombre)
    assert CONJUNTO.reconoce(tmp_path)
    assert [c.id for c in CONJUNTO.leer(tmp_path)] == ["a", "b"]
    _caso(tmp_path / "prueba", nombre="a")
    with pytest.raises(ConjuntoInvalido, match="repetidos: a"):
        CONJUNTO.leer(tmp_path)


def test_sin_generar_y_sin_voces_dice_como(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBE_DATOS_EVALUACION", str(tmp_path / "datos"))
    monkeypatch.setenv("SCRIBE_MODELOS", str(tmp_path / "modelos"))
    with pytest.raises(ConjuntoInvalido, match="make consultas-es") as error:
        CONJUNTO.leer(None)
    assert error.value.salida == 2
    assert "\n" not in str(error.value)


def test_el_completo_son_las_muestras_y_los_guiones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guion = consultas_es.publicados()[0]
    monkeypatch.setenv("SCRIBE_DATOS_EVALUACION", str(tmp_path))
    monkeypatch.setattr(consultas_es, "publicados", lambda: [guion])
    monkeypatch.setattr(consultas_es, "faltan", lambda *_: [])
    _caso(tmp_path / "consultas_es", nombre=guion.id)
    ids = [c.id for c in CONJUNTO.leer(None)]
    assert ids == ["cefalea_estereo", "faringitis", "otitis", guion.id]
