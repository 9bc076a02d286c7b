"""De qué padece un pariente, dicho sin nombrar la enfermedad: «le quitaron un seno», «murió del corazón»."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.dialogo import oracion
from scribe.codificacion.lectura import Lectura, Mencion
from scribe.codificacion.preguntas import es_pregunta
from scribe.codificacion.reglas import canceres, dichos_de_parientes, historia_familiar
from scribe.codificacion.sinonimos import Concepto
from scribe.consulta import EstadoCodigo, Rol, Turno
from scribe.lenguaje.contexto import es_de_sangre
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_P = patrones("scribe.codificacion", "hallazgos.es")


def de_parientes(lectura: Lectura, i: int) -> Iterator[Mencion]:
    """Las historias familiares que se cuentan en el turno `i` sin el nombre de la enfermedad."""
    turno = lectura.turnos[i]
    base = llano(turno.texto)
    dichas = {
        familiar[0]
        for h in lectura.hallazgos[turno.id]
        if (familiar := historia_familiar(h.concepto.cie10)) is not None
    }
    enfermedades = [h for h in lectura.hallazgos[turno.id] if h.concepto.clase == "d"]
    for desde, hasta, codigo in (*_tumores(base, turno), *_contado(base)):
        # La tiroides de «cáncer en la tiroides» ya se dijo: no es otra enfermedad.
        if any(h.desde < desde and hasta <= h.hasta for h in enfermedades):
            continue
        historia = historia_familiar(codigo)
        if historia is None or historia[0] in dichas or not _de_un_pariente(lectura, turno, desde, hasta):
            continue
        dichas.add(historia[0])
        hallazgo = Hallazgo(Concepto(codigo, None, "d", ()), turno.texto[desde:hasta], desde, hasta)
        if turno.rol == Rol.MEDICO and es_pregunta(lectura, i, hallazgo, pista=False):
            continue
        fuerza = 2 if turno.rol == Rol.MEDICO else 1
        yield lectura.mencion(i, hallazgo, EstadoCodigo.FAMILIAR, fuerza)


def _contado(base: str) -> Iterator[tuple[int, int, str]]:
    for patron, codigo in dichos_de_parientes():
        for m in patron.finditer(base):
            yield *m.span(), codigo


def _tumores(base: str, turno: Turno) -> Iterator[tuple[int, int, str]]:
    """El tumor con el órgano que se nombra en su oración o en la de al lado, si es una frase suelta."""
    for m in _P["tumor"].finditer(base):
        inicio, fin = oracion(turno.texto, *m.span())
        if _P["benigno"].search(base, inicio, fin):
            continue
        hallados = (
            (patron.search(base, max(inicio, m.start() - 60), min(fin, m.end() + 60)), codigo)
            for patron, codigo in canceres()
        )
        organo = next(((o, c) for o, c in hallados if o is not None and not _es_madre(turno, o)), None)
        if organo is None:
            continue
        donde, codigo = organo
        yield min(m.start(), donde.start()), max(m.end(), donde.end()), codigo


def _es_madre(turno: Turno, donde: re.Match[str]) -> bool:
    """«Mamá», con acento o con posesivo, no es el seno."""
    if not donde.group().startswith("mama"):
        return False
    antes = llano(turno.texto[: donde.start()]).split()[-1:]
    return "á" in turno.texto[donde.start() : donde.end()].lower() or antes not in (["de"], ["en"], ["la"])


def _de_un_pariente(lectura: Lectura, turno: Turno, desde: int, hasta: int) -> bool:
    cal = lectura.calificar(turno, desde, hasta)
    if cal.negada or cal.hipotetica or cal.interrogada or cal.familiar is None:
        return False
    return es_de_sangre(cal.familiar)
