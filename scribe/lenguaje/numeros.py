"""Hallar números dichos con palabras y dar su valor; el cálculo es de text2num."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rapidfuzz.distance import Levenshtein
from text_to_num import text2num  # type: ignore[import-untyped]

from scribe.lenguaje.fichas import Ficha, partir
from scribe.lenguaje.vocabulario import es_comun


@cache
def datos() -> dict[str, Any]:
    """El contenido de `datos/cifras.toml`."""
    return tomllib.loads((files("scribe.lenguaje") / "datos" / "cifras.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Pieza:
    """Una ficha, o varias ya leídas como número: `[desde:hasta)` del texto.

    `valor` es la cifra como se escribe («38.5», «118/76») o `None` si es una palabra; `dicho` señala
    que se dijo con palabras; `corte`, que le sigue un signo de puntuación, y `signo`, cuál.
    """

    desde: int
    hasta: int
    llana: str
    valor: str | None
    dicho: bool
    corte: bool
    signo: str = ""

    @property
    def entero(self) -> int | None:
        """El valor si es un entero, o `None`."""
        return int(self.valor) if self.valor is not None and self.valor.isdigit() else None


@cache
def _vocabulario() -> frozenset[str]:
    return frozenset(datos()["numeros"]["palabras"])


@cache
def canonica(palabra: str) -> str | None:
    """La palabra de número que es, o que quiso ser («trinta» → «treinta»); `None` si ninguna.

    Solo tolera una letra de diferencia en palabras largas, con un único candidato.
    """
    if palabra in (iguales := datos()["numeros"]["equivalentes"]):
        return str(iguales[palabra])
    if palabra in _vocabulario():
        return palabra
    if len(palabra) < 6 or es_comun(palabra):
        return None
    cerca = [p for p in _vocabulario() if len(p) >= 6 and Levenshtein.distance(p, palabra) == 1]
    return cerca[0] if len(cerca) == 1 else None


def _valor(palabras: list[str]) -> int | None:
    try:
        return int(text2num(" ".join(palabras), "es"))
    except ValueError:
        return None


def _mas_largo(palabras: list[str]) -> tuple[int, int] | None:
    """El prefijo más largo que es un número: (cuántas palabras, valor). Un cero inicial va solo."""
    if palabras[0] == "cero":
        return 1, 0
    if palabras[0] == "cien" and palabras[1:2] != ["mil"]:
        return 1, 100  # «cien sesenta y dos» son dos números (una tensión); 162 es «ciento»
    for largo in range(len(palabras), 0, -1):
        if palabras[largo - 1] == "y":
            continue
        valor = _valor(palabras[:largo])
        if valor is not None:
            return largo, valor
    return None


def _corrida(fichas: list[Ficha], i: int) -> list[str]:
    """Palabras de número seguidas desde `i`, con las «y» que quedan entre ellas."""
    palabras: list[str] = []
    for j in range(i, len(fichas)):
        llana = fichas[j].llana
        numero = canonica(llana)
        if numero is None and not (palabras and llana == "y"):
            break
        palabras.append(numero or "y")
        if fichas[j].corte:
            break
    while palabras and palabras[-1] == "y":
        palabras.pop()
    return palabras


def _sin_la_toma(palabras: list[str], hallado: tuple[int, int], dichas: list[str]) -> tuple[int, int]:
    """Quita del número la toma siguiente: «de cincuenta una cada 12» es 50, y «cincuenta dos tabletas», 50.

    `dichas` son las palabras del número tal como se dijeron y, si la hay, la que sigue. Cincuenta y dos se
    dice con «y»: sin ella, y delante de una forma de presentación, son dos números.
    """
    largo, _ = hallado
    reglas = datos()["numeros"]
    if largo < 2 or palabras[largo - 2] in ("y", "ciento"):
        return hallado
    despues = dichas[largo] if len(dichas) > largo else ""
    tras_decena = palabras[largo - 2] in reglas["decenas"]
    if dichas[largo - 1] in ("uno", "una"):
        aparte = tras_decena or despues in reglas["una_toma"]
    else:
        aparte = tras_decena and dichas[largo - 1] in reglas["tomas"] and despues in reglas["piezas"]
    if not aparte:
        return hallado
    valor = _valor(palabras[: largo - 1])
    return hallado if valor is None else (largo - 1, valor)


def leer(texto: str) -> list[Pieza]:
    """El texto en piezas, con los enteros dichos en palabras ya leídos.

    «un», «una», «uno», «mil», «cien», «ciento» y «cero» solos quedan como palabras: lo que sean lo
    dice su vecindad.
    """
    fichas = partir(texto)
    solas = set(datos()["numeros"]["solas"])
    antes_de_ciento = set(datos()["contexto"]["antes_de_ciento"])
    piezas: list[Pieza] = []
    i = 0
    while i < len(fichas):
        f = fichas[i]
        palabras = [] if f.llana[0].isdigit() else _corrida(fichas, i)
        if palabras and palabras[0] == "ciento" and i and fichas[i - 1].llana in antes_de_ciento:
            palabras = []
        hallado = _mas_largo(palabras) if palabras else None
        dos_numeros = f.llana == "cien" and len(palabras) > 1 and palabras[1] not in ("y", "mil")
        if hallado is None or (hallado[0] == 1 and f.llana in solas and not dos_numeros):
            valor = f.texto if f.llana[0].isdigit() else None
            piezas.append(Pieza(f.desde, f.hasta, f.llana, valor, False, f.corte, f.signo))
            i += 1
            continue
        largo, valor_n = _sin_la_toma(palabras, hallado, [x.llana for x in fichas[i : i + hallado[0] + 1]])
        fin = fichas[i + largo - 1]
        llana = " ".join(palabras[:largo])
        piezas.append(Pieza(f.desde, fin.hasta, llana, str(valor_n), True, fin.corte, fin.signo))
        i += largo
    return piezas
