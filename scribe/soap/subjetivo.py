"""Lo subjetivo: lo que contó el paciente o su acompañante, y lo que negó al preguntarle."""

from __future__ import annotations

import re
from dataclasses import replace

from scribe.consulta import Seccion
from scribe.lenguaje.clinico import buscar_clinico
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.ajenos import del_otro, hasta_si, partir, separar
from scribe.soap.alergias import alergeno, descarta_uno, nombra_alergeno, precisada, reconsiderar
from scribe.soap.asuntos import agrupar, cambia_de_persona, preguntas_de
from scribe.soap.charla import contenido
from scribe.soap.contraste import contrastar
from scribe.soap.declaracion import declarar
from scribe.soap.dialogo import Dialogo, Intercambio
from scribe.soap.familiares import de_la_familia, de_si_mismo, sin_lo_suyo, solo_niega, yo_no
from scribe.soap.farmacia import hay_farmaco, nombrados
from scribe.soap.fragmentos import Propuesta, Trozo, alinar, mayuscula, minuscula, seguido
from scribe.soap.inconclusas import dejado, sin_conclusion
from scribe.soap.interrogar import senala
from scribe.soap.pareo import por_pregunta
from scribe.soap.persona import en_tercera
from scribe.soap.preguntado import VAGOS, encabezado
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
    de_alergia = tema is not None and tema.nombre == "alergia"  # lo nombrado es un alérgeno, no lo que toma
    for trozo in reversed(preguntas):
        farmacos = nombrados(trozo.texto)
        if farmacos and not de_alergia:
            if len({f.generico for f in farmacos}) > 1:
                return f"«{alinar(trozo.dicho)}»"
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
        # «Dolor» no dice por qué se preguntó: «¿cuando se agacha le duele más?».
        return encabezado(preguntas, mayuscula(libres[0])) if libres[0] in VAGOS else mayuscula(libres[0])
    return ""


def _de_edad(intercambio: Intercambio) -> Propuesta | None:
    for trozo in intercambio.respuesta:
        plano = llano(trozo.dicho)
        dichas = [
            m
            for m in _EDAD.finditer(plano)
            if (m["suya"] is not None or m["unidad"])
            and not _P["subjetivo.no_es_edad"].search(plano[: m.start("n")])
        ]
        if dichas:
            # «Tiene 8, no, 9, cumplió 9 meses»: vale la última que dice de qué.
            m = next((x for x in reversed(dichas) if x["unidad"]), dichas[-1])
            dicho = trozo.dicho[m.start("n") : m.end()]
            unidad = "meses" if any("meses" in p.plano for p in intercambio.preguntas) else "años"
            edad = dicho if m["unidad"] else f"{dicho} {unidad}"
            otras = sorted({x["n"] for x in dichas} - {m["n"]})
            motivo = f"También se oyó {', '.join(otras)}; confirme la edad." if otras else None
            citas = (*intercambio.preguntas[-1:], trozo)
            return Propuesta("subjetivo", "antecedente", f"Edad: {edad}", citas, motivo)
    return None


def _literales(intercambio: Intercambio, lectura: Lectura) -> list[tuple[str, Trozo]]:
    """Lo preguntado sin nombre que se niega; los alérgenos ya van con su alergia."""
    de_alergia = {
        i.trozo
        for i in lectura.negados
        if i.mencion.termino == "alergia" and alergeno(i.trozo, intercambio.respuesta)
    }
    return [(dicho, t) for dicho, t in preguntado_sin_nombre(intercambio) if t not in de_alergia]


