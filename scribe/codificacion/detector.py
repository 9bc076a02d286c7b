"""Dónde se dijo cada término en un texto, aunque el reconocedor lo haya escrito mal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from scribe.codificacion.normal import FICHA, Ficha, clave, claves, fichas, plano, raiz, sin_diminutivo
from scribe.codificacion.sinonimos import Concepto, conceptos, dicho, rellenos
from scribe.lenguaje.vocabulario import es_comun

_PARECIDO = 85.0
"""Parecido mínimo (0–100) de una palabra mal oída con la primera de un término."""
_PARECIDO_DENTRO = 80.0
"""El de las siguientes: lo ya oído del término las respalda."""
_LARGO_MINIMO = 7
_LARGO_PARTIDA = 8
_LARGO_CORTA = 4
"""Hasta este largo, otro género es otra palabra."""
_RELLENOS = 4
"""Cuántas palabras seguidas se pueden colar en un término: «cálculo de siete milímetros en el riñón»."""


@dataclass(frozen=True, slots=True)
class Hallazgo:
    """Un concepto dicho en `texto[desde:hasta]`; `exacto` si no hubo que corregir lo oído."""

    concepto: Concepto
    termino: str
    desde: int
    hasta: int
    exacto: bool = True


@dataclass(slots=True)
class _Nodo:
    hijos: dict[str, _Nodo] = field(default_factory=dict)
    final: tuple[Concepto, str] | None = None
    raices: set[str] = field(default_factory=set)
    """Cómo se escriben, sin género ni número, los términos de una palabra que acaban aquí."""
    palabras: set[str] = field(default_factory=set)
    """Las mismas, tal cual."""


@dataclass(frozen=True, slots=True)
class _Acierto:
    fin: int
    concepto: Concepto
    termino: str
    exacto: bool


@cache
def _compilado(patron: str) -> re.Pattern[str]:
    """La expresión compilada la primera vez que hace falta: son miles y un texto usa unas pocas."""
    return re.compile(patron)


class Detector:
    """Encuentra en un texto todos los términos de la tabla, el más largo primero, sin encimarse."""

    def __init__(self, tabla: Iterable[Concepto] | None = None) -> None:
        self._raiz = _Nodo()
        self._sueltas: dict[str, tuple[Concepto, str]] = {}
        self._literales: dict[str, list[tuple[str, bool, Concepto, str]]] = {}
        for concepto in conceptos() if tabla is None else tabla:
            for termino in concepto.terminos:
                self._agregar(concepto, termino)
        self._primeras: dict[str, list[str]] = {}
        for k in self._raiz.hijos:
            if len(k) >= _LARGO_MINIMO - 1:
                self._primeras.setdefault(k[0], []).append(k)

    def _agregar(self, concepto: Concepto, termino: str) -> None:
        if termino[0] in "=^" or termino.isupper():
            self._agregar_literal(concepto, termino)
            return
        partes, nodo = claves(termino), self._raiz
        for parte in partes:
            nodo = nodo.hijos.setdefault(parte, _Nodo())
        if nodo.final is None:
            nodo.final = (concepto, termino)
        if len(partes) == 1:
            suyas = [p for p in FICHA.findall(plano(termino)) if clave(p) == partes[0]]
            nodo.palabras.update(suyas)
            nodo.raices.update(raiz(p) for p in suyas)
            if len(partes[0]) >= _LARGO_MINIMO - 1 and concepto.clase == "d":
                self._sueltas.setdefault(partes[0], nodo.final)

    def _agregar_literal(self, concepto: Concepto, termino: str) -> None:
        """Siglas (en mayúsculas), nombres propios («^») y términos que se comparan palabra por palabra."""
        forma = dicho(termino)
        tal_cual = forma.isupper() or termino[0] == "^"
        patron = rf"\b{re.escape(forma if tal_cual else plano(forma))}\b"
        primera = FICHA.search(plano(forma))
        de_ella = self._literales.setdefault(primera.group() if primera else "", [])
        de_ella.append((patron, tal_cual, concepto, forma))

    def _buscar_literales(self, texto: str) -> list[Hallazgo]:
        base, salida = plano(texto), []
        for primera in set(FICHA.findall(base)):
            for patron, tal_cual, concepto, termino in self._literales.get(primera, ()):
                donde = texto if tal_cual else base
                salida += [Hallazgo(concepto, termino, *m.span()) for m in _compilado(patron).finditer(donde)]
        return salida

    def _paso(self, nodo: _Nodo, ficha: Ficha, texto: str) -> tuple[_Nodo, bool] | None:
        """El nodo al que lleva una palabra, y si se oyó tal cual."""
        directo = nodo.hijos.get(ficha.clave)
        if directo is not None:
            return directo, True
        for base in sin_diminutivo(ficha.palabra):
            if clave(base) in nodo.hijos:
                return nodo.hijos[clave(base)], True
        primera = nodo is self._raiz
        largo = _LARGO_MINIMO if primera else _LARGO_MINIMO - 1
        if ficha.hasta - ficha.desde < largo or es_comun(texto[ficha.desde : ficha.hasta]):
            return None
        opciones = self._primeras.get(ficha.clave[:1], []) if primera else list(nodo.hijos)
        minimo = _PARECIDO if primera else _PARECIDO_DENTRO
        hallada = process.extractOne(ficha.clave, opciones, scorer=fuzz.ratio, score_cutoff=minimo)
        return (nodo.hijos[hallada[0]], False) if hallada else None

    def _mas_largo(self, palabras: list[Ficha], i: int, texto: str) -> _Acierto | None:
        nodo, mejor, exacto, colados = self._raiz, None, True, 0
        for j in range(i, len(palabras)):
            paso = None if j > i and palabras[j].salto else self._paso(nodo, palabras[j], texto)
            if paso is None and j > i and self._se_cuela(palabras[j]) and colados < _RELLENOS:
                colados += 1
                continue
            if paso is None:
                break
            colados = 0
            nodo, igual = paso
            exacto = exacto and igual
            if nodo.final is not None and (j > i or self._vale_sola(nodo, palabras[j], texto, igual)):
                mejor = _Acierto(j, *nodo.final, exacto)
        return mejor

    @staticmethod
    def _se_cuela(ficha: Ficha) -> bool:
        """«me duele *mucho del lado derecho* la cabeza»: lo que no cambia lo que se nombra."""
        return not ficha.salto and ficha.palabra in rellenos()

    def _vale_sola(self, nodo: _Nodo, ficha: Ficha, texto: str, igual: bool) -> bool:
        """«vi» suena como «VIH» y «sido» difiere de «sida» en el género: lo corriente no es un término."""
        if not igual:
            return nodo.final is not None and nodo.final[0].clase == "d"
        if any(len(c) > _LARGO_CORTA and raiz(c) in nodo.raices for c in sin_diminutivo(ficha.palabra)):
            return True
        if ficha.palabra in nodo.palabras or not es_comun(texto[ficha.desde : ficha.hasta]):
            return True
        return len(ficha.palabra) > _LARGO_CORTA and raiz(ficha.palabra) in nodo.raices

    def _partida(self, palabras: list[Ficha], i: int, texto: str) -> _Acierto | None:
        """«gastro enteritis»: un término de una palabra, oído en dos."""
        if i + 1 >= len(palabras) or texto[palabras[i].hasta : palabras[i + 1].desde] not in (" ", "-"):
            return None
        junta = clave(palabras[i].palabra + palabras[i + 1].palabra)
        if len(junta) < _LARGO_PARTIDA or junta not in self._sueltas:
            return None
        return _Acierto(i + 1, *self._sueltas[junta], False)

    def _buscar_raices(self, texto: str) -> list[Hallazgo]:
        palabras, salida, i = fichas(texto), [], 0
        while i < len(palabras):
            acierto = self._mas_largo(palabras, i, texto) or self._partida(palabras, i, texto)
            if acierto is None:
                i += 1
                continue
            hasta = palabras[acierto.fin].hasta
            salida.append(
                Hallazgo(acierto.concepto, acierto.termino, palabras[i].desde, hasta, acierto.exacto)
            )
            i = acierto.fin + 1
        return salida

    def buscar(self, texto: str) -> list[Hallazgo]:
        """Los hallazgos en orden de aparición; de dos que se enciman queda el más largo."""
        todos = self._buscar_literales(texto) + self._buscar_raices(texto)
        salida: list[Hallazgo] = []
        for hallazgo in sorted(todos, key=lambda h: h.desde - h.hasta):
            if not any(o.desde < hallazgo.hasta and o.hasta > hallazgo.desde for o in salida):
                salida.append(hallazgo)
        return sorted(salida, key=lambda h: h.desde)


@lru_cache(maxsize=1)
def detector() -> Detector:
    """El detector de la tabla propia, armado una vez."""
    return Detector()
