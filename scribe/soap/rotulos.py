"""Cómo se nombra y se clasifica lo que contó el paciente."""

from __future__ import annotations

import re

from scribe.lenguaje.clinico import Mencion, segun_contexto
from scribe.lenguaje.contexto import Calificacion, calificar, es_de_sangre
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.contestacion import afirma
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Trozo, alinar, minuscula
from scribe.soap.reglas import Tema, temas
from scribe.soap.respuestas import Pregunta

_P = patrones("scribe.soap", "relato.es")

PARIENTES = {
    "mama": "madre",
    "mami": "madre",
    "papa": "padre",
    "papi": "padre",
    "apa": "padre",
    "ama": "madre",
    "abuelita": "abuela",
    "abuelito": "abuelo",
}
FAMILIA = _P["rotulos.familia"]
_SENO = _P["rotulos.seno"]
_DE_OTRO = _P["rotulos.de_otro"]
PERSONAS = _P["rotulos.personas"]
_NINO = _P["rotulos.nino"]
ACOMPANADO = frozenset(
    [
        "mama",
        "papa",
        "madre",
        "padre",
        "mami",
        "papi",
        "jefe",
        "jefa",
        "hijo",
        "hija",
        "nino",
        "nina",
        "bebe",
        "esposo",
        "esposa",
        "marido",
        "senora",
        "senor",
    ]  # noqa: E501, RUF100
)
"""Los parientes que, en boca de quien acompaña, suelen ser el propio paciente."""


def sin_seno(texto: str) -> str:
    """El texto llano sin «mama» cuando es el seno («cáncer de mama»): sin acento no es una persona."""
    return _SENO.sub(
        lambda m: re.sub("mama", "seno", m[0]) if "á" not in texto[m.start() : m.end()].lower() else m[0],
        llano(texto),
    )


def de_otro(texto: str) -> str:
    """La persona, que no es el paciente, de quien es todo lo dicho («el que toma aspirina es mi tío»), o vacío."""  # noqa: E501
    m = _DE_OTRO.search(sin_seno(texto))
    quien = (m["a"] or m["b"]) if m else ""
    nombre = quien.removeprefix("otra ").removeprefix("otro ")
    otro = nombre != quien and _NINO.fullmatch(nombre)
    return quien if otro or PERSONAS.fullmatch(nombre) else ""


def enlistar(partes: list[str]) -> str:
    """«a, b y c» (con «e» ante i)."""
    if len(partes) < 2:
        return "".join(partes)
    une = "e" if re.match(r"h?i(?!e)", llano(partes[-1])) else "y"
    return f"{', '.join(partes[:-1])} {une} {partes[-1]}"


def con_dicho(item: Pregunta, alrededor: str = "") -> str:
    """El término y, entre paréntesis, lo que se preguntó si suena distinto."""
    dicho = alinar(item.dicho).lower()
    termino = segun_contexto(item.mencion.termino, alrededor)
    if termino != item.mencion.termino:
        return f"{termino} ({dicho})"
    raices = {p[:4] for p in re.findall(r"\w{4,}", llano(item.mencion.termino))}
    if (
        llano(dicho) == llano(item.mencion.termino)
        or {p[:4] for p in re.findall(r"\w{4,}", llano(dicho))} <= raices
    ):
        return item.mencion.termino
    return f"{item.mencion.termino} ({dicho})"


def tema_de(preguntas: list[Trozo]) -> Tema | None:
    """El tema de la última pregunta que lo tenga."""
    for trozo in reversed(preguntas):
        plano = trozo.plano
        for tema in temas():
            if tema.patron.search(plano):
                return tema
    return None


def calificada(texto: str, m: Mencion, paciente: frozenset[str] = frozenset()) -> Calificacion:
    """El contexto de la mención en su oración. `paciente`: los parentescos con que se nombra al propio paciente."""  # noqa: E501
    return calificar(texto, m.desde, m.hasta, paciente=paciente)


