"""El sitio o el estudio que se anuncia y encabeza lo que sigue: «voy con la panza… está blandita»."""

from __future__ import annotations

import re

from scribe.lenguaje.clinico import Mencion, buscar_exploracion
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.charla import anuncia, contenido, ordena
from scribe.soap.fragmentos import Trozo, clausulas
from scribe.soap.reglas import senal

_P = patrones("scribe.soap", "momentos.es")

_DE_SITIO = ("parte", "estudio", "imagen")
_DIGITO = re.compile(r"\d")
_ARTICULO = _P["sitio.articulo"]
_LADO = _P["sitio.lado"]
_NO_ES_SITIO = _P["sitio.no_es_sitio"]
_CORTO = 3
"""Palabras con contenido hasta las que un sitio nombrado sin verbo solo anuncia («ahora el hígado»)."""
_TURNOS = 2
"""Turnos que puede tardar el hallazgo tras el anuncio: el paciente contesta en medio."""


def _manda(texto: str, tutea: bool) -> bool:
    return (
        ordena(texto, tutea=tutea)
        or anuncia(texto)
        or senal("exploracion", "ordenes").search(llano(texto)) is not None
        or senal("momento", "anuncia").search(llano(texto)) is not None
    )


def _dice_algo(texto: str) -> bool:
    """Si cuenta un hallazgo o una cifra, y no solo nombra un sitio."""
    plano = llano(texto)
    vistos = {m.clase for m in buscar_exploracion(texto)}
    return bool(
        {"hallazgo", "maniobra"} & vistos
        or _DIGITO.search(plano)
        or senal("momento", "describe").search(plano)
        or senal("exploracion", "negativo").search(plano)
    )


def separar(trozo: Trozo, *, tutea: bool) -> list[Trozo]:
    """La orden o el aviso, aparte de lo hallado: «déjeme oírle la barriga… suena bastante»."""
    if trozo.signo or senal("plan", "condicion").search(trozo.plano):
        return [trozo]
    partes = clausulas(trozo.texto)
    corte = 0
    for desde, hasta in partes:
        if not _manda(trozo.texto[desde:hasta], tutea) or _dice_algo(trozo.texto[desde:hasta]):
            break
        corte = hasta
    if not corte or corte >= partes[-1][1] or not _dice_algo(trozo.texto[corte:]):
        return [trozo]
    return [trozo.parte(0, corte), trozo.parte(corte, len(trozo.texto))]


def nombrado(trozo: Trozo, *, tutea: bool) -> Trozo | None:
    """El sitio o estudio que el trozo anuncia sin decir todavía nada de él, con su artículo y su lado."""
    texto = trozo.texto
    if trozo.signo or _dice_algo(texto):
        return None
    menciones = [m for m in buscar_exploracion(texto) if m.clase in _DE_SITIO]
    plano = llano(texto)
    anunciado = anuncia(texto) or any(senal("momento", n).search(plano) for n in ("anuncia", "ensena"))
    # «Está despierto, pupilas iguales» ya cuenta algo aunque sea corto; un anuncio nombra un solo sitio.
    corto = "," not in texto.strip(" ,") and len(contenido(texto)) <= _CORTO and not _manda(texto, tutea)
    if not menciones or not (anunciado or corto):
        return None
    if _NO_ES_SITIO.search(plano):
        return None
    return trozo.parte(*_extension(plano, menciones[-1]))


def _extension(plano: str, m: Mencion) -> tuple[int, int]:
    articulo = _ARTICULO.search(plano[: m.desde])
    lado = _LADO.match(plano, m.hasta)
    return (articulo.start() if articulo else m.desde), (lado.end() if lado else m.hasta)


def encabeza(sitio: Trozo | None, trozo: Trozo) -> bool:
    """Si lo dicho en `trozo` es de ese sitio: empieza por el estado y no nombra otro."""
    if sitio is None or not 0 <= trozo.turno.id - sitio.turno.id <= _TURNOS:
        return False
    clases = {m.clase for m in buscar_exploracion(trozo.texto)}
    estudio = any(m.clase in ("estudio", "imagen") for m in buscar_exploracion(sitio.texto))
    ajeno = (
        clases & {"estudio", "imagen", "maniobra"}
        if estudio
        else clases & {"parte", "estudio", "imagen", "maniobra"}
    )
    return not ajeno and senal("momento", "sin_sujeto").match(trozo.plano.strip(" ¿¡,.…")) is not None
