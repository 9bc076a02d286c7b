"""El dominio: citar es siempre textual y conserva el tiempo de lo oído."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scribe.consulta import Palabra, Transcripcion, Turno


def turno(oido: str, escrito: str) -> Turno:
    """Un turno donde cada palabra oída dura un segundo exacto."""
    palabras = [
        Palabra(texto=p, inicio=float(i), fin=float(i + 1), prob=0.9) for i, p in enumerate(oido.split())
    ]
    return Turno(id=1, hablante="H1", inicio=0, fin=len(palabras), texto=escrito, palabras=tuple(palabras))


@pytest.mark.parametrize(
    ("oido", "escrito", "tramo", "inicio", "fin"),
    [
        ("tiene treinta y ocho punto cinco de fiebre", "tiene 38.5 de fiebre", "38.5", 1, 6),
        ("toma mi formina diario", "toma metformina diario", "metformina", 1, 3),
        ("de ochocientos cincuenta miligramos ya", "de 850 mg ya", "850 mg", 1, 4),
        ("presión ciento treinta sobre ochenta y cinco, pulso", "presión 130/85, pulso", "130/85", 1, 7),
        ("no me duele", "no me duele", "me duele", 1, 3),
    ],
)
def test_la_cita_conserva_el_tiempo_de_lo_oido(
    oido: str, escrito: str, tramo: str, inicio: float, fin: float
) -> None:
    t = turno(oido, escrito)
    desde = escrito.index(tramo)
    cita = t.citar(desde, desde + len(tramo))
    assert (cita.texto, cita.inicio, cita.fin) == (tramo, inicio, fin)


palabras_cualesquiera = st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=12)


@given(palabras_cualesquiera, palabras_cualesquiera, st.data())
def test_toda_cita_es_textual_y_cae_dentro_del_turno(
    oidas: list[str], escritas: list[str], data: st.DataObject
) -> None:
    t = turno(" ".join(oidas), " ".join(escritas))
    desde = data.draw(st.integers(0, len(t.texto)))
    hasta = data.draw(st.integers(desde, len(t.texto)))
    cita = t.citar(desde, hasta)
    assert cita.texto in t.texto
    assert t.inicio <= cita.inicio <= cita.fin <= t.fin


def test_el_dominio_no_admite_campos_ni_probabilidades_imposibles() -> None:
    with pytest.raises(ValidationError):
        Palabra(texto="a", inicio=0, fin=1, prob=1.5)
    with pytest.raises(ValidationError):
        Transcripcion.model_validate({"idioma": "es", "turnos": [], "otro": 1})


def test_turno_por_numero() -> None:
    t = turno("hola", "hola")
    transcripcion = Transcripcion(idioma="es", turnos=(t,))
    assert transcripcion.turno(1) is t
    with pytest.raises(KeyError):
        transcripcion.turno(2)


def test_una_copia_con_otro_texto_se_vuelve_a_alinear() -> None:
    t = turno("toma mi formina", "toma mi formina")
    t.citar(0, 4)
    copia = t.model_copy(update={"texto": "toma metformina"})
    assert (copia.citar(5, 15).inicio, copia.citar(5, 15).fin) == (1, 3)
