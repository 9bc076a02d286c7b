"""Lo subjetivo: lo que contó el paciente o su acompañante, y lo que negó al preguntarle."""

from __future__ import annotations

import re
from itertools import pairwise

from scribe.consulta import Rol, Seccion
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.asuntos import cambia_de_persona, de_quien, de_si, preguntas_de
from scribe.soap.charla import contenido
from scribe.soap.declaracion import declarar
from scribe.soap.dialogo import Dialogo, Intercambio, senala
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula
from scribe.soap.persona import en_tercera
from scribe.soap.preguntado import VAGOS
from scribe.soap.preguntado import sin_nombre as preguntado_sin_nombre
from scribe.soap.reglas import Tema
from scribe.soap.respuestas import Lectura, leer
from scribe.soap.rotulos import (
    FAMILIA,
    calificada,
    con_asunto,
    con_dicho,
    enlistar,
    tema_de,
)

_P = patrones("scribe.soap", "relato.es")

_MEDIDA = _P["subjetivo.medida"]
_EDAD = _P["subjetivo.edad"]


_SALUDO = 4
"""Turnos del principio en que «¿cómo está?» es solo un saludo."""


def _cabeza(preguntas: list[Trozo], lectura: Lectura, tema: Tema | None) -> str:
    """De qué se preguntaba: fármaco, concepto afirmado o rótulo del tema."""
    for trozo in reversed(preguntas):
        farmacos = nombrados(trozo.texto)
        if farmacos:
            f = farmacos[0]
            dosis = re.match(r" de \d+(?:[.,]\d+)?(?: ?m?c?g)?", trozo.texto[f.hasta :])
            return mayuscula(trozo.texto[f.desde : f.hasta] + (dosis.group() if dosis else ""))
    if any(i.mencion.termino == "alergia" for i in lectura.negados):
        return ""
    suyos = [i for i in lectura.afirmados if i.trozo in preguntas]
    if suyos and len(preguntas) == 1 and not lectura.negados:
        return mayuscula(enlistar([con_dicho(i) for i in suyos]))
    if tema and tema.rotulo:
        return tema.rotulo
    libres = [
        t.texto[m.desde : m.hasta] if m.clase == "habito" else m.termino
        for t in preguntas
        for m in buscar_clinico(t.texto)
    ]
    if (
        libres
        and len(preguntas) == 1
        and not lectura.negados
        and not (tema and tema.nombre in ("motivo", "social"))
    ):
        return mayuscula(libres[0])
    return ""


def _de_edad(intercambio: Intercambio) -> Propuesta | None:
    for trozo in intercambio.respuesta:
        dichas = list(_EDAD.finditer(llano(trozo.dicho)))
        if dichas:
            # «Tiene 8, no, 9, cumplió 9 meses»: vale la última que dice de qué.
            m = next((x for x in reversed(dichas) if x.group(2)), dichas[0])
            dicho = trozo.dicho[m.start() : m.end()]
            unidad = "meses" if any("meses" in p.plano for p in intercambio.preguntas) else "años"
            edad = dicho if m.group(2) else f"{dicho} {unidad}"
            citas = (*intercambio.preguntas[-1:], trozo)
            return Propuesta("subjetivo", "antecedente", f"Edad: {edad}", citas)
    return None


def _negaciones(intercambio: Intercambio, lectura: Lectura) -> Propuesta | None:
    literales = preguntado_sin_nombre(intercambio)
    vagos = [i for i in lectura.negados if i.mencion.termino in VAGOS]
    if literales and not intercambio.en_exploracion:
        lectura.negados = [i for i in lectura.negados if i not in vagos]
    if not lectura.negados and not literales:
        return None
    alergia = [i for i in lectura.negados if i.mencion.termino == "alergia"]
    partes = []
    for i in lectura.negados:
        if i in alergia:
            plano = i.trozo.plano
            a_que = _P["subjetivo.a_medicamentos"].search(plano)
            partes.append("alergia a medicamentos" if a_que or "medic" in plano else "alergias")
        else:
            partes.append(con_dicho(i, _alrededor(intercambio, i.trozo)))
    partes += [f"«{dicho}»" for dicho, _ in literales]
    tipo = "alergia" if alergia and not literales and len(alergia) == len(lectura.negados) else "negacion"
    seccion: Seccion = "subjetivo"
    texto = f"Niega {enlistar(partes)}"
    sola = not any("," in p.texto for p in intercambio.preguntas)
    if intercambio.en_exploracion and sola and {i.mencion.termino for i in lectura.negados} == {"dolor"}:
        seccion, tipo, texto = "objetivo", "hallazgo", "Niega dolor a la exploración"
    preguntas = tuple(dict.fromkeys([*(i.trozo for i in lectura.negados), *(t for _, t in literales)]))
    return Propuesta(seccion, tipo, texto, (*preguntas, *intercambio.respuesta))


