"""Pone al día los enlaces con línea del recorrido: `python -m tests.enlaces`.

Un enlace cuya etiqueta es un nombre en código ([`nombre`](../ruta.py)) apunta a la línea donde ese nombre
se define en ese archivo.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

RECORRIDO = Path(__file__).resolve().parents[1] / "docs" / "recorrido-de-una-consulta.md"
_ENLACE = re.compile(r"\[`(\w+)`\]\(([^)#]+\.py)(?:#L\d+)?\)")


def al_dia(texto: str, carpeta: Path) -> str:
    """El texto con cada enlace en su línea. Lanza `LookupError` si el nombre ya no está en el archivo."""

    def enlace(hallado: re.Match[str]) -> str:
        nombre, ruta = hallado.groups()
        lineas = (carpeta / ruta).read_text("utf-8").splitlines()
        define = re.compile(rf"\s*(?:async )?(?:def|class) {nombre}\b")
        for numero, linea in enumerate(lineas, 1):
            if define.match(linea):
                return f"[`{nombre}`]({ruta}#L{numero})"
        raise LookupError(f"{nombre} no se define en {ruta}")

    return _ENLACE.sub(enlace, texto)


if __name__ == "__main__":
    RECORRIDO.write_text(al_dia(RECORRIDO.read_text("utf-8"), RECORRIDO.parent), "utf-8")
    sys.exit(0)
