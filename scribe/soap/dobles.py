"""Un renglón de receta con dos plazos, dos horarios, dos tomas o dos dosis que no se sabe cuál vale.

«Ciprofloxacino cada 12 horas por 7 días, por 10 días»: quien dicta se corrigió sin decirlo, o el oído
repitió. Lo que cambia con el tiempo («por 5 días y luego media») o con la hora lleva dos a propósito.
"""

from __future__ import annotations

from collections.abc import Iterator

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.medicamentos import escalonado

_P = patrones("scribe.soap", "dobles.es")
_CLASES = {"plazo": "plazos", "horario": "horarios", "toma": "cantidades", "dosis": "dosis"}


def doble(tramo: str) -> str | None:
    """Por qué se revisa el renglón, si trae dos cosas que solo pueden ser una; nada en otro caso."""
    plano = llano(tramo)
    if escalonado(tramo) or _P["a_proposito"].search(plano):
        return None
    for clase, nombre in _CLASES.items():
        distintos = list(dict.fromkeys(_dichos(clase, plano)))
        if len(distintos) > 1:
            return f"Se oyeron dos {nombre} («{distintos[0]}» y «{distintos[1]}»); confirme cuál vale."
    return None


def _dichos(clase: str, plano: str) -> Iterator[str]:
    return (m["n"].strip() for m in _P[clase].finditer(plano))
