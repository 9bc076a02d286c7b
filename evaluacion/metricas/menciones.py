"""Qué se dice de cada fármaco y de cada concepto de un texto: si se afirma o se niega, y de quién es."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from evaluacion.metricas.lexico import Lexico

Polaridad = Literal["afirmada", "negada", "hipotetica", "incierta", "preguntada"]
Persona = Literal["paciente", "familiar", "incierta"]
_FUERTE = re.compile(r"[.;!?\n]+(?=[\s\"»)]|$)|¿")
_DENTRO = re.compile(r"\w,? (?:no|sin|nada|tampoco|no longer|not) ")
_LISTA = 40
_PARENTESIS = re.compile(r"\([^()]*\)")
"""Lo que aclara entre paréntesis («vómito con sangre») no corta la lista en que está."""
_PALABRA = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Mencion:
    """Un fármaco o concepto nombrado. `nombres`: sus principios activos, o el concepto."""

    clase: str
    nombres: tuple[str, ...]
    desde: int
    hasta: int
    polaridad: Polaridad = "afirmada"
    persona: Persona = "paciente"
    pregunta: bool = False

    @property
    def de_farmaco(self) -> bool:
        """Si nombra un medicamento."""
        return self.clase == "farmaco"


def encontrar(plano: str, lex: Lexico, acompanado: bool = False) -> list[Mencion]:
    """Los fármacos y conceptos de un texto preparado, con su polaridad y de quién se dicen.

    De varias formas que caen en el mismo sitio se queda la más larga por concepto; las de conceptos distintos
    se conservan, porque una misma frase popular puede nombrar dos.
    """
    return [_calificar(m, plano, lex, acompanado) for m in (*_farmacos(plano, lex), *_conceptos(plano, lex))]


def oracion(plano: str, desde: int, hasta: int) -> tuple[int, int]:
    """Los límites de la oración que contiene el tramo."""
    inicio, fin = 0, len(plano)
    for m in _FUERTE.finditer(plano):
        if m.end() <= desde:
            inicio = m.end()
        elif m.start() >= hasta:
            fin = m.end()
            break
    return inicio, fin


def _farmacos(plano: str, lex: Lexico) -> Iterator[Mencion]:
    ocupado: list[tuple[int, int]] = []
    for m in lex.patron_farmacos.finditer(plano):
        ocupado.append(m.span())
        yield Mencion("farmaco", lex.farmacos[m[0]], *m.span())
    ajenos = set(lex.reglas["farmacos"]["ajenos"])
    for m in lex.terminaciones.finditer(plano):
        nuevo = not any(a < m.end() and m.start() < b for a, b in ocupado)
        if nuevo and len(m[0]) >= lex.reglas["farmacos"]["minimo"] and m[0] not in ajenos:
            yield Mencion("farmaco", (m[0].rstrip("s"),), *m.span())


def _conceptos(plano: str, lex: Lexico) -> Iterator[Mencion]:
    for concepto in lex.conceptos:
        for m in concepto.patron.finditer(plano):
            if m.end() > m.start():
                yield Mencion(concepto.clase, (concepto.nombre,), *m.span())


def _calificar(mencion: Mencion, plano: str, lex: Lexico, acompanado: bool) -> Mencion:
    inicio, fin = oracion(plano, mencion.desde, mencion.hasta)
    antes, despues = plano[inicio : mencion.desde], plano[mencion.hasta : fin]
    return replace(
        mencion,
        polaridad=_polaridad(antes, plano[mencion.desde : mencion.hasta], despues, lex),
        persona=_persona(plano, inicio, mencion, antes, despues, lex, acompanado),
        pregunta="?" in despues or (despues == "" and plano[mencion.hasta - 1 :].startswith("?")),
    )


def _polaridad(antes: str, dicho: str, despues: str, lex: Lexico) -> Polaridad:
    if lex.patron("hipotesis", "miedo").search(antes):
        return "preguntada"
    if lex.patron("hipotesis", "rotulo").search(antes):
        return "hipotetica"
    if lex.patron("hipotesis", "antes").search(antes.rpartition(":")[2]):
        return "hipotetica"
    if lex.patron("negacion", "afirma_detras").match(despues):
        return "afirmada"
    if lex.patron("negacion", "posteriores").match(despues) or _DENTRO.search(dicho):
        return "negada"
    if negada_antes(antes, lex):
        return "negada"
    if lex.patron("hipotesis", "incierta").search(antes):
        return "incierta"
    return "afirmada"


def negada_antes(antes: str, lex: Lexico) -> bool:
    """Si una negación de lo que va delante alcanza lo que sigue."""
    seudo = [m.span() for m in lex.patron("negacion", "seudo").finditer(antes)]
    aclarado = [m.span() for m in _PARENTESIS.finditer(antes)]
    cortes = [
        m
        for m in lex.patron("negacion", "cortes").finditer(antes)
        if not any(a <= m.start() < b for a, b in aclarado)
    ]
    lista = _union_de(lex, "en_lista") if antes.lstrip().startswith("niega ") else None
    cortes_en = [m.start() for m in cortes if lista is None or not lista.fullmatch(m[0])]
    for grupo in ("amplias", "cortas"):
        patron = re.compile(rf"\b(?:{lex.patron('negacion', grupo).pattern})\b")
        for m in patron.finditer(antes):
            if any(a <= m.start() < b for a, b in seudo) or any(m.end() <= c for c in cortes_en):
                continue
            entre = antes[m.end() :]
            if ":" in entre.lstrip(": ") or len(_PALABRA.findall(entre)) > _LISTA:
                continue
            if grupo == "cortas" and ("," in entre or len(_PALABRA.findall(entre)) > 6):
                continue
            return True
    return False


def _union_de(lex: Lexico, nombre: str) -> re.Pattern[str] | None:
    return lex.patron("negacion", nombre) if nombre in lex.reglas["negacion"] else None


def _persona(
    plano: str, inicio: int, mencion: Mencion, antes: str, despues: str, lex: Lexico, acompanado: bool
) -> Persona:
    reglas = lex.reglas["persona"]
    kin = rf"(?:{'|'.join(reglas['kin'])})"
    posesivo = rf"\b(?:{'|'.join(reglas['posesivos'])}) (?:\w+ )?{kin}\b"
    if lex.patron("persona", "etiqueta").search(antes):
        return "familiar"
    hallados = [
        m
        for m in re.finditer(posesivo, antes)
        if not _no_es_de_quien(antes, m.start(), m.end(), lex, acompanado)
    ]
    if hallados:
        entre = antes[hallados[-1].end() :]
        propia = lex.patron("persona", "propia").search(entre)
        return "paciente" if propia else "familiar"
    detras = re.match(
        rf"[^.;:]{{0,25}}?\b(?:de|en|a|es|era|lo tuvo|la tuvo|tuvo|tiene|tambien) {posesivo}", despues
    )
    if detras and not _no_es_de_quien(despues, 0, detras.end(), lex, acompanado):
        return "familiar"
    previa = plano[:inicio].rstrip(" .;!?¿")
    if previa and lex.patron("persona", "pronombre").match(antes + plano[mencion.desde :]):
        desde = oracion(plano, max(0, len(previa) - 1), len(previa))[0]
        otra = list(re.finditer(posesivo, plano[desde : len(previa)]))
        if otra and not _no_es_de_quien(plano[desde:], otra[-1].start(), otra[-1].end(), lex, acompanado):
            return "familiar"
    return "paciente"


def _no_es_de_quien(texto: str, desde: int, hasta: int, lex: Lexico, acompanado: bool) -> bool:
    """Si ese pariente hace o dice algo, o es el propio paciente en boca de quien lo acompaña."""
    sigue = texto[hasta:].lstrip(" ,")
    if lex.patron("persona", "agente").match(sigue):
        return True
    return acompanado and lex.patron("persona", "acompanado").search(texto[desde:hasta]) is not None
