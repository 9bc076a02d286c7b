"""Autocorrecciones del habla: «de 600… no, perdón, de 400». Vale lo último que se dijo."""

from __future__ import annotations

import re
from functools import lru_cache

from scribe.lenguaje.texto import llano

_MARCA = re.compile(
    r"[\s.,;…]*\b(?:(?:ay,? )?no\b[\s,.]*)?(?:perdon(?:e|a)?(?:me)?|digo|mejor dicho|corrijo|mas bien|me equivoque|"  # noqa: E501
    r"(?<=no )mejor|(?<=no, )mejor|rectifico|que diga|miento)\b[\s,.:…]*"
    r"|[\s.,;…]*\bno[\s,.]+(?:esper[ae](?:n?me|te)?|permitame|dejeme ver|a ver)\b[\s,.:…]*(?!\d+(?:[.,]\d+)? (?:por|entre|x|mas|menos) \d)"  # noqa: E501
)
_NO_SOLO = re.compile(
    r"[\s.,;…]+(?:no|mejor)[\s,.…]+(?=(?:de|cada|por|en|a las|son|es) \d)|[\s.,;…]+no\s*[,.…]+\s*(?=\d)"
    r"|[\s.,;…]+(?:bueno|ah|ay)[\s,]+no[\s,.…]+(?=(?:(?:de|cada|por|en|a las|son|es|hace) )?(?:\d|½|un[oa]\b))"  # noqa: E501
)
_QUE_SEAN = re.compile(
    r"[\s.,;…]+(?:(?:no|bueno|ay|ah|aunque|perdon|o)\b[\s,.…]*)*(?:mejor[\s,]+)?"
    r"(?:que (?:sean?|fueran?|sea por)|(?:vamos|vamonos) (?:a|con)|(?:lo|la|los|las|le|te) (?:dejamos|dejo|ponemos|pongo) en|"  # noqa: E501
    r"dejem\w+ en|pong(?:a|amos)\w*|ponle)[\s,]+(?=(?:por |de |cada )?(?:\d|un[oa]s? ))"
    r"|[\s,]*(?:\.\.\.|…)[\s,]*(?:no\W+)?(?:mejor )?(?:le|te|se l[oa]s?) (?:pongo|dejo|ponemos|dejamos|subo|bajo|doy)[\s,]+(?=(?:por |de |cada )?(?:\d|un[oa]s? ))"  # noqa: E501
)
"""«Por 2 semanas… no, que sean 3», «7 días, mejor que sean 10»: lo nuevo sustituye a la última cifra."""
_LADO = re.compile(r"\b(?:derech|izquierd)[oa]s?\b")
_SE_CORRIGE = re.compile(
    r"\w[\s,.…]+(?:no,? perdon|me equivoque|corrijo|rectifico|que diga|mejor dicho)\b[\s,.:…]*\w"
)
_TITUBEA = re.compile(
    r"\d[^.;?!…]{0,22}(?:\.\.\.|…)\s*(?:bueno|aunque|ay)?[\s,]*(?:no|mejor)\b(?! (?:mas|pas\w+|se pas\w+)\b)[^.;?!…]{0,45}?(?:\d|½|\bun[oa]\b (?:en|por|cada|al|diari))"  # noqa: E501
)
"""«3 al día… no, te la pongo más fácil, una en la mañana»: cambia de idea y no se sabe qué tramo se va."""
_CUENTA = re.compile(
    r"\d[^;?!]{0,40}\bno\b[\s,.…]+(?:a ver|espere\w*|dejeme ver|permitame)\b[\s,.…]*\d+(?:[.,]\d+)? (?:por|entre|x|mas|menos) \d"  # noqa: E501
)
"""«7 mL… no, a ver, 14 por 45… son 6 mL»: hace la cuenta en voz alta; no se sabe cuál cifra queda."""
_CAMBIA_DE_LADO = re.compile(
    r"\bderech[oa]s?\b[\s,.…]*(?:\.\.\.|…)[\s,.]*no\b[\s,.]*(?:\w+ )?izquierd|\bizquierd[oa]s?\b[\s,.…]*(?:\.\.\.|…)[\s,.]*no\b[\s,.]*(?:\w+ )?derech"  # noqa: E501
)
_LADO_DESPUES = re.compile(r"(?:(?:del?|en|el|la|los|las|al|lado) )*(?:derech|izquierd)[oa]s?\b")
_YA_NO = re.compile(
    r"\b(?:el|la|los|las) (?:de )?\d+(?:[.,]\d+)?(?: ?(?:mg|mcg|g|ml|miligramos|microgramos))?,? ya no\b[\s,.]*(?:mejor|sino|ahora)?[\s,]*"  # noqa: E501
)
_NUMERO = re.compile(
    r"\d+(?:[.,/]\d+)*(?: ?(?:mg|mcg|g|ml|%|kilos?|kg|miligramos?|microgramos?|horas?|dias?|semanas?|anos?|meses))?"  # noqa: E501
)
_UN_LAPSO = re.compile(r"\bun[oa]? (?:dia|semana|mes|ano|hora|tableta|pastilla|capsula|gota|cucharada|vez)\b")
_UNIDADES_EN_LETRA = (
    r"(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta)"
)
_UNA_TOMA = frozenset({"un", "una", "uno", "media", "medio"})
_VENTANA = 48
_U = r"mg|mcg|µg|g|gramos?|ml|mililitros?|cc|%|kilos?|kg|cm|gotas?|tabletas?|pastillas?|capsulas?|cucharad\w+|unidades|ui|disparos?|inhalaciones|miligramos?|microgramos?|horas?|hrs?|dias?|semanas?|mes(?:es)?|anos?|veces|grados"  # noqa: E501
_CANTIDAD = rf"(?P<p{{0}}>(?:de|por|cada|en|con|a las|hace|son) )?(?P<n{{0}}>un[oa]?(?= (?:dias?|semanas?|mes|meses|anos?|hora|tableta|pastilla|capsula|gota|vez)\b)|\d+(?:[.,/]\d+)?½?(?: ?(?:por|x|sobre) ?\d+)?|½)(?!\d)(?: ?(?P<u{{0}}>{_U})\b)?"  # noqa: E501
_DISTANTE = re.compile(
    rf"\b{_CANTIDAD.format(1)}(?P<cola>(?:,? [a-z]+){{0,3}})"
    r"(?:[\s,;.…]+(?:(?:aunque|bueno|ay|ah|pero|o|este|uy|no)[\s,.…]+)*"
    r"(?P<marca>(?:(?<=\.\.\. )|(?<=… ))no(?=,? [a-z])|permitame|dejeme ver|no(?=,? (?:por|para|segun) (?:su|tu|el|la) \w+\W+\d)|no[\s,.…]+(?:perdon\w*|mejor|espere\w*|digo|a ver|no)|(?<!ya )(?<!lo )(?<!es )mejor (?!que\b|no\b|si\b)|perdon\w*|digo|miento|corrijo|"  # noqa: E501
    r"me equivoque|que diga|mas bien|a ver|espere\w*|dejeme \w+)\b)"
    r"(?P<medio>[\s,.:;…]*(?:(?!si\b|cuando\b|despues\b|luego\b|antes\b|hasta\b|ya\b)[a-z]+[\s,.:;…]+){0,9}?)"
    rf"(?<![\d/.,]){_CANTIDAD.format(2)}"
)
"""«1 ml… perdón, eso es mucho para su peso: 0.8 ml», «de 10… no, mejor empezamos bajito, de 5»."""
_UNA = {
    "miligramo": "mg",
    "gramo": "g",
    "mililitro": "ml",
    "cc": "ml",
    "kilo": "kg",
    "hr": "hora",
    "microgramo": "mcg",
}
INTERRUMPIDA = re.compile(
    r"(?:\.\.\.|…)\s*(?:(?:no|ay|uy|ah)\b[\s,.]*)*(?:esper\w+|un momento|momentito|permitame|aguant\w+)\b[\s,.]*(?:esper\w+)?[\s,.!]*$"  # noqa: E501
)
"""«Timolol, una gota en el… espere, espere»: la frase se dejó a medias; no dispone nada."""


