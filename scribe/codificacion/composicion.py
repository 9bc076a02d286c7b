"""Lo que se nombra por su sitio y su hallazgo, en cualquier orden y con palabras en medio.

«Se le infectó, doctora, la muela de atrás» no está en ninguna lista: el sitio y lo que le pasa dicen el
código (`datos/composicion.tsv`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scribe.codificacion.detector import Hallazgo
from scribe.codificacion.reglas import composiciones, frases
from scribe.codificacion.sinonimos import Clase, Concepto, equivalencias
from scribe.consulta import Rol, Turno
from scribe.lenguaje.texto import llano

_HALLAZGOS = tuple(
    re.compile(rf"\b(?:{p})\b")
    for p in (
        r"duel[ae]n?|doli[oa]\w*|dolor\w*|adolorid\w+|punzad\w+|lastima\w*|ard(?:e|en|ia|or|io)",
        r"inflamacion\w*|inflam[oe]|hinch[oe]|(?P<adj>inflamad\w+|hinchad\w+|irritad\w+)",
        r"infecci\w+|infect[oae]|(?P<adj>infectad\w+)|con pus|llen[oa]s? de pus",
        r"sangr[eaoi]\w*",
        r"piedr\w+|calculos?|arenill\w+",
        r"bol[ai]s?|bolit[ao]s?|bultos?|bultitos?|quistes?|masa",
    )
)
"""Las columnas de la tabla: dolor, inflamación, infección, sangre, piedras, bola."""
_ENTRE = 6
"""Palabras, como mucho, entre el hallazgo y el sitio."""
_CORTA = re.compile(
    r"[.;:?!¿¡…]|\b(?:no|ni|sin|nunca|nada|pero|porque|cuando|para|si|desde|presion|azucar)\b"
)
_DOLOR, _SANGRE = 0, 3
_SINTOMAS = ("R", "N63", "N50.8", "K06.8")


def componer(turno: Turno, previos: list[Hallazgo]) -> Iterator[Hallazgo]:
    """Los hallazgos que se arman de un sitio y lo que le pasa, donde ningún término los trajo."""
    base = llano(turno.texto)
    dichos = {h.concepto.cie10[:3] for h in previos}
    for columna, patron in enumerate(_HALLAZGOS):
        for m in patron.finditer(base):
            sitio = _sitio(base, m, columna)
            if sitio is None:
                continue
            codigo, desde, hasta = sitio
            if codigo[:3] in dichos or any(h.desde < hasta and h.hasta > desde for h in previos):
                continue
            if turno.rol == Rol.MEDICO and m.groupdict().get("adj") and not _anunciado(base, desde):
                continue
            dichos.add(codigo[:3])
            clase: Clase = "s" if columna in (_DOLOR, _SANGRE) or codigo.startswith(_SINTOMAS) else "d"
            concepto = Concepto(codigo, equivalencias().get(codigo), clase, ())
            yield Hallazgo(concepto, turno.texto[desde:hasta], desde, hasta, exacto=True)


def _anunciado(base: str, desde: int) -> bool:
    """Lo inflamado que el médico describe al explorar no es un diagnóstico; lo que anuncia, sí."""
    return frases().pistas.search(" ".join(base[:desde].split()[-6:]) + " ") is not None


def _sitio(base: str, m: re.Match[str], columna: int) -> tuple[str, int, int] | None:
    """El código y el tramo que forma el hallazgo con el sitio más cercano de su oración."""
    mejor: tuple[int, str, int, int] | None = None
    for sitio, codigos in composiciones():
        if codigos[columna] == "-":
            continue
        for s in sitio.finditer(base, max(0, m.start() - 60), min(len(base), m.end() + 60)):
            desde, hasta = min(m.start(), s.start()), max(m.end(), s.end())
            medio = base[min(m.end(), s.end()) : max(m.start(), s.start())]
            lejos = len(medio.split())
            if lejos > _ENTRE or _CORTA.search(medio) or (m.start() < s.end() and s.start() < m.end()):
                continue
            if mejor is None or lejos < mejor[0]:
                mejor = (lejos, codigos[columna], desde, hasta)
    return mejor[1:] if mejor else None
