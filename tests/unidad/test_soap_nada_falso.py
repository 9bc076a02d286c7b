"""Frases que la nota daba por ciertas al revés, o de quien no eran; por familias, no por consulta."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, EstadoEnunciado, Palabra, Rol, Transcripcion, Turno
from scribe.lenguaje.cifras import escribir, escribir_cifras
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.contexto import calificar
from scribe.soap.coherencia import senalar
from scribe.soap.fragmentos import Propuesta, Trozo
from scribe.soap.redactor import Redactor
from scribe.soap.retractos import dudosa, vigente
from scribe.soap.verificar import verificar

_ROL = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}


def _nota(*dichos: str) -> list[Enunciado]:
    """La nota de unos turnos «M: …», «P: …» o «A: …»."""
    turnos = [
        escribir_cifras(
            Turno(id=n, hablante=d[0], rol=_ROL[d[0]], inicio=n * 5.0, fin=n * 5.0 + 4, texto=d[3:])
        )
        for n, d in enumerate(dichos, 1)
    ]
    transcripcion = Transcripcion(idioma="es", turnos=tuple(turnos))
    return list(Redactor(None).redactar(transcripcion, Contexto()).nota.enunciados)


def _textos(*dichos: str) -> str:
    return "\n".join(e.texto.lower() for e in _nota(*dichos))


# --- Un término, una entidad ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dicho", "ajeno"),
    [
        ("me operaron de cataratas", "conjuntivitis"),
        ("tengo carnosidad en el ojo", "conjuntivitis"),
        ("me fracturé la muñeca", "osteoporosis"),
        ("me operaron de la vesícula", "vesículas"),
        ("tuve dos cesáreas", "parto"),
        ("me puse la de la influenza", "infección respiratoria"),
        ("tuve paperas de niño", "varicela"),
        ("tengo bursitis", "tendinitis"),
        ("me dio un infarto", "cardiopatía"),
        ("el chorro sale delgadito", "diarrea"),
        ("cargué unos bultos de cemento", "lesión cutánea"),
    ],
)
def test_ningun_termino_nombra_otra_enfermedad(dicho: str, ajeno: str) -> None:
    assert ajeno not in {m.termino for m in buscar_clinico(dicho)}


# --- Negación ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("oracion", "termino", "negada"),
    [
        ("No tengo ni azúcar ni presión alta, asma nada más.", "asma", False),
        ("No tengo asma.", "asma", True),
        ("No tengo asma ni gastritis, nada más.", "gastritis", True),
        ("No crea que no tengo tos.", "tos", False),
    ],
)
def test_alcance_de_la_negacion(oracion: str, termino: str, negada: bool) -> None:
    desde = oracion.index(termino)
    assert calificar(oracion, desde, desde + len(termino)).negada is negada


def test_el_no_del_final_es_de_los_dos() -> None:
    texto = _textos("M: ¿Tos, vómito, diarrea?", "P: Tos poquita. Vómito y diarrea no.")
    assert "niega" in texto
    assert not any(e.tipo == "sintoma" and "ómito" in e.texto for e in _nota(
        "M: ¿Tos, vómito, diarrea?", "P: Tos poquita. Vómito y diarrea no."))  # fmt: skip


def test_nada_mas_no_niega() -> None:
    assert "niega" not in _textos("M: ¿Se le hinchan los pies?", "P: Nada más el derecho, en las tardes.")
    assert "niega" in _textos("M: ¿Se le hinchan los pies?", "P: Nada, doctor.")


def test_no_lo_suspenda_no_es_suspender() -> None:
    dichos = ("M: Le doy losartán de 50 mg, una cada 24 horas.", "P: ¿Y si me mareo?")
    assert not any(e.tipo == "suspension" for e in _nota(*dichos, "M: No lo suspenda por su cuenta."))
    assert any(e.tipo == "suspension" for e in _nota(*dichos, "M: Suspenda el naproxeno."))


def test_lo_que_se_niega_y_se_afirma_en_la_misma_respuesta_queda_por_revisar() -> None:
    nota = _nota(
        "M: ¿Le duele el pecho, se agita?", "P: Pecho no. Agitarme, no crea que no, sí me agito al subir."
    )
    dudosos = [e for e in nota if e.texto.startswith("Niega") and "disnea" in e.texto]
    assert all(e.estado is EstadoEnunciado.POR_REVISAR for e in dudosos)


# --- De quién es --------------------------------------------------------------------------------------


def test_lo_de_otra_persona_se_dice_de_quien_es() -> None:
    nota = _nota("M: ¿Toma algo?", "A: El que toma aspirina es mi tío, él no.")
    assert not any(e.tipo == "medicamento_actual" for e in nota)
    assert any("otra persona (tio)" in e.texto.lower() for e in nota)


def test_el_cancer_de_mama_no_es_de_la_mama() -> None:
    texto = _textos("M: ¿Bolitas en el pecho?", "P: No. Mi suegra es la del cáncer de mama, yo no.")
    assert "madre" not in texto
    assert "madre" in _textos("M: ¿Cáncer en la familia?", "P: Mi mamá tuvo cáncer de mama.")


def test_lo_preguntado_solo_encabeza_si_la_respuesta_lo_afirma() -> None:
    golpe = _nota("M: ¿Algún golpe?", "P: Me acosté bien y amanecí con dolor de cuello.")
    assert not any(e.texto.startswith("Traumatismo") for e in golpe)
    madre = _nota("M: Pies sin hinchazón.", "A: Mi mamá así empezó.")
    assert not any(e.texto.startswith("Edema") for e in madre)
    assert any(e.texto.startswith("Tos") for e in _nota("M: ¿Tos?", "P: Desde hace 3 días."))


def test_la_sangre_es_de_donde_se_pregunta() -> None:
    dichos = ("M: ¿Diarrea?", "P: No.", "M: ¿Le sale algo del oído, sangre?", "P: No, nada.")
    assert "rectorragia" not in _textos(*dichos)
    assert "rectorragia" in _textos("M: ¿Diarrea?", "P: Sí, mucha.", "M: ¿Con sangre?", "P: No, nada.")


def test_una_alarma_sin_su_condicion_queda_por_revisar() -> None:
    base = ("M: Presión 120 sobre 80.", "M: Le doy paracetamol de 500 mg, una cada 8 horas por 3 días.")
    perdido = _nota(*base, "M: No puede tragar o le falta el aire, se va a urgencias, la veo en una semana.")
    assert all(e.motivo for e in perdido if "urgencias" in e.texto and e.tipo != "alarma")
    entero = _nota(*base, "M: Si no puede tragar o le falta el aire, se va a urgencias.")
    assert not any(e.motivo for e in entero if "urgencias" in e.texto.lower())


def test_hablar_de_otra_cosa_no_es_alergia() -> None:
    nota = _nota("M: ¿Alergias?", "P: Presión alta sí, tomo telmisartán de 40, una diaria.")
    assert not any(e.tipo == "alergia" and "telmisart" in e.texto for e in nota)
    assert any(e.tipo == "alergia" for e in _nota("M: ¿Alergias?", "P: A la penicilina, me salen ronchas."))


# --- Quien acompaña corrige, dos lados, dos dosis -------------------------------------------------------


@pytest.mark.parametrize(
    ("paciente", "acompanante", "duda"),
    [
        ("A la ampicilina, me salen ronchas.", "No, papá, eso fue a la sulfa.", True),
        ("No, alergia no.", "Sí tuvo, a la sulfa, el año pasado.", True),
        ("A la penicilina, me salen ronchas.", "Sí, le salieron muchas.", False),
        ("No, alergia no.", "No, ninguna.", False),
    ],
)
def test_lo_que_desmiente_quien_acompana_queda_por_revisar(
    paciente: str, acompanante: str, duda: bool
) -> None:
    nota = _nota("M: ¿Tiene alguna alergia?", f"P: {paciente}", f"A: {acompanante}")
    suyos = [e for e in nota if any(c.turno == 2 for c in e.citas)]
    marcados = [e for e in suyos if "otra persona dijo" in (e.motivo or "")]
    assert bool(marcados) is duda


def _propuesta(seccion: str, tipo: str, texto: str, n: int = 1) -> Propuesta:
    turno = Turno(id=n, hablante="H", rol=Rol.MEDICO, inicio=0.0, fin=1.0, texto=texto)
    return Propuesta(seccion, tipo, texto, (Trozo(turno, 0, len(texto)),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("antes", "despues", "duda"),
    [
        (("subjetivo", "sintoma", "Le duele la rodilla izquierda"),
         ("analisis", "diagnostico", "Esguince de rodilla derecha"), True),
        (("subjetivo", "sintoma", "Le duele la rodilla izquierda"),
         ("analisis", "diagnostico", "Esguince de rodilla izquierda"), False),
        (("subjetivo", "sintoma", "Le duele la rodilla izquierda"),
         ("plan", "estudio", "Radiografía de hombro derecho"), False),
        (("subjetivo", "antecedente", "Operado de la rodilla izquierda"),
         ("analisis", "diagnostico", "Esguince de rodilla derecha"), False),
        (("plan", "receta", "Losartán de 50 mg cada 12 horas"),
         ("plan", "receta", "Losartán de 100 mg cada 12 horas"), True),
        (("plan", "receta", "Losartán de 50 mg cada 12 horas"),
         ("plan", "receta", "Losartán de 50 mg en la noche"), False),
        (("subjetivo", "medicamento_actual", "Toma losartán de 50 mg"),
         ("plan", "receta", "Continuar losartán de 100 mg"), True),
        (("subjetivo", "medicamento_actual", "Toma losartán de 50 mg"),
         ("plan", "receta", "Aumentar losartán a 100 mg"), False),
    ],
)  # fmt: skip
def test_lo_que_otra_parte_contradice(
    antes: tuple[str, str, str], despues: tuple[str, str, str], duda: bool
) -> None:
    propuestas = [_propuesta(*antes), _propuesta(*despues, n=2)]
    senalar(propuestas, Transcripcion(idioma="es", turnos=()))
    assert propuestas[0].motivo is None
    assert bool(propuestas[1].motivo) is duda


def test_dos_dosis_en_la_misma_receta() -> None:
    dos = _propuesta("plan", "receta", "Ondansetrón de 4 mg ahorita y en jarabe 20 mg diarios")
    sube = _propuesta("plan", "receta", "Sertralina de 25 mg por 7 días y luego 50 mg")
    senalar([dos, sube], Transcripcion(idioma="es", turnos=()))
    assert dos.motivo
    assert sube.motivo is None


# --- Autocorrecciones y cifras --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dicho", "vale"),
    [
        ("la rodilla derecha, no, perdón, la izquierda, el domingo", "la rodilla izquierda, el domingo"),
        ("del lado derecho, digo, izquierdo", "del lado izquierdo"),
        ("desde hace 2, no, 3 meses", "desde hace 3 meses"),
        ("de 100, no, espéreme, de 200 mg", "de 200 mg"),
        ("2, no 3", "2, no 3"),
        (
            "el ojo derecho rojo, a ver, el izquierdo limpio",
            "el ojo derecho rojo, a ver, el izquierdo limpio",
        ),
        ("me operaron del pie derecho, no del izquierdo", "me operaron del pie derecho, no del izquierdo"),
    ],
)
def test_lo_que_se_corrige_al_hablar(dicho: str, vale: str) -> None:
    assert vigente(dicho) == vale


def test_una_correccion_que_no_se_supo_aplicar_se_dice() -> None:
    assert dudosa("pulso irregular, no, perdón, regular, de 72")
    assert dudosa("el oído derecho... no, el izquierdo")
    assert not dudosa("pulso regular, de 72")
    assert not dudosa("perdón, ¿cómo dijo?")


@pytest.mark.parametrize(
    ("dicho", "escrito"),
    [
        ("La presión, cien sesenta y dos", "La presión, 100/62"),
        ("presión de ciento veinte ochenta", "presión de 120/80"),
        ("treinta y siete ocho me puso mi hija", "37.8 me puso mi hija"),
        ("treinta y siete dos días", "37 2 días"),
        ("cien mil unidades", "100000 unidades"),
    ],
)
def test_cifras_dictadas(dicho: str, escrito: str) -> None:
    assert escribir(dicho) == escrito


def test_la_media_tableta_y_la_dosis_no_se_pierden_ni_se_repiten() -> None:
    texto = _textos(
        "M: Presión 120 sobre 80.",
        "M: Le doy clortalidona, media tableta en la mañana, y amoxicilina de quinientos cada ocho horas por siete días.",  # noqa: E501
    )
    assert "½ tableta" in texto
    assert "500, 500" not in texto


@pytest.mark.parametrize(
    ("dicho", "escrito", "firme"),
    [
        ("losartán de 50 mg y metformina de 850 mg", "Losartán 850 mg", False),
        ("losartán de 50 mg y metformina de 850 mg", "Metformina de 850 mg", True),
        ("500 mg de paracetamol y luego naproxeno de 250", "Paracetamol 500 mg", True),
        ("amoxicilina de 875 cada 12 horas", "Amoxicilina de 875, 875 cada 12 horas", False),
        ("media tableta, o sea ½ tableta de clortalidona", "Clortalidona ½ tableta", True),
        ("una tableta de clortalidona", "Clortalidona ½ tableta", False),
    ],
)
def test_cada_cifra_es_de_su_farmaco(dicho: str, escrito: str, firme: bool) -> None:
    turno = Turno(id=1, hablante="H", rol=Rol.MEDICO, inicio=0.0, fin=1.0, texto=dicho)
    enunciado = verificar(Propuesta("plan", "receta", escrito, (Trozo(turno, 0, len(dicho)),)))
    assert (enunciado.estado is EstadoEnunciado.VERIFICADO) is firme


@pytest.mark.parametrize(("tipo", "prob", "firme"), [("signo_vital", 0.5, False), ("signo_vital", 0.7, True),
                                                     ("receta", 0.5, True), ("receta", 0.3, False)])  # fmt: skip  # noqa: E501
def test_una_medida_pide_oirse_con_mas_claridad(tipo: str, prob: float, firme: bool) -> None:
    palabras = (
        Palabra(texto="pulso", inicio=0.0, fin=0.4, prob=0.9),
        Palabra(texto="96", inicio=0.5, fin=0.9, prob=prob),
    )
    turno = Turno(
        id=1, hablante="H", rol=Rol.MEDICO, inicio=0.0, fin=1.0, texto="pulso 96", palabras=palabras
    )
    enunciado = verificar(Propuesta("objetivo", tipo, "FC 96 lpm", (Trozo(turno, 0, 8),)))
    assert (enunciado.estado is EstadoEnunciado.VERIFICADO) is firme


# --- Familias vistas en consultas de validación ---------------------------------------------------------


def test_un_farmaco_nombrado_como_causa_no_se_receta() -> None:
    base = ("M: Presión 120 sobre 80.", "M: Le doy omeprazol de 20 mg, una en ayunas por 4 semanas.")
    nota = _nota(*base, "M: Puede ser una gastritis por el ibuprofeno, y ya son más de 4 semanas.")
    assert not any(e.tipo == "receta" and "ibuprofeno" in e.texto.lower() for e in nota)
    assert any(e.tipo == "receta" and "ibuprofeno" in e.texto.lower() for e in _nota(
        *base, "M: Para el dolor, por lo de la rodilla, ibuprofeno de 400 mg, una cada 8 horas."))  # fmt: skip  # noqa: E501


def test_dos_tomas_al_dia_no_pierden_la_segunda() -> None:
    texto = _textos(
        "M: Presión 120 sobre 80.", "M: Propranolol de cuarenta, una en la mañana y una en la noche."
    )
    assert "y una en la noche" in texto


def test_pasado_manana_no_es_manana() -> None:
    texto = _textos(
        "M: Presión 120 sobre 80.",
        "M: Le doy omeprazol de 20 mg, una en ayunas por 4 semanas.",
        "M: La veo pasado mañana, el jueves.",
    )
    assert "cita pasado mañana" in texto


def test_lo_corregido_en_la_oracion_siguiente() -> None:
    texto = _textos("M: ¿Cuánto tomó?", "P: Ibuprofeno de 400, por dos semanas. Bueno, no, por tres semanas.")
    assert "3 semanas" in texto
    assert "2 semanas" not in texto


def test_quien_acompana_habla_de_si() -> None:
    nota = _nota("M: ¿Alguien alérgico en la familia?", "A: Yo tengo rinitis, y su papá tuvo asma.")
    assert not any(e.texto.startswith("Rinitis") for e in nota)
    assert any("quien acompaña" in e.texto for e in nota)
    assert any(
        e.texto.startswith("Rinitis") for e in _nota("M: ¿Qué tiene?", "P: Yo tengo rinitis desde niña.")
    )


@pytest.mark.parametrize(
    ("respuesta", "duda"),
    [
        ("Nada. Bueno, el lunes estuvo caliente.", True),
        ("No, aunque el lunes estuvo caliente.", True),
        ("Alcohol no, nada. Bueno, una cerveza.", True),
        ("No, aunque mi mamá sí tuvo.", False),
        ("No, nada.", False),
        ("No. Bueno, gracias, doctor.", False),
        ("No, bueno, no.", False),
    ],
)
def test_una_negacion_matizada_no_es_rotunda(respuesta: str, duda: bool) -> None:
    pregunta = "M: ¿Toma alcohol?" if "Alcohol" in respuesta else "M: ¿Fiebre?"
    nota = [e for e in _nota(pregunta, f"P: {respuesta}") if e.texto.startswith("Niega")]
    assert nota
    assert all(bool(e.motivo) is duda for e in nota)


def test_lo_que_ya_no_tiene_no_se_niega() -> None:
    nota = _nota("M: ¿Alergias?", "P: Al huevo me salían ronchas de bebé, ya no.")
    assert not any(e.texto.startswith("Niega exantema") for e in nota)


def test_de_la_tiroides_no_contesta_por_la_operacion() -> None:
    nota = _nota("M: ¿La han operado?", "P: De la tiroides no. De la matriz, me la quitaron por miomas.")
    assert not any("niega enfermedad de la tiroides" in e.texto.lower() for e in nota)
    assert any("niega" in e.texto.lower() for e in _nota("M: ¿Padece de la tiroides?", "P: No, de nada."))


def test_no_le_doy_no_es_una_receta() -> None:
    base = ("M: Presión 120 sobre 80.", "M: Le doy omeprazol de 20 mg, una en ayunas por 4 semanas.")
    nota = _nota(*base, "M: No le doy carbamazepina ni oxcarbazepina, por la alergia.")
    assert not any(e.tipo == "receta" and "carbamazepina" in e.texto.lower() for e in nota)
    assert any("carbamazepina" in e.texto.lower() for e in nota)
