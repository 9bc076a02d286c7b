"""Cuánto esperar antes de repetir un envío: exponencial, con tope y con azar que no se puede sincronizar."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scribe.envio.protocolo import Reintentar, Resultado


@dataclass(frozen=True, slots=True)
class Espera:
    """Espera `base · 2^(intento-1)` hasta `tope`, más o menos una cuarta parte al azar."""

    base: timedelta = timedelta(seconds=5)
    tope: timedelta = timedelta(hours=1)
    tope_pedido: timedelta = timedelta(hours=24)

    def cuando(self, intento: int, ahora: datetime, pedida: timedelta | None = None) -> datetime:
        """La hora del siguiente intento; nunca antes de lo que pidió el destino (con su propio tope)."""
        doblada = self.base * (1 << min(max(intento, 1) - 1, 30))
        propia = min(doblada, self.tope) * random.uniform(0.75, 1.25)
        return ahora + max(propia, min(pedida or timedelta(), self.tope_pedido))


def espera_pedida(cabecera: str | None, ahora: datetime) -> timedelta | None:
    """Lo que pide `Retry-After`, en segundos o como fecha (RFC 9110, 10.2.3); nulo si no se entiende."""
    if not cabecera:
        return None
    texto = cabecera.strip()
    if texto.isascii() and texto.isdigit():
        return timedelta(seconds=min(int(texto[:9]), 10**8))
    try:
        fecha = parsedate_to_datetime(texto)
    except (ValueError, TypeError):
        return None
    fecha = fecha if fecha.tzinfo else fecha.replace(tzinfo=UTC)
    return max(fecha - ahora, timedelta())


def insistir(
    enviar: Callable[[int], Resultado],
    intentos: int,
    dormir: Callable[[float], None],
    reloj: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Resultado:
    """Repite `enviar(intento)` mientras pida reintentar; para la línea de comandos, sin cola.

    Devuelve el último resultado, que puede seguir siendo `Reintentar`.
    """
    for intento in range(1, intentos + 1):
        resultado = enviar(intento)
        if not isinstance(resultado, Reintentar) or intento == intentos:
            return resultado
        dormir(max((resultado.cuando - reloj()).total_seconds(), 0.0))
    raise ValueError("intentos debe ser al menos 1")