_OTRA_PARTE = _P["subjetivo.otra_parte"]


_ELIPTICA = 3


def _alrededor(intercambio: Intercambio, trozo: Trozo) -> str:
    """De qué se habla: la pregunta, la respuesta y lo previo, en llano; solo la pregunta si nombra otra parte.  # noqa: E501

    «¿Le sale algo del oído, sangre?» tras hablar de la diarrea no pregunta por sangre en las evacuaciones.
    """  # noqa: E501
    propio = llano(" ".join(t.turno.texto for t in (*intercambio.preguntas, *intercambio.respuesta)))
    if _OTRA_PARTE.search(llano(trozo.texto)):
        return llano(trozo.texto)
    sola = len(trozo.plano.split()) <= _ELIPTICA  # «¿con sangre?»: sigue hablando de lo anterior
    return f"{propio} {llano(intercambio.previo)}" if sola and not _OTRA_PARTE.search(propio) else propio


def _continua(previo: list[Trozo], trozo: Trozo) -> bool:
    """Si el trozo sigue la misma idea: no nombra nada nuevo, o completa una alergia."""
    texto = trozo.texto
    nada_nuevo = not hay_farmaco(texto) and not [m for m in buscar_clinico(texto) if m.clase != "habito"]
    alergia = any(m.termino == "alergia" for t in previo for m in buscar_clinico(t.texto))
    largo = sum(len(t.texto.split()) for t in previo) + len(texto.split())
    return (nada_nuevo or (alergia and not hay_farmaco(texto))) and largo <= 45


def agrupar(trozos: list[Trozo]) -> list[list[Trozo]]:
    """Junta los trozos seguidos de un turno que hablan de lo mismo."""
    grupos: list[list[Trozo]] = []
    for trozo in trozos:
        sigue = grupos and grupos[-1][-1].turno.id == trozo.turno.id and _continua(grupos[-1], trozo)
        if sigue and not cambia_de_persona(grupos[-1], trozo):
            grupos[-1].append(trozo)
        else:
            grupos.append([trozo])
    return grupos


def _afirmados(intercambio: Intercambio, lectura: Lectura, tema: Tema | None) -> Propuesta | None:
    """Lo que se afirmó con un «sí» sin volver a nombrarlo."""
    respuesta = " ".join(t.texto for t in intercambio.respuesta)
    implicitos = [
        i
        for i in lectura.afirmados
        if not any(m.termino == i.mencion.termino for m in buscar_clinico(respuesta))
    ]
    if not implicitos:
        return None
    detalle = "; ".join(alinar(t.dicho) for t in intercambio.respuesta)
    detalle = en_tercera(detalle)
    terminos = enlistar([con_dicho(i) for i in implicitos])
    motivo = "El «sí» respondió a varias preguntas a la vez; confirme cada una." if lectura.dudoso else None
    seccion: Seccion = "subjetivo"
    tipo = (
        "sintoma"
        if implicitos[0].mencion.clase == "sintoma"
        else tema.tipo
        if tema and tema.tipo
        else "antecedente"
    )
    if intercambio.en_exploracion and {i.mencion.termino for i in implicitos} == {"dolor"}:
        seccion, tipo, terminos = "objetivo", "hallazgo", "Dolor a la exploración"
    preguntas = tuple(dict.fromkeys(i.trozo for i in implicitos))
    texto = con_asunto(terminos, detalle)
    return Propuesta(seccion, tipo, texto, (*preguntas, *intercambio.respuesta), motivo)


_SALVO = _P["subjetivo.salvo"]


def _contradichos(dialogo: Dialogo, turno: int) -> set[str]:
    """Términos que, tras negarlos el paciente, otra persona afirma en el turno siguiente."""
    salida = set()
    for trozo in dialogo.paciente:
        if trozo.turno.id == turno + 1:
            dicho = trozo.dicho
            salida |= {m.termino for m in buscar_clinico(dicho) if not calificada(dicho, m).negada}
    return salida


