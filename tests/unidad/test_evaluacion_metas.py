"""La tabla de metas sale de los resultados: ni se cumple sin medir ni se cumple por promedio lejano."""

from __future__ import annotations

from typing import Any

import pytest

from evaluacion.definiciones import definiciones
from evaluacion.documento import evaluacion
from evaluacion.informe import metas
from evaluacion.resultados import Cuadro, Razon, Resultados
from tests.unidad.resultados_de_mano import con_wer, medida, resultados, sistema

WER = {"conjunto": "inventado", "medida": "wer"}


def _una(**cambios: Any) -> Resultados:
    return resultados(sistema(con_wer([6.0, 7, 5, 8, 6, 9, 7, 6])), **cambios)


def _leida(prueba: dict[str, Any], *todos: Resultados) -> metas.Lectura:
    lectura = metas.leer(prueba, todos)
    assert lectura is not None
    return lectura


def test_los_datos_son_coherentes() -> None:
    for meta in metas.metas():
        assert meta["que"] and meta["pruebas"], meta
        for prueba in meta["pruebas"]:
            assert ("desde" in prueba) != ("hasta" in prueba), meta["que"]
            fuentes = [c for c in ("medida", "razon", "cuadro", "maximo") if c in prueba]
            assert len(fuentes) == 1, meta["que"]
            for nombre in (prueba.get("medida"), prueba.get("maximo"), *meta.get("al_lado", ())):
                assert nombre is None or nombre in definiciones(), nombre
    assert len({m["que"] for m in metas.metas()}) == len(metas.metas())


def test_sin_resultados_ninguna_se_cumple() -> None:
    _entrada, tabla, _faltas = metas.parrafos([])
    assert len(tabla.filas) == len(metas.metas())
    assert {celdas[3].texto for _que, celdas in tabla.filas} == {"sin medir"}


@pytest.mark.parametrize(
    ("umbral", "veredicto"),
    [
        ({"hasta": 0.2}, "sí"),
        ({"hasta": 0.068}, "sí, sin margen"),
        ({"hasta": 0.05}, "no"),
        ({"desde": 0.5}, "no"),
    ],
)
def test_el_intervalo_decide_si_hay_margen(umbral: dict[str, float], veredicto: str) -> None:
    assert metas.juzgar({**WER, **umbral}, _leida(WER, _una())) == veredicto


def test_el_complemento_voltea_cifra_e_intervalo() -> None:
    derecho, volteado = _leida(WER, _una()), _leida({**WER, "complemento": True}, _una())
    assert volteado.valor == pytest.approx(1 - derecho.valor)
    assert derecho.alto is not None and volteado.bajo == pytest.approx(1 - derecho.alto)
    assert volteado.bajo is not None and volteado.alto is not None and volteado.bajo < volteado.alto


def test_manda_la_corrida_con_mas_casos() -> None:
    corta = resultados(sistema(con_wer([50.0, 50.0])))
    assert _leida(WER, corta, _una()).n == 8
    assert _leida(WER, _una(), corta).n == 8


def test_un_grupo_que_no_se_midio_no_cuenta() -> None:
    assert _leida({**WER, "grupo": {"ruido": "calle"}}, _una()).n == 4
    assert metas.leer({**WER, "grupo": {"ruido": "mar"}}, [_una()]) is None


def test_de_la_memoria_se_toma_el_peor_caso() -> None:
    casos = [medida("c01", wer=(1.0, 100.0)), medida("c02", wer=(1.0, 100.0))]
    casos[1] = casos[1].model_copy(
        update={"costo": casos[1].costo.model_copy(update={"memoria_mib": 4000.0})}
    )
    prueba = {"conjunto": "inventado", "maximo": "memoria_pico", "hasta": 3072}
    lectura = _leida(prueba, resultados(sistema(casos)))
    assert lectura.valor == 4000.0
    assert metas.juzgar(prueba, lectura) == "no"


def test_la_razon_se_lee_como_lo_que_tarda_scribe() -> None:
    razon = Razon(par="rival", tarea="habla", mediana=2.0, bajo=1.25, alto=4.0, n=9)
    lectura = _leida({"conjunto": "inventado", "razon": "rival"}, _una(razones=(razon,)))
    assert (lectura.valor, lectura.bajo, lectura.alto) == (0.5, 0.25, 0.8)
    assert metas.juzgar({"hasta": 0.6}, lectura) == "sí, sin margen"


def test_un_numero_de_cuadro() -> None:
    cuadro = Cuadro(
        titulo="Costo: Scribe", explicacion="", columnas=("a",), filas=(("1",),), cifras={"d": 0.2}
    )
    prueba = {"conjunto": "inventado", "cuadro": "Costo", "cifra": "d", "hasta": 0.1}
    assert metas.juzgar(prueba, _leida(prueba, _una(cuadros=(cuadro,)))) == "no"
    assert metas.leer({**prueba, "cifra": "otra"}, [_una(cuadros=(cuadro,))]) is None


def test_con_dos_pruebas_manda_la_que_falla(monkeypatch: pytest.MonkeyPatch) -> None:
    meta = {
        "que": "WER doble",
        "porque": "Falta oído.",
        "pruebas": [{**WER, "hasta": 0.5}, {**WER, "hasta": 0.01}],
    }
    monkeypatch.setattr(metas, "metas", lambda: (meta,))
    texto = evaluacion([_una()])
    fila = next(r for r in texto.splitlines() if r.startswith("| WER doble |"))
    assert "6.8" in fila and "1.0" in fila and "| no |" in fila
    assert "- **WER doble.** Falta oído." in texto
    monkeypatch.setattr(metas, "metas", lambda: ({**meta, "pruebas": meta["pruebas"][:1]},))
    assert "Falta oído" not in evaluacion([_una()])
