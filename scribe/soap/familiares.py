"""Antecedentes de la familia: qué se preguntó de ella, qué se contestó y qué es, en cambio, de quien contesta."""  # noqa: E501

from __future__ import annotations

import re
from itertools import pairwise

from scribe.consulta import Rol
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.asuntos import agrupar, de_quien, de_si
from scribe.soap.declaracion import declarar
from scribe.soap.dialogo import Intercambio
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula, minuscula, seguido
from scribe.soap.persona import en_tercera
from scribe.soap.respuestas import Lectura, Pregunta
from scribe.soap.rotulos import ACOMPANADO, FAMILIA, PARIENTES, calificada, enlistar, pariente

_P = patrones("scribe.soap", "relato.es")
_Q = patrones("scribe.soap", "corregido.es")


def _de_familia(item: Pregunta, respuesta: list[Trozo]) -> bool:
    """Si lo preguntado es de la familia del paciente, y no de él."""
    m = _Q["familia.pregunta"].search(item.trozo.plano)
    if m is None or item.mencion.clase != "enfermedad":
        return False
    # A quien acompaña, «su mamá» le nombra muchas veces al propio paciente.
    acompana = any(t.turno.rol is Rol.ACOMPANANTE for t in respuesta)
    return not (acompana and m["k"] in ACOMPANADO)


def de_la_familia(intercambio: Intercambio, lectura: Lectura) -> list[Propuesta]:
    """Lo que se negó o se afirmó de la familia, dicho de ella; lo quita de `lectura`."""
    salida = []
    for negado, items in ((True, lectura.negados), (False, lectura.afirmados)):
        suyos = [i for i in items if _de_familia(i, intercambio.respuesta)]
        if not suyos:
            continue
        preguntas = tuple(dict.fromkeys(i.trozo for i in suyos))
        citas = (*preguntas, *intercambio.respuesta)
        males = enlistar(list(dict.fromkeys(i.mencion.termino for i in suyos)))
        if negado:
            lectura.negados = [i for i in lectura.negados if i not in suyos]
            suyos = [i for i in suyos if not _lo_tiene_alguien(i, intercambio.respuesta)]
            if not suyos:
                continue
            males = enlistar(list(dict.fromkeys(i.mencion.termino for i in suyos)))
            quien = _preguntado(preguntas)
            de_quien_es = f"antecedente familiar ({quien})" if quien else "antecedentes familiares"
            salida.append(Propuesta("subjetivo", "negacion", f"Niega {de_quien_es} de {males}", citas))
            continue
        lectura.afirmados = [i for i in lectura.afirmados if i not in suyos]
        detalle = en_tercera(seguido(intercambio.respuesta))
        quien = pariente(" ".join(t.dicho for t in intercambio.respuesta)) or _preguntado(preguntas)
        de_uno = f"Antecedente familiar ({quien}), {males}"
        cabeza = de_uno if quien else f"Antecedentes familiares de {males}"
        texto = f"{cabeza}: {minuscula(detalle)}"
        salida.append(Propuesta("subjetivo", "antecedente_familiar", texto, citas))
    return salida + _de_los_demas(intercambio, lectura)


def _de_los_demas(intercambio: Intercambio, lectura: Lectura) -> list[Propuesta]:
    """«¿Alguien en su casa con fiebre?» «No»: no dice que él no tenga fiebre."""
    salida = []
    for trozo in intercambio.preguntas:
        suyos = [i for i in (*lectura.negados, *lectura.afirmados) if i.trozo is trozo]
        if not suyos or not _Q["familia.por_los_demas"].search(trozo.plano):
            continue
        dicha = alinar(trozo.dicho)
        texto = f"Niega «{dicha}»"
        if any(i in lectura.afirmados for i in suyos):
            detalle = en_tercera(seguido(intercambio.respuesta))
            texto = f"«{dicha}»: {minuscula(detalle)}"
        tipo = "negacion" if texto.startswith("Niega") else "antecedente"
        lectura.negados = [i for i in lectura.negados if i not in suyos]
        lectura.afirmados = [i for i in lectura.afirmados if i not in suyos]
        salida.append(Propuesta("subjetivo", tipo, texto, (trozo, *intercambio.respuesta)))
    return salida


