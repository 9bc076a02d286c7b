"""Lo negado, por delante: «Fisura no veo, absceso tampoco» se lee «No veo fisura, ni absceso».

Al hablar, lo que se niega va muchas veces antes del «no», y quien lee de prisa ve la enfermedad y no el
«no». Aquí cambia el orden, nunca el fondo: las palabras son las dichas, y `verificar` las compara
después con su cita. Solo se mueve una cosa nombrada sola; una frase con su propio verbo se deja igual.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.fragmentos import Propuesta, mayuscula, minuscula

_P = patrones("scribe.soap", "negadas.es")

_CORTE = _P["corte"]
_CABEZA = re.compile(r"[^:]{0,90}:\s+")
_ARTICULO = _P["articulo"]
_EN_NINGUNA = _P["en_ninguna"]
_DISLOCADO = _P["dislocado"]
_CESO = _P["ceso"]
CESO = _CESO.pattern
_DESCARTA = "descartado: "
_AJENO = re.compile(r"(?:de otra persona|antecedente familiar)", re.I)
_PALABRA = {"subjetivo": "niega", "objetivo": "sin"}
_INDICA = frozenset({"indicacion", "suspension"})


_POR_AHORA = _P["por_ahora"]


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
    return _P["intercalado"].sub(" ", texto)


def _antepuesto(trozo: str, palabra: str, antes: str | None) -> str:
    hallado = _cosa_negada(trozo, "verbos")
    if hallado is None:
        return trozo
    cosa, verbo = hallado
    if verbo:
        return f"no {verbo} {cosa}"
    if antes is not None and _CESO.search(llano(antes)):
        return trozo  # «las ronchas ya se quitaron, la comezón no»: la comezón sigue
    sigue = antes is not None and _P["ya_negado"].match(antes) is not None
    return f"{'ni' if sigue else palabra} {_ARTICULO.sub('', cosa, count=1)}"


def _cosa_negada(trozo: str, lista: str) -> tuple[str, str] | None:
    """Lo que el trozo niega por detrás y su verbo, como se dijeron; nada si no es una cosa nombrada sola."""
    limpio = trozo.strip()
    articulo = hallado[0] if (hallado := _ARTICULO.match(limpio)) else ""
    nombre = limpio[len(articulo) :]
    negado = _P[f"negado.{lista}"].fullmatch(llano(nombre))
    if negado is None or not _es_cosa(negado["cosa"]):
        return None
    cosa = nombre[: negado.end("cosa")]
    if not articulo and not cosa.isupper():
        cosa = minuscula(cosa)
    verbo = nombre[negado.start("verbo") : negado.end("verbo")] if negado["verbo"] else ""
    return articulo.lower() + cosa, verbo


def _es_cosa(texto: str) -> bool:
    palabras = llano(texto).split()
    niega_o_casi = {"no", "casi"} & set(palabras)  # «tos casi no» no es «niega tos»
    return bool(palabras) and not _P["no_son_cosas"].fullmatch(palabras[0]) and not niega_o_casi


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
    return f"no {hallado['verbo']} {minuscula(cosa)}{hallado['resto']}"
