"""Cómo abre una respuesta: si niega, si afirma o si quien contesta no lo sabe.

Las formas están en `preguntas.es.toml` y `respuestas.es.toml`. Un «no» solo niega lo preguntado si va suelto
o si su verbo repite el de la pregunta: «no me deja dormir» o «no me he fijado» no dicen que no haya fiebre.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.reglas import pregunta

_P = patrones("scribe.soap", "respuestas.es")
_CON_VERBO = _P["no_con_verbo"]
_RAIZ = 4


def _abre_no(plano: str) -> bool:
    return pregunta("niega").match(plano) is not None


@lru_cache(maxsize=4096)
def ignora(respuesta: str) -> bool:
    """Si quien contesta dice que no lo sabe, no se acuerda o no lo ha revisado."""
    return pregunta("ignora").match(llano(respuesta)) is not None


@lru_cache(maxsize=4096)
def afirma(respuesta: str) -> bool:
    """Si la respuesta abre afirmando: un sí con sus muletillas, «no se me quita» o dos noes que se anulan."""
    plano = llano(respuesta)
    if any(pregunta(n).match(plano) for n in ("persiste", "doble")):
        return True
    return pregunta("afirma").match(plano) is not None and not (ignora(respuesta) or _abre_no(plano))


@lru_cache(maxsize=4096)
def niega(respuesta: str, preguntado: str = "") -> bool:
    """Si la respuesta abre negando lo que se preguntó; `preguntado` decide por el verbo («no batallo»)."""
    plano = llano(respuesta)
    if ignora(respuesta) or any(pregunta(n).match(plano) for n in ("persiste", "doble")):
        return False
    if _P["no_que_afirma"].match(plano):
        return False
    if _abre_no(plano):
        return True
    m = _CON_VERBO.match(plano)
    return m is not None and any(
        p.startswith(m["verbo"][:_RAIZ]) for p in re.findall(r"\w+", llano(preguntado))
    )
