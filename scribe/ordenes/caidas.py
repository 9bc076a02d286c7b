"""Un trabajador que murió: se dice en la consola y queda asentado en la bitácora."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scribe.ordenes.expediente import decir
from scribe.trabajos.modelo import EstadoTrabajador

if TYPE_CHECKING:
    from scribe.web.servicios import Servicios


def avisador(servicios: Servicios) -> Callable[[EstadoTrabajador], None]:
    """Lo que hay que hacer con cada caída.

    En la bitácora entran las caídas seguidas 1.ª, 2.ª, 4.ª, 8.ª…: un equipo que se quedó sin memoria toda la
    noche no debe llenarla.
    """
    from scribe.expediente.bitacora import Actor

    def avisar(caida: EstadoTrabajador) -> None:
        decir(
            f"El trabajador de «{caida.cola}» se detuvo ({caida.motivo}). Vuelve a arrancar en "
            f"{caida.espera_s:.0f} s y sigue donde iba."
        )
        if caida.caidas & (caida.caidas - 1) == 0:
            servicios.expediente.asentar_fallo(
                Actor(None, servicios.equipo), "sistema.fallo", accion="trabajador_caido", cola=caida.cola,
                motivo=caida.motivo, seguidas=caida.caidas,
            )  # fmt: skip

    return avisar