_REPITE = re.compile(
    r"\b(de|por|cada|en) (?:\d+|\w+)(?: ?(?:mg|dias|horas))?\s*(?:\.\.\.|…)\s*(?=\1 \d)|\b(de|por|cada|en) \d+\s*,\s*(?=\2 \d+ ?\w)"  # noqa: E501
    r"|\b\d+(?: [a-z]+)?\s*(?:\.\.\.|…)\s*\d+\s*,\s*(?:no,? )?mejor (?=\d)"
)


_PERDON_FINAL = re.compile(r",? (?:perdon|digo)(?=[\s.…]*$|[.,;] )")
"""«Cada 8… cada 12, perdón»: la disculpa va después y no es parte de la pauta."""


def _retirado(plano: str, marca: re.Match[str]) -> tuple[int, int] | None:
    """El tramo que la marca deja sin efecto, o nada si no se ve qué corrige."""
    despues = plano[marca.end() :]
    primera = re.match(r"\w+", despues)
    if primera is None:
        return None
    palabra = "a las" if re.match(r"a las \d", despues) else primera.group()
    antes = plano[max(0, marca.start() - _VENTANA) : marca.start()]
    base = marca.start() - len(antes)
    otro_lado = _LADO_DESPUES.match(despues)
    lados = list(_LADO.finditer(antes))
    if otro_lado and lados and len(antes[lados[-1].end() :].split()) <= 1:
        # «la rodilla derecha, perdón, la izquierda»: solo cambia el lado, la rodilla se queda.
        lado = _LADO.search(otro_lado.group())
        return base + lados[-1].start(), marca.end() + (lado.start() if lado else 0)
    numero = rf"(?:\d|{_UNIDADES_EN_LETRA}\b)"
    iguales = (
        list(re.finditer(rf"\b{re.escape(palabra)} (?={numero})", antes)) if not palabra.isdigit() else []
    )
    if iguales and re.match(rf"{re.escape(palabra)} {numero}", despues):
        return base + iguales[-1].start(), marca.end()
    if palabra[0].isdigit() or palabra in _UNA_TOMA:
        numeros = sorted((*_NUMERO.finditer(antes), *_UN_LAPSO.finditer(antes)), key=re.Match.start)
        if numeros and len(antes[numeros[-1].end() :].split()) <= 2:
            return base + numeros[-1].start(), marca.end()
    repetida = list(re.finditer(rf"\b{re.escape(palabra)}\b", antes))
    if repetida and len(palabra) > 1 and len(antes[repetida[-1].start() :].split()) <= 4:
        return base + repetida[-1].start(), marca.end()
    return None


