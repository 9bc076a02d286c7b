"""La cifra que otra persona discute y se acepta, y la alergia que se cuenta tarde. Frases propias."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, Rol, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}


def _subjetivo(*dichos: str) -> list[Enunciado]:
    turnos = tuple(
        Turno(id=n, hablante=d[0], rol=_ROLES[d[0]], inicio=float(n), fin=n + 1.0, texto=d[3:])
        for n, d in enumerate(dichos, 1)
    )
    nota = Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota
    return list(nota.subjetivo)


@pytest.mark.parametrize(
    ("primero", "otra", "acuerdo"),
    [
        ("Llevo como 3 semanas con la tos.", "¿Cuáles 3? Desde el bautizo, ya van 5.", "Pues sí, 5."),
        ("Traigo tos hace 3 semanas.", "No, mi amor, ya van para 5.", "Bueno, 5."),
        ("La tos tiene 3 semanas.", "Son 5, yo las conté.", "Ah, sí, 5 semanas."),
    ],
)
def test_vale_la_cifra_que_acepta_quien_dijo_la_otra(primero: str, otra: str, acuerdo: str) -> None:
    todo = _subjetivo(f"p: {primero}", f"a: {otra}", f"p: {acuerdo}")
    dicho = [e for e in todo if "tos" in e.texto.lower()]
    assert dicho and all("3 semanas" not in e.texto for e in dicho)
    assert any("5 semanas" in e.texto and e.estado == "verificado" for e in dicho)


def test_lo_que_no_se_acepta_queda_con_las_dos_lecturas() -> None:
    dichos = _subjetivo("p: Llevo 3 semanas con la tos.", "a: ¿Cuáles 3? Ya van 5.", "p: Que no, mujer.")
    assert any("3 semanas" in e.texto and e.estado == "por_revisar" for e in dichos)


@pytest.mark.parametrize(
    "reaccion",
    [
        "a: Acuérdate que a la sulfa se te ampolló la boca.",
        "p: La penicilina me llena de ronchas, por si acaso.",
        "p: Al yodo del contraste, me hinché y no podía respirar.",
    ],
)
def test_la_alergia_contada_despues_quita_que_se_niegue(reaccion: str) -> None:
    dichos = _subjetivo("m: ¿Alergias?", "p: No, ninguna.", "m: Muy bien.", reaccion)
    assert not any(e.texto.startswith("Niega alerg") for e in dichos)
    assert any(e.tipo == "alergia" for e in dichos)


@pytest.mark.parametrize(
    "dicho",
    [
        "p: Tomo indometacina por un dedo que se me hinchó.",
        "p: Amoxicilina me dieron y ni una roncha.",
        "p: Mi hermana es la que se brota con la penicilina.",
    ],
)
def test_lo_que_no_es_reaccion_suya_no_quita_la_negacion(dicho: str) -> None:
    assert any(
        e.texto.startswith("Niega alerg") for e in _subjetivo("m: ¿Alergias?", "p: No.", "m: Bien.", dicho)
    )


def test_lo_que_el_paciente_niega_y_quien_acompana_afirma_queda_afirmado() -> None:
    dichos = _subjetivo("m: ¿Calentura?", "p: No, calentura no.", "a: El martes sí tuvo, 38.2.")
    assert not any(e.texto.startswith("Niega") for e in dichos)
    assert any(e.texto.startswith("Fiebre") and "38.2" in e.texto for e in dichos)
