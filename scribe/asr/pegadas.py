"""Palabras que el reconocedor pegó o partió: «flemano» es «flema no»; «levo cetirizina», levocetirizina.

Pegar pasa en los diálogos rápidos, donde la pregunta de uno y la respuesta del otro se pisan. Importa
porque ahí se pierde el síntoma y, con él, el «no» que lo negaba.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from scribe.consulta import Turno
from scribe.lenguaje.cifras_parecidas import dicha
from scribe.lenguaje.farmacos import buscar_farmacos, nombres
from scribe.lenguaje.fichas import Edicion, Ficha
from scribe.lenguaje.fonetica import clave
from scribe.lenguaje.parecidos import PREFIJOS, Clase, datos, escritos, exactos
from scribe.lenguaje.texto import llano
from scribe.lenguaje.vocabulario import es_comun

_DELANTE = ("con", "sin", "del", "las", "los", "una", "por", "ni", "no", "muy")
"""Lo que se pega por delante de un término («consangre»); «a» o «la» empiezan demasiadas palabras."""
_DETRAS = ("no", "si", "ci", "ya", "ni", "con", "sin")
"""Y por detrás; «sí» también se oye «ci»."""
_COMO_SE_ESCRIBE = {"ci": "sí", "si": "sí", "no": "no", "ya": "ya"}
_LARGO_TERMINO = 4
_LARGO = 6


def despegar(ficha: Ficha) -> Edicion | None:
    """El cambio que separa la ficha en dos palabras, o `None` si no se puede o se puede de dos maneras.

    La ficha no debe ser palabra conocida. Una mitad ha de ser un término clínico o un fármaco, y la otra,
    también, o una de las partículas que se pegan.
    """
    palabra = ficha.llana
    if len(palabra) < _LARGO or not palabra.isalpha():
        return None
    cortes = [k for k in range(2, len(palabra) - 1) if _vale(palabra[:k], palabra[k:])]
    if len(cortes) != 1:
        return None
    (k,) = cortes
    # Las formas llanas no cambian el número de letras: el corte vale también en lo escrito.
    partes = ficha.texto[:k], ficha.texto[k:]
    return Edicion(ficha.desde, ficha.hasta, " ".join(map(_bien_escrita, partes)), "palabras pegadas")


def juntar(texto: str, fichas: list[Ficha]) -> Iterator[Edicion]:
    """«levo cetirizina» es levocetirizina, otro fármaco: el comienzo suelto se junta con su nombre.

    También lo que no es palabra y, junto al nombre que sigue, suena exactamente a otro («cafia aspirina»).
    """
    sueltos, verbos = datos()["comienzos"]["sueltos"], datos()["comienzos"]["tras_pronombre"]
    menciones = {m.desde: m for m in buscar_farmacos(texto)}
    for k, f in enumerate(fichas[:-1]):
        mencion = menciones.get(fichas[k + 1].desde)
        if f.corte or mencion is None or not (f.llana in sueltos or _no_es_palabra(f)):
            continue
        if f.llana == "des" and k and fichas[k - 1].llana in verbos:
            continue  # «no le des loratadina»
        entrada = exactos("farmaco").get(clave(f"{f.texto} {mencion.texto}"))
        if entrada:
            yield Edicion(f.desde, mencion.hasta, entrada.texto, "fármaco")


def _no_es_palabra(ficha: Ficha) -> bool:
    return ficha.texto.isalpha() and len(ficha.texto) > 2 and not es_comun(ficha.texto)


def partido(turno: Turno, fichas: list[Ficha], clase: Clase) -> bool:
    """Dos o tres palabras comunes que juntas suenan exactamente a un nombre largo («metil dopa»).

    Si el reconocedor mismo duda de ellas, también a uno más corto («rió pan», Riopan) y, sin ser
    fármaco, a un término («hincha son», hinchazón), salvo que la primera sea una partícula: «sin toma».
    """
    if not 2 <= len(fichas) <= 3:
        return False
    sonido = clave(" ".join(dicha(f.texto) for f in fichas))
    if sonido not in exactos(clase):
        return False
    if clase == "farmaco" and len(sonido) >= 8:
        return True
    umbrales = datos()["partidos"]
    oidas = turno.palabras_de(fichas[0].desde, fichas[-1].hasta)
    duda = min((p.prob for p in oidas), default=1.0)
    if clase == "farmaco":
        return bool(len(sonido) >= umbrales["largo_dudoso"] and duda < umbrales["prob_farmaco"])
    propia = fichas[0].llana not in PREFIJOS and fichas[0].llana not in ("sin", "no", "muy", "ha", "he")
    return bool(propia and len(sonido) >= umbrales["largo_termino"] and duda < umbrales["prob_termino"])


def _vale(una: str, otra: str) -> bool:
    if una in _DELANTE:
        return _es_termino(otra)
    return _es_termino(una) and (otra in _DETRAS or _es_termino(otra))


def _es_termino(llana: str) -> bool:
    return len(llana) >= _LARGO_TERMINO and llana in _conocidas()


def _bien_escrita(parte: str) -> str:
    escrita = _COMO_SE_ESCRIBE.get(llano(parte)) or _conocidas().get(llano(parte), parte)
    return escrita.capitalize() if parte[0].isupper() else escrita


@cache
def _conocidas() -> dict[str, str]:
    """Forma llana → escrita de las palabras de consulta, términos clínicos y fármacos de una palabra."""
    diarias = [p for lista in datos()["pegadas"].values() for p in lista]
    lista = [*diarias, *escritos(), *(n.texto.lower() for n in nombres() if not n.ambigua)]
    return {llano(t): t for t in sorted(lista, reverse=True) if t.isalpha()}