def _unidad(u: str | None) -> str:
    base = re.sub(r"(?<=[aeiou])s$|(?<=mes)es$", "", u or "")
    return _UNA.get(base, base)


_EMPIEZA = re.compile(
    r"\b(?:empez\w+|empec\w+|empiec\w+|arranc\w+|arranqu\w+|inici\w+|(?:le|te) (?:dejo|pongo|bajo|subo|doy)|(?:voy|vamos) a|que sea\w*)\b"  # noqa: E501
)
"""«De 25 en la noche; no, perdón, empezamos con 10»: con qué se empieza es la dosis."""


def _distante(m: re.Match[str]) -> tuple[int, int] | None:
    """El tramo que deja sin efecto una corrección con palabras en medio, si las dos cantidades son de lo mismo."""  # noqa: E501
    u1, u2 = _unidad(m["u1"]), _unidad(m["u2"])
    p1, p2 = m["p1"] or "", m["p2"] or ""
    if m["n1"] == m["n2"] or (u1 and u2 and u1 != u2):
        return None
    misma = (
        (u1 and u1 == u2) or (p1 and p1 == p2 and not (u1 or u2)) or (u1 and not u2 and (not p2 or p1 == p2))
    )
    empieza = "mejor" in m["marca"] or _EMPIEZA.search(m["medio"]) is not None
    if not misma and not (
        empieza and p1 in ("de ", "a ") and p2 in ("con ", "de ", "en ") and not (u1 or u2)
    ):
        return None
    desde = m.start("p1") if p1 and p1 == p2 else m.start("n1")
    return desde, m.start("p2") if p2 and p1 == p2 else m.start("n2")


