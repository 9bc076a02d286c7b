"""Comparar dos evaluaciones: mejora, empeora, ruido, costo, casos caídos y lo que no se puede comparar."""

from __future__ import annotations

import random

import pytest

from evaluacion.comparacion import NoComparables, comparar, informe_comparacion
from evaluacion.permutacion import valor_p
from evaluacion.resultados import Fallo, Resultados
from tests.unidad.resultados_de_mano import EQUIPO, con_wer, medida, resultados, sistema

ANTES = [6.0, 7, 5, 8, 6, 9, 7, 6, 5, 7, 8, 6]


def _veredictos(a: Resultados, b: Resultados) -> dict[str, str]:
    return {c.medida: c.veredicto for c in comparar(a, b).cambios}


def _de(errores: list[float], **opciones: float) -> Resultados:
    return resultados(sistema(con_wer(errores, **opciones)))


def _iguales(**cuentas: tuple[float, float]) -> Resultados:
    return resultados(sistema([medida(f"c{i:02d}", **cuentas) for i in range(1, 13)]))


def test_permutacion_contada_a_mano() -> None:
    # Tres casos suben 1 de 10: de las 8 combinaciones de signos, 2 (todas o ninguna) son así de extremas.
    assert valor_p([(1, 10)] * 3, [(2, 10)] * 3) == pytest.approx(2 / 8)
    assert valor_p([(1, 10)] * 3, [(1, 10)] * 3) == 1.0
    # Dos suben 1 y uno sube 2 (suma 4): solo ±4 llegan.
    assert valor_p([(1, 10)] * 3, [(2, 10), (2, 10), (3, 10)]) == pytest.approx(2 / 8)


def test_empeorar_en_todos_los_casos_es_regresion() -> None:
    comparacion = comparar(_de(ANTES), _de([e + 2 for e in ANTES]))
    cambio = next(c for c in comparacion.cambios if c.medida == "wer")
    assert cambio.veredicto == "empeora"
    assert cambio.diferencia == pytest.approx(0.02)
    assert (comparacion.regresion, comparacion.salida) == (True, 1)
    assert "Hay regresión: 1 medida empeoró" in informe_comparacion(comparacion)


def test_mejorar_no_es_regresion() -> None:
    comparacion = comparar(_de(ANTES), _de([e - 2 for e in ANTES]))
    assert {c.medida: c.veredicto for c in comparacion.cambios} == {"wer": "mejora", "der": "igual"}
    assert comparacion.salida == 0
    assert "## Mejoró" in informe_comparacion(comparacion)


def test_en_una_medida_de_mas_es_mejor_bajar_es_empeorar() -> None:
    a, b = (_iguales(hechos=(n, 20.0)) for n in (18.0, 16.0))
    assert _veredictos(a, b) == {"hechos": "empeora"}


def test_el_ruido_no_es_cambio() -> None:
    azar = random.Random(3)
    despues = [e + azar.choice((-2, -1, 1, 2)) for e in ANTES]
    assert _veredictos(_de(ANTES), _de(despues))["wer"] == "igual"


def test_por_debajo_del_minimo_practico_no_importa() -> None:
    a, b = (_iguales(wer=(n, 1000.0)) for n in (60.0, 62.0))
    assert _veredictos(a, b) == {"wer": "igual"}


def test_un_error_critico_no_tiene_minimo_practico() -> None:
    a, b = (_iguales(criticos_equivocados=(n, 1000.0)) for n in (0.0, 2.0))
    assert _veredictos(a, b) == {"criticos_equivocados": "empeora"}


def test_con_muchas_medidas_una_p_justa_no_basta() -> None:
    # La misma diferencia, sola o entre muchas que no cambian: la corrección la vuelve ruido.
    # Diez suben y dos bajan: p = 2·(1 + 12 + 66)/4096 = 0.039; entre cuatro medidas, 0.15.
    justos = [1.0] * 10 + [-1.0] * 2
    otras = dict.fromkeys(("cer", "rol", "hechos"), (5.0, 10.0))

    def hecho(errores: list[float], extra: dict[str, tuple[float, float]]) -> Resultados:
        casos = [medida(f"c{i:02d}", wer=(e, 100.0), **extra) for i, e in enumerate(errores, 1)]
        return resultados(sistema(casos))

    despues = [e + d for e, d in zip(ANTES, justos, strict=True)]
    assert _veredictos(hecho(ANTES, {}), hecho(despues, {}))["wer"] == "empeora"
    assert _veredictos(hecho(ANTES, otras), hecho(despues, otras))["wer"] == "igual"


