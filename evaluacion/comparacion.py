"""Qué mejoró y qué empeoró entre dos evaluaciones, más allá del ruido.

Una medida cambia de verdad si se cumplen las tres: el intervalo del 95 % de la diferencia pareada no incluye
el cero, la permutación por parejas sobrevive a la corrección de Benjamini-Hochberg entre todas las medidas
comparadas, y la diferencia pasa del mínimo que importa. El porqué, en `docs/decisiones/comparacion.md`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from scipy.stats import false_discovery_control  # type: ignore[import-untyped]

from evaluacion import intervalo
from evaluacion.caso import Tarea
from evaluacion.costo_comparado import CambioDeCosto, costos
from evaluacion.definiciones import Definicion, definiciones
from evaluacion.informe.comparado import informe_comparacion
from evaluacion.informe.duelo import PROPIO, cuentas_comunes, tasa
from evaluacion.permutacion import valor_p
from evaluacion.resultados import Fallo, Resultados, ResultadoSistema
from scribe.errores import ErrorDeUso

Pareja = tuple[ResultadoSistema, ResultadoSistema]
Veredicto = Literal["mejora", "empeora", "igual", "pocos", "cambia"]


__all__ = ["Cambio", "Comparacion", "NoComparables", "comparar", "informe_comparacion"]


class NoComparables(ErrorDeUso):
    """Las dos evaluaciones no son del mismo conjunto, casos o normalizadores; dice en qué difieren."""


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cambio(_Valor):
    """Una medida antes y después. `diferencia` (con su IC 95 %) es después menos antes; `p`, corregida.

    `cambia`: se movió más allá del ruido, pero es descriptiva y no dice si es mejor o peor.
    """

    sistema: str
    titulo: str
    tarea: Tarea
    medida: str
    antes: float
    despues: float
    diferencia: float
    bajo: float
    alto: float
    p: float
    n: int
    veredicto: Veredicto


class CasoCaido(_Valor):
    """Un caso que antes terminaba y ahora no (o al revés)."""

    sistema: str
    tarea: Tarea
    caso: str
    motivo: str


class Comparacion(_Valor):
    """Todo lo que cambió. Solo cuentan como regresión los sistemas de `juzgados` (Scribe, si se midió)."""

    conjunto: str
    antes: str
    despues: str
    juzgados: tuple[str, ...]
    cambios: tuple[Cambio, ...] = ()
    costos: tuple[CambioDeCosto, ...] = ()
    caidos: tuple[CasoCaido, ...] = ()
    recuperados: tuple[CasoCaido, ...] = ()
    notas: tuple[str, ...] = ()

    @property
    def regresion(self) -> bool:
        """Si algún sistema juzgado empeoró, en lo que sea, o dejó de terminar un caso."""
        return (
            any(c.veredicto == "empeora" and c.sistema in self.juzgados for c in self.cambios)
            or any(c.veredicto == "empeora" and c.sistema in self.juzgados for c in self.costos)
            or any(c.sistema in self.juzgados for c in self.caidos)
        )

    @property
    def salida(self) -> int:
        """Código del proceso: 1 si hay regresión, 0 si no. (`NoComparables` sale con 2.)"""
        return 1 if self.regresion else 0


@cache
def criterios() -> dict[str, Any]:
    """`datos/comparacion.toml`, tal cual."""
    return tomllib.loads(files("evaluacion").joinpath("datos/comparacion.toml").read_text("utf-8"))


def comparar(a: Resultados, b: Resultados) -> Comparacion:
    """Compara `b` (después) con `a` (antes) sobre los mismos casos. Lanza `NoComparables`."""
    _exigir_comparables(a, b)
    parejas, notas = _parejas(a, b)
    if not parejas:
        raise NoComparables(
            "Las dos evaluaciones no tienen ningún sistema y tarea en común.", "Mida lo mismo en las dos."
        )
    distintos = _equipos_distintos(a, b)
    if distintos:
        notas.append(f"Los tiempos y la memoria no se comparan: los equipos difieren ({distintos}).")
    medidos = [c for antes, despues in parejas for c in _cambios(antes, despues, a)]
    presentes = dict.fromkeys(s.sistema for s, _ in parejas)
    return Comparacion(
        conjunto=a.conjunto,
        antes=_identificar(a),
        despues=_identificar(b),
        juzgados=tuple(s for s in presentes if s.startswith(PROPIO)) or tuple(presentes),
        cambios=tuple(_juzgar(medidos)),
        costos=() if distintos else tuple(costos(parejas, criterios()["criterio"], a.semilla)),
        caidos=tuple(c for antes, despues in parejas for c in _caidos(antes, despues)),
        recuperados=tuple(c for antes, despues in parejas for c in _caidos(despues, antes)),
        notas=tuple(notas),
    )


# --- ¿Son comparables? -------------------------------------------------------------------------------


def _exigir_comparables(a: Resultados, b: Resultados) -> None:
    if a.conjunto != b.conjunto:
        raise NoComparables(
            f"Son conjuntos distintos: {a.conjunto} y {b.conjunto}.", "Compare dos corridas del mismo."
        )
    if diferencia := _en_que_difieren(a.casos, b.casos):
        raise NoComparables(
            f"Los casos no son los mismos: {diferencia}.",
            "Evalúe las dos veces con los mismos datos y opciones (--rapido, --particion, --casos).",
        )
    if a.normalizadores != b.normalizadores:
        raise NoComparables(
            f"Los normalizadores difieren: {_en_que_difieren(a.normalizadores, b.normalizadores)}.",
            "Repita la evaluación de antes con el código de ahora.",
        )


def _en_que_difieren(antes: dict[str, str], despues: dict[str, str]) -> str:
    partes = {
        "solo en la primera": sorted(antes.keys() - despues.keys()),
        "solo en la segunda": sorted(despues.keys() - antes.keys()),
        "distintos": sorted(k for k in antes.keys() & despues.keys() if antes[k] != despues[k]),
    }
    return "; ".join(f"{que}: {_lista(quienes)}" for que, quienes in partes.items() if quienes)


def _lista(nombres: Sequence[str]) -> str:
    cabe = ", ".join(nombres[:3])
    return f"{cabe} y {len(nombres) - 3} más" if len(nombres) > 3 else cabe


def _equipos_distintos(a: Resultados, b: Resultados) -> str:
    claves = criterios()["equipo"]["claves"]
    return ", ".join(
        f"{c}: {a.equipo.get(c, '?')} y {b.equipo.get(c, '?')}"
        for c in claves
        if a.equipo.get(c) != b.equipo.get(c)
    )


def _parejas(a: Resultados, b: Resultados) -> tuple[list[Pareja], list[str]]:
    """Cada resultado de `a` con el de `b` del mismo sistema, tarea y casos; y los que quedan sin pareja."""
    sueltos = list(b.sistemas)
    parejas, notas = [], []
    for antes in a.sistemas:
        llave = (antes.sistema, antes.tarea, _casos(antes))
        despues = next((s for s in sueltos if (s.sistema, s.tarea, _casos(s)) == llave), None)
        if despues is None:
            notas.append(f"{antes.titulo} ({antes.tarea}) está en la primera y no en la segunda.")
            continue
        sueltos.remove(despues)
        parejas.append((antes, despues))
    notas += [f"{s.titulo} ({s.tarea}) está en la segunda y no en la primera." for s in sueltos]
    if a.perfil != b.perfil:
        notas.append(f"Los perfiles difieren: {a.perfil} y {b.perfil}.")
    return parejas, notas


def _casos(sistema: ResultadoSistema) -> frozenset[str]:
    return frozenset([m.caso for m in sistema.casos] + [f.caso for f in sistema.fallidos])


# --- Qué cambió --------------------------------------------------------------------------------------


def _cambios(antes: ResultadoSistema, despues: ResultadoSistema, a: Resultados) -> list[Cambio]:
    """Los cambios sin juzgar, con `p` sin corregir. Las curvas y el costo van aparte."""
    conocidas, de_costo = definiciones(), criterios()["costo"]["medidas"]
    comunes = [n for n in antes.totales if n in despues.totales and n in conocidas and n not in de_costo]
    salida = []
    for nombre in comunes:
        uno, otro = cuentas_comunes(antes.casos, despues.casos, nombre)
        if not uno:
            continue
        centro, bajo, alto = intervalo.diferencia(uno, otro, remuestras=a.remuestras, semilla=a.semilla)
        permutaciones = criterios()["criterio"]["permutaciones"]
        salida.append(
            Cambio(
                sistema=antes.sistema,
                titulo=antes.titulo,
                tarea=antes.tarea,
                medida=nombre,
                antes=tasa(uno),
                despues=tasa(otro),
                diferencia=centro,
                bajo=bajo,
                alto=alto,
                p=valor_p(uno, otro, permutaciones=permutaciones, semilla=a.semilla),
                n=len(uno),
                veredicto="igual",
            )
        )
    return salida


def _juzgar(cambios: Sequence[Cambio]) -> list[Cambio]:
    """Corrige las p de todas las medidas juntas y pone el veredicto de cada una."""
    minimo = criterios()["criterio"]["minimo_de_casos"]
    decidibles = [c for c in cambios if c.n >= minimo]
    corregidas = false_discovery_control([c.p for c in decidibles]) if decidibles else []
    p = {id(c): float(v) for c, v in zip(decidibles, corregidas, strict=True)}
    return [
        c.model_copy(update={"p": p[id(c)], "veredicto": _veredicto(c, p[id(c)])})
        if id(c) in p
        else c.model_copy(update={"veredicto": "pocos" if c.diferencia else "igual"})
        for c in cambios
    ]


def _veredicto(cambio: Cambio, p: float) -> Veredicto:
    medida = definiciones()[cambio.medida]
    dentro_del_ruido = cambio.bajo <= 0 <= cambio.alto or p > criterios()["criterio"]["alfa"]
    if dentro_del_ruido or abs(cambio.diferencia) < minimo_practico(medida):
        return "igual"
    if cambio.medida in criterios()["descriptivas"]["medidas"]:
        return "cambia"
    return "mejora" if (cambio.diferencia > 0) == (medida.mejor == "mas") else "empeora"


def minimo_practico(medida: Definicion) -> float:
    """La diferencia desde la que un cambio importa a quien usa el sistema."""
    propio = criterios()["minimo"].get(medida.nombre)
    return float(criterios()["minimo_por_forma"][medida.forma] if propio is None else propio)


def _caidos(antes: ResultadoSistema, despues: ResultadoSistema) -> list[CasoCaido]:
    """Los casos que `antes` terminaban y en `despues` no."""
    terminaban = {m.caso for m in antes.casos}
    fallos: Sequence[Fallo] = despues.fallidos
    return [
        CasoCaido(sistema=despues.sistema, tarea=despues.tarea, caso=f.caso, motivo=f.motivo)
        for f in fallos
        if f.caso in terminaban
    ]


def _identificar(resultados: Resultados) -> str:
    revision = resultados.scribe.get("revision", "")[:10]
    return " ".join(filter(None, (resultados.fecha, revision)))