def _negaciones(
    intercambio: Intercambio, lectura: Lectura, literales: list[tuple[str, Trozo]]
) -> Propuesta | None:
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
            general = "alergia a medicamentos" if a_que or "medic" in plano else "alergias"
            partes.append(alergeno(i.trozo, intercambio.respuesta) or general)
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
    ya_negaba = any(llano(i.dicho).startswith("no ") for i in lectura.negados)
    motivo = None
    if ya_negaba and not contenido(" ".join(t.dicho for t in intercambio.respuesta)):
        motivo = "Se preguntó negando («¿no duerme bien?»); confirme qué quiso decir."
    return Propuesta(seccion, tipo, texto, (*preguntas, *intercambio.respuesta), motivo)


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
    detalle = seguido(intercambio.respuesta)
    detalle = "sí" if _P["subjetivo.si_y_no"].fullmatch(llano(detalle)) else en_tercera(detalle)
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
    dicho = en_tercera(seguido(intercambio.respuesta))
    if not llano(dicho).strip(" ,.;"):
        return []
    texto = f"Al señalar («{alinar(ultima.dicho)}»): {minuscula(dicho)}"
    return [Propuesta("objetivo", "hallazgo", texto, (ultima, *intercambio.respuesta))]


def _de_intercambio(dialogo: Dialogo, intercambio: Intercambio, antes: Tema | None) -> list[Propuesta]:
    """Lo que da un intercambio; `antes` es el tema del anterior, por si la pregunta lo continúa."""
    if senalado := _al_senalar(intercambio):
        return senalado
    tema = tema_de(intercambio.preguntas)
    if tema and tema.nombre == "edad":
        edad = _de_edad(intercambio)
        if edad:
            demas = [t for t in intercambio.respuesta if t not in edad.trozos]
            resto = replace(intercambio, respuesta=demas)
            return [edad, *(_de_quien_contesta(dialogo, resto, None) if demas else ())]
    if (alergia := precisada(intercambio, antes)) is not None:
        return [alergia]
    if tema is not None and tema.nombre == "familiar":
        return _de_la_familia(dialogo, intercambio, tema)
    separada = separar(intercambio, tema)
    otros = [del_otro(quien, trozo, intercambio.preguntas) for quien, trozo in separada.ajenos]
    if not separada.propios:
        return otros
    if otros:
        intercambio = replace(intercambio, respuesta=separada.propios)
    return _de_quien_contesta(dialogo, intercambio, tema) + otros


def _de_la_familia(dialogo: Dialogo, intercambio: Intercambio, tema: Tema) -> list[Propuesta]:
    """Lo que dijo de su familia y, aparte, lo que dijo de sí."""
    ajenos, propios = sin_lo_suyo([p for t in intercambio.respuesta for p in hasta_si(t)])
    salida: list[Propuesta] = []
    if ajenos:
        entero = intercambio if not propios else replace(intercambio, respuesta=ajenos)
        salida = _de_quien_contesta(dialogo, entero, tema)
    return salida + de_si_mismo(propios, intercambio)


