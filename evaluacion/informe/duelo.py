"""Scribe contra cada par, medida por medida y sobre los mismos casos: dónde gana, dónde pierde.

Aquí no se corrige por comparaciones múltiples: corregir escondería derrotas, y este cuadro existe para
decirlas. Un intervalo del 95 % que no cruza el cero basta para contar como derrota (o como victoria).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaluacion import intervalo
from evaluacion.caso import Tarea
from evaluacion.definiciones import Definicion
from evaluacion.informe.textos import definicion
from evaluacion.resultados import Cuenta, Medida, Razon, Resultados, ResultadoSistema

PROPIO = "scribe"
MINIMO_DE_CASOS = 5
"""Con menos casos el intervalo por bootstrap es demasiado corto para fiarse (Efron y Tibshirani, 1993)."""
_DE_RELOJ = {"factor_tiempo", "factor_etapa", "segundos_por_caso", "arranque"}

Desenlace = Literal["gana", "pierde", "empata", "pocos"]


@dataclass(frozen=True, slots=True)
class Duelo:
    """Una medida de Scribe y la misma de un par.

    `diferencia`, con su IC 95 %: la cifra del par menos la nuestra.
    """

    par: str
    titulo: str
    tarea: Tarea
    medida: Definicion
    nuestro: float
    suyo: float
    diferencia: float
    bajo: float
    alto: float
    n: int
    desenlace: Desenlace


def principales(resultados: Resultados) -> list[ResultadoSistema]:
    """Los resultados que encabezan el informe: los de Scribe o, si no se midió, todos."""
    propios = [s for s in resultados.sistemas if s.sistema.startswith(PROPIO)]
    return propios or list(resultados.sistemas)


def duelos(resultados: Resultados) -> list[Duelo]:
    """Todos los duelos, en el orden de los pares. El tiempo va aparte, en `razones`: se mide intercalado."""
    salida: list[Duelo] = []
    for par in resultados.sistemas:
        nuestro = None if par.sistema.startswith(PROPIO) else _rival(resultados, par)
        if nuestro is None:
            continue
        for nombre in par.totales:
            if "/" not in nombre and nombre not in _DE_RELOJ:
                hallado = _duelo(resultados, nuestro, par, nombre)
                salida += [hallado] if hallado else []
    return salida


def perdidos(lista: Sequence[Duelo]) -> list[Duelo]:
    """Las derrotas, con las medidas principales primero."""
    return sorted((d for d in lista if d.desenlace == "pierde"), key=lambda d: not d.medida.principal)


def mas_lentos(razones: Sequence[Razon]) -> list[Razon]:
    """Los pares que tardan menos que Scribe, con intervalo que no llega a 1."""
    return [r for r in razones if r.alto < 1.0]


def cuentas_comunes(
    uno: Sequence[Medida], otro: Sequence[Medida], nombre: str
) -> tuple[list[Cuenta], list[Cuenta]]:
    """Las cuentas de una medida en los casos en que aplica a los dos, en el orden del primero."""
    segundo = {m.caso: m.cuentas for m in otro}
    parejas = [
        (m.cuentas[nombre], segundo[m.caso][nombre])
        for m in uno
        if m.cuentas.get(nombre, (0, 0))[1] > 0 and segundo.get(m.caso, {}).get(nombre, (0, 0))[1] > 0
    ]
    return [a for a, _ in parejas], [b for _, b in parejas]


def tasa(cuentas: Sequence[Cuenta]) -> float:
    """Suma de partes entre suma de totales."""
    return sum(p for p, _ in cuentas) / sum(t for _, t in cuentas)


def _rival(resultados: Resultados, par: ResultadoSistema) -> ResultadoSistema | None:
    """Lo nuestro con que se mide un par: misma tarea y los casos más parecidos; si no, la consulta entera."""
    suyos = {m.caso for m in par.casos}
    propios = [s for s in resultados.sistemas if s.sistema == PROPIO and s.tarea in (par.tarea, "consulta")]
    return min(
        (s for s in propios if suyos & {m.caso for m in s.casos}),
        key=lambda s: (s.tarea != par.tarea, len({m.caso for m in s.casos} ^ suyos)),
        default=None,
    )


def _duelo(
    resultados: Resultados, nuestro: ResultadoSistema, par: ResultadoSistema, nombre: str
) -> Duelo | None:
    propias, suyas = cuentas_comunes(nuestro.casos, par.casos, nombre)
    if not propias:
        return None
    medida = definicion(nombre)
    centro, bajo, alto = intervalo.diferencia(
        propias, suyas, remuestras=resultados.remuestras, semilla=resultados.semilla
    )
    return Duelo(
        par=par.sistema,
        titulo=par.titulo,
        tarea=par.tarea,
        medida=medida,
        nuestro=tasa(propias),
        suyo=tasa(suyas),
        diferencia=centro,
        bajo=bajo,
        alto=alto,
        n=len(propias),
        desenlace=_desenlace(medida, bajo, alto, len(propias)),
    )


def _desenlace(medida: Definicion, bajo: float, alto: float, n: int) -> Desenlace:
    if bajo <= 0 <= alto:
        return "empata"
    if n < MINIMO_DE_CASOS:
        return "pocos"
    par_mejor = alto < 0 if medida.mejor == "menos" else bajo > 0
    return "pierde" if par_mejor else "gana"
