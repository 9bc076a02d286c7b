"""Quién es quién, por lo que dice cada uno."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scribe.consulta import Rol, Transcripcion, Turno
from scribe.diarizacion.roles import asignar_roles, decidir


def _dialogo(*dichos: tuple[str, str], idioma: str = "es") -> Transcripcion:
    turnos = tuple(
        Turno(id=i, hablante=h, inicio=float(i), fin=i + 0.9, texto=texto)
        for i, (h, texto) in enumerate(dichos, start=1)
    )
    return Transcripcion(idioma=idioma, turnos=turnos)


def _roles(transcripcion: Transcripcion) -> dict[str, Rol]:
    return {t.hablante: t.rol for t in asignar_roles(transcripcion)[0].turnos}


DOS = _dialogo(
    ("H1", "Buenas, pásele. Cuénteme qué lo trae."),
    ("H2", "Pues me duele mucho la rodilla, doctora, desde hace un mes."),
    ("H1", "Se le ha hinchado. Le truena al caminar."),
    ("H2", "Sí, y me cuesta subir escaleras."),
    ("H1", "Súbase a la mesa, le voy a revisar. Presión 130 sobre 80."),
    ("H2", "Ahí, ahí me duele."),
    ("H1", "Le voy a dar diclofenaco de 100 miligramos, una tableta cada 24 horas por cinco días."),
    ("H2", "Sí, doctora, muchas gracias."),
)

NINA = _dialogo(
    ("H2", "Buenas tardes, doctor. Traigo a mi niña porque no quiere comer y tuvo calentura."),
    ("H1", "A ver, ¿desde cuándo está así la niña?"),
    ("H2", "Desde el lunes. Le di paracetamol y se le quitó, pero en la noche le volvió."),
    ("H1", "¿Y tú qué sientes, campeona? ¿Te duele la panza?"),
    ("H3", "Sí, me duele aquí."),
    ("H1", "Abre la boca. Tiene la garganta roja. Le voy a dejar un jarabe cada 8 horas."),
    ("H3", "No me gusta, mami."),
    ("H2", "Ella no toma pastillas, doctor. ¿Le puedo dar leche?"),
    ("H1", "Sí. La veo en tres días; si tiene vómito, la trae a urgencias."),
)

INGLES = _dialogo(
    ("H1", "Hello, I'm Doctor Lee. How can I help you today?"),
    ("H2", "Hi doctor. I've been having this pain in my stomach."),
    ("H1", "Do you have any fever or vomiting? How long has it been going on?"),
    ("H2", "No, I haven't been sick. It started two days ago."),
    ("H1", "I'm going to examine your belly, then we'll arrange a blood test."),
    ("H2", "Okay, thank you doctor."),
    idioma="en",
)


DATOS = Path(__file__).parents[1] / "datos"
CASOS: list[dict[str, Any]] = [
    caso
    for archivo in sorted(DATOS.glob("roles_*.toml"))
    for caso in tomllib.loads(archivo.read_text("utf-8"))["caso"]
]


@pytest.mark.parametrize("caso", CASOS, ids=lambda c: c["id"])
def test_casos_dificiles(caso: dict[str, Any]) -> None:
    """Adultos que hablan de su familia, cuidadoras, intérpretes, médicos que hablan de sí."""
    assert _roles(_dialogo(*((quien, dicho) for quien, dicho in caso["turnos"]))) == {
        quien: Rol(quien) for quien, _ in caso["turnos"]
    }


@pytest.mark.parametrize(
    ("caso", "desde"),
    [
        ("hijo_a_quien_trajeron", 0),
        ("la_tia_cuenta_y_la_joven_apenas_habla", 0),
        ("adolescente_que_espera_a_que_salga_su_papa", 4),
    ],
)
def test_ocho_frases_bastan_si_se_regana_o_se_confia(caso: str, desde: int) -> None:
    """Quien acompaña reclama a su enfermo; el enfermo pide que no lo sepan en su casa."""
    turnos = next(c["turnos"] for c in CASOS if c["id"] == caso)[desde : desde + 8]
    assert _roles(_dialogo(*((quien, dicho) for quien, dicho in turnos))) == {q: Rol(q) for q, _ in turnos}


@pytest.mark.parametrize("caso", CASOS, ids=lambda c: c["id"])
def test_los_nombres_de_las_voces_no_cuentan(caso: dict[str, Any]) -> None:
    """Con otros nombres y sin signos (el reconocedor los pierde) el médico sigue siendo el mismo."""
    nombres = {"medico": "H2", "paciente": "H3", "acompanante": "H1"}
    sin_signos = _dialogo(
        *((nombres[q], d.translate(str.maketrans("", "", "¿?¡!.,;:"))) for q, d in caso["turnos"])
    )
    decisiones = decidir(sin_signos)
    assert max(decisiones, key=lambda h: decisiones[h].confianza * (decisiones[h].rol is Rol.MEDICO)) == "H2"


def test_medico_y_paciente() -> None:
    assert _roles(DOS) == {"H1": Rol.MEDICO, "H2": Rol.PACIENTE}


def test_nadie_pierde_el_papel_porque_hable_primero_el_otro() -> None:
    volteada = _dialogo(*((t.hablante, t.texto) for t in DOS.turnos[1:]))
    assert _roles(volteada) == {"H1": Rol.MEDICO, "H2": Rol.PACIENTE}


def test_tres_con_una_nina_que_casi_no_habla() -> None:
    decisiones = decidir(NINA)
    assert {h: d.rol for h, d in decisiones.items()} == {
        "H1": Rol.MEDICO, "H2": Rol.ACOMPANANTE, "H3": Rol.PACIENTE
    }  # fmt: skip


def test_si_la_nina_no_habla_su_mama_es_acompanante() -> None:
    sin_nina = _dialogo(*((t.hablante, t.texto) for t in NINA.turnos if t.hablante != "H3"))
    assert _roles(sin_nina) == {"H1": Rol.MEDICO, "H2": Rol.ACOMPANANTE}


def test_en_ingles() -> None:
    assert _roles(INGLES) == {"H1": Rol.MEDICO, "H2": Rol.PACIENTE}


def test_sin_evidencia_es_incierto_y_se_avisa() -> None:
    transcripcion = _dialogo(("H1", "Hola."), ("H2", "Hola."))
    con_rol, avisos = asignar_roles(transcripcion)
    assert {t.rol for t in con_rol.turnos} == {Rol.INCIERTO}
    assert [a.tipo for a in avisos] == ["rol_incierto", "rol_incierto"]
    for aviso in avisos:
        cita = aviso.citas[0]
        assert cita.texto in con_rol.turno(cita.turno).texto


def test_sin_turnos() -> None:
    vacia = Transcripcion(idioma="es")
    assert asignar_roles(vacia) == (vacia, ())


def test_la_voz_registrada_manda() -> None:
    medico, paciente = np.eye(2, 192, dtype=np.float32)
    huellas = {"H1": paciente, "H2": medico}
    con_rol, _ = asignar_roles(DOS, huellas=huellas, voz_medico=medico)
    assert next(t.rol for t in con_rol.turnos if t.hablante == "H2") is Rol.MEDICO


@pytest.mark.parametrize("voz", [np.eye(3, 192, dtype=np.float32)[2], np.ones(7, dtype=np.float32)])
def test_una_voz_que_no_se_parece_o_de_otro_modelo_no_decide(voz: np.ndarray) -> None:
    medico, paciente = np.eye(2, 192, dtype=np.float32)
    con_rol, _ = asignar_roles(DOS, huellas={"H1": medico, "H2": paciente}, voz_medico=voz)
    assert {t.hablante: t.rol for t in con_rol.turnos} == {"H1": Rol.MEDICO, "H2": Rol.PACIENTE}


def test_el_texto_y_los_tiempos_no_cambian() -> None:
    con_rol, _ = asignar_roles(DOS)
    assert [t.model_copy(update={"rol": Rol.INCIERTO}) for t in con_rol.turnos] == list(DOS.turnos)
