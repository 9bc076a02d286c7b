"""La medición rápida falla si algo cae por debajo de lo ya alcanzado."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluacion import regresion
from evaluacion.definiciones import definiciones
from evaluacion.informe import escribir
from evaluacion.resultados import Fallo, Resultados
from tests.unidad.resultados_de_mano import con_wer, resultados, sistema

PISO = {"conjunto": "inventado", "medida": "wer", "hasta": 0.08}


@pytest.fixture(autouse=True)
def _un_piso(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regresion, "pisos", lambda: (PISO,))


def _con(errores: list[float], fallidos: tuple[Fallo, ...] = ()) -> Resultados:
    return resultados(sistema(con_wer(errores), fallidos=fallidos))


def test_los_pisos_nombran_medidas_que_existen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for piso in regresion.pisos():
        assert piso["medida"] in definiciones()
        assert ("desde" in piso) != ("hasta" in piso)
        mejor = definiciones()[piso["medida"]].mejor
        assert ("desde" in piso) == (mejor == "mas"), piso["medida"]


def test_sobre_el_piso_no_dice_nada() -> None:
    assert regresion.caidas([_con([6.0, 7, 8])]) == []


def test_debajo_del_piso_dice_cual_y_cuanto() -> None:
    (frase,) = regresion.caidas([_con([20.0, 7, 8])])
    assert frase.startswith("inventado, WER: 11.7") and "8.0" in frase


def test_un_conjunto_que_no_se_corrio_no_cuenta_pero_una_medida_ausente_si(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(regresion, "pisos", lambda: ({**PISO, "conjunto": "otro"},))
    assert regresion.caidas([_con([90.0])]) == []
    monkeypatch.setattr(regresion, "pisos", lambda: ({**PISO, "medida": "cpwer"},))
    assert "sin medir" in regresion.caidas([_con([6.0])])[0]


def test_la_orden_falla_con_uno_si_algo_cayo_o_no_termino(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    escribir(_con([6.0, 7]), tmp_path / "bien", [], {})
    escribir(_con([60.0, 7]), tmp_path / "mal", [], {})
    escribir(_con([6.0, 7], (Fallo(caso="c09", motivo="se cortó"),)), tmp_path / "cortado", [], {})
    assert regresion.principal([str(tmp_path / "bien")]) == 0
    assert regresion.principal([str(tmp_path / "mal")]) == 1
    assert "Empeoró: inventado, WER" in capsys.readouterr().err
    assert regresion.principal([str(tmp_path / "cortado")]) == 1
    assert regresion.principal([str(tmp_path / "no_hay")]) == 2
