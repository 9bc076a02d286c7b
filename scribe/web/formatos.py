"""Cómo se escriben para una persona las fechas, las edades, los tamaños y los plazos."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

MESES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")


def fecha(valor: date | datetime | None, zona: str | None = None) -> str:
    """`5 mar 2026`; vacío si no hay."""
    if valor is None:
        return ""
    dia = _local(valor, zona)
    return f"{dia.day} {MESES[dia.month - 1]} {dia.year}"


def dia(texto: str, zona: str | None = None) -> datetime | None:
    """El principio de un día escrito `2026-03-05`, en esa zona (o la de este equipo); vacío, nada.

    Lanza `ValueError` si esa fecha no existe.
    """
    if not texto:
        return None
    medianoche = datetime.combine(date.fromisoformat(texto), time())
    return medianoche.replace(tzinfo=ZoneInfo(zona)) if zona else medianoche.astimezone()


def hoy(zona: str | None = None) -> date:
    """Qué día es en esa zona (o la de este equipo)."""
    return datetime.now(ZoneInfo(zona) if zona else None).date()


def momento(valor: datetime | None, zona: str | None = None) -> str:
    """`5 mar 2026, 10:30`, en esa zona (o la de este equipo)."""
    if valor is None:
        return ""
    local = _local(valor, zona)
    return f"{fecha(local.date())}, {local:%H:%M}"


def edad(nacimiento: date | None, hoy: date | None = None) -> str:
    """`45 años`; en menores de dos años, meses; vacío si no se sabe."""
    if nacimiento is None:
        return ""
    hoy = hoy or date.today()
    meses = (hoy.year - nacimiento.year) * 12 + hoy.month - nacimiento.month - (hoy.day < nacimiento.day)
    if meses < 24:
        return "1 mes" if meses == 1 else f"{max(meses, 0)} meses"
    return f"{meses // 12} años"


def tamano(octetos: int | float) -> str:
    """`3.2 GB`."""
    valor = float(octetos)
    for unidad in ("B", "kB", "MB", "GB"):
        if valor < 1000:
            return f"{valor:.0f} {unidad}" if unidad in {"B", "kB"} else f"{valor:.1f} {unidad}"
        valor /= 1000
    return f"{valor:.1f} TB"


def duracion(segundos: float | None) -> str:
    """`12:05` o `1:02:05`; vacío si no se sabe."""
    if segundos is None:
        return ""
    s = round(segundos)
    horas, resto = divmod(s, 3600)
    return f"{horas}:{resto // 60:02}:{resto % 60:02}" if horas else f"{resto // 60}:{resto % 60:02}"


def plazo(desde: float | None, hasta: float | None) -> str:
    """`faltan unos 3 minutos`, o `entre 2 y 5 minutos`; vacío si no se sabe. Los segundos, redondeados."""
    if desde is None or hasta is None:
        return ""
    a, b = round(desde / 60), -(-hasta // 60)
    if b <= 1:
        return "falta menos de un minuto"
    if b - a <= 1 or a == 0:
        return f"faltan unos {b:.0f} minutos"
    return f"faltan entre {a} y {b:.0f} minutos"


def _local(valor: Any, zona: str | None) -> Any:
    if not isinstance(valor, datetime):
        return valor
    return valor.astimezone(ZoneInfo(zona) if zona else None)


FILTROS: dict[str, Callable[..., str]] = {
    f.__name__: f for f in (fecha, momento, edad, tamano, duracion, plazo)
}
