"""Lo dicho en una consulta, leído una vez: qué se afirmó, qué se negó, de quién y con qué cifras."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import simplemma
from rapidfuzz import fuzz

from evaluacion.caso import Dicho
from evaluacion.metricas.cantidades import Cifra, cifras, descartadas, preparar
from evaluacion.metricas.lexico import Lexico, lexico
from evaluacion.metricas.menciones import Mencion, Polaridad, encontrar, oracion
from scribe.lenguaje.texto import llano

_PARECIDO = 86
_VECINOS = 2
_PEGADOS = 14


@dataclass(frozen=True, slots=True)
class Lectura:
    """Lo comprobable de un texto ya preparado."""

    plano: str
    cifras: tuple[Cifra, ...]
    menciones: tuple[Mencion, ...]
    lados: frozenset[str]
    tiempos: frozenset[str]
    raices: frozenset[str]


def leer(texto: str, idioma: str, acompanado: bool = False) -> Lectura:
    """Los elementos comprobables de un texto."""
    return _leer(texto, idioma, acompanado)


@lru_cache(maxsize=8192)
def _leer(texto: str, idioma: str, acompanado: bool) -> Lectura:
    lex = lexico(idioma)
    plano = preparar(texto, idioma)
    return Lectura(
        plano,
        tuple(cifras(plano, idioma)),
        tuple(encontrar(plano, lex, acompanado)),
        frozenset(_etiquetas(plano, lex, "lado")),
        frozenset(_etiquetas(plano, lex, "tiempo")),
        frozenset(raices(texto, idioma)),
    )


def _etiquetas(plano: str, lex: Lexico, grupo: str) -> set[str]:
    return {n for n in lex.reglas[grupo] if re.search(rf"\b(?:{lex.patron(grupo, n).pattern})\b", plano)}


def raices(texto: str, idioma: str) -> set[str]:
    """Los lemas de las palabras con contenido (cuatro letras o más, sin las vacías de las reglas)."""
    vacias = _vacias(idioma)
    palabras = {p for p in re.findall(r"[^\W\d_]{4,}", texto.lower()) if llano(p) not in vacias}
    return {r for p in palabras if (r := _raiz(p, idioma)) not in vacias}


@lru_cache(maxsize=4)
def _vacias(idioma: str) -> frozenset[str]:
    return frozenset(lexico(idioma).reglas["contenido"]["vacias"])


@lru_cache(maxsize=65536)
def _raiz(palabra: str, idioma: str) -> str:
    return llano(simplemma.lemmatize(palabra, lang=idioma))


class Dialogo:
    """Lo dicho en una consulta, leído una vez. `acompanado`: si un acompañante habla por el paciente."""

    def __init__(self, dichos: Sequence[Dicho], idioma: str) -> None:
        self.idioma = idioma if idioma in ("es", "en") else idioma[:2]
        self.lex = lexico(self.idioma)
        self.acompanado = any(d.hablante == "acompanante" for d in dichos)
        self.dichos = tuple(dichos)
        self.turnos = tuple(leer(d.texto, self.idioma, self.acompanado) for d in dichos)
        self._menciones = self._resolver()
        self._peso = self._pesos()
        self._retiradas = [descartadas(t.cifras, t.plano, self.lex) for t in self.turnos]
        self._palabras = [frozenset(re.findall(r"\w+", t.plano)) for t in self.turnos]

    def _resolver(self) -> list[tuple[int, Mencion]]:
        """Cada mención con su turno; la de una pregunta toma la polaridad de la respuesta."""
        salida = []
        for n, turno in enumerate(self.turnos):
            for m in turno.menciones:
                if m.pregunta and m.polaridad != "hipotetica":
                    salida.append((n, replace(m, polaridad=self._respuesta(n, m))))
                elif m.polaridad == "negada" and self._salvo(turno.plano[m.hasta :]):
                    salida.append((n, replace(m, polaridad="incierta")))
                elif self._de_si_mismo(n, m):
                    salida.append((n, replace(m, persona="incierta")))
                else:
                    salida.append((n, m))
        return salida

    def _de_si_mismo(self, n: int, mencion: Mencion) -> bool:
        """Si quien acompaña habla de sí («y a mí me dio dolor de panza»): no consta que sea del paciente."""
        patron = self.lex.reglas["persona"].get("de_si")
        if self.dichos[n].hablante != "acompanante" or not patron or mencion.persona != "paciente":
            return False
        plano = self.turnos[n].plano
        inicio, _ = oracion(plano, mencion.desde, mencion.hasta)
        return re.search(patron, plano[inicio : mencion.desde]) is not None

    def _salvo(self, detras: str) -> bool:
        """«Ninguna alergia a medicinas. A los camarones sí»: lo negado tiene una excepción que lo afirma."""
        patron = self.lex.reglas["negacion"].get("salvo")
        return bool(patron) and re.match(patron, detras) is not None

    def _respuesta(self, n: int, mencion: Mencion) -> Polaridad:
        """Lo que contesta la otra persona: «preguntada» si no contesta, «incierta» si contesta a medias."""
        resto = self.turnos[n].plano[mencion.hasta :]
        if re.search(r"[.?!]\s+\w+(?:\s+\w+){3,}", resto):
            return "preguntada"
        siguiente = self._siguiente(n)
        if siguiente is None:
            return "preguntada"
        dicho = self.turnos[siguiente]
        afirma = self.lex.patron("respuesta", "afirma").search(dicho.plano)
        if _nombra(dicho, mencion):
            return "preguntada"  # la respuesta la vuelve a nombrar: decide ella
        if self.lex.patron("respuesta", "rotundo").match(dicho.plano):
            return "negada"
        if self.lex.patron("respuesta", "no").match(dicho.plano):
            return "incierta" if afirma else "negada"
        return "afirmada" if self.lex.patron("respuesta", "si").match(dicho.plano) else "preguntada"

    def _siguiente(self, n: int) -> int | None:
        """El siguiente turno de otra persona."""
        otros = (
            t for t in range(n + 1, len(self.turnos)) if self.dichos[t].hablante != self.dichos[n].hablante
        )
        return next(otros, None)

    def hay_negacion(self, mencion: Mencion, campo: Collection[int]) -> bool:
        """Si donde se nombra, o en lo que se contesta, se niega algo: entonces un «niega» no se acusa.

        De un fármaco basta que se niegue en el turno («ya no se la tome»), porque se suspende con pronombre.
        """
        patron = self.lex.patron("negacion", "duda")
        for n, m in self._menciones:
            if n in campo and set(m.nombres) & set(mencion.nombres):
                plano = self.turnos[n].plano
                inicio, fin = (0, len(plano)) if m.de_farmaco else _clausula(plano, m.desde, m.hasta)
                sigue = self._siguiente(n) if m.pregunta else None
                if patron.search(plano[inicio:fin]):
                    return True
                contesta = (
                    None if sigue is None or _nombra(self.turnos[sigue], m) else self.turnos[sigue].plano
                )
                if contesta is not None and patron.search(contesta):
                    return True
        return False

    def _pesos(self) -> dict[str, float]:
        veces = Counter(r for t in self.turnos for r in t.raices)
        return {r: math.log(1 + len(self.turnos) / v) for r, v in veces.items()}

    def menciones(self, nombres: Collection[str], zona: Collection[int] | None = None) -> list[Mencion]:
        """Las que nombran alguno de esos conceptos o principios activos."""
        return [
            m for n, m in self._menciones if (zona is None or n in zona) and set(m.nombres) & set(nombres)
        ]

    def texto(self, zona: Collection[int]) -> str:
        """Lo dicho, preparado, en esos turnos."""
        return "\n".join(self.turnos[n].plano for n in sorted(zona))

    @property
    def todo(self) -> range:
        """Todos los turnos."""
        return range(len(self.turnos))

    def dice_concepto(self, nombre: str, zona: Collection[int]) -> bool:
        """Si el concepto está en esos turnos, también repartido entre pregunta y respuesta."""
        concepto = next(c for c in self.lex.conceptos if c.nombre == nombre)
        numeros = sorted(zona)
        grupos = [[k for k in range(n, n + 3) if k in set(numeros)] for n in numeros]
        return any(concepto.suelto.search("\n".join(self.turnos[k].plano for k in g)) for g in grupos)

    def dice_palabra(self, palabra: str, zona: Collection[int]) -> bool:
        """Si una palabra está en esos turnos, igual, con la misma raíz o escrita parecido."""
        raiz = _raiz(palabra, self.idioma)
        for n in zona:
            if raiz in self.turnos[n].raices or palabra in self._palabras[n]:
                return True
        return any(
            abs(len(p) - len(palabra)) <= 3 and fuzz.ratio(p, palabra) >= _PARECIDO
            for n in zona
            for p in self._palabras[n]
            if len(palabra) >= 5 and len(p) >= 5
        )

    def cifras(self, zona: Collection[int]) -> list[Cifra]:
        """Las cifras vigentes: sin las que la misma persona corrigió."""
        return [c for n in zona for c in self.turnos[n].cifras if c not in self._retiradas[n]]

    def duenos(self, n: int) -> list[tuple[Cifra, frozenset[str]]]:
        """Cada cifra vigente de un turno con los fármacos de que puede ser.

        El último nombrado, aunque sea uno o dos turnos antes, o el que la sigue de inmediato («500
        miligramos de paracetamol»).
        """
        arrastre: frozenset[str] = frozenset()
        for k in range(max(0, n - _VECINOS), n):
            if previos := _de_farmacos(self.turnos[k]):
                arrastre = _juntos(previos)
        farmacos = _de_farmacos(self.turnos[n])
        salida = []
        for c in self.cifras([n]):
            antes = [f for f in farmacos if f.hasta <= c.desde]
            pegado = {x for f in farmacos if 0 <= f.desde - c.hasta <= _PEGADOS for x in f.nombres}
            salida.append((c, (_juntos(antes) if antes else arrastre) | pegado))
        return salida

    def sobre(self, lectura: Lectura, minimo: float = 0.34, vecinos: int = _VECINOS) -> set[int]:
        """Los turnos que hablan de lo mismo que el enunciado, y sus vecinos; todos si nada los distingue."""
        puntos: dict[int, float] = defaultdict(float)
        nombres = {n for m in lectura.menciones for n in m.nombres}
        for n, turno in enumerate(self.turnos):
            puntos[n] += sum(self._peso[r] for r in turno.raices & lectura.raices)
            propios = {x for m in turno.menciones for x in m.nombres}
            puntos[n] += 2.0 * len(propios & nombres)
        mejor = max(puntos.values(), default=0.0)
        if mejor <= 0:
            return set(self.todo)
        centro = {n for n, p in puntos.items() if p >= minimo * mejor}
        cerca = {k for n in centro for k in range(n - vecinos, n + vecinos + 1)}
        return cerca & set(self.todo)


def _nombra(turno: Lectura, mencion: Mencion) -> bool:
    return any(set(m.nombres) & set(mencion.nombres) for m in turno.menciones)


def _de_farmacos(turno: Lectura) -> list[Mencion]:
    return sorted((m for m in turno.menciones if m.de_farmaco), key=lambda m: m.desde)


def _juntos(farmacos: Sequence[Mencion]) -> frozenset[str]:
    """Los principios activos de los últimos fármacos nombrados seguidos («budesonida con formoterol»)."""
    salida, limite = set(farmacos[-1].nombres), farmacos[-1].desde
    for m in reversed(farmacos[:-1]):
        if limite - m.hasta > _PEGADOS:
            break
        salida |= set(m.nombres)
        limite = m.desde
    return frozenset(salida)


def _clausula(plano: str, desde: int, hasta: int) -> tuple[int, int]:
    """El tramo entre signos (también comas) que contiene la mención, y el siguiente si es corto."""
    inicio = max(plano.rfind(s, 0, desde) for s in ",.;:?¿!") + 1
    sigue = re.compile(r"[^,.;:?!]*(?:,[^,.;:?!]{0,18}(?=[,.;:?!]|$))?").match(plano, hasta)
    return inicio, sigue.end() if sigue else len(plano)


def zona_de(dialogo: Dialogo, inicio: float, fin: float) -> set[int]:
    """Los turnos que suenan en ese intervalo (segundos). Vacío si lo dicho no trae tiempos."""
    return {
        n
        for n, d in enumerate(dialogo.dichos)
        if d.inicio is not None and d.fin is not None and d.inicio < fin and inicio < d.fin
    }
