"""Qué se hace con cada fármaco de una frase, con comas y sin ellas, y el rótulo que le toca."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, EstadoEnunciado, Nota, Rol, Transcripcion, Turno
from scribe.soap.destinos import destinos
from scribe.soap.redactor import Redactor

SE_DICE = {
    "El losartán sigue igual no vuelva a tomar el diclofenaco": {"losartán": "sigue", "diclofenaco": "fuera"},
    "La metformina la sigue igual, el enalapril ya no.": {"metformina": "sigue", "enalapril": "fuera"},
    "Deje el ketorolaco el omeprazol sígalo tomando.": {"ketorolaco": "fuera", "omeprazol": "sigue"},
    "El omeprazol sígalo tomando y el ketorolaco déjelo.": {"omeprazol": "sigue", "ketorolaco": "fuera"},
    "Ya no se ponga la dexametasona siga con el losartán.": {"dexametasona": "fuera", "losartán": "sigue"},
    "Siga con su telmisartán y su metformina nada de ibuprofeno.": {
        "telmisartán": "sigue", "metformina": "sigue", "ibuprofeno": "fuera",
    },
    "Suspenda el naproxeno, el resto sigue igual.": {"naproxeno": "fuera"},
    "Suspenda el naproxeno, el omeprazol y el ketorolaco.": {
        "naproxeno": "fuera", "omeprazol": "fuera", "ketorolaco": "fuera",
    },
    "Glibenclamida ya no metformina sí.": {"glibenclamida": "fuera", "metformina": "sigue"},
    "La glibenclamida se la quito la metformina se queda.": {"glibenclamida": "fuera", "metformina": "sigue"},
    "Losartán y metformina siguen igual.": {"losartán": "sigue", "metformina": "sigue"},
    "No deje la metformina.": {},
    "La amlodipina no me la deje por nada.": {},
    "No suspenda el losartán aunque se sienta bien.": {},
    "Al clonazepam sí, por eso ya no te lo tomes.": {"clonazepam": "fuera"},
    "Cambiamos el enalapril por losartán de 50.": {"enalapril": "fuera"},
    "¿Está tomando metformina?": {},
}  # fmt: skip


@pytest.mark.parametrize("frase", SE_DICE)
def test_cada_farmaco_con_su_orden(frase: str) -> None:
    assert {m.texto.lower(): d for m, d in destinos(frase) if d} == SE_DICE[frase]


def _redactada(indicacion: str) -> Nota:
    turnos = [
        ("medico", "Bueno, tiene gastritis. Le voy a recetar omeprazol de 40, una diaria por 14 días."),
        ("paciente", "Sí, doctor."),
        ("medico", indicacion),
    ]
    transcripcion = Transcripcion(
        idioma="es",
        turnos=tuple(
            Turno(id=n, hablante=quien, rol=Rol(quien), inicio=float(n), fin=n + 1.0, texto=texto)
            for n, (quien, texto) in enumerate(turnos, 1)
        ),
    )
    return Redactor(None).redactar(transcripcion, Contexto()).nota


def _plan(indicacion: str) -> list[str]:
    return [e.texto for e in _redactada(indicacion).plan]


@pytest.mark.parametrize(
    ("frase", "sigue", "fuera"),
    [
        ("La metformina la sigue igual, el enalapril ya no.", "metformina", "enalapril"),
        ("Deje el ketorolaco el losartán sígalo tomando.", "losartán", "ketorolaco"),
        ("El losartán sigue igual no vuelva a tomar el diclofenaco.", "losartán", "diclofenaco"),
        ("Glibenclamida ya no metformina sí.", "metformina", "glibenclamida"),
    ],
)
def test_ningun_rotulo_contradice_lo_dicho(frase: str, sigue: str, fuera: str) -> None:
    plan = [p.lower() for p in _plan(frase)]
    assert any(p.startswith(f"continuar {sigue}") for p in plan)
    assert any(p.startswith((f"suspender {fuera}", f"evitar {fuera}")) for p in plan)
    for mal in (f"continuar {fuera}", f"suspender {sigue}", f"evitar {sigue}"):
        assert not any(p.startswith(mal) for p in plan)
    assert not any(p.startswith("continuar") and fuera in p.split(":")[0] for p in plan)


@pytest.mark.parametrize(
    "frase",
    [
        "Quítese la sal y el refresco.",
        "Camine media hora diario.",
        "Levante la cabecera de la cama.",
        "Acuéstese temprano.",
        "Baje de peso.",
        "Quítese el diclofenaco que le hace daño al riñón.",
    ],
)
def test_lo_que_se_manda_para_la_casa_es_plan(frase: str) -> None:
    assert any(frase.rstrip(".").lower() in p.lower() for p in _plan(frase))


@pytest.mark.parametrize("frase", ["Respire hondo.", "Camine de puntas.", "Abra la boca."])
def test_lo_que_se_manda_al_explorar_no_es_plan(frase: str) -> None:
    assert not any(frase.rstrip(".").lower() in p.lower() for p in _plan(frase))


def test_esa_no_es_el_farmaco_con_que_se_mezcla() -> None:
    """«Con el losartán le baja la presión… la deja desde hoy»: se deja la otra."""
    turnos = [
        ("medico", "Tiene un vértigo. Le voy a recetar difenidol de 25, una cada 8 horas por 5 días."),
        ("paciente", "Oiga, y me estoy tomando otra para el cuello, tizanidina de 4, en la noche."),
        ("medico", "Con el losartán le puede bajar la presión. De todos modos, la deja desde hoy."),
    ]
    transcripcion = Transcripcion(
        idioma="es",
        turnos=tuple(
            Turno(id=n, hablante=quien, rol=Rol(quien), inicio=float(n), fin=n + 1.0, texto=texto)
            for n, (quien, texto) in enumerate(turnos, 1)
        ),
    )
    plan = [e.texto.lower() for e in Redactor(None).redactar(transcripcion, Contexto()).nota.plan]
    assert any(p.startswith("suspender tizanidina") for p in plan)
    assert not any(p.startswith("suspender losartán") for p in plan)


@pytest.mark.parametrize(
    ("frase", "farmaco"),
    [
        ("Timolol, una gota en él, espere, espere. Usted sufre de asma.", "timolol"),
        ("Le doy timolol, una gota cada 12 horas. Espere, ¿usted tiene asma?", "timolol"),
        ("Le doy naproxeno de 500, no no, mejor no, paracetamol de 500 cada 8 horas.", "naproxeno"),
    ],
)
def test_lo_recetado_a_medias_queda_por_revisar(frase: str, farmaco: str) -> None:
    suyos = [e for e in _redactada(frase).plan if e.texto.lower().startswith(farmaco)]
    assert suyos
    assert all(e.estado is EstadoEnunciado.POR_REVISAR for e in suyos)


@pytest.mark.parametrize(
    "frase",
    [
        "Le doy timolol, una gota cada 12 horas. Espere afuera a la enfermera.",
        "Paracetamol de 500 cada 8 horas, si tiene dolor, si no no.",
    ],
)
def test_esperar_afuera_no_es_detenerse(frase: str) -> None:
    recetas = [e for e in _redactada(frase).plan if e.tipo == "receta"]
    assert all(e.estado is EstadoEnunciado.VERIFICADO for e in recetas)
