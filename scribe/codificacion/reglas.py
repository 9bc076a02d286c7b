"""Las tablas y frases de `datos/` que deciden qué se codifica, leídas una vez."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from scribe.codificacion.sinonimos import Clase
from scribe.codificacion.tablas import filas
from scribe.lenguaje.patrones import patrones, registros

Quien = Literal["medico", "paciente"]
Ambito = Literal["oracion", "turno", "cerca", "consulta"]


@dataclass(frozen=True, slots=True)
class Frase:
    """Una frase que por su forma, o por la pregunta anterior, equivale a un código."""

    codigo: str
    clase: Clase
    quien: Quien
    patron: re.Pattern[str]
    exige: re.Pattern[str] | None
    veta: re.Pattern[str] | None
    pregunta_veta: re.Pattern[str] | None
    pregunta_exige: re.Pattern[str] | None
    antecedente: bool


@dataclass(frozen=True, slots=True)
class Refinamiento:
    """Una pista en lo dicho alrededor que precisa un código."""

    base: str
    pista: re.Pattern[str]
    refinado: str
    ambito: Ambito


def _primera(nombre: str, codigo: str) -> list[str] | None:
    """Las demás columnas de la primera fila con un prefijo de `codigo` en la primera columna."""
    return next((r for p, *r in filas(nombre) if codigo.startswith(tuple(p.split()))), None)


_CLASES: dict[str, Clase] = {"d": "d", "s": "s", "m": "m", "z": "z", "p": "p"}
_AMBITOS: dict[str, Ambito] = {
    "oracion": "oracion",
    "turno": "turno",
    "cerca": "cerca",
    "consulta": "consulta",
}


def frases() -> Mapping[str, re.Pattern[str]]:
    """Las frases de `datos/frases.es.toml`, por su nombre."""
    return patrones("scribe.codificacion", "frases.es")


@lru_cache(maxsize=1)
def reglas() -> tuple[Frase, ...]:
    """Las frases de `datos/reglas.es.toml`, en su orden."""
    opcionales = ("exige", "veta", "pregunta_exige", "pregunta_veta")
    return tuple(
        Frase(
            codigo=r["codigo"],
            clase=r["clase"],
            quien=r["quien"],
            patron=r["patron"],
            antecedente=r.get("estado") == "antecedente",
            **{campo: r.get(campo) for campo in opcionales},
        )
        for r in registros("scribe.codificacion", "reglas.es", "regla", "patron", *opcionales)
    )


@lru_cache(maxsize=1)
def alergenos() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """(CIE-10, CIE-11, sustancia) de `datos/alergenos.tsv`."""
    return tuple((c10, c11, re.compile(rf"\b(?:{p})\b")) for c10, c11, p in filas("alergenos.tsv"))


@lru_cache(maxsize=1)
def refinamientos() -> tuple[Refinamiento, ...]:
    """La tabla de refinamientos."""
    return tuple(
        Refinamiento(base, re.compile(pista), refinado, _AMBITOS[ambito])
        for bases, pista, refinado, ambito in filas("refinamientos.tsv")
        for base in bases.split()
    )


@lru_cache(maxsize=1)
def _lesiones() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(sitio), tuple(codigos)) for sitio, *codigos in filas("lesiones.tsv"))


@lru_cache(maxsize=1)
def composiciones() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """(sitio, códigos por hallazgo) de `datos/composicion.tsv`."""
    return tuple((re.compile(sitio), tuple(codigos)) for sitio, *codigos in filas("composicion.tsv"))


@lru_cache(maxsize=1)
def pares() -> tuple[tuple[re.Pattern[str], re.Pattern[str], str, Clase], ...]:
    """(qué le pasa, a qué, código, clase) de `datos/pares.tsv`."""
    return tuple(
        (re.compile(rf"\b(?:{que})\b"), re.compile(rf"\b(?:{cual})\b"), codigo, _CLASES[clase])
        for que, cual, codigo, clase in filas("pares.tsv")
    )


def lesion(codigo: str, llano_: str, grado: str = "") -> str | None:
    """El código de una lesión (T14.0–T14.3, T30.0) en el sitio que se nombra en `llano_`, si se nombra.

    La fractura, la luxación o el esguince de un sitio que no los tiene se quedan como estaban. `grado` es
    lo que el médico dice de una quemadura, aunque el sitio se haya contado antes.
    """
    columna = {"T14.0": 0, "T14.1": 1, "T14.2": 2, "T14.3": 4, "T30.0": 5}.get(codigo)
    if columna is None:
        return None
    if codigo == "T14.3" and frases()["luxacion"].search(llano_):
        columna = 3
    fila = next((codigos for sitio, codigos in _lesiones() if sitio.search(llano_)), None)
    if fila is None or fila[columna] == "-":
        return None
    if codigo != "T30.0":
        return fila[columna]
    textos = (grado, llano_)
    cual = next((n for t in textos for n in "123" if frases()[f"grado.{n}"].search(t)), "0")
    return f"{fila[columna]}.{cual}"


@lru_cache(maxsize=1)
def operaciones() -> tuple[tuple[re.Pattern[str], str, str | None], ...]:
    """(órgano u operación, CIE-10, CIE-11) de cada intervención que se registra."""
    hechas = filas("operaciones.tsv")
    return tuple((re.compile(p), cie10, None if cie11 == "-" else cie11) for p, cie10, cie11 in hechas)


@lru_cache(maxsize=256)
def historia_personal(codigo: str) -> str | None:
    """El código con que se registra lo que ya pasó («tuve cáncer de mama» → Z85.3); `None` si es el mismo."""
    fila = _primera("historia.tsv", codigo)
    return fila[0] if fila else None


@lru_cache(maxsize=256)
def historia_pasada(codigo: str) -> str | None:
    """El código de historia personal de lo que ya no se tiene; `None` si no se quita o no lo lleva."""
    fila = _primera("pasadas.tsv", codigo)
    return fila[0] if fila and fila[0] != "-" else None


@lru_cache(maxsize=1)
def _explicados() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((codigo, tuple(prefijos.split())) for codigo, prefijos in filas("explicados.tsv"))


def explica(codigo: str, otro: str) -> bool:
    """Si tener `otro` hace que `codigo` sobre."""
    if codigo == otro:
        return False
    for explicado, prefijos in _explicados():
        if codigo.startswith(explicado) and any(otro.startswith(p) for p in prefijos):
            return True
    return False


@lru_cache(maxsize=1)
def _menores() -> tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]:
    return tuple((tuple(p.split()), tuple(e.split()), tuple(c.split())) for p, e, c in filas("menores.tsv"))


@lru_cache(maxsize=512)
def lugar_menor(codigo: str, estado: str) -> tuple[str, ...] | None:
    """Cuándo se propone un código de poco peso habiendo diagnóstico; `None` si siempre.

    `("nunca",)`, `("medico",)` si el médico lo nombra, o los prefijos con que tiene que ver.
    """
    for prefijos, estados, cuando in _menores():
        if codigo.startswith(prefijos) and (estados == ("-",) or estado in estados):
            return cuando
    return None


@lru_cache(maxsize=1)
def _tratados() -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
    return tuple((tuple(p.split()), frozenset(c.split())) for p, c in filas("tratados.tsv"))


@lru_cache(maxsize=1)
def complicaciones() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """(código base, cómo se describe, código de la complicación)."""
    return tuple((base, re.compile(dicho), codigo) for base, dicho, codigo in filas("complicaciones.tsv"))


@lru_cache(maxsize=256)
def con_que_se_trata(codigo: str) -> frozenset[str]:
    """Las clases y genéricos que tratan esa enfermedad crónica; vacío si no está en la tabla."""
    return next((c for p, c in _tratados() if codigo.startswith(p)), frozenset())


@lru_cache(maxsize=256)
def historia_familiar(codigo: str) -> tuple[str, str] | None:
    """(CIE-10, CIE-11) de la historia familiar de esa enfermedad; `None` si no se hereda ni se anota."""
    fila = _primera("familia.tsv", codigo)
    return (fila[0], fila[1]) if fila and fila[0] != "-" else None


@lru_cache(maxsize=1)
def dichos_de_parientes() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(cómo se cuenta, enfermedad) de lo que se dice de un pariente sin nombrar su enfermedad."""
    return tuple((re.compile(rf"\b(?:{dicho})"), codigo) for dicho, codigo in filas("parientes.tsv"))


