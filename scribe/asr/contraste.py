"""Las cifras y los fármacos, contra una primera lectura de la misma ventana sin ayuda ni dígitos.

Whisper aprendió a escribir «118/74», y ahí una centena se pierde o se inventa sin que baje su certeza. Si se
le prohíben los dígitos tiene que escribir «ciento dieciocho», palabra por palabra, y se equivoca en otras
cosas: donde las dos lecturas dan números distintos que suenan parecido, hay duda. Y también donde una dice un
fármaco y la otra, a la que no se le sugirió ninguno, dice otro. Aquí solo se señala; qué cifra se escribe lo
decide `scribe.asr.relectura`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from scribe.lenguaje.cifras import escribir
from scribe.lenguaje.cifras_parecidas import en_palabras, se_confunden
from scribe.lenguaje.farmacos import MencionFarmaco, buscar_farmacos
from scribe.lenguaje.fichas import Ficha, partir
from scribe.lenguaje.fonetica import clave, distancia
from scribe.lenguaje.texto import llano

DIGITOS = re.compile(r"[0-9%$]")
"""Lo que no puede llevar una ficha del modelo para leer en letras. Solo ASCII: en su vocabulario los demás
signos son bytes sueltos de otras letras («³» es media «ó»)."""

_CRITICA = re.compile(
    r"(?<!cada )(?<![\d.,/])\d{2,}(?:[.,/]\d+)*(?![\d/]|[.,]\d)"
    r"(?! (?:horas|d[ií]as|semanas|meses|a[ñn]os|minutos)\b)"
)
_FICHA = re.compile(r"\d+(?:[.,/]\d+)*|[^\W\d_]+")
_CIFRA = re.compile(r"\d+(?:[.,/]\d+)*")
_CIENTOS = re.compile(r"\b(?:cien ?)?cientos\b(?= \w)", re.IGNORECASE)
_VEINTE_Y = re.compile(
    r"\bveinte (?:y )?(?=(?:uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b)", re.IGNORECASE
)
_DOCE = re.compile(r"\b(?P<n>do|tre)s es\b", re.IGNORECASE)
"""«Ciento dos es sobre setenta»: así se leen, letra por letra, «doce» y «trece»."""
_CENTENA_A_MEDIAS = re.compile(r"cient(?:o|os)$")
_VEINTES = range(21, 30)
"""«Veinte, ocho» no se dice de dos cifras: es veintiocho leído a trozos."""
_DISTINTO = 0.15
"""Lo más que se aparta el sonido de un fármaco de lo que se oyó en la otra lectura para decir que es él."""
_ANTES = 2
"""Palabras previas con que se escribe lo oído: «37 y 8» es 37.8 tras «temperatura»."""


@dataclass(frozen=True, slots=True)
class Contraste:
    """La cifra o el fármaco de `texto[desde:hasta]` y lo que dice ahí la otra lectura."""

    desde: int
    hasta: int
    propuesto: str


def contrastar(texto: str, en_letras: str) -> Iterator[Contraste]:
    """Las cifras de `texto` que la lectura en letras da distintas, en orden.

    Se miran hasta la última que de verdad importa: signos, resultados y dosis; no plazos ni «cada 12».
    """
    hasta = max((m.end() for m in _CRITICA.finditer(texto)), default=0)
    if not hasta:
        return
    fichas = list(_FICHA.finditer(texto))
    en_letras = _DOCE.sub(lambda m: f"{m['n']}ce", _VEINTE_Y.sub("veinti", _CIENTOS.sub("ciento", en_letras)))
    otras = _FICHA.findall(escribir(en_letras))
    comparador = SequenceMatcher(
        None, [llano(f[0]) for f in fichas], [llano(o) for o in otras], autojunk=False
    )
    for cambio, a, b, c, d in comparador.get_opcodes():
        if cambio != "replace" or not any(_CIFRA.fullmatch(f[0]) for f in fichas[a:b]):
            continue
        escrito = escribir(texto[fichas[max(0, a - _ANTES)].start() : fichas[b - 1].end()])
        propias, ajenas = _partes(_CIFRA.findall(escrito)), _partes(_completas(otras, c, d))
        for ficha in fichas[a:b]:
            propuesto = _propuesta(ficha[0], propias, ajenas) if ficha.start() < hasta else None
            if propuesto is not None:
                yield Contraste(ficha.start(), ficha.end(), propuesto)


def faltantes(borrador: str, oido: str) -> int:
    """Cuántas palabras seguidas de `borrador` faltan en `oido`, en el lugar en que más faltan."""
    cambios = _comparar(partir(borrador), partir(oido)).get_opcodes()
    return max((b - a - (d - c) for cambio, a, b, c, d in cambios if cambio != "equal"), default=0)


def perdidos(texto: str, borrador: str) -> int:
    """Cuántos fármacos de `borrador`, al que no se le sugirió ninguno, no están en `texto`."""
    propios = buscar_farmacos(texto)
    return sum(not any(es_el_mismo(p, m) for p in propios) for m in buscar_farmacos(borrador))


def contrastar_farmacos(texto: str, borrador: str) -> Iterator[Contraste]:
    """Los fármacos de `texto` donde `borrador` nombra otro («Dolac», «Dolex»), en orden."""
    propios, ajenos = buscar_farmacos(texto), buscar_farmacos(borrador)
    if not propios or not ajenos:
        return
    fichas, otras = partir(texto), partir(borrador)
    for cambio, a, b, c, d in _comparar(fichas, otras).get_opcodes():
        if cambio != "replace":
            continue
        oidos = _entre(propios, fichas[a].desde, fichas[b - 1].hasta)
        leidos = _entre(ajenos, otras[c].desde, otras[d - 1].hasta)
        if len(oidos) == len(leidos) == 1 and not es_el_mismo(oidos[0], leidos[0]):
            yield Contraste(oidos[0].desde, oidos[0].hasta, leidos[0].texto)


def confirmados(texto: str, borrador: str) -> Iterator[tuple[int, int]]:
    """Los números dichos con palabras y los fármacos de `texto` que también se oyen en `borrador`.

    El modelo da poca probabilidad a lo que no escribiría por costumbre («uno», un nombre raro) aunque lo oiga
    bien; que las dos lecturas coincidan lo sostiene.
    """
    fichas, otras = partir(texto), partir(borrador)
    for a, _, largo in _comparar(fichas, otras).get_matching_blocks():
        yield from ((f.desde, f.hasta) for f in fichas[a : a + largo] if f.llana in en_palabras())
    lugares = ((i, k) for i in range(len(otras)) for k in (1, 2, 3))
    sonidos = {clave(" ".join(f.texto for f in otras[i : i + k])) for i, k in lugares}
    for m in buscar_farmacos(texto):
        suyo = clave(m.texto)
        if any(_suena_igual(suyo, s) for s in sonidos):
            yield m.desde, m.hasta


def _comparar(unas: Sequence[Ficha], otras: Sequence[Ficha]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [f.llana for f in unas], [f.llana for f in otras], autojunk=False)


def _suena_igual(nombre: str, oido: str) -> bool:
    if abs(len(nombre) - len(oido)) > _DISTINTO * len(nombre):
        return False
    return distancia(nombre, oido) <= _DISTINTO * len(nombre)


def _entre(menciones: Sequence[MencionFarmaco], desde: int, hasta: int) -> list[MencionFarmaco]:
    return [m for m in menciones if m.desde < hasta and desde < m.hasta]


def es_el_mismo(uno: MencionFarmaco, otro: MencionFarmaco) -> bool:
    """La misma sustancia, o un nombre dentro de otro («metí el prednisolona», metilprednisolona)."""
    if set(uno.genericos) & set(otro.genericos):
        return True
    sonidos = clave(uno.texto), clave(otro.texto)
    return sonidos[0] in sonidos[1] or sonidos[1] in sonidos[0]


def _propuesta(cifra: str, propias: set[str], ajenas: set[str]) -> str | None:
    """`cifra` con la parte que la otra lectura da distinta; nada si coinciden o no se parecen."""
    if not _CIFRA.fullmatch(cifra):
        return None
    partes = cifra.split("/")
    for k, parte in enumerate(partes):
        if parte in ajenas or parte not in propias:
            continue
        for otra in sorted(ajenas - propias):
            if se_confunden(parte, otra) and not _a_medias(parte, otra, ajenas):
                return "/".join([*partes[:k], otra, *partes[k + 1 :]])
    return None


def _a_medias(parte: str, otra: str, ajenas: set[str]) -> bool:
    """Si la otra lectura dejó fuera un pedazo («75», «5»). Si están los dos («41», «40» y «1»), hay duda."""
    if not (parte.isdigit() and otra.isdigit()):
        return parte.endswith(f".{otra}") or parte.startswith(f"{otra}.")
    entero, trozo = int(parte), int(otra)
    if trozo == entero:
        return False
    if trozo in (entero % 100, entero - entero % 100):
        return True
    pedazos = {entero % 10, entero - entero % 10}
    return trozo in pedazos and (entero in _VEINTES or not all(str(p) in ajenas for p in pedazos))


def _completas(otras: list[str], desde: int, hasta: int) -> list[str]:
    """Las cifras de la otra lectura, menos las que dejaron fuera su centena («nuevecientos 50»)."""
    return [
        otras[k]
        for k in range(desde, hasta)
        if _CIFRA.fullmatch(otras[k]) and not (k and _CENTENA_A_MEDIAS.search(llano(otras[k - 1])))
    ]


def _partes(cifras: list[str]) -> set[str]:
    return {parte for cifra in cifras for parte in cifra.replace(",", ".").split("/")}
