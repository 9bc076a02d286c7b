"""Lo que se hace cada hora en cada equipo: cerrar sesiones, barrer subidas y proponer destrucciones.

Son tareas periódicas de procrastinate. No se acumulan: cada una tiene su candado de cola (si la anterior
sigue esperando no entra otra) y al volver de un apagado solo se hace la última que tocaba. Una que murió a
medias no se repite: la siguiente hora hará lo mismo.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from procrastinate import App

from scribe.errores import ErrorScribe

registro = logging.getLogger("scribe.trabajos")
CADA_HORA = "7 * * * *"
ATRASO_MAX_S = 3700.0
"""Al arrancar se hace la última que tocaba, si fue hace menos de esto: con una cada hora, siempre una."""


@dataclass(frozen=True, slots=True)
class Rutina:
    """Algo que se repite. `hacer` debe poder repetirse y morir a medias sin daño."""

    nombre: str
    hacer: Callable[[], object]
    cron: str = CADA_HORA

    def correr(self) -> None:
        """La hace; si falla se anota su clase (el texto podría llevar un dato) y se deja para la próxima."""
        try:
            self.hacer()
        except ErrorScribe as fallo:
            registro.warning("La rutina «%s» se saltó una vuelta (%s).", self.nombre, type(fallo).__name__)


def cola_de(equipo: str) -> str:
    """La cola de mantenimiento de un equipo: lo que barre es suyo."""
    return f"mantenimiento-{equipo}"


def registrar(app: App, rutinas: Sequence[Rutina], equipo: str) -> None:
    """Deja las rutinas citadas en esa aplicación, para el trabajador de ese equipo."""
    for rutina in rutinas:
        tarea = app.task(
            name=f"scribe.rutina.{rutina.nombre}", queue=cola_de(equipo),
            queueing_lock=f"rutina:{rutina.nombre}:{equipo}",
        )(_tarea(rutina))  # fmt: skip
        app.periodic(cron=rutina.cron, periodic_id=equipo)(tarea)


def _tarea(rutina: Rutina) -> Callable[[int], None]:
    def hacer(timestamp: int) -> None:
        del timestamp  # cuándo tocaba: hacerla tarde es igual
        rutina.correr()

    return hacer