def _lo_tiene_alguien(item: Pregunta, respuesta: list[Trozo]) -> bool:
    """«Ella no. El asmático es mi esposo»: el no era de otra cosa; alguien de la familia lo tiene."""
    for trozo in respuesta:
        if not FAMILIA.search(trozo.plano) or item.trozo.plano == trozo.plano:
            continue
        menciones = buscar_clinico(trozo.dicho)
        suyas = [m for m in menciones if m.termino == item.mencion.termino]
        if any(not calificada(trozo.dicho, m).negada for m in suyas):
            return True
        if not menciones and _Q["familia.alguien_si"].search(trozo.plano):
            return True
    return False


def _preguntado(preguntas: tuple[Trozo, ...]) -> str:
    """El pariente por quien se preguntó, si fue por uno."""
    for trozo in preguntas:
        m = _Q["familia.pregunta"].search(trozo.plano)
        if m and m["k"]:
            return PARIENTES.get(m["k"], m["k"])
    return ""


def solo_niega(trozos: list[Trozo]) -> bool:
    """Si lo dicho de la familia es solo que nadie: «no, nadie»."""
    return all(_Q["familia.nadie"].match(t.plano) for t in trozos)


_MAL_COMUN = _P["subjetivo.mal_comun"]
_COMO_SE_LLAMA = {"azucar": "diabetes", "presion": "hipertensión arterial"}
_YO_NO = _P["subjetivo.yo_no"]


def yo_no(intercambio: Intercambio, negados: set[str]) -> Propuesta | None:
    """«¿Diabetes?» «Azúcar mi papá. Yo no»: lo que tiene el pariente lo niega de sí quien contesta."""
    for previo, trozo in pairwise(intercambio.respuesta):
        if not (_YO_NO.match(trozo.plano) and FAMILIA.search(previo.plano)):
            continue
        for pregunta in intercambio.preguntas:
            for m in _MAL_COMUN.finditer(pregunta.plano):
                if not re.search(rf"\b{m[0]}\b", previo.plano):
                    continue
                menciones = buscar_clinico(pregunta.dicho)
                hallados = [x.termino for x in menciones if x.desde <= m.start() < x.hasta]
                dicho = pregunta.dicho[m.start() : m.end()].lower()
                termino = hallados[0] if hallados else _COMO_SE_LLAMA.get(m[0], m[0])
                if termino not in negados:
                    que = termino if llano(dicho) in llano(termino) else f"{termino} ({dicho})"
                    return Propuesta("subjetivo", "negacion", f"Niega {que}", (pregunta, previo, trozo))
    return None


def sin_lo_suyo(resto: list[Trozo]) -> tuple[list[Trozo], list[Trozo]]:
    """Preguntado por su familia, lo que dijo de ella y lo que dijo de sí: «mi papá es diabético. Yo tengo asma»."""  # noqa: E501
    ajenos: list[Trozo] = []
    propios: list[Trozo] = []
    suyo = False
    for trozo in resto:
        suyo = trozo.turno.rol is Rol.PACIENTE and (de_si(trozo) or (suyo and not de_quien(trozo)))
        (propios if suyo else ajenos).append(trozo)
    return ajenos, propios


def de_si_mismo(propios: list[Trozo], intercambio: Intercambio) -> list[Propuesta]:
    """Lo que el paciente dijo de sí; «a mí me la detectaron» es de la enfermedad por la que se preguntó."""
    males = [
        m.termino for p in intercambio.preguntas for m in buscar_clinico(p.texto) if m.clase == "enfermedad"
    ]
    salida: list[Propuesta] = []
    for grupo in agrupar(propios):
        nombra = any(buscar_clinico(t.texto) or hay_farmaco(t.texto) for t in grupo)
        propuesta: Propuesta | None = None
        if males and all(_Q["familia.yo_solo"].match(t.plano) for t in grupo):
            dicho = seguido(grupo)
            texto = f"{mayuscula(males[0])}: la refiere de sí («{minuscula(dicho)}»)"
            citas = (*intercambio.preguntas, *grupo)
            propuesta = Propuesta("subjetivo", "antecedente", texto, citas)
        elif nombra:
            propuesta = declarar(grupo, None, "", [])
        elif males and not _YO_NO.match(grupo[0].plano):
            propuesta = declarar(grupo, None, mayuscula(males[0]), intercambio.preguntas)
        if propuesta:
            salida.append(propuesta)
    return salida
