"""El léxico con que el banco lee lo comprobable de un texto: conceptos, fármacos y reglas, por idioma.

Es independiente del que usa el producto para redactar: si compartieran reglas, un mismo hueco haría que
el error y su revisión coincidieran. Vive en `evaluacion/datos/sustento/`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from scribe.lenguaje.texto import llano

IDIOMAS = ("es", "en")
_HUECO = re.compile(r"\[\^\.;\??\]\{0,\d+\}")
_DOLOR = re.compile(r"@dolor\((.*)\)$")


@dataclass(frozen=True, slots=True)
class Concepto:
    """Un concepto clínico. `suelto` admite que «dolor» y la parte estén en oraciones vecinas."""

    nombre: str
    clase: str
    patron: re.Pattern[str]
    suelto: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Lexico:
    """Todo lo de un idioma. `farmacos`: nombre llano → principios activos; `reglas`: el TOML tal cual."""

    conceptos: tuple[Concepto, ...]
    farmacos: dict[str, tuple[str, ...]]
    patron_farmacos: re.Pattern[str]
    terminaciones: re.Pattern[str]
    reglas: dict[str, Any]

    def patron(self, *ruta: str) -> re.Pattern[str]:
        """La unión compilada de una lista de expresiones de las reglas."""
        return _union(self.reglas["idioma"], ruta)


@cache
def lexico(idioma: str) -> Lexico:
    """El léxico de `es` o `en`. Lanza `ValueError` con otro idioma."""
    if idioma not in IDIOMAS:
        raise ValueError(f"no hay léxico de sustento para «{idioma}»; hay {', '.join(IDIOMAS)}")
    reglas = tomllib.loads(_leer(f"sustento/reglas_{idioma}.toml"))
    farmacos: dict[str, tuple[str, ...]] = {llano(n): (llano(n),) for n in _lineas("farmacos.txt")}
    extra = reglas["farmacos"].get("nombres", [])
    farmacos |= {llano(n): (llano(n),) for n in extra}
    for linea in _lineas("sustento/marcas.tsv"):
        nombre, activos = linea.split("\t")
        farmacos[nombre] = tuple(a.strip() for a in activos.split(","))
    farmacos |= {n: (activo,) for n, activo in reglas["farmacos"].get("traduccion", {}).items()}
    nombres = sorted(farmacos, key=len, reverse=True)
    fin = "|".join(reglas["farmacos"]["terminaciones"])
    return Lexico(
        conceptos=tuple(_concepto(linea, reglas) for linea in _lineas(f"sustento/conceptos_{idioma}.tsv")),
        farmacos=farmacos,
        patron_farmacos=re.compile(rf"\b(?:{'|'.join(map(re.escape, nombres))})(?=s?\b)"),
        terminaciones=re.compile(rf"\b\w+(?:{fin})s?\b"),
        reglas=reglas,
    )


def _concepto(linea: str, reglas: dict[str, Any]) -> Concepto:
    clase, nombre, formas = linea.split("\t")
    partes = [f.strip() for f in formas.split(" ; ")]
    estrictas = [_expandir(p, reglas, None) for p in partes]
    sueltas = [_expandir(p, reglas, r"[\s\S]{0,110}?") for p in partes]
    return Concepto(nombre, clase, _compilar(estrictas), _compilar(sueltas))


def _expandir(forma: str, reglas: dict[str, Any], hueco: str | None) -> str:
    if not (m := _DOLOR.match(forma)):
        return rf"\b(?:{_HUECO.sub(lambda m: hueco or m[0], forma)})(?!\w)"
    hueco = hueco or reglas["hueco_dolor"]
    dolor, parte = reglas["dolor"][0], rf"\b(?:{m[1]})\b"
    return f"(?:{dolor}{hueco}{parte}|{parte}{hueco}{dolor})"


def _compilar(formas: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{f})" for f in formas))


@cache
def _union(idioma: str, ruta: tuple[str, ...]) -> re.Pattern[str]:
    valor: Any = lexico(idioma).reglas
    for paso in ruta:
        valor = valor[paso]
    return re.compile("|".join(f"(?:{v})" for v in valor) or r"(?!)")


def _leer(nombre: str) -> str:
    return files("evaluacion").joinpath("datos").joinpath(nombre).read_text("utf-8")


def _lineas(nombre: str) -> list[str]:
    texto = _leer(nombre)
    return [linea for linea in texto.splitlines() if linea.strip() and not linea.startswith("#")]
