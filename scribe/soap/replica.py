"""Lo que el médico contesta a quien le pregunta: con la pregunta delante cuando sin ella no se entiende.

«No, es virus» contesta a «¿le va a dar antibiótico?»: sin la pregunta se pierde a qué dijo que no.
"""

from __future__ import annotations

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.dichos import texto_de
from scribe.soap.fragmentos import Trozo, alinar, mayuscula, minuscula
from scribe.soap.persona import de_usted

_P = patrones("scribe.soap", "medico.es")

CORTA = 5
"""Hasta cuántas palabras una respuesta del médico no se entiende sin la pregunta que la provocó."""
_TRUNCA = _P["replica.trunca"]
_SI_O_NO = _P["replica.si_o_no"]
_DE_TRATAR = _P["replica.de_tratar"]


_SOLO_NOMBRA = _P["replica.solo_nombra"]


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
        cuerpo = f"{'no' if abre['no'] else 'sí'}, {minuscula(cuerpo)}"
    return a_la_pregunta(contesta, cuerpo), True


def abre_seco(trozo: Trozo) -> bool:
    """Si lo contestado abre con un sí o un no."""
    return _SI_O_NO.match(trozo.plano.strip(" ¿¡,.")) is not None


def a_la_pregunta(pregunta: Trozo, cuerpo: str) -> str:
    """Lo contestado, con la pregunta delante y entre comillas."""
    return f"«{mayuscula(alinar(pregunta.dicho))}»: {minuscula(cuerpo)}"


def trata(pregunta: Trozo) -> bool:
    """Si lo que pregunta el paciente es qué hacer o qué tomar."""
    return _DE_TRATAR.search(pregunta.plano) is not None


def nombra_solo(pregunta: Trozo) -> bool:
    """Si solo nombra algo («¿Faja?», «¿Y maquillaje?»): tras unas indicaciones, pregunta si se permite."""
    return _SOLO_NOMBRA.fullmatch(pregunta.plano) is not None
