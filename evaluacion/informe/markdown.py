"""`informe.md`: corto y completo, para el repositorio. Las mismas tablas que la página."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evaluacion.informe import procedencia, resumen, tablas
from evaluacion.informe.duelo import Duelo, duelos, principales
from evaluacion.informe.tablas import Celda, Tabla
from evaluacion.informe.textos import rotulo
from evaluacion.resultados import Resultados

AVISO = "Hecho por `scribe evaluar`; no se edita a mano."


def a_markdown(resultados: Resultados) -> str:
    """El informe completo."""
    pleitos = duelos(resultados)
    partes = [
        f"# Evaluación: {escapar(resultados.titulo)}",
        AVISO,
        *(f"- {escapar(f)}" for f in resumen.frases(resultados, pleitos)),
        *sin_terminar(resultados),
        *medidas(resultados, pleitos, nivel=2),
        *contra_pares(resultados, pleitos, nivel=2),
        *_condiciones(resultados),
        *cuadros(resultados, nivel=2),
        *ausentes(resultados),
        "## Con qué se midió",
        *_procedencia(resultados),
    ]
    return unir(partes)


def medidas(resultados: Resultados, pleitos: Sequence[Duelo], nivel: int) -> list[str]:
    """Las tablas por tema de cada tarea."""
    partes = []
    for tarea in tablas.tareas_de(resultados):
        partes.append(f"{'#' * nivel} {rotulo('tareas', tarea)}")
        for una in tablas.por_tema(resultados, tarea, pleitos):
            partes += [f"**{escapar(una.titulo)}.** {escapar(una.nota)}".strip(), tabla(una)]
    return partes


def contra_pares(resultados: Resultados, pleitos: Sequence[Duelo], nivel: int) -> list[str]:
    """Las razones de tiempo, los duelos de las medidas principales y dónde perdemos."""
    if not pleitos and not resultados.razones:
        return []
    partes = [f"{'#' * nivel} Contra los pares"]
    if resultados.razones:
        una = tablas.tiempos(resultados)
        partes += [escapar(una.nota), tabla(una, "Par")]
    for una in tablas.pares(pleitos, todas=False):
        partes += [f"**{escapar(una.titulo)}.**", tabla(una)]
    partes.append(f"{'#' * (nivel + 1)} Dónde perdemos")
    perdidas = resumen.derrotas(resultados, pleitos)
    ninguna = "En ninguna medida un par es mejor que Scribe más allá del ruido, con estos casos."
    return partes + ([f"- {escapar(d)}" for d in perdidas] or [ninguna])


def cuadros(resultados: Resultados, nivel: int) -> list[str]:
    """Las tablas propias del conjunto."""
    partes = []
    for cuadro in resultados.cuadros:
        partes += [f"{'#' * nivel} {escapar(cuadro.titulo)}", escapar(cuadro.explicacion)]
        partes.append(tabla(tablas.de_cuadro(cuadro), cuadro.columnas[0] if cuadro.columnas else ""))
    return partes


def sin_terminar(resultados: Resultados) -> list[str]:
    """Los casos que no terminaron, si los hay."""
    fallos = [
        f"- `{f.caso}` ({escapar(s.titulo)}, {rotulo('tareas', s.tarea).lower()}): {escapar(f.motivo)}"
        for s in resultados.sistemas
        for f in s.fallidos
    ]
    return ["**Casos que no terminaron**", *fallos] if fallos else []


def ausentes(resultados: Resultados) -> list[str]:
    """Los pares que no se corrieron y por qué."""
    lista = [f"- {escapar(par)}: {escapar(motivo)}" for par, motivo in resultados.ausentes.items()]
    return ["**Pares que no se corrieron**", *lista] if lista else []


def tabla(una: Tabla, esquina: str = "Medida") -> str:
    """La tabla en markdown; el intervalo va entre paréntesis y las filas principales, en negrita."""
    lineas = [_linea([esquina, *una.columnas]), _linea(["---"] + ["---:"] * len(una.columnas))]
    for i, (nombre, celdas) in enumerate(una.filas):
        titulo = f"**{escapar(nombre)}**" if i in una.fuertes or not celdas else escapar(nombre)
        valores = [_celda(c) for c in celdas] or [""] * len(una.columnas)
        lineas.append(_linea([titulo, *valores], escapado=True))
    return "\n".join(lineas)


def unir(partes: Iterable[str]) -> str:
    """Los párrafos separados por un renglón en blanco y las viñetas seguidas, juntas."""
    salida: list[str] = []
    for parte in filter(None, partes):
        junta = bool(salida) and salida[-1].startswith("- ") and parte.startswith("- ")
        salida += [parte] if junta or not salida else ["", parte]
    return "\n".join(salida) + "\n"


def escapar(texto: str) -> str:
    """Texto de fuera sin poder de markdown ni de HTML, en un renglón."""
    limpio = " ".join(texto.split()).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return limpio.replace("`", "'").replace("[", "\\[").replace("*", "\\*")


def _celda(celda: Celda) -> str:
    partes = [celda.texto, f"({celda.debajo})" if celda.debajo else "", celda.dice]
    return escapar(" ".join(filter(None, partes)))


def _linea(celdas: Sequence[str], *, escapado: bool = False) -> str:
    return "| " + " | ".join(c if escapado or set(c) <= set("-:") else escapar(c) for c in celdas) + " |"


def _condiciones(resultados: Resultados) -> list[str]:
    una = next((tablas.por_grupos(s) for s in principales(resultados)), None)
    return ["## Según las condiciones", tabla(una, "Condición")] if una else []


def _procedencia(resultados: Resultados) -> list[str]:
    partes = []
    for titulo, renglones in procedencia.bloques(resultados):
        partes.append(f"**{escapar(titulo)}**")
        partes += [f"- {escapar(clave)}: {escapar(valor)}" for clave, valor in renglones]
    return partes
