"""El redactor con reglas solas: lo que llega a la nota y lo que nunca debe llegar."""

from __future__ import annotations

import re

import pytest

from scribe.consulta import Contexto, EstadoEnunciado, Nota, Rol, Transcripcion, Turno
from scribe.errores import AjusteInvalido
from scribe.lenguaje.texto import llano
from scribe.soap.redactor import Redactor

MEDICO, PACIENTE, ACOMPANANTE = Rol.MEDICO, Rol.PACIENTE, Rol.ACOMPANANTE


def consulta(*dichos: tuple[Rol, str]) -> Transcripcion:
    turnos = tuple(
        Turno(id=i, hablante=f"H{rol.value}", rol=rol, inicio=float(i), fin=i + 0.9, texto=texto)
        for i, (rol, texto) in enumerate(dichos, 1)
    )
    return Transcripcion(idioma="es", turnos=turnos)


def nota_de(*dichos: tuple[Rol, str]) -> Nota:
    return Redactor().redactar(consulta(*dichos), Contexto()).nota


def textos(nota: Nota, *tipos: str) -> str:
    return "\n".join(e.texto for e in nota.enunciados if not tipos or e.tipo in tipos)


def test_sin_voz_no_hay_nota() -> None:
    redaccion = Redactor().redactar(Transcripcion(idioma="es"), Contexto())
    assert redaccion.nota == Nota()
    assert redaccion.omisiones == ()


def test_solo_se_niega_lo_contestado() -> None:
    nota = nota_de((MEDICO, "¿Tos, moco, la voz ronca?"), (PACIENTE, "No, tos no. Nada de moco tampoco."))
    negado = llano(textos(nota, "negacion"))
    assert "tos" in negado
    assert "rinorrea" in negado
    assert "disfonia" not in llano(textos(nota))


@pytest.mark.parametrize("respuesta", ["No, nada de eso.", "Tampoco.", "No, doctor, ninguna de esas.", "no"])
def test_la_negativa_general_niega_toda_la_lista(respuesta: str) -> None:
    nota = nota_de((MEDICO, "¿Dolor de cabeza, zumbidos, ve lucecitas?"), (PACIENTE, respuesta))
    negado = llano(textos(nota, "negacion"))
    assert all(t in negado for t in ("niega", "cefalea", "acufenos", "fosfenos"))


def test_respuesta_parcial_y_lo_demas_no() -> None:
    nota = nota_de(
        (MEDICO, "¿Azúcar, presión, gastritis?"), (PACIENTE, "Gastritis sí, de hace años. Lo demás no.")
    )
    negado = llano(textos(nota, "negacion"))
    assert "diabetes" in negado
    assert "hipertension" in negado
    assert "gastritis" not in negado
    assert "gastritis" in llano(textos(nota))


def test_pregunta_sin_signos() -> None:
    nota = nota_de((MEDICO, "Dolor de cabeza zumbidos"), (PACIENTE, "no nada de eso"))
    assert "niega cefalea" in llano(textos(nota))


def test_negar_la_ideacion_suicida_no_la_afirma() -> None:
    nota = nota_de(
        (MEDICO, "¿Has pensado en morirte, en hacerte daño?"),
        (PACIENTE, "No, doctora, eso no, para nada. Al contrario, me da miedo morirme."),
    )
    assert not re.search(r"(?m)^ideacion suicida", llano(textos(nota)))
    assert "niega ideacion suicida" in llano(textos(nota))


def test_negacion_partida_por_una_coma() -> None:
    nota = nota_de(
        (MEDICO, "¿Sangrado, salida de líquido?"), (PACIENTE, "Sangrado no. Líquido, así como agua, no.")
    )
    assert not re.search(r"(?m)^salida de liquido", llano(textos(nota)))


def test_lo_del_familiar_no_es_del_paciente() -> None:
    nota = nota_de(
        (MEDICO, "¿Alguna enfermedad, tiroides?"), (PACIENTE, "No, nada. Mi hermana sí tiene tiroides."),
        (MEDICO, "¿Y en su familia?"), (PACIENTE, "Mi papá tuvo un infarto a los 55."),
    )  # fmt: skip
    familiares = textos(nota, "antecedente_familiar")
    assert "hermana" in familiares
    assert "padre" in familiares
    assert "infarto" not in textos(nota, "antecedente", "sintoma")


def test_acompanante_que_contradice_no_deja_la_negacion() -> None:
    nota = nota_de(
        (MEDICO, "¿Se ha caído?"), (PACIENTE, "No."), (ACOMPANANTE, "Sí se cayó, doctora, en el baño.")
    )
    assert "niega traumatismo" not in llano(textos(nota))
    assert "cayo" in llano(textos(nota))


