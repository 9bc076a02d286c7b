"""Cómo habla el médico: expresiones y arreglos con que sus frases pasan a la nota."""

from __future__ import annotations

import itertools
import re

from scribe.lenguaje.clinico import glosas
from scribe.lenguaje.contexto import calificar
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.fragmentos import Trozo, alinar, mayuscula, minuscula
from scribe.soap.persona import de_usted

_P = patrones("scribe.soap", "dichos.es")
DIGITO = re.compile(r"\d")
ABRE = _P["abre"]
CONTINUAR = _P["continuar"]
REINICIAR = _P["reiniciar"]
AUMENTAR = _P["aumentar"]
BAJAR = _P["bajar"]
AGREGAR = _P["agregar"]
PARA = _P["para"]
PLAZO = _P["plazo"]


def texto_de(trozo: Trozo) -> str:
    """Lo dicho, sin muletillas ni enlaces al principio."""
    base = alinar(trozo.dicho)
    return alinar(ABRE.sub("", base) or base)


RETIRA = _P["retira"]
SE_VA = _P["se_va"]
NO_SUSPENDER = _P["no_suspender"]
PARTE = _P["parte"]
FIRME = _P["firme"]
MIRA = _P["mira"]
HALLA = _P["halla"]


def cifras_de(texto: str) -> set[str]:
    """Las cifras de un texto."""
    return set(re.findall(r"\d+(?:[.,]\d+)?½?|½", texto))


def inicio_de_duda(texto: str, inicio: int) -> int:
    """Dónde empieza la cláusula de la duda, con su «y» o su coma."""
    antes = llano(texto[:inicio])
    corte = max(antes.rfind(", "), antes.rfind(" y "), antes.rfind(". "))
    return corte if corte > 0 else inicio


COPULA = _P["copula"]


def sin_copula(texto: str) -> str:
    """El diagnóstico sin «es una», «tiene un»…"""
    limpio = _P["pues_final"].sub("", _P["afirma_el_diagnostico"].sub("", alinar(texto)))
    return alinar(COPULA.sub("", limpio, count=1)) or texto


def dividir(trozo: Trozo) -> list[Trozo]:
    """Separa dos indicaciones dichas en una oración («le pido…, y la veo en 6 semanas»)."""
    plano = llano(trozo.texto)
    cortes: list[int] = []
    for m in PARTE.finditer(plano):
        if m.start() > 15 and not _en_lista_de_condiciones(plano, cortes[-1] if cortes else 0, m.end()):
            cortes.append(m.end())
    bordes = [0, *cortes, len(trozo.texto)]
    return [trozo.parte(a, a + len(trozo.texto[a:b].rstrip())) for a, b in itertools.pairwise(bordes)]


_SI = _P["condicion_sigue"]


def _en_lista_de_condiciones(plano: str, desde: int, corte: int) -> bool:
    """Si el corte separaría dos condiciones de una misma orden: «si sangra, si se confunde, llaman»."""
    return _SI.match(plano, desde) is not None and _SI.match(plano, corte) is not None


EXAMEN = (
    *((p, nombre.removeprefix("examen.")) for nombre, p in _P.items() if nombre.startswith("examen.")),
    *((p, "") for nombre, p in _P.items() if nombre.startswith("sobra_al_examen.")),
)
MANIOBRAS = _P["maniobras"]
_DE_PRUEBA = _P["de_prueba"]


def glosado(texto: str) -> str:
    """El hallazgo con su nombre clínico por delante, si no está ya escrito, y sin la primera persona."""
    plano = llano(texto)
    terminos: list[str] = []
    for termino, patron in glosas():
        m = patron.search(plano)
        raiz = llano(termino).split()[0][:7]
        if (
            m
            and raiz not in plano
            and (MANIOBRAS.fullmatch(termino) or not calificar(texto, m.start(), m.end()).negada)
        ):
            if any(llano(termino).split()[0] == llano(t).split()[0] for t in terminos):
                continue
            terminos.append(termino)
    cuerpo = _DE_PRUEBA.sub(r"\1: ", texto)
    for patron, nuevo in EXAMEN:
        cuerpo = patron.sub(nuevo, cuerpo, count=1).strip()
    cuerpo = de_usted(cuerpo)
    if not terminos:
        return cuerpo
    return f"{mayuscula(', '.join(terminos[:3]))}: {minuscula(cuerpo)}"


CUANDO_VUELVO = _P["cuando_vuelvo"]
MEDIDO = _P["medido"]
CARENCIA = _P["carencia"]
CAUSA = _P["causa"]
NO_SE_TOMA = _P["no_se_toma"]
CANTIDAD = _P["cantidad"]
