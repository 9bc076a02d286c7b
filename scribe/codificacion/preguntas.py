"""Lo que el médico pregunta vale según lo que le contestan."""

from __future__ import annotations

import re

from scribe.codificacion.dialogo import parece_pregunta
from scribe.codificacion.lectura import Lectura, Mencion
from scribe.codificacion.reglas import frases
from scribe.codificacion.sinonimos import Hallazgo
from scribe.consulta import EstadoCodigo, Rol
from scribe.lenguaje.contexto import Calificacion
from scribe.lenguaje.texto import llano


def es_pregunta(lectura: Lectura, i: int, hallazgo: Hallazgo, pista: bool) -> bool:
    """Si lo que dice el médico es una pregunta aunque no lleve signos."""
    siguiente, turno = lectura.siguiente(i), lectura.turnos[i]
    if siguiente is None or siguiente.rol == Rol.MEDICO or "?" in turno.texto:
        return False
    if lectura.se_nombra(siguiente, hallazgo.concepto.cie10):
        breve = llano(siguiente.texto[:60])
        return re.search(r"\b(?:s[ií]|no|tampoco)\b", breve) is not None
    return parece_pregunta(turno, siguiente, pista)


def preguntado(lectura: Lectura, i: int, hallazgo: Hallazgo, cal: Calificacion) -> Mencion | None:
    """La mención que resulta de la respuesta; `None` si se niega, no se contesta o es ambigua."""
    siguiente = lectura.siguiente(i)
    if siguiente is None or siguiente.rol == Rol.MEDICO:
        return None
    if lectura.se_nombra(siguiente, hallazgo.concepto.cie10):
        return None
    respuesta, f = llano(siguiente.texto), frases()
    pariente = lectura.pariente_en(siguiente)
    if pariente and hallazgo.concepto.clase in "dl" and not f.niega.search(respuesta):
        otra = any(h.concepto.clase in "dl" for h in lectura.hallazgos[siguiente.id])
        return None if otra else lectura.respondida(i, siguiente, hallazgo, EstadoCodigo.FAMILIAR)
    if not f.afirma.search(respuesta):
        return None
    suyos = lectura.hallazgos[lectura.turnos[i].id]
    juntas = [h for h in suyos if h.concepto.cie10 != hallazgo.concepto.cie10]
    if juntas and not f.ambas.search(respuesta):
        return None
    if cal.familiar:
        return None if pariente else lectura.respondida(i, siguiente, hallazgo, EstadoCodigo.FAMILIAR)
    estado = EstadoCodigo.CONFIRMADO if hallazgo.concepto.clase == "s" else EstadoCodigo.ANTECEDENTE
    return lectura.respondida(i, siguiente, hallazgo, estado)
