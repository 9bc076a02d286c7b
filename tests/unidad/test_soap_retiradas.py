"""Lo recetado y retirado en la misma consulta deja de ser receta. Frases propias, no de un guion."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Enunciado, Rol, Transcripcion, Turno
from scribe.soap.redactor import Redactor

_ROLES = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}


def _plan(*dichos: str) -> list[Enunciado]:
    turnos = tuple(
        Turno(id=n, hablante=d[0], rol=_ROLES[d[0]], inicio=float(n), fin=n + 1.0, texto=d[3:])
        for n, d in enumerate(("m: Bueno, ya lo revisé. Tiene una bronquitis.", *dichos), 1)
    )
    return list(Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto()).nota.plan)


def _retirado(farmaco: str, *dichos: str) -> bool:
    plan = _plan(*dichos)
    recetado = any(e.tipo == "receta" and farmaco in e.texto.lower() for e in plan)
    dicho = any(e.texto.startswith("Retirado") and farmaco in e.texto.lower() for e in plan)
    return dicho and not recetado


@pytest.mark.parametrize(
    "orden",
    [
        "Entonces el ketorolaco ni tocarlo.",
        "Siendo así no se lo tome.",
        "Entonces ése ya no.",
        "Cancelo el ketorolaco.",
        "Borre lo del ketorolaco.",
        "Anulado el ketorolaco.",
        "El ketorolaco no va.",
        "Ah, entonces el ketorolaco se lo tacho.",
        "Olvídese del ketorolaco.",
        "Se lo cambio por paracetamol de 500 cada 6.",
        "Le rompo esa receta entonces.",
        "Uy, ketorolaco no me toma.",
        "En vez del ketorolaco, paracetamol de 500 cada 6.",
        "Mejor no se lo tome.",
        "El ketorolaco queda cancelado.",
        "En ese caso nada de ketorolaco.",
        "La de cada 8 no se la toma.",
        "Ketorolaco contraindicado.",
        "El ketorolaco se lo voy a quitar.",
        "Mejor nos vamos sin ketorolaco.",
        "Descartado el ketorolaco, entonces.",
        "Entonces el ketorolaco no le sirve.",
        "Cámbielo por paracetamol de 500 cada 6.",
        "Entonces ni hablar.",
        "Ni se lo tome.",
    ],
)
def test_lo_retirado_deja_de_ser_receta(orden: str) -> None:
    assert _retirado(
        "ketorolaco",
        "m: Le mando ketorolaco de 10, 1 cada 8 horas por 3 días.",
        "p: Yo tengo úlcera, me sangró el año pasado.",
        f"m: {orden}",
    )


@pytest.mark.parametrize(
    ("dice", "orden"),
    [
        ("p: ¿Y el té de gordolobo?", "Ése no, que no sabemos qué trae."),
        ("p: ¿Y la crema de mi vecina?", "Ésa ya no se la ponga."),
        ("p: Gracias.", "No se lo tome con alcohol."),
        ("p: Gracias.", "No tome ketorolaco con el estómago vacío."),
        ("p: Gracias.", "Si le salen ronchas, lo suspende."),
        ("p: ¿Me hago adicto?", "Al ketorolaco no."),
        ("p: Gracias.", "A los 3 días lo deja."),
        ("p: ¿La de la presión la sigo?", "Igualita, ésa no se mueve."),
        ("p: Tengo úlcera.", "No lo deje de tomar."),
    ],
)
def test_un_consejo_o_hablar_de_otra_cosa_no_la_retira(dice: str, orden: str) -> None:
    plan = _plan("m: Le mando ketorolaco de 10, 1 cada 8 horas por 3 días.", dice, f"m: {orden}")
    assert any(e.tipo == "receta" and "etorolaco de 10" in e.texto for e in plan)
    assert not any(e.texto.startswith("Retirado") for e in plan)


def test_de_dos_se_retira_la_senalada() -> None:
    dichos = (
        "m: Le dejo ibuprofeno de 400 cada 8 horas. Y amoxicilina de 500 cada 8 horas por 7 días.",
        "p: La primera me da gastritis.",
        "m: Entonces la primera no se la toma.",
    )
    assert _retirado("ibuprofeno", *dichos)
    assert any(e.tipo == "receta" and "moxicilina" in e.texto for e in _plan(*dichos))


def test_si_pudo_ser_cualquiera_las_dos_quedan_por_revisar() -> None:
    plan = _plan(
        "m: Le dejo ibuprofeno de 400 cada 8 horas. Y amoxicilina de 500 cada 8 horas por 7 días.",
        "p: Estoy embarazada, doctor.",
        "m: Entonces ésa ya no.",
    )
    recetas = [e for e in plan if e.tipo == "receta"]
    assert len(recetas) == 2 and all(e.estado == "por_revisar" for e in recetas)


def test_la_familia_dicha_por_el_paciente_dice_cual() -> None:
    assert _retirado(
        "cefalexina",
        "m: Le dejo cefalexina de 500 cada 6 horas. Y paracetamol de 500 cada 8 horas.",
        "p: ¿Ésa no es prima de la penicilina? Me dio un choque.",
        "m: Tiene razón, se la quito.",
    )


def test_lo_excluido_por_su_familia_queda_por_revisar() -> None:
    plan = _plan(
        "m: Le dejo naproxeno de 500 cada 12 horas.", "p: Nomás tengo un riñón.",
        "m: Entonces nada de antiinflamatorios.",
    )  # fmt: skip
    assert all(e.estado == "por_revisar" for e in plan if e.tipo == "receta")


def test_preguntar_si_lo_toma_no_es_continuarlo() -> None:
    plan = _plan("m: ¿Sigues tomando la glibenclamida?", "p: Sí, una de 5 en la mañana.")
    assert not any("libenclamida" in e.texto for e in plan)
