"""Buscar un código mientras se escribe: por palabras legas, por su título o por la propia clave.

Se apoya en el `Buscador` (n-gramas y sinónimos) y le agrega lo que pide quien teclea: la última palabra
puede estar a medias («hipert»), y «J02» es una clave, no un padecimiento.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from functools import cached_property
from pathlib import Path

from scribe.codificacion.buscador import Buscador, unir
from scribe.codificacion.catalogo import SISTEMAS, Sistema
from scribe.codificacion.normal import normal
from scribe.consulta import Alternativa

_CLAVE: dict[Sistema, re.Pattern[str]] = {
    "CIE-10": re.compile(r"[A-Z]\d{1,2}(\.?\d?)X?"),
    "CIE-11": re.compile(r"[0-9A-Z][A-Z]\d[0-9A-Z]{0,2}(\.[0-9A-Z]{0,2})?"),
}
_MEDIA_PALABRA = 3
_COMPLETAS = 3
"""En cuántas palabras enteras se prueba una a medias."""


class Tecleo:
    """Los catálogos abiertos para buscar y para saber si un código existe. Se comparte entre hilos."""

    def __init__(self, buscador: Buscador) -> None:
        self._buscador = buscador

    @classmethod
    def abrir(cls, cache: Path | None) -> Tecleo:
        """Con los catálogos instalados. Lanza `ModelosFaltan`."""
        return cls(Buscador.abrir(cache))

    def titulo(self, sistema: Sistema, codigo: str) -> str | None:
        """El título de un código; `None` si no está en el catálogo."""
        return self._buscador.catalogos[sistema].titulos.get(codigo)

    def buscar(self, texto: str, sistema: Sistema, maximo: int = 10) -> list[Alternativa]:
        """Los códigos para lo que se lleva escrito, del mejor al peor."""
        clave = texto.strip().upper()
        if any(forma.fullmatch(clave) for forma in _CLAVE.values()):
            return self._por_clave(clave, sistema, maximo)  # una clave del otro sistema aquí no es nada
        listas = [self._buscador.buscar(texto, sistema, maximo)]
        listas += [self._buscador.buscar(entero, sistema, maximo) for entero in self._enteros(texto, sistema)]
        return unir(listas, maximo)

    def _por_clave(self, clave: str, sistema: Sistema, maximo: int) -> list[Alternativa]:
        # La X con que México rellena las claves de tres (I10X) no está en el catálogo.
        sin_punto = clave.replace(".", "").removesuffix("X" if sistema == "CIE-10" else "")
        titulos = self._buscador.catalogos[sistema].titulos
        hallados = [c for c in titulos if c.replace(".", "").startswith(sin_punto)][:maximo]
        return [Alternativa(codigo=c, titulo=titulos[c], puntaje=1.0) for c in hallados]

    def _enteros(self, texto: str, sistema: Sistema) -> list[str]:
        """El texto con su última palabra completada de las maneras más usadas del catálogo."""
        partes = normal(texto).split()
        if not partes or texto[-1:].isspace() or len(partes[-1]) < _MEDIA_PALABRA:
            return []
        palabras, veces = self._vocabulario[sistema]
        media = partes[-1]
        desde = bisect_left(palabras, media)
        candidatas = []
        for palabra in palabras[desde:]:
            if not palabra.startswith(media):
                break
            candidatas.append(palabra)
        if media in candidatas:
            return []  # ya es una palabra
        mejores = sorted(candidatas, key=lambda p: (-veces[p], p))[:_COMPLETAS]
        return [" ".join([*partes[:-1], p]) for p in mejores]

    @cached_property
    def _vocabulario(self) -> dict[Sistema, tuple[list[str], Counter[str]]]:
        salida: dict[Sistema, tuple[list[str], Counter[str]]] = {}
        for sistema in SISTEMAS:
            veces = Counter(p for texto in self._buscador.indices[sistema].textos for p in texto.split())
            salida[sistema] = (sorted(veces), veces)
        return salida

    def calentar(self) -> None:
        """Prepara lo que la primera búsqueda tendría que esperar."""
        for sistema in SISTEMAS:
            self.buscar("dol", sistema)
