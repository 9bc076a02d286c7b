"""Lo que se ve en la terminal mientras se trabaja y cuando algo sale mal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from scribe.progreso import ETAPAS, Etapa, Progreso

consola = Console(stderr=True, highlight=False)
"""Todo lo que no es resultado va a la salida de errores; así `--json` se puede encadenar."""

_ROTULOS: dict[Etapa, str] = {
    "audio": "Leyendo la grabación",
    "asr": "Transcribiendo",
    "diarizacion": "Separando voces",
    "nota": "Redactando la nota",
    "codigos": "Buscando códigos",
    "salida": "Guardando",
}
_PESOS: dict[Etapa, float] = {
    "audio": 0.03, "asr": 0.42, "diarizacion": 0.30, "nota": 0.19, "codigos": 0.04, "salida": 0.02,
}  # fmt: skip


@contextmanager
def barra(titulo: str, *, visible: bool) -> Iterator[Progreso]:
    """Una barra viva con la etapa, la fracción total y el tiempo que falta (estimado)."""
    if not visible:
        yield lambda _etapa, _fraccion: None
        return
    with vista() as progreso:
        tarea = progreso.add_task(titulo, total=1.0)
        yield _avisador(progreso, tarea)


@contextmanager
def barra_de_pasos(titulo: str, total: float, *, visible: bool) -> Iterator[Callable[[str, float], None]]:
    """Una barra que recibe (qué se terminó, cuánto pesaba), en las unidades de `total`; 0 si no se sabe."""
    if not visible:
        yield lambda _que, _peso: None
        return
    with vista() as progreso:
        tarea = progreso.add_task(titulo, total=total or None)
        yield lambda que, peso: progreso.update(tarea, advance=peso, description=que)


def vista(*, transitoria: bool = True) -> Progress:
    """La barra de siempre: qué se hace, cuánto va, cuánto lleva y cuánto falta."""
    columnas = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("faltan"),
        TimeRemainingColumn(),
    )
    return Progress(*columnas, console=consola, transient=transitoria)


def _avisador(progreso: Progress, tarea: TaskID) -> Progreso:
    def avisar(etapa: Etapa, fraccion: float) -> None:
        antes = sum(_PESOS[e] for e in ETAPAS[: ETAPAS.index(etapa)])
        progreso.update(tarea, description=_ROTULOS[etapa], completed=antes + _PESOS[etapa] * fraccion)

    return avisar


def error(mensaje: str) -> None:
    """Una línea de error, sin traza."""
    consola.print(f"[bold red]Error:[/] {_llano(mensaje)}", soft_wrap=True)


def _llano(mensaje: str) -> str:
    """Sin saltos de línea ni marcas que rich interprete."""
    return " ".join(mensaje.split()).replace("[", r"\[")
