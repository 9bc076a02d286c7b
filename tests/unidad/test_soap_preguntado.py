"""Lo preguntado con sus palabras: se niega lo que el léxico no nombra y encabeza lo que no se entiende."""

from __future__ import annotations

import pytest

from scribe.consulta import Contexto, Nota, Rol, Transcripcion, Turno
from scribe.soap.dialogo import conversar
from scribe.soap.preguntado import encabezado, sin_nombre
from scribe.soap.redactor import Redactor


def _consulta(*dichos: tuple[str, str]) -> Transcripcion:
    turnos = [("Buenos días, ¿qué lo trae?", "Me siento mal desde ayer, doctora."), *dichos]
    textos = [(r, t) for par in turnos for r, t in zip((Rol.MEDICO, Rol.PACIENTE), par, strict=True)]
    return Transcripcion(
        idioma="es",
        turnos=tuple(
            Turno(id=i, hablante=r.value, rol=r, inicio=float(i), fin=i + 0.5, texto=t)
            for i, (r, t) in enumerate(textos, 1)
        ),
    )


def _nota(*dichos: tuple[str, str]) -> Nota:
    return Redactor(None).redactar(_consulta(*dichos), Contexto()).nota


def _negado(pregunta: str, respuesta: str) -> list[str]:
    return [d for d, _ in sin_nombre(conversar(_consulta((pregunta, respuesta))).intercambios[-1])]


def test_un_no_de_todo_niega_lo_que_ningun_lexico_nombra() -> None:
    nota = _nota(("¿Se te duerme la cara o el brazo, se te traba la lengua?", "No, nada de eso."))
    (enunciado,) = [e for e in nota.subjetivo if e.texto.startswith("Niega")]
    assert "«se le traba la lengua»" in enunciado.texto
    assert "parestesias" in enunciado.texto


def test_un_termino_vago_se_niega_como_se_pregunto() -> None:
    """«No» a «¿el dolor le corre al brazo?» no es negar el dolor."""
    textos = [
        e.texto
        for e in _nota(("¿El dolor le corre al brazo, le falta el aire?", "No, nada de eso.")).subjetivo
    ]
    (niega,) = [t for t in textos if t.startswith("Niega")]
    assert "brazo" in niega
    assert "Niega dolor" not in niega


@pytest.mark.parametrize(
    ("pregunta", "respuesta"),
    [
        ("¿Se le traba la lengua?", "No, pero a veces sí."),
        ("¿Se le traba la lengua?", "Sí, un poco."),
        ("¿No se le olvida la pastilla?", "No."),
        ("¿Cómo duerme?", "No muy bien."),
        ("¿Tiene fiebre?", "No."),
    ],
)
def test_lo_que_no_es_un_no_tajante_no_se_niega_a_la_letra(pregunta: str, respuesta: str) -> None:
    assert _negado(pregunta, respuesta) == []


def test_la_respuesta_que_no_nombra_nada_lleva_su_pregunta() -> None:
    (enunciado,) = [
        e for e in _nota(("¿Tu último papanicolaou?", "Hace dos años y salió bien.")).subjetivo
        if "salió bien" in e.texto
    ]  # fmt: skip
    assert "papanicolaou" in enunciado.texto.lower()
    assert len(enunciado.citas) == 2


def test_el_encabezado_no_repite_el_tema() -> None:
    (intercambio,) = conversar(_consulta(("¿Desde cuándo?", "Hace como tres días."))).intercambios[1:]
    assert encabezado(intercambio.preguntas, "Evolución") == "Evolución"
    (intercambio,) = conversar(_consulta(("¿Con cuántas almohadas duerme?", "Con dos."))).intercambios[1:]
    assert "almohadas" in encabezado(intercambio.preguntas, "Hábitos")


def test_la_respuesta_a_varias_preguntas_las_lleva_todas_y_sin_la_cifra_que_corrige() -> None:
    nota = _nota(("Usted tuvo la embolia hace 4 años, ¿no? ¿Qué secuela le quedó?", "Fue hace 5, doctora."))
    (enunciado,) = [e for e in nota.subjetivo if "hace 5" in e.texto]
    assert "embolia" in enunciado.texto
    assert "4" not in enunciado.texto


@pytest.mark.parametrize(
    ("pregunta", "respuesta", "dicho"),
    [
        ("¿Alergias? ¿Azúcar?", "Alergias no. Azúcar tampoco.", "Niega azúcar"),
        ("¿Dolor de cabeza, se ha caído?", "No, no me duele. Y no me he caído.", "cefalea"),
        ("¿Le duele la panza?", "La panza no me duele.", "Niega dolor abdominal"),
    ],
)
def test_un_no_corto_se_recoge(pregunta: str, respuesta: str, dicho: str) -> None:
    negados = [e.texto for e in _nota((pregunta, respuesta)).subjetivo if e.texto.startswith("Niega")]
    assert any(dicho in t for t in negados)
