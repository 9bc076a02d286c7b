"""La prueba del propio banco: nuestro WER con el protocolo de medical-STT-eval da lo que publicaron."""

import os
from pathlib import Path

import pytest

from evaluacion.conjunto import ConjuntoInvalido
from evaluacion.conjuntos.omi_asr import CONJUNTOS, Comparacion, comparar, cuadro, datos, su_protocolo

OMI = CONJUNTOS[0]

# Muestra propia con la misma forma. `medido` se contó a mano con su protocolo.
REFERENCIAS = {
    "day1_consultation01": "Oh, okay. Um, I've had diarrhoea for three days.",
    "day1_consultation02": "Yeah, my mum takes 2.5 milligrams.",
    "day1_consultation07": "Esta no se usa.",
}
HIPOTESIS = {
    "groq-whisper-large-v3": {
        # oh ok i have had diarrhea for 3 days: 9 palabras, todas
        "day1_consultation01": "Oh, OK, I have had diarrhea for 3 days",
        # yes my mom takes 25 milligrams: 6 palabras, una mal (el 2.5)
        "day1_consultation02": "Yes, my mom takes 3.5 milligrams.",
        "day1_consultation07": "nada que ver",
    },
    "openai-whisper-1": {
        # faltan «oh ok» (2) y «diarrhea» quedó «dia rear» (2): 4 de 9
        "day1_consultation01": "I've had dia rear for three days.",
        # falta todo: 6 de 6
        "day1_consultation02": "",
        "day1_consultation07": "nada que ver",
    },
}


def _escribir(raiz: Path, referencias: str, hipotesis: str) -> Path:
    (raiz / referencias).mkdir(parents=True)
    for nombre, texto in REFERENCIAS.items():
        (raiz / referencias / f"{nombre}_pure_text.txt").write_text(texto, "utf-8")
    for sistema, textos in HIPOTESIS.items():
        (raiz / hipotesis / sistema).mkdir(parents=True)
        for nombre, texto in textos.items():
            (raiz / hipotesis / sistema / f"{nombre}_conversation_transcript.txt").write_text(texto, "utf-8")
    return raiz


@pytest.fixture(params=[("data/cleaned_transcripts", "results/transcripts"), ("referencias", "hipotesis")])
def carpeta(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return _escribir(tmp_path, *request.param)


def test_se_leen_las_dos_formas_sin_los_excluidos(carpeta: Path) -> None:
    assert OMI.reconoce(carpeta)
    assert [c.id for c in OMI.leer(carpeta)] == ["day1_consultation01", "day1_consultation02"]
    assert {c.idioma for c in OMI.leer(carpeta)} == {"en"}
    guardadas = OMI.guardadas(carpeta)
    assert set(guardadas) == set(HIPOTESIS)
    assert set(guardadas["openai-whisper-1"]) == {"day1_consultation01", "day1_consultation02"}


def test_su_protocolo_a_mano() -> None:
    assert su_protocolo("Oh, okay. My mum's kinda alright, 37.8%") == [
        "oh",
        "ok",
        "my",
        "mom",
        "is",
        "kind",
        "of",
        "all",
        "right",
        "378",
    ]


def test_el_wer_promedia_por_archivo(carpeta: Path) -> None:
    salidas, casos = OMI.guardadas(carpeta), OMI.leer(carpeta)
    bueno, malo = (comparar(n, casos, salidas[n]) for n in HIPOTESIS)
    # por archivo: (0/9 + 1/6) / 2 y (4/9 + 6/6) / 2; sumando daría 1/15 y 10/15
    assert bueno.wer_suyo == pytest.approx(100 * (0 + 1 / 6) / 2)
    assert malo.wer_suyo == pytest.approx(100 * (4 / 9 + 1) / 2)
    assert malo.terminos > bueno.terminos


def test_sin_todos_los_archivos_no_se_compara(carpeta: Path) -> None:
    (tabla,) = OMI.analizar(carpeta, OMI.leer(carpeta), [])
    assert "no se compara" in tabla.explicacion
    assert "diferencia_maxima" not in tabla.cifras
    assert [f[0] for f in tabla.filas] == ["Whisper large-v3 (Groq)", "Whisper-1 (OpenAI)"]


def _fila(sistema: str, wer: float) -> Comparacion:
    publicado = datos()["publicado"][sistema]
    return Comparacion(sistema, datos()["archivos"], wer, wer, 0.0, 0.0, publicado)


def test_la_tolerancia_y_el_orden_pueden_fallar() -> None:
    publicados = {s: float(v["wer"]) for s, v in datos()["publicado"].items()}
    bien = cuadro([_fila(s, w + 0.004) for s, w in publicados.items()])
    assert (bien.cifras["dentro_de_tolerancia"], bien.cifras["mismo_orden"]) == (1.0, 1.0)
    corridos = cuadro([_fila(s, w + 0.02) for s, w in publicados.items()])
    assert (corridos.cifras["dentro_de_tolerancia"], corridos.cifras["mismo_orden"]) == (0.0, 1.0)
    volteados = cuadro([_fila(s, 30 - w) for s, w in publicados.items()])
    assert volteados.cifras["mismo_orden"] == 0.0


def test_lo_que_falta_se_dice_en_una_linea(tmp_path: Path) -> None:
    assert not OMI.reconoce(tmp_path)
    with pytest.raises(ConjuntoInvalido, match="no tiene la forma"):
        OMI.leer(tmp_path)
    (tmp_path / "referencias").mkdir()
    (tmp_path / "hipotesis").mkdir()
    with pytest.raises(ConjuntoInvalido, match="no trae ninguna transcripción"):
        OMI.guardadas(tmp_path)


def _publicados() -> Path | None:
    raiz = os.environ.get("SCRIBE_DATOS_EVALUACION")
    carpeta = Path(raiz) / "omi_asr" if raiz else None
    return carpeta if carpeta and carpeta.is_dir() else None


@pytest.mark.skipif(_publicados() is None, reason="los datos publicados los baja quien los quiera")
def test_con_los_datos_publicados_salen_sus_cifras() -> None:
    carpeta = _publicados()
    casos = OMI.leer(carpeta)
    assert len(casos) == datos()["archivos"]
    assert sum(len(su_protocolo(c.dicho)) for c in casos) == datos()["palabras"]
    (tabla,) = OMI.analizar(carpeta, casos, [])
    for sistema, publicado in datos()["publicado"].items():
        assert tabla.cifras[f"wer_{sistema}"] == pytest.approx(publicado["wer"], abs=datos()["tolerancia"])
    assert tabla.cifras["mismo_orden"] == 1.0
    assert tabla.cifras["mismo_orden_whisper"] == 1.0
