"""Plantillas: orden, campos esperados y lo no mencionado."""

from __future__ import annotations

import pytest

from scribe.consulta import Cita, Enunciado, Nota
from scribe.soap.plantillas import plantilla, plantillas


def _enunciado(texto: str, tipo: str) -> Enunciado:
    return Enunciado(texto=texto, tipo=tipo, citas=(Cita(turno=1, texto=texto, inicio=0.0, fin=1.0),))


def test_estan_las_cinco() -> None:
    assert set(plantillas()) == {"general", "cronico", "pediatria", "prenatal", "urgencia"}


@pytest.mark.parametrize("nombre", ["general", "cronico", "pediatria", "prenatal", "urgencia"])
def test_en_una_nota_vacia_todo_falta(nombre: str) -> None:
    molde = plantilla(nombre)
    assert molde.no_mencionados(Nota()) == molde.campos
    assert any(c.seccion == "pronostico" for c in molde.campos)


def test_lo_mencionado_deja_de_faltar() -> None:
    nota = Nota(objetivo=(_enunciado("TA 118/76 mmHg", "signo_vital"),))
    faltan = {c.rotulo for c in plantilla("prenatal").no_mencionados(nota)}
    assert "Tensión arterial" not in faltan
    assert "Fondo uterino" in faltan


def test_ordena_por_tipo_sin_cambiar_lo_demas() -> None:
    dichos = [
        _enunciado("a", "habito"),
        _enunciado("b", "sintoma"),
        _enunciado("c", "motivo"),
        _enunciado("d", "sintoma"),
    ]
    assert [e.texto for e in plantilla("general").ordenar(dichos)] == ["c", "b", "d", "a"]
