"""Lo que cabe y lo que tarda: contrapresión por disco y por cola, y una estimación que no promete de más."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from scribe.expediente.transaccion import Transaccion
from scribe.trabajos.errores import ColaLlena, SinEspacio
from scribe.trabajos.modelo import Cola, Estimacion, Prioridad

RESERVA = 1 << 30
"""Bytes que nunca se llenan con audio: los necesita la base para poder confirmar lo que ya llegó."""

LOTE_MAX = 500
"""Trabajos de lote que pueden esperar a la vez; a un médico no se le niega nunca por la cola."""

_ESPERA_LOTE_S = 600.0
_SIN_SITIO = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def nombre_de_sesion(cola: Cola) -> str:
    """Cómo se llama en la base la sesión de un trabajador: así se cuentan los vivos."""
    return f"scribe-trabajador-{cola}"


def exigir_espacio(carpeta: Path, octetos: int, *, reserva: int = RESERVA) -> None:
    """Lanza `SinEspacio` si no caben `octetos` dejando la reserva."""
    libres = shutil.disk_usage(carpeta).free - reserva
    if octetos > libres:
        raise _lleno(octetos - max(libres, 0))


@contextmanager
def disco_lleno_claro() -> Iterator[None]:
    """Convierte «no hay sitio» del sistema en `SinEspacio`."""
    try:
        yield
    except OSError as causa:
        if causa.errno in _SIN_SITIO:
            raise _lleno(None) from None
        raise


def _lleno(faltan: int | None) -> SinEspacio:
    cuanto = f" (faltan {-(-faltan >> 20)} MiB)" if faltan else ""
    return SinEspacio(
        f"No cabe en el disco del servidor{cuanto}.",
        "Lo que ya llegó está a salvo: libere espacio y siga; no borre la grabación de donde está.",
    )


def exigir_cola(t: Transaccion, prioridad: int) -> None:
    """Lanza `ColaLlena` si es un lote y ya hay demasiados esperando."""
    if prioridad > Prioridad.LOTE:
        return
    fila = t.fila("cola_por_delante", prioridad=prioridad, antes=_ahora(), salvo=None, media=0.0)
    if fila and fila["cuantos"] >= LOTE_MAX:
        raise ColaLlena(
            f"Ya hay {fila['cuantos']} grabaciones esperando.",
            "Vuelva a intentarlo más tarde.",
            _ESPERA_LOTE_S,
        )


def estimar(
    t: Transaccion, prioridad: int, duracion_s: float | None, *, creado: datetime | None = None,
    trabajo: UUID | None = None,
) -> Estimacion:  # fmt: skip
    """Cuánto tardará un trabajo de esa prioridad: del cuartil rápido al lento de lo medido aquí mismo.

    Sin medidas o sin trabajadores vivos los segundos van vacíos: no se inventa un número.
    """
    ritmo = t.fila("ritmo") or {}
    trabajan = vivos(t, "computo")
    delante = t.una(
        "cola_por_delante", "la cola", prioridad=prioridad, antes=creado or _ahora(), salvo=trabajo,
        media=ritmo.get("media") or 0.0,
    )  # fmt: skip
    muestras, propia = ritmo.get("muestras") or 0, duracion_s or ritmo.get("media")
    base = Estimacion(por_delante=delante["cuantos"], trabajadores=trabajan, muestras=muestras)
    if not muestras or not trabajan or propia is None:
        return base
    total = propia + delante["segundos"] / trabajan
    return base.model_copy(
        update={"desde_s": round(ritmo["rapido"] * total, 1), "hasta_s": round(ritmo["lento"] * total, 1)}
    )


def vivos(t: Transaccion, cola: Cola) -> int:
    """Cuántos trabajadores de esa cola están vivos ahora, en este equipo y en los demás."""
    cuantos: int = t.una("trabajadores", "los trabajadores", sesion=nombre_de_sesion(cola))["cuantos"]
    return cuantos


def _ahora() -> datetime:
    return datetime.now(UTC)
