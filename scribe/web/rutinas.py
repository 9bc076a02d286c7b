"""Las rutinas de un equipo, sobre sus servicios: qué se repite cada hora."""

from __future__ import annotations

from scribe.expediente.bitacora import Actor
from scribe.expediente.conservacion import destruccion, propuesta
from scribe.trabajos.carpeta_comun import exigir_la_misma
from scribe.trabajos.destructor import Destructor
from scribe.trabajos.periodicos import Rutina
from scribe.web import sesiones
from scribe.web.servicios import Servicios


def rutinas(servicios: Servicios) -> tuple[Rutina, ...]:
    """Cerrar sesiones vencidas, barrer subidas, y terminar y proponer destrucciones."""
    actor, expediente = Actor(None, servicios.equipo), servicios.expediente

    def con_archivos() -> None:
        # Un equipo que no ve las grabaciones creería que ya no están: no barre ni termina destrucciones.
        exigir_la_misma(servicios.audio, expediente, servicios.llavero.instalacion)

    def cerrar_sesiones() -> None:
        with expediente.transaccion(actor) as t:
            sesiones.cerrar_vencidas(t, servicios.plazos)

    def barrer() -> None:
        con_archivos()
        servicios.subidas.barrer(actor)

    def conservar() -> None:
        with expediente.transaccion(actor) as t:
            propuesta.proponer(t)
        con_archivos()
        destruccion.retomar(expediente, actor, Destructor(servicios.audio))

    return (
        Rutina("sesiones", cerrar_sesiones),
        Rutina("subidas", barrer),
        Rutina("conservacion", conservar),
    )
