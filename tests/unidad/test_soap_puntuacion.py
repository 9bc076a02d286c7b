"""El punto que faltó, los «¿?» de más y lo dicho fuera de su fase: nada se pierde ni se afirma de más."""

from __future__ import annotations

from itertools import pairwise

import pytest

from scribe.consulta import Contexto, Redaccion, Rol, Transcripcion, Turno
from scribe.lenguaje.texto import llano
from scribe.soap.puntuacion import cortes
from scribe.soap.redactor import Redactor

_ROL = {"m": Rol.MEDICO, "p": Rol.PACIENTE, "a": Rol.ACOMPANANTE}


def _redactar(*dichos: str) -> Redaccion:
    turnos = tuple(
        Turno(id=n, hablante=d[0], rol=_ROL[d[0]], inicio=float(n), fin=n + 0.9, texto=d[3:])
        for n, d in enumerate(dichos, 1)
    )
    return Redactor(None).redactar(Transcripcion(idioma="es", turnos=turnos), Contexto())


def _seccion(redaccion: Redaccion, nombre: str) -> str:
    return llano(" | ".join(e.texto for e in getattr(redaccion.nota, nombre)))


def _partes(texto: str, rol: Rol) -> list[str]:
    bordes = [0, *cortes(texto, rol), len(texto)]
    return [texto[a:b].strip(" ,") for a, b in pairwise(bordes)]


@pytest.mark.parametrize(
    ("texto", "rol", "partes"),
    [
        ("Por ahora no maneje, le doy incapacidad por 5 días.", Rol.MEDICO, 2),
        ("Es una faringitis, no ocupa antibiótico, gárgaras con agua tibia.", Rol.MEDICO, 3),
        ("Cene temprano, deje el café y omeprazol de 20 en ayunas.", Rol.MEDICO, 2),
        ("El cuello bien, el pecho no me duele nada.", Rol.PACIENTE, 2),
        ("Presión no azúcar tampoco.", Rol.PACIENTE, 2),
        ("Usa salbutamol, ella ninguna alergia.", Rol.ACOMPANANTE, 2),
        # No se cortan: la condición con lo suyo, la pauta con su fármaco, una pregunta.
        ("Si no mejora en 3 días, le pido una radiografía.", Rol.MEDICO, 1),
        ("Amoxicilina suspensión 250 en 5, tome 5 mL cada 8 horas.", Rol.MEDICO, 1),
        ("¿No toma nada, le doy algo?", Rol.MEDICO, 1),
        ("Las ronchas ya se me quitaron, la comezón no.", Rol.PACIENTE, 1),
    ],
)
def test_donde_falto_un_punto(texto: str, rol: Rol, partes: int) -> None:
    assert len(_partes(texto, rol)) == partes, _partes(texto, rol)


def test_cada_indicacion_unida_por_comas_llega_al_plan() -> None:
    plan = _seccion(
        _redactar(
            "m: Presión 130/80.", "p: Ajá.",
            "m: No cargue nada, le doy incapacidad por 5 días, lo veo el viernes.",
        ),
        "plan",
    )  # fmt: skip
    assert "cargue" in plan and "incapacidad por 5 dias" in plan and "viernes" in plan


def test_los_signos_de_mas_no_hacen_pregunta() -> None:
    r = _redactar(
        "m: ¿Qué le trae?",
        "p: Me duele el hombro izquierdo.",
        "m: Levante los brazos. No sube más de 90 grados.", "p: ¿Y qué tengo?",
        "m: ¿Que tiene un síndrome del manguito rotador? Son los tendones.", "p: Ah.",
        "m: ¿Ketorolaco de 10 mg? 1 tableta cada 8 horas por 3 días.",
    )  # fmt: skip
    assert "manguito rotador" in _seccion(r, "analisis")
    assert "ketorolaco 10 mg, 1 tableta cada 8 horas por 3 dias" in _seccion(r, "plan")


def test_la_respuesta_pegada_al_turno_de_quien_pregunta() -> None:
    nota = _seccion(_redactar("m: ¿Tos con flema? Flema no", "p: pura tos seca."), "subjetivo")
    assert "niega tos con expectoracion" in nota and "tos seca" in nota


def test_la_alergia_que_concluye_el_medico_no_se_niega() -> None:
    nota = _seccion(
        _redactar(
            "m: ¿Alguna reacción?", "p: Ronchas con la penicilina.",
            "m: Entonces usted es alérgica a la penicilina. ¿Del azúcar?", "p: No, de eso nada.",
        ),
        "subjetivo",
    )  # fmt: skip
    assert "es alergica a la penicilina" in nota and "niega alergia" not in nota


