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
