"""A qué fármaco se refiere lo que se dice con un pronombre, y lo hallado que nadie recogió."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Nota, Rol, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROLES = {"M": Rol.MEDICO, "P": Rol.PACIENTE, "A": Rol.ACOMPANANTE}
_RECETA = "M: Es hipertensión. Le voy a recetar telmisartán de 40, una en la mañana."


def _nota(*lineas: str) -> Nota:
    turnos = tuple(
        Turno(id=n, hablante=x[0], rol=_ROLES[x[0]], inicio=float(n), fin=n + 1.0, texto=x[3:])
        for n, x in enumerate(lineas, 1)
    )
    return Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota


def _plan(*lineas: str) -> str:
    return "\n".join(e.texto for e in _nota(_RECETA, *lineas).plan).lower()


def test_la_pregunta_que_no_nombra_lleva_la_oracion_que_si() -> None:
    plan = _plan("P: Me regalaron unas de sildenafil. ¿Me las puedo tomar?", "M: Todavía no. Ya veremos.")
    assert "sildenafil" in plan
    assert "todavía no" in plan


def test_ese_ya_no_ni_el_otro_deja_los_dos() -> None:
    plan = _plan(
        "A: ¿El metoprolol que quedó en la casa se lo doy también?",
        "M: No, ése ya no, ni la hidroclorotiazida.",
    )
    assert "suspender metoprolol e hidroclorotiazida" in plan


def test_esas_me_las_tira_es_lo_que_se_pregunto() -> None:
    assert "suspender ciprofloxacino" in _plan("P: ¿Y el ciprofloxacino ya no?", "M: No, ésas me las tira.")


@pytest.mark.parametrize("orden", ["le voy a dejar", "le vamos a dejar"])
def test_dejarle_un_farmaco_es_recetarlo(orden: str) -> None:
    plan = _plan(f"M: Para la resequedad {orden} estriol en crema, 0.5 g cada noche por 2 semanas.")
    assert "estriol" in plan
    assert "suspender" not in plan


def test_dejar_un_farmaco_es_suspenderlo() -> None:
    assert "suspender naproxeno" in _plan("M: Deje el naproxeno y tome paracetamol de 500 cada 8 horas.")


def test_a_nada_niega_la_alergia() -> None:
    assert [e.texto for e in _nota("M: ¿Alérgico a algo?", "P: A nada.").subjetivo] == ["Niega alergias"]


def test_en_dos_semanas_con_estudios_es_cita() -> None:
    nota = _nota(_RECETA, "P: ¿Y cuándo vuelvo?", "M: En 2 semanas, con ácido úrico y creatinina nuevos.")
    assert any(e.tipo == "cita" and "2 semanas" in e.texto for e in nota.plan)


def test_lo_hallado_junto_a_un_signo_no_se_queda_fuera() -> None:
    nota = _nota(
        "M: A ver, lo reviso. El corazón, a 104, sin soplos. Los pulmones limpios.",
        "P: Sí, doctor.",
        "M: Temperatura, 36.5.",
    )
    assert any("soplos" in e.texto for e in nota.objetivo)
