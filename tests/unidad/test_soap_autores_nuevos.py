"""Clases halladas en consultas de autores que no vieron las reglas: respuestas juntas, correcciones."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, EstadoEnunciado, Rol, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}
_DUDA = EstadoEnunciado.POR_REVISAR


def _enunciados(dialogo: str) -> tuple[Enunciado, ...]:
    turnos = [
        Turno(id=n, hablante=f[0], rol=_ROLES[f[0]], inicio=float(n), fin=n + 0.9, texto=f[3:])
        for n, f in enumerate(dialogo.split(" / "), 1)
    ]
    return Redactor().redactar(Transcripcion(idioma="es", turnos=tuple(turnos)), Contexto()).nota.enunciados


def _con(dialogo: str, *partes: str) -> list[Enunciado]:
    return [e for e in _enunciados(dialogo) if all(p in e.texto for p in partes)]


_VARIAS = (
    "m: ¿Toma otras medicinas? ¿Cuántos años lleva con la diabetes? / p: Enalapril de 10 cada 12 horas. "
    "Alcohol ya no, dejé de tomar hace 20 años. De diabético ya llevo como 18 años. Tengo 79 yo."
)


def test_los_anos_que_lleva_con_algo_no_son_la_edad_ni_tapan_lo_demas() -> None:
    assert not _con(_VARIAS, "Edad: 10") and not _con(_VARIAS, "Edad: 18") and not _con(_VARIAS, "Edad: 20")
    assert _con(_VARIAS, "nalapril de 10") and _con(_VARIAS, "18 años")


def test_con_la_edad_se_recoge_lo_demas_de_la_respuesta() -> None:
    dialogo = "m: ¿Cuántos años tiene? / p: Tengo 45. Tomo losartán."
    assert _con(dialogo, "Edad: 45 años") and _con(dialogo, "losartán")


def test_la_edad_corregida_es_la_ultima_y_se_revisa() -> None:
    (edad,) = _con("m: ¿Cuántos años tiene? / p: 67, los cumplo el mes que entra... o sea 66.", "Edad")
    assert "66" in edad.texto and edad.estado is _DUDA and "67" in (edad.motivo or "")


def test_lo_negado_que_otro_rebate_se_revisa() -> None:
    dialogo = "m: ¿Alergias? / p: Ninguna. / a: Cómo que ninguna, la penicilina, papá, se le cerró el pecho."
    negadas = [e for e in _con(dialogo, "lergia") if e.texto.startswith("Niega")]
    assert all(e.estado is _DUDA for e in negadas) and _con(dialogo, "penicilina")


def test_al_menos_que_sepamos_no_cambia_el_no() -> None:
    dialogo = (
        "m: ¿Enfermedades, alergias? / a: No, nunca lo han internado. Alergias no, al menos que sepamos."
    )
    assert [e for e in _con(dialogo, "alergia") if e.texto.startswith("Niega")]
    assert not [e for e in _con(dialogo, "lergia") if not e.texto.startswith("Niega")]


def test_prohibir_una_mezcla_no_retira_uno_de_sus_componentes() -> None:
    dialogo = (
        "m: Lo reviso. Presión 120/80. Es una dermatitis. "
        "Le dejo betametasona en crema 2 veces al día por 14 días. / "
        "p: ¿Y la otra? / m: No, nada de Barmicil."
    )
    assert _con(dialogo, "etametasona", "14 días")
    assert not _con(dialogo, "Retirado")


def test_prohibir_el_componente_solo_si_lo_retira() -> None:
    dialogo = (
        "m: Lo reviso. Presión 120/80. Le dejo betametasona en crema 2 veces al día por 14 días. / "
        "p: Me arde. / m: La betametasona entonces no se la ponga."
    )
    assert any(e.tipo == "suspension" for e in _con(dialogo, "etametasona"))


def test_el_organo_que_ya_no_puede_con_el_farmaco_no_lo_suspende() -> None:
    dialogo = (
        "m: Lo reviso. Presión 120/80. Tuvo una hipoglucemia por la glibenclamida, porque el riñón ya no la "
        "elimina. / p: Ah."
    )
    assert not [e for e in _enunciados(dialogo) if e.tipo == "suspension"]


@pytest.mark.parametrize(
    ("dicho", "fecha", "buena"),
    [
        ("Con tos, el lunes. No, el lunes fue la cita, la tos fue desde el sábado.", "lunes", "sábado"),
        ("En marzo. No, perdón, en marzo fue la otra, ésta fue en abril.", "marzo", "abril"),
    ],
)
def test_la_fecha_corregida_enseguida_no_queda_por_cierta(dicho: str, fecha: str, buena: str) -> None:
    hechos = _enunciados(f"m: ¿Cuándo empezó? / p: {dicho}")
    assert any(buena in e.texto for e in hechos)
    assert all(e.estado is _DUDA for e in hechos if fecha in e.texto and buena not in e.texto)


def test_la_cantidad_que_era_de_otra_cosa_se_revisa() -> None:
    dialogo = (
        "m: Lo reviso. Presión 120/80. Es una otitis. Le dejo ibuprofeno para el dolor, 9 mL, perdón, "
        "9 es del otro, el ibuprofeno 100 en 5 son 8 mL cada 8 horas por 3 días. / p: Sí."
    )
    assert all(e.estado is _DUDA for e in _con(dialogo, "9 mL")) and _con(dialogo, "8 mL")


@pytest.mark.parametrize(
    ("dicho", "menstrual"),
    [
        ("No me ha bajado la fiebre en 3 días.", False),
        ("No me baja el azúcar con nada.", False),
        ("No me ha bajado desde hace 2 meses.", True),
        ("No me ha bajado la regla.", True),
    ],
)
def test_lo_que_no_baja_solo_es_la_regla_si_no_se_dice_otra_cosa(dicho: str, menstrual: bool) -> None:
    hechos = _enunciados(f"m: ¿Qué le pasa? / p: {dicho}")
    assert any("menstrual" in e.texto for e in hechos) is menstrual


def test_quien_se_nombra_al_final_sigue_siendo_otro() -> None:
    (otro,) = _con(
        "m: ¿Padece de algo? / p: De la presión. Mi hermano es diabético. Y se inyecta insulina él.",
        "insulina",
    )
    assert "hermano" in otro.texto and otro.tipo != "medicamento_actual"


_TRES = "m: ¿Toma otras medicinas? ¿Fuma? ¿Alergias? / p: Fumo 2 al día. Enalapril de 10 diario. No, a nada."


def test_cada_oracion_va_con_la_pregunta_que_contesta() -> None:
    (farmaco,) = _con(_TRES, "nalapril")
    (fuma,) = _con(_TRES, "2 al día")
    assert farmaco.tipo == "medicamento_actual" and "abaquismo" not in farmaco.texto
    assert fuma.texto.startswith("Tabaquismo") and "nalapril" not in fuma.texto
    assert _con(_TRES, "Niega alergias")


def test_la_que_nadie_mas_contesta_es_de_la_que_abre() -> None:
    dialogo = (
        "m: ¿Moja el pañal de orina? ¿Llora con lágrimas? ¿Convulsiones? / "
        "a: Poquito, hoy nada más 2. Sí echa lágrimas. Convulsiones no."
    )
    assert _con(dialogo, "pañal", "hoy nada más 2") and _con(dialogo, "Niega", "convuls")


def test_un_no_solo_contesta_lo_que_no_se_nombra() -> None:
    dialogo = "m: ¿Fiebre? ¿Vómito? ¿Dolor de oído? / p: Me duele el oído. Lo demás no."
    negadas = [e.texto for e in _enunciados(dialogo) if e.texto.startswith("Niega")]
    assert any("fiebre" in t for t in negadas) and any("vómito" in t for t in negadas)


@pytest.mark.parametrize("respuesta", ["No.", "No, nada de eso.", "Sí, las dos.", "Fiebre sí. Tos no."])
def test_lo_que_ya_se_leia_junto_se_lee_igual(respuesta: str) -> None:
    hechos = [e.texto for e in _enunciados(f"m: ¿Fiebre? ¿Tos? / p: {respuesta}")]
    juntas = [e.texto for e in _enunciados(f"m: ¿Fiebre, tos? / p: {respuesta}")]
    assert {t.startswith("Niega") for t in hechos} == {t.startswith("Niega") for t in juntas}


def test_la_lista_que_se_pregunta_a_medio_turno_no_es_hallazgo() -> None:
    dialogo = (
        "m: ¿Qué le pasa? / p: Me duele el pecho. / m: Viajes largos, piernas hinchadas. Y su familia. / "
        "p: Viajes no, las piernas bien. / m: Lo reviso. Presión 120/80. "
        "Las piernas hinchadas, con godete. / p: Ah."
    )
    assert not [e for e in _con(dialogo, "iajes") if e.tipo == "hallazgo"]
    assert [e for e in _con(dialogo, "godete") if e.tipo == "hallazgo"]


def test_el_alergeno_corregido_enseguida_se_revisa() -> None:
    dialogo = "m: ¿Alergias? / p: A la aspirina, me da ronchas. Bueno, no sé, fue al ácido mefenámico."
    assert all(e.estado is _DUDA for e in _con(dialogo, "aspirina"))


def test_lo_que_el_medico_no_avala_se_revisa() -> None:
    dialogo = "m: Lo reviso. Presión 150/94. / p: Eso es mucho, ya soy diabético. / m: No con una sola."
    assert all(e.estado is _DUDA for e in _con(dialogo, "diabético"))
    otro = "m: ¿Padece de algo? / p: Soy diabético. / m: No se preocupe, vamos por partes."
    assert all(e.estado is not _DUDA for e in _con(otro, "iab"))
