"""Lo que se dice antes de nombrar el fármaco y es de su renglón: cuánto se toma y con qué condición."""

from __future__ import annotations

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.dichos import CANTIDAD
from scribe.soap.medicamentos import Linea

_P = patrones("scribe.soap", "recetas.es")
_POR_TOMA = _P["recetario.por_toma"]
_UNA_DE = _P["recetario.una_de"]
_SOLA_UNA = _P["recetario.sola_una"]
_UNA = _P["recetario.una"]


def desde_la_cantidad(previo: str) -> str:
    """Lo dicho justo antes del fármaco, si es cuánto: «una sola dosis de»."""
    plano = llano(previo)
    m = _POR_TOMA.search(plano) or CANTIDAD.search(plano) or _SOLA_UNA.search(plano)
    return previo[m.start() :] if m else ""


def se_pierde(previo: str, linea: Linea) -> bool:
    """Si lo dicho antes del nombre («media tableta de…») es la toma y el renglón no la tiene."""
    plano = llano(previo)
    m = _POR_TOMA.search(plano)
    if m is None:
        return not linea.toma and _UNA_DE.search(plano) is not None
    return not linea.toma and not _UNA.match(plano, m.start())


def condicion_de(previo: str) -> str:
    """Con qué condición se toma lo que se nombra enseguida: «Si le da fiebre, tome…» → «si le da fiebre»."""
    m = _P["recetario.si_antes"].search(llano(previo))
    dicha = previo[m.start("si") : m.end("si")].strip(" ,;") if m else ""
    return "" if dicha.lower().startswith("sí") else dicha
