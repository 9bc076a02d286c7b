"""Un enunciado con lo que dijo el paciente: su término por delante, o la pregunta si solo no se entiende."""

from __future__ import annotations

from scribe.consulta import Rol
from scribe.lenguaje.clinico import Mencion, buscar_clinico, segun_contexto
from scribe.lenguaje.contexto import es_de_sangre
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.asuntos import asunto_sin_decir
from scribe.soap.contestacion import afirma, niega
from scribe.soap.farmacia import nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula, minuscula
from scribe.soap.interrogar import sin_muletilla
from scribe.soap.persona import en_tercera
from scribe.soap.preguntado import encabezado
from scribe.soap.reglas import Tema, pregunta
from scribe.soap.rotulos import (
    ACOMPANADO,
    PARIENTES,
    con_asunto,
    de_otro,
    enlistar,
    habla_de_si,
    pariente,
    rotulos,
    tipo_de,
    todas_negadas,
)

_P = patrones("scribe.soap", "relato.es")

_ABRE = _P["declaracion.abre"]


_NO_SUELTO = _P["declaracion.no_suelto"]
_RECORTADA = _P["declaracion.recortada"]


def declarar(  # noqa: PLR0912, PLR0915
    trozos: list[Trozo],
    tema: Tema | None,
    cabeza: str,
    preguntas: list[Trozo],
    vetados: frozenset[str] = frozenset(),
    *,
    primera: bool = False,
) -> Propuesta | None:
    """Un enunciado con lo que el paciente dijo; `cabeza` nombra el asunto cuando él no lo nombra.

    `vetados` son los términos que acaba de negar: no encabezan lo que siguió diciendo. `primera`: es lo
    primero que contestó, y por eso se entiende con la pregunta.
    """
    dichos = [alinar(t.dicho) for t in trozos]
    if not _P["declaracion.dos_noes"].match(trozos[0].plano):
        dichos[0] = _ABRE.sub("", dichos[0]) or dichos[0]
    texto = "; ".join(
        minuscula(d) if i and d[:2].lower() != d[:2].upper() else d
        for i, d in enumerate(dichos)
        if d
    )
    if not texto:
        return None
    if preguntas and _RECORTADA.fullmatch(llano(texto)):
        asunto = f"Interrogado sobre «{alinar(preguntas[-1].dicho)}»"
        return Propuesta(
            "subjetivo", "negacion", f"{asunto}: {minuscula(texto)}", (*preguntas, *trozos)
        )
    menciones = list(buscar_clinico(texto))
    paciente = ACOMPANADO if trozos[0].turno.rol is Rol.ACOMPANANTE else frozenset()
    presentes, negados, familiar = rotulos(texto, menciones, paciente)
    de_que = llano(" ".join(p.dicho for p in preguntas))  # «¿la diarrea tiene sangre?» «No, moco»
    presentes = [p for p in (segun_contexto(x, de_que) for x in presentes) if p not in vetados]
    if any(_P["declaracion.de_cirugia"].search(p.plano) for p in preguntas):
        presentes = [p for p in presentes if p != "apendicitis"]  # «la apéndice»: de qué lo operaron
    cuerpo = en_tercera(texto)
    negada = bool(negados) and not presentes
    tipo = tipo_de(texto, menciones, tema, negada, familiar)
    citas = tuple(trozos)
    if trozos[0].turno.rol is Rol.ACOMPANANTE and habla_de_si(texto) and (menciones or nombrados(texto)):
        de_familia = tema is not None and tema.nombre == "familiar"
        rotulo = "Antecedente familiar" if de_familia else "De otra persona"
        final = f"{rotulo} (quien acompaña): {minuscula(cuerpo)}"
        return Propuesta("subjetivo", "antecedente_familiar" if de_familia else "antecedente", final, citas)
    politico = familiar if familiar and not es_de_sangre(familiar) else ""
    ajeno = (de_otro(texto) if len(trozos) == 1 else "") or politico
    if trozos[0].turno.rol is Rol.ACOMPANANTE and _P["declaracion.su_padre"].fullmatch(llano(ajeno)):
        ajeno = ""  # «mi mamá toma losartán», dicho por quien la acompaña, es de la paciente
    if ajeno and not _PROPIO.search(llano(texto)):
        final = f"De otra persona ({llano(ajeno)}): {minuscula(cuerpo)}"
        return Propuesta("subjetivo", "antecedente", final, citas)
    if tipo == "antecedente_familiar":
        quien = PARIENTES.get(llano(familiar or ""), llano(familiar or "")) or pariente(
            " ".join(p.dicho for p in preguntas)
        )
        cabecera = f"Antecedente familiar ({quien})" if quien else "Antecedente familiar"
    elif negados and not presentes and not _P["declaracion.ya_niega"].match(llano(cuerpo)):
        cabecera = f"Niega {enlistar(negados)}" if todas_negadas(texto, menciones) else ""
    else:
        cabecera = enlistar(presentes)
    if tema and tema.nombre == "alergia" and _MAL_DE_PARIENTE.match(llano(texto)) and (quien := pariente(texto)):  # noqa: E501
        tipo, cabecera, cabeza = "antecedente_familiar", f"Antecedente familiar ({quien})", ""
    elif tema and tema.nombre == "alergia" and cabeza == tema.rotulo and not _de_otra_cosa(texto, menciones):
        tipo, cabecera = "alergia", cabeza
    elif tema and tema.nombre == "familiar" and (quien := pariente(texto)):
        tipo = "antecedente_familiar"
        padece = _que_padece(preguntas, menciones, trozos)
        cabecera = f"Antecedente familiar ({quien})" + (f", {padece}" if padece else "")
        citas = (*preguntas, *trozos) if padece else citas
    sin_nombre = not menciones and not nombrados(texto)
    if sin_nombre and (seco := _NO_SECO.match(llano(texto))):
        dicho = texto[seco.start("que") : seco.end("que")]
        return Propuesta(
            "subjetivo", "negacion", f"Niega {minuscula(dicho)} («{cuerpo}»)", citas
        )
    if not sin_nombre:
        cabeza = _si_sigue(texto, menciones, tema, cabeza)
    elif not cabecera:
        cabeza = _con_pregunta(texto, tema, cabeza, trozos, preguntas)
    if (
        cabeza
        and (not cabecera or (sin_nombre and tipo != "antecedente_familiar"))
        and llano(cabeza) not in llano(cuerpo)
    ):
        cabecera = cabeza
        citas = (*preguntas, *trozos)
        es_mal = any(m.clase in ("sintoma", "enfermedad") for m in buscar_clinico(cabeza))
        no_dicho = primera and _NO_SUELTO.match(trozos[0].plano) and not niega(cuerpo)
        if no_dicho and not es_mal and not (tema and tema.nombre in _YA_DICEN):
            # «¿Toma la metformina?» «No, me hace daño»: sin el no, parecería que la toma.
            cuerpo = f"no, {minuscula(cuerpo)}"
            if not (tema and cabeza == tema.rotulo) and not cabeza.startswith("«"):
                return Propuesta("subjetivo", tipo, con_asunto(cabeza, cuerpo), citas)
        if es_mal and tipo != "alergia" and not (tema and cabeza == tema.rotulo):
            dicho = (
                f"no, {minuscula(cuerpo)}"
                if primera and _NO_SUELTO.match(trozos[0].plano)
                else cuerpo
            )
            return Propuesta("subjetivo", tipo, con_asunto(cabeza, dicho), citas)
    asunto = asunto_sin_decir(preguntas, f"{cabecera} {texto}") if primera and not negada else ""
    if asunto:
        cabecera = f"{cabecera} («{asunto}»)" if cabecera else f"«{asunto}»"
        citas = (*preguntas[-1:], *(t for t in citas if t not in preguntas[-1:]))
    return Propuesta("subjetivo", tipo, _con_cabecera(cabecera, cuerpo), citas)


