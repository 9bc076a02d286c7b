"""La comparación como texto: primero el veredicto, después lo que cambió y al final lo que no decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluacion.informe.markdown import escapar, tabla, unir
from evaluacion.informe.tablas import Celda, Tabla
from evaluacion.informe.textos import (
    definicion,
    diferencia,
    numero,
    plural,
    rango_de_diferencia,
    rotulo,
    veces,
)

if TYPE_CHECKING:
    from evaluacion.comparacion import Cambio, CasoCaido, Comparacion
    from evaluacion.costo_comparado import CambioDeCosto

_TITULOS = {
    "empeora": "Empeoró",
    "mejora": "Mejoró",
    "cambia": "Cambió, sin ser mejor ni peor",
    "pocos": "Cambió, con pocos casos para decir que no es azar",
}


def informe_comparacion(comparacion: Comparacion) -> str:
    """El texto completo, en markdown que también se lee bien en una terminal."""
    c = comparacion
    partes = [
        f"# Comparación: {escapar(c.conjunto)}",
        f"Antes: {escapar(c.antes)}. Después: {escapar(c.despues)}.",
        f"**{_veredicto(c)}**",
        *_lista("Casos que antes terminaban y ahora no", c.caidos),
    ]
    for veredicto, titulo in _TITULOS.items():
        partes += _tabla(titulo, [x for x in c.cambios if x.veredicto == veredicto])
    partes += _costos(c.costos)
    partes += _lista("Casos que antes no terminaban y ahora sí", c.recuperados)
    iguales = sum(x.veredicto == "igual" for x in c.cambios)
    partes.append(f"Sin cambio más allá del ruido: {plural(iguales, 'medida', 'medidas')}.")
    partes += [f"- {escapar(n)}" for n in c.notas]
    return unir(partes)


def _veredicto(c: Comparacion) -> str:
    dados = [(x.sistema, str(x.veredicto)) for x in c.cambios]
    dados += [(x.sistema, str(x.veredicto)) for x in c.costos]
    juzgadas = sum(v == "empeora" and s in c.juzgados for s, v in dados)
    mejores = sum(v == "mejora" and s in c.juzgados for s, v in dados)
    caidos = sum(x.sistema in c.juzgados for x in c.caidos)
    if not c.regresion:
        return f"Sin regresiones; {plural(mejores, 'mejora', 'mejoras')} más allá del ruido."
    dichas = [plural(juzgadas, "medida empeoró", "medidas empeoraron")] if juzgadas else []
    dichas += [plural(caidos, "caso dejó de terminar", "casos dejaron de terminar")] if caidos else []
    return f"Hay regresión: {' y '.join(dichas)}; {plural(mejores, 'mejora', 'mejoras')}."


def _tabla(titulo: str, cambios: Sequence[Cambio]) -> list[str]:
    if not cambios:
        return []
    filas = tuple((f"{c.titulo} ({rotulo('tareas_cortas', c.tarea)})", _fila(c)) for c in cambios)
    columnas = ("Medida", "Antes", "Después", "Diferencia", "IC 95 %", "p corregida", "n")
    return [f"## {titulo}", tabla(Tabla(titulo, columnas, filas), "Sistema")]


def _fila(cambio: Cambio) -> tuple[Celda, ...]:
    medida = definicion(cambio.medida)
    return (
        Celda(medida.titulo),
        Celda(numero(cambio.antes, medida)),
        Celda(numero(cambio.despues, medida)),
        Celda(diferencia(cambio.diferencia, medida)),
        Celda(rango_de_diferencia(cambio.bajo, cambio.alto, medida)),
        Celda("—" if cambio.veredicto == "pocos" else f"{cambio.p:.3f}"),
        Celda(str(cambio.n)),
    )


def _costos(costos: Sequence[CambioDeCosto]) -> list[str]:
    if not costos:
        return []
    dichos = {"mejora": "mejora", "empeora": "empeora", "igual": "igual", "indicativo": "pocas repeticiones"}
    filas = tuple(
        (
            f"{c.titulo} ({rotulo('tareas_cortas', c.tarea)})",
            (
                Celda(c.que),
                Celda(veces(c.razon)),
                Celda(f"{veces(c.bajo)}–{veces(c.alto)}" if c.que == "tiempo" else "—"),
                Celda(str(c.repeticiones)),
                Celda(dichos[c.veredicto]),
            ),
        )
        for c in costos
    )
    columnas = ("Costo", "Después entre antes", "IC 95 %", "Repeticiones", "Veredicto")
    return ["## Costo", tabla(Tabla("Costo", columnas, filas), "Sistema")]


def _lista(titulo: str, casos: Sequence[CasoCaido]) -> list[str]:
    lineas = [
        f"- {escapar(c.caso)} ({escapar(c.sistema)}, {rotulo('tareas_cortas', c.tarea)}): {escapar(c.motivo)}"
        for c in casos
    ]
    return [f"## {titulo}", *lineas] if lineas else []
