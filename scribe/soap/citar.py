"""De propuestas a evidencia: citas textuales."""

from __future__ import annotations

from scribe.consulta import Cita
from scribe.soap.fragmentos import Propuesta, Trozo


def ordenados(trozos: tuple[Trozo, ...]) -> list[Trozo]:
    """Los trozos sin repetir, en el orden en que se dijeron; los seguidos de un turno se unen en uno."""
    unicos = sorted(set(trozos), key=lambda t: (t.turno.id, t.desde))
    salida: list[Trozo] = []
    for trozo in unicos:
        previo = salida[-1] if salida else None
        if (
            previo
            and previo.turno.id == trozo.turno.id
            and not previo.turno.texto[previo.hasta : trozo.desde].strip()
        ):
            salida[-1] = Trozo(previo.turno, previo.desde, max(previo.hasta, trozo.hasta), previo.signo)
        elif previo and previo.turno.id == trozo.turno.id and trozo.hasta <= previo.hasta:
            continue
        else:
            salida.append(trozo)
    return salida


def citas_de(propuesta: Propuesta) -> tuple[Cita, ...]:
    """Las citas textuales de una propuesta: tramos exactos de `Turno.texto` con sus tiempos."""
    return tuple(t.cita() for t in ordenados(propuesta.trozos))
