"""Preguntas del médico a las que el reconocedor quitó el «¿?»: la respuesta no queda sin su pregunta."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Rol, Transcripcion, Turno
from scribe.soap.dialogo import Dialogo, conversar
from scribe.soap.redactor import Redactor

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE}
_ANTES = ("m: ¿Qué le pasa?", "p: Me duele la panza desde el jueves.")
_DESPUES = ("m: Lo reviso. Presión 120/80, el vientre está blando.", "p: Bueno.")


def _transcripcion(*frases: str) -> Transcripcion:
    turnos = [
        Turno(id=n, hablante=f[0], rol=_ROLES[f[0]], inicio=float(n), fin=n + 0.9, texto=f[3:])
        for n, f in enumerate((*_ANTES, *frases, *_DESPUES), 1)
    ]
    return Transcripcion(idioma="es", turnos=tuple(turnos))


def _dialogo(*frases: str) -> Dialogo:
    return conversar(_transcripcion(*frases))


def _textos(*frases: str) -> list[str]:
    nota = Redactor().redactar(_transcripcion(*frases), Contexto()).nota
    return [e.texto for e in nota.enunciados]


@pytest.mark.parametrize(
    ("dicho", "respuesta"),
    [
        ("Cena usted bien.", "A veces un té con pan."),
        ("Hay mosquitos por su casa.", "Muchísimos, por el arroyo."),
        ("Ha vomitado con sangre, popó negra.", "Vomitar, no; negra tampoco."),
        ("Calentura, rodilla hinchada.", "Nada de eso."),
        ("Se le olvida la pastilla.", "La de la noche, dos veces por semana."),
        ("Le deja de doler si descansa.", "Un poquito."),
        ("Nació a tiempo.", "De 36 semanas."),
        ("Ahí está el detalle, cómo amanece de azúcar.", "Entre 190 y 210."),
        ("Si ha desmayado, la han llevado al hospital por eso.", "No, nunca."),
        ("Ya le habían dado antibiótico.", "Amoxicilina, pero no me hizo nada."),
        ("Ese dolor le corre a la espalda.", "Hasta el hombro."),
        ("En los últimos 2 meses ha bajado de peso.", "Como tres kilos."),
    ],
)
def test_lo_que_cierra_el_turno_al_interrogar_es_pregunta(dicho: str, respuesta: str) -> None:
    dialogo = _dialogo(f"m: {dicho}", f"p: {respuesta}")
    ultimo = dialogo.intercambios[-1]
    assert [t.texto for t in ultimo.preguntas][-1].strip(" .") == dicho.strip(" .")
    assert not any(t.texto == dicho for t in dialogo.medico)


@pytest.mark.parametrize(
    ("dicho", "respuesta"),
    [
        ("Sus pruebas del hígado salieron normales.", "Qué bueno, doctora."),
        ("La hemoglobina salió en 9.4.", "Con razón me canso."),
        ("Perdón, tercer embarazo, un aborto y un parto, la niña nació por cesárea.", "Venía sentada."),
        ("Ese medicamento le puede dar tos.", "Traigo tos desde hace un mes."),
        ("Es normal que se preocupe.", "No duermo nada."),
        ("Muy bien hecho.", "Y de la vista ando bien."),
        ("A ver, platíqueme desde el principio.", "Empezó con un cólico."),
        ("Le entiendo.", "Y ya no aguanto la espalda."),
        ("Le voy a pedir unos estudios.", "Lo que usted diga."),
        ("Sospecho una gastritis.", "Ah, con razón."),
    ],
)
def test_lo_que_informa_o_acusa_recibo_no_es_pregunta(dicho: str, respuesta: str) -> None:
    dialogo = _dialogo(f"m: {dicho}", f"p: {respuesta}")
    preguntas = [t.texto for i in dialogo.intercambios for t in i.preguntas]
    assert not any(dicho.strip(" .") in p for p in preguntas)


def test_lo_preguntado_sin_signos_y_negado_no_se_afirma() -> None:
    """«Hombro hinchado», dicho para preguntar, salía en lo objetivo como hallazgo."""
    textos = _textos("m: Calentura, hombro hinchado, colorado.", "p: Nada de eso.")
    assert any(t.startswith("Niega") and "fiebre" in t and "edema" in t for t in textos)
    assert not any(t.startswith("Edema") for t in textos)


def test_la_respuesta_lleva_lo_que_se_pregunto() -> None:
    assert any(
        "cena" in t.lower() and "té con pan" in t for t in _textos("m: Cena usted bien.", "p: Un té con pan.")
    )


def test_un_no_de_otra_cosa_no_niega_lo_que_nombra_una_pregunta_abierta() -> None:
    textos = _textos(
        "m: Ahí está el problema, cómo amanece de azúcar los otros días.",
        "p: Entre 190 y 210, por eso no entiendo.",
    )
    assert any("190" in t for t in textos) and not any(t.startswith("Niega") for t in textos)


@pytest.mark.parametrize("signos", [True, False])
def test_con_signos_o_sin_ellos_se_niega_lo_mismo(signos: bool) -> None:
    frases = [
        "m: ¿Náusea, vómito, diarrea?", "p: Náusea sí, lo demás no.",
        "m: ¿Le arde al orinar?", "p: No, nada.",
        "m: ¿Toma alguna medicina?", "p: Losartán de 50, una diaria.",
        "m: ¿Se ha mareado?", "p: No.",
    ]  # fmt: skip
    if not signos:
        frases = [f.replace("¿", "").replace("?", ".") for f in frases]
    textos = _textos(*frases)
    assert sum(t.startswith("Niega") for t in textos) == 3
    assert any(t.startswith("Náusea") for t in textos) and any("osartán" in t for t in textos)


def test_como_es_alergica_da_la_razon_y_no_pregunta() -> None:
    textos = _textos(
        "m: Lo reviso. Presión 120/80. Es una amigdalitis aguda. Como es alérgica a la penicilina, le doy "
        "azitromicina de 500 mg, 1 cada 24 horas por 5 días.",
        "p: Gracias, hasta luego.",
    )
    assert not any("gracias" in t.lower() for t in textos)
    assert any("zitromicina" in t for t in textos)
