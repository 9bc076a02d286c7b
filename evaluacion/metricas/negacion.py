"""Si lo que se negó sigue negado y lo que no, no: en una consulta, perder un «no» invierte el dato."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from evaluacion.alineacion import alinear
from evaluacion.lexico import conceptos, palabras_de, singular
from evaluacion.metricas.terminos import Hallazgo

_FRASE = re.compile(r"(?<=[.?!;…])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Negacion:
    """Los conceptos de un texto: dónde están (desde, hasta) y cuáles quedan bajo un negador."""

    palabras: tuple[str, ...]
    lugares: tuple[tuple[int, int], ...]
    negados: frozenset[int]
    """Índices de `lugares`."""


@dataclass(frozen=True, slots=True)
class _Reglas:
    alcance: dict[str, int]
    corte: frozenset[str]
    falsas: tuple[tuple[str, ...], ...]


def analizar(texto: str, idioma: str = "es") -> Negacion:
    """Halla los conceptos clínicos de un texto y cuáles se niegan.

    Un concepto está negado si en su frase hay antes un negador a no más palabras que su alcance, sin una
    palabra de corte en medio. Las frases terminan en punto, interrogación, admiración o punto y coma.
    """
    palabras: list[str] = []
    lugares: list[tuple[int, int]] = []
    negados: set[int] = set()
    for frase in _FRASE.split(texto):
        propias = palabras_de(frase, idioma)
        alcances = _alcances(propias, _reglas(idioma))
        for desde, hasta in conceptos(idioma).ocurrencias(propias):
            if alcances[desde]:
                negados.add(len(lugares))
            lugares.append((len(palabras) + desde, len(palabras) + hasta))
        palabras += propias
    return Negacion(tuple(palabras), tuple(lugares), frozenset(negados))


def conservadas(referencia: str, hipotesis: str, idioma: str = "es") -> Hallazgo:
    """De los conceptos negados al hablar, los que se escribieron y siguen negados.

    Falla si se pierde el negador (el dato se invierte) o el concepto.
    """
    return _comparar(analizar(referencia, idioma), analizar(hipotesis, idioma), idioma)


def sustentadas(referencia: str, hipotesis: str, idioma: str = "es") -> Hallazgo:
    """De los conceptos negados en lo escrito, los que también se negaron al hablar; el resto es añadido."""
    return _comparar(analizar(hipotesis, idioma), analizar(referencia, idioma), idioma)


def _comparar(una: Negacion, otra: Negacion, idioma: str) -> Hallazgo:
    alineacion = alinear(una.palabras, otra.palabras)
    ingles = idioma.lower().startswith("en")
    negadas = {k for n in otra.negados for k in range(*otra.lugares[n])}
    buenas, fallas = 0, []
    for numero in sorted(una.negados):
        desde, hasta = una.lugares[numero]
        pareja = [alineacion.de_referencia[k] for k in range(desde, hasta)]
        esta = all(
            k is not None and singular(otra.palabras[k], ingles) == singular(una.palabras[desde + n], ingles)
            for n, k in enumerate(pareja)
        )
        if esta and all(k in negadas for k in pareja):
            buenas += 1
        else:
            concepto = " ".join(una.palabras[desde:hasta])
            fallas.append((concepto, "sin negar" if esta else "no está"))
    return Hallazgo(buenas, len(una.negados), tuple(fallas))


def _alcances(palabras: Sequence[str], reglas: _Reglas) -> list[bool]:
    """Si cada palabra de una frase queda bajo un negador."""
    bajo = [False] * len(palabras)
    queda = 0
    for i, palabra in enumerate(palabras):
        if palabra in reglas.corte:
            queda = 0
        bajo[i] = queda > 0
        queda = max(0, queda - 1)
        if palabra in reglas.alcance and not _es_falsa(palabras, i, reglas.falsas):
            queda = max(queda, reglas.alcance[palabra])
    return bajo


def _es_falsa(palabras: Sequence[str], i: int, falsas: Sequence[tuple[str, ...]]) -> bool:
    """Si el negador `i` es parte de un giro que no niega nada."""
    for giro in falsas:
        for k, palabra in enumerate(giro):
            inicio = i - k
            if (
                palabra == palabras[i]
                and inicio >= 0
                and tuple(palabras[inicio : inicio + len(giro)]) == giro
            ):
                return True
    return False


@cache
def _reglas(idioma: str) -> _Reglas:
    datos = tomllib.loads(files("evaluacion").joinpath("datos/negacion.toml").read_text("utf-8"))
    propio = datos["en" if idioma.lower().startswith("en") else "es"]
    falsas = tuple(tuple(g.split()) for g in propio["falsas"])
    return _Reglas(dict(propio["alcance"]), frozenset(propio["corte"]), falsas)
