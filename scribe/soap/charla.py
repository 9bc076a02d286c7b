"""Qué no es un dato: saludos, acuses de recibo, avisos de que se va a explorar y órdenes al explorar."""

from __future__ import annotations

import re
from functools import lru_cache

import simplemma

from scribe.consulta import Rol, Transcripcion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.reglas import senal

_P = patrones("scribe.soap", "momentos.es")

_PALABRA = re.compile(r"\w+")
_VACIAS = senal("social", "vacias")
_NOMBRE = _P["charla.nombre"]
_TU = _P["charla.tu"]
_USTED = _P["charla.usted"]


@lru_cache(maxsize=4096)
def contenido(texto: str) -> tuple[str, ...]:
    """Las palabras con contenido, llanas: sin cortesías, nombres de persona ni palabras vacías."""
    sin_nombres = _NOMBRE.sub(_sin_nombre, texto)
    plano = senal("social", "cortesia").sub(" ", llano(sin_nombres))
    return tuple(
        p for p in _PALABRA.findall(plano) if not _VACIAS.fullmatch(p) and (len(p) > 2 or p.isdigit())
    )


def _sin_nombre(m: re.Match[str]) -> str:
    """Quita un nombre de persona; una palabra corriente con mayúscula («Fiebre.») se queda."""
    *trato, ultima = _PALABRA.findall(m.group())
    if trato:
        return ", "
    return m.group() if simplemma.is_known(ultima.lower(), lang="es") else ", "


def es_charla(texto: str) -> bool:
    """Si lo dicho es solo cortesía o plática: nada queda al quitarla."""
    return not contenido(texto)


def anuncia(texto: str) -> bool:
    """Si el médico solo avisa que va a explorar («la reviso», «voy a escuchar sus pulmones»)."""
    return senal("social", "anuncia").match(llano(texto).strip(" ¿¡,.")) is not None


def _es_de_casa(plano: str) -> bool:
    return senal("social", "en_casa").search(plano) is not None


def manda_en_casa(texto: str) -> bool:
    """Si manda algo para la casa: «quítese la sal», «camine media hora diario»."""
    plano = llano(texto).strip(" ¿¡,.")
    return _es_de_casa(plano) and senal("social", "orden_usted").match(plano) is not None


def ordena(texto: str, *, tutea: bool) -> bool:
    """Si es una orden al explorar: «respire hondo»; la forma de tú solo cuenta si el médico tutea.

    «Quítese el diclofenaco», «camine media hora diario» no lo son: son para la casa.
    """
    plano = llano(texto).strip(" ¿¡,.")
    if hay_farmaco(texto) or _es_de_casa(plano):
        return False
    if senal("social", "orden_usted").match(plano):
        return True
    return tutea and senal("social", "orden_tu").match(plano) is not None


def tutea(transcripcion: Transcripcion) -> bool:
    """Si el médico habla de tú: entonces «camina» es una orden y no lo que hace el paciente."""
    plano = llano(" ".join(t.texto for t in transcripcion.turnos if t.rol is Rol.MEDICO))
    return len(_TU.findall(plano)) > len(_USTED.findall(plano))
