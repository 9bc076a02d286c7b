"""El QR del segundo factor: mismos módulos que el codificador, y solo trazo."""

from __future__ import annotations

import re

import segno

from scribe.web import qr

ENLACE = "otpauth://totp/Scribe%20Norte:doctora.gomez?secret=JBSWY3DPEHPK3PXP&issuer=Scribe%20Norte"


def test_el_trazo_pinta_justo_los_modulos_oscuros() -> None:
    hecho = qr.codigo_qr(ENLACE)
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", hecho.trazo)
    pintados = {
        (int(x) + i, int(y))
        for x, y, largo in re.findall(r"M(\d+) (\d+)h(\d+)", hecho.trazo)
        for i in range(int(largo))
    }
    matriz = segno.make(ENLACE, error="m", micro=False).matrix
    debidos = {
        (x + qr.MARGEN, y + qr.MARGEN) for y, fila in enumerate(matriz) for x, m in enumerate(fila) if m
    }
    assert pintados == debidos and hecho.lado == len(matriz) + 2 * qr.MARGEN
