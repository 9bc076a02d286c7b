"""Quién es el paciente, dónde acaba una oración y qué se contestó a una pregunta."""

from __future__ import annotations

import re
from collections import Counter

from scribe.codificacion.reglas import Frase, frases, parentesco
from scribe.consulta import Contexto, Rol, Transcripcion, Turno
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_FINALES = re.compile(r"[.;?!](?=\s|$)")
_P = patrones("scribe.codificacion", "quien.es")
_DESCENDIENTES, _MAYORES = parentesco("descendientes"), parentesco("mayores")
_PREGUNTA_LARGA = 25
_PREGUNTA_CORTA = 8


def palabras_del_paciente(transcripcion: Transcripcion, contexto: Contexto) -> frozenset[str]:
    """Las palabras de parentesco que nombran al paciente cuando otro habla por él («mi hijo»)."""
    medico = " ".join(llano(t.texto) for t in transcripcion.turnos if t.rol == Rol.MEDICO)
    otros = " ".join(llano(t.texto) for t in transcripcion.turnos if t.rol == Rol.ACOMPANANTE)
    del_nino = len(_P["del_nino"].findall(f"{medico} {otros}"))
    if del_nino >= 2 or (contexto.edad is not None and contexto.edad < 15):
        return _DESCENDIENTES
    if not any(t.rol == Rol.PACIENTE for t in transcripcion.turnos) and del_nino:
        return _DESCENDIENTES
    if not otros:
        return frozenset()
    cuenta = Counter(m[1] for m in _P["suyo"].finditer(medico) if m[1] in _DESCENDIENTES | _MAYORES)
    # Cómo lo llama quien lo trae pesa más que cómo lo llama el médico.
    for m in _P["mio"].finditer(otros):
        es_otro = m["de"] is not None and _P["pariente"].fullmatch(m["de"]) is not None
        if m["quien"] in _DESCENDIENTES | _MAYORES and not es_otro:
            cuenta[m["quien"]] += 2
    if not cuenta:
        return frozenset()
    elegida = cuenta.most_common(1)[0][0]
    return _DESCENDIENTES if elegida in _DESCENDIENTES else frozenset({elegida})


def oracion(texto: str, desde: int, hasta: int) -> tuple[int, int]:
    """La oración, por puntuación, que contiene un tramo; sin espacios a los lados."""
    inicio = max((m.end() for m in _FINALES.finditer(texto) if m.end() <= desde), default=0)
    fin = min((m.end() for m in _FINALES.finditer(texto) if m.start() >= hasta), default=len(texto))
    while inicio < desde and texto[inicio].isspace():
        inicio += 1
    return inicio, fin


def ultima_pregunta(texto: str) -> tuple[int, int]:
    """La última oración de un turno, como (desde, hasta)."""
    largo = len(texto.rstrip())
    return oracion(texto, max(0, largo - 2), max(1, largo - 1))


def pregunta_final(turno: Turno) -> str:
    """La última oración de un turno, llana."""
    desde, hasta = ultima_pregunta(turno.texto)
    return llano(turno.texto[desde:hasta])


def parece_pregunta(turno: Turno, siguiente: Turno | None, pista: bool) -> bool:
    """Pregunta que el reconocedor escribió sin signos: la respuesta empieza por sí o por no."""
    if siguiente is None or siguiente.rol == Rol.MEDICO or "?" in turno.texto:
        return False
    if "?" in siguiente.texto[: oracion(siguiente.texto, 0, 1)[1]]:
        return False  # «¿No será…?» pregunta; no contesta
    palabras = len(turno.texto.split())
    if palabras > (_PREGUNTA_CORTA if pista else _PREGUNTA_LARGA):
        return False
    respuesta, f = llano(siguiente.texto), frases()
    if f["se_admira"].match(respuesta):
        return False
    afirma = pista or f["dice_que_esta"].search(llano(turno.texto)) is not None
    if afirma and f["no_y_otra_cosa"].search(siguiente.texto.lower()):
        return False  # «Fue una hipoglucemia» «No desayuné»: no contesta, explica
    return f["niega"].search(respuesta) is not None or (
        f["afirma_breve"].search(respuesta) is not None and not pista
    )


def permitida(frase: Frase, base: str, anterior: Turno | None) -> bool:
    """Si lo que la frase exige o veta, en el turno (llano) o en la pregunta anterior, se cumple."""
    if frase.exige is not None and not frase.exige.search(base):
        return False
    if frase.veta is not None and frase.veta.search(base):
        return False
    if frase.pregunta_exige is not None and not (
        anterior is not None and frase.pregunta_exige.search(llano(anterior.texto))
    ):
        return False
    if anterior is None or frase.pregunta_veta is None:
        return True
    return frase.pregunta_veta.search(llano(anterior.texto)) is None
