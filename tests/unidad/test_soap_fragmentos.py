"""Partir turnos y aplicar autocorrecciones sin perder texto."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribe.consulta import Palabra, Rol, Turno
from scribe.lenguaje.oraciones import partir
from scribe.soap.fragmentos import alinar, clausulas
from scribe.soap.retractos import dudosa, retirados, vigente


def _turno(texto: str, palabras: tuple[Palabra, ...] = ()) -> Turno:
    return Turno(id=1, hablante="H1", rol=Rol.MEDICO, inicio=0.0, fin=9.0, texto=texto, palabras=palabras)


@given(st.text(alphabet="abc ,.;?¿!…0123 éñ\n", max_size=120))
def test_partir_no_pierde_letras(texto: str) -> None:
    turno = _turno(texto)
    oraciones = partir(turno)
    unidas = "".join("".join(texto[o.desde : o.hasta].split()) for o in oraciones)
    assert unidas == "".join(texto.split())
    assert all(a.hasta <= b.desde for a, b in itertools.pairwise(oraciones))


def test_partir_respeta_decimales_y_suspensivos() -> None:
    turno = _turno("Temperatura, 38.3. Ibuprofeno de 600... no, perdón, de 400 mg. ¿Dudas?")
    assert [turno.texto[o.desde : o.hasta] for o in partir(turno)] == [
        "Temperatura, 38.3.", "Ibuprofeno de 600... no, perdón, de 400 mg.", "¿Dudas?",
    ]  # fmt: skip


def test_partir_no_separa_una_correccion_que_el_reconocedor_puntuo() -> None:
    turno = _turno("Una cápsula cada 8. Perdón, cada 12 horas.")
    assert len(partir(turno)) == 1


def test_partir_corta_por_silencio_si_no_hay_puntuacion() -> None:
    dichas = [f"palabra{i}" for i in range(16)]
    palabras = tuple(
        Palabra(
            texto=p,
            inicio=i * 0.4 + (1.0 if i >= 8 else 0.0),
            fin=i * 0.4 + 0.3 + (1.0 if i >= 8 else 0.0),
            prob=0.9,
        )
        for i, p in enumerate(dichas)
    )
    turno = _turno(" ".join(dichas), palabras)
    assert [turno.texto[o.desde : o.hasta].split()[0] for o in partir(turno)] == ["palabra0", "palabra8"]


@pytest.mark.parametrize(
    ("dicho", "queda"),
    [
        ("ibuprofeno de 600... no, perdón, de 400 mg", "ibuprofeno de 400 mg"),
        ("una cada 8... perdón, cada 12 horas", "una cada 12 horas"),
        ("incapacidad por 5, no, mejor por 7 días", "incapacidad por 7 días"),
        ("le doy la de 20 ya no, mejor la de 40 mg", "le doy la de 40 mg"),
        ("uno cada noche por 6... por 7 noches", "uno cada noche por 7 noches"),
        ("te veo en 3... mejor en 2 semanas", "te veo en 2 semanas"),
    ],
)
def test_vale_lo_ultimo_que_se_dijo(dicho: str, queda: str) -> None:
    assert vigente(dicho) == queda
    assert not dudosa(dicho)


@pytest.mark.parametrize(
    "dicho", ["Perdón, perdón. ¿Tomas algo?", "No me duele, no", "cada 8 horas por 10 días"]
)
def test_lo_que_no_es_correccion_se_queda(dicho: str) -> None:
    assert retirados(dicho) == ()


def test_clausulas_cubren_la_oracion() -> None:
    texto = "No, nada de calentura. Y la espalda no me duele"
    assert "".join(texto[a:b] for a, b in clausulas(texto)) == texto


def test_alinar_conserva_la_negacion_y_quita_muletillas() -> None:
    assert alinar("Pues es que, este, no puedo ni pasar saliva.") == "no puedo ni pasar saliva"
