"""La orden de medir: lee borradores hechos, suma, escribe la tabla y dice qué falló."""

import json
from pathlib import Path

import pytest

import evaluacion
from evaluacion import corrida
from evaluacion.caso import leer_caso
from evaluacion.corrida import CorridaFallida, correr
from evaluacion.medir import principal
from scribe.consulta import Borrador, InfoAudio, Rol, Transcripcion, Turno

MUESTRAS = Path(evaluacion.__file__).parent / "muestras"


def _perfecto(nombre: str, salidas: Path) -> None:
    caso = leer_caso(MUESTRAS / f"{nombre}.ref.json")
    turnos = tuple(
        Turno(id=n, hablante=h, rol=Rol(h), inicio=t.inicio, fin=t.fin, texto=texto)
        for n, ((h, texto), t) in enumerate(zip(caso.dichos, caso.tramos, strict=True), 1)
    )
    borrador = Borrador(
        audio=InfoAudio(sha256="0", duracion_s=70.0), transcripcion=Transcripcion(idioma="es", turnos=turnos)
    )
    carpeta = salidas / nombre
    carpeta.mkdir(parents=True)
    (carpeta / "borrador.json").write_text(borrador.model_dump_json(), "utf-8")
    (carpeta / "transcripcion.rttm").write_text((MUESTRAS / f"{nombre}.rttm").read_text("utf-8"), "utf-8")


def test_lee_lo_hecho_y_publica_tabla_y_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _perfecto("faringitis", tmp_path)
    informe = tmp_path / "informe.md"
    codigo = principal(
        [str(MUESTRAS), "--salidas", str(tmp_path), "--solo", "faringitis", "--informe", str(informe)]
    )
    assert codigo == 0
    total = json.loads((tmp_path / "medidas.json").read_text("utf-8"))["total"]["tasas"]
    assert total["wer"] == total["der"] == total["cpwer"] == total["hechos"] == 0.0
    assert total["rol"] == total["numero_de_hablantes"] == 1.0
    assert informe.read_text("utf-8") == (tmp_path / "medidas.md").read_text("utf-8")
    assert "| **total** | 0.0 % |" in capsys.readouterr().out


def test_una_orden_que_falla_se_dice_y_no_se_mide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrida, "_ORDEN", "print('No hay modelos.'); raise SystemExit(2)")
    with pytest.raises(CorridaFallida, match="faringitis: salida 2: No hay modelos"):
        correr(leer_caso(MUESTRAS / "faringitis.ref.json"), tmp_path / "faringitis", [])
    assert principal([str(MUESTRAS), "--salidas", str(tmp_path)]) == 1
    assert not (tmp_path / "medidas.json").exists()


def test_una_carpeta_sin_casos_es_un_error_de_uso(tmp_path: Path) -> None:
    assert principal([str(tmp_path), "--salidas", str(tmp_path / "s")]) == 2
