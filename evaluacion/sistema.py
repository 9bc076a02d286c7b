"""Un sistema que se mide: Scribe o un par. Un par nuevo es un archivo nuevo en `evaluacion/pares/`."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Protocol

from evaluacion.caso import Caso, Tarea
from evaluacion.salida import Salida


@dataclass(frozen=True, slots=True)
class Opciones:
    """Con qué se corre. `hilos`: hilos de cómputo, los mismos para todos los sistemas."""

    perfil: str = "minimo"
    hilos: int = 2
    sin_llm: bool = False


class Sistema(Protocol):
    """Lo que hay que cumplir para medirse: en su proceso, `preparar` una vez y `resolver` por caso."""

    nombre: str
    titulo: str
    tareas: tuple[Tarea, ...]

    def falta(self) -> str | None:
        """`None` si se puede correr aquí; si no, qué instalar, en una línea. No carga nada pesado."""
        ...

    def identidad(self) -> dict[str, str]:
        """Versiones de paquetes y modelos, con su hash si se conoce."""
        ...

    def preparar(self, tarea: Tarea, opciones: Opciones) -> None:
        """Carga lo que la tarea necesita; su tiempo se cuenta como arranque."""
        ...

    def resolver(self, caso: Caso, tarea: Tarea) -> Salida:
        """Resuelve un caso. El reloj lo lleva quien llama; `costo.etapas` lo da el sistema si lo sabe."""
        ...


def sistemas() -> dict[str, Sistema]:
    """Scribe primero y después los pares, cada uno por su nombre (el módulo define `SISTEMAS`)."""
    from evaluacion import pares
    from evaluacion.propio import SISTEMAS

    lista: list[Sistema] = list(SISTEMAS)
    for modulo in sorted(m.name for m in pkgutil.iter_modules(pares.__path__)):
        lista += importlib.import_module(f"evaluacion.pares.{modulo}").SISTEMAS
    return {s.nombre: s for s in lista}
