"""Cifras que una persona no puede tener: se anuncian para oírlas de nuevo, nunca se corrigen."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from scribe.consulta import Aviso, Transcripcion, Turno
from scribe.lenguaje.farmacos import buscar_farmacos
from scribe.lenguaje.patrones import patrones, registros
from scribe.lenguaje.texto import llano

_TENSION = re.compile(r"(?<![\d/.])(\d{1,3})/(\d{1,3})(?![\d/]|\.\d)")
_P = patrones("scribe.lenguaje", "cantidades.es")
_GRAMOS = (500, 25_000)
"""Lo que se pesa en gramos: del prematuro al niño pequeño."""
_CERCA = re.compile(r"[^.;?]{0,24}?[ :](\d+(?:\.\d+)?)(?![\d/½])")
_TOMAS_JUNTAS, _DOSIS_MINIMA = 4, 20
_VISTA = frozenset({"20", "25", "30", "40", "50", "60", "70", "80", "100", "200", "400"})


@cache
def _rangos() -> dict[str, Any]:
    return tomllib.loads((files("scribe.lenguaje") / "datos" / "rangos.toml").read_text("utf-8"))


@cache
def _medidas() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None, float, float], ...]:
    return tuple(
        (m["nombre"], m["antes"], m.get("unidad"), m["minimo"], m["maximo"])
        for m in registros("scribe.lenguaje", "rangos", "medida", "antes", "unidad")
    )


def revisar_cifras(transcripcion: Transcripcion) -> tuple[Aviso, ...]:
    """Un aviso `cifra_dudosa`, con su cita, por cada cifra que conviene oír de nuevo.

    Espera el texto ya con cifras (`escribir_cifras`). Solo sabe español.
    """
    if not transcripcion.idioma.startswith("es"):
        return ()
    return tuple(aviso for turno in transcripcion.turnos for aviso in _del_turno(turno))


def tension_propuesta(alta: int, baja: int | None) -> str | None:
    """La presión que pudo decirse si la que se oyó no puede ser; es para proponerla, nunca para escribirla.

    «18/76» perdió «ciento» (118/76), «14/9» se dijo en centímetros (140/90), «70/110» está al revés, y una
    cifra sola como 162 pudo ser «cien sesenta y dos» (100/62).
    """
    if baja is None:
        suelta = alta - 100
        return f"100/{suelta}" if _es_tension(100, suelta) else None
    for a, b in ((100 + alta, baja), (10 * alta, 10 * baja), (baja, alta), (alta, 10 * baja)):
        if _es_tension(a, b) and (a, b) != (alta, baja):
            return f"{a}/{b}"
    return None


def _es_tension(alta: int, baja: int) -> bool:
    return 80 <= alta <= 220 and 40 <= baja <= 130 and alta - baja >= _rangos()["tension"]["diferencia"]


def _quiza(propuesta: str | None) -> str:
    return f"; quizá {propuesta}" if propuesta else ""


def _del_turno(turno: Turno) -> Iterator[Aviso]:
    texto = llano(turno.texto)
    for desde, hasta, motivo in (
        *_tensiones(texto), *_tallas(texto), *_fuera_de_rango(texto), *_pautas(texto), *_pesos(texto),
        *_tomas(texto), *_a_medias(texto),
    ):  # fmt: skip
        dicho = turno.texto[desde:hasta]
        yield Aviso(
            tipo="cifra_dudosa",
            texto=f"«{dicho}»: {motivo}. Conviene volver a oírlo.",
            citas=(turno.citar(desde, hasta),),
        )


def _tensiones(texto: str) -> Iterator[tuple[int, int, str]]:
    limites = _rangos()["tension"]
    for m in _TENSION.finditer(texto):
        alta, baja = int(m[1]), int(m[2])
        nombrada = _P["tension_nombrada"].search(texto[max(0, m.start() - 70) : m.start()])
        if baja > 200 or (not nombrada and (alta < 12 or not 40 <= baja <= 150)):
            continue  # un título, una dilución o un peso por volumen
        if not nombrada and alta == 20 and m[2] in _VISTA:
            continue
        if baja <= 15 and alta <= baja:
            continue  # una escala («8/10», «15/15»), no una tensión
        motivo = _imposible(alta, baja, limites)
        if motivo:
            yield m.start(), m.end(), motivo + _quiza(tension_propuesta(alta, baja))
    for m in _P["tension_sola"].finditer(texto):
        if int(m[1]) >= 50:
            quiza = _quiza(tension_propuesta(int(m[1]), None))
            yield m.start(), m.end(), "presión arterial con una sola cifra" + quiza


def _imposible(alta: int, baja: int, limites: dict[str, Any]) -> str | None:
    if baja >= alta:
        return "la presión diastólica no puede pasar de la sistólica"
    if not limites["sistolica"][0] <= alta <= limites["sistolica"][1]:
        return "presión sistólica fuera de lo posible"
    if not limites["diastolica"][0] <= baja <= limites["diastolica"][1]:
        return "presión diastólica fuera de lo posible"
    return "sistólica y diastólica demasiado juntas" if alta - baja < limites["diferencia"] else None


def _pautas(texto: str) -> Iterator[tuple[int, int, str]]:
    """«1.8 horas» es casi siempre «una cada 8 horas»: nadie pauta en décimas, salvo la media."""
    for m in _P["pauta_decimal"].finditer(texto):
        yield m.start(), m.end(), "una pauta no se dice en décimas; quizá es «cada» tantas horas o días"


def _tomas(texto: str) -> Iterator[tuple[int, int, str]]:
    """«652 tabletas cada 8 horas» es «de 650, 2 tabletas»: nadie toma tantas juntas."""
    for m in _P["toma"].finditer(texto):
        cuantas = int(m[1])
        if cuantas > _rangos()["toma"]["maximo"]:
            dosis, tomas = cuantas - cuantas % 10, cuantas % 10
            quiza = f"de {dosis}, {tomas}" if 0 < tomas <= _TOMAS_JUNTAS and dosis >= _DOSIS_MINIMA else None
            yield m.start(), m.end(), f"son demasiadas para una toma{_quiza(quiza)}"


def _a_medias(texto: str) -> Iterator[tuple[int, int, str]]:
    """«De cientos 60/4.5»: una parte del número no se pudo leer."""
    for m in _P["a_medias"].finditer(texto):
        yield m.start(), m.end(), "una parte del número quedó en letras"


def peso_propuesto(cifra: str) -> str | None:
    """«7,800» o «7800» dichos como peso son casi siempre gramos: 7.8 kg. Nada si la cifra ya es de kilos."""
    m = re.fullmatch(r"(\d{1,2})[.,]?(\d{3})", cifra)
    if m is None or not _GRAMOS[0] <= int(m[1] + m[2]) <= _GRAMOS[1]:
        return None
    return f"{int(m[1] + m[2]) / 1000:g} kg"


def _pesos(texto: str) -> Iterator[tuple[int, int, str]]:
    for m in _P["peso_en_gramos"].finditer(texto):
        propuesta = peso_propuesto(m[1])
        if propuesta:
            yield m.start(1), m.end(1), f"peso sin decir si son gramos o kilos{_quiza(propuesta)}"


def _tallas(texto: str) -> Iterator[tuple[int, int, str]]:
    for m in _P["talla"].finditer(texto):
        valor = float(m[1])
        if not (0.4 <= valor <= 2.3 or 130 <= valor <= 230):
            yield m.start(), m.end(), "talla fuera de lo usual o sin unidad"


def _fuera_de_rango(texto: str) -> Iterator[tuple[int, int, str]]:
    for nombre, antes, unidad, minimo, maximo in _medidas():
        for m in antes.finditer(texto):
            cifra = _CERCA.match(texto, m.end())
            if not cifra or _P["otra_unidad"].match(texto, cifra.end()) or _hay_otra(texto, m, cifra, antes):
                continue
            if unidad and not unidad.match(texto, cifra.end()):
                continue
            if not minimo <= float(cifra[1]) <= maximo:
                yield cifra.start(1), cifra.end(1), f"{nombre} fuera de lo posible"


def _hay_otra(texto: str, m: re.Match[str], cifra: re.Match[str], propia: re.Pattern[str]) -> bool:
    """Si entre el nombre y la cifra se nombra otra medida: la cifra es de la otra."""
    entre = texto[m.end() : cifra.start(1)]
    if buscar_farmacos(entre):
        return True  # «para la fiebre, paracetamol de 500»
    return any(otra.search(entre) for _, otra, _, _, _ in _medidas()) or bool(
        _P["tension_nombrada"].search(entre) or _P["otro_dato"].search(entre)
    )
