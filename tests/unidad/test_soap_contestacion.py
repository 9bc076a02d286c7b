"""Respuestas cortas: qué se niega, qué se afirma y qué no se sabe. Ninguna frase sale de un guion."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Rol, Transcripcion, Turno
from scribe.soap.contestacion import afirma, ignora, niega
from scribe.soap.redactor import Redactor

NIEGAN = (
    "No.", "No, doctora.", "Nada.", "No, nada.", "Nunca.", "Para nada.", "Fíjese que no.", "La verdad no.", "Pues no.",  # noqa: E501
    "Yo creo que no.", "Que yo sepa no.", "No que yo sepa.", "Hasta ahorita no.", "Por ahora no.", "Nombre, no.",  # noqa: E501
    "Qué va.", "Ni de broma.", "Gracias a Dios no.", "Nel.", "No, ninguno.", "No he tenido.",
    "No he sentido nada de eso.", "No me ha dado.", "Tampoco.", "Mmm, no.", "En lo absoluto.", "Eso sí que no.",  # noqa: E501
    "No, señor.", "Todavía no.", "No la he sentido.",
)  # fmt: skip
AFIRMAN = (
    "Sí.", "Ajá.", "Así es.", "Sí, un poco.", "Pues sí.", "Fíjese que sí.", "La verdad sí.", "Creo que sí.", "Claro.",  # noqa: E501
    "A veces.", "Simón.", "Algo.", "Un poquito.", "Bastante.", "También.", "Ándele, sí.", "Exacto.", "Yo digo que sí.",  # noqa: E501
    "Cómo no.", "No, pues sí.", "No digo que no.", "No es que no tenga.", "No se me quita.", "No la aguanto.",
)  # fmt: skip
NO_SABEN = (
    "No sé.", "No sabría decirle.", "Quién sabe.", "No me acuerdo.", "No me he fijado.", "Ni idea.",
    "No estoy seguro.", "A lo mejor.", "No me la he tomado.", "No, no sé.",
)  # fmt: skip


def _nota(*dichos: str) -> list[str]:
    roles = (Rol.MEDICO, Rol.PACIENTE)
    turnos = tuple(
        Turno(id=n + 1, hablante=str(n % 2), rol=roles[n % 2], inicio=5.0 * n, fin=5.0 * n + 4, texto=texto)
        for n, texto in enumerate(dichos)
    )
    nota = Redactor().redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota
    return [e.texto for e in nota.subjetivo]


@pytest.mark.parametrize("respuesta", NIEGAN)
def test_negar_con_cualquier_forma(respuesta: str) -> None:
    assert niega(respuesta) and not afirma(respuesta)
    assert [t for t in _nota("¿Ha tenido fiebre?", respuesta) if t.startswith("Niega")] == ["Niega fiebre"]


@pytest.mark.parametrize("respuesta", AFIRMAN)
def test_afirmar_con_cualquier_forma(respuesta: str) -> None:
    assert afirma(respuesta) and not niega(respuesta)
    assert any(t.startswith("Fiebre") for t in _nota("¿Ha tenido fiebre?", respuesta))


@pytest.mark.parametrize("respuesta", NO_SABEN)
def test_quien_no_sabe_no_niega_ni_afirma(respuesta: str) -> None:
    assert ignora(respuesta) and not afirma(respuesta) and not niega(respuesta)
    nota = _nota("¿Ha tenido fiebre?", respuesta)
    assert nota and not any(t.startswith(("Niega", "Fiebre")) for t in nota)


@pytest.mark.parametrize(
    ("pregunta", "respuesta", "intacto"),
    [
        ("¿Le duele la cabeza?", "No me deja trabajar, doctor.", "cefalea"),
        ("¿Tiene comezón?", "No solo comezón, también me arde.", "prurito"),
        ("¿Ha dejado de fumar?", "Uy no, al contrario, fumo más.", "tabaquismo"),
        ("¿Ya se le quitó la tos?", "No, sigue igual.", "tos"),
        ("¿La fiebre le baja con algo?", "No, con nada.", "fiebre"),
        ("¿La tos es con flemas?", "No, es seca.", "tos"),
    ],
)
def test_un_no_que_no_niega_lo_preguntado(pregunta: str, respuesta: str, intacto: str) -> None:
    assert not any(t.lower().startswith(f"niega {intacto}") for t in _nota(pregunta, respuesta))


def test_el_verbo_de_la_pregunta_repetido_niega() -> None:
    assert niega("No batallo nada para orinar.", "¿Batalla para orinar?")
    assert not niega("No camino por el dolor.", "¿Le duele la rodilla?")


def test_lo_no_contestado_no_se_pierde() -> None:
    assert any("fiebre" in t and "ahorita no" in t for t in _nota("¿Ha tenido fiebre?", "Ahorita no."))


@pytest.mark.parametrize(
    ("pregunta", "respuesta", "debe", "no_debe"),
    [
        ("¿Le falta el aire?", "Solo al subir la banqueta, de ahí en fuera no.", "banqueta", "Niega"),
        ("¿Ronchas, comezón?", "Las ronchas ya se me quitaron, la comezón no.", "comezón", "Niega prurito"),
        ("¿No puede doblar la rodilla?", "Sí, sí puedo.", "Niega", "Limitación"),
        ("¿Le da la tos todas las noches?", "No, una que otra noche.", "", "Niega tos"),
        (
            "¿Asma, presión alta, colesterol?",
            "Asma sí, las otras dos no.",
            "Niega hipertensión",
            "Niega asma",
        ),
        ("¿Sangra al evacuar?", "Ni una gota.", "Niega", "Sangr"),
    ],
)
def test_respuestas_que_acotan_contrastan_o_contestan_al_verbo(
    pregunta: str, respuesta: str, debe: str, no_debe: str
) -> None:
    nota = _nota(pregunta, respuesta)
    assert any(debe.lower() in t.lower() for t in nota)
    assert not any(t.startswith(no_debe) for t in nota)


def test_un_dia_si_y_un_dia_no_no_niega_el_dia() -> None:
    for pregunta, respuesta in (
        ("¿Le da la fiebre todos los días?", "No, un día sí y un día no."),
        ("¿Qué le dieron?", "Cefalexina, y me dio comezón, así que ya no."),
        ("¿Ronchas, comezón?", "Las ronchas ya se quitaron, la comezón no."),
    ):
        nota = " ".join(_nota(pregunta, respuesta)).lower()
        assert not any(mal in nota for mal in ("niega día", "niega así", "niega comezón", "niega fiebre")), (
            nota
        )


def test_lo_que_no_se_receta_dicho_despues_del_nombre() -> None:
    turnos = tuple(
        Turno(id=n, hablante="m", rol=Rol.MEDICO, inicio=5.0 * n, fin=5.0 * n + 4, texto=texto)
        for n, texto in enumerate(("Presión 120/80.", "Prednisona no le doy, por el azúcar."), 1)
    )
    nota = Redactor().redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota
    assert [e.tipo for e in nota.plan] == ["indicacion"]
    assert nota.plan[0].texto.startswith("Evitar prednisona")