EXPLORACION = (MEDICO, "Presión, 118/76; temperatura, 38.3; pulso, 98.")


def test_signos_vitales_con_unidad() -> None:
    vitales = textos(nota_de(EXPLORACION), "signo_vital").splitlines()
    assert vitales == ["TA 118/76 mmHg", "Temperatura 38.3 °C", "FC 98 lpm"]


def test_cifra_imposible_queda_por_revisar() -> None:
    nota = nota_de((MEDICO, "Presión 18/66 y pulso 82."))
    tension = next(e for e in nota.objetivo if e.texto.startswith("TA"))
    assert tension.estado is EstadoEnunciado.POR_REVISAR
    assert tension.motivo


def test_receta_con_correccion() -> None:
    nota = nota_de(
        EXPLORACION,
        (
            MEDICO,
            "Te voy a dar ibuprofeno de 600... no, perdón, de 400 mg, una tableta cada 8 horas, por 3 días.",
        ),
    )
    receta = textos(nota, "receta")
    assert receta == "Ibuprofeno 400 mg, una tableta cada 8 horas por 3 días"


def test_el_farmaco_excluido_no_lleva_la_dosis_del_siguiente() -> None:
    nota = nota_de(
        EXPLORACION,
        (MEDICO, "Nada de penicilinas ni ampicilina, te voy a dar clarenomicina, cápsulas de 300 mg, una cada 8 horas por 10 días."),  # noqa: E501
    )  # fmt: skip
    assert not re.search(r"(?:penicilina|ampicilina)[^\n]{0,40}300", llano(textos(nota)))
    receta = next(e for e in nota.plan if "300" in e.texto)
    assert receta.estado is EstadoEnunciado.POR_REVISAR


def test_la_dosis_de_otro_medicamento_no_se_pega_al_anterior() -> None:
    nota = nota_de(
        EXPLORACION,
        (MEDICO, "El ácido fólico sigue igual, 0.4 mg diarios."), (PACIENTE, "Sí."),
        (MEDICO, "Plotrimasol en óvulos de 100 mg, uno cada noche por 7 noches."),
    )  # fmt: skip
    folico = next(e for e in nota.plan if "fólico" in e.texto)
    assert "100" not in folico.texto
    assert "noche" not in folico.texto


def test_receta_repartida_con_interrupcion() -> None:
    nota = nota_de(
        EXPLORACION, (MEDICO, "Le voy a dar losartán."), (PACIENTE, "Sale."),
        (MEDICO, "Una tableta de 50 mg cada 12 horas por 30 días."),
    )  # fmt: skip
    losartan = next(e for e in nota.plan if "osartán" in e.texto)
    assert "50 mg" in losartan.texto
    assert "cada 12 horas" in losartan.texto
    assert len(losartan.citas) == 2


def test_dosis_escalonada_no_se_pierde() -> None:
    nota = nota_de(
        EXPLORACION,
        (MEDICO, "Te voy a dar sertralina de 25 mg, una en la mañana, 7 días, y luego subes a 50 diarios."),
    )
    assert "50" in textos(nota, "receta")


def test_lo_que_pide_el_paciente_no_es_plan() -> None:
    nota = nota_de(
        EXPLORACION, (MEDICO, "Te voy a dar nitrofurantoína de 100 mg cada 12 horas por 5 días."),
        (PACIENTE, "¿No me puede dar ciprofloxacino?"),
        (MEDICO, "El ciprofloxacino mejor lo guardamos, porque hay mucha resistencia."),
    )  # fmt: skip
    assert "ciprofloxacino" not in llano(textos(nota, "receta"))
    assert "no se indica ciprofloxacino" in llano(textos(nota, "indicacion"))


def test_suspender_lo_que_pregunto_el_paciente() -> None:
    nota = nota_de(
        EXPLORACION, (MEDICO, "Le doy paracetamol de 500 mg cada 8 horas por 5 días."),
        (PACIENTE, "¿Y el naproxeno?"), (MEDICO, "Ese me lo suspende hoy mismo."),
    )  # fmt: skip
    suspendido = next(e for e in nota.plan if e.tipo == "suspension")
    assert "naproxeno" in suspendido.texto
    assert {c.turno for c in suspendido.citas} == {3, 4}


