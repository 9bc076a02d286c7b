"""Lo que el médico dijo y ningún léxico nombra no se pierde: el momento de la consulta dice dónde va."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Nota, Rol, Transcripcion, Turno
from scribe.lenguaje.oraciones import partir
from scribe.soap.charla import anuncia, es_charla, ordena
from scribe.soap.redactor import Redactor


def _nota(*dichos: str) -> Nota:
    """La nota de unos turnos «m: …» (médico) o «p: …» (paciente)."""
    turnos = tuple(
        Turno(
            id=i, hablante=d[0], rol=Rol.MEDICO if d[0] == "m" else Rol.PACIENTE, inicio=float(i), fin=i + 0.5, texto=d[3:]  # noqa: E501
        )
        for i, d in enumerate(dichos, 1)
    )  # fmt: skip
    return Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota


_ANTES = (
    "m: Buenos días. ¿Qué lo trae?", "p: Me duele la cabeza desde ayer.", "m: ¿Ha tenido fiebre?",
    "p: No, nada de eso.", "m: ¿Vómito?", "p: Tampoco.",
)  # fmt: skip


def test_al_explorar_lo_que_describe_es_hallazgo_y_lo_que_ordena_no() -> None:
    nota = _nota(
        *_ANTES,
        "m: Lo voy a explorar. Presión 120/80. Arrugue la frente. La comisura se va a la derecha. Enseñe los dientes.",  # noqa: E501
    )
    textos = [e.texto for e in nota.objetivo]
    assert any("comisura" in t for t in textos)
    assert not any("rrugue" in t or "nseñe" in t or "explorar" in t for t in textos)


def test_lo_que_hace_el_paciente_no_se_toma_por_una_orden() -> None:
    nota = _nota(*_ANTES, "m: La voy a explorar. Presión 120/80. Camina despacito, con base ancha.")
    assert any("base ancha" in e.texto for e in nota.objetivo)
    assert not nota.plan


def test_en_el_plan_lo_indicado_sin_lexico_es_indicacion() -> None:
    nota = _nota(
        *_ANTES, "m: Lo reviso. Presión 120/80.",
        "m: Le doy paracetamol de 500 mg cada 8 horas por 3 días. Lentes oscuros en la calle. Ni se le ocurra. Ándele.",  # noqa: E501
    )  # fmt: skip
    assert any("entes oscuros" in e.texto for e in nota.plan)
    assert not any("ocurra" in e.texto or "ndele" in e.texto for e in nota.enunciados)


def test_la_respuesta_corta_lleva_la_pregunta_que_contesta() -> None:
    nota = _nota(
        *_ANTES, "m: Lo reviso. Presión 120/80.",
        "m: Le doy paracetamol de 500 mg cada 8 horas por 3 días.", "p: ¿El hielo le sigo?",
        "m: Sí, 20 minutos, 3 veces al día.",
    )  # fmt: skip
    (enunciado,) = [e for e in nota.plan if "20 minutos" in e.texto]
    assert "hielo" in enunciado.texto
    assert len(enunciado.citas) == 2


def test_la_prueba_y_su_resultado_dichos_en_dos_oraciones_van_juntos() -> None:
    nota = _nota(*_ANTES, "m: Lo reviso. Presión 120/80. Es la prueba del torniquete. Salió positiva.")
    assert any("torniquete" in e.texto and "ositiva" in e.texto for e in nota.objetivo)


def test_dos_condiciones_de_una_misma_orden_no_se_separan() -> None:
    nota = _nota(
        *_ANTES, "m: Lo reviso. Presión 120/80.",
        "m: Le doy paracetamol de 500 mg cada 8 horas. Si se pone morado, si se confunde, o si no puede hablar, llaman a la ambulancia.",  # noqa: E501
    )  # fmt: skip
    (alarma,) = [e for e in nota.plan if "ambulancia" in e.texto]
    assert "morado" in alarma.texto
    assert "confunde" in alarma.texto


@pytest.mark.parametrize(
    "texto",
    ["Buenos días, don Julián,", "Muy bien hecho.", "Ni se te ocurra.", "Ahí está.", "Ándele."],
)
def test_la_cortesia_es_charla(texto: str) -> None:
    assert es_charla(texto)


@pytest.mark.parametrize("texto", ["Fiebre.", "Respiratoria, 26.", "La garganta, bien.", "5.2."])
def test_lo_clinico_por_corto_que_sea_no_es_charla(texto: str) -> None:
    assert not es_charla(texto)


def test_avisar_y_ordenar() -> None:
    assert anuncia("Lo checo.")
    assert not anuncia("Lo reviso en una semana.")
    assert ordena("Respire hondo por la boca.", tutea=False)
    assert ordena("Camina hacia allá.", tutea=True)
    assert not ordena("Camina despacito, con base ancha.", tutea=False)
    assert not ordena("¿Siente que se le va?", tutea=False)


@pytest.mark.parametrize(
    ("texto", "oraciones"),
    [
        ("Y en la familia, ¿alguien con diabetes?", 1),
        ("Tuvo la embolia hace 4 años, ¿no? ¿Qué le quedó?", 2),
        ("A ver, Mateo, dime, ¿dónde te duele?", 2),
        ("Buenos días, señora. ¿Cómo está?", 2),
    ],
)
def test_la_pregunta_no_se_separa_de_su_asunto_ni_de_su_coletilla(texto: str, oraciones: int) -> None:
    turno = Turno(id=1, hablante="m", rol=Rol.MEDICO, inicio=0.0, fin=1.0, texto=texto)
    assert len(partir(turno)) == oraciones


def test_la_pregunta_del_paciente_no_contesta_lo_que_el_medico_describe() -> None:
    nota = _nota(
        *_ANTES, "m: Lo reviso. Presión 120/80. El cuello, sin rigidez.", "p: ¿No será un tumor? Me da miedo."
    )
    assert any("sin rigidez" in e.texto for e in nota.objetivo)
    assert not any("igidez" in e.texto for e in nota.subjetivo)


def test_lo_que_el_medico_descarta_al_contestar_es_analisis() -> None:
    nota = _nota(
        *_ANTES, "m: Lo reviso. Presión 120/80.", "m: Le doy paracetamol de 500 mg cada 8 horas por 3 días.",
        "p: ¿Es del que sangra?", "m: No, hemorrágico no es.",
    )  # fmt: skip
    assert any(e.texto == "Descartado: hemorrágico" for e in nota.analisis)


def test_un_turno_interminable_o_que_habla_el_paciente_no_se_da_por_indicado() -> None:
    """Si la separación de voces juntó a los dos, lo del paciente no sale como indicación del médico."""
    plan = "m: Le doy paracetamol de 500 mg cada 8 horas por 3 días."
    dicho = "Las escaleras me cansan mucho al segundo piso."
    assert not any("escaleras" in e.texto for e in _nota(*_ANTES, "m: Lo reviso.", f"{plan} {dicho}").plan)
    largo = " ".join(["Los gatos andan por toda la casa del vecino."] * 30)
    assert not any("gatos" in e.texto for e in _nota(*_ANTES, "m: Lo reviso.", f"{plan} {largo}").plan)
