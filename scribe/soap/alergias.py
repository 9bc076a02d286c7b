"""Alergias: a qué se preguntó, a qué se contestó y lo que se precisa después («¿y a la penicilina?»)."""

from __future__ import annotations

from collections.abc import Sequence

from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.contestacion import afirma, ignora, niega
from scribe.soap.dialogo import Intercambio
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, breve, clausulas, minuscula
from scribe.soap.persona import en_tercera
from scribe.soap.reglas import Tema

_P = patrones("scribe.soap", "corregido.es")
_A_QUE = _P["alergias.a_que"]
_SIGUE = _P["alergias.sigue"]
_NO = _P["alergias.no"]


def alergeno(preguntado: Trozo, respuesta: Sequence[Trozo]) -> str:
    """«alergia a la penicilina», si solo se preguntó por eso; vacío si fue por cualquiera o niega todas."""
    dicho = preguntado.dicho
    m = _A_QUE.search(llano(dicho))
    if m is None or _P["alergias.en_general"].match(m["que"].strip()):
        return ""
    if _P["alergias.a_nada"].search(llano(" ".join(t.dicho for t in respuesta))) and " o " not in m["que"]:
        return ""
    return f"alergia {dicho[m.start('a') : m.end('que')].strip(' ¿?¡!,.;').lower()}"


def nombra_alergeno(respuesta: Sequence[Trozo]) -> bool:
    """Si la respuesta dice a qué sí: «a ninguna, solo a la penicilina», «no, a la aspirina»."""
    for trozo in respuesta:
        for a, b in clausulas(trozo.dicho):
            clausula = llano(trozo.dicho[a:b])
            m = _P["alergias.lo_nombra"].search(clausula)
            if m and not _NO.search(clausula[m.end() :]):
                return True
    return False


def descarta_uno(respuesta: Sequence[Trozo]) -> bool:
    """Si dice de un alérgeno que no: «a la penicilina no, a la sulfa sí»."""
    return any(_P["alergias.uno_no"].search(t.plano) for t in respuesta)


def precisada(intercambio: Intercambio, antes: Tema | None) -> Propuesta | None:
    """Lo contestado a «¿Y a la penicilina?» o «¿A qué?» cuando se venía hablando de alergias."""
    if antes is None or antes.nombre != "alergia" or len(intercambio.preguntas) != 1:
        return None
    preguntado = intercambio.preguntas[0]
    citas = (preguntado, *intercambio.respuesta)
    dicho = alinar("; ".join(t.dicho.strip(" ,.;") for t in intercambio.respuesta))
    cuerpo = en_tercera(dicho)
    cuerpo = minuscula(cuerpo)
    if not cuerpo:
        return None
    if _P["alergias.a_cual"].match(preguntado.plano):
        return Propuesta("subjetivo", "alergia", f"Alergias: {cuerpo}", citas)
    m = _SIGUE.match(preguntado.plano)
    if m is None:
        return None
    cual = preguntado.dicho[m.start("a") : m.end("que")].lower().strip(" ¿?¡!,.;")
    if ignora(dicho) or nombra_alergeno(intercambio.respuesta):
        return Propuesta("subjetivo", "alergia", f"Alergias («{cual}»): {cuerpo}", citas)
    if niega(dicho):
        return Propuesta("subjetivo", "alergia", f"Niega alergia {cual} («{cuerpo}»)", citas)
    if afirma(dicho):
        return Propuesta("subjetivo", "alergia", f"Alergia {cual}: {cuerpo}", citas)
    return Propuesta("subjetivo", "alergia", f"Alergias («{cual}»): {cuerpo}", citas)


def _cuenta_una(propuesta: Propuesta) -> bool:
    """Si dice a qué es alérgico o qué le pasó, y no solo algo contestado junto con las alergias."""
    return (
        hay_farmaco(propuesta.texto)
        or nombra_alergeno(propuesta.trozos)
        or any(m.clase == "sintoma" for m in buscar_clinico(propuesta.texto))
    )


def reconsiderar(propuestas: Sequence[Propuesta]) -> None:
    """Quien negó toda alergia y después contó una: lo negado queda por confirmar."""
    contadas = [
        p
        for p in propuestas
        if p.tipo == "alergia" and not llano(p.texto).startswith("niega") and _cuenta_una(p)
    ]
    for p in propuestas:
        if not _P["alergias.niega_todas"].fullmatch(llano(p.texto)):
            continue
        despues = next((c for c in contadas if c is not p and c.orden >= p.orden), None)
        if despues is not None and p.motivo is None:
            p.motivo = f"Después se dijo «{breve(despues.trozos[-1].texto)}»; confirme las alergias."
