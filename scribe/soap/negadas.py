"""Lo negado, por delante: «Fisura no veo, absceso tampoco» se lee «No veo fisura, ni absceso».

Al hablar, lo que se niega va muchas veces antes del «no», y quien lee de prisa ve la enfermedad y no el
«no». Aquí cambia el orden, nunca el fondo: las palabras son las dichas, y `verificar` las compara
después con su cita. Solo se mueve una cosa nombrada sola; una frase con su propio verbo se deja igual.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from scribe.lenguaje.texto import llano
from scribe.soap.fragmentos import Propuesta, mayuscula

_CORTE = re.compile(r"([.;,]\s+(?:(?:y|pero|aunque|e)\s+)?|\s+(?:y|pero)\s+)")
_CABEZA = re.compile(r"[^:]{0,90}:\s+")
_ARTICULO = re.compile(r"(?:el|la|los|las|un|una|unos|unas)\s+", re.I)
_PALABRAS = r"[^\W\d_]+(?:\s+[^\W\d_]+){0,3}?"
_EN_NINGUNA = re.compile(rf"(?<![^\W\d_])({_PALABRAS}), en ningun[oa]s?(?=[.;,]|$)", re.I)
_DISLOCADO = re.compile(
    rf"(?P<cosa>{_PALABRAS}) (?:ya )?no (?:me |te |se )?(?:lo|la|los|las) "
    r"(?P<verbo>[^\W\d_]+(?: a [^\W\d_]+)?)(?P<resto>[^,;.]*)",
    re.I,
)
CESO = r"\b(?:ya )?(?:se (?:me |le |te |nos )?(?:ha |han )?(?:quit|fue|pas)\w*|mejor\w+|baj(?:o|aron)|cedi\w+)\b"  # noqa: E501
"""Que algo se quitó: lo que después lleva «no» es lo que sigue («se quitaron las ronchas, la comezón no»)."""
_CESO = re.compile(CESO)
_DESCARTA = "descartado: "
_AJENO = re.compile(r"(?:de otra persona|antecedente familiar)", re.I)
_PALABRA = {"subjetivo": "niega", "objetivo": "sin"}
_INDICA = frozenset({"indicacion", "suspension"})


@cache
def _datos() -> dict[str, tuple[str, ...]]:
    texto = files("scribe.soap").joinpath("datos/negadas.es.toml").read_text("utf-8")
    return {nombre: tuple(valores) for nombre, valores in tomllib.loads(texto).items()}


_POR_AHORA = re.compile(r"\b(?:todavia|aun|por ahora|ahorita|de momento) no\b")


@cache
def _opciones(lista: str) -> str:
    return "|".join(sorted(map(re.escape, _datos()[lista]), key=len, reverse=True))


@cache
def _negado(lista: str) -> re.Pattern[str]:
    verbos = _opciones(lista)
    no = rf"no (?P<verbo>{verbos})|tampoco(?: (?:{verbos}))?|no"
    return re.compile(rf"(?P<cosa>{_PALABRAS}),? (?:ya )?(?:{no})")


def al_frente(propuesta: Propuesta) -> str:
    """El texto de la propuesta con lo negado por delante; el mismo si no hay nada que mover."""
    texto = propuesta.texto
    if _AJENO.match(texto):
        return texto
    if propuesta.tipo == "descartado":
        return _descartado(texto)
    if propuesta.seccion == "plan":
        return _por_trozos(texto, _indicado) if propuesta.tipo in _INDICA else texto
    if palabra := _PALABRA.get(propuesta.seccion):
        reunido = _EN_NINGUNA.sub(lambda m: f"{m[1]} no" if _es_cosa(m[1]) else m[0], texto)
        return _por_trozos(_sin_intercalar(reunido), lambda t, antes: _antepuesto(t, palabra, antes))
    return texto


def _por_trozos(texto: str, cambiar: Callable[[str, str | None], str]) -> str:
    cabeza = hallado[0] if (hallado := _CABEZA.match(texto)) else ""
    partes = _CORTE.split(texto[len(cabeza) :])
    for n in range(0, len(partes), 2):
        partes[n] = cambiar(partes[n], partes[n - 2] if n else None)
    nuevo = "".join(partes)
    return cabeza + (mayuscula(nuevo) if not cabeza and texto[:1].isupper() else nuevo)


def _sin_intercalar(texto: str) -> str:
    """«Ataques, Dios me libre, tampoco» → «Ataques tampoco»."""
    return re.sub(rf", (?:{_opciones('intercalados')}),? (?=no\b|tampoco\b)", " ", texto, flags=re.I)


def _antepuesto(trozo: str, palabra: str, antes: str | None) -> str:
    hallado = _cosa_negada(trozo, "verbos")
    if hallado is None:
        return trozo
    cosa, verbo = hallado
    if verbo:
        return f"no {verbo} {cosa}"
    if antes is not None and _CESO.search(llano(antes)):
        return trozo  # «las ronchas ya se quitaron, la comezón no»: la comezón sigue
    sigue = antes is not None and re.match(r"(?:no|ni|niega|sin)\b", antes) is not None
    return f"{'ni' if sigue else palabra} {_ARTICULO.sub('', cosa, count=1)}"


def _cosa_negada(trozo: str, lista: str) -> tuple[str, str] | None:
    """Lo que el trozo niega por detrás y su verbo, como se dijeron; nada si no es una cosa nombrada sola."""
    limpio = trozo.strip()
    articulo = hallado[0] if (hallado := _ARTICULO.match(limpio)) else ""
    nombre = limpio[len(articulo) :]
    negado = _negado(lista).fullmatch(llano(nombre))
    if negado is None or not _es_cosa(negado["cosa"]):
        return None
    cosa = nombre[: negado.end("cosa")]
    if not articulo and not cosa.isupper():
        cosa = cosa[:1].lower() + cosa[1:]
    verbo = nombre[negado.start("verbo") : negado.end("verbo")] if negado["verbo"] else ""
    return articulo.lower() + cosa, verbo


def _es_cosa(texto: str) -> bool:
    palabras = llano(texto).split()
    return bool(palabras) and palabras[0] not in _datos()["no_son_cosas"] and "no" not in palabras


def _descartado(texto: str) -> str:
    cuerpo = texto[len(_DESCARTA) :] if texto.lower().startswith(_DESCARTA) else texto
    if _POR_AHORA.search(llano(cuerpo)):
        return texto  # «diabetes todavía no»: sin el «todavía no» se diría otra cosa
    primero, *resto = _CORTE.split(cuerpo)
    hallado = _cosa_negada(primero, "concluye")
    return f"Descartado: {hallado[0]}{''.join(resto)}" if hallado else texto


def _indicado(trozo: str, _antes: str | None) -> str:
    """«El Noxpirin no lo vuelva a tomar» → «no vuelva a tomar el Noxpirin»."""
    hallado = _DISLOCADO.fullmatch(trozo.strip())
    if hallado is None or not _es_cosa(_ARTICULO.sub("", hallado["cosa"], count=1)):
        return trozo
    cosa = hallado["cosa"]
    return f"no {hallado['verbo']} {cosa[:1].lower() + cosa[1:]}{hallado['resto']}"
