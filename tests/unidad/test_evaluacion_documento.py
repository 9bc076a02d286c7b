"""Los documentos que salen de los datos están al día y dicen dónde se pierde."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluacion.caso import Caso
from evaluacion.comparacion import criterios
from evaluacion.conjuntos.contra_publicado import cuadro_publicado
from evaluacion.definiciones import definiciones
from evaluacion.documento import evaluacion, medidas, principal
from evaluacion.informe import escribir
from evaluacion.informe.textos import datos
from evaluacion.resultados import Cifra, Cuadro, Resultados, ResultadoSistema
from tests.unidad.resultados_de_mano import con_wer, resultados, sistema

DOCS = Path(__file__).resolve().parents[2] / "docs"
ERRORES = [6.0, 7, 5, 8, 6, 9, 7, 6]


def _contra(rival: list[float]) -> Resultados:
    return resultados(sistema(con_wer(ERRORES)), sistema(con_wer(rival), nombre="rival", titulo="Rival"))


def test_medidas_md_esta_al_dia() -> None:
    puesto = (DOCS / "medidas.md").read_text("utf-8")
    assert puesto == medidas(), "póngalo al día con: python -m evaluacion.documento --salida docs/"


def test_cada_medida_lleva_definicion_fuente_y_biblioteca() -> None:
    texto = medidas()
    for definicion in definiciones().values():
        assert f"`{definicion.nombre}`: " in texto
        assert definicion.definicion and definicion.fuente and definicion.con, definicion.nombre


def test_los_datos_de_los_informes_nombran_medidas_que_existen() -> None:
    criterio = criterios()
    nombradas = [*datos()["frases"], *datos()["decimas"]["curvas"], *criterio["minimo"]]
    nombradas += [*criterio["descriptivas"]["medidas"], *criterio["costo"]["medidas"]]
    assert [n for n in nombradas if n not in definiciones()] == []
    assert {d.grupo for d in definiciones().values()} <= set(datos()["grupos"])
    assert {d.forma for d in definiciones().values()} <= set(criterio["minimo_por_forma"])


def test_dice_donde_se_pierde_y_cuando_no() -> None:
    pierde = evaluacion([_contra([e - 2 for e in ERRORES])])
    assert "- WER (del audio al texto): Scribe" in pierde.split("## Conjunto inventado")[0]
    gana = evaluacion([_contra([e + 2 for e in ERRORES])])
    assert "En nada, más allá del ruido" in gana.split("## Conjunto inventado")[0]
    solo = evaluacion([resultados(sistema(con_wer(ERRORES)))])
    assert "Sin pares con que comparar: Conjunto inventado." in solo


def test_la_orden_escribe_los_dos_documentos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    escribir(_contra(ERRORES), tmp_path / "r", [], {})
    assert principal([str(tmp_path / "r"), "--salida", str(tmp_path / "docs")]) == 0
    assert (tmp_path / "docs" / "medidas.md").read_text("utf-8") == medidas()
    assert (tmp_path / "docs" / "evaluacion.md").read_text("utf-8").startswith("# Evaluación\n")
    assert principal([str(tmp_path / "falta.json"), "--salida", str(tmp_path / "docs")]) == 2
    assert "No se pudo leer" in capsys.readouterr().err


def test_lo_publicado_que_no_se_alcanza_tambien_es_derrota() -> None:
    """Sin ningún par, el cuadro contra lo publicado basta para decir dónde se pierde."""
    base = resultados(sistema(con_wer(ERRORES)))
    tabla = Cuadro(
        titulo="Contra lo publicado", explicacion="", columnas=(), filas=(), derrotas=("MAP: Scribe 0.07",)
    )
    inicio = evaluacion([base.model_copy(update={"cuadros": (tabla,)})]).split("## Conjunto inventado")[0]
    assert "- MAP: Scribe 0.07" in inicio
    assert "En nada" not in inicio and "Sin pares" not in inicio


def test_pierde_contra_lo_publicado_solo_si_el_intervalo_no_llega() -> None:
    def con(alto: float) -> ResultadoSistema:
        cifra = Cifra(valor=0.4, bajo=0.3, alto=alto, parte=4, total=10, n=10)
        return ResultadoSistema(
            sistema="scribe", titulo="Scribe", tarea="codigos", totales={"codigos_map_exacto": cifra}
        )

    caso = Caso(id="a", particion="desarrollo", texto="x")
    (lejos,) = cuadro_publicado("codiesp", [caso], [con(0.5)])
    assert any("0.593" in d for d in lejos.derrotas)
    (alcanza,) = cuadro_publicado("codiesp", [caso], [con(0.99)])
    assert alcanza.derrotas == ()