def test_con_pocos_casos_no_hay_veredicto() -> None:
    comparacion = comparar(_de(ANTES[:4]), _de([e + 5 for e in ANTES[:4]]))
    assert {c.medida: c.veredicto for c in comparacion.cambios} == {"wer": "pocos", "der": "igual"}
    assert comparacion.salida == 0


def test_un_caso_que_deja_de_terminar_es_regresion() -> None:
    casos = con_wer(ANTES)
    caido = sistema(casos[:-1], fallidos=[Fallo(caso="c12", motivo="sin memoria")])
    comparacion = comparar(resultados(sistema(casos)), resultados(caido))
    assert [c.caso for c in comparacion.caidos] == ["c12"]
    assert comparacion.salida == 1
    assert comparar(resultados(caido), resultados(sistema(casos))).salida == 0


def test_un_par_que_empeora_no_es_regresion_nuestra() -> None:
    def con_par(errores: list[float]) -> Resultados:
        return resultados(sistema(con_wer(ANTES)), sistema(con_wer(errores), nombre="otro", titulo="Otro"))

    comparacion = comparar(con_par(ANTES), con_par([e + 3 for e in ANTES]))
    assert any(c.veredicto == "empeora" for c in comparacion.cambios)
    assert comparacion.salida == 0


@pytest.mark.parametrize(("reloj", "veredicto"), [(40.0, "empeora"), (33.0, "igual"), (20.0, "mejora")])
def test_el_tiempo_se_juzga_por_su_razon(reloj: float, veredicto: str) -> None:
    comparacion = comparar(_de(ANTES), _de(ANTES, reloj=reloj))
    tiempo = next(c for c in comparacion.costos if c.que == "tiempo")
    assert (tiempo.veredicto, tiempo.razon) == (veredicto, pytest.approx(reloj / 30))
    assert comparacion.regresion is (veredicto == "empeora")


def test_con_una_repeticion_el_tiempo_no_decide() -> None:
    lentos = [m.model_copy(update={"relojes_s": (60.0,)}) for m in con_wer(ANTES)]
    tiempo = next(c for c in comparar(_de(ANTES), resultados(sistema(lentos))).costos if c.que == "tiempo")
    assert (tiempo.veredicto, tiempo.repeticiones) == ("indicativo", 1)


def test_mas_memoria_es_regresion() -> None:
    mas = resultados(sistema(con_wer(ANTES), memoria=1500.0))
    assert comparar(_de(ANTES), mas).salida == 1


def test_en_otro_equipo_no_se_compara_el_costo_y_se_dice() -> None:
    otro = resultados(sistema(con_wer(ANTES, reloj=90.0)), equipo={**EQUIPO, "nucleos": "8"})
    comparacion = comparar(_de(ANTES), otro)
    assert comparacion.costos == ()
    assert comparacion.salida == 0
    assert "nucleos: 2 y 8" in informe_comparacion(comparacion)


@pytest.mark.parametrize(
    ("cambios", "motivo"),
    [
        ({"conjunto": "otro"}, "conjuntos distintos"),
        ({"normalizadores": {"es": "2"}}, "normalizadores difieren: distintos: es"),
        ({"casos": {"c01": "f" * 64}}, "solo en la primera: c02"),
        ({"sistemas": ()}, "ningún sistema"),
    ],
)
def test_lo_que_no_es_comparable_se_dice_y_sale_con_2(cambios: dict[str, object], motivo: str) -> None:
    a = _de(ANTES)
    with pytest.raises(NoComparables, match=motivo) as error:
        comparar(a, Resultados.model_validate({**dict(a), **cambios}))
    assert error.value.salida == 2
    assert "\n" not in str(error.value)
