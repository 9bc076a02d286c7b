"""Si lo que se negó sigue negado y lo que no, no: en una consulta, perder un «no» invierte el dato.

El alcance es hacia delante, como en NegEx (Chapman y otros, 2001). Dónde termina cada frase lo dice solo la
referencia y se lleva a la hipótesis por la alineación: un reconocedor que no pone puntos no pierde por eso.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from evaluacion.alineacion import Alineacion, alinear
from evaluacion.lexico import conceptos, palabras_de, singular
from evaluacion.metricas.terminos import Hallazgo

_FRASE = re.compile(r"(?<=[.?!;…])\s+|\n+|(?<=\bno),\s+", re.IGNORECASE)
"""Fin de frase; también «No,»: es una respuesta y no niega lo que sigue."""


@dataclass(frozen=True, slots=True)
class Mencion:
    """Un concepto clínico en la referencia: sus palabras, dónde empieza su frase y si se niega."""

    desde: int
    hasta: int
    frase: int
    negado: bool


@dataclass(frozen=True, slots=True)
class _Reglas:
    alcance: dict[str, int]
    corte: frozenset[str]
    falsas: tuple[tuple[str, ...], ...]


def analizar(texto: str, idioma: str = "es") -> tuple[tuple[str, ...], list[Mencion]]:
    """Las palabras normalizadas de un texto y sus conceptos clínicos, negados o no.

    Un concepto está negado si en su frase hay antes un negador a no más palabras que su alcance, sin una
    palabra de corte en medio (`datos/negacion.toml`).
    """
    palabras: list[str] = []
    menciones: list[Mencion] = []
    for frase in _FRASE.split(texto):
        inicio, propias = len(palabras), palabras_de(frase, idioma)
        palabras += propias
        for desde, hasta in conceptos(idioma).ocurrencias(propias):
            negado = bool(_gobiernan(propias, 0, desde, _reglas(idioma)))
            menciones.append(Mencion(inicio + desde, inicio + hasta, inicio, negado))
    return tuple(palabras), menciones


def comparar(referencia: str, hipotesis: str, idioma: str = "es") -> tuple[Hallazgo, Hallazgo]:
    """(conservadas, añadidas).

    Conservadas: de los conceptos negados al hablar, los que se escribieron y siguen bajo un negador; falla
    si se pierde la negación o el concepto. Añadidas: de los conceptos afirmados al hablar que se
    escribieron, los que quedaron bajo un negador que nadie dijo (aquí `buenas` cuenta los malos).
    """
    palabras, menciones = analizar(referencia, idioma)
    alineacion = alinear(palabras, palabras_de(hipotesis, idioma))
    ingles = idioma.lower().startswith("en")
    buenas, negadas, fallas = 0, 0, []
    nuevas, afirmadas, volteadas = 0, 0, []
    for mencion in menciones:
        concepto = " ".join(palabras[mencion.desde : mencion.hasta])
        lugar = _lugar(alineacion, mencion, ingles)
        quienes = _negadores(alineacion, mencion, lugar, idioma)
        if mencion.negado:
            negadas += 1
            buenas += bool(quienes)
            if not quienes:
                fallas.append((concepto, "" if lugar is None else f"{concepto} (sin negar)"))
        elif lugar is not None:
            afirmadas += 1
            puestos = [k for k in quienes if not _dicho(alineacion, k)]
            nuevas += bool(puestos)
            if puestos:
                volteadas.append((concepto, f"{alineacion.hipotesis[puestos[0]]} {concepto}"))
    return Hallazgo(buenas, negadas, tuple(fallas)), Hallazgo(nuevas, afirmadas, tuple(volteadas))


def _lugar(alineacion: Alineacion, mencion: Mencion, ingles: bool) -> int | None:
    """Dónde empieza el concepto en la hipótesis, si llegó entero."""
    pareja = [alineacion.de_referencia[k] for k in range(mencion.desde, mencion.hasta)]
    for k, otro in enumerate(pareja, mencion.desde):
        if otro is None:
            return None
        if singular(alineacion.hipotesis[otro], ingles) != singular(alineacion.referencia[k], ingles):
            return None
    return pareja[0]


def _negadores(alineacion: Alineacion, mencion: Mencion, lugar: int | None, idioma: str) -> list[int]:
    """Negadores de la hipótesis que alcanzan el concepto sin salir de su frase."""
    if lugar is None:
        return []
    antes = [k for k in alineacion.de_referencia[: mencion.frase] if k is not None]
    return _gobiernan(alineacion.hipotesis, antes[-1] + 1 if antes else 0, lugar, _reglas(idioma))


def _dicho(alineacion: Alineacion, k: int) -> bool:
    """Si la palabra `k` de la hipótesis está igual en la referencia."""
    otro = alineacion.de_hipotesis[k]
    return otro is not None and alineacion.igual(otro)


def _gobiernan(palabras: Sequence[str], inicio: int, lugar: int, reglas: _Reglas) -> list[int]:
    """Índices de los negadores entre `inicio` y `lugar` cuyo alcance llega a `lugar`."""
    salida = []
    for i in range(lugar - 1, inicio - 1, -1):
        if palabras[i] in reglas.corte:
            break
        if lugar - i <= reglas.alcance.get(palabras[i], 0) and not _es_falsa(palabras, i, reglas.falsas):
            salida.append(i)
    return salida


def _es_falsa(palabras: Sequence[str], i: int, falsas: Sequence[tuple[str, ...]]) -> bool:
    """Si el negador `i` es parte de un giro que no niega nada."""
    return any(
        tuple(palabras[i - k : i - k + len(giro)]) == giro
        for giro in falsas
        for k, palabra in enumerate(giro)
        if palabra == palabras[i] and i >= k
    )


@cache
def _reglas(idioma: str) -> _Reglas:
    datos = tomllib.loads(files("evaluacion").joinpath("datos/negacion.toml").read_text("utf-8"))
    propio = datos["en" if idioma.lower().startswith("en") else "es"]
    falsas = tuple(tuple(g.split()) for g in propio["falsas"])
    return _Reglas(dict(propio["alcance"]), frozenset(propio["corte"]), falsas)
