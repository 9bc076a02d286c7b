"""Lo clínico que no llegó a la nota se dice; la plática no."""

from __future__ import annotations

from scribe.consulta import Rol, Transcripcion, Turno
from scribe.soap.citar import citas_de
from scribe.soap.dialogo import conversar
from scribe.soap.fragmentos import Propuesta, Trozo
from scribe.soap.omisiones import buscar


def _dialogo(*dichos: tuple[Rol, str]) -> Transcripcion:
    return Transcripcion(
        idioma="es",
        turnos=tuple(
            Turno(id=i, hablante=r.value, rol=r, inicio=float(i), fin=i + 0.5, texto=t)
            for i, (r, t) in enumerate(dichos, 1)
        ),
    )


def test_lo_clinico_sin_citar_es_omision() -> None:
    consulta = _dialogo(
        (Rol.MEDICO, "Buenas tardes, siéntese."), (Rol.PACIENTE, "Gracias. Tomo metformina de 850 mg y me mareo."),  # noqa: E501
        (Rol.MEDICO, "¿Ha tenido fiebre?"),
    )  # fmt: skip
    omisiones = buscar(conversar(consulta), [])
    assert len(omisiones) == 1
    assert "metformina" in omisiones[0].texto
    assert omisiones[0].citas[0].texto in consulta.turno(2).texto


def test_lo_citado_no_se_repite() -> None:
    consulta = _dialogo((Rol.PACIENTE, "Me duele la cabeza desde ayer."))
    turno = consulta.turno(1)
    propuesta = Propuesta("subjetivo", "sintoma", "Cefalea desde ayer", (Trozo(turno, 0, len(turno.texto)),))
    assert buscar(conversar(consulta), [propuesta]) == ()


def test_las_citas_son_textuales_y_los_trozos_seguidos_se_unen() -> None:
    turno = Turno(
        id=1, hablante="H", rol=Rol.PACIENTE, inicio=0.0, fin=3.0, texto="No, nada. Ni tos. Luego sí."
    )
    propuesta = Propuesta("subjetivo", "negacion", "Niega tos", (Trozo(turno, 10, 17), Trozo(turno, 0, 9)))
    assert [c.texto for c in citas_de(propuesta)] == ["No, nada. Ni tos."]


def test_lo_que_la_frase_citada_no_dejo_escrito_es_omision() -> None:
    turno = Turno(
        id=1,
        hablante="H",
        rol=Rol.PACIENTE,
        inicio=0.0,
        fin=3.0,
        texto="Tomo losartán de 50 mg, y me detectaron epilepsia.",
    )
    propuesta = Propuesta(
        "subjetivo", "medicamento_actual", "Losartán 50 mg", (Trozo(turno, 0, len(turno.texto)),)
    )
    dialogo = conversar(Transcripcion(idioma="es", turnos=(turno,)))
    (omision,) = buscar(dialogo, [propuesta])
    assert "epilepsia" in omision.texto
    assert "losartán" not in omision.texto
    assert omision.citas[0].texto in turno.texto


def test_cada_omision_sugiere_su_seccion() -> None:
    consulta = _dialogo(
        (Rol.MEDICO, "Buenos días, ¿qué lo trae?"), (Rol.PACIENTE, "Me duele la rodilla desde hace 3 días."),
        (Rol.MEDICO, "Lo reviso. Presión 120/80. Se palpa líquido en la rodilla derecha."),
        (Rol.MEDICO, "Le doy naproxeno de 250 mg, una cada 12 horas por 5 días."),
    )  # fmt: skip
    secciones = {o.texto[:12]: o.seccion for o in buscar(conversar(consulta), [])}
    assert list(secciones.values()) == ["subjetivo", "objetivo", "objetivo", "plan"]


def test_lo_retirado_y_lo_dicho_de_otro_modo_no_son_omisiones() -> None:
    turno = Turno(
        id=1,
        hablante="H",
        rol=Rol.MEDICO,
        inicio=0.0,
        fin=3.0,
        texto="Frecuencia cardiaca, 98... no, perdón, 89.",
    )
    propuesta = Propuesta("objetivo", "signo_vital", "FC 89 lpm", (Trozo(turno, 0, len(turno.texto)),))
    assert buscar(conversar(Transcripcion(idioma="es", turnos=(turno,))), [propuesta]) == ()


def test_lo_que_el_paciente_pregunta_no_es_omision_salvo_que_cuente_algo_suyo() -> None:
    consulta = _dialogo(
        (Rol.MEDICO, "Lo reviso. Presión 120/80."), (Rol.PACIENTE, "¿No será apendicitis, doctor?"),
        (Rol.MEDICO, "No, para nada."), (Rol.PACIENTE, "¿Y como tengo asma no me hace daño?"),
    )  # fmt: skip
    textos = [o.texto for o in buscar(conversar(consulta), []) if "120" not in o.texto]
    assert len(textos) == 1
    assert "asma" in textos[0]
