"""Signos vitales y medidas: de «presión, 118/76» a «TA 118/76 mmHg», sin inventar lo que no se dijo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.rangos import peso_propuesto, tension_propuesta
from scribe.lenguaje.texto import llano

_P = patrones("scribe.soap", "signos.es")

_ENTRE = _P["entre"].pattern
_TOMA = _P["toma"]


@dataclass(frozen=True, slots=True)
class Signo:
    """Una medida dicha en `texto[desde:hasta]`; `dudoso` trae la razón si la cifra no es posible."""

    desde: int
    hasta: int
    rotulo: str
    valor: str
    unidad: str
    dudoso: str | None = None

    @property
    def texto(self) -> str:
        """Como se escribe en la nota."""
        pegado = f"{self.valor} {self.unidad}".strip()
        return f"{self.rotulo} {pegado}"


@lru_cache(maxsize=1)
def _tabla() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    texto = resources.files("scribe.soap").joinpath("datos/signos.tsv").read_text("utf-8")
    filas = []
    for linea in texto.splitlines():
        if linea.strip() and not linea.startswith("#"):
            rotulo, unidad, nombre, cifra = linea.split("\t")
            filas.append((rotulo, unidad, re.compile(rf"\b{nombre}\b{_ENTRE}(?P<v>{cifra})(?![\d/]|[.,]\d)")))
    return tuple(filas)


_RANGOS = {"FC": (30, 230), "FR": (6, 80), "Temperatura": (34, 42.5), "Saturación de oxígeno": (50, 100), "IMC": (9, 70),  # noqa: E501
           "Talla": (0.3, 250), "Peso": (0.5, 350)}  # fmt: skip
_GRAMOS = (300, 30_000)


def _o_quiza(propuesta: str | None) -> str:
    return f" (quizá {propuesta})" if propuesta else ""


def _revisar(rotulo: str, valor: str, unidad: str = "") -> str | None:
    """Por qué la cifra no puede ser, si no puede."""
    if rotulo == "TA":
        alta, baja = (int(x) for x in re.findall(r"\d+", valor)[:2])
        if alta <= baja or not 60 <= alta <= 260 or not 30 <= baja <= 160:
            quiza = _o_quiza(tension_propuesta(alta, baja))
            return f"La cifra de tensión arterial no es posible{quiza}; confírmela en el audio."
        return None
    minimo, maximo = _GRAMOS if unidad == "g" else _RANGOS.get(rotulo, (0, 10**6))
    numero = float(valor.replace(",", "."))
    return (
        None if minimo <= numero <= maximo else f"La cifra de {rotulo.lower()} es poco creíble; confírmela."
    )


_TENSION_SOLA = _P["tension_sola"]
_ABRE_LA_CIFRA = _P["abre_la_cifra"].pattern
_SIN_NOMBRE = (
    ("TA", "mmHg", _P["sin_nombre.tension"]),
    ("Temperatura", "°C", _P["sin_nombre.temperatura"]),
    ("Temperatura", "°C", _P["sin_nombre.temperatura_dicha"]),
    ("Peso", "kg", _P["sin_nombre.peso"]),
)
"""Medidas que por su forma se conocen sin su nombre, si abren la frase («138, 84.», «52 kilos.»)."""
_CON_OTROS = ("Glucosa",)
"""Lo que solo es un signo si se dice entre otros."""
_DIFERENCIA = 12
_PESO_SIN_UNIDAD = _P["peso_sin_unidad"]
_TENSION_INCOMPLETA = _P["tension_incompleta"]


def signos_de(texto: str) -> list[Signo]:
    """Los signos vitales y medidas de una oración, en orden."""
    plano = llano(texto)
    salida: list[Signo] = []

    def libre(a: int, b: int) -> bool:
        return not any(s.desde < b and s.hasta > a for s in salida)

    for m in _TENSION_SOLA.finditer(plano):
        valor = _P["une_cifras"].sub("/", m.group())
        toma = _TOMA.findall(plano[max(0, m.start() - 25) : m.start()])
        rotulo = (
            f"TA ({toma[-1]} toma)"
            if (toma and toma[-1].endswith("ra")) or (toma and toma[-1] == "segunda")
            else "TA"
        )
        salida.append(Signo(m.start(), m.end(), rotulo, valor, "mmHg", _revisar("TA", valor)))
    for rotulo, unidad, patron in _tabla():
        if rotulo == "TA":
            continue
        for m in patron.finditer(plano):
            if libre(*m.span("v")):
                valor = m.group("v")
                salida.append(
                    Signo(m.start(), m.end("v"), rotulo, valor, unidad, _revisar(rotulo, valor, unidad))
                )
    if all(s.rotulo in _CON_OTROS for s in salida):
        salida = []  # «la glucosa salió en 118» sola es un resultado, no un signo
    for m in _PESO_SIN_UNIDAD.finditer(plano):
        propuesto = peso_propuesto(m.group("v"))
        if propuesto and libre(*m.span("v")):
            motivo = f"No se dijo si el peso es en gramos o en kilos (quizá {propuesto}); confírmelo."
            salida.append(Signo(m.start(), m.end("v"), "Peso", m.group("v"), "", motivo))
    for m in _TENSION_INCOMPLETA.finditer(plano):
        if libre(*m.span("v")):
            quiza = _o_quiza(tension_propuesta(int(m.group("v")), None))
            motivo = f"Tensión arterial con una sola cifra{quiza}: falta oír la otra."
            salida.append(Signo(m.start(), m.end(), "TA", m.group("v"), "", motivo))
    return sorted(salida, key=lambda s: s.desde)


@lru_cache(maxsize=1)
def _anunciados() -> tuple[tuple[str, str, re.Pattern[str], re.Pattern[str]], ...]:
    texto = resources.files("scribe.soap").joinpath("datos/anunciados.tsv").read_text("utf-8")
    filas = (x.split("\t") for x in texto.splitlines() if x.strip() and not x.startswith("#"))
    return tuple(
        (
            rotulo,
            unidad,
            re.compile(rf"\b{anuncio}\b"),
            re.compile(rf"{_ABRE_LA_CIFRA}(?P<v>{cifra})(?![\d/]|[.,]\d)"),
        )
        for rotulo, unidad, anuncio, cifra in filas
    )


def signo_sin_nombre(previo: str, texto: str) -> list[Signo]:
    """La medida con que abre `texto` sin nombrarla, si `previo` (lo dicho antes en el turno) la anuncia.

    «Súbase a la báscula. 52 kilos.» es su peso; «138, 84» es una presión sin que se anuncie. Es de quien
    explora: no se use con lo que cuenta el paciente.
    """
    plano, antes = llano(texto), llano(previo)[-_ATRAS:]
    for rotulo, unidad, patron in _SIN_NOMBRE:
        m = patron.match(plano)
        if m:
            return _suelto(rotulo, unidad, m)
    for rotulo, unidad, anuncio, patron in _anunciados():
        m = patron.match(plano) if anuncio.search(antes) else None
        if m:
            return _suelto(rotulo, unidad, m)
    return []


def _suelto(rotulo: str, unidad: str, m: re.Match[str]) -> list[Signo]:
    valor = m.group("v")
    if rotulo == "TA":
        alta, baja = (int(x) for x in re.findall(r"\d+", valor)[:2])
        if alta - baja < _DIFERENCIA:
            return []
        valor = f"{alta}/{baja}"
    return [Signo(m.start(), m.end("v"), rotulo, valor, unidad, _revisar(rotulo, valor, unidad))]


_ATRAS = 60
"""Letras hacia atrás en que vale el anuncio: lo que sigue a «súbase a la báscula» es el peso; lo de después, no."""  # noqa: E501


TRAS_SIGNO = _P["tras_signo"]

_UNIDADES = _P["unidades"]
_NOMBRES = _P["nombres"]


def restante(texto: str, signos: list[Signo]) -> str:
    """Lo que queda de la oración sin los signos: vacío si solo eran signos."""
    plano = llano(texto)
    for s in reversed(signos):
        plano = plano[: s.desde] + " " + plano[s.hasta :]
    palabras = [
        p for p in re.findall(r"[\w%°]+", plano) if not _UNIDADES.fullmatch(p) and not _NOMBRES.fullmatch(p)
    ]
    return " ".join(p for p in palabras if not p.isdigit())
