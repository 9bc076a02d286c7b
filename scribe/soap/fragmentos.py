"""Las piezas con que se arma la nota: trozos textuales de turno y propuestas de enunciado."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scribe.consulta import Cita, Seccion, Turno
from scribe.lenguaje.oraciones import Oracion, partir
from scribe.lenguaje.patrones import patrones
from scribe.lenguaje.texto import llano
from scribe.soap.puntuacion import cortes
from scribe.soap.retractos import dudosa, vigente

_P = patrones("scribe.soap", "fragmentos.es")

_CITA_MAXIMA = 60
Lugar = tuple[int, int]
"""Un punto de la consulta: id del turno y letra dentro de él."""


@dataclass(frozen=True)
class Trozo:
    """El tramo `turno.texto[desde:hasta]`. `signo`: venía entre signos de pregunta; `ultimo`: cierra turno."""  # noqa: E501

    turno: Turno
    desde: int
    hasta: int
    signo: bool = False
    ultimo: bool = False

    @property
    def lugar(self) -> Lugar:
        """Dónde empieza."""
        return (self.turno.id, self.desde)

    @property
    def texto(self) -> str:
        """Lo dicho, letra por letra."""
        return self.turno.texto[self.desde : self.hasta]

    @property
    def dicho(self) -> str:
        """Lo dicho sin lo que la persona retiró al corregirse."""
        return vigente(self.texto)

    @property
    def plano(self) -> str:
        """`dicho` en texto llano."""
        return llano(self.dicho)

    @property
    def dudoso(self) -> bool:
        """Si hay una autocorrección que no se supo aplicar."""
        return dudosa(self.texto)

    def cita(self) -> Cita:
        """La cita textual del trozo, con sus tiempos."""
        return self.turno.citar(self.desde, self.hasta)

    def parte(self, desde: int, hasta: int) -> Trozo:
        """Un trozo de este trozo; índices dentro de `texto`."""
        return Trozo(self.turno, self.desde + desde, self.desde + hasta)


@dataclass(slots=True)
class Propuesta:
    """Un enunciado antes de verificarse. `motivo` no vacío lo deja por revisar."""

    seccion: Seccion
    tipo: str
    texto: str
    trozos: tuple[Trozo, ...]
    motivo: str | None = None
    enmendada: bool = False
    """Si una cifra suya la cambió después quien la dijo; la unidad es la de la primera."""
    orden: tuple[int, int] = field(default=(0, 0))

    def __post_init__(self) -> None:
        primero = self.trozos[-1]
        self.orden = (primero.turno.id, primero.desde)


def breve(dicho: str) -> str:
    """Lo dicho, para citarlo dentro de un motivo: hasta 60 letras, sin partir palabras."""
    texto = dicho.strip()
    return texto if len(texto) <= _CITA_MAXIMA else texto[:_CITA_MAXIMA].rsplit(" ", 1)[0] + "…"


def trocear(turno: Turno) -> tuple[Trozo, ...]:
    """Las oraciones de un turno como trozos."""
    tramos = [(a, b, o.signo) for o in partir(turno) for a, b in _partes(turno, o)]
    return tuple(Trozo(turno, a, b, s, b == tramos[-1][1]) for a, b, s in tramos)


def _partes(turno: Turno, oracion: Oracion) -> list[tuple[int, int]]:
    """La oración, cortada donde faltó un punto; sin espacios en los bordes."""
    bordes = [
        oracion.desde,
        *(oracion.desde + c for c in cortes(turno.texto[oracion.desde : oracion.hasta], turno.rol)),
        oracion.hasta,
    ]
    partes = [(a, a + len(turno.texto[a:b].rstrip())) for a, b in itertools.pairwise(bordes)]
    return [(a, b) for a, b in partes if b > a]


_CLAUSULA = _P["clausula"]


def clausulas(texto: str) -> list[tuple[int, int]]:
    """Las cláusulas de una oración: (desde, hasta), sin perder palabras."""
    cortes = [0, *[m.end() for m in _CLAUSULA.finditer(llano(texto))], len(texto)]
    return [(a, b) for a, b in itertools.pairwise(cortes) if texto[a:b].strip(" ,.;:…")]


_RELLENO = _P["relleno"]
_INTERCALADO = _P["intercalado"]


def alinar(texto: str) -> str:
    """Quita muletillas y arregla bordes: el texto queda listo para un enunciado, sin cambiar el fondo."""
    nuevo = _INTERCALADO.sub("", texto.strip(" ¿?¡!"))
    previo = None
    while previo != nuevo:
        previo = nuevo
        m = _RELLENO.match(nuevo)
        if m and m.end() > 0:
            nuevo = nuevo[m.end() :]
    nuevo = _P["este_suelto"].sub("", nuevo)
    nuevo = re.sub(r"\b(\w{3,})(?:…|\.\.\.)\s+\1\b", r"\1", nuevo)
    nuevo = _P["cuelga"].sub("", nuevo)
    return re.sub(r"\s{2,}", " ", nuevo).strip(" ,.;:…¿?¡!")


def mayuscula(texto: str) -> str:
    """Con mayúscula inicial."""
    return texto[:1].upper() + texto[1:]


def minuscula(texto: str) -> str:
    """Con minúscula inicial, para seguir un encabezado."""
    return texto[:1].lower() + texto[1:]


def seguido(trozos: Sequence[Trozo]) -> str:
    """Lo dicho en varios trozos, sin muletillas y separado por punto y coma."""
    return "; ".join(alinar(t.dicho) for t in trozos)