@lru_cache(maxsize=4096)
def retirados(texto: str) -> tuple[tuple[int, int], ...]:
    """Tramos de `texto` que la misma persona retiró al corregirse, con la muletilla incluida."""
    plano = llano(texto)
    if _CUENTA.search(plano):
        return ()
    tramos = [m.span() for patron in (_YA_NO, _REPITE) for m in patron.finditer(plano)]
    if tramos:
        tramos += [m.span() for m in _PERDON_FINAL.finditer(plano)]
    for patron in (_QUE_SEAN, _MARCA, _NO_SOLO):
        for marca in patron.finditer(plano):
            tramo = _retirado(plano, marca)
            if tramo and not any(a < tramo[1] and b > tramo[0] for a, b in tramos):
                tramos.append(tramo)
    for m in _DISTANTE.finditer(plano):
        tramo = _distante(m)
        if tramo and not any(a < tramo[1] and b > tramo[0] for a, b in tramos):
            tramos.append(tramo)
    return tuple(sorted(tramos))


@lru_cache(maxsize=4096)
def dudosa(texto: str) -> bool:
    """Si alguien parece corregirse y no se supo qué retiró: junto a una cifra, o con un «no, perdón» a media frase."""  # noqa: E501
    plano = llano(texto)
    if _CUENTA.search(plano):
        return True
    hechos = retirados(texto)
    duda = _TITUBEA.search(plano)
    if duda and not any(a < duda.end() and b > duda.start() for a, b in hechos):
        return True
    for patron in (_SE_CORRIGE, _CAMBIA_DE_LADO):
        m = patron.search(plano)
        if m and not any(a < m.end() and b > m.start() for a, b in hechos):
            return True
    for marca in _MARCA.finditer(plano):
        if any(a < marca.end() and b > marca.start() for a, b in hechos):
            continue
        if re.search(r"\d", plano[max(0, marca.start() - 25) : marca.start()]) and re.match(
            r"(?:\w+ ){0,2}\d", plano[marca.end() :]
        ):
            return True
    return False


_CON_UNIDAD = re.compile(
    rf"(?:\d+(?:[.,/]\d+)?½?|½) ?(?P<u>(?:{_U})\b(?: (?:por cada|cada|al|por la|en la|de)(?: (?!no\b|mejor\b)[a-z0-9]+){{1,2}})?)"  # noqa: E501
)
_SIN_UNIDAD = re.compile(rf"(?:\d+(?:[.,/]\d+)?½?|½)(?![\d.,/½]*\d| ?(?:{_U}|%|sobre|a|o)\b)")


def _unidad_heredada(texto: str, desde: int, hasta: int) -> tuple[int, str] | None:
    """Dónde y qué unidad toma la cifra nueva, si se calló por dicha: «2 semanas… no, que sean 3»."""
    dicha = _CON_UNIDAD.match(llano(texto[desde:hasta]))
    nueva = _SIN_UNIDAD.match(llano(texto), hasta)
    if not dicha or not nueva:
        return None
    return nueva.end(), " " + texto[desde + dicha.start("u") : desde + dicha.end("u")]


def vigente(texto: str) -> str:
    """`texto` sin lo que se retiró; la cifra nueva conserva la unidad de la retirada."""
    salida, cursor = [], 0
    for desde, hasta in retirados(texto):
        previo = texto[cursor:desde]
        salida.append(previo if not previo or previo[-1].isspace() else previo + " ")
        cursor = hasta
        if heredada := _unidad_heredada(texto, desde, hasta):
            salida += [texto[hasta : heredada[0]], heredada[1]]
            cursor = heredada[0]
    salida.append(texto[cursor:])
    return re.sub(r"\s{2,}", " ", "".join(salida)).strip()