_MAL_DE_PARIENTE = _P["declaracion.mal_de_pariente"]
_NO_SECO = _P["declaracion.no_seco"]


def _que_padece(preguntas: list[Trozo], menciones: list[Mencion], trozos: list[Trozo]) -> str:
    """La enfermedad por la que se preguntó, si la respuesta solo dice quién («¿diabetes en su familia?»)."""
    asuntos = [m.termino for t in preguntas for m in buscar_clinico(t.dicho) if m.clase == "enfermedad"]
    nombra = any(m.clase == "enfermedad" for m in menciones)
    # «No, solo mi hermano» sí dice quién la padece.
    quien = _P["declaracion.solo_alguien"].search(trozos[0].plano) is not None
    return asuntos[0] if asuntos and not nombra and (quien or not niega(trozos[0].plano)) else ""


def _si_sigue(texto: str, menciones: list[Mencion], tema: Tema | None, cabeza: str) -> str:
    """El encabezado, salvo que ya hable de otra cosa que aquello por lo que se le preguntó."""
    padecidas = any(m.clase in ("sintoma", "enfermedad") for m in menciones)
    otra = nombrados(cabeza) or (tema is not None and tema.nombre == "alergia")
    return "" if (padecidas or nombrados(texto)) and otra else cabeza


def _con_pregunta(
    texto: str, tema: Tema | None, cabeza: str, trozos: list[Trozo], preguntas: list[Trozo]
) -> str:
    """El encabezado de una respuesta que no nombra nada: lo preguntado, si sin eso no se entiende."""
    if tema is not None and tema.nombre in _YA_DICEN:
        return cabeza
    del_tema = tema is not None and cabeza == tema.rotulo
    if del_tema or (not cabeza and _depende(texto, preguntas, trozos)):
        return encabezado(preguntas, cabeza)
    return cabeza


def _con_cabecera(cabecera: str, cuerpo: str) -> str:
    dicho = minuscula(cuerpo)
    if cabecera.startswith("Niega") and len(cuerpo.split()) <= 7:
        return f"{cabecera} («{dicho}»)"
    return f"{mayuscula(cabecera)}: {dicho}" if cabecera else mayuscula(cuerpo)


_PROPIO = _P["declaracion.propio"]
_TOMA = _P["declaracion.toma"]


def _de_otra_cosa(texto: str, menciones: list[Mencion]) -> bool:
    """Si, preguntado por alergias, ya habla de otra enfermedad o de lo que toma («presión sí, tomo…»)."""
    if any(m.termino == "alergia" for m in menciones):
        return False
    return any(m.clase == "enfermedad" for m in menciones) or _TOMA.search(llano(texto)) is not None


_YA_DICEN = ("edad", "intensidad", "motivo", "social", "alergia", "familiar", "ocupacion")
"""Temas cuyo rótulo basta, o que no son de un dato: la pregunta no agrega nada."""
_RESPUESTA_CORTA = 12


def _depende(texto: str, preguntas: list[Trozo], trozos: list[Trozo]) -> bool:
    """Si la respuesta no se entiende sin la pregunta: es corta, abre con un sí o contesta un «cuándo»."""
    if not preguntas:
        return False
    abierta = pregunta("presupone").match(sin_muletilla(preguntas[-1].plano.strip(" ¿¡,.")))
    return bool(abierta) or afirma(trozos[0].dicho) or len(texto.split()) <= _RESPUESTA_CORTA
