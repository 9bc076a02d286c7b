"""Códigos: P/R/F1, MAP y top-k contra cuentas a mano y scikit-learn; estado, presentes falsos y tramos."""

import pytest
from sklearn.metrics import average_precision_score, precision_recall_fscore_support
from sklearn.preprocessing import MultiLabelBinarizer

from evaluacion.caso import Caso, MencionEsperada
from evaluacion.metricas.codigos import (
    Mencion,
    categoria,
    corto,
    entero,
    medir,
    menciones_correctas,
    precision_media,
    presentes_falsos,
)
from evaluacion.salida import Salida
from evaluacion.sintesis.guion import CodigoEsperado
from scribe.consulta import Alternativa, Cita, Codigo, EstadoCodigo


def _codigo(codigo: str, estado: str = "confirmado", sistema: str = "CIE-10", cita: str = "") -> Codigo:
    citas = (Cita(turno=1, texto=cita, inicio=0, fin=1),) if cita else ()
    return Codigo(
        sistema=sistema, codigo=codigo, titulo="", puntaje=1.0, estado=EstadoCodigo(estado), citas=citas
    )  # type: ignore[arg-type]  # fmt: skip


def _esperado(codigo: str, estado: str = "confirmado") -> CodigoEsperado:
    return CodigoEsperado(cie10=codigo, estado=estado, texto="")  # type: ignore[arg-type]


def _medir(esperados: list[CodigoEsperado], sugeridos: list[Codigo]) -> dict[str, tuple[float, float]]:
    caso = Caso(id="c", codigos=tuple(esperados))
    return medir(caso, Salida(caso="c", codigos=tuple(sugeridos))).cuentas


@pytest.mark.parametrize(
    ("codigo", "largo", "completo"),
    [
        ("I10X", "I10", "I10"),
        ("i10", "I10", "I10"),
        ("J03.9", "J039", "J039"),
        ("e11.40", "E114", "E1140"),
        ("S72.00XA", "S720", "S7200XA"),
        ("M16.X", "M16", "M16"),
    ],
)
def test_formas_de_escribir_el_mismo_codigo(codigo: str, largo: str, completo: str) -> None:
    assert corto(codigo) == largo
    assert entero(codigo) == completo
    assert categoria(codigo) == largo[:3]


def test_precision_media_a_mano() -> None:
    # Aciertos en los lugares 1, 3 y 4 de tres relevantes: (1/1 + 2/3 + 3/4) / 3.
    assert precision_media(["a", "x", "b", "c"], {"a", "b", "c"}) == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert precision_media(["x", "y"], {"a"}) == 0.0
    with pytest.raises(ValueError, match="esperados"):
        precision_media(["a"], set())


def test_precision_media_coincide_con_scikit_learn() -> None:
    # Con todos los relevantes en la lista, la AP de scikit-learn es la misma suma.
    lista, relevantes = ["d", "a", "e", "b", "f", "c"], {"a", "b", "c"}
    y = [c in relevantes for c in lista]
    assert precision_media(lista, relevantes) == pytest.approx(
        average_precision_score(y, [-n for n, _ in enumerate(lista)])
    )


def test_map_del_ejemplo_publicado_por_codiesp() -> None:
    # Mismos lugares que el ejemplo del README oficial (MAP 0.652): 4 aciertos en 1, 4, 5 y 6; 7 en 1, 3, 5…
    def ap(lugares: tuple[int, ...], largo: int) -> float:
        lista = [f"b{n}" if n in lugares else f"x{n}" for n in range(1, largo + 1)]
        return precision_media(lista, {f"b{n}" for n in lugares})

    assert round((ap((1, 4, 5, 6), 7) + ap((1, 3, 5, 6, 9, 14, 19), 19)) / 2, 3) == 0.652


def test_un_error_arriba_puntua_peor_que_abajo() -> None:
    assert precision_media(["x", "a"], {"a"}) < precision_media(["a", "x"], {"a"})


