"""Lo que mide un grupo de medidas de un caso; `medida.py` junta los de todos los grupos."""

from __future__ import annotations

from dataclasses import dataclass, field

from evaluacion.resultados import Cuenta


@dataclass(slots=True)
class Parcial:
    """Cuentas (parte, total) por medida y, por tema, las frases que explican lo que falló."""

    cuentas: dict[str, Cuenta] = field(default_factory=dict)
    detalle: dict[str, list[str]] = field(default_factory=dict)
