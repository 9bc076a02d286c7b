"""El contexto con el modelo de spaCy: sin comas, el verbo siguiente cierra la negación."""

from __future__ import annotations

import pytest

from scribe.lenguaje import espanol
from scribe.lenguaje.contexto import calificar


def _negada(frase: str) -> bool:
    desde, hasta = frase.index("["), frase.index("]") - 1
    return calificar(frase.replace("[", "").replace("]", ""), desde, hasta).negada


def test_hay_modelo_con_dependencias() -> None:
    assert espanol.con_dependencias()
    assert espanol.analizador() is espanol.analizador()


@pytest.mark.parametrize(
    "frase",
    ["no tengo tos me [duele] la garganta", "No fumo tengo [asma]", "niega diabetes tiene [hipertensión]"],
)
def test_otro_verbo_cierra_la_negacion(frase: str) -> None:
    assert not _negada(frase)


@pytest.mark.parametrize(
    "frase",
    [
        "no tengo diabetes ni [presión]",
        "no padezco diabetes presión [asma] ni nada",
        "niega [diabetes] tiene hipertensión",
    ],
)
def test_la_lista_sigue_negada(frase: str) -> None:
    assert _negada(frase)


def test_oraciones() -> None:
    texto = "Me duele la garganta. No tengo fiebre."
    assert [texto[a:b] for a, b in espanol.oraciones(texto)] == ["Me duele la garganta.", "No tengo fiebre."]
