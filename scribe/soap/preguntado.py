"""Lo preguntado con sus palabras: para negar lo que ningún léxico nombra y para encabezar respuestas.

«¿Se te traba la lengua?» «No, nada de eso» es un hecho aunque «trabarse la lengua» no esté en ninguna lista;
y «hace 2 años y salió bien» no dice nada sin «¿tu último papanicolaou?».
"""

from __future__ import annotations

import re

from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.texto import llano
from scribe.soap.asuntos import de_quien
from scribe.soap.charla import contenido
from scribe.soap.contestacion import niega
from scribe.soap.dialogo import Intercambio, sin_muletilla
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Trozo, alinar
from scribe.soap.persona import de_usted
from scribe.soap.reglas import pregunta

VAGOS = frozenset({"dolor", "infección", "enfermedades crónicas", "alimentación", "ocupación", "mascota"})
"""Términos que no dicen de qué se habla: «el dolor le corre al brazo» no es preguntar si hay dolor."""
_CORTE = re.compile(r"\s*[,;.?¿!]+\s*|\s+(?:o|ni|u)\s+|^(?:y|o|ni)\s+")
_MATIZ = re.compile(
    r"\b(?:si(?!no)|pero|solo|nomas|nada mas|a veces|poc[oa]s?|poquit\w+|tantit\w+|mas o menos|aunque|salvo|"
    r"menos)\b"
)
_ESO_SI = re.compile(r"\beso si,")
"""«Tampoco. Eso sí, el cigarro…»: empieza otra cosa; no matiza la negación."""
_NO_SE_NIEGA = re.compile(r"(?:no|algun[oa]?s?|otr[oa]s?)\b|.*\d")
_CIFRA = re.compile(r"(?:\b(?:hace|unos|como) )*\d+(?:[.,/]\d+)*(?: [^\W\d_]{4,})?", re.IGNORECASE)
_LARGA = 14
_ENCABEZADO = 16
_ABIERTA = re.compile(
    r"(?:que|como|cuando|cuant[oa]s?|donde|quien|cual(?:es)?|por que|desde|hace|con que|en que|a que|de que|"
    r"para que|cada cuanto|del? \w+ al?)\b"
)


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
        if _ABIERTA.match(base) or (re.match(r"no\b", base) and not de_todo):
            continue
        for entero in _segmentos(trozo):
            segmento = re.sub(r"^[Nn]o ", "", entero) if de_todo else entero
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
    return f"{rotulo} («{dicha[:1].lower() + dicha[1:]}»)" if precisa else rotulo


_DE_PREGUNTA = re.compile(
    r"(?:que|como|cuando|cuant\w+|donde|quien|cual\w*|desde|hace|algun\w*|tien\w+|tuv\w+|ha[ns]?|has|tom\w+|"
    r"estad?\w*|sig\w+|dur\w+|empez\w+|comenz\w+|edad|anos|dia|dias|tiempo|vez|veces|pas\w+|sient\w+|fue|ser\w*|dig\w+|cont\w+|"
    r"diario|medicin\w+|medicament\w+|enfermedad\w*|familia|alerg\w+|dedica|trabaj\w+|lado|parte|fuerte|dolor|"
    r"duel\w+|seguido|hor[ao]s?)$"
)
