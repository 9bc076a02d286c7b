"""Álgebra de matrices pequeñas sin repartirla entre hilos.

Las de aquí son de 192 × 192 o menos. La biblioteca de álgebra las reparte de todos modos y sus hilos se
quedan girando para esperarse: con otros procesos en el equipo, lo que toma 0.015 s de procesador costó más
de 1 s (docs/decisiones/diarizacion.md).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

import numpy as np  # noqa: F401  (las bibliotecas han de estar cargadas para limitarlas)
import scipy.linalg  # type: ignore[import-untyped]  # noqa: F401
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


def un_hilo() -> AbstractContextManager[object]:
    """Mientras dure, el álgebra de todo el proceso usa un solo hilo."""
    limite: AbstractContextManager[object] = _controlador().limit(limits=1, user_api="blas")
    return limite


@cache
def _controlador() -> ThreadpoolController:
    return ThreadpoolController()
