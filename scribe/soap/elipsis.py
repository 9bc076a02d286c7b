"""Cuando el médico contesta sin verbo: «a la sertralina no, al clonazepam sí».

El verbo que falta es el de la pregunta. Si se preguntó si tomarlo, es una orden; si se preguntó si engorda o
si crea adicción, no lo es, y escribir «Suspender sertralina» sería lo contrario de lo dicho.
"""

from __future__ import annotations

from scribe.consulta import Rol, Turno
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import Trozo, trocear

_P = patrones("scribe.soap", "elipsis.es")


def es_complemento(plano: str, desde: int, orden: str) -> bool:
    """Si el fármaco que empieza en `desde` solo completa lo preguntado y `orden` no trae verbo: «a la X no»."""  # noqa: E501
    return _P["sin_verbo"].fullmatch(orden) is not None and _P["complemento"].search(plano[:desde]) is not None  # noqa: E501


def lo_preguntado(trozo: Trozo, anterior: Turno | None) -> Trozo | None:
    """La pregunta a que contesta un trozo sin verbo, si no era de tomar el fármaco; nada en otro caso."""
    if anterior is None or anterior.rol is Rol.MEDICO:
        return None
    secos = [f for f in nombrados(trozo.dicho) if _P["seco"].match(trozo.plano, f.hasta)]
    ultima = trocear(anterior)[-1]
    if not secos or not _pregunta(ultima):
        return None
    if _P["efecto"].search(ultima.plano):
        return ultima
    solo_nombra = _P["nombra"].fullmatch(ultima.plano) or nombrados(ultima.dicho)
    return None if solo_nombra or _P["de_tomarlo"].search(ultima.plano) else ultima


def _pregunta(ultima: Trozo) -> bool:
    """Si lo último que dijo el paciente pregunta; contar una alergia o una enfermedad no pregunta."""
    if ultima.signo or "?" in ultima.texto:
        return True
    cuenta = any(m.clase == "enfermedad" or m.termino == "alergia" for m in buscar_clinico(ultima.texto))
    return not cuenta and _P["pregunta"].match(ultima.plano) is not None
