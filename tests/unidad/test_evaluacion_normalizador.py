"""El normalizador: dos maneras de escribir lo mismo quedan iguales y dos cosas distintas, no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluacion.normalizador import cifras, normalizar, normalizar_ingles, versiones

IGUALES = [
    # Cifras habladas y escritas
    ("treinta y ocho punto cinco", "38.5"),
    ("treinta y ocho punto cinco", "38,5"),
    ("treintaiocho", "38"),
    ("veintiún días", "21 días"),
    ("mil doscientos", "1,200"),
    ("mil doscientos", "1.200"),
    ("diez mil quinientos leucocitos", "10,500 leucocitos"),
    ("diez mil", "10 mil"),
    ("una tableta", "1 tableta"),
    ("creatinina cero punto nueve, nitritos cero", "creatinina 0.9, nitritos 0"),
    ("dos cientos gramos", "200 g"),
    ("dos veces, un miligramo", "2 veces, 1 mg"),
    ("como unas cuatro tazas", "como unas 4 tazas"),
    ("cero punto cinco miligramos", ".5 mg"),
    ("cero punto cinco miligramos", "0,5 mg"),
    ("cinco miligramos", "5.0 mg"),
    ("cero punto ciento veinticinco miligramos", "0.125 mg"),
    # Signos vitales
    ("ciento treinta sobre ochenta y cinco", "130/85"),
    ("ciento treinta sobre ochenta y cinco", "130-85"),
    ("presión de ciento treinta ochenta y cinco", "presión de 130/85"),
    ("ciento treinta sobre ochenta y cinco milímetros de mercurio", "130/85 mmHg"),
    ("su temperatura es treinta y siete ocho", "su temperatura es 37.8"),
    ("treinta y siete ocho de temperatura", "37.8 de temperatura"),
    ("treinta y ocho cinco grados", "38.5 °C"),
    ("treinta y nueve grados centígrados", "39°"),
    ("treinta y ocho y medio", "38.5"),
    ("noventa y cuatro por ciento", "94%."),
    ("saturación noventa y tres por ciento", "sat 93%"),
    ("saturación de oxígeno noventa y tres por ciento", "SpO2 93%"),
    ("setenta y dos latidos por minuto", "72 lpm"),
    ("TA ciento veinte sobre ochenta", "T/A 120/80"),
    ("setenta y dos por minuto", "72x'"),
    ("dieciocho respiraciones por minuto", "18 rpm"),
    ("¿Mide uno sesenta y ocho?", "mide 1.68 m"),
    ("mide uno sesenta", "mide 1.60 m"),
    ("índice de masa corporal de veintisiete", "IMC de 27"),
    # Receta
    ("quinientos miligramos", "500mg"),
    ("ochocientos cincuenta miligramos cada ocho horas", "850 mg c/8 h"),
    ("cada doce horas", "c/12hrs."),
    ("una cada ocho horas por siete días", "1c/8h x 7 días"),
    ("setenta y cinco microgramos", "75 mcg"),
    ("setenta y cinco microgramos", "75 µg"),
    ("media tableta", "1/2 tableta"),
    ("media tableta", "½ tableta"),
    ("un cuarto de tableta", "1/4 de tableta"),
    ("una tableta y media", "1 1/2 tableta"),
    ("dos tabletas y media", "2.5 tabletas"),
    ("un litro y medio", "1.5 litros"),
    ("diez unidades de insulina", "10 UI de insulina"),
    ("vía oral", "v.o."),
    ("tres veces al día", "3 veces/día"),
    ("quince miligramos por kilo", "15 mg/kg"),
    ("de cinco a siete días", "de 5-7 días"),
    # Laboratorio, fechas, ordinales, tratamientos
    ("ciento diez miligramos por decilitro", "110 mg/dL"),
    ("hemoglobina glicosilada de siete punto dos", "HbA1c de 7,2"),
    ("leucocitos dos cruces", "leucocitos ++"),
    ("vitamina b doce", "vitamina B12"),
    ("quince de marzo de dos mil veinticuatro", "15/03/2024"),
    ("primero de mayo", "1º de mayo"),
    ("tercer mes", "3er mes"),
    ("séptimo mes", "7mo mes"),
    ("a las ocho y media", "a las 8:30"),
    ("la doctora y el doctor", "la Dra. y el Dr."),
    ("antiinflamatorio", "anti-inflamatorio"),
    ("Este, me duele, eh, la cabeza", "Me duele la cabeza."),
]

DISTINTAS = [
    ("38.5", "38"),
    ("850 mg", "800 mg"),
    ("5 mg", "5 mcg"),
    (".5 mg", "5 mg"),
    ("0.125 mg", "125 mg"),
    ("1.25 mg", "125 mg"),
    ("30 y 8.5", "38.5"),
    ("130/85", "30/85"),
    ("1/2 tableta", "1 o 2 tabletas"),
    ("media tableta", "una tableta"),
    ("fiebre de treinta y ocho, cinco días", "fiebre de 38.5, días"),
    ("si fuma", "no fuma"),
    ("tres años", "tres anos"),
    ("la uña", "la una"),
    ("presión arterial", "presión"),
    ("el cuarto", "el 4"),
]


@pytest.mark.parametrize(("dicho", "escrito"), IGUALES)
def test_lo_dicho_y_lo_escrito_se_normalizan_igual(dicho: str, escrito: str) -> None:
    assert normalizar(dicho) == normalizar(escrito)


@pytest.mark.parametrize(("uno", "otro"), DISTINTAS)
def test_lo_que_difiere_no_se_iguala(uno: str, otro: str) -> None:
    assert normalizar(uno) != normalizar(otro)


@pytest.mark.parametrize("texto", sorted({t for par in [*IGUALES, *DISTINTAS] for t in par}))
def test_normalizar_lo_normalizado_no_cambia_nada(texto: str) -> None:
    assert normalizar(normalizar(texto)) == normalizar(texto)


@given(st.text(alphabet="abcdeñáé .,¿?/-\n", max_size=40))
def test_normalizar_dos_veces_cualquier_texto(texto: str) -> None:
    assert normalizar(normalizar(texto)) == normalizar(texto)


def test_cifras_en_orden_y_con_decimales() -> None:
    assert cifras("presión ciento diez sobre setenta, treinta y siete punto dos") == ["110", "70", "37.2"]
    assert cifras("vitamina B12, una tableta") == ["12"]


def test_el_acento_descompuesto_vale_igual() -> None:
    assert normalizar("Nin\u0303o con otitis me\u0301dica") == normalizar("Niño con otitis médica")


def test_el_ingles_es_el_de_whisper() -> None:
    # Ejemplos de la documentación de Whisper: contracciones, ortografía, números y porcentajes.
    assert (
        normalizar("I'm going to the Theatre, Mr. Brown!", "en") == "i am going to the theater mister brown"
    )
    assert normalizar("twenty five percent", "en-GB") == normalizar("25%", "en")
    assert normalizar("diarrhoea", "en") == "diarrhea"


def test_oh_solo_es_cero_en_el_normalizador_publicado() -> None:
    assert normalizar("oh I see", "en") == "0 i see"
    assert normalizar_ingles("oh I see", oh_es_cero=False) == "oh i see"
    assert cifras("Oh, two tablets", "en") == ["2"]


def test_los_resultados_pueden_nombrar_la_version() -> None:
    assert versiones()["es"] == "v2"
    assert versiones()["en"].startswith("Whisper (transformers ")
