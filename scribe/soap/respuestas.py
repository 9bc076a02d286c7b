"""Leer juntas una pregunta del médico y su respuesta: qué se niega, qué se afirma y qué quedó sin contestar."""  # noqa: E501

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scribe.lenguaje.clinico import Mencion, buscar_clinico, buscar_normales
from scribe.lenguaje.contexto import sin_falsas_negaciones
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.contestacion import afirma, ignora, niega
from scribe.soap.dialogo import Intercambio
from scribe.soap.farmacia import hay_farmaco
from scribe.soap.fragmentos import Trozo, clausulas
from scribe.soap.interrogar import sin_muletilla
from scribe.soap.negadas import CESO
from scribe.soap.parcial import Parcial, parcial
from scribe.soap.reglas import pregunta

_P = patrones("scribe.soap", "respuestas.es")
_PARA_ESO = _P["para_eso"]
_COLA = _P["cola"]
_DIGITO = re.compile(r"\d")
_AJENO = _P["ajeno"]
_AL_REVES = _P["al_reves"]
_NO_CLAUSULA = _P["no_clausula"]
_DOBLE = _P["doble"]
_COORDINADA = _P["coordinada"]
_DESNUDA = _P["desnuda"]


@dataclass(slots=True)
class Pregunta:
    """Un concepto preguntado: la mención y el trozo donde se preguntó."""

    mencion: Mencion
    trozo: Trozo
    dicho: str


@dataclass(slots=True)
class Lectura:
    """El resultado de leer un intercambio. `resto` son los trozos de la respuesta con algo más que decir."""

    negados: list[Pregunta] = field(default_factory=list)
    afirmados: list[Pregunta] = field(default_factory=list)
    dudoso: bool = False
    resto: list[Trozo] = field(default_factory=list)
    usados: list[Trozo] = field(default_factory=list)


def _preguntados(preguntas: list[Trozo]) -> list[Pregunta]:
    vistos: set[str] = set()
    salida = []
    for trozo in preguntas:
        if pregunta("presupone").match(sin_muletilla(trozo.plano.strip(" ¿¡,."))):
            continue
        abierto = _P["abierto_dentro"].search(trozo.plano)
        for m in buscar_clinico(trozo.texto):
            if abierto and m.desde >= abierto.start() and "," not in trozo.texto[abierto.end() : m.desde]:
                continue
            if m.clase == "habito" and not _P["preguntables"].fullmatch(m.termino):
                continue
            if _PARA_ESO.search(llano(trozo.texto[: m.desde])) or _se_da_por_dicho(trozo.texto, m):
                continue
            if m.termino not in vistos:
                vistos.add(m.termino)
                salida.append(Pregunta(m, trozo, trozo.texto[m.desde : m.hasta]))
    return salida


_SUPUESTO = _P["supuesto"]
_PREDICA = _P["predica"]
_CON_ARTICULO = _P["con_articulo"]
_MODO = _P["modo"]
_CESO_OTRA = re.compile(rf"{CESO}[^.;]{{0,20}}(?:{_P['la_otra'].pattern})")
"""«Las ronchas se quitaron, la comezón no»: la comezón sigue."""
_ACOTA = _P["acota"]
_PREGUNTA_NEGADA = _P["pregunta_negada"]
_SI_VERBO = _P["si_verbo"]


def _lo_contrario(trozo: Trozo, respuesta: str) -> bool:
    """«¿No puede mover el brazo?» «Sí, sí puedo»: el sí es del verbo, no de lo que se pregunta."""
    preguntado = _PREGUNTA_NEGADA.search(trozo.plano)
    return preguntado is not None and any(
        v[:3] == preguntado[1][:3] for v in _SI_VERBO.findall(respuesta) if not _P["no_es_verbo"].fullmatch(v)
    )


def _se_da_por_dicho(texto: str, m: Mencion) -> bool:
    """Si la pregunta no es por la mención: si acabó o bajó, o cómo es («¿la tos es con flemas?»).

    El no a «¿ha dejado de fumar?» o a «¿le baja la fiebre?» quiere decir lo contrario, y el no a «¿la tos es con
    flemas?» no quita la tos.
    """  # noqa: E501
    plano = llano(texto)
    if _SUPUESTO.match(plano[: m.desde]) and _PREDICA.match(plano[m.hasta :]):
        return True
    if _CON_ARTICULO.search(plano[: m.desde]) and _MODO.match(plano[m.hasta :]):
        return True
    inicio = max(plano.rfind(c, 0, m.desde) for c in ",;?.") + 1
    fin = min((x for x in (plano.find(c, m.hasta) for c in ",;?.") if x >= 0), default=len(plano))
    return any(
        c.end() <= m.desde - inicio or c.start() >= m.hasta - inicio
        for c in pregunta("cese").finditer(plano[inicio:fin])
    )