def test_hernia_preguntada_y_descartada() -> None:
    nota = nota_de(
        EXPLORACION, (PACIENTE, "¿No será una hernia, doctora?"), (MEDICO, "No tiene datos de hernia."),
        (MEDICO, "Esto es una lumbalgia mecánica aguda."),
    )  # fmt: skip
    assert "hernia" in textos(nota, "descartado")
    assert "hernia" not in textos(nota, "diagnostico", "sospecha", "antecedente", "sintoma")
    assert "lumbalgia" in llano(textos(nota, "diagnostico"))


def test_el_pronostico_solo_si_se_dijo() -> None:
    assert nota_de(EXPLORACION, (MEDICO, "Es una cistitis aguda.")).pronostico == ()
    dicho = nota_de(EXPLORACION, (MEDICO, "El pronóstico es bueno para la vida."))
    assert len(dicho.pronostico) == 1


def test_las_advertencias_no_son_sintomas() -> None:
    nota = nota_de(
        EXPLORACION, (MEDICO, "Te doy paracetamol de 500 mg cada 8 horas."),
        (MEDICO, "Si te da fiebre o vómito, te vas a urgencias."),
    )  # fmt: skip
    assert "fiebre" not in llano(textos(nota, "sintoma"))
    assert "urgencias" in textos(nota, "alarma")


def test_negar_no_se_pierde_al_limpiar() -> None:
    nota = nota_de(
        EXPLORACION, (MEDICO, "Te doy paracetamol de 500 mg cada 8 horas."), (MEDICO, "Y no compartas vasos.")
    )
    assert "no compart" in llano(textos(nota, "indicacion"))


def test_determinista() -> None:
    dichos = (
        EXPLORACION,
        (MEDICO, "Es una cistitis aguda."),
        (PACIENTE, "Me arde cuando hago pipí desde ayer."),
    )
    assert nota_de(*dichos) == nota_de(*dichos)


def test_idioma_limitado_cita_sin_reescribir() -> None:
    turnos = (
        Turno(id=1, hablante="A", rol=MEDICO, inicio=0.0, fin=1.0, texto="Any fever at all?"),
        Turno(
            id=2,
            hablante="B",
            rol=PACIENTE,
            inicio=1.0,
            fin=2.0,
            texto="No, but I have had a sore throat for 3 days.",
        ),
        Turno(
            id=3, hablante="A", rol=MEDICO, inicio=2.0, fin=3.0, texto="I'll prescribe paracetamol 500 mg."
        ),
    )
    redaccion = Redactor().redactar(Transcripcion(idioma="en", turnos=turnos), Contexto())
    assert [a.tipo for a in redaccion.avisos] == ["idioma_limitado"]
    for enunciado in redaccion.nota.enunciados:
        for cita in enunciado.citas:
            assert cita.texto in turnos[cita.turno - 1].texto
            assert cita.texto in enunciado.texto
    assert redaccion.nota.subjetivo
    assert redaccion.nota.plan


def test_plantilla_desconocida() -> None:
    with pytest.raises(AjusteInvalido):
        Redactor().redactar(consulta(EXPLORACION), Contexto(plantilla="inexistente"))


def test_sin_puntuacion_el_si_y_el_no_van_con_su_palabra() -> None:
    nota = nota_de(
        (MEDICO, "te dan náuseas ves lucecitas antes"), (PACIENTE, "náuseas sí a veces lucecitas no")
    )
    negado = llano("\n".join(e.texto for e in nota.subjetivo if e.texto.startswith("Niega")))
    assert "fosfenos" in negado
    assert "nausea" not in negado.split("fosfenos")[0]


def test_lo_que_se_pregunto_y_se_nego_no_encabeza_como_hallazgo() -> None:
    nota = nota_de(
        (MEDICO, "¿La orina roja?"), (PACIENTE, "Revisé y ni negra ni con sangre, la orina normal.")
    )
    assert not [e for e in nota.subjetivo if e.texto.startswith("Hematuria")]


def test_solo_se_evita_lo_que_se_excluye() -> None:
    nota = nota_de(
        EXPLORACION,
        (MEDICO, "El metoprolol y la atorvastatina siguen igual, nada de aspirina ni naproxeno."),
    )
    evitar = [e.texto for e in nota.plan if e.texto.startswith("Evitar")]
    assert evitar and "metoprolol" not in evitar[0].split(":")[0] and "aspirina" in evitar[0].split(":")[0]


def test_el_sangrado_no_es_vaginal_si_nadie_lo_dijo() -> None:
    nota = nota_de((MEDICO, "¿Ha tenido sangrado?"), (PACIENTE, "No, nada."))
    assert "vaginal" not in " ".join(e.texto for e in nota.subjetivo)
