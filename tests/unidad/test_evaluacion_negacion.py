"""Negaciones conservadas y añadidas, contadas a mano."""

import pytest

from evaluacion.metricas.negacion import analizar, comparar


def _negados(texto: str, idioma: str = "es") -> list[str]:
    palabras, menciones = analizar(texto, idioma)
    return [" ".join(palabras[m.desde : m.hasta]) for m in menciones if m.negado]


@pytest.mark.parametrize(
    ("texto", "negados"),
    [
        ("No tengo fiebre ni tos.", ["fiebre", "tos"]),
        ("Niega náusea, vómito y diarrea.", ["nausea", "vomito", "diarrea"]),
        ("Sin dolor de pecho. Tiene tos.", ["dolor de pecho"]),
        ("Nunca fumé, tampoco tomo alcohol.", ["tomo", "alcohol"]),
        # el corte, el giro falso y la respuesta suelta no niegan lo que sigue
        ("No tengo tos pero sí fiebre.", ["tos"]),
        ("Sin embargo tengo fiebre.", []),
        ("No, tengo fiebre.", []),
        ("No se preocupe por la fiebre.", []),
        ("No. Fiebre sí.", []),
        # lejos no llega
        ("No recuerdo bien cuándo fue que empezó la tos.", []),
    ],
)
def test_que_esta_negado(texto: str, negados: list[str]) -> None:
    assert _negados(texto) == negados


def test_que_esta_negado_en_ingles() -> None:
    assert _negados("I don't have a fever, no cough, but chest pain.", "en") == ["fever", "cough"]


def test_perder_el_no_es_un_error_aunque_lo_demas_este() -> None:
    conservadas, anadidas = comparar("No tengo fiebre, ni tos.", "Tengo fiebre, ni tos.")
    # dos conceptos negados: la fiebre perdió su «no»; la tos conserva su «ni»
    assert (conservadas.buenas, conservadas.total) == (1, 2)
    assert conservadas.fallas == (("fiebre", "fiebre (sin negar)"),)
    assert anadidas.total == 0


def test_perder_el_concepto_tambien() -> None:
    conservadas, _ = comparar("Niega alergias.", "Niega energías.")
    assert (conservadas.buenas, conservadas.total) == (0, 1)
    assert conservadas.fallas == (("alergias", ""),)


def test_anadir_un_no_se_cuenta_aparte() -> None:
    # dos conceptos afirmados que llegaron; uno quedó negado por un «no» que nadie dijo
    conservadas, anadidas = comparar("Tengo fiebre. Tengo tos.", "No tengo fiebre. Tengo tos.")
    assert conservadas.total == 0
    assert (anadidas.buenas, anadidas.total) == (1, 2)
    assert anadidas.fallas == (("fiebre", "no fiebre"),)


def test_otra_palabra_de_negar_vale() -> None:
    conservadas, _ = comparar("No tengo fiebre.", "Sin fiebre.")
    assert (conservadas.buenas, conservadas.total) == (1, 1)


def test_no_poner_puntos_no_cuesta() -> None:
    # sin puntos, el «no» de la respuesta alcanzaría a la tos: las frases las pone la referencia
    conservadas, anadidas = comparar(
        "¿Tiene fiebre? No. Tengo tos y dolor.", "tiene fiebre no tengo tos y dolor"
    )
    assert conservadas.total == 0
    assert (anadidas.buenas, anadidas.total) == (0, 3)


def test_un_sistema_peor_conserva_menos() -> None:
    dicho = "No tengo fiebre. No tengo tos. Niega vómito."
    peores = [
        dicho,
        "Tengo fiebre. No tengo tos. Niega vómito.",
        "Tengo fiebre. Tengo tos. Niega vómito.",
        "",
    ]
    assert [comparar(dicho, p)[0].buenas for p in peores] == [3, 2, 1, 0]
