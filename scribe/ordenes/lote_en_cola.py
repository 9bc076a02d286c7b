"""Un lote por la cola del servidor que está en marcha: detrás de cualquier médico que espere.

Se pide de una en una y se espera: interrumpir la orden deja en la cola, a lo más, la que estaba en curso, que
se cancela. Si el servidor para a la mitad, el resto se procesa aquí mismo.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from scribe import aislamiento
from scribe.ajustes import Ajustes
from scribe.errores import ErrorScribe, FalloDeEtapa
from scribe.ordenes.expediente import ajustes_de, carpeta, decir
from scribe.ordenes.instancia import hay_servidor
from scribe.progreso import ETAPAS, Progreso

if TYPE_CHECKING:
    from scribe.expediente.bitacora import Actor
    from scribe.trabajos.modelo import Opciones, Trabajo
    from scribe.web.servicios import Servicios

_VUELTA_S = 0.5
_RELEVO = "Lo sigue la orden que lo pidió."


class SinServidor(ErrorScribe):
    """El servidor paró antes de terminar esa grabación."""


@dataclass(frozen=True, slots=True)
class EnCola:
    """La cola del servidor en marcha."""

    servicios: Servicios
    actor: Actor
    opciones: Opciones

    def hacer(self, audio: Path, destino: Path, progreso: Progreso) -> None:
        """Pide una grabación y espera su resultado. Lanza `SinServidor` o lo que la detuvo."""
        from scribe.trabajos import archivo

        with self.servicios.expediente.transaccion(self.actor) as t:
            trabajo = archivo.pedir(t, audio, destino, self.opciones, otra_vez=True).id
        try:
            while not self._termino(trabajo, progreso):
                time.sleep(_VUELTA_S)
        except BaseException:
            self._cancelar(trabajo)
            raise

    def _termino(self, trabajo: UUID, progreso: Progreso) -> bool:
        from scribe.expediente.errores import BaseNoDisponible
        from scribe.trabajos import estado
        from scribe.trabajos.modelo import EstadoTrabajo

        if not hay_servidor(self.servicios.datos):
            raise SinServidor("El servidor paró.", "Se sigue aquí.")
        try:
            with self.servicios.expediente.transaccion(self.actor) as t:
                ahora = estado.leer(t, trabajo)
        except BaseNoDisponible:
            return False
        _avisar(ahora, progreso)
        if ahora.estado in {EstadoTrabajo.REQUIERE_ATENCION, EstadoTrabajo.CANCELADO}:
            raise FalloDeEtapa(ahora.motivo or "Alguien lo canceló.", ahora.remedio or "Repita la orden.")
        return ahora.estado is EstadoTrabajo.HECHO

    def _cancelar(self, trabajo: UUID) -> None:
        from scribe.trabajos import estado

        with self.servicios.expediente.transaccion(self.actor) as t:
            estado.cancelar(t, trabajo, _RELEVO)


@contextmanager
def cola_del_servidor(ajustes: Ajustes) -> Iterator[EnCola | None]:
    """La cola del servidor que sirve en este equipo la carpeta de datos, o `None` si hay que trabajar solo.

    Deja el proceso sin red: sellado por el núcleo si la base se habla por un archivo.
    """
    servidor = ajustes_de()
    try:
        datos = carpeta(servidor)
        sirve = hay_servidor(datos)
    except (ErrorScribe, OSError):
        sirve = False
    if not sirve:
        aislamiento.sellar()
        yield None
        return
    if servidor.base_datos is None:
        aislamiento.sellar()
    abierta = _abrir(datos, ajustes)
    if abierta is None:
        yield None
        return
    try:
        yield abierta
    finally:
        abierta.servicios.cerrar()


def _abrir(datos: Path, ajustes: Ajustes) -> EnCola | None:
    """La cola abierta; `None`, dicho en una línea, si no hay con qué abrirla o no la atiende nadie."""
    from scribe.expediente.errores_seguridad import LlaveroCerrado, SecretoInseguro
    from scribe.ordenes.expediente import actor_de_consola
    from scribe.ordenes.llaves import abrir_llavero
    from scribe.trabajos.capacidad import vivos
    from scribe.trabajos.modelo import Opciones
    from scribe.web.servicios import abrir

    servidor = ajustes_de()
    try:
        llavero, _ = abrir_llavero(datos, servidor)
    except (LlaveroCerrado, SecretoInseguro) as causa:
        _aparte(str(causa))
        return None
    servicios = abrir(datos, llavero, servidor.base_datos, maximo=2)
    actor = actor_de_consola()
    with servicios.expediente.transaccion(actor) as t:
        atienden = vivos(t, "computo")
    if not atienden:
        servicios.cerrar()
        _aparte("El servidor en marcha no tiene ahora quien procese.")
        return None
    return EnCola(servicios, actor, Opciones(**{c: getattr(ajustes, c) for c in Opciones.model_fields}))


def _aparte(porque: str) -> None:
    """Se trabaja solo junto a un servidor: con la menor prioridad, para no quitarle el equipo al médico."""
    decir(f"{porque} El lote no va por su cola: se procesa aparte, con la menor prioridad.")
    os.nice(19)


def _avisar(trabajo: Trabajo, progreso: Progreso) -> None:
    from scribe.trabajos.pasos import NOMBRES

    for etapa in ETAPAS:
        if NOMBRES.get(etapa) == trabajo.paso:
            progreso(etapa, 0.0)