def _raices(texto: str) -> set[str]:
    return {p[:5] for p in re.findall(r"\w{3,}", llano(texto)) if not _P["vacias"].fullmatch(p)}


_DUELE = _P["duele"]
_SOLO_DUELE = _P["solo_duele"]


def _habla_de(clausula: str, item: Pregunta) -> bool:
    """Si la cláusula de la respuesta retoma el concepto preguntado: mismo término o misma palabra."""
    if any(m.termino == item.mencion.termino for m in buscar_clinico(clausula)):
        return True
    if any(m.termino == item.mencion.termino for m in buscar_normales(clausula)):
        return True
    if _DUELE.search(llano(item.dicho)) and _SOLO_DUELE.fullmatch(llano(clausula).strip(" ,.;:…")):
        return True
    return bool(_raices(clausula) & _raices(item.dicho))


def _lo_nombra(clausula: str, item: Pregunta) -> bool:
    """Si la cláusula dice el concepto mismo, o un sí; «los pies los tengo flaquitos» no dice hinchazón."""
    return "si" in llano(clausula).split() or any(
        m.termino == item.mencion.termino for m in buscar_clinico(clausula)
    )


def _al_lado(plano: str, item: Pregunta) -> bool | None:
    """Si junto al concepto se dice «sí» (True) o «no» (False), aunque falte la puntuación."""
    # En el orden en que se dijo: un conjunto no lo tiene, y la nota cambiaba de una vez a otra.
    for raiz in sorted(_raices(item.dicho), key=llano(item.dicho).find):
        if re.search(rf"(?:{_P['no_delante'].pattern}){re.escape(raiz)}", plano):
            return False  # «no fiebre, sí escalofríos»
        m = re.search(rf"\b{re.escape(raiz)}\w*(?:{_P['junto'].pattern})", plano)
        if m:
            return m.group(1) == "si"
    return None


def _sigue(plano: str, item: Pregunta) -> bool:
    """Si lo que se dice de ella es que, a diferencia de otra que se quitó, sigue."""
    return any(
        _CESO_OTRA.search(plano[: m.start()])
        for raiz in _raices(item.dicho)
        for m in re.finditer(rf"\b{re.escape(raiz)}\w*(?:{_P['no_junto'].pattern})", plano)
    )


def _segmentos(texto: str, items: list[Pregunta]) -> list[tuple[int, int]]:
    """Las cláusulas, cada una unida a las que solo la completan: «líquido, así como agua, no»."""
    salida: list[tuple[int, int]] = []
    for desde, hasta in clausulas(texto):
        clausula = texto[desde:hasta]
        cola = _COLA.fullmatch(llano(clausula).strip(" ,.;:…")) is not None
        previa = texto[salida[-1][0] : salida[-1][1]] if salida else ""
        # «Vómito y diarrea no»: el «no» del final es de los dos.
        juntas = (
            _DESNUDA.match(llano(previa))
            and _COORDINADA.match(llano(clausula))
            and not _P["coma_final"].search(previa)  # «Tos, y fiebre no»: la tos sí
        )
        if salida and (cola or juntas) and any(_habla_de(previa, i) for i in items):
            salida[-1] = (salida[-1][0], hasta)
        else:
            salida.append((desde, hasta))
    return salida


def _polaridad(texto: str, desde: int, hasta: int) -> bool:
    """Si la cláusula `texto[desde:hasta]` niega lo que nombra."""
    trozo = texto[desde:hasta]
    plano = _DOBLE.sub("", sin_falsas_negaciones(trozo))
    afirma = _P["un_si"].search(trozo) and _P["si_detras"].search(plano)
    if afirma and not _P["un_no"].search(plano):
        return False
    return _NO_CLAUSULA.search(plano) is not None


def _sobra(texto: str) -> bool:
    """Si, quitado lo que solo contesta, quedan palabras con contenido."""
    relleno = pregunta("relleno")
    palabras = [p for p in re.findall(r"\w+", llano(texto)) if not re.fullmatch(relleno, p)]
    return bool(palabras)


@dataclass(slots=True)
class _Reparto:
    """Lo que cada cláusula dijo de lo preguntado; `despues`: lo negado fuera de la primera oración."""

    negados: list[Pregunta] = field(default_factory=list)
    afirmados: list[Pregunta] = field(default_factory=list)
    flojos: list[Pregunta] = field(default_factory=list)
    despues: list[Pregunta] = field(default_factory=list)
    consumidas: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def anotar(self, tocados: list[Pregunta], clausula: str, n: int, *, en_contra: bool) -> None:
        """Suma lo que la cláusula de la oración `n` niega o afirma; lo apenas aludido cede ante un no."""
        if en_contra:
            self.afirmados = [i for i in self.afirmados if i not in tocados or i not in self.flojos]
        self.flojos += [i for i in tocados if not (en_contra or _lo_nombra(clausula, i))]
        nuevos = [i for i in tocados if i not in self.negados and i not in self.afirmados]
        destino = self.negados if en_contra else self.afirmados
        destino += nuevos
        self.despues += [i for i in nuevos if en_contra and n]


