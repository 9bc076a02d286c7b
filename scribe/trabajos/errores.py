"""Los errores de `trabajos`, dibujados de una vez (`http` es el código con que la API los dice):

ErrorScribe
├── ErrorDeUso
│   ├── SubidaRechazada         400  lo que llega no se puede usar
│   │   ├── TrozoCorrupto       422  no es lo que se dijo (hash o tamaño): hay que mandarlo otra vez
│   │   ├── TrozosFaltan        409  no se puede cerrar todavía; dice cuáles
│   │   └── SubidaTerminada     409  ya se cerró con otro contenido, o se descartó
│   ├── SinEspacio              507  no cabe en el disco; lo que ya llegó está a salvo
│   └── ColaLlena               503  hay demasiado trabajo por delante de lo que puede esperar
└── ErrorDeTrabajo                   un trabajo no se completó
    ├── Ceder                        dejó el turno entre dos pasos (apagado, o alguien con más prisa)
    └── Definitivo                   repetirlo igual no sirve: hace falta una persona

Ningún mensaje lleva datos del paciente: acaban en la cola, en registros y en pantallas.
"""

from __future__ import annotations

from typing import ClassVar

from scribe.errores import ErrorDeUso, ErrorScribe


class SubidaRechazada(ErrorDeUso):
    """Lo que llega no se puede usar."""

    http: ClassVar[int] = 400


class TrozoCorrupto(SubidaRechazada):
    """Un trozo no es lo que se dijo; no se guardó."""

    http: ClassVar[int] = 422


class TrozosFaltan(SubidaRechazada):
    """No se puede cerrar: `faltan` son los números de los trozos que no están."""

    http: ClassVar[int] = 409

    def __init__(self, faltan: tuple[int, ...]) -> None:
        self.faltan = faltan
        cuales = ", ".join(map(str, faltan[:20])) + ("…" if len(faltan) > 20 else "")
        super().__init__(f"Faltan trozos de la grabación: {cuales}.", "Mándelos y cierre otra vez.")


class SubidaTerminada(SubidaRechazada):
    """La subida ya se cerró o se descartó."""

    http: ClassVar[int] = 409


class SinEspacio(ErrorDeUso):
    """No cabe en el disco."""

    http: ClassVar[int] = 507


class ColaLlena(ErrorDeUso):
    """Hay demasiado trabajo por delante; `espera_s` es cuándo volver a preguntar."""

    http: ClassVar[int] = 503

    def __init__(self, mensaje: str, remedio: str, espera_s: float) -> None:
        self.espera_s = espera_s
        super().__init__(mensaje, remedio)


class ErrorDeTrabajo(ErrorScribe):
    """Un trabajo no se completó."""


class Ceder(ErrorDeTrabajo):
    """Dejó el turno entre dos pasos; sigue donde iba."""


class Definitivo(ErrorDeTrabajo):
    """Repetirlo igual no sirve."""
