"""Lo que el resto de la consulta dice de una mención: que se está tratando, o qué complicación tiene."""

from __future__ import annotations

import re
from dataclasses import replace

from scribe.codificacion.dialogo import oracion
from scribe.codificacion.lectura import Mencion
from scribe.codificacion.reglas import complicaciones, con_que_se_trata, frases
from scribe.codificacion.sinonimos import Concepto, equivalencias
from scribe.consulta import Cita, EstadoCodigo, Rol, Transcripcion, Turno
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.farmacos import buscar_farmacos
from scribe.lenguaje.texto import llano

_PRESENTES = frozenset({EstadoCodigo.CONFIRMADO, EstadoCodigo.ANTECEDENTE})
_VICIOS = ("Z72.0", "Z72.1")


def con_tratamiento(menciones: list[Mencion], transcripcion: Transcripcion) -> list[Mencion]:
    """Lo crónico que el paciente solo contó pasa a confirmado si el médico lo trata en esta consulta.

    «Tomo losartán, cuando me acuerdo» «Diario» deja de ser un antecedente, y la indicación se suma a sus
    citas; «sígalo igual», no. Lo mismo el tabaco o el alcohol, si el médico manda dejarlos.
    """
    salida: list[Mencion] = []
    for mencion in menciones:
        cita = _tratada(mencion, transcripcion) if mencion.estado is EstadoCodigo.ANTECEDENTE else None
        if cita is None:
            salida.append(mencion)
            continue
        citas = tuple(dict.fromkeys((*mencion.citas, cita)))
        salida.append(replace(mencion, estado=EstadoCodigo.CONFIRMADO, citas=citas, fuerza=3))
    return salida


def _tratada(mencion: Mencion, transcripcion: Transcripcion) -> Cita | None:
    codigo = mencion.concepto.cie10
    clases = con_que_se_trata(codigo)
    if not clases and codigo not in _VICIOS:
        return None
    for turno in transcripcion.turnos:
        if turno.rol != Rol.MEDICO or turno.id < mencion.turno:
            continue
        cita = _manda_dejar(turno) if codigo in _VICIOS else _indica(turno, clases)
        if cita is not None:
            return cita
    return None


def _indica(turno: Turno, clases: frozenset[str]) -> Cita | None:
    for dicho in buscar_farmacos(turno.texto):
        if not clases & {dicho.clase, *(llano(g) for g in dicho.genericos)}:
            continue
        desde, hasta = oracion(turno.texto, dicho.desde, dicho.hasta)
        cal = calificar(turno.texto, dicho.desde, dicho.hasta)
        if cal.interrogada or cal.hipotetica or cal.familiar:
            continue
        if frases()["indica"].search(llano(turno.texto[desde:hasta])):
            return turno.citar(desde, hasta)
    return None


def _manda_dejar(turno: Turno) -> Cita | None:
    hallado = frases()["dejar_vicio"].search(llano(turno.texto))
    return turno.citar(*oracion(turno.texto, *hallado.span())) if hallado else None


def con_complicaciones(menciones: list[Mencion], transcripcion: Transcripcion) -> list[Mencion]:
    """Añade la complicación que se describe sin nombrarla («se le durmieron los pies por el azúcar»)."""
    salida = list(menciones)
    vistas = {m.concepto.cie10 for m in menciones}
    for mencion in menciones:
        if mencion.estado not in _PRESENTES:
            continue
        for base, patron, codigo in complicaciones():
            if base != mencion.concepto.cie10 or codigo in vistas:
                continue
            cita = _descrita(patron, transcripcion)
            if cita is not None:
                vistas.add(codigo)
                concepto = Concepto(codigo, equivalencias().get(codigo), "d", ())
                salida.append(
                    replace(
                        mencion,
                        concepto=concepto,
                        citas=(cita, *mencion.citas),
                        estado=EstadoCodigo.CONFIRMADO,
                        general=mencion.concepto.cie10,
                    )
                )
    return salida


def _descrita(patron: re.Pattern[str], transcripcion: Transcripcion) -> Cita | None:
    for turno in transcripcion.turnos:
        for hallado in patron.finditer(llano(turno.texto)):
            cal = calificar(turno.texto, *hallado.span())
            if not (cal.hipotetica or cal.interrogada or cal.familiar):
                return turno.citar(*oracion(turno.texto, *hallado.span()))
    return None
