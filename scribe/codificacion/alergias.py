"""A qué es alérgico el paciente: la sustancia en la misma frase o en la respuesta a la pregunta."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.dialogo import pregunta_final, ultima_pregunta
from scribe.codificacion.lectura import Lectura, Mencion
from scribe.codificacion.reglas import alergenos, frases
from scribe.codificacion.sinonimos import Concepto
from scribe.consulta import EstadoCodigo, Rol, Turno
from scribe.lenguaje.texto import llano

_OTRA_ORACION = re.compile(r"[.;?!]")
_LEJOS = 60
"""Caracteres entre «alérgico a» y la sustancia a partir de los que ya no se le atribuye."""


def alergias(lectura: Lectura, i: int) -> Iterator[Mencion]:
    """Las alergias del paciente que se dicen en el turno `i`, como antecedente."""
    turno, anterior = lectura.turnos[i], lectura.anterior(i)
    base, f = llano(turno.texto), frases()
    preguntada = _preguntada(turno, anterior)
    afirma = f["alergia.afirma"].search(base)
    if afirma is not None and lectura.calificar(turno, *afirma.span()).negada:
        afirma = None  # «no es alérgico a nada»: lo que se nombre después es otra cosa
    reacciones = [m.span() for m in f["alergia.reaccion"].finditer(base)] if turno.rol != Rol.MEDICO else []
    if not (preguntada or afirma or reacciones):
        return
    vistos = {h.concepto.cie10 for h in lectura.hallazgos[turno.id]}
    for codigo, cie11, patron in alergenos():
        m = next(
            (
                m
                for m in patron.finditer(base)
                if not _tolerada(base, m)
                and (_reacciona(base, m, reacciones) or _atribuida(base, m, preguntada, afirma))
                and _del_paciente(lectura, turno, m)
            ),
            None,
        )
        if m is None or codigo in vistos:
            continue
        inicio = afirma.start() if afirma and afirma.start() < m.start() else m.start()
        hallazgo = Hallazgo(Concepto(codigo, cie11, "z", ()), m.group(), inicio, m.end())
        mencion = lectura.mencion(i, hallazgo, EstadoCodigo.ANTECEDENTE, 1)
        if preguntada and anterior is not None and afirma is None:
            citada = anterior.citar(*ultima_pregunta(anterior.texto))
            mencion = replace(mencion, citas=(citada, *mencion.citas))
        yield mencion


def _del_paciente(lectura: Lectura, turno: Turno, m: re.Match[str]) -> bool:
    cal = lectura.calificar(turno, *m.span())
    return not (cal.negada or cal.familiar or cal.interrogada or cal.hipotetica)


def _atribuida(base: str, m: re.Match[str], preguntada: bool, afirma: re.Match[str] | None) -> bool:
    """Si la sustancia es de la que se dijo «alérgico a…», o la que se contesta a quien lo preguntó."""
    desde = afirma.end() if afirma and afirma.end() <= m.start() else max(0, m.start() - 40)
    if frases()["alergia.corta"].search(base, desde, m.start()):
        return False
    if preguntada:
        return True
    if afirma is None or m.start() < afirma.end() or _OTRA_ORACION.search(base, desde, m.start()):
        return False
    return m.start() - afirma.end() <= _LEJOS


def _reacciona(base: str, m: re.Match[str], reacciones: list[tuple[int, int]]) -> bool:
    """«La penicilina no me la ponga, que me enronché»: la sustancia y su reacción en la misma oración."""
    return any(
        max(desde, m.start()) - min(hasta, m.end()) <= _LEJOS
        and not _OTRA_ORACION.search(base, min(hasta, m.end()), max(desde, m.start()))
        for desde, hasta in reacciones
    )


def _tolerada(base: str, m: re.Match[str]) -> bool:
    """«La penicilina sí la aguanta», «digo, no, ese es su hermano»: a esa no es alérgico."""
    return frases()["alergia.tolerada"].match(base, m.end()) is not None


def _preguntada(turno: Turno, anterior: Turno | None) -> bool:
    """Si contesta, sin negar, a quien le preguntó por alergias."""
    if anterior is None or anterior.rol != Rol.MEDICO or turno.rol == Rol.MEDICO:
        return False
    pregunta = llano(anterior.texto) if "?" in anterior.texto else pregunta_final(anterior)
    if frases()["alergia.pregunta"].search(pregunta) is None:
        return False
    return frases()["niega"].search(llano(turno.texto)) is None
