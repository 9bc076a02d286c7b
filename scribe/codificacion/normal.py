"""Cómo se comparan dos formas de decir lo mismo: sin acentos, género, número ni artículos.

La clave de una palabra es además fonética (b/v, c/s/z, ll/y, g/j, h muda), porque lo que se compara
con el catálogo salió de un reconocedor de voz: «sistitis» y «cistitis» son la misma palabra.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from scribe.codificacion.tablas import palabras
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

FICHA = re.compile(r"[a-zñ0-9]+")

VACIAS = palabras("vacias.txt")
"""Palabras que no distinguen un diagnóstico de otro. «no», «sin» y «ni» sí distinguen."""

_FONEMAS = (
    (re.compile(r"qu(?=[ei])"), "k"), (re.compile(r"gu(?=[ei])"), "G"), (re.compile(r"g(?=[ei])"), "j"),
    (re.compile(r"c(?=[ei])|z|sc(?=[ei])"), "s"), (re.compile(r"ch"), "C"), (re.compile(r"[cq]"), "k"),
    (re.compile(r"ll"), "y"), (re.compile(r"v"), "b"), (re.compile(r"h"), ""), (re.compile(r"x"), "ks"),
    (re.compile(r"ps(?=[aeiou])"), "s"), (re.compile(r"w"), "gu"), (re.compile(r"n(?=[bp])"), "m"),
    (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip
_PLURAL = re.compile(r"(?:(?<=[lnrdzj])es|s)$")
_GENERO = re.compile(r"[oa]$")


@dataclass(frozen=True, slots=True)
class Ficha:
    """Una palabra con contenido y el tramo del texto que ocupa."""

    clave: str
    desde: int
    hasta: int
    salto: bool
    """Si entre la anterior y esta hay un signo que las separa (`.`, `;`, `?`…)."""
    palabra: str = ""
    """Como se escribió, en texto llano."""


def plano(texto: str) -> str:
    """`llano`, pero la ñ se queda: «uña» no es «una»."""
    base = llano(texto)
    if "ñ" not in texto.lower():
        return base
    return "".join("ñ" if letra in "ñÑ" else b for letra, b in zip(texto, base, strict=True))


@lru_cache(maxsize=65536)
def raiz(palabra: str) -> str:
    """Una palabra llana (minúsculas, sin acentos) sin género ni número, con su ortografía."""
    if len(palabra) <= 3 or palabra.isdigit():
        return palabra
    return _GENERO.sub("", _PLURAL.sub("", palabra) if len(palabra) > 4 else palabra)


@lru_cache(maxsize=65536)
def clave(palabra: str) -> str:
    """La forma de comparar de una palabra llana: su raíz, como suena."""
    forma = raiz(palabra)
    for patron, sonido in _FONEMAS:
        forma = patron.sub(sonido, forma)
    return forma or palabra


_DIMINUTIVO = re.compile(r"(?P<base>\w{2,}?)(?:e?c)?it[oa]s?$")
_ANTE_DIMINUTIVO = (("qu", "c"), ("gu", "g"), ("c", "z"))
"""Cómo se escribe la base antes de «-ito»: «barriguita» es «barriga»; «cabecita», «cabeza»."""


@lru_cache(maxsize=65536)
def sin_diminutivo(palabra: str) -> tuple[str, ...]:
    """Las palabras que puede ser, sin «-ito» o «-cito», una llana: entre las de «dolorcito» está «dolor»."""
    hallado = _DIMINUTIVO.match(palabra)
    if hallado is None:
        return _sin_aumentativo(palabra)
    cortas = {hallado["base"], palabra[: palabra.rindex("it")]}
    cortas |= {
        c.removesuffix(fin) + base for c in cortas for fin, base in _ANTE_DIMINUTIVO if c.endswith(fin)
    }
    largas = sorted(cortas, key=lambda c: (-len(c), c))
    return tuple(corta + vocal for corta in largas for vocal in ("a", "e", ""))


_AUMENTATIVO = re.compile(r"(?P<base>\w{3,}?)(?:[zs]?ot[ea]s?|az[oa]s?)$")


def _sin_aumentativo(palabra: str) -> tuple[str, ...]:
    """«taponzote» es «tapón»; «granote», «grano»."""
    hallado = _AUMENTATIVO.match(palabra)
    if hallado is None:
        return ()
    return tuple(hallado["base"] + vocal for vocal in ("o", "a", "e", ""))


_SEPARA = re.compile(r"[.;:?!¿¡…]|,(?P<coma>)")
_SIGUE_DE = patrones("scribe.codificacion", "terminos.es")["sigue_de"]


def _separa(base: str, desde: int, hasta: int) -> bool:
    """Si entre dos palabras hay un signo que las separa; «trasplantado, de riñón» sigue siendo una frase."""
    return any(
        m["coma"] is None or _SIGUE_DE.match(base, m.start()) is None
        for m in _SEPARA.finditer(base, desde, hasta)
    )


def fichas(texto: str) -> list[Ficha]:
    """Las palabras con contenido de un texto, en orden, con su lugar en él."""
    base, salida, fin, salto = plano(texto), [], 0, False
    for m in FICHA.finditer(base):
        salto = salto or _separa(base, fin, m.start())
        fin = m.end()
        if m.group() in VACIAS:
            continue
        salida.append(Ficha(clave(m.group()), m.start(), m.end(), salto, m.group()))
        salto = False
    return salida


def claves(texto: str) -> tuple[str, ...]:
    """Las claves de las palabras con contenido."""
    return tuple(f.clave for f in fichas(texto))


@lru_cache(maxsize=1)
def claves_genericas() -> frozenset[str]:
    """Las claves de las palabras de un título que no piden más detalle del que se dijo."""
    return frozenset(clave(p) for p in palabras("genericas.txt"))


def normal(texto: str) -> str:
    """El texto reducido a sus claves, para indexar y comparar."""
    return " ".join(claves(texto))
