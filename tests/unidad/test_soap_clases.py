"""Clases de frases que la nota ha de recoger, dichas con palabras que no salen de ninguna consulta de prueba."""  # noqa: E501

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Nota, Rol, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}
_ANTES = (
    "m: ¿Qué le pasa?", "p: Me duele el estómago desde el jueves.", "m: ¿Ha vomitado?", "p: No.",
    "m: ¿Fiebre?", "p: Tampoco.", "m: ¿Toma algo?", "p: Nada.",
)  # fmt: skip
_EXPLORADO = (*_ANTES, "m: Lo reviso. Presión 120/80. El vientre está blando.")


def _transcripcion(*frases: str) -> Transcripcion:
    turnos = [
        Turno(id=n, hablante=f[0], rol=_ROLES[f[0]], inicio=float(n), fin=n + 0.9, texto=f[3:])
        for n, f in enumerate(frases, 1)
    ]
    return Transcripcion(idioma="es", turnos=tuple(turnos))


def _nota(*frases: str) -> Nota:
    return Redactor().redactar(_transcripcion(*frases), Contexto()).nota


def _hay(seccion: tuple, *partes: str) -> bool:  # type: ignore[type-arg]
    return any(all(p in e.texto for p in partes) for e in seccion)


def test_un_mismo_turno_explora_concluye_y_receta() -> None:
    nota = _nota(
        *_ANTES,
        "m: Recuéstese tantito. ¿Aquí le duele? El vientre está blando, le molesta en el epigastrio. "
        "Es una gastritis. Le formulo esomeprazol de 40 mg, una en ayunas por 4 semanas.",
        "p: Bueno.",
    )
    assert _hay(nota.objetivo, "epigastrio")
    assert _hay(nota.analisis, "gastritis") or _hay(nota.analisis, "Gastritis")
    assert _hay(nota.plan, "someprazol", "ayunas")


@pytest.mark.parametrize(
    "frase",
    [
        "Présteme su brazo. Los pulmones bien ventilados, el corazón sin soplos.",
        "Acomódese en la camilla. Los pulmones se oyen limpios.",
        "Desabróchese la camisa, por favor. El corazón es rítmico y los pulmones están limpios.",
    ],
)
def test_la_exploracion_se_reconoce_sin_anunciarla(frase: str) -> None:
    nota = _nota(*_ANTES, f"m: {frase}", "p: ¿Y eso qué es?", "m: Es una bronquitis.")
    assert _hay(nota.objetivo, "ulmones")
    assert not _hay(nota.objetivo, "brazo")
    assert not _hay(nota.objetivo, "camilla") and not _hay(nota.objetivo, "camisa")


def test_la_disculpa_no_es_un_hallazgo() -> None:
    nota = _nota(*_ANTES, "m: Lo siento mucho, ¿oye voces?", "p: No.", "m: ¿Fuma?", "p: Sí, diario.")
    assert not nota.objetivo


@pytest.mark.parametrize(
    ("dicho", "enfermedad"),
    [("Hernia no es, don Luis.", "ernia"), ("No, señora, apendicitis no es, se ve tranquilo.", "pendicitis")],
)
def test_lo_que_no_es_queda_descartado(dicho: str, enfermedad: str) -> None:
    nota = _nota(*_EXPLORADO, "p: ¿No será algo malo?", f"m: {dicho}", "p: Qué bueno.")
    assert _hay(nota.analisis, "Descartado", enfermedad)
    assert not _hay(nota.objetivo, enfermedad)


def test_un_hallazgo_y_lo_que_descarta_se_separan() -> None:
    nota = _nota(*_EXPLORADO, "m: El apéndice no se palpa inflamado, así que no es apendicitis.", "p: Bueno.")
    assert _hay(nota.objetivo, "apéndice")
    assert _hay(nota.analisis, "Descartado", "apendicitis")


def test_el_medico_contesta_que_no_con_la_pregunta_delante() -> None:
    nota = _nota(
        *_EXPLORADO,
        "m: Es una gastroenteritis. Le doy suero oral, un litro diario por 3 días.",
        "p: ¿Y me va a mandar antibiótico?",
        "m: No, eso es por virus y se quita solo.",
    )
    assert _hay(nota.plan, "antibiótico»: no")


@pytest.mark.parametrize("plazo", ["En 3 semanas, con sus análisis.", "De hoy en ocho, en ayunas."])
def test_cuando_vuelve_es_una_cita(plazo: str) -> None:
    nota = _nota(
        *_EXPLORADO,
        "m: Le doy omeprazol de 20 mg, una diaria por 10 días.",
        "p: ¿Y cuándo vengo?",
        f"m: {plazo}",
    )
    assert any(e.tipo == "cita" for e in nota.plan)


def test_lo_medido_no_es_una_receta() -> None:
    nota = _nota(*_EXPLORADO, "m: El piquete del dedo salió en 240, en ayunas.", "p: Ay.")
    assert not any(e.tipo == "receta" for e in nota.plan)
    assert _hay(nota.objetivo, "240")


def test_a_cada_pregunta_su_respuesta() -> None:
    nota = _nota(
        "m: ¿Qué tiene la niña?", "a: Tos.", "m: ¿Vacunas? ¿Alergias?",
        "a: Le falta la de los 4 años. Alergias, ninguna.",
    )  # fmt: skip
    assert not any(e.tipo == "alergia" and "4 años" in e.texto for e in nota.subjetivo)
    assert _hay(nota.subjetivo, "acunas", "4 años")


def test_lo_de_otra_persona_no_arrastra_lo_del_paciente() -> None:
    nota = _nota(
        "m: ¿Qué tal?",
        "p: Con tos.",
        "m: ¿Fuma?",
        "p: Ya no. Lo dejé hace 8 años. Mi primo sí, 2 cajetillas.",
    )
    (dejo,) = [e for e in nota.subjetivo if "8 años" in e.texto]
    assert "primo" not in dejo.texto and "otra persona" not in dejo.texto


def test_el_asunto_que_solo_dijo_la_pregunta() -> None:
    nota = _nota("m: ¿Qué le pasa?", "p: Ando triste.", "m: ¿Y el apetito?", "p: Se me fue, bajé 4 kilos.")
    assert _hay(nota.subjetivo, "apetito", "4")


def test_sin_signos_tambien_pregunta() -> None:
    """El reconocedor no siempre pone «¿?»."""
    nota = _nota(
        "m: Qué le pasa.", "p: Tengo tos.", "m: Pañales mojados, cuántos lleva.", "p: Van 5 desde ayer."
    )
    assert _hay(nota.subjetivo, "añales", "5")


def test_se_tutea_y_se_vosea() -> None:
    nota = _nota(
        *_ANTES,
        "m: Acostate. El vientre está blando.",
        "p: ¿Qué tengo?",
        "m: Mirá: son hemorroides internas.",
    )
    assert _hay(nota.analisis, "emorroides")
