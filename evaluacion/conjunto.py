"""Un conjunto de casos: de dónde sale, cómo se reconoce en disco y cómo se lee."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from evaluacion.caso import Caso, Tarea
from evaluacion.salida import Salida
from scribe.errores import ErrorScribe

if TYPE_CHECKING:
    from evaluacion.resultados import Cuadro, ResultadoSistema


class ConjuntoInvalido(ErrorScribe):
    """Al conjunto le falta algo o no tiene la forma publicada; dice qué y dónde se publica."""

    salida = 2


class Conjunto(ABC):
    """Un conjunto público o propio. Los importadores aceptan la forma en que se publica, tal como se baja."""

    nombre: ClassVar[str]
    titulo: ClassVar[str]
    tarea: ClassVar[Tarea]
    """La tarea completa; con pares, también se miden las partes que el conjunto permite."""
    fuente: ClassVar[str]
    """Dónde se publica (dirección) y cómo citarlo."""
    licencia: ClassVar[str]
    partes: ClassVar[tuple[Tarea, ...]] = ()
    """Otras tareas que se pueden medir con sus casos."""
    propios: ClassVar[tuple[str, ...]] = ("scribe",)
    """Variantes de Scribe con que se mide."""
    propio: ClassVar[bool] = False
    """Si viene con Scribe o se genera, y por tanto no hace falta dar carpeta."""

    @abstractmethod
    def reconoce(self, carpeta: Path) -> bool:
        """Si la carpeta tiene la forma de este conjunto."""

    @abstractmethod
    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Los casos, en orden estable; con `rapido`, los pocos que bastan para una revisión.

        `carpeta` puede ser `None` solo si el conjunto es propio. Lanza `ConjuntoInvalido`.
        """

    def guardadas(self, carpeta: Path | None) -> dict[str, dict[str, Salida]]:
        """Salidas ya hechas que el conjunto trae, por sistema y caso; se miden en vez de correr nada."""
        del carpeta
        return {}

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Cuadros propios del conjunto: contra lo publicado, correlaciones, pendientes."""
        del carpeta, casos, sistemas
        return []


def conjuntos() -> dict[str, Conjunto]:
    """Todos los conjuntos por su nombre; cada módulo de `evaluacion/conjuntos/` define `CONJUNTOS`."""
    from evaluacion import conjuntos as casa

    lista: list[Conjunto] = []
    for modulo in sorted(m.name for m in pkgutil.iter_modules(casa.__path__)):
        lista += getattr(importlib.import_module(f"evaluacion.conjuntos.{modulo}"), "CONJUNTOS", ())
    return {c.nombre: c for c in lista}
