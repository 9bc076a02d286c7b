"""Lo preguntado con sus palabras: para negar lo que ningún léxico nombra y para encabezar respuestas.

«¿Se te traba la lengua?» «No, nada de eso» es un hecho aunque «trabarse la lengua» no esté en ninguna lista;
y «hace 2 años y salió bien» no dice nada sin «¿tu último papanicolaou?».
"""

from __future__ import annotations

import re

from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.asuntos import de_quien
from scribe.soap.charla import contenido
from scribe.soap.contestacion import niega
from scribe.soap.dialogo import Intercambio
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Trozo, alinar, minuscula
from scribe.soap.interrogar import sin_muletilla
from scribe.soap.persona import de_usted
from scribe.soap.reglas import pregunta

_P = patrones("scribe.soap", "preguntado.es")
VAGOS = frozenset({"dolor", "infección", "enfermedades crónicas", "alimentación", "ocupación", "mascota"})
"""Términos que no dicen de qué se habla: «el dolor le corre al brazo» no es preguntar si hay dolor."""
_CORTE = _P["corte"]
_MATIZ = _P["matiz"]
_ESO_SI = _P["eso_si"]
_NO_SE_NIEGA = _P["no_se_niega"]
_CIFRA = _P["cifra"]
_LARGA = 14
_ENCABEZADO = 16
_ABIERTA = _P["abierta"]


def _segmentos(trozo: Trozo) -> list[str]:
    texto = alinar(trozo.dicho)
    cortes = [m.span() for m in _CORTE.finditer(llano(texto))]
    bordes = [0, *[x for c in cortes for x in c], len(texto)]
    partes = [texto[bordes[i] : bordes[i + 1]].strip() for i in range(0, len(bordes), 2)]
    return [p for p in partes if p]


def _nombrado(segmento: str) -> bool:
    """Si el segmento ya lo nombra el léxico: entonces se niega con su término."""
    return hay_farmaco(segmento) or any(m.termino not in VAGOS for m in buscar_clinico(segmento))


def sin_nombre(intercambio: Intercambio) -> list[tuple[str, Trozo]]:
    """Lo preguntado que ningún léxico nombra, si la respuesta es un no sin matices: (lo dicho, su trozo).

    Las preguntas abiertas («¿cómo duerme?») y las que ya niegan («¿no se le olvida?») no se niegan.
    """
    # «Nada de eso. A mi suegra sí le dio»: lo de otra persona no matiza la negación.
    propias = [t for t in intercambio.respuesta if not de_quien(t)] or intercambio.respuesta
    respuesta = llano(" ".join(t.dicho for t in propias)).strip()
    if not niega(respuesta, " ".join(t.plano for t in intercambio.preguntas)):
        return []
    if _MATIZ.search(_ESO_SI.sub(" ", respuesta)):
        return []
    de_todo = pregunta("niega_todo").search(respuesta) is not None
    if not any(_niega_entero(t) for t in intercambio.respuesta[:1]):
        return []
    salida = []
    for trozo in intercambio.preguntas:
        base = sin_muletilla(trozo.plano.strip(" ¿¡,."))
        if _ABIERTA.match(base) or (_P["ya_niega"].match(base) and not de_todo):
            continue
        for entero in _segmentos(trozo):
            segmento = _P["el_no_de_la_pregunta"].sub("", entero) if de_todo else entero
            apto = contenido(segmento) and len(segmento.split()) <= _LARGA and not _nombrado(segmento)
            if apto and not _NO_SE_NIEGA.match(llano(segmento)):
                salida.append((de_usted(segmento), trozo))
    return salida


def _niega_entero(trozo: Trozo) -> bool:
    """Si el primer trozo de la respuesta es solo el no, o un no de todo."""
    plano = trozo.plano.strip(" ,.")
    primera = re.split(r"[,.;]", plano, maxsplit=1)[0]
    return pregunta("niega_todo").search(plano) is not None or len(primera.split()) <= 2


def encabezado(preguntas: list[Trozo], rotulo: str = "") -> str:
    """La última pregunta, entre comillas, como encabezado; con su rótulo de tema, si la pregunta lo precisa.

    Vacío si no hay pregunta, si es larga o si no agrega nada al rótulo.
    """
    if not preguntas:
        return rotulo
    # Con varias preguntas van todas: la respuesta pudo ser a cualquiera.
    dicha = alinar(" ".join(p.dicho.strip() for p in preguntas))
    # La cifra de una pregunta la puede corregir la respuesta («¿hace 4 años, no?» «Fue hace 5»).
    dicha = _CIFRA.sub("…", dicha)
    if not dicha or len(dicha.split()) > _ENCABEZADO:
        return rotulo
    if not rotulo:
        return f"«{dicha}»"
    precisa = [p for p in contenido(dicha) if p[:4] not in llano(rotulo) and not _DE_PREGUNTA.match(p)]
    return f"{rotulo} («{minuscula(dicha)}»)" if precisa else rotulo


_DE_PREGUNTA = _P["de_pregunta"]
