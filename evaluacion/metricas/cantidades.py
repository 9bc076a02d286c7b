"""Cifras con unidad, leídas igual en la nota y en lo dicho: «dos punto cinco miligramos» y «2.5 mg»."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from evaluacion.metricas.lexico import Lexico, lexico
from scribe.lenguaje.texto import llano

_NUMERO = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*")
_MILES = re.compile(r"\d{1,3}(?:[.,]000|(?:,\d{3}))+$")
_FECHA = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}")
_MIL = re.compile(r"(?<![\w.,])(\d+) mil\b")
_SI = re.compile(r"\b[Ss]í\b")
_CIEN = re.compile(
    r"\b[Cc]ien(?= (?:diez|once|doce|trece|catorce|quince|dieci|veint|(?:tre|cuare|cincue|sese|sete|oche|nove)nta))"  # noqa: E501
)
"""«Cien sesenta y dos» son dos números (100/62); 162 se dice «ciento sesenta y dos»."""


@dataclass(frozen=True, slots=True)
class Cifra:
    """Un número con su unidad, si la lleva, y dónde está en el texto preparado."""

    valor: float
    unidad: str | None
    desde: int
    hasta: int

    def __str__(self) -> str:
        return f"{self.valor:g} {self.unidad or ''}".strip().replace("por_ciento", "%")


def preparar(texto: str, idioma: str) -> str:
    """Texto llano con los números hablados en cifras. Las posiciones valen dentro de lo que se devuelve."""
    datos = lexico(idioma).reglas["numeros"]
    if idioma == "es":  # «sí» afirma y «si» condiciona: se distinguen antes de quitar los acentos
        texto = _SI.sub("sii", texto)
    if datos.get("aproxima"):
        texto = re.sub(datos["aproxima"], "como ", texto)
    texto = _CIEN.sub(r"\g<0>,", texto)
    plano = llano(alpha2digit(texto.replace("½", " ½ "), idioma))
    plano = re.sub(rf"\b(?:{'|'.join(datos['palabras'])})\b|½", lambda m: datos["palabras"][m[0]], plano)
    plano = _MIL.sub(lambda m: str(int(m[1]) * 1000), plano)
    if datos.get("mitad"):
        plano = re.sub(datos["mitad"].replace("medi[oa]", r"0\.5"), lambda m: f"{m[1]}.5", plano)
    if datos.get("temperatura"):
        plano = re.sub(datos["temperatura"], r"\1\2.\3", plano)
    if datos.get("kilos"):
        plano = re.sub(datos["kilos"], r"\1.\2 kilos", plano)
    if datos.get("talla"):
        plano = re.sub(datos["talla"], r"\1.\2", plano)
    if datos.get("punto"):
        plano = re.sub(datos["punto"], r"\1.\2", plano)
    return plano


def cifras(plano: str, idioma: str) -> list[Cifra]:
    """Las cifras de un texto ya preparado, en orden; las de una fecha «10/01/2009» no cuentan."""
    salida = []
    fechas = [f.span() for f in _FECHA.finditer(plano)]
    for m in _NUMERO.finditer(plano):
        if any(a <= m.start() < b for a, b in fechas):
            continue
        unidad = _unidades(idioma).match(plano, m.end())
        nombre = unidad.lastgroup if unidad else None
        salida.append(Cifra(_valor(m[0]), nombre, m.start(), m.end()))
    return salida


def igual(a: Cifra, b: Cifra, lex: Lexico) -> bool:
    """Si dicen lo mismo: mismo valor y unidades que no se contradicen, o el mismo tiempo en otra unidad."""
    if _cerca(a.valor, b.valor):
        return a.unidad is None or b.unidad is None or a.unidad == b.unidad
    segundos = lex.reglas["tiempos"]
    if a.unidad in segundos and b.unidad in segundos:
        return _cerca(a.valor * segundos[a.unidad], b.valor * segundos[b.unidad])
    # «nació en 2009» y «09»: el año a dos cifras.
    return any(x.valor >= 1900 and _cerca(x.valor % 100, y.valor) for x, y in ((a, b), (b, a)))


def dicha_de_otro_modo(cifra: Cifra, plano: str, lex: Lexico) -> bool:
    """Si el texto dice la cifra con palabras: «cada 24 horas» por «diario», «3 veces» por «cada 8»."""
    for regla in lex.reglas.get("equivale", []):
        misma = float(regla["valor"]) == cifra.valor and regla["unidad"] in ("", cifra.unidad or "")
        if misma and any(re.search(p, plano) for p in regla["dicho"]):
            return True
    return False


def exenta(cifra: Cifra, lex: Lexico) -> bool:
    """Cifras que casi nunca se dicen como tales («un», «una») y no se comprueban."""
    return f"{cifra.valor:g}" in lex.reglas["numeros"]["exentos"]


def de_nombre(cifra: Cifra, plano: str, lex: Lexico) -> bool:
    """Si el número es parte de un nombre («diabetes tipo 2») y no la cantidad de algo."""
    patron = lex.reglas["numeros"].get("nombre")
    return bool(patron) and re.search(patron, plano[: cifra.desde]) is not None


def descartadas(lista: Iterable[Cifra], plano: str, lex: Lexico) -> set[Cifra]:
    """Las que la misma persona corrigió enseguida («por diez, no, por catorce días»)."""
    reglas = lex.reglas["autocorreccion"]
    marcas = re.compile(rf"\b(?:{'|'.join(reglas['marcas'])})\b")
    todas = list(lista)
    fuera = set()
    for primera, segunda in pairwise(todas):
        hueco = plano[primera.hasta : segunda.desde]
        marca = marcas.search(hueco)
        # «84. Pulso irregular, no, perdón, regular, de 72»: lo corregido es el pulso, no la presión de antes.
        if len(hueco) <= reglas["alcance"] and marca and not _nombra_signo(hueco[: marca.start()], lex):
            fuera.add(primera)
    return fuera


def _nombra_signo(hueco: str, lex: Lexico) -> bool:
    return any(c.clase == "signo" and c.patron.search(hueco) for c in lex.conceptos)


def _cerca(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def _valor(texto: str) -> float:
    if _MILES.match(texto):
        return float(re.sub(r"[.,]", "", texto))
    partes = texto.replace(",", ".").split(".")
    return float(partes[0] if len(partes) == 1 else f"{partes[0]}.{partes[1]}")


@cache
def _unidades(idioma: str) -> re.Pattern[str]:
    grupos = lexico(idioma).reglas["unidades"].items()
    opciones = "|".join(rf"(?P<{n}>(?:{'|'.join(formas)}))(?![a-z])" for n, formas in grupos)
    return re.compile(rf"[ -]*(?:{opciones})")
