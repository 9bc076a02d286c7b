"""Cómo se nombra y se clasifica lo que contó el paciente."""

from __future__ import annotations

import re

from scribe.lenguaje.clinico import Mencion, segun_contexto
from scribe.lenguaje.contexto import Calificacion, calificar
from scribe.lenguaje.texto import llano
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Trozo, alinar
from scribe.soap.reglas import Tema, temas
from scribe.soap.respuestas import Pregunta

PARIENTES = {
    "mama": "madre",
    "mami": "madre",
    "papa": "padre",
    "papi": "padre",
    "abuelita": "abuela",
    "abuelito": "abuelo",
}
FAMILIA = re.compile(
    r"\b(?:mi|su|tu|la|el|del?)s? (mama|papa|padres?|madre|padre|hermanos?|hermanas?|abuel[oa]s?|abuelit[oa]s?|ti[oa]s?|hij[oa]s?|prim[oa]s?|"  # noqa: E501
    r"espos[oa]|sobrin[oa]s?)\b"
)


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


def calificada(texto: str, m: Mencion) -> Calificacion:
    """El contexto de la mención dentro de la oración, sin contar su propia negación («no puedo tragar»)."""
    return calificar(texto, m.desde, m.hasta)


def tipo_de(
    texto: str, menciones: list[Mencion], tema: Tema | None, negada: bool, familiar: str | None
) -> str:
    """El tipo de enunciado según lo que nombra y lo que se preguntó."""
    clases = {m.clase for m in menciones}
    terminos = {m.termino for m in menciones}
    if familiar and "enfermedad" in clases:
        return "antecedente_familiar"
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


def rotulos(texto: str, menciones: list[Mencion]) -> tuple[list[str], list[str], str | None]:
    """Términos presentes, términos negados (los que no están ya escritos así) y el familiar, si lo hay."""
    plano = llano(texto)
    presentes: list[str] = []
    negados: list[str] = []
    familiar = None
    for m in menciones:
        c = calificada(texto, m)
        if c.familiar and m.clase == "enfermedad":
            familiar = familiar or c.familiar
        if m.clase == "habito" or m.termino in (
            "cirugía",
            "alergia",
            "enfermedades crónicas",
            "dolor",
            "infección",
        ):
            continue
        if c.negada:
            negados.append(m.termino)
        elif not c.hipotetica and not c.interrogada and llano(m.termino).split(" (")[0] not in plano:
            presentes.append(segun_contexto(m.termino, plano))
    return list(dict.fromkeys(presentes)), list(dict.fromkeys(negados)), familiar


def pariente(texto: str) -> str:
    """El familiar de quien se habla, con su nombre clínico."""
    vistos = [PARIENTES.get(m, m) for m in FAMILIA.findall(llano(texto))]
    return enlistar(list(dict.fromkeys(vistos)))


def todas_negadas(texto: str, menciones: list[Mencion]) -> bool:
    """Si todo lo clínico del texto se niega."""
    propias = [m for m in menciones if m.clase != "habito"]
    return bool(propias) and all(calificada(texto, m).negada for m in propias)


_SI = re.compile(r"(?:s[ií]|claro|aj[aá])\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:no|ni|nunca|nada|tampoco|ningun[oa]?)\b")


def con_asunto(asunto: str, respuesta: str) -> str:
    """La respuesta con aquello que se preguntó por delante.

    Si la respuesta niega algo y no abre con un «sí», el asunto no puede ir como encabezado: «Hematuria: no,
    la orina normal» se lee como un hallazgo. Entonces solo se dice que se preguntó.
    """
    cuerpo = respuesta[:1].lower() + respuesta[1:]
    if _NO.search(llano(respuesta)) and not _SI.match(respuesta):
        return f"Interrogado sobre {asunto[:1].lower() + asunto[1:]}: {cuerpo}"
    return f"{asunto[:1].upper() + asunto[1:]}: {cuerpo}"
