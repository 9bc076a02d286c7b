"""Cifras habladas → cifras clínicas, con sus tiempos y sus correcciones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribe.consulta import Palabra, Transcripcion, Turno
from scribe.lenguaje.cifras import escribir, escribir_cifras, revisar_cifras

HABLADAS = {
    "Treinta y ocho punto siete.": "38.7.",
    "ciento treinta sobre ochenta y cinco": "130/85",
    "118 sobre 76": "118/76",
    "presión en ciento veinte ochenta": "presión en 120/80",
    "ochocientos cincuenta miligramos": "850 mg",
    "setenta y cinco microgramos": "75 mcg",
    "cinco mililitros": "5 mL",
    "un gramo": "1 g",
    "mil miligramos": "1000 mg",
    "veinte unidades": "20 unidades",
    "cada ocho horas": "cada 8 horas",
    "noventa y cuatro por ciento": "94 %",
    "mide uno sesenta y ocho.": "mide 1.68.",
    "mide un metro sesenta y cinco": "mide 1.65 m",
    "media tableta": "½ tableta",
    "una y media tabletas": "1½ tabletas",
    "cero punto nueve": "0.9",
    "siete punto cero cinco": "7.05",
    "temperatura de treinta y ocho y medio": "temperatura de 38.5",
    "38,5 grados": "38.5 grados",
    "temperatura de treinta y siete cinco": "temperatura de 37.5",
    "creatinina de uno punto dos": "creatinina de 1.2",
    "pesa ochenta kilos y medio": "pesa 80.5 kg",
    "pesa 72 kilos trescientos": "pesa 72.3 kg",
    "fiebre de 39 tres días": "fiebre de 39 3 días",
    "dos litros": "2 litros",
    "Paracetamol de quinientos, uno cada ocho horas": "Paracetamol de 500, 1 cada 8 horas",
    "de 500 uno cada ocho horas": "de 500, 1 cada 8 horas",
    "por diez días": "por 10 días",
    "pesa veintidós kilos": "pesa 22 kg",
    "leucocitos dos cruces": "leucocitos ++",
    "dos mil veintiséis": "2026",
    "mil quinientos": "1500",
    "fuerza cinco sobre cinco": "fuerza 5/5",
    "una vez al día": "1 vez al día",
    "omeprazol de veinte, uno en ayunas": "omeprazol de 20, 1 en ayunas",
    "del uno al diez, un siete": "del 1 al 10, un 7",
}

A_MEDIAS = {
    "30 y 8.5": "38.5",
    "de 750 miligramos, 1,8 horas por 3 días": "de 750 mg, 1 cada 8 horas por 3 días",
    "paracetamol de 500, 2.12 horas": "paracetamol de 500, 2 cada 12 horas",
    "una tableta de 500 miligramos, 1.24 horas": "1 tableta de 500 mg, 1 cada 24 horas",
    "durmió 1.8 horas": "durmió 1.8 horas",
    "de 500 miligramos, 1.5 horas después": "de 500 mg, 1.5 horas después",
    "a los 50 y 5": "a los 55",
    "150 y 2 sobre 94": "152/94",
    "ciento 20 sobre 80": "120/80",
    "100 20 sobre 80": "120/80",
    "trinta y ocho punto siete": "38.7",
    "90 y 4 %": "94 %",
    "90 y 4 por ciento": "94 %",
}

INTACTAS = (
    "2 y 3 días",
    "10 y 20",
    "entre 20 y 5",
    "losartán de 50 y 5 de amlodipino",
    "tengo un dolor",
    "una molestia y un mareo",
    "las dos piernas",
    "uno no sabe",
    "cada una",
    "hace una semana",
    "mil gracias",
    "yo me siento bien",
    "como cada media hora",
    "por tanto, ciento y la madre",
    "la segunda vez",
)


@pytest.mark.parametrize(("frase", "escrito"), [*HABLADAS.items(), *A_MEDIAS.items()])
def test_escribe_la_cifra(frase: str, escrito: str) -> None:
    assert escribir(frase) == escrito


@pytest.mark.parametrize("frase", INTACTAS)
def test_no_toca_lo_que_no_es_cifra(frase: str) -> None:
    assert escribir(frase) == frase


UNIDADES = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
DECENAS = ["x", "x", "x", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
CENTENAS = [
    "x",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]


def dicho(n: int) -> str:
    """Un entero de 0 a 999 como se dice."""
    if n == 100:
        return "cien"
    if n >= 100:
        resto = f" {dicho(n % 100)}" if n % 100 else ""
        return CENTENAS[n // 100] + resto
    if n < 30:
        return UNIDADES[n]
    return DECENAS[n // 10] + (f" y {UNIDADES[n % 10]}" if n % 10 else "")


def test_todo_entero_hasta_999_con_su_unidad() -> None:
    mal = [n for n in range(2, 1000) if escribir(f"de {dicho(n)} miligramos") != f"de {n} mg"]
    assert mal == []


def test_toda_tension_posible() -> None:
    pares = [(alta, baja) for alta in range(80, 220, 3) for baja in range(40, alta - 15, 7)]
    for alta, baja in pares:
        assert escribir(f"presión {dicho(alta)} sobre {dicho(baja)}") == f"presión {alta}/{baja}"


def test_toda_temperatura() -> None:
    for entero in range(35, 42):
        for decimo in range(10):
            frase = f"temperatura {dicho(entero)} punto {dicho(decimo)}"
            assert escribir(frase) == f"temperatura {entero}.{decimo}"


def test_las_autocorrecciones_se_conservan() -> None:
    escrito = escribir("de seiscientos... no, perdón, de cuatrocientos miligramos")
    assert escrito == "de 600... no, perdón, de 400 mg"


def test_en_ingles_solo_unidades_evidentes() -> None:
    assert escribir("one or two tablets of 500 milligrams", "en") == "one or two tablets of 500 mg"


@given(st.lists(st.sampled_from([*HABLADAS, *A_MEDIAS, *INTACTAS]), min_size=1, max_size=4))
def test_escribir_dos_veces_no_cambia_nada(frases: list[str]) -> None:
    una_vez = escribir("; ".join(frases))
    assert escribir(una_vez) == una_vez


def turno(texto: str, numero: int = 1) -> Turno:
    """Un turno con una palabra por segundo."""
    palabras = tuple(
        Palabra(texto=p, inicio=float(k), fin=k + 0.9, prob=0.9) for k, p in enumerate(texto.split())
    )
    return Turno(id=numero, hablante="H1", inicio=0.0, fin=60.0, texto=texto, palabras=palabras)


@pytest.mark.parametrize(
    ("frase", "cifra", "inicio", "fin"),
    [
        ("La presión en ciento dieciocho sobre setenta y seis hoy", "118/76", 3.0, 8.9),
        ("temperatura treinta y ocho punto tres y pulso ochenta y dos", "38.3", 1.0, 5.9),
        ("temperatura treinta y ocho punto tres y pulso ochenta y dos", "82", 8.0, 10.9),
        ("metformina de 850 miligramos cada doce horas", "850 mg", 2.0, 3.9),
        ("paracetamol de quinientos uno cada ocho horas", "8", 5.0, 5.9),
    ],
)
def test_la_cifra_conserva_su_tiempo(frase: str, cifra: str, inicio: float, fin: float) -> None:
    escrito = escribir_cifras(turno(frase), "es")
    desde = escrito.texto.index(cifra)
    cita = escrito.citar(desde, desde + len(cifra))
    assert (cita.texto, cita.inicio, cita.fin) == (cifra, inicio, fin)


def test_cada_cambio_queda_anotado_y_las_palabras_intactas() -> None:
    original = turno("cada ocho horas por diez días")
    escrito = escribir_cifras(original, "es")
    assert escrito.palabras == original.palabras
    assert [(c.original, c.propuesto, c.motivo) for c in escrito.correcciones] == [
        ("ocho", "8", "cifra"),
        ("diez", "10", "cifra"),
    ]


@pytest.mark.parametrize(
    "texto",
    [
        "la presión en 18/66",
        "presión 70/110",
        "Temperatura 36.8, presión 170, pulso 82",
        "temperatura 83.5",
        "saturación de 9.4",
        "mide 68",
        "hemoglobina glucosilada de 94",
        "pulso 720",
        "de 652 tabletas cada 8 horas",
        "252 tabletas juntas",
        "tome 502 pastillas al día",
    ],
)
def test_lo_imposible_se_avisa_y_no_se_cambia(texto: str) -> None:
    consulta = Transcripcion(idioma="es", turnos=(turno(texto),))
    avisos = revisar_cifras(consulta)
    assert [a.tipo for a in avisos] == ["cifra_dudosa"]
    assert avisos[0].citas[0].texto in texto
    assert escribir(texto) == texto


@pytest.mark.parametrize(
    "texto",
    [
        "presión 126/82, pulso 76, temperatura 36.5, peso 88 kg, mide 1.68",
        "dolor 8/10",
        "agudeza visual 20/40",
        "si hay temperatura, paracetamol 10 mL cada 6 horas",
        "la presión se la tomé 2 veces",
        "un lunar que mide 5 mm",
        "saturación 97",
        "una dilución 1/64",
        "8 tabletas juntas por la mañana",
        "la caja trae 30 tabletas",
        "se tomó 20 pastillas para morirse",
    ],
)
def test_lo_posible_no_se_avisa(texto: str) -> None:
    assert revisar_cifras(Transcripcion(idioma="es", turnos=(turno(texto),))) == ()


@pytest.mark.parametrize(
    ("dicho", "escrito"),
    [
        ("paracetamol de quinientos uno cada ocho horas", "paracetamol de 500, 1 cada 8 horas"),
        ("losartán de cincuenta una cada doce horas", "losartán de 50, 1 cada 12 horas"),
        ("seiscientos cincuenta dos tabletas cada ocho horas", "650 2 tabletas cada 8 horas"),
        ("de cuarenta tres veces al día", "de 40 3 veces al día"),
        ("temperatura de treinta ocho", "temperatura de 38"),
        ("cincuenta y dos tabletas en la caja", "52 tabletas en la caja"),
        ("tengo cincuenta y un años", "tengo 51 años"),
        ("glucosa de doscientos uno en ayunas", "glucosa de 201 en ayunas"),
        ("plaquetas de ciento uno", "plaquetas de 101"),
        ("amaneció con 30 y 8.9 de temperatura", "amaneció con 38.9 de temperatura"),
    ],
)
def test_la_toma_no_se_suma_a_la_dosis(dicho: str, escrito: str) -> None:
    assert escribir(dicho) == escrito
