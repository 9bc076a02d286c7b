"""Lo más común que contesta un paciente, en diálogos de dos a cuatro turnos: qué dice la nota y qué no."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, EstadoEnunciado, Rol, Transcripcion, Turno
from scribe.lenguaje.contexto import calificar
from scribe.soap.redactor import Redactor

_ROL = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}


def _nota(dialogo: str) -> list[Enunciado]:
    """La nota de «M: … / P: …»."""
    turnos = tuple(
        Turno(id=n, hablante=d[0], rol=_ROL[d[0]], inicio=n * 5.0, fin=n * 5.0 + 4, texto=d[3:])
        for n, d in enumerate(dialogo.split(" / "), 1)
    )
    return list(
        Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota.enunciados
    )


def _comprobar(dialogo: str, dice: list[str], calla: list[str]) -> None:
    enunciados = _nota(dialogo)
    textos = [e.texto.lower() for e in enunciados]
    for esperado in dice:
        assert any(t.startswith(esperado) for t in textos), f"falta «{esperado}» en {textos}"
    for prohibido in calla:
        ciertos = [e.texto.lower() for e in enunciados if e.estado is EstadoEnunciado.VERIFICADO]
        assert not any(prohibido in t for t in ciertos), f"sobra «{prohibido}» en {textos}"


# --- De quién es --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialogo", "dice", "calla"),
    [
        (
            "M: ¿Es alérgico a algo? / P: Mi hija es alérgica a la penicilina, yo no.",
            ["niega alergias", "antecedente familiar (hija)"],
            ["alergias: su hija"],
        ),
        (
            "M: Alguna alergia / P: No mi mamá es la alérgica",
            ["niega alergias", "antecedente familiar (madre)"],
            ["alergias: no su mamá"],
        ),
        (
            "M: ¿Alguna alergia? / P: A mí no me da nada, mi hijo es el alérgico al huevo.",
            ["niega alergias", "antecedente familiar (hijo)"],
            ["alergias: su hijo"],
        ),
        (
            "M: ¿Es alérgica a algún medicamento? / P: No, a ninguno. Mi mamá sí, a la penicilina.",
            ["niega alergia a medicamentos", "de otra persona (madre)"],
            ["«es alérgica"],
        ),
        (
            "M: ¿Es alérgico a la penicilina? / P: No, mi hermano.",
            ["niega alergia a la penicilina", "antecedente familiar (hermano)"],
            ["penicilina: su hermano"],
        ),
        (
            "M: ¿El niño es alérgico a algo? / A: No doctora, su hermanita sí.",
            ["antecedente familiar (hermanita)"],
            ["niño es alérgico a algo»: no doctora"],
        ),
        ("M: ¿Alergias? / P: Mi mamá dice que soy alérgica a la penicilina.", ["alergias: su mamá dice"], []),
        ("M: ¿Alergias? / A: Mi hijo es alérgico a la penicilina.", ["alergias: su hijo"], ["familiar"]),
        (
            "M: ¿Es diabético? / P: Mi papá sí, yo no.",
            ["niega diabetes", "antecedente familiar (padre), diabetes"],
            ["hábitos"],
        ),
        (
            "M: ¿Fuma? / P: Mi esposo sí, yo no.",
            ["niega tabaquismo", "de otra persona (esposo)"],
            ["hábitos («fuma»): su esposo"],
        ),
        (
            "M: ¿Ha tenido fiebre? / P: Mi hijo tuvo fiebre, yo no.",
            ["niega fiebre", "de otra persona (hijo)"],
            [],
        ),
        (
            "M: ¿Toma losartán? / P: Mi mamá toma losartán, yo tomo enalapril.",
            ["toma enalapril", "de otra persona (madre): su mamá toma losartán"],
            ["losartán, toma enalapril"],
        ),
        (
            "M: ¿Es hipertensa? / P: Mi mamá es hipertensa, yo soy diabética.",
            ["diabetes", "antecedente familiar (madre): su mamá es hipertensa"],
            ["hipertensa, es diabética"],
        ),
        (
            "M: ¿Qué le pasa? / P: Mi hijo tiene tos y yo tengo fiebre.",
            ["su hijo tiene tos", "tiene fiebre"],
            ["tos y tiene fiebre"],
        ),
        ("M: ¿Con quién vive? / P: Con mi mamá, ella es diabética.", ["antecedente familiar"], ["diabetes:"]),
        ("M: ¿Toma aspirina? / P: No, mi esposo.", ["de otra persona (esposo)"], ["aspirina: su esposo"]),
        ("M: ¿Toma metformina? / P: No, la toma mi esposa.", ["niega", "de otra persona (esposa)"], []),
    ],
)
def test_de_quien_es(dialogo: str, dice: list[str], calla: list[str]) -> None:
    _comprobar(dialogo, dice, calla)


@pytest.mark.parametrize(
    ("dialogo", "dice", "calla"),
    [
        ("M: ¿En su familia hay diabetes? / P: Sí.", ["antecedentes familiares de diabetes"], []),
        (
            "M: ¿Diabetes en la familia? / P: No. Mi mamá es hipertensa.",
            ["niega antecedentes familiares de diabetes", "antecedente familiar (madre)"],
            ["niega diabetes"],
        ),
        (
            "M: ¿Su mamá es diabética? / P: No.",
            ["niega antecedente familiar (madre) de diabetes"],
            ["niega diabetes"],
        ),
        (
            "M: ¿Su papá tiene presión alta? / P: Sí.",
            ["antecedente familiar (padre), hipertensión"],
            ["niega"],
        ),
        (
            "M: ¿Hay diabetes en su familia? / P: No, solo yo.",
            ["niega antecedentes familiares", "diabetes: la refiere de sí"],
            ["niega diabetes"],
        ),
        (
            "M: ¿Asma en la familia? / P: No, yo tuve asma de niño.",
            ["niega antecedentes familiares de asma", "tuvo asma"],
            ["familiar: no, tuvo", "familiares de asma: no"],
        ),
        (
            "M: ¿Hay asma en la familia? / P: No, solo mi hermano.",
            ["antecedente familiar (hermano), asma"],
            [],
        ),
        (
            "M: ¿Tosía antes? ¿Hay asma en la familia? / A: Ella no, nunca. El asmático es mi esposo.",
            ["antecedente familiar (esposo)"],
            ["niega asma", "niega antecedentes familiares de asma"],
        ),
        (
            "M: ¿Alguien en su casa con fiebre? / P: No.",
            ["niega «alguien en su casa con fiebre»"],
            ["niega fiebre"],
        ),
    ],
)
def test_lo_de_la_familia(dialogo: str, dice: list[str], calla: list[str]) -> None:
    _comprobar(dialogo, dice, calla)


# --- Alergias ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialogo", "dice", "calla"),
    [
        (
            "M: ¿Es alérgico a la penicilina? / P: No, a la aspirina.",
            ["alergias: a la aspirina"],
            ["niega"],
        ),
        (
            "M: ¿Es alérgico a la penicilina? / P: No.",
            ["niega alergia a la penicilina"],
            ["niega alergias"],
        ),
        (
            "M: ¿Es alérgica a la penicilina o a la sulfa? / P: A la sulfa nada más.",
            ["alergias: a la sulfa"],
            ["penicilina:"],
        ),
        (
            "M: ¿Alérgica a la penicilina, a la sulfa? / P: A la penicilina no, a la sulfa sí.",
            ["alergias: a la penicilina no, a la sulfa sí"],
            ["penicilina: a la sulfa"],
        ),
        (
            "M: ¿Alergias? / P: Sí, a la sulfa. / M: ¿Y a la penicilina? / P: No, a esa no.",
            ["niega alergia a la penicilina", "alergia: sí, a la sulfa"],
            ["niega alergias"],
        ),
        (
            "M: ¿Alergias? / P: No. / M: ¿Y a la penicilina? / P: Sí, a esa sí.",
            ["alergia a la penicilina: sí"],
            ["niega alergias"],
        ),
        ("M: ¿Alergias? / P: Sí. / M: ¿A qué? / P: A la penicilina.", ["alergias: a la penicilina"], []),
        (
            "M: ¿Alergias? / P: No, nada. ¿El paracetamol me puede hacer daño?",
            ["niega alergias"],
            ["paracetamol"],
        ),
    ],
)
def test_alergias(dialogo: str, dice: list[str], calla: list[str]) -> None:
    _comprobar(dialogo, dice, calla)


# --- Se corrige un detalle: el no no es del fondo --------------------------------------------------------


@pytest.mark.parametrize(
    ("dialogo", "dice", "calla"),
    [
        (
            "M: ¿Le duele la rodilla derecha? / P: No, la izquierda.",
            ["gonalgia (duele la rodilla): la izquierda"],
            ["niega"],
        ),
        ("M: ¿Le duele la rodilla derecha? / P: No. La izquierda.", ["gonalgia"], ["niega"]),
        ("M: ¿Le duele la rodilla derecha? / P: No, las dos.", ["gonalgia"], ["niega"]),
        ("M: ¿Le duele el oído derecho? / P: No, me duele el izquierdo.", ["otalgia"], ["niega"]),
        ("M: ¿Le duele el oído derecho? / P: El derecho no, el izquierdo.", ["otalgia"], ["niega"]),
        ("M: ¿Le duele el oído derecho? / P: No, ese no. El izquierdo.", ["otalgia"], ["niega"]),
        ("M: ¿El ojo derecho le molesta? / P: No, es el izquierdo.", ["dolor ocular"], ["niega"]),
        ("M: ¿Lo operaron del lado derecho? / P: No, del izquierdo.", ["cirugía"], ["niega"]),
        ("M: ¿Lo operaron de la hernia? / P: No, de la vesícula.", ["cirugía"], ["niega"]),
        ("M: ¿Hace 3 días que le duele? / P: No, hace 5.", ["dolor (duele): hace 5 días"], ["niega"]),
        ("M: ¿Lleva 3 días con fiebre? / P: No, 5.", ["fiebre: 5 días"], ["niega"]),
        ("M: ¿Tiene 3 días con la tos? / P: No, una semana.", ["tos: una semana"], ["niega"]),
        ("M: ¿Le duele desde ayer? / P: No, desde el lunes.", ["dolor (duele): desde el lunes"], ["niega"]),
        ("M: ¿Fuma 10 cigarros al día? / P: No, como 20.", ["tabaquismo (fuma): como 20"], ["niega"]),
        ("M: ¿Le duele mucho? / P: No, poquito.", ["dolor (duele): poquito"], ["niega"]),
        ("M: ¿Le duele siempre? / P: No, a veces.", ["dolor (duele): a veces"], ["niega"]),
        ("M: ¿Tiene flujo amarillo? / P: No, blanco.", ["leucorrea (flujo): blanco"], ["niega"]),
        ("M: ¿Es su primer embarazo? / P: No, el segundo.", ["embarazo: el segundo"], ["niega"]),
    ],
)
def test_se_corrige_un_detalle(dialogo: str, dice: list[str], calla: list[str]) -> None:
    _comprobar(dialogo, dice, calla)


def test_sin_la_coma_el_lado_queda_por_revisar() -> None:
    [enunciado] = _nota("M: ¿Le duele la rodilla derecha? / P: No la izquierda.")
    assert enunciado.estado is EstadoEnunciado.POR_REVISAR
    assert "no la izquierda" in enunciado.texto


# --- Un sí o un no que no es de lo que parece ------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialogo", "dice", "calla"),
    [
        ("M: ¿Vómito? ¿Diarrea? ¿Fiebre? / P: No, no, sí.", ["fiebre: sí", "niega vómito y diarrea"], []),
        ("M: ¿Diabetes, hipertensión? / P: Las dos.", ["diabetes e hipertensión"], ["diabetes:"]),
        ("M: ¿Diabetes, hipertensión, asma? / P: La segunda.", ["hipertensión arterial"], ["diabetes:"]),
        (
            "M: ¿Vómito, diarrea, fiebre? / P: Solo diarrea.",
            ["solo diarrea", "niega vómito y fiebre"],
            [],
        ),
        ("M: ¿Tos o fiebre? / P: Tos, y fiebre no.", ["tos", "niega fiebre"], ["fiebre y tos"]),
        ("M: ¿Ha tenido fiebre? / P: No fiebre, sí escalofríos.", ["niega fiebre"], ["fiebre: sí"]),
        (
            "M: ¿Se le quitó la fiebre? / P: Sí.",
            ["interrogado sobre «se le quitó la fiebre»: sí"],
            ["fiebre: sí"],
        ),
        ("M: ¿No le falta el aire? / P: No, sí me falta.", ["interrogado sobre"], ["niega"]),
        ("M: ¿Le duele al orinar? / P: No me duele, me arde.", ["disuria"], ["niega"]),
        ("M: ¿Fuma? / P: No, ya no. Lo dejé hace 5 años.", ["interrogado sobre tabaquismo"], ["niega"]),
        ("M: ¿Ha pensado en hacerse daño? / P: No, ya no.", ["interrogado sobre ideación"], ["niega"]),
        ("M: ¿Duerme bien? / P: No, doctor, casi no.", [], ["niega casi"]),
        ("M: ¿Cuántos partos? / P: Ninguno, 2 cesáreas.", ["antecedentes ginec"], ["niega ces"]),
        (
            "M: ¿Qué le pasa? / P: Me duele la cabeza desde ayer, no, desde antier.",
            ["cefalea"],
            ["niega"],
        ),
        ("M: ¿Qué tiene el niño? / A: Tiene fiebre, no ha vomitado.", ["tiene fiebre"], ["niega fiebre"]),
        ("M: ¿La diarrea tiene sangre? / P: No, moco.", [], ["rinorrea"]),
        ("M: ¿Cirugías? / P: La apéndice y 2 cesáreas.", ["antecedentes («cirugías»)"], ["apendicitis"]),
        ("M: ¿Tiene dolor? / P: ¿Dolor? No, ardor.", [], ["dolor; no"]),
        ("M: ¿Muelle mal? / P: No, no, huele.", [], ["»: no, huele", "»: huele"]),
    ],
)
def test_a_que_contesta(dialogo: str, dice: list[str], calla: list[str]) -> None:
    _comprobar(dialogo, dice, calla)


# --- Nada se pierde ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialogo", "dice"),
    [
        ("M: ¿Toma losartán? / P: Sí.", "«toma losartán»: sí"),
        ("M: ¿Toma losartán? / P: No.", "niega «toma losartán»"),
        ("M: ¿Toma losartán y metformina? / P: Sí, los dos.", "«toma losartán y metformina»: los dos"),
        ("M: ¿No toma ningún medicamento? / P: No.", "interrogado sobre «no toma ningún medicamento»: no"),
        ("M: ¿Qué toma para la presión? / P: Nada.", "interrogado sobre «qué toma para la presión»: nada"),
        (
            "M: ¿Está tomando la metformina? / P: No, me hace daño.",
            "interrogado sobre metformina: no, le hace",
        ),
        ("M: ¿La penicilina le hace daño? / P: No.", "niega «la penicilina le hace daño»"),
    ],
)
def test_lo_contestado_no_se_pierde(dialogo: str, dice: str) -> None:
    _comprobar(dialogo, [dice], [])


@pytest.mark.parametrize(
    ("oracion", "termino", "negada"),
    [
        ("tiene fiebre, no ha vomitado", "fiebre", False),
        ("fiebre, no ha tenido", "fiebre", True),
        ("me duele la cabeza desde ayer, no, desde antier", "cabeza", False),
        ("ninguno, 2 cesáreas", "cesáreas", False),
        ("no dolor no, comezón", "comezón", False),
    ],
)
def test_alcance_del_no(oracion: str, termino: str, negada: bool) -> None:
    desde = oracion.index(termino)
    assert calificar(oracion, desde, desde + len(termino)).negada is negada
