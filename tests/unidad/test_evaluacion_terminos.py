"""Términos clínicos y fármacos recogidos, contados a mano; y que las listas no sean las del producto."""

from importlib.resources import files

import pytest

from evaluacion.alineacion import alinear
from evaluacion.lexico import farmacos, palabras_de, singular, terminos
from evaluacion.metricas.terminos import Hallazgo, exhaustividad, precision


def _alinear(dicho: str, escrito: str, idioma: str = "es"):
    return alinear(palabras_de(dicho, idioma), palabras_de(escrito, idioma))


def _hallados(texto: str, idioma: str = "es") -> list[str]:
    palabras = palabras_de(texto, idioma)
    return [" ".join(palabras[a:b]) for a, b in terminos(idioma).ocurrencias(palabras)]


def test_gana_el_termino_mas_largo_y_valen_los_sufijos() -> None:
    assert _hallados("Tengo dolor de cabeza y los tobillos hinchados") == [
        "dolor de cabeza",
        "tobillos",
        "hinchados",
    ]
    assert _hallados("una colecistitis con leucopenia, y la simpatía de su nieta") == [
        "colecistitis",
        "leucopenia",
    ]
    assert _hallados("It's a pyelonephritis, with a headache", "en") == ["pyelonephritis", "headache"]


def test_exhaustividad_y_precision_contadas_a_mano() -> None:
    # dichos: tos, flemas, fiebre. Se oyó «tos»; «flema» vale por «flemas»; «fiebre» se volvió «pie»,
    # que también es un término: 2 de 3 recogidos y 2 de 3 dichos de verdad.
    alineacion = _alinear("Trae tos con flemas y fiebre", "Trae tos con flema y pie")
    assert exhaustividad(alineacion, terminos("es")) == Hallazgo(2, 3, (("fiebre", "pie"),))
    assert precision(alineacion, terminos("es")) == Hallazgo(2, 3, (("pie", "fiebre"),))


def test_no_basta_con_que_la_palabra_este_en_otro_lugar() -> None:
    # la fiebre dicha al principio no la cubre la que se escribe al final
    alineacion = _alinear("fiebre ayer y hoy ya nada de nada", "ayer y hoy ya nada de nada fiebre")
    assert exhaustividad(alineacion, terminos("es")).buenas == 0


def test_un_termino_partido_se_pierde() -> None:
    alineacion = _alinear("le dieron metformina y losartán", "le dieron mi formina y losartan")
    assert exhaustividad(alineacion, farmacos("es")) == Hallazgo(1, 2, (("metformina", "formina"),))


def test_farmacos_en_ingles_y_de_varias_palabras() -> None:
    dicho = "paracetamol and folic acid"
    assert exhaustividad(_alinear(dicho, "Paracetamol and folic acid.", "en"), farmacos("en")).buenas == 2
    assert exhaustividad(_alinear(dicho, "parasite mole and frolic acid", "en"), farmacos("en")).buenas == 0


def test_un_sistema_peor_recoge_menos() -> None:
    dicho = "diarrea, vómito y dolor abdominal desde ayer; tomó ibuprofeno"
    tasas = [
        exhaustividad(_alinear(dicho, h), terminos("es")).buenas
        for h in (dicho, "diarrea, vomito y dolor desde ayer", "arrea, vomito y dolor", "")
    ]
    assert tasas == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("palabra", "esperada"), [("dolores", "dolor"), ("veces", "vez"), ("flemas", "flema"), ("tos", "tos")]
)
def test_singular(palabra: str, esperada: str) -> None:
    assert singular(palabra) == esperada


def test_singular_en_ingles() -> None:
    assert [singular(p, True) for p in ("allergies", "lungs", "illness", "gas")] == [
        "allergy",
        "lung",
        "illness",
        "gas",
    ]


@pytest.mark.parametrize("idioma", ["es", "en"])
def test_las_listas_son_grandes_y_sin_repetir(idioma: str) -> None:
    nombre = "farmacos_en.txt" if idioma == "en" else "farmacos.txt"
    nombres = files("evaluacion").joinpath(f"datos/{nombre}").read_text("utf-8").splitlines()
    assert len(nombres) == len(set(nombres)) > 400
    assert all(n == n.strip().lower() and n for n in nombres)
    assert len(terminos(idioma).por_primera) > 250