def tipo_de(
    texto: str, menciones: list[Mencion], tema: Tema | None, negada: bool, familiar: str | None
) -> str:
    """El tipo de enunciado según lo que nombra y lo que se preguntó."""
    clases = {m.clase for m in menciones}
    terminos = {m.termino for m in menciones}
    if familiar and "enfermedad" in clases:
        return "antecedente_familiar" if es_de_sangre(familiar) else "antecedente"
    if "alergia" in terminos or ("urticaria" in terminos and tema and tema.nombre == "alergia"):
        return "alergia"
    if hay_farmaco(texto):
        return "medicamento_actual"
    if negada:
        return "negacion"
    if tema and tema.nombre not in ("motivo", "social") and not clases & {"sintoma", "enfermedad"}:
        return tema.tipo
    if "sintoma" in clases:
        return "sintoma"
    if "enfermedad" in clases:
        return "antecedente"
    if "habito" in clases:
        habito = {"tabaquismo", "consumo de alcohol", "consumo de drogas", "actividad física", "alimentación"}
        if terminos & {"tratamiento previo", "automedicación", "apego al tratamiento"}:
            return "medicamento_actual"
        return "habito" if terminos & habito else "antecedente"
    return tema.tipo if tema and tema.tipo else "sintoma"


_DE_CUANDO = _P["rotulos.de_cuando"]
_YA_NO = _P["rotulos.ya_no"]
_DE_QUIEN_ACOMPANA = _P["rotulos.de_quien_acompana"]


def habla_de_si(texto: str) -> bool:
    """Si quien acompaña habla de sí mismo («yo tengo rinitis»): no es del paciente."""
    return _DE_QUIEN_ACOMPANA.search(llano(texto)) is not None


_NO_DENTRO = _P["rotulos.no_dentro"]


def rotulos(
    texto: str, menciones: list[Mencion], paciente: frozenset[str] = frozenset()
) -> tuple[list[str], list[str], str | None]:
    """Términos presentes, términos negados (los que no están ya escritos así) y el familiar, si lo hay.

    Lo que se dice de otra persona no es ni presente ni negado en el paciente.
    """
    plano = llano(texto)
    presentes: list[str] = []
    negados: list[str] = []
    familiar = None
    for m in menciones:
        c = calificada(texto, m, paciente)
        if c.familiar and (m.clase == "enfermedad" or not es_de_sangre(c.familiar)):
            familiar = familiar or c.familiar
        if c.familiar:
            continue
        if m.clase == "habito" or _P["rotulos.sin_rotulo"].fullmatch(m.termino):
            continue
        if _DE_CUANDO.search(plano[: m.desde]):
            continue  # «las gotas de cuando me lastimé»: fecha otra cosa
        if c.negada and _YA_NO.search(plano[m.hasta :]):
            continue  # «ronchas de bebé, ya no»: lo tuvo; no es que lo niegue
        if c.negada or _NO_DENTRO.search(plano[m.desde : m.hasta]):
            negados.append(m.termino)
        elif not c.hipotetica and not c.interrogada and llano(m.termino).split(" (")[0] not in plano:
            presentes.append(segun_contexto(m.termino, plano))
    return list(dict.fromkeys(presentes)), list(dict.fromkeys(negados)), familiar


def pariente(texto: str) -> str:
    """El familiar de quien se habla, con su nombre clínico."""
    vistos = [PARIENTES.get(m, m) for m in FAMILIA.findall(sin_seno(texto))]
    return enlistar(list(dict.fromkeys(vistos)))


def todas_negadas(texto: str, menciones: list[Mencion]) -> bool:
    """Si todo lo clínico del texto se niega."""
    propias = [m for m in menciones if m.clase != "habito"]
    return bool(propias) and all(calificada(texto, m).negada for m in propias)


_SI = _P["rotulos.si"]
_NO = _P["rotulos.no"]
_AFIRMA = _P["rotulos.afirma"]


def con_asunto(asunto: str, respuesta: str) -> str:
    """La respuesta con aquello que se preguntó por delante.

    Si la respuesta no afirma («sí», cuánto, cuándo) o niega algo, el asunto no puede ir como encabezado:
    «Hematuria: no, la orina normal» o «Golpe: me acosté bien» se leen como un hallazgo. Solo se dice que se
    preguntó.
    """
    cuerpo = minuscula(respuesta) or "sí"
    plano = llano(respuesta)
    dudosa = not _AFIRMA.match(plano) or (_NO.search(plano) and not _SI.match(respuesta))
    if dudosa and respuesta and not afirma(respuesta):
        return f"Interrogado sobre {minuscula(asunto)}: {cuerpo}"
    return f"{asunto[:1].upper() + asunto[1:]}: {cuerpo}"
