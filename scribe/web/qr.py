"""Un texto como código QR, en un trazo de SVG que va dentro de la página: sin imagen, sin guion y sin URL."""

from __future__ import annotations

from dataclasses import dataclass

import segno

MARGEN = 4
"""Módulos en blanco alrededor (ISO/IEC 18004, 5.3.8)."""


@dataclass(frozen=True, slots=True)
class CodigoQr:
    """`lado`: módulos por lado con su margen; `trazo`: el atributo `d` de un `path` con los oscuros."""

    lado: int
    trazo: str


def codigo_qr(texto: str) -> CodigoQr:
    """El QR de un texto, con corrección media.

    Lanza `ValueError` si el texto no cabe en un QR.
    """
    filas = segno.make(texto, error="m", micro=False).matrix
    barras = [
        f"M{MARGEN + desde} {MARGEN + y}h{largo}v1h-{largo}z"
        for y, fila in enumerate(filas)
        for desde, largo in _oscuros(bytes(fila))
    ]
    return CodigoQr(len(filas) + 2 * MARGEN, "".join(barras))


def _oscuros(fila: bytes) -> list[tuple[int, int]]:
    """Cada tramo oscuro de una fila: dónde empieza y cuánto mide."""
    tramos: list[tuple[int, int]] = []
    for x, modulo in enumerate(fila):
        if not modulo:
            continue
        if tramos and sum(tramos[-1]) == x:
            tramos[-1] = (tramos[-1][0], tramos[-1][1] + 1)
        else:
            tramos.append((x, 1))
    return tramos
