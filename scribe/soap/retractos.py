"""Autocorrecciones del habla: «de 600… no, perdón, de 400». Vale lo último que se dijo."""

from __future__ import annotations

import re
from functools import lru_cache

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano

_P = patrones("scribe.soap", "retractos.es")
_MARCA = _P["marca"]
_NO_SOLO = _P["no_solo"]
_QUE_SEAN = _P["que_sean"]
_LADO = _P["lado"]
_SE_CORRIGE = _P["se_corrige"]
_TITUBEA = _P["titubea"]
_CUENTA = _P["cuenta"]
_CAMBIA_DE_LADO = _P["cambia_de_lado"]
_LADO_DESPUES = _P["lado_despues"]
_YA_NO = _P["ya_no"]
_NUMERO = _P["numero"]
_UN_LAPSO = _P["un_lapso"]
_VENTANA = 48
_DISTANTE = _P["distante"]
_UNA = {
    "miligramo": "mg",
    "gramo": "g",
    "mililitro": "ml",
    "cc": "ml",
    "kilo": "kg",
    "hr": "hora",
    "microgramo": "mcg",
}
INTERRUMPIDA = _P["interrumpida"]
_REPITE = _P["repite"]
_PERDON_FINAL = _P["perdon_final"]


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
    numero = _P["numero_dicho"].pattern
    iguales = (
        list(re.finditer(rf"\b{re.escape(palabra)} (?={numero})", antes)) if not palabra.isdigit() else []
    )
    if iguales and re.match(rf"{re.escape(palabra)} {numero}", despues):
        return base + iguales[-1].start(), marca.end()
    if palabra[0].isdigit() or _P["una_toma"].fullmatch(palabra):
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


_EMPIEZA = _P["empieza"]


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


_CON_UNIDAD = _P["con_unidad"]
_SIN_UNIDAD = _P["sin_unidad"]


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