def test_prf_micro_coincide_con_scikit_learn() -> None:
    documentos = [({"J03", "I10"}, ["J03.9", "E11.9", "J03.0"]), ({"E11"}, ["E11.9"]), ({"N30"}, ["A09"])]
    sumas: dict[str, list[float]] = {}
    for esperados, dados in documentos:
        caso = Caso(id="d", codigos_documento=tuple(sorted(esperados)))
        cuentas = medir(caso, Salida(caso="d", codigos=tuple(_codigo(c) for c in dados))).cuentas
        for nombre in ("precision", "exhaustividad", "f1"):
            parte, total = cuentas[f"codigos_{nombre}_3"]
            suma = sumas.setdefault(nombre, [0.0, 0.0])
            suma[0] += parte
            suma[1] += total
    marcas = MultiLabelBinarizer().fit([["J03", "I10", "E11", "N30", "A09"]])
    real = marcas.transform([sorted(e) for e, _ in documentos])
    hecho = marcas.transform([sorted({categoria(c) for c in d}) for _, d in documentos])
    p, r, f1, _ = precision_recall_fscore_support(real, hecho, average="micro")
    assert sumas["precision"][0] / sumas["precision"][1] == pytest.approx(p)
    assert sumas["exhaustividad"][0] / sumas["exhaustividad"][1] == pytest.approx(r)
    assert sumas["f1"][0] / sumas["f1"][1] == pytest.approx(f1)


def test_niveles_y_lugares_a_mano() -> None:
    cuentas = _medir([_esperado("J03.9")], [_codigo("CA03", sistema="CIE-11"), _codigo("J02.9"),
                                           _codigo("J03.0"), _codigo("J03.9")])  # fmt: skip
    assert cuentas["codigos_top1_3"] == (0, 1)
    assert cuentas["codigos_top5_3"] == (1, 1)
    assert cuentas["codigos_map_3"] == (1 / 2, 1.0)
    assert cuentas["codigos_map_4"] == (1 / 3, 1.0)
    assert cuentas["codigos_precision_4"] == (1, 3)
    assert cuentas["codigos_precision_3"] == (1, 2)
    assert cuentas["codigos_f1_3"] == (2, 3)


def test_el_sexto_ya_no_esta_entre_cinco_y_un_repetido_no_ocupa_lugar() -> None:
    cuentas = _medir([_esperado("I10")], [*(_codigo(f"A0{n}") for n in range(5)), _codigo("I10X")])
    assert (cuentas["codigos_top5_3"], cuentas["codigos_top10_3"]) == ((0, 1), (1, 1))
    repetido = _medir([_esperado("I10")], [*[_codigo("J03.9")] * 5, _codigo("I10")])
    assert repetido["codigos_top5_3"] == (1, 1)


def test_sin_sugerencias_todo_queda_por_encontrar() -> None:
    cuentas = _medir([_esperado("I10")], [])
    assert cuentas["codigos_exhaustividad_3"] == (0, 1)
    assert cuentas["codigos_map_3"] == (0.0, 1.0)
    assert "codigos_precision_3" not in cuentas
    assert not medir(Caso(id="c", codigos=(_esperado("I10"),)), Salida(caso="c")).cuentas


def test_estado() -> None:
    def estado(hallado: str, esperado: str) -> tuple[float, float]:
        return _medir([_esperado("E11.9", esperado)], [_codigo("E11.9", hallado)])["codigos_estado"]

    assert estado("confirmado", "confirmado") == (1, 1)
    assert estado("familiar", "antecedente") == (1, 1)
    assert estado("confirmado", "descartado") == (0, 1)
    assert estado("sospecha", "confirmado") == (0, 1)


def test_lo_descartado_dado_por_presente_es_un_error() -> None:
    esperados = [_esperado("N10", "descartado"), _esperado("N30.0"), _esperado("E11.9", "familiar")]
    dados = [_codigo("N10"), _codigo("N30.0"), _codigo("E11.9", "familiar")]
    assert presentes_falsos(dados, esperados) == ["N10"]
    assert not presentes_falsos([_codigo("N10", "descartado")], esperados)
    assert _medir(esperados, dados)["codigos_presentes_falsos"] == (1, 3)


def test_tramo_de_codiesp_x_con_diez_de_holgura() -> None:
    # Como el guion oficial: lo esperado cabe en lo hallado y sobran a lo más 10 caracteres por lado.
    esperada = [MencionEsperada(codigo="n20.0", texto="litiasis", tramos=((100, 104), (110, 120)))]
    assert menciones_correctas([Mencion("N20.0", 90, 130)], esperada) == {"N200"}
    assert not menciones_correctas([Mencion("N20.0", 89, 120)], esperada)
    assert not menciones_correctas([Mencion("N20.0", 101, 120)], esperada)
    assert not menciones_correctas([Mencion("N20.1", 100, 120)], esperada)


