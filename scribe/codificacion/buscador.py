"""Del texto dicho al código: recuperar por n-gramas, puntuar por palabras, no pasarse de detalle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from scribe import modelos
from scribe.codificacion import indice as indices
from scribe.codificacion.catalogo import (
    COMPLEMENTO,
    MODELOS,
    SISTEMAS,
    Catalogo,
    Sistema,
    leer_cie10,
    leer_cie11,
    rueda,
)
from scribe.codificacion.indice import Indice, Origen
from scribe.codificacion.normal import claves_genericas, normal, plano
from scribe.codificacion.sinonimos import literales
from scribe.consulta import Alternativa

_CANDIDATOS = 120
_IGUAL = 80.0
"""Parecido mínimo (0–100) para tener dos palabras por la misma."""
_PESO_GENERICO = 0.08
_DESCONOCIDA = 1.3
"""Peso de una palabra que no está en ningún título ni sinónimo: lo dicho que nadie explica."""
_PESO_DICHO, _PESO_TITULO, _PESO_FORMA = 0.45, 0.35, 0.20
_APOYO, _APOYOS = 0.05, 3
"""Cuánto suma cada otra forma parecida del mismo código, y cuántas cuentan."""
_IGUALDAD: dict[Origen, float] = {"propio": 1.0, "titulo": 1.0, "codiesp": 0.985}
"""Puntaje de lo que coincide entero: la tabla propia y el título mandan sobre CodiEsp."""


@dataclass(frozen=True)
class Buscador:
    """Busca en los dos catálogos. `abrir` lo arma desde los modelos instalados."""

    catalogos: Mapping[Sistema, Catalogo]
    indices: Mapping[Sistema, Indice]

    @classmethod
    def abrir(cls, cache: Path | None, con_codiesp: bool = True) -> Buscador:
        """Con los catálogos instalados y el índice de `cache` (se construye la primera vez).

        Lanza `ModelosFaltan` si falta un catálogo.
        """
        carpetas = {s: modelos.ruta(MODELOS[s]) for s in SISTEMAS}
        complemento = modelos.ruta(COMPLEMENTO)
        catalogos: dict[Sistema, Catalogo] = {
            "CIE-10": leer_cie10(carpetas["CIE-10"], complemento),
            "CIE-11": leer_cie11(carpetas["CIE-11"]),
        }
        fuentes: dict[Sistema, tuple[Path, ...]] = {
            "CIE-10": (rueda(carpetas["CIE-10"]), rueda(complemento)),
            "CIE-11": (rueda(carpetas["CIE-11"]),),
        }
        hechos = {s: indices.obtener(catalogos[s], fuentes[s], cache, con_codiesp) for s in SISTEMAS}
        return cls(catalogos, hechos)

    def buscar(self, texto: str, sistema: Sistema = "CIE-10", maximo: int = 5) -> list[Alternativa]:
        """Los códigos más parecidos a `texto`, con puntaje de 0 a 1, del mejor al peor.

        Un código más detallado que lo dicho pierde ante el «no especificado» de su categoría.
        """
        forma = normal(texto)
        if not forma or maximo < 1:
            return []
        puntajes = self._puntuar(forma, sistema)
        catalogo = self.catalogos[sistema]
        por_codigo: dict[str, list[float]] = {}
        for codigo, puntaje in puntajes:
            por_codigo.setdefault(codificable(catalogo, codigo), []).append(puntaje)
        mejores = {codigo: max(suyos) for codigo, suyos in por_codigo.items()}
        apoyos = {codigo: _apoyo(suyos) for codigo, suyos in por_codigo.items()}
        exacto = literales().get(plano(texto).strip())
        if exacto is not None:
            mejores = {c: min(p, 0.99) for c, p in mejores.items()}
            suyo = exacto.cie10 if sistema == "CIE-10" else exacto.cie11
            if suyo is not None:
                mejores[codificable(catalogo, suyo)] = 1.0
        orden = sorted(mejores, key=lambda c: (-mejores[c] - apoyos.get(c, 0.0), c))[:maximo]
        salida, tope = [], 1.0
        for codigo in orden:
            tope = min(tope, mejores[codigo])  # el puntaje nunca sube al bajar en la lista
            salida.append(Alternativa(codigo=codigo, titulo=catalogo.titulo(codigo), puntaje=round(tope, 4)))
        return salida

    def _puntuar(self, forma: str, sistema: Sistema) -> list[tuple[str, float]]:
        indice = self.indices[sistema]
        cerca = indice.cercanos(forma, _CANDIDATOS)
        if not cerca:
            return []
        dichas = forma.split()
        palabras = sorted({p for i in cerca for p in indice.textos[i].split()})
        parecidos = process.cdist(dichas, palabras, scorer=fuzz.ratio, dtype=np.float32)
        columna = {p: k for k, p in enumerate(palabras)}
        pesos = {p: _peso(p, indice.rareza) for p in (*dichas, *palabras)}
        salida = []
        for i in cerca:
            if indice.textos[i] == forma:
                salida.append((indice.codigos[i], _IGUALDAD[indice.origenes[i]]))
            else:
                puntaje = _puntaje(forma, dichas, indice.textos[i], columna, parecidos, pesos)
                salida.append((indice.codigos[i], puntaje))
        return salida


def _apoyo(puntajes: list[float]) -> float:
    """Lo que suman a un código sus otras formas parecidas, sin alcanzar al que coincide entero."""
    primero, *otros = sorted(puntajes, reverse=True)
    if primero >= _IGUALDAD["codiesp"]:
        return 0.0
    return min(_APOYO * sum(otros[:_APOYOS]), 0.98 - primero)


def _peso(palabra: str, rareza: Mapping[str, float]) -> float:
    if palabra in claves_genericas():
        return _PESO_GENERICO
    return (0.5 if len(palabra) <= 2 else 1.0) * rareza.get(palabra, _DESCONOCIDA)


def _puntaje(
    forma: str,
    dichas: list[str],
    titulo: str,
    columna: dict[str, int],
    parecidos: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    pesos: Mapping[str, float],
) -> float:
    """Cuánto de lo dicho está en el título y cuánto del título se dijo, de 0 a 1."""
    suyas = titulo.split()
    tabla = parecidos[:, [columna[p] for p in suyas]] / 100
    tabla = np.where(tabla * 100 >= _IGUAL, tabla, 0.0)
    pesos_dichas = np.array([pesos[p] for p in dichas])
    pesos_suyas = np.array([pesos[p] for p in suyas])
    dicho = float((tabla.max(axis=1) * pesos_dichas).sum() / pesos_dichas.sum())
    cubierto = float((tabla.max(axis=0) * pesos_suyas).sum() / pesos_suyas.sum())
    parecido = fuzz.token_sort_ratio(forma, titulo) / 100
    total = _PESO_DICHO * dicho + _PESO_TITULO * cubierto + _PESO_FORMA * parecido
    return min(total, 0.99)


@lru_cache(maxsize=65536)
def _hoja(hermanos: tuple[tuple[str, str], ...], codigo: str, preferidos: tuple[str, ...]) -> str:
    por_codigo = dict(hermanos)
    for sufijo in preferidos:
        if codigo + sufijo in por_codigo:
            return codigo + sufijo
    return codigo


def codificable(catalogo: Catalogo, codigo: str) -> str:
    """El código que de verdad se escribe: una categoría subdividida pasa a su «no especificado».

    CIE-10: `J03` → `J03.9`, y una sin subdivisiones queda en tres caracteres (`I10`). CIE-11:
    `CA03` → `CA03.Z`; donde no hay residual se queda la categoría.
    """
    preferidos = (".9", ".8", ".0") if catalogo.sistema == "CIE-10" else (".Z",)
    if "." in codigo and catalogo.sistema == "CIE-10":
        return codigo
    if catalogo.sistema == "CIE-11" and "." in codigo:
        return codigo + "Z" if codigo + "Z" in catalogo else codigo
    hermanos = tuple((h, "") for h in catalogo.hermanos(codigo))
    return _hoja(hermanos, codigo, preferidos)


def unir(listas: Iterable[Iterable[Alternativa]], maximo: int) -> list[Alternativa]:
    """Varias listas en una, sin códigos repetidos, con el mejor puntaje de cada uno."""
    mejores: dict[str, Alternativa] = {}
    for lista in listas:
        for alternativa in lista:
            previa = mejores.get(alternativa.codigo)
            if previa is None or alternativa.puntaje > previa.puntaje:
                mejores[alternativa.codigo] = alternativa
    return sorted(mejores.values(), key=lambda a: (-a.puntaje, a.codigo))[:maximo]
