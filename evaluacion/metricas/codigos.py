"""Los códigos sugeridos contra los esperados, a 3 y a 4 caracteres."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluacion.sintesis.guion import CodigoEsperado
from scribe.consulta import Codigo, EstadoCodigo

PRIMEROS = 5
_AUSENTES = {"descartado", "familiar"}


@dataclass(frozen=True, slots=True)
class Acierto:
    """Dónde quedó un código esperado. `lugar` y `lugar_exacto` cuentan desde 1; `None`, no está.

    `lugar` compara la categoría (3 caracteres) y `lugar_exacto` los 4; solo cuentan las sugerencias, no sus
    alternativas. `entre_alternativas`: la categoría aparece como sugerencia o como alternativa de una.
    """

    esperado: CodigoEsperado
    lugar: int | None
    lugar_exacto: int | None
    entre_alternativas: bool
    estado: EstadoCodigo | None

    @property
    def entre_primeros(self) -> bool:
        """La categoría está entre las cinco primeras sugerencias."""
        return self.lugar is not None and self.lugar <= PRIMEROS

    @property
    def exacto_entre_primeros(self) -> bool:
        """Los cuatro caracteres están entre las cinco primeras sugerencias."""
        return self.lugar_exacto is not None and self.lugar_exacto <= PRIMEROS

    @property
    def estado_correcto(self) -> bool:
        """El estado de la primera sugerencia de esa categoría es el esperado.

        «Familiar» y «antecedente» se admiten uno por otro: los conjuntos anotan lo familiar de ambas formas.
        """
        if self.estado is None:
            return False
        iguales = {self.esperado.estado, str(self.estado)}
        return len(iguales) == 1 or iguales == {"familiar", "antecedente"}


def aciertos(sugeridos: Sequence[Codigo], esperados: Iterable[CodigoEsperado]) -> list[Acierto]:
    """Busca cada código esperado entre las sugerencias de CIE-10, en su orden y sin repetir código."""
    lista = _sin_repetir(c for c in sugeridos if c.sistema == "CIE-10")
    salida = []
    for esperado in esperados:
        propios = [n for n, c in enumerate(lista, 1) if categoria(c.codigo) == categoria(esperado.cie10)]
        exactos = [n for n, c in enumerate(lista, 1) if corto(c.codigo) == corto(esperado.cie10)]
        otras = {categoria(a.codigo) for c in lista for a in c.alternativas}
        elegido = next(iter(exactos or propios), None)
        salida.append(
            Acierto(
                esperado,
                propios[0] if propios else None,
                exactos[0] if exactos else None,
                bool(propios) or categoria(esperado.cie10) in otras,
                lista[elegido - 1].estado if elegido else None,
            )
        )
    return salida


def presentes_falsos(sugeridos: Iterable[Codigo], esperados: Iterable[CodigoEsperado]) -> list[str]:
    """Códigos dados por presentes que la consulta descartó o eran de la familia."""
    lista = list(esperados)
    ausentes = {categoria(e.cie10) for e in lista if e.estado in _AUSENTES}
    presentes = {categoria(e.cie10) for e in lista if e.estado not in _AUSENTES}
    return [
        c.codigo
        for c in sugeridos
        if c.sistema == "CIE-10"
        and c.estado in (EstadoCodigo.CONFIRMADO, EstadoCodigo.SOSPECHA)
        and categoria(c.codigo) in ausentes - presentes
    ]


def categoria(codigo: str) -> str:
    """Los 3 caracteres de un código CIE-10."""
    return corto(codigo)[:3]


def corto(codigo: str) -> str:
    """Hasta 4 caracteres, sin punto y sin la X de relleno."""
    junto = codigo.replace(".", "").upper()[:4]
    return junto[:3] if len(junto) == 4 and junto.endswith("X") else junto


def _sin_repetir(codigos: Iterable[Codigo]) -> list[Codigo]:
    vistos: dict[str, Codigo] = {}
    for codigo in codigos:
        vistos.setdefault(corto(codigo.codigo), codigo)
    return list(vistos.values())
