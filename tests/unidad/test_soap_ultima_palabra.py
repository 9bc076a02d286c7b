"""Lo que se dice al final y contradice lo ya escrito: lo primero no queda por cierto. Frases propias."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, EstadoEnunciado, Rol, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}


def _nota(*dichos: str) -> list[Enunciado]:
    turnos = tuple(
        Turno(id=n, hablante=d[0], rol=_ROLES[d[0]], inicio=float(n), fin=n + 1.0, texto=d[3:])
        for n, d in enumerate(dichos, 1)
    )
    transcripcion = Transcripcion(idioma="es", turnos=turnos)
    return list(Redactor(None).redactar(transcripcion, Contexto()).nota.enunciados)


@pytest.mark.parametrize(
    "receta",
    [
        "Le voy a dar furosemida de 40: 2 en la mañana... a ver, no, mejor una en la mañana y otra a las 2.",
        "Le dejo sulfato ferroso, 1 tableta diaria... mira, no, para que no se estriña, un día sí y uno no.",
        "Le receto diclofenaco en gel, 4 veces... con 3 basta, en la rodilla.",
    ],
)
def test_lo_corregido_al_dictar_que_no_se_resolvio_queda_por_revisar(receta: str) -> None:
    recetas = [e for e in _nota("p: Me duele.", f"m: {receta}") if e.tipo == "receta"]
    assert recetas and all(e.estado is EstadoEnunciado.POR_REVISAR for e in recetas)


@pytest.mark.parametrize(
    "receta",
    [
        "Le receto paracetamol de 500, 1 cada 8 horas por 3 días, no más de 4 al día.",
        "Le doy amoxicilina de 500, 1 cada 8 horas, no la tome con leche, por 7 días.",
    ],
)
def test_un_no_que_no_corrige_no_estorba(receta: str) -> None:
    recetas = [e for e in _nota("p: Me duele.", f"m: {receta}") if e.tipo == "receta"]
    assert recetas and all("Se corrigió" not in (e.motivo or "") for e in recetas)


def test_la_cita_que_despues_se_adelanta_queda_por_revisar() -> None:
    citas = [
        e
        for e in _nota(
            "m: ¿Qué le pasa?",
            "p: Me duele el pecho.",
            "m: Le voy a dar enalapril de 10, una diaria. Lo cito en 2 semanas con los estudios.",
            "p: Ah, y anoche me faltó el aire acostado.",
            "m: Entonces no espero las 2 semanas: nos vemos el jueves, cita el jueves temprano.",
        )
        if e.tipo == "cita"
    ]
    assert len(citas) == 2
    assert [e.estado for e in citas] == [EstadoEnunciado.POR_REVISAR, EstadoEnunciado.VERIFICADO]


@pytest.mark.parametrize(
    "confesion",
    [
        "Le dije que no, pero hay noches en que pienso que ojalá no amaneciera.",
        "La verdad a veces quisiera dormirme y ya no despertar.",
        "A veces le pido que ya Dios me recoja.",
    ],
)
def test_la_idea_de_muerte_que_se_confiesa_al_final_no_se_pierde(confesion: str) -> None:
    nota = _nota(
        "m: ¿Ha pensado en morirse o en hacerse daño?",
        "p: No, doctora, eso no.",
        "m: ¿Duerme bien?",
        "p: Poco.",
        "m: Le voy a dar sertralina de 50, una diaria.",
        f"p: {confesion}",
    )
    contado = [e for e in nota if e.tipo == "sintoma" and "ideación suicida" in e.texto.lower()]
    assert contado and any(c.turno == 6 for e in contado for c in e.citas)
    negado = [e for e in nota if e.tipo == "negacion" and "ideación suicida" in e.texto.lower()]
    assert all(e.estado is EstadoEnunciado.POR_REVISAR for e in negado)


@pytest.mark.parametrize(
    "desmiente",
    [
        "¿Cómo de que no?, a la penicilina, me llené de ronchas.",
        "Cómo de que no, a la penicilina. Me llené de ronchas en el rancho.",
        "Claro que sí, a la penicilina.",
    ],
)
def test_la_alergia_que_desmiente_el_paciente_no_queda_negada(desmiente: str) -> None:
    nota = _nota("m: ¿Es alérgico a algo?", "a: No, a nada.", f"p: {desmiente}")
    assert not [e for e in nota if e.texto == "Niega alergias"]
    assert any("penicilina" in e.texto for e in nota if e.tipo == "alergia")
