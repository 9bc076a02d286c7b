"""De qué y de quién habla cada trozo de una respuesta: a cuál de las preguntas contesta y si cambia de persona."""  # noqa: E501

from __future__ import annotations

import re

from scribe.consulta import Rol
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.texto import llano
from scribe.soap.charla import contenido
from scribe.soap.dialogo import sin_muletilla
from scribe.soap.fragmentos import Trozo, alinar
from scribe.soap.reglas import pregunta
from scribe.soap.rotulos import PERSONAS, habla_de_si

_RAIZ = 4
_NOMINAL = 6
"""Palabras de una pregunta que solo nombra un asunto («¿Y el apetito?»)."""
_ABRE = r"^\W*(?:(?:y|pero|bueno|pues|ah|no|si|tampoco|es que|ay)\W+)*"
_AJENO = re.compile(
    rf"{_ABRE}(?:(?:en|de) (?:mi|la|su) (?P<f>familia)|(?:(?:a|de|con|por|por parte de|del lado de) )?(?:mis?|sus?|el|la|los|las) "  # noqa: E501
    rf"(?P<k>{PERSONAS.pattern})\b|(?:el|la) (?:que|\w+) (?:\w+ ){{0,5}}?es (?:mi|su|el|la) (?P<e>{PERSONAS.pattern})\b)"  # noqa: E501
)
_PROPIO = re.compile(
    rf"{_ABRE}(?:yo\b|a mi (?:no|si|me|tampoco|nunca|nada)|lo mio|(?:el|ella) (?:no|si|nomas|nada mas|solo|tampoco|nunca)|"  # noqa: E501
    r"(?:a (?:el|ella)) (?:no|si|le|nunca)|me (?:han |he )?\w+|tengo|tuve|tomo|padezco|soy|estoy|ando)\b"
)


def de_quien(trozo: Trozo) -> str:
    """De qué otra persona empieza a hablar el trozo; vacío si no se ve."""
    if trozo.turno.rol is Rol.ACOMPANANTE and habla_de_si(trozo.dicho):
        return "quien acompaña"
    m = _AJENO.match(trozo.plano)
    return (m["f"] or m["k"] or m["e"] or "") if m else ""


def cambia_de_persona(previo: list[Trozo], trozo: Trozo) -> bool:
    """Si el trozo ya no habla de quien hablaban los anteriores: «lo dejé hace 5 años. Mi compadre sí»."""
    antes = next((q for t in reversed(previo) if (q := de_quien(t))), "")
    ahora = de_quien(trozo)
    if ahora:
        return ahora != antes
    return bool(antes) and _PROPIO.match(trozo.plano) is not None


_COMUN = re.compile(
    r"(?:hace|hizo|desde|dia|ano|mes|semana|hora|vez|veces|tien|tuv|tom|esta|estuv|dio|dan|sient|algo|algun|otr|"
    r"tant|poc|"
    r"much|siempr|nunca|ahor|ayer|hoy|noche|tard|manan|dice|dij|creo|sabe|quier|pued|anda|trae|trai|viene|sale|"
    r"salio|pasa|paso)\w*"
)
"""Lo que se repite en cualquier respuesta: no dice de qué se habla."""


def _raices(texto: str) -> set[str]:
    return {p[:_RAIZ] for p in contenido(texto) if not _COMUN.fullmatch(p) and not p.isdigit()}


def _comparte(una: Trozo, trozos: list[Trozo]) -> bool:
    """Si la pregunta y los trozos nombran lo mismo."""
    dicho = " ".join(t.dicho for t in trozos)
    terminos = {m.termino for m in buscar_clinico(una.dicho)}
    if terminos & {m.termino for m in buscar_clinico(dicho)}:
        return True
    return bool(_raices(una.dicho) & _raices(dicho))


def preguntas_de(grupo: list[Trozo], preguntas: list[Trozo], respuesta: list[Trozo]) -> list[Trozo]:
    """De varias preguntas seguidas, las que contesta ese grupo de trozos de la respuesta.

    La que comparte una palabra es suya; si no comparte con ninguna, le tocan las que nadie más contestó.
    «¿Vacunas? ¿Alergias?» «Le faltan las de los 6 meses. Alergias, no»: lo primero es de las vacunas.
    """
    if len(preguntas) < 2:
        return preguntas
    suyas = [p for p in preguntas if _comparte(p, grupo)]
    if suyas:
        return suyas
    otros = [t for t in respuesta if t not in grupo]
    libres = [p for p in preguntas if not any(_comparte(p, [t]) for t in otros)]
    return libres or preguntas


def asunto_sin_decir(preguntas: list[Trozo], texto: str) -> str:
    """La última pregunta, si solo nombra un asunto y la respuesta no lo repite: «¿Y el apetito?» «Se me fue»."""  # noqa: E501
    if not preguntas:
        return ""
    base = sin_muletilla(preguntas[-1].plano.strip(" ¿¡,."))
    nombra = not any(pregunta(n).match(base) for n in ("interrogativos", "formas", "formas_fuertes"))
    lista = re.search(r",| [oy] | ni ", base)
    if (
        not nombra
        or lista
        or len(base.split()) > _NOMINAL
        or not _raices(base)
        or _raices(base) & _raices(texto)
    ):
        return ""
    dicha = alinar(preguntas[-1].dicho)
    return "" if llano(dicha) in llano(texto) else dicha
