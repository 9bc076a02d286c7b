"""De qué operaron al paciente: «me quitaron la matriz», o «de la vesícula» si se lo preguntaron."""

from __future__ import annotations

from collections.abc import Iterator

from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.dialogo import oracion, ultima_pregunta
from scribe.codificacion.lectura import Lectura, Mencion
from scribe.codificacion.reglas import frases, operaciones, personales
from scribe.codificacion.sinonimos import Concepto, equivalencias
from scribe.consulta import EstadoCodigo, Rol, Turno
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_M = patrones("scribe.codificacion", "matices.es")
_DE = _M["de_que"]
_BREVE = 14
"""Palabras de una respuesta que solo nombra de qué: «Dos cesáreas y la vesícula»."""
_ALCANCE = 80
"""Caracteres tras «me operaron» en que todavía se dice de qué."""


def tramo_operado(texto: str, desde: int) -> tuple[int, int] | None:
    """Dónde se dice la operación en la oración que contiene `desde`: de su verbo al fin de la oración."""
    inicio, fin = oracion(texto, desde, desde + 1)
    m = frases()["operado"].search(llano(texto), inicio, fin)
    return (m.start(), fin) if m and m.start() <= desde else None


def contesta_operacion(lectura: Lectura, i: int) -> bool:
    """Si el turno `i` responde «de la vesícula» a una pregunta por operaciones."""
    turno, anterior = lectura.turnos[i], lectura.anterior(i)
    if anterior is None or anterior.rol != Rol.MEDICO or turno.rol == Rol.MEDICO:
        return False
    pregunta = llano(anterior.texto[slice(*ultima_pregunta(anterior.texto))])
    if frases()["operado_pregunta"].search(pregunta) is None:
        return False
    return frases()["niega"].search(llano(turno.texto)) is None


def al_nacer(lectura: Lectura, i: int, hallazgo: Hallazgo) -> bool:
    """«¿Nació a término?» «Sí, por cesárea»: la operación fue de su madre, no del niño."""
    anterior = lectura.anterior(i)
    if hallazgo.concepto.clase != "p" or hallazgo.concepto.cie10 != "Z98.8" or anterior is None:
        return False
    return lectura.turnos[i].rol == Rol.ACOMPANANTE and _M["nacio"].search(llano(anterior.texto)) is not None


def operado(lectura: Lectura, i: int) -> Iterator[Mencion]:
    """Las operaciones del paciente que se dicen en el turno `i`, como antecedente."""
    turno = lectura.turnos[i]
    vistos = {h.concepto.cie10 for h in lectura.hallazgos[turno.id]}
    for desde, hasta in _tramos(lectura, i, turno):
        plano = llano(turno.texto)
        for patron, cie10, cie11 in operaciones():
            m = patron.search(plano, desde, hasta)
            if m is None or cie10 in vistos:
                continue
            cal = lectura.calificar(turno, *m.span())
            if cal.negada or cal.familiar or cal.hipotetica or cal.interrogada:
                continue
            vistos.add(cie10)
            hallazgo = Hallazgo(Concepto(cie10, cie11, "p", ()), turno.texto[desde:hasta], desde, m.end())
            yield lectura.mencion(i, hallazgo, EstadoCodigo.ANTECEDENTE, 1)


def de_su_historia(lectura: Lectura, i: int) -> Iterator[Mencion]:
    """Lo que ya se le hizo o ya dejó, contado sin su término: «la hiel me la sacaron», «dejé el trago»."""
    turno = lectura.turnos[i]
    base = llano(turno.texto)
    vistos = {h.concepto.cie10 for h in lectura.hallazgos[turno.id]}
    for patron, cie10, clase in personales():
        m = patron.search(base)
        if m is None or cie10 in vistos:
            continue
        if cie10 == "Z86.4" and _por_dejar(turno, *m.span()):
            continue
        cal = lectura.calificar(turno, *m.span())
        por_hacer = frases()["por_operar"].search(base, *oracion(turno.texto, *m.span()))
        ajena = cal.familiar is not None and cie10 != "Z87.5"  # «en el embarazo de mi niña»
        if cal.negada or ajena or cal.hipotetica or cal.interrogada or cal.incierta or por_hacer:
            continue
        vistos.add(cie10)
        concepto = Concepto(cie10, equivalencias().get(cie10), clase, ())
        hallazgo = Hallazgo(concepto, turno.texto[slice(*m.span())], *m.span())
        yield lectura.mencion(i, hallazgo, EstadoCodigo.ANTECEDENTE, 1)


def _por_dejar(turno: Turno, desde: int, hasta: int) -> bool:
    """«Tiene que dejar el cigarro», «quiero dejar de fumar»: todavía no lo deja."""
    dicho = llano(turno.texto[desde:hasta])
    antes = llano(turno.texto[:desde])
    if turno.rol == Rol.MEDICO and frases()["dejar.manda"].match(dicho):
        return True
    return frases()["dejar.sin_hacer"].match(dicho) is not None and not frases()["dejar.logra"].search(antes)


def _tramos(lectura: Lectura, i: int, turno: Turno) -> Iterator[tuple[int, int]]:
    plano = llano(turno.texto)
    for m in frases()["operado"].finditer(plano):
        _, fin = oracion(turno.texto, m.start(), m.end())
        yield m.start(), min(fin, m.end() + _ALCANCE)
    for m in frases()["operado_antes"].finditer(plano):
        yield oracion(turno.texto, m.start(), m.end())
    if contesta_operacion(lectura, i):
        fin = oracion(turno.texto, 0, 1)[1]
        if _DE.match(plano) or len(plano[:fin].split()) <= _BREVE:
            yield 0, fin
