"""Los envíos como trabajos: lo que contesta un destino (`scribe.envio`) decide si se repite o lo ve alguien.

Que el destino esté caído no es un fallo del trabajo: se repite cuando él diga, sin contar intentos y sin
tirarlo nunca. Un rechazo espera a una persona con su motivo.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol

from scribe.envio.protocolo import Rechazado, Reintentar, Resultado
from scribe.expediente import tareas
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos import estado
from scribe.trabajos.errores import Definitivo
from scribe.trabajos.modelo import Trabajo
from scribe.trabajos.procesar import HaceOtraClase, Taller


class Mensajero(Protocol):
    """Arma lo que pide un trabajo de envío (`nota_id`, `destino_id`, `opciones`) y lo entrega una vez."""

    def __call__(self, taller: Taller, trabajo: Trabajo, intento: int) -> Resultado:
        """Lo que contestó el destino. Enviar lo mismo dos veces debe ser inocuo."""
        ...


def con(mensajero: Mensajero) -> HaceOtraClase:
    """Quien hace los trabajos de clase «enviar», para `Taller.otras`."""

    def hace(taller: Taller, trabajo: Trabajo) -> datetime | None:
        inicio = time.monotonic()
        veces = taller.con_paciencia(
            lambda t: estado.empezar_paso(t, trabajo.id, "enviar", trabajo.llave)  # cuenta los intentos
        )
        dicho = mensajero(taller, trabajo, veces)
        if isinstance(dicho, Reintentar):
            return dicho.cuando
        if isinstance(dicho, Rechazado):
            raise Definitivo(dicho.motivo, dicho.remedio)
        tardo = time.monotonic() - inicio
        taller.con_paciencia(lambda t: _terminar(t, trabajo, tardo))
        return None

    return hace


def _terminar(t: Transaccion, trabajo: Trabajo, segundos: float) -> None:
    estado.terminar_envio(t, trabajo, segundos)
    atendido(t, trabajo)


def atendido(t: Transaccion, trabajo: Trabajo) -> None:
    """Cierra los pendientes «requiere atención» de la nota, si ya nada de ella la requiere."""
    if trabajo.nota_id is not None and not t.fila("nota_requiere_atencion", nota=trabajo.nota_id):
        for fila in t.filas("tareas_de_nota", nota=trabajo.nota_id):
            if fila["tipo"] == "requiere_atencion":
                tareas.terminar(t, fila["id"])
