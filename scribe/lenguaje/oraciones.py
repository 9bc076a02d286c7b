"""Partir un turno en oraciones sin perder una letra, aunque el reconocedor puntúe mal."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from scribe.consulta import Turno
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

PAUSA_S = 0.45
"""Silencio entre dos palabras que, sin puntuación, se toma como cambio de oración (segundos)."""

_CIERRE = re.compile(r"(?:\.{3}|…|[.!?])+[\"»)]*(?=\s|$)|(?<=\S)\s+(?=[¿¡])")
_P = patrones("scribe.lenguaje", "oraciones.es")
COLETILLA = _P["coletilla"]
"""La pregunta que solo pide confirmar lo que se acaba de decir («…hace 4 años, ¿no?»)."""
_ASUNTO_MAXIMO = 6
_CON_CIFRA = re.compile(r"\d[^.?!]{0,25}\.+$")
"""«Hace 2 semanas. No, 3.»: el segundo número corrige al primero, si no lo preguntaba nadie."""
_LARGA = 14
"""Palabras a partir de las cuales una oración sin puntuación se corta también por pausas y enlaces."""


@dataclass(frozen=True, slots=True)
class Oracion:
    """El tramo `texto[desde:hasta]` de un turno; `signo` dice si venía entre signos de pregunta."""

    desde: int
    hasta: int
    signo: bool = False


def _cortes_por_puntos(texto: str) -> list[int]:
    cortes: list[int] = []
    plano = llano(texto)
    for m in _CIERRE.finditer(texto):
        resto = texto[m.end() :].lstrip()
        suspenso = "..." in m.group() or "…" in m.group()
        if suspenso and (not resto or resto[0].islower() or resto[0].isdigit()):
            continue
        otra = _P["otra_cifra"].match(plano, m.end()) and _CON_CIFRA.search(plano[: m.end()])
        corrige = otra or _P["retoma"].match(plano, m.end())
        if corrige or _abre_la_pregunta(plano, m, cortes[-1] if cortes else 0):
            continue
        cortes.append(m.end())
    return cortes


def solo_confirma(texto: str) -> bool:
    """Si lo único que pregunta es si se entendió una indicación con cifras («1 cada 8 horas, ¿de acuerdo?»)."""  # noqa: E501
    plano = llano(texto)
    resto = _P["acepta"].sub(" ", plano)
    indica = _P["pauta"].search(resto) is not None and _P["interroga"].match(resto) is None
    return resto != plano and indica and "?" not in resto


def _abre_la_pregunta(plano: str, corte: re.Match[str], desde: int) -> bool:
    """Si lo que va antes de «¿» es parte de la pregunta: «y en la familia, ¿alguien…?», «…, ¿verdad?»."""
    previo = plano[desde : corte.start()].strip()
    if corte.group().strip() or not previo.endswith(","):
        return False
    if COLETILLA.match(plano, corte.end()):
        return True
    return len(previo.split()) <= _ASUNTO_MAXIMO and _P["asunto"].match(previo) is not None


def _cortes_por_pausa(turno: Turno, desde: int, hasta: int) -> list[int]:
    """Cortes dentro de un tramo largo sin puntuación: donde hubo silencio o empieza otro tema."""
    texto = turno.texto
    cortes = []
    fichas = list(re.finditer(r"\S+", texto[desde:hasta]))
    for previa, ficha in itertools.pairwise(fichas):
        a = turno.palabras_de(desde + previa.start(), desde + previa.end())
        b = turno.palabras_de(desde + ficha.start(), desde + ficha.end())
        if a and b and b[0].inicio - a[-1].fin >= PAUSA_S:
            cortes.append(desde + ficha.start())
    plano = llano(texto)
    cortes += [m.end() for m in _P["enlace"].finditer(plano, desde, hasta)]
    separados: list[int] = []
    for corte in sorted(set(cortes)):
        previo = separados[-1] if separados else desde
        lejos = len(texto[previo:corte].split()) >= 4 and len(texto[corte:hasta].split()) >= 3
        if lejos and not _P["retoma"].match(plano, corte):
            separados.append(corte)
    return separados


def _cortes_por_tema(texto: str, desde: int, hasta: int) -> list[int]:
    """En una oración larga con comas, donde claramente se pasa a otra cosa."""
    if len(texto[desde:hasta].split()) <= _LARGA:
        return []
    return [m.end() for m in _P["tema"].finditer(llano(texto), desde, hasta)]


def _tramos(texto: str, desde: int, hasta: int, cortes: list[int]) -> list[tuple[int, int]]:
    bordes = [desde, *cortes, hasta]
    salida = []
    for a, b in itertools.pairwise(bordes):
        tramo = texto[a:b]
        inicio = a + len(tramo) - len(tramo.lstrip())
        fin = b - (len(tramo) - len(tramo.rstrip()))
        if fin > inicio:
            salida.append((inicio, fin))
    return salida


def partir(turno: Turno) -> tuple[Oracion, ...]:
    """Las oraciones de un turno, en orden; juntas cubren todo lo que no es espacio.

    Corta por puntuación fuerte y, donde el reconocedor no puntuó, por silencios de `PAUSA_S` segundos
    y por enlaces. No separa una autocorrección («cada 8. Perdón, cada 12»).
    """
    texto = turno.texto
    oraciones = []
    for a, b in _tramos(texto, 0, len(texto), _cortes_por_puntos(texto)):
        largas = len(texto[a:b].split()) > _LARGA and not re.search(r"[;,:]", texto[a:b])
        cortes = _cortes_por_pausa(turno, a, b) if largas else _cortes_por_tema(texto, a, b)
        for desde, hasta in _tramos(texto, a, b, cortes):
            tramo = texto[desde:hasta]
            signo = ("?" in tramo or "¿" in tramo) and not solo_confirma(tramo)
            oraciones.append(Oracion(desde, hasta, signo))
    return tuple(oraciones)