def _de_quien_contesta(  # noqa: PLR0912
    dialogo: Dialogo, intercambio: Intercambio, tema: Tema | None
) -> list[Propuesta]:
    lectura = leer(intercambio)
    disputa = _contradichos(dialogo, intercambio.respuesta[-1].turno.id)
    de_alergia = tema is not None and tema.nombre == "alergia"
    if _SALVO.search(llano(" ".join(t.dicho for t in intercambio.respuesta))) or (
        de_alergia and nombra_alergeno(intercambio.respuesta)
    ):
        disputa.add("alergia")
        if de_alergia and len(intercambio.preguntas) == 1 and descarta_uno(intercambio.respuesta):
            lectura.resto = list(intercambio.respuesta)
    lectura.negados = [i for i in lectura.negados if i.mencion.termino not in disputa]
    corregido = contrastar(intercambio, lectura, tema)
    salida = [corregido.propuesta] if corregido else []
    if corregido is None and (abandonado := dejado(intercambio, lectura, tema)):
        return [abandonado]
    de_familia = de_la_familia(intercambio, lectura)
    salida += de_familia
    literales = [] if corregido else _literales(intercambio, lectura)
    salida += [
        p for p in (_negaciones(intercambio, lectura, literales), _afirmados(intercambio, lectura, tema)) if p
    ]
    ya_dichos = (
        set(salida[-1].trozos) if salida and lectura.afirmados and salida[-1].texto[:5] != "Niega" else set()
    )
    social = tema is not None and tema.nombre == "social" and intercambio.preguntas[-1].turno.id <= _SALUDO
    cabeza = _cabeza(intercambio.preguntas, lectura, tema)
    if (ajeno := yo_no(intercambio, {i.mencion.termino for i in lectura.negados})) is not None:
        salida.append(ajeno)
    if corregido:
        ya_dichos = {t for t in lectura.resto if any(_dentro(t, u) for u in corregido.usados)}
    elif de_familia and (solo_niega(intercambio.respuesta) or de_familia[-1].tipo != "negacion"):
        ya_dichos = set(lectura.resto)
    resto = (
        [] if salida and salida[0].seccion == "objetivo" else [t for t in lectura.resto if t not in ya_dichos]
    )
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
    if cabeza and not salida and tema and not social and tema.rotulo:
        farmaco = any(hay_farmaco(t.texto) for t in intercambio.preguntas)
        if farmaco or tema.nombre == "habitos":
            salida += [p for p in [declarar(intercambio.respuesta, tema, cabeza, intercambio.preguntas)] if p]
    return salida or sin_conclusion(intercambio)


def _dentro(trozo: Trozo, otro: Trozo) -> bool:
    return trozo.turno.id == otro.turno.id and otro.desde <= trozo.desde and trozo.hasta <= otro.hasta


def _varios_asuntos(trozos: list[Trozo], intercambio: Intercambio) -> bool:
    """Si, preguntado por alergias, contesta también a otra pregunta, de otra enfermedad o de otra persona."""
    suyas = [preguntas_de([t], intercambio.preguntas, intercambio.respuesta) for t in trozos]
    return any(p != suyas[0] for p in suyas) or any(
        cambia_de_persona(trozos[:i], t)
        or any(m.clase == "enfermedad" and m.termino != "alergia" for m in buscar_clinico(t.dicho))
        for i, t in enumerate(trozos)
    )


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
    salida: list[Propuesta] = []
    antes: Tema | None = None
    for entero in dialogo.intercambios:
        intercambio = replace(entero, respuesta=_sin_eco(entero))
        if (suyo := tema_de(entero.preguntas)) is not None and suyo.nombre in ("motivo", "social"):
            intercambio = replace(entero, respuesta=[p for t in intercambio.respuesta for p in partir(t)])
        nuevas = [p for suyo in por_pregunta(intercambio) for p in _de_intercambio(dialogo, suyo, antes)]
        salida += nuevas
        # «¿Y a la penicilina?» sigue hablando de alergias, y lo que venga tras ella también.
        sigue = antes is not None and antes.nombre == "alergia" and {p.tipo for p in nuevas} == {"alergia"}
        antes = antes if sigue else tema_de(intercambio.preguntas)
    reconsiderar(salida)
    tarde = min(dialogo.exploracion_desde, dialogo.plan_desde)
    for grupo in agrupar(
        [
            t
            for entera in dialogo.paciente
            for t in partir(entera)
            if _vale(t, temprano=t.lugar < tarde) and not (t.lugar > tarde and _supone(t))
        ]
    ):
        propuesta = declarar(grupo, None, "", [])
        if propuesta:
            salida.append(propuesta)
    return salida


def _sin_eco(intercambio: Intercambio) -> list[Trozo]:
    """La respuesta sin la pregunta que repite antes de contestar: «¿Dolor? No, ardor»."""
    preguntado = set(contenido(" ".join(p.dicho for p in intercambio.preguntas)))
    eco = intercambio.respuesta[0]
    sobra = "?" in eco.texto and contenido(eco.dicho) and set(contenido(eco.dicho)) <= preguntado
    return intercambio.respuesta[1:] if sobra and len(intercambio.respuesta) > 1 else intercambio.respuesta


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