def _al_senalar(intercambio: Intercambio) -> list[Propuesta]:
    """«¿Y acá?» «Ahí sí, mucho»: lo que se contesta a quien señala es de la exploración, no de lo que se cuenta."""  # noqa: E501
    ultima = intercambio.preguntas[-1]
    if not intercambio.en_exploracion or not senala(ultima):
        return []
    dicho = en_tercera("; ".join(alinar(t.dicho) for t in intercambio.respuesta))
    if not llano(dicho).strip(" ,.;"):
        return []
    texto = f"Al señalar («{alinar(ultima.dicho)}»): {dicho[:1].lower() + dicho[1:]}"
    return [Propuesta("objetivo", "hallazgo", texto, (ultima, *intercambio.respuesta))]


def _de_intercambio(dialogo: Dialogo, intercambio: Intercambio) -> list[Propuesta]:  # noqa: PLR0912
    if senalado := _al_senalar(intercambio):
        return senalado
    tema = tema_de(intercambio.preguntas)
    if tema and tema.nombre == "edad":
        edad = _de_edad(intercambio)
        if edad:
            return [edad]
    lectura = leer(intercambio)
    disputa = _contradichos(dialogo, intercambio.respuesta[-1].turno.id)
    if _SALVO.search(llano(" ".join(t.dicho for t in intercambio.respuesta))):
        disputa.add("alergia")
    lectura.negados = [i for i in lectura.negados if i.mencion.termino not in disputa]
    salida = [p for p in (_negaciones(intercambio, lectura), _afirmados(intercambio, lectura, tema)) if p]
    ya_dichos = (
        set(salida[-1].trozos) if salida and lectura.afirmados and salida[-1].texto[:5] != "Niega" else set()
    )
    social = tema is not None and tema.nombre == "social" and intercambio.preguntas[-1].turno.id <= _SALUDO
    cabeza = _cabeza(intercambio.preguntas, lectura, tema)
    if (yo_no := _yo_no(intercambio, {i.mencion.termino for i in lectura.negados})) is not None:
        salida.append(yo_no)
    resto = (
        [] if salida and salida[0].seccion == "objetivo" else [t for t in lectura.resto if t not in ya_dichos]
    )
    propios: list[Trozo] = []
    if tema is not None and tema.nombre == "familiar":
        resto, propios = _sin_lo_suyo(resto)
    junta = tema is not None and (
        tema.nombre == "familiar"
        or (tema.nombre == "alergia" and not lectura.negados and not _varios_asuntos(resto, intercambio))
    )
    entera, cabeza_entera = tema, cabeza
    for grupo in [resto] if junta and resto else agrupar(resto):
        preguntas = preguntas_de(grupo, intercambio.preguntas, intercambio.respuesta)
        tema, cabeza = entera, cabeza_entera
        if len(preguntas) < len(intercambio.preguntas):
            tema = tema_de(preguntas)
            cabeza = _cabeza(preguntas, lectura, tema)
        clinico = any(
            buscar_clinico(t.texto) or hay_farmaco(t.texto) or _MEDIDA.search(t.plano) for t in grupo
        )
        if not clinico and (
            (social and not _con_cuerpo(grupo)) or (not cabeza and not intercambio.preguntas)
        ):
            continue
        if not clinico and tema and tema.nombre == "motivo" and not _con_cuerpo(grupo):
            continue
        vetados = frozenset(i.mencion.termino for i in lectura.negados)
        propuesta = declarar(grupo, tema, cabeza, preguntas, vetados, primera=grupo[0] is resto[0])
        if propuesta:
            salida.append(propuesta)
    salida += _de_si_mismo(propios, intercambio)
    if cabeza and not salida and tema and not social and tema.rotulo:
        farmaco = any(hay_farmaco(t.texto) for t in intercambio.preguntas)
        if farmaco or tema.nombre == "habitos":
            salida += [p for p in [declarar(intercambio.respuesta, tema, cabeza, intercambio.preguntas)] if p]
    return salida or _sin_conclusion(intercambio)


_MAL_COMUN = _P["subjetivo.mal_comun"]
_COMO_SE_LLAMA = {"azucar": "diabetes", "presion": "hipertensión arterial"}
_YO_NO = _P["subjetivo.yo_no"]


def _yo_no(intercambio: Intercambio, negados: set[str]) -> Propuesta | None:
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


def _sin_lo_suyo(resto: list[Trozo]) -> tuple[list[Trozo], list[Trozo]]:
    """Preguntado por su familia, lo que dijo de ella y lo que dijo de sí: «mi papá es diabético. Yo tengo asma»."""  # noqa: E501
    ajenos: list[Trozo] = []
    propios: list[Trozo] = []
    suyo = False
    for trozo in resto:
        suyo = trozo.turno.rol is Rol.PACIENTE and (de_si(trozo) or (suyo and not de_quien(trozo)))
        (propios if suyo else ajenos).append(trozo)
    return ajenos, propios


