"""Lo que se ve al generar: barra con la consulta en curso, la fracción y el tiempo que falta."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from evaluacion.sintesis.generacion import Avance
from scribe.terminal import consola, vista


@contextmanager
def avance_visible() -> Iterator[Avance]:
    """Un `Avance` por la salida de errores: barra en una terminal, una línea por consulta si no lo es."""
    if not consola.is_terminal:
        yield _Lineas()
        return
    with vista(transitoria=False) as progreso:
        tarea = progreso.add_task("Preparando las voces", total=1.0)
        yield lambda nombre, hecho: progreso.update(tarea, description=nombre, completed=hecho)


class _Lineas:
    def __init__(self) -> None:
        self._caso = ""
        self._inicio = time.monotonic()

    def __call__(self, caso: str, hecho: float) -> None:
        if caso != self._caso:
            self._caso = caso
            falta = (time.monotonic() - self._inicio) * (1 / max(hecho, 1e-6) - 1) / 60
            consola.print(f"[{hecho:4.0%}] {caso} (faltan unos {falta:.0f} min)", markup=False)
