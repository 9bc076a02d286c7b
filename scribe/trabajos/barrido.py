"""Lo que se repasa cada poco para que nada se quede atorado: por una muerte, un reloj o un olvido."""

from __future__ import annotations

from dataclasses import dataclass

from scribe.expediente.bitacora import Actor
from scribe.expediente.transaccion import Expediente
from scribe.trabajos import estado


@dataclass(frozen=True, slots=True)
class Barrido:
    """Qué se compuso."""

    latidos: int = 0
    citas: int = 0
    sueltos: int = 0


def componer(expediente: Expediente, actor: Actor) -> Barrido:
    """Corrige relojes y vuelve a encolar lo que se quedó sin lugar en la cola. Se puede repetir siempre.

    - Un latido con hora futura (el reloj retrocedió) haría parecer vivo a un muerto: se pone a «ahora».
    - Una cita demasiado lejana (el reloj estaba adelantado cuando se dio) se adelanta a «ahora».
    - Un trabajo abierto sin nada en la cola (murió el proceso entre dos anotaciones) se vuelve a encolar.
    """
    with expediente.transaccion(actor) as t:
        latidos = len(t.filas("latidos_del_futuro"))
        citas = len(t.filas("citas_imposibles"))
        sueltos = sum(estado.encolar(t, fila["id"]) for fila in t.filas("trabajos_sueltos"))
    return Barrido(latidos, citas, sueltos)
