"""Lo básico de lo que hace y dice el médico, con diálogos mínimos: preguntar al explorar, sospechar, descartar, contestar."""  # noqa: E501

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Nota, Rol, Seccion, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROL = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}


def _nota(dialogo: str) -> Nota:
    turnos = [renglon.strip().split(": ", 1) for renglon in dialogo.split("|")]
    transcripcion = Transcripcion(
        idioma="es",
        turnos=tuple(
            Turno(id=n, hablante=quien, rol=_ROL[quien], inicio=float(n), fin=n + 0.9, texto=dicho)
            for n, (quien, dicho) in enumerate(turnos, 1)
        ),
    )
    return Redactor(None).redactar(transcripcion, Contexto()).nota


def _textos(nota: Nota, seccion: Seccion) -> list[str]:
    return [e.texto for e in nota.seccion(seccion)]


@pytest.mark.parametrize(
    ("dialogo", "seccion", "dice"),
    [
        (
            "M: Voy a revisarlo. Te duele aquí.|P: No.|M: Y acá.|P: Ahí sí, mucho.",
            "objetivo",
            "ahí sí, mucho",
        ),
        ("M: Vamos a explorarlo. ¿Y acá?|P: Ahí sí, mucho.", "objetivo", "ahí sí, mucho"),
        ("M: Sospecho una apendicitis.|P: ¿En serio?", "analisis", "Sospecho una apendicitis"),
        ("M: Podría ser una anemia, le voy a pedir una biometría.|P: Bueno.", "analisis", "una anemia"),
        ("M: Podría ser una anemia, le voy a pedir una biometría.|P: Bueno.", "plan", "biometría"),
        ("M: No creo que sea neumonía.|P: Qué bueno.", "analisis", "Descartado"),
        (
            "M: Esto no es alergia, es un resfriado común.|P: Bueno.",
            "analisis",
            "Descartado: esto no es alergia",
        ),
        ("M: No hay datos de infección.|P: Gracias.", "analisis", "Descartado"),
        ("M: Descartamos dengue, la prueba salió negativa.|P: Menos mal.", "analisis", "Descartado"),
        ("M: Sí, hay que mandarlo a urgencias si se pone peor.|P: Sí.", "plan", "hay que mandarlo"),
        ("M: Yo pienso que usted tiene migraña.|P: Ah.", "analisis", "migraña"),
    ],
)
def test_lo_que_dice_el_medico_queda_en_su_seccion(dialogo: str, seccion: Seccion, dice: str) -> None:
    assert any(dice in texto for texto in _textos(_nota(dialogo), seccion))


@pytest.mark.parametrize(
    "dialogo",
    [
        "M: Súbete. La boca está seca, te duele aquí del lado derecho.|P: No.|M: Es una gastroenteritis.",
        "M: Lo reviso. El llenado de 2 segundos, le duele aquí.|P: No, ahí no.|M: Es una gastroenteritis.",
    ],
)
def test_lo_que_pregunta_al_explorar_no_es_un_hallazgo(dialogo: str) -> None:
    assert not any("duele aquí" in texto for texto in _textos(_nota(dialogo), "objetivo"))


def test_la_pregunta_por_ideas_de_muerte_no_se_confunde_con_un_aviso() -> None:
    nota = _nota(
        "M: Le voy a hacer una pregunta que le hago a todos, ha pensado en morirse.|P: No, doctora, eso no nunca."  # noqa: E501
    )
    assert any(t.startswith("Niega ideación suicida") for t in _textos(nota, "subjetivo"))


@pytest.mark.parametrize(
    ("receta", "pregunta", "contesta"),
    [
        (
            "Te voy a dar sertralina de 25 mg, 1 en la mañana por 7 días.",
            "¿Y me hago adicta?",
            "A la sertralina no.",
        ),
        (
            "Te voy a dar sertralina de 25 mg, 1 en la mañana por 7 días.",
            "Y me hago adicta",
            "A la sertralina no.",
        ),
        ("Le dejo amoxicilina de 500 cada 8 horas.", "¿Me va a caer mal?", "No, la amoxicilina no."),
        ("Le dejo naproxeno de 500 cada 12 horas.", "¿Y engorda?", "El naproxeno no, la prednisona sí."),
        ("Le dejo naproxeno de 500 cada 12 horas.", "¿El naproxeno no hace daño?", "El naproxeno no."),
    ],
)
def test_contestar_sin_verbo_no_retira_lo_recetado(receta: str, pregunta: str, contesta: str) -> None:
    nota = _nota(f"M: {receta}|P: {pregunta}|M: {contesta}")
    assert [e.tipo for e in nota.plan if e.tipo == "receta"] == ["receta"]
    assert not any(e.tipo == "suspension" or e.texto.startswith("Evitar") for e in nota.plan)


@pytest.mark.parametrize(
    ("antes", "contesta"),
    [
        ("Doctor, yo tengo una úlcera.", "Ah, entonces el naproxeno no."),
        ("¿Entonces el naproxeno lo sigo tomando?", "El naproxeno no."),
    ],
)
def test_contestar_sin_verbo_si_retira_si_se_pregunto_por_tomarlo(antes: str, contesta: str) -> None:
    nota = _nota(f"M: Le dejo naproxeno de 500 cada 12 horas por 5 días.|P: {antes}|M: {contesta}")
    assert not any(e.tipo == "receta" for e in nota.plan)


