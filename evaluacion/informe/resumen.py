"""Lo que se entiende en veinte segundos: unas cuantas cifras con su frase y lo que hay que saber."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluacion.informe.duelo import PROPIO, Duelo, mas_lentos, perdidos, principales
from evaluacion.informe.tablas import destacadas, titulos_de
from evaluacion.informe.textos import (
    datos,
    definicion,
    intervalo_de,
    leer_cifra,
    numero,
    plural,
    rotulo,
    segundos,
    veces,
)
from evaluacion.resultados import Resultados, ResultadoSistema

MAXIMO_DE_CIFRAS = 8


@dataclass(frozen=True, slots=True)
class Dato:
    """Una cifra grande con la frase que la completa y su intervalo."""

    cifra: str
    frase: str
    intervalo: str
    grupo: str


def cifras(resultados: Resultados) -> list[Dato]:
    """Las medidas principales del sistema que encabeza."""
    primero = next(iter(principales(resultados)), None)
    if primero is None:
        return []
    return [_dato(primero, n) for n in destacadas(primero.totales, MAXIMO_DE_CIFRAS)]


def frases(resultados: Resultados, pleitos: Sequence[Duelo]) -> list[str]:
    """Qué se midió, si todo terminó, qué tarda y cómo queda contra los pares."""
    return [f for f in (_medido(resultados), _termino(resultados), _tarda(resultados), _contra(pleitos)) if f]


def derrotas(resultados: Resultados, pleitos: Sequence[Duelo]) -> list[str]:
    """Dónde perdemos, una frase por medida y par; vacía si en nada."""
    titulos = titulos_de(resultados)
    calidad = [
        f"{d.medida.titulo} ({rotulo('tareas', d.tarea).lower()}): Scribe {numero(d.nuestro, d.medida)}, "
        f"{d.titulo} {numero(d.suyo, d.medida)} (n = {d.n})"
        for d in perdidos(pleitos)
    ]
    tiempo = [
        f"Tiempo ({rotulo('tareas', r.tarea).lower()}): {titulos.get(r.par, r.par)} tarda "
        f"{veces(r.mediana)} lo que Scribe (IC 95 % {veces(r.bajo)}–{veces(r.alto)})"
        for r in mas_lentos(resultados.razones)
    ]
    publicado = [frase for cuadro in resultados.cuadros for frase in cuadro.derrotas]
    return calidad + tiempo + publicado


def _dato(sistema: ResultadoSistema, nombre: str) -> Dato:
    medida, cifra = definicion(nombre), sistema.totales[nombre]
    frase = datos()["frases"].get(nombre)
    rango = intervalo_de(cifra, medida)
    texto = numero(cifra.valor, medida) if frase else leer_cifra(cifra, medida)
    return Dato(texto, frase or medida.titulo, rango, rotulo("grupos", medida.grupo))


def _medido(resultados: Resultados) -> str:
    casos = plural(len(resultados.casos), "caso", "casos")
    primero = next(iter(principales(resultados)), None)
    audio = sum(m.duracion_s or 0.0 for m in primero.casos) if primero else 0.0
    cuanto = f", {segundos(audio)} de audio" if audio else ""
    corto = " Revisión rápida: pocos casos, intervalos anchos." if resultados.rapido else ""
    return f"Se midieron {casos}{cuanto}, con el perfil «{resultados.perfil}».{corto}"


def _termino(resultados: Resultados) -> str:
    lista = principales(resultados)
    fallos = sum(len(s.fallidos) for s in lista)
    quien = "Scribe" if lista and lista[0].sistema == PROPIO else "Los sistemas medidos"
    if not fallos:
        return f"{quien}: todos los casos terminaron."
    return f"{quien}: {plural(fallos, 'caso no terminó', 'casos no terminaron')}; están abajo, uno por uno."


def _tarda(resultados: Resultados) -> str:
    primero = next((s for s in resultados.sistemas if s.sistema == PROPIO), None)
    cifra = primero.totales.get("factor_tiempo") if primero else None
    if cifra is None:
        return ""
    return f"A este paso, una consulta de 15 minutos se procesa en unos {segundos(cifra.valor * 900)}."


def _contra(pleitos: Sequence[Duelo]) -> str:
    if not pleitos:
        return ""
    cuenta = {d: sum(p.desenlace == d for p in pleitos) for d in ("gana", "pierde", "empata", "pocos")}
    pares = len({p.par for p in pleitos})
    indecisos = cuenta["empata"] + cuenta["pocos"]
    return (
        f"Contra {plural(pares, 'par', 'pares')}, medida por medida: Scribe gana en {cuenta['gana']}, "
        f"pierde en {cuenta['pierde']} y en {indecisos} no hay diferencia clara."
    )
