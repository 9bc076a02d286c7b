"""Los errores de `envio`:

ErrorScribe
├── ErrorDeUso
│   ├── DestinoMalConfigurado   la dirección, la autoridad o el secreto de un destino no sirven
│   └── DestinoNoAutorizado     se pidió hablar con un equipo, un puerto o una IP que nadie autorizó
└── ErrorDeEnvio                un envío no se completó; los destinos lo convierten en un resultado
    ├── Aplazado                puede salir bien si se repite: caído, lento, saturado, respuesta ilegible
    └── Negado                  repetirlo igual no sirve: hace falta una persona
        └── RecursoInvalido     lo que se iba a enviar no cumple FHIR R4 o las reglas de Scribe

Ningún mensaje lleva contenido de la nota ni datos del paciente: acaban en bitácoras y pantallas.
"""

from __future__ import annotations

from datetime import timedelta

from scribe.errores import ErrorDeUso, ErrorScribe


class DestinoMalConfigurado(ErrorDeUso):
    """La configuración de un destino no se puede usar."""


class DestinoNoAutorizado(ErrorDeUso):
    """Se impidió hablar con un equipo que no está en la lista (NOM-024-SSA3 3.3.5)."""


class ErrorDeEnvio(ErrorScribe):
    """Un envío no se completó."""


class Aplazado(ErrorDeEnvio):
    """Se puede repetir con los mismos identificadores. `espera` es la que pidió el destino, si la pidió."""

    def __init__(self, mensaje: str, remedio: str = "", espera: timedelta | None = None) -> None:
        self.espera = espera
        super().__init__(mensaje, remedio)


class Negado(ErrorDeEnvio):
    """El destino no lo acepta y repetirlo no cambia nada."""


class RecursoInvalido(Negado):
    """Un recurso no pasó la validación; `fallas` dice dónde y qué regla, sin citar el contenido."""

    def __init__(self, tipo: str, fallas: tuple[str, ...]) -> None:
        self.fallas = fallas
        super().__init__(
            f"El recurso {tipo} no cumple FHIR R4: {'; '.join(fallas[:5])}.",
            "No se envió nada de él; avise a quien mantiene Scribe.",
        )