def _por_clausula(items: list[Pregunta], respuesta: list[Trozo]) -> _Reparto:
    reparto = _Reparto()
    for n, trozo in enumerate(respuesta):
        texto, plano = trozo.texto, llano(trozo.texto)
        normales = {m.termino for m in buscar_normales(texto)}
        reparto.negados += [i for i in items if i.mencion.termino in normales and i not in reparto.negados]
        reves = _AL_REVES.search(plano) is not None
        for item in items:
            junto = None if _AJENO.search(plano) else _al_lado(plano, item)
            if junto is False and _sigue(plano, item):
                junto = True
            if junto is not None and item not in reparto.negados and item not in reparto.afirmados:
                (reparto.afirmados if junto else reparto.negados).append(item)
        for desde, hasta in _segmentos(texto, items):
            clausula = texto[desde:hasta]
            ajena = _AJENO.search(llano(clausula))
            tocados = [] if ajena else [i for i in items if _habla_de(clausula, i)]
            en_contra = _polaridad(texto, desde, hasta) or reves
            tocados = [i for i in tocados if not (en_contra and _sigue(plano, i))]
            reparto.anotar(tocados, clausula, n, en_contra=en_contra)
            if tocados and en_contra and len(clausula.split()) <= 6 and not _DIGITO.search(clausula):
                reparto.consumidas.setdefault(n, []).append((desde, hasta))
    return reparto


def leer(intercambio: Intercambio) -> Lectura:
    """Reparte lo preguntado entre negado, afirmado y no contestado, y aparta lo que el paciente agregó."""
    items = _preguntados(intercambio.preguntas)
    lectura = Lectura()
    todo = " ".join(t.dicho for t in intercambio.respuesta)
    plano = llano(todo).strip()
    reparto = _por_clausula(items, intercambio.respuesta)
    negados, afirmados, consumidas = reparto.negados, reparto.afirmados, reparto.consumidas
    todo_no = _alguna(intercambio.respuesta, "niega_todo", items)
    resto_no = pregunta("niega_resto").search(plano) is not None
    libre = [i for i in items if i not in negados and i not in afirmados]
    abre_no = niega(plano, " ".join(t.plano for t in intercambio.preguntas))
    sabe = not ignora(plano) and not afirma(plano)
    parte = parcial(todo) if len(items) > 1 else None
    en_orden = _uno_por_uno(plano, items)
    if en_orden is not None:
        negados, afirmados = en_orden
    elif parte is not None and _reparte_la_lista(parte, items):
        negados, afirmados = _por_lista(parte, items)
        _consumir_el_resto(intercambio.respuesta, consumidas)
    elif resto_no and not afirmados and not negados and _ACOTA.match(plano):
        afirmados += libre
    elif (
        resto_no
        or (todo_no and sabe and (abre_no or not afirmados))
        or (abre_no and all(i in reparto.despues for i in negados))
    ):
        negados += libre
    elif afirma(todo) and not negados and not afirmados:
        lectura.dudoso = len(libre) > 1
        afirmados += libre
    if negados and not afirmados and _P["no_si_verbo"].match(plano) and len(items) == 1:
        negados, afirmados = [], negados  # «¿No le falta el aire?» «No, sí me falta»
    iguales = [i for i in negados if _con_otro_verbo(i, plano)]
    negados, afirmados = [i for i in negados if i not in iguales], afirmados + iguales
    vueltos = [i for i in afirmados if _lo_contrario(i.trozo, plano)]
    lectura.negados = negados + vueltos
    lectura.afirmados = [i for i in afirmados if i not in vueltos]
    _repartir(intercambio, lectura, consumidas)
    return lectura


def _reparte_la_lista(parte: Parcial, items: list[Pregunta]) -> bool:
    """Si lo nombrado es algo de la lista, o al menos algo clínico («nomás cansancio»), y no un cuándo."""
    return any(_habla_de(parte.nombrado, i) for i in items) or (
        parte.lo_nombrado_hay and not parte.suelto and bool(buscar_clinico(parte.nombrado))
    )