def test_tramos_como_en_el_ejemplo_publicado() -> None:
    # Un código con dos tramos anotados: basta uno. Uno discontinuo va de punta a punta, no a la mitad.
    esperadas = [
        MencionEsperada(codigo="m81.0", texto="x", tramos=((1560, 1572),)),
        MencionEsperada(codigo="m81.0", texto="x", tramos=((754, 766),)),
        MencionEsperada(codigo="z87.8", texto="x", tramos=((167, 181), (189, 198))),
        MencionEsperada(codigo="s43.4", texto="x", tramos=((405, 411), (572, 581))),
    ]
    halladas = [Mencion("M81.0", 754, 766), Mencion("Z87.8", 167, 198), Mencion("S43.4", 405, 411)]
    assert menciones_correctas(halladas, esperadas) == {"M810", "Z878"}


def test_documento_con_tramos() -> None:
    texto = "Varón con litiasis renal y fiebre."
    caso = Caso(
        id="d",
        texto=texto,
        codigos_documento=("n20.0", "r50.9"),
        menciones=(
            MencionEsperada(codigo="n20.0", texto="litiasis renal", tramos=((10, 24),)),
            MencionEsperada(codigo="r50.9", texto="fiebre", tramos=((27, 33),)),
        ),
    )
    dados = (
        _codigo("N20.0", cita="litiasis renal"),
        _codigo("R50.9", cita="Varón con litiasis renal y fiebre"),
        _codigo("I10", "descartado"),
    )
    cuentas = medir(caso, Salida(caso="d", codigos=dados)).cuentas
    assert cuentas["codigos_f1_exacto"] == (4, 4)
    assert cuentas["codigos_x_precision"] == (1, 2)
    assert cuentas["codigos_x_exhaustividad"] == (1, 2)


def test_menciones_con_candidatos() -> None:
    caso = Caso(
        id="d",
        menciones=(MencionEsperada(codigo="n20.0", texto="x"), MencionEsperada(codigo="r50.9", texto="y")),
    )
    cuentas = medir(caso, Salida(caso="d", candidatos=(("N20.9", "N20.0"), ("I10",)))).cuentas
    assert cuentas["menciones_top1_3"] == (1, 2)
    assert cuentas["menciones_top1_4"] == (0, 2)
    assert cuentas["menciones_top5_exacto"] == (1, 2)
    assert cuentas["menciones_map_4"] == (0.5, 2)


def _con_otras(codigo: str, *otras: str) -> Codigo:
    alternativas = tuple(Alternativa(codigo=o, titulo="", puntaje=0.5) for o in otras)
    return _codigo(codigo).model_copy(update={"alternativas": alternativas})


def test_cada_diagnostico_dicho_tiene_su_propia_lista() -> None:
    # Cinco diagnósticos: en la lista de la consulta solo uno puede ir primero; dichos, todos lo van.
    esperados = [_esperado(c) for c in ("I10", "E11.9", "J03.9", "N39.0", "K29.7")]
    dados = [_codigo("I10"), _codigo("E11.9"), _con_otras("J02.9", "J00", "J03.9"), _codigo("K29.7")]
    cuentas = _medir(esperados, dados)
    assert cuentas["codigos_top1_4"] == (1, 5)
    assert cuentas["codigos_dicho1_4"] == (3, 5)
    assert cuentas["codigos_dicho5_4"] == (4, 5)


def test_la_lista_de_un_diagnostico_no_responde_por_otro() -> None:
    esperados = [_esperado("I10"), _esperado("I11.0")]
    assert _medir(esperados, [_con_otras("I10", "I11.0")])["codigos_dicho5_4"] == (1, 2)
    assert _medir([_esperado("I11.0")], [_con_otras("I10", "I11.0")])["codigos_dicho5_4"] == (1, 1)


def test_la_sexta_opcion_ya_no_la_ve_y_las_repetidas_no_ocupan_lugar() -> None:
    lista = _con_otras("A00.0", "A00.1", "A00.9", "A01.0", "A01.1", "I10")
    cuentas = _medir([_esperado("I10")], [lista])
    assert cuentas["codigos_dicho5_4"] == (0, 1)
    assert cuentas["codigos_dicho5_3"] == (1, 1)


def test_un_esperado_sin_cuarto_caracter_vale_por_su_no_especificado() -> None:
    assert _medir([_esperado("I48")], [_codigo("I48.9")])["codigos_dicho1_4"] == (1, 1)
    assert _medir([_esperado("I48")], [_codigo("I48.0")])["codigos_dicho1_4"] == (0, 1)
    assert _medir([_esperado("I48.0")], [_codigo("I48.9")])["codigos_dicho1_4"] == (0, 1)
