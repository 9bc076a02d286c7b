"""Cómo afirma o descarta el médico un diagnóstico: qué va justo antes o justo después de nombrarlo."""

from __future__ import annotations

import re

from scribe.lenguaje.clinico import Mencion
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.texto import llano
from scribe.soap.reglas import senal

_NO_ES_ESO = re.compile(
    r"^,? (?:(?:todavia|aun|tampoco|ya|pues|eso|la verdad|para nada) )*no (?:es|son|hay|tiene[s]?|trae[s]?|parece|creo|fue|se ve|la veo|lo veo|me (?:cuadra|suena|checa|late|convence)|cuadra|checa|pinta)\b|^(?: (?:de las?|del|normal|comun|corriente)(?: \w+)?)? no(?= *,? (?:porque|pues|ya que|que)\b)"  # noqa: E501
)
"""Tras un diagnóstico, que se descarta: «conjuntivitis no es, doña Blanca»."""
NO_VEO = re.compile(r"^\W*(?:y )?\w+(?: \w+)? no (?:le |te )?(?:veo|encuentro)\W*$")
POR_ESO = re.compile(r",? (?:asi que|por lo que|por lo tanto|o sea que|entonces|por eso) (?=no\b)")
CON_CONTROL = re.compile(
    r"descontrol|(?:sin|fuera de|mal|bien) control|control(?:ad|$)|en metas?|va (?:muy )?bien|mejorando|"
    r"semanas de"
)


_ES_ESO = re.compile(
    r"(?:^|[:,;.] ?)(?:(?:mir[ae]|vea|ve|pues|bueno|entonces|si|oiga|lo que (?:pasa|sucede|ocurre) es que|"
    r"usted|don \w+|dona \w+|senora?|esto|eso|ya)[ ,:]+)*(?:es|son|tiene[s]?|tenes|trae[s]?|hay|se llama|"
    r"padece[s]?) (?:un[ao]?s? |el |la |los |las )?"
    r"(?:lo que (?:llamamos|se llama|le dicen|conocemos como) )?$"
)
"""Lo que va justo antes de un diagnóstico que se afirma: «mire, son hemorroides»."""


_COPULA_FINAL = re.compile(r"\b(?:es|son|se llama) (?:un[ao]?s? |el |la |los |las )?$")


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


NIEGA_AL_ABRIR = re.compile(r"^[^,;]*\b(?:no|ni|sin|tampoco|nada|ningun\w*|descart\w*|nunca|jamas)\b")


_MIRADA = r"(?:esta|estan|se (?:le |te )?(?:ve|ven|siente|sienten|palpa|palpan|oye|oyen|toca|tocan))\b"
_SE_VE = re.compile(
    r"^\W*(?:(?:y|pero|tampoco|aqui|ni) )*(?:(?:la|el|los|las|su|sus|tu|tus) )?\w+(?: \w+){0,2} "
    rf"(?:tampoco |ya )?(?:no )?(?:{_MIRADA}(?! (?:descontrol|control|complic|mejor|peor|bien control))|"
    r"(?<=no )(?:hay|le (?:veo|siento|palpo)|veo|siento|palpo)\W*$)"
)


def describe_enfermedad(plano: str) -> bool:
    """Si la frase cuenta cómo se ve o se palpa algo que también es nombre de enfermedad («las anginas»)."""
    return "descart" not in plano and _SE_VE.search(plano) is not None


def concluye(plano: str) -> bool:
    """Si la oración dice qué se tiene o por qué, con su nombre o explicado en lego."""
    return any(senal("momento", n).search(plano) for n in ("concluye", "concluye_lego"))