@pytest.mark.parametrize(
    ("respuesta", "suyo"),
    [
        ("Mi papá es diabético. Yo tengo asma desde niña y me operaron del apéndice.", "asma"),
        ("Mi mamá murió de infarto. Yo soy hipertenso y fumo desde joven.", "hipertenso"),
        ("Mi mamá tiene migraña. Soy alérgica al ketorolaco, se me hincharon los párpados.", "ketorolaco"),
    ],
)
def test_lo_propio_no_queda_como_de_la_familia(respuesta: str, suyo: str) -> None:
    nota = _nota(f"M: ¿Enfermedades en la familia?|P: {respuesta}")
    dueno = {e.tipo == "antecedente_familiar" for e in nota.subjetivo if suyo in e.texto}
    assert dueno == {False}


def test_un_numero_a_medias_queda_por_revisar() -> None:
    nota = _nota(
        "M: Es un asma. Le dejo formoterol, de cientos 60/4.5, 2 inhalaciones cada 12 horas.|P: Bueno."
    )
    (receta,) = [e for e in nota.plan if "60/4.5" in e.texto]
    assert receta.estado == "por_revisar" and "en letras" in (receta.motivo or "")


def test_el_sangrado_es_de_donde_se_pregunta() -> None:
    nota = _nota(
        "M: Le han sangrado las encías o la nariz, popó negra.|P: No, sangrar no me ha sangrado nada."
    )
    assert not any("rectorragia" in t for t in _textos(nota, "subjetivo"))


@pytest.mark.parametrize(
    ("dialogo", "dudosa"),
    [
        ("M: Lo reviso. Presión 136/80. Tiene diabetes. Se pone glargina a las 10 de la noche, 35 unidades. No, vámonos con cuidado, 32.", "35"),  # noqa: E501
        ("M: Es una bronquiolitis.|A: ¿Y si le da calentura?|M: Paracetamol en gotas 1 ml. Perdón, eso es mucho para su peso.", "1 ml"),  # noqa: E501
    ],
)  # fmt: skip
def test_la_cantidad_de_que_se_arrepiente_queda_por_revisar(dialogo: str, dudosa: str) -> None:
    (receta,) = [e for e in _nota(dialogo).plan if dudosa in e.texto]
    assert receta.estado == "por_revisar" and receta.motivo


def test_lo_que_limita_una_receta_no_la_corrige() -> None:
    nota = _nota("M: Lo reviso. Tiene gastritis. Omeprazol de 20, una en ayunas. No más de 3 días de antiácido.")  # noqa: E501
    assert [e.estado for e in nota.plan if "Omeprazol" in e.texto] == ["verificado"]


def test_el_plazo_corregido_queda_por_revisar() -> None:
    nota = _nota("M: ¿Desde cuándo?|A: Empezó con moco y estornudos hace 4 días. No, 3, hoy es jueves.")
    assert [e.estado for e in nota.subjetivo if "4 días" in e.texto] in ([], ["por_revisar"])


@pytest.mark.parametrize(
    "dialogo",
    [
        "M: Es una tendinitis. Mueva el brazo como péndulo, eso sí, no lo deje tieso, porque se le pega.|P: Sí.",  # noqa: E501
        "M: Es una gastritis. Si un día se le olvida, se la toma ese mismo día.|P: Sí.",
    ],
)
def test_no_todo_si_es_un_dato_de_alarma(dialogo: str) -> None:
    assert not any(e.tipo == "alarma" for e in _nota(dialogo).plan)


def test_preguntar_por_la_familia_sin_signos_no_es_un_diagnostico() -> None:
    nota = _nota("M: Habías silbado del pecho antes, hay asma en la familia.|A: Ella no, nunca. El asmático es mi esposo.")  # noqa: E501
    assert not nota.analisis


def test_descartar_otra_cosa_no_descarta_lo_dicho() -> None:
    nota = _nota("M: Lo reviso. La panza blanda. Tiene gastritis, no es úlcera.|P: Ah.")
    assert [(e.tipo, e.texto) for e in nota.analisis] == [("diagnostico", "Gastritis, no es úlcera")]


def test_lo_que_se_ve_sin_anunciar_la_exploracion_no_se_pierde() -> None:
    nota = _nota(
        "M: ¿Convulsiones?|A: No.|M: Está despierto, pupilas iguales, tiene un chipote en la frente de 3 centímetros. Camina bien."  # noqa: E501
    )
    assert any("pupilas iguales" in t for t in _textos(nota, "objetivo"))


def test_lo_que_se_contesta_al_final_no_es_de_lo_que_se_concluyo_antes() -> None:
    nota = _nota(
        "M: Tiene un trastorno de ansiedad. No es depresión. Le voy a dar escitalopram de 10, una diaria. Lo mando a psicología.|P: Y eso no me hace adicto."  # noqa: E501
    )
    assert not any("ansiedad" in t for t in _textos(nota, "subjetivo"))
    assert [e.tipo for e in nota.analisis] == ["diagnostico", "descartado"]


def test_preguntar_por_la_familia_al_empezar() -> None:
    nota = _nota("M: En su familia hay depresión.|P: Mi papá se deprimió.")
    assert any(t.startswith("Antecedente familiar (padre)") for t in _textos(nota, "subjetivo"))


@pytest.mark.parametrize(
    ("dicho", "estado"),
    [
        ("Me torcí la rodilla derecha jugando. Bueno, la izquierda.", "por_revisar"),
        ("Me duele la rodilla derecha, no la izquierda, ésa está bien.", "verificado"),
    ],
)
def test_el_lado_que_se_corrige_enseguida(dicho: str, estado: str) -> None:
    nota = _nota(f"M: ¿Qué lo trae?|P: {dicho}")
    assert {e.estado.value for e in nota.subjetivo if "derecha" in e.texto} == {estado}