def test_lo_que_se_va_se_suspende_y_lo_demas_no() -> None:
    r = _redactar(
        "m: Presión 100/60.", "p: Tomo glibenclamida y sumatriptán, ¿qué le quitamos?",
        "m: Se va la glibenclamida, hoy mismo. El sumatriptán bórrelo. Lo demás queda igual.",
    )  # fmt: skip
    plan = _seccion(r, "plan")
    assert "suspender glibenclamida" in plan and "suspender sumatriptan" in plan
    assert "continuar sumatriptan" not in plan and "lo demas queda igual" in plan


def test_un_no_que_pudo_llevar_coma_queda_por_revisar() -> None:
    r = _redactar(
        "m: La garganta está roja. Paracetamol de 500 cada 8 horas.", "p: ¿Y va a darle antibiótico?",
        "m: No es virus, no le sirve.",
    )  # fmt: skip
    assert "descartado" not in _seccion(r, "analisis")
    (dicho,) = [e for e in r.nota.plan if "virus" in e.texto]
    assert dicho.motivo is not None and "No, es" in dicho.motivo


@pytest.mark.parametrize(
    ("pregunta", "respuesta", "si", "no"),
    [
        ("¿Se desmayó? ¿Se pegó?", "No, me estaba hablando. En la cabeza no se pegó.", "sincope", ""),
        ("¿Dolor en el pecho, hinchazón de los pies?", "Dolor no. Los pies, flacos, no se me hinchan.",
         "niega dolor toracico", "edema de miembros inferiores (hinchazon de los pies): "),
        ("¿Fiebre, tos?", "Yo no. Mi hija sí.", "niega fiebre", "fiebre: "),
        ("¿Mareo, zumbido de oídos, lucecitas?", "Lucecitas es lo único.", "mareo", "niega fosfenos"),
    ],
)  # fmt: skip
def test_el_no_que_abre_y_el_que_matiza(pregunta: str, respuesta: str, si: str, no: str) -> None:
    nota = _seccion(_redactar(f"m: {pregunta}", f"p: {respuesta}"), "subjetivo")
    assert si in nota and "niega" in nota
    assert not no or no not in nota


def test_los_hallazgos_dichos_antes_de_explorar_no_se_pierden() -> None:
    r = _redactar(
        "a: La niña amaneció brotada.", "m: Manchitas rosadas, pequeñas, en el tronco. ¿Se rasca?", "a: No.",
        "m: La fontanela está plana. ¿Qué le ha dado?", "a: Nada.",
        "m: Súbala a la báscula, 8.4 kg, temperatura 37.2. Aquí tiene hinchado.",
    )  # fmt: skip
    objetivo = _seccion(r, "objetivo")
    for dicho in ("manchitas rosadas", "fontanela esta plana", "peso 8.4 kg", "temperatura 37.2", "hinchado"):
        assert dicho in objetivo, (dicho, objetivo)


def test_lo_que_contesta_el_medico_concluye() -> None:
    r = _redactar(
        "m: La hemoglobina en 9.8.", "p: ¿Eso es anemia?", "m: Sí, anemia.", "p: ¿Y por qué me canso?",
        "m: Por lo mismo, le llega menos oxígeno.",
    )  # fmt: skip
    assert "anemia" in _seccion(r, "analisis") and "le llega menos oxigeno" in _seccion(r, "analisis")


@pytest.mark.parametrize(
    ("dicho", "falso"),
    [
        ("Siento que me quema la boca del estómago.", "quemadura"),
        ("El pelo sí se me cae a manotadas.", "traumatismo"),
        ("Ando bien agitado, con coraje, todo el día.", "disnea"),
    ],
)
def test_encabezados_que_afirmaban_de_mas(dicho: str, falso: str) -> None:
    assert falso not in _seccion(_redactar("m: ¿Qué siente?", f"p: {dicho}"), "subjetivo")


def test_la_cuenta_en_voz_alta_no_es_una_dosis_cierta() -> None:
    r = _redactar(
        "m: Presión 90/60.", "a: Ajá.",
        "m: Entonces le tocan 7 mL de amoxicilina... no, a ver, 14 por 45... son 6 mL cada 12 horas.",
    )  # fmt: skip
    recetas = [e for e in r.nota.plan if "amoxicilina" in llano(e.texto)]
    assert recetas and all(e.motivo for e in recetas)
    assert not any(llano(e.texto).startswith("14 ml") for e in recetas)