def _de_si_mismo(propios: list[Trozo], intercambio: Intercambio) -> list[Propuesta]:
    """Lo que el paciente dijo de sí; «a mí me la detectaron» es de la enfermedad por la que se preguntó."""
    salida = []
    for grupo in agrupar(propios):
        nombra = any(buscar_clinico(t.texto) or hay_farmaco(t.texto) for t in grupo)
        males = [
            m.termino for p in intercambio.preguntas for m in buscar_clinico(p.texto) if m.clase == "enfermedad"  # noqa: E501
        ]
        if nombra:
            salida.append(declarar(grupo, None, "", []))
        elif males and not _YO_NO.match(grupo[0].plano):
            salida.append(declarar(grupo, None, mayuscula(males[0]), intercambio.preguntas))
    return [p for p in salida if p]


def _varios_asuntos(trozos: list[Trozo], intercambio: Intercambio) -> bool:
    """Si, preguntado por alergias, contesta también a otra pregunta, de otra enfermedad o de otra persona."""
    suyas = [preguntas_de([t], intercambio.preguntas, intercambio.respuesta) for t in trozos]
    return any(p != suyas[0] for p in suyas) or any(
        cambia_de_persona(trozos[:i], t)
        or any(m.clase == "enfermedad" and m.termino != "alergia" for m in buscar_clinico(t.dicho))
        for i, t in enumerate(trozos)
    )


def _sin_conclusion(intercambio: Intercambio) -> list[Propuesta]:
    """Lo preguntado que no se afirmó ni se negó («¿tiene tos?» «Ahorita no»): queda qué se contestó."""
    asuntos = [
        m.termino
        for t in intercambio.preguntas
        for m in buscar_clinico(t.texto)
        if m.clase in ("sintoma", "enfermedad")
    ]
    dicho = en_tercera("; ".join(t.dicho.strip(" ,.;¿?¡!") for t in intercambio.respuesta))
    if not asuntos or not dicho:
        return []
    texto = con_asunto(enlistar(list(dict.fromkeys(asuntos))), dicho)
    return [Propuesta("subjetivo", "sintoma", texto, (*intercambio.preguntas, *intercambio.respuesta))]


_SUSTANCIA = 3
"""Palabras con contenido desde las que algo dicho sin preguntar, y sin término clínico, se recoge."""
_CUENTA_ALGO = _P["subjetivo.cuenta_algo"]
_CUANDO_O_DONDE = _P["subjetivo.cuando_o_donde"]
_SENTIR = _P["subjetivo.sentir"]


def _con_cuerpo(grupo: list[Trozo]) -> bool:
    """Si responde cómo se siente, aunque no nombre un síntoma."""
    return any(_SENTIR.search(t.plano) or len(contenido(t.texto)) >= _SUSTANCIA for t in grupo)


def subjetivo(dialogo: Dialogo) -> list[Propuesta]:
    """Los enunciados de lo que dijo el paciente, en el orden en que se dijo."""
    salida = [p for i in dialogo.intercambios for p in _de_intercambio(dialogo, i)]
    tarde = min(dialogo.exploracion_desde, dialogo.plan_desde)
    for grupo in agrupar(
        [
            t
            for t in dialogo.paciente
            if _vale(t, temprano=t.lugar < tarde) and not (t.lugar > tarde and _supone(t))
        ]
    ):
        propuesta = declarar(grupo, None, "", [])
        if propuesta:
            salida.append(propuesta)
    return salida


_AFIRMA_PROPIO = _P["subjetivo.afirma_propio"]


def _supone(trozo: Trozo) -> bool:
    """Ya en la exploración o el plan, el paciente que solo nombra una enfermedad suele estar preguntando."""
    menciones = buscar_clinico(trozo.texto)
    solo = bool(menciones) and all(m.clase == "enfermedad" for m in menciones)
    return solo and not FAMILIA.search(trozo.plano) and not _AFIRMA_PROPIO.search(trozo.plano)


def _vale(trozo: Trozo, *, temprano: bool) -> bool:
    """Si algo dicho sin pregunta es clínico, o es parte de lo que cuenta antes de que lo exploren."""
    cuenta = temprano or (_CUENTA_ALGO.search(trozo.plano) and _CUANDO_O_DONDE.search(trozo.plano))
    if cuenta and len(contenido(trozo.texto)) >= _SUSTANCIA:
        return True
    return (
        bool(
            [m for m in buscar_clinico(trozo.texto) if m.termino != "alimentación"]
            or hay_farmaco(trozo.texto)
            or _MEDIDA.search(trozo.plano)
        )
        and len(trozo.texto.split()) > 1
    )