@lru_cache(maxsize=1)
def personales() -> tuple[tuple[re.Pattern[str], str, Clase], ...]:
    """(cómo se cuenta, código, clase) de las operaciones y la historia personal."""
    contadas = filas("personales.tsv")
    return tuple((re.compile(rf"\b(?:{dicho})"), codigo, _CLASES[clase]) for dicho, codigo, clase in contadas)


def parentesco(quienes: str) -> frozenset[str]:
    """Las palabras, llanas, que nombran a unos parientes (`datos/parentesco.tsv`)."""
    return frozenset(dict(filas("parentesco.tsv"))[quienes].split())


@lru_cache(maxsize=1)
def canceres() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(órgano, su cáncer) de `datos/canceres.tsv`."""
    return tuple((re.compile(rf"\b(?:{organo})\b"), codigo) for organo, codigo in filas("canceres.tsv"))


@lru_cache(maxsize=1)
def _imposibles() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((condicion, tuple(prefijos.split())) for condicion, prefijos in filas("imposibles.tsv"))


def imposible(codigo: str, edad: int | None, sexo: str | None) -> bool:
    """Si por su sexo o su edad (años) no puede tener ese código; lo que no se sabe no descarta."""
    for condicion, prefijos in _imposibles():
        if condicion[0] in "<>":
            limite = int(condicion[1:])
            cumple = edad is not None and (edad < limite if condicion[0] == "<" else edad > limite)
        else:
            cumple = sexo == condicion
        if cumple and any(codigo.startswith(p) for p in prefijos):
            return True
    return False


@lru_cache(maxsize=256)
def manifestacion(codigo: str) -> tuple[str, str | None] | None:
    """(CIE-10, CIE-11) de la manifestación que acompaña a ese código de etiología, si la hay."""
    for etiologia, cie10, cie11 in filas("asociados.tsv"):
        if etiologia == codigo:
            return cie10, None if cie11 == "-" else cie11
    return None


@lru_cache(maxsize=256)
def en_embarazo(codigo: str) -> tuple[str, str | None] | None:
    """(CIE-10, CIE-11) del capítulo XV que lleva esa enfermedad en una embarazada."""
    fila = _primera("embarazo.tsv", codigo)
    return (fila[0], None if fila[1] == "-" else fila[1]) if fila else None
