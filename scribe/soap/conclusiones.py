"""Cómo afirma o descarta el médico un diagnóstico: qué va justo antes o justo después de nombrarlo."""

from __future__ import annotations

from scribe.lenguaje.clinico import Mencion
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.reglas import senal

_P = patrones("scribe.soap", "medico.es")

_NO_ES_ESO = _P["conclusiones.no_es_eso"]
NO_VEO = _P["conclusiones.no_veo"]
POR_ESO = _P["conclusiones.por_eso"]
CON_CONTROL = _P["conclusiones.con_control"]


_ES_ESO = _P["conclusiones.es_eso"]


_COPULA_FINAL = _P["conclusiones.copula_final"]


def es_eso(texto: str, m: Mencion) -> bool:
    """Si la mención va justo tras lo que la afirma: «mire, son…», «lo que tiene es un…»."""
    antes = llano(texto)[: m.desde]
    if m.clase != "enfermedad" and not _COPULA_FINAL.search(antes):
        return False  # «hay edema», «tiene dolor» se ven al explorar
    return m.clase != "habito" and _ES_ESO.search(antes) is not None


def no_es_eso(texto: str, m: Mencion) -> bool:
    """Si tras la mención se dice que no: «conjuntivitis no es»."""
    # Algunas entradas del léxico admiten una palabra más, y se llevan el «no».
    hasta = m.hasta - 3 if llano(texto[m.desde : m.hasta]).endswith(" no") else m.hasta
    return _NO_ES_ESO.match(llano(texto[hasta:])) is not None


def descartada(texto: str, m: Mencion) -> bool:
    """Si la mención se niega, por delante o por detrás."""
    return calificar(texto, m.desde, m.hasta).negada or no_es_eso(texto, m)


NIEGA_AL_ABRIR = _P["conclusiones.niega_al_abrir"]


_SE_VE = _P["conclusiones.se_ve"]


def describe_enfermedad(plano: str) -> bool:
    """Si la frase cuenta cómo se ve o se palpa algo que también es nombre de enfermedad («las anginas»)."""
    return "descart" not in plano and _SE_VE.search(plano) is not None


def concluye(plano: str) -> bool:
    """Si la oración dice qué se tiene o por qué, con su nombre o explicado en lego."""
    return any(senal("momento", n).search(plano) for n in ("concluye", "concluye_lego"))
