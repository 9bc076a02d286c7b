"""Qué se dijo de una mención: si se niega, de quién es, cuándo, con qué certeza.

Al estilo de ConText/NegEx, con disparadores y terminadores escritos para el español hablado de
México y el español clínico (`datos/contexto.es.toml`). Donde hay modelo de spaCy, los verbos
conjugados cierran además el alcance de una negación, que es lo que hace falta cuando el reconocedor
de voz se come las comas.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from scribe.lenguaje import espanol
from scribe.lenguaje.patrones import patrones, registros
from scribe.lenguaje.texto import llano

_PALABRA = re.compile(r"\w+")
_INDICATIVO = {"VerbForm": "Fin", "Mood": "Ind"}
_P = patrones("scribe.lenguaje", "contexto.es")


@dataclass(frozen=True, slots=True)
class Calificacion:
    """El contexto de una mención.

    `familiar` es la palabra dicha («mamá») si se habla de otra persona; `descartada`, una negación
    con palabras de juicio clínico («descarto», «sin datos de»); `hipotetica`, una advertencia o
    prevención; `resuelta`, algo que ya no está; `interrogada`, dentro de una pregunta (entonces no
    afirma ni niega). `disparadores` son las palabras que lo decidieron, tal como se dijeron.
    """

    negada: bool = False
    familiar: str | None = None
    pasada: bool = False
    incierta: bool = False
    hipotetica: bool = False
    resuelta: bool = False
    interrogada: bool = False
    descartada: bool = False
    disparadores: tuple[str, ...] = ()

    @property
    def presente(self) -> bool:
        """Si se afirma, con certeza y ahora, de la persona de quien se habla."""
        return not (
            self.negada or self.familiar or self.pasada or self.incierta
            or self.hipotetica or self.resuelta or self.interrogada
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Regla:
    categoria: str
    direccion: str
    alcance: int
    corta: tuple[str, ...]
    patron: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Marca:
    regla: _Regla
    desde: int
    hasta: int


@dataclass(frozen=True, slots=True)
class _Lectura:
    """Los disparadores y terminadores de un texto, ya encontrados."""

    plano: str
    marcas: tuple[_Marca, ...]
    cortes: dict[str, tuple[int, ...]]
    parientes: tuple[tuple[int, int, str], ...]


@lru_cache(maxsize=1)
def _reglas() -> tuple[_Regla, ...]:
    """Los disparadores de `datos/contexto.es.toml`, en orden."""
    return tuple(
        _Regla(
            categoria=r["categoria"],
            direccion=r["direccion"],
            alcance=r.get("alcance", 40),
            corta=tuple(r["corta"]),
            patron=r["patrones"],
        )
        for r in registros("scribe.lenguaje", "contexto.es", "regla", "patrones")
    )


def _tabla(nombre: str) -> dict[str, re.Pattern[str]]:
    return {n.removeprefix(f"{nombre}."): p for n, p in _P.items() if n.startswith(f"{nombre}.")}


_SEUDO, _CORTES = _tabla("seudo"), _tabla("cortes")


def es_de_sangre(pariente: str) -> bool:
    """Si esa palabra de parentesco («mamá», «abuelo paterno») da historia familiar."""
    return _P["familiar.sangre"].fullmatch(llano(pariente)) is not None


def sin_falsas_negaciones(texto: str) -> str:
    """El texto llano sin las frases que llevan un «no» y no niegan («no se me quita», «no hay duda»)."""
    plano = llano(texto)
    for m in reversed(list(_SEUDO["negada"].finditer(plano))):
        plano = plano[: m.start()] + " " * (m.end() - m.start()) + plano[m.end() :]
    return plano


def _plano(texto: str) -> str:
    """`llano`, salvo que «sí» conserva el acento: «si» condiciona y «sí» afirma."""
    base = llano(texto)
    for m in re.finditer(r"\b[sS][íÍ]\b", texto):
        base = base[: m.start()] + "sí" + base[m.end() :]
    return base


def _toca(tramos: list[tuple[int, int]], desde: int, hasta: int) -> bool:
    return any(a < hasta and b > desde for a, b in tramos)


_MISMO_SEUDO = {"descarte": "negada", "resuelta": "negada"}


@lru_cache(maxsize=2048)
def _leer(texto: str) -> _Lectura:
    plano = _plano(texto)
    seudo = {n: [m.span() for m in p.finditer(plano)] for n, p in _SEUDO.items()}
    marcas = []
    for regla in _reglas():
        vetados = seudo.get(_MISMO_SEUDO.get(regla.categoria, regla.categoria), [])
        for m in regla.patron.finditer(plano):
            if not _toca(vetados, *m.span()):
                marcas.append(_Marca(regla, *m.span()))
    parientes = []
    for m in _P["familiar.dicho"].finditer(plano):
        if not _toca(seudo["familiar"], *m.span()):
            grupo = m.lastgroup or "a"
            if _es_seno(texto, plano, m.start(grupo), m.end(grupo)):
                continue
            otro = _P["familiar.otro"].search(plano[: m.start(grupo)])
            desde = otro.start() if otro else m.start(grupo)
            parientes.append((m.start(), m.end(), texto[desde : m.end(grupo)]))
    cortes = {n: tuple(m.start() for m in p.finditer(plano)) for n, p in _CORTES.items()}
    return _Lectura(plano, tuple(marcas), cortes, tuple(parientes))


def _es_seno(texto: str, plano: str, desde: int, hasta: int) -> bool:
    """«Cáncer de mama» no habla de la madre: sin acento ni posesivo, «mama» es el seno."""
    seno = plano[desde:hasta].split()[-1] in ("mama", "mamas") and "á" not in texto[desde:hasta].lower()  # noqa: PLC0207
    return seno and _P["familiar.de_seno"].search(plano[:hasta].rpartition("mama")[0]) is not None


def _cortado(lectura: _Lectura, grupos: tuple[str, ...], desde: int, hasta: int) -> bool:
    """Si entre esas posiciones hay un terminador de esos grupos."""
    return any(desde <= c < hasta for g in grupos for c in lectura.cortes.get(g, ()))


def _palabras_entre(plano: str, desde: int, hasta: int) -> int:
    return sum(1 for _ in _PALABRA.finditer(plano, desde, max(desde, hasta)))


def _otro_verbo(texto: str, disparador: str, desde: int, mencion: tuple[int, int]) -> bool:
    """Si entre la negación y la mención empieza otra oración con su propio verbo conjugado.

    «no» niega un verbo; «sin», «nada de» o «niega» niegan un sustantivo, y el primer verbo en
    indicativo que siga ya es otra cosa. Sin modelo de spaCy no se puede saber: responde `False`.
    """
    if not espanol.con_dependencias():
        return False
    permitidos = 1 if _P["verbo.niega_uno"].fullmatch(disparador.split(maxsplit=1)[0]) else 0
    vistos = 0
    doc = espanol.analizar(texto)
    for ficha in doc:
        if ficha.idx < desde or ficha.idx >= mencion[1]:
            continue
        if not (_INDICATIVO.items() <= ficha.morph.to_dict().items() and ficha.pos_ in {"VERB", "AUX"}):
            continue
        vistos += 1
        if vistos > permitidos:
            previa = ficha.i - 1
            while previa >= 0 and _P["verbo.clitico"].fullmatch(llano(doc[previa].text)):
                previa -= 1
            if previa < 0 or not _P["verbo.enlace"].fullmatch(llano(doc[previa].text)):
                return True
        if ficha.idx >= mencion[0]:
            break
    return False


def _alcanza(lectura: _Lectura, texto: str, marca: _Marca, desde: int, hasta: int) -> bool:
    """Si el disparador de `marca` alcanza la mención `texto[desde:hasta]`."""
    regla = marca.regla
    if regla.direccion == "previa":
        if marca.hasta > desde or _cortado(lectura, regla.corta, marca.hasta, desde):
            return False
        if _palabras_entre(lectura.plano, marca.hasta, desde) > regla.alcance:
            return False
        disparador = lectura.plano[marca.desde : marca.hasta]
        niega = regla.categoria in {"negada", "descarte"}
        return not (niega and _otro_verbo(texto, disparador, marca.hasta, (desde, hasta)))
    if regla.direccion == "posterior":
        if marca.desde < hasta or _cortado(lectura, regla.corta, hasta, marca.desde):
            return False
        return _palabras_entre(lectura.plano, hasta, marca.desde) <= regla.alcance
    if desde <= marca.desde and marca.hasta <= hasta:
        return False  # «de niño» dentro de «control de niño sano» no habla del pasado
    grupos = (*regla.corta, "adversativa", "clausula")
    antes, despues = (marca.hasta, desde) if marca.hasta <= desde else (hasta, marca.desde)
    return not _cortado(lectura, grupos, antes, despues)


def _frase(lectura: _Lectura, desde: int, hasta: int) -> tuple[int, int]:
    """La oración, por puntuación, que contiene la mención."""
    fuertes = lectura.cortes["fuerte"]
    inicio = max((c + 1 for c in fuertes if c < desde), default=0)
    fin = min((c + 1 for c in fuertes if c >= hasta), default=len(lectura.plano))
    return inicio, fin


def _interrogada(lectura: _Lectura, desde: int, hasta: int) -> bool:
    inicio, fin = _frase(lectura, desde, hasta)
    if "?" not in lectura.plano[hasta : fin + 1]:
        return False
    abre = lectura.plano.rfind("¿", inicio, fin)
    if abre >= 0 and abre >= hasta:
        return False
    porque = _SEUDO["interrogada"].search(lectura.plano, inicio, fin)
    return porque is None


def _pariente(lectura: _Lectura, desde: int, hasta: int, paciente: Collection[str]) -> str | None:
    """La persona, que no es el paciente, de quien se dice la mención."""
    ajenos = [p for p in lectura.parientes if llano(p[2]) not in paciente]
    for inicio, fin, palabra in reversed(ajenos):
        if fin <= desde and not _cortado(lectura, ("fuerte", "persona"), fin, desde):
            return palabra
        if inicio < hasta and fin > desde:
            return palabra
    detras = _P["familiar.posterior"].search(lectura.plano[hasta:])
    if detras and any(hasta <= p[0] < hasta + detras.end() for p in ajenos):
        return next(p[2] for p in ajenos if hasta <= p[0] < hasta + detras.end())
    inicio, _ = _frase(lectura, desde, hasta)
    suelto = _pariente_suelto(lectura, inicio, ajenos)
    if suelto and not _cortado(lectura, ("persona",), inicio, desde):
        return suelto
    sigue = _P["familiar.pronombres"].search(lectura.plano[inicio:])
    if sigue and not _cortado(lectura, ("persona",), inicio, desde):
        previos = [p for p in ajenos if p[1] <= inicio]
        if previos and not [c for c in lectura.cortes["fuerte"] if previos[-1][1] <= c < inicio - 1]:
            return previos[-1][2]
    return None


def _pariente_suelto(lectura: _Lectura, inicio: int, ajenos: list[tuple[int, int, str]]) -> str | None:
    """El pariente que es toda la oración anterior («Mi mamá. Era diabética»)."""
    if inicio == 0:
        return None
    previa, fin = _frase(lectura, inicio - 1, inicio - 1)
    if _palabras_entre(lectura.plano, previa, fin) > 4:
        return None
    return next((p[2] for p in ajenos if previa <= p[0] and p[1] <= fin), None)


def _reciente(lectura: _Lectura, desde: int, hasta: int) -> bool:
    grupos = ("fuerte", "adversativa", "clausula")
    for m in _P["pasada.reciente"].finditer(lectura.plano):
        antes, despues = (m.end(), desde) if m.end() <= desde else (hasta, m.start())
        if not _cortado(lectura, grupos, antes, despues):
            return True
    return False


def _en_lista(lectura: _Lectura, desde: int, hasta: int) -> bool | None:
    """«Azúcar no presión sí»: en una lista así, cada palabra responde a la que tiene delante.

    Devuelve si la mención se niega, o `None` si no es una lista de esas.
    """
    detras = lectura.plano[hasta:]
    if _P["lista.si"].match(detras) or _solo_eso(lectura.plano[:desde], detras):
        return False
    return True if _P["lista.no"].match(detras) else None


def _solo_eso(antes: str, detras: str) -> bool:
    """«Ni presión, tiroides nada más»: lo que se deja como único no se niega, aunque cierre una lista de noes."""  # noqa: E501
    return _P["lista.solo"].match(detras) is not None and _P["lista.abre_solo"].search(antes) is not None


def calificar(oracion: str, desde: int, hasta: int, *, paciente: Collection[str] = ()) -> Calificacion:
    """El contexto de la mención `oracion[desde:hasta]`.

    `oracion` puede ser una oración o un turno entero: los signos de puntuación cortan el alcance.
    `paciente` son las palabras de parentesco, llanas, que aquí nombran al propio paciente («hijo», si
    quien habla es su madre). Lanza `ValueError` si el tramo no cabe en la oración.
    """
    if not 0 <= desde < hasta <= len(oracion):
        raise ValueError("el tramo de la mención no cabe en la oración")
    lectura = _leer(oracion)
    halladas: dict[str, str] = {}
    for marca in lectura.marcas:
        if marca.regla.categoria not in halladas and _alcanza(lectura, oracion, marca, desde, hasta):
            halladas[marca.regla.categoria] = oracion[marca.desde : marca.hasta].strip(" ,")
    interrogada = _interrogada(lectura, desde, hasta)
    pariente = _pariente(lectura, desde, hasta, paciente)
    descartada = "descarte" in halladas and not interrogada
    pasada = "pasada" in halladas and not _reciente(lectura, desde, hasta)
    en_lista = _en_lista(lectura, desde, hasta)
    negada = bool({"negada", "descarte"} & halladas.keys()) if en_lista is None else en_lista
    return Calificacion(
        negada=not interrogada and negada,
        familiar=pariente,
        pasada=pasada or "resuelta" in halladas,
        incierta="incierta" in halladas,
        hipotetica="hipotetica" in halladas,
        resuelta="resuelta" in halladas,
        interrogada=interrogada,
        descartada=descartada,
        disparadores=tuple(halladas.values()) + ((pariente,) if pariente else ()),
    )