def _con_otro_verbo(item: Pregunta, respuesta: str) -> bool:
    """«¿Le duele al orinar?» «No me duele, me arde»: con ese verbo, la pregunta nombra lo mismo."""
    m = _P["otro_verbo"].search(respuesta)
    texto = item.trozo.plano
    if m is None or not (verbo := _P["verbo_molesto"].search(texto)):
        return False
    nuevo = f"{texto[: verbo.start()]}{m['verbo']}{texto[verbo.end() :]}"
    return any(x.termino == item.mencion.termino for x in buscar_clinico(nuevo))


def _uno_por_uno(plano: str, items: list[Pregunta]) -> tuple[list[Pregunta], list[Pregunta]] | None:
    """Lo negado y lo afirmado cuando se contesta a cada cosa en su orden: «no, no, sí», «las dos», «la segunda»."""  # noqa: E501
    if len(items) < 2:
        return None
    partes = [p for p in re.split(r"[\s,.;]+", plano) if p]
    if len(partes) == len(items) and set(partes) == {"si", "no"}:
        return (
            [i for i, p in zip(items, partes, strict=True) if p == "no"],
            [i for i, p in zip(items, partes, strict=True) if p == "si"],
        )
    if _P["todas"].fullmatch(plano) and not _P["son_mas"].search(plano):
        return [], items
    ordinal = _P["ordinal"].fullmatch(plano)
    if ordinal is None:
        return None
    cual = next(n for n, forma in enumerate(("1", "2", "3", "u")) if ordinal[f"n{forma}"])
    if cual < 3 and cual >= len(items):
        return None
    return [], [items[-1 if cual == 3 else cual]]


def _por_lista(parte: Parcial, items: list[Pregunta]) -> tuple[list[Pregunta], list[Pregunta]]:
    """De lo preguntado de corrido, lo negado y lo afirmado."""
    nombrados = [i for i in items if _habla_de(parte.nombrado, i)]
    demas = [i for i in items if i not in nombrados]
    return (demas, nombrados) if parte.lo_nombrado_hay else (nombrados, demas)


def _consumir_el_resto(respuesta: list[Trozo], consumidas: dict[int, list[tuple[int, int]]]) -> None:
    """«…, lo demás no» ya está en lo negado: no debe negar lo que se dijo antes."""
    for n, trozo in enumerate(respuesta):
        consumidas.setdefault(n, []).extend(
            (a, b)
            for a, b in clausulas(trozo.texto)
            if pregunta("niega_resto").match(llano(trozo.texto[a:b]).strip(" ,.;"))
        )


def _partes(trozo: Trozo, consumidas: list[tuple[int, int]]) -> list[Trozo]:
    """Lo que queda de un trozo sin las cláusulas que solo contestaban."""
    if not consumidas:
        return [trozo]
    tramos: list[tuple[int, int]] = []
    for desde, hasta in clausulas(trozo.texto):
        if (desde, hasta) in consumidas:
            continue
        if tramos and tramos[-1][1] == desde:
            tramos[-1] = (tramos[-1][0], hasta)
        else:
            tramos.append((desde, hasta))
    salida = []
    for desde, hasta in tramos:
        texto = trozo.texto[desde:hasta]
        if _sobra(texto) or hay_farmaco(texto):
            salida.append(trozo.parte(desde, desde + len(texto.rstrip())))
    return salida


def _alguna(respuesta: list[Trozo], nombre: str, items: list[Pregunta]) -> bool:
    """Si alguna cláusula de la respuesta cumple la regla, y no solo de una de varias («alergias ninguna»)."""
    patron = pregunta(nombre)
    for trozo in respuesta:
        plano = llano(trozo.dicho)
        for a, b in clausulas(trozo.dicho):
            de_una = len(items) > 1 and any(_habla_de(trozo.dicho[a:b], i) for i in items)
            if b <= len(plano) and not de_una and patron.search(plano[a:b].strip(" ,.;")):
                return True
    return False


def _repartir(
    intercambio: Intercambio, lectura: Lectura, consumidas: dict[int, list[tuple[int, int]]]
) -> None:
    """Aparta los trozos que dicen algo más que la respuesta."""
    for n, trozo in enumerate(intercambio.respuesta):
        texto = trozo.texto
        quedan = texto
        for desde, hasta in sorted(consumidas.get(n, []), reverse=True):
            quedan = quedan[:desde] + " " + quedan[hasta:]
        for m in reversed(list(pregunta("niega_todo").finditer(llano(quedan)))):
            quedan = quedan[: m.start()] + " " + quedan[m.end() :]
        sin_preguntar = _DUELE.search(llano(quedan)) and not any(
            _DUELE.search(p.plano) or "dolor" in p.plano for p in intercambio.preguntas
        )
        if _sobra(quedan) or hay_farmaco(quedan) or sin_preguntar:
            lectura.resto += _partes(trozo, consumidas.get(n, []))
        else:
            lectura.usados.append(trozo)
