"""Lo que el médico contesta a quien le pregunta: con la pregunta delante cuando sin ella no se entiende.

«No, es virus» contesta a «¿le va a dar antibiótico?»: sin la pregunta se pierde a qué dijo que no.
"""

from __future__ import annotations

import re

from scribe.lenguaje.texto import llano
from scribe.soap.dichos import texto_de
from scribe.soap.fragmentos import Trozo, alinar, mayuscula
from scribe.soap.persona import de_usted

CORTA = 5
"""Hasta cuántas palabras una respuesta del médico no se entiende sin la pregunta que la provocó."""
_TRUNCA = re.compile(
    r"(?:si|no|claro|exacto|poquito|un poco|de|en|hasta|cuando|con|por|menos|mas|cada|unos?|unas?|un par|"
    r"como|entre|todavia|depende|aunque|solo|nomas|tambien|tampoco|es[aeo]s?|ya|\d)\b"
)
_SI_O_NO = re.compile(
    r"(?:(?:pues|ay|uy|claro que|por supuesto que|mire|mira|vea|fijese(?: que)?|fijate(?: que)?|"
    r"yo creo que)[ ,]+)*(?:(?P<no>no|tampoco|nada|para nada|ni)|si)\b"
)
_DE_TRATAR = re.compile(
    r"\b(?:tom\w+|d(?:ar|a|an|e|oy)|recet\w+|pon\w+|mand\w+|inyect\w+|oper\w+|hac\w+|quit\w+|dej\w+|sig\w+|comer\w*|com[ea]\b|"
    r"trabaj\w+|puedo|puede|debo|hospital\w*|intern\w*|medicin\w+|pastill\w*|inyecci\w+|antibiotic\w*|dieta|cirugia|"
    r"estudio\w*|radiografia|analisis|vacun\w*|remedi\w*|te|pomada|crema|parche\w*|hormon\w*)\b"
)


_SOLO_NOMBRA = re.compile(
    r"\W*(?:y |ni |o )?(?:con )?(?:(?:el|la|los|las|un|una|mi) )?(?!que|como|cuando|cuanto|donde|por\b|quien|cual|si\b|no\b|muchas?|verdad)"  # noqa: E501
    r"[a-z]{4,}(?: de [a-z]+)?\W*"
)


def replica(trozo: Trozo, contesta: Trozo | None) -> tuple[str, bool]:
    """Lo contestado en `trozo` y si lleva delante la pregunta `contesta`, que es del paciente."""
    cuerpo = de_usted(texto_de(trozo))
    if contesta is None:
        return cuerpo, False
    plano = trozo.plano.strip(" ¿¡,.")
    abre = _SI_O_NO.match(plano) or _SI_O_NO.match(llano(trozo.turno.texto[: trozo.desde]).strip(" ¿¡,."))
    if not (abre or len(cuerpo.split()) <= CORTA or _TRUNCA.match(plano)):
        return cuerpo, False
    if abre and not _SI_O_NO.match(llano(cuerpo)):
        cuerpo = f"{'no' if abre['no'] else 'sí'}, {cuerpo[:1].lower() + cuerpo[1:]}"
    return a_la_pregunta(contesta, cuerpo), True


def abre_seco(trozo: Trozo) -> bool:
    """Si lo contestado abre con un sí o un no."""
    return _SI_O_NO.match(trozo.plano.strip(" ¿¡,.")) is not None


def a_la_pregunta(pregunta: Trozo, cuerpo: str) -> str:
    """Lo contestado, con la pregunta delante y entre comillas."""
    return f"«{mayuscula(alinar(pregunta.dicho))}»: {cuerpo[:1].lower() + cuerpo[1:]}"


def trata(pregunta: Trozo) -> bool:
    """Si lo que pregunta el paciente es qué hacer o qué tomar."""
    return _DE_TRATAR.search(pregunta.plano) is not None


def nombra_solo(pregunta: Trozo) -> bool:
    """Si solo nombra algo («¿Faja?», «¿Y maquillaje?»): tras unas indicaciones, pregunta si se permite."""
    return _SOLO_NOMBRA.fullmatch(pregunta.plano) is not None
