"""Qué es un destino y qué contesta.

Enviar es idempotente: los mismos datos dan los mismos identificadores, y repetirlo devuelve `YaEstaba`.
Un destino no espera ni reintenta por dentro: contesta `Reintentar` con la hora, y la cola lo repite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from scribe.envio.modelo import BorradorDeEnvio, ExpedienteDeEnvio, Paquete

Motivo = Literal["borrador", "firmada", "adenda", "sustituida", "descartada"]


@dataclass(frozen=True, slots=True)
class Entregado:
    """Quedó en el destino. `referencias` son sus identificadores allá, sin datos del paciente."""

    referencias: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class YaEstaba:
    """Ya se había entregado esto mismo, o algo más nuevo; no se escribió nada."""

    referencias: tuple[str, ...] = ()
    nota: str = ""


@dataclass(frozen=True, slots=True)
class Reintentar:
    """No se pudo ahora: repetir desde `cuando`, con los mismos datos."""

    cuando: datetime
    motivo: str


@dataclass(frozen=True, slots=True)
class Rechazado:
    """Repetirlo igual no sirve: va a «requiere atención» con su motivo y su remedio."""

    motivo: str
    remedio: str = ""


Resultado = Entregado | YaEstaba | Reintentar | Rechazado


@dataclass(frozen=True, slots=True)
class Intercambio:
    """Un mensaje con otro sistema (NOM-024-SSA3-2010 3.3.8: motivo, fecha, origen, destino, contenido).

    Del contenido va su sha256, nunca el texto. `llave` identifica el envío: la misma en cada repetición.
    Se anota dos veces: «intento», antes de abrir la conexión, y «desenlace», con lo que se contestó.
    """

    fase: Literal["intento", "desenlace"]
    motivo: Motivo
    cuando: datetime
    origen: str
    destino: str
    operacion: str
    llave: str
    sha256: str
    resultado: str = ""
    sha256_respuesta: str = ""


Anotador = Callable[[Intercambio], None]
"""Guarda un intercambio en la bitácora. Si falla antes de enviar, no se envía."""


class Destino(Protocol):
    """Un lugar que recibe borradores y notas firmadas."""

    @property
    def nombre(self) -> str:
        """Cómo le dice el administrador."""
        ...

    def enviar_borrador(
        self, expediente: ExpedienteDeEnvio, borrador: BorradorDeEnvio, *, anotar: Anotador, intento: int = 1
    ) -> Resultado:
        """Entrega un borrador. `intento` (desde 1) decide la espera si hay que repetir."""
        ...

    def enviar_firmada(
        self, expediente: ExpedienteDeEnvio, paquete: Paquete, *, anotar: Anotador, intento: int = 1
    ) -> Resultado:
        """Entrega la nota firmada con sus bytes exactos."""
        ...

    def retirar(self, expediente: ExpedienteDeEnvio, *, anotar: Anotador, intento: int = 1) -> Resultado:
        """La nota se descartó sin firmarse: lo que haya llegado queda marcado como error, no borrado."""
        ...

    def probar(self, *, anotar: Anotador) -> tuple[str, ...]:
        """Lo que le falta para recibir envíos, en frases. No manda nada clínico."""
        ...
