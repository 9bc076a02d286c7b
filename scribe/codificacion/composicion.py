"""Lo que se nombra por su sitio y su hallazgo, en cualquier orden y con palabras en medio.

«Se le infectó, doctora, la muela de atrás» no está en ninguna lista: el sitio y lo que le pasa dicen el
código (`datos/composicion.tsv`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.reglas import canceres, composiciones, frases, pares
from scribe.codificacion.sinonimos import Clase, Concepto, equivalencias
from scribe.consulta import Rol, Turno
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_P = patrones("scribe.codificacion", "hallazgos.es")
_COLUMNAS = ("dolor", "inflamacion", "infeccion", "sangre", "piedras", "bola")
_HALLAZGOS = tuple(_P[f"columna.{c}"] for c in _COLUMNAS)
"""Lo que nombra cada columna de la tabla."""
_A_LA_VISTA = ("J02", "J03", "H", "K05", "K14", "L", "N48", "N61", "N76", "R59", "I88")
"""Lo que se ve al explorar: describirlo no es diagnosticarlo."""
_ENTRE = 6
"""Palabras, como mucho, entre el hallazgo y el sitio."""
_LEJOS = 60
"""Y caracteres."""
_DOLOR, _SANGRE = 0, 3
_SINTOMAS = ("R", "N63", "N50.8", "K06.8")


def componer(turno: Turno, previos: list[Hallazgo]) -> list[Hallazgo]:
    """Los hallazgos que se arman de un sitio y lo que le pasa, donde ningún término los trajo."""
    base, salida = llano(turno.texto), list[Hallazgo]()
    de_la_matriz = _de_la_matriz(base, turno.rol == Rol.MEDICO)
    for codigo, clase, desde, hasta in (*de_la_matriz, *_de_los_pares(base), *_de_los_canceres(base)):
        todos = [*previos, *salida]
        if any(h.concepto.cie10[:3] == codigo[:3] or _estorba(h, codigo, clase, desde, hasta) for h in todos):
            continue
        concepto = Concepto(codigo, equivalencias().get(codigo), clase, ())
        salida.append(Hallazgo(concepto, turno.texto[desde:hasta], desde, hasta))
    return salida


def sin_encimados(hallazgos: list[Hallazgo], compuestos: list[Hallazgo]) -> list[Hallazgo]:
    """Los hallazgos con los compuestos, sin la palabra suelta que un compuesto ya incluye."""
    sueltos = [h for h in hallazgos if not any(_se_enciman(h, c.desde, c.hasta) for c in compuestos)]
    return sueltos + compuestos


def _se_enciman(hallazgo: Hallazgo, desde: int, hasta: int) -> bool:
    return hallazgo.desde < hasta and hallazgo.hasta > desde


def _estorba(hallazgo: Hallazgo, codigo: str, clase: Clase, desde: int, hasta: int) -> bool:
    """Si ya hay allí un término; lo vago («cáncer») cede, y el síntoma ante la enfermedad."""
    vaga = hallazgo.concepto.clase == "l" or hallazgo.concepto.cie10.startswith(("Z11", "C80", "D48"))
    vaga = vaga or (clase == "d" and (hallazgo.concepto.clase == "s" or hallazgo.concepto.cie10[0] in "VWXY"))
    vaga = vaga or (codigo == "Z30.1" and hallazgo.concepto.cie10 == "Z97.5")
    return _se_enciman(hallazgo, desde, hasta) and not vaga


def _de_la_matriz(base: str, medico: bool) -> Iterator[tuple[str, Clase, int, int]]:
    for columna, patron in enumerate(_HALLAZGOS):
        for m in patron.finditer(base):
            sitios = [
                (sitio, codigos[columna]) for sitio, codigos in composiciones() if codigos[columna] != "-"
            ]
            hallado = _sitio(base, m, sitios)
            if hallado is None:
                continue
            codigo, desde, hasta = hallado
            visto = m.groupdict().get("adj") and codigo.startswith(_A_LA_VISTA)
            if medico and visto and not _anunciado(base, desde):
                continue
            sintoma = columna in (_DOLOR, _SANGRE) or codigo.startswith(_SINTOMAS)
            yield codigo, "s" if sintoma else "d", desde, hasta


def _de_los_pares(base: str) -> Iterator[tuple[str, Clase, int, int]]:
    for que, cual, codigo, clase in pares():
        for m in que.finditer(base) if cual.search(base) else ():
            hallado = _sitio(base, m, [(cual, codigo)])
            if hallado is not None:
                yield hallado[0], clase, *hallado[1:]


def _de_los_canceres(base: str) -> Iterator[tuple[str, Clase, int, int]]:
    """«Un cáncer, de los que dan en el pulmón»: el tumor maligno y su órgano."""
    for m in _P["cancer"].finditer(base):
        hallado = _sitio(base, m, list(canceres()))
        if hallado is not None:
            yield hallado[0], "d", *hallado[1:]


def _anunciado(base: str, desde: int) -> bool:
    """Lo inflamado que el médico describe al explorar no es un diagnóstico; lo que anuncia, sí."""
    return frases()["pistas"].search(" ".join(base[:desde].split()[-6:]) + " ") is not None


def _sitio(
    base: str, m: re.Match[str], sitios: list[tuple[re.Pattern[str], str]]
) -> tuple[str, int, int] | None:
    """El código y el tramo que forma el hallazgo con el sitio más cercano de su oración."""
    mejor: tuple[int, str, int, int] | None = None
    for sitio, codigo in sitios:
        for s in sitio.finditer(base, max(0, m.start() - _LEJOS), min(len(base), m.end() + _LEJOS)):
            medio = base[min(m.end(), s.end()) : max(m.start(), s.start())]
            lejos = len(medio.split())
            encimados = m.start() < s.end() and s.start() < m.end()
            if lejos > _ENTRE or encimados or _P["corta"].search(medio):
                continue
            if mejor is None or lejos < mejor[0]:
                mejor = (lejos, codigo, min(m.start(), s.start()), max(m.end(), s.end()))
    return mejor[1:] if mejor else None
