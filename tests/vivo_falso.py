"""Motores de mentira que oyen por tramos de un segundo y apuntan cada uno: se ve qué se volvió a oír.

    python -m tests.vivo_falso «archivo donde apuntar» «segundos que tarda cada tramo»

Es el proceso `scribe.trabajos.vivo` con ellos en lugar de los de verdad.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scribe.consulta import HERCIOS, Escucha, Grabacion, Palabra, Senal, Separacion, Tramo
from scribe.flujo import Motores
from scribe.recuerdos import Recuerdos
from scribe.trabajos import vivo
from tests.trabajos_base import Codigos, Cuenta, Escriba


class _PorTramos:
    def __init__(self, nombre: str, cuenta: Cuenta, tarda_s: float) -> None:
        self._nombre, self._cuenta, self._tarda = nombre, cuenta, tarda_s
        self.identidad: dict[str, Any] = {"id": f"por-tramos-{nombre}", "sha256": "0" * 64}

    def tramos(self, senal: Senal, recuerdos: Recuerdos | None, con: str = "") -> list[str]:
        """Lo que «oyó» en cada segundo completo: el resumen de sus muestras."""
        oidos = []
        for desde in range(0, len(senal) - HERCIOS + 1, HERCIOS):
            suma = hashlib.sha256(senal[desde : desde + HERCIOS].tobytes()).hexdigest()[:12]
            llave = f"{self._nombre}:{con}:{suma}"
            if recuerdos is None or llave not in recuerdos:
                time.sleep(self._tarda)
                self._cuenta.apuntar(llave)
                if recuerdos is not None:
                    recuerdos[llave] = suma
            oidos.append(suma)
        return oidos

    def cerrar(self) -> None:
        """Nada que soltar."""


class OidoPorTramos(_PorTramos):
    """Una palabra por segundo."""

    def transcribir(
        self, grabacion: Grabacion, *, idioma: str | None, terminos: Any, avance: Callable[[float], None],
        recuerdos: Recuerdos | None = None,
    ) -> tuple[Escucha, ...]:  # fmt: skip
        del avance
        oidos = self.tramos(grabacion.voces[0], recuerdos, f"{idioma},{'|'.join(terminos)}")
        palabras = [Palabra(texto=s, inicio=i, fin=i + 0.9, prob=0.9) for i, s in enumerate(oidos)]
        return (Escucha(idioma="es", palabras=tuple(palabras), segmentos=(0,)),)

    def adelantar(self, senal: Senal, *, idioma: str | None, terminos: Any, recuerdos: Recuerdos) -> float:
        return float(len(self.tramos(senal, recuerdos, f"{idioma},{'|'.join(terminos)}")))


class SeparadorPorTramos(_PorTramos):
    """Una sola voz."""

    def separar(
        self, grabacion: Grabacion, *, hablantes: int | None, avance: Any, recuerdos: Recuerdos | None = None
    ) -> Separacion:
        del hablantes, avance
        self.tramos(grabacion.voces[0], recuerdos)
        return Separacion(tramos=(Tramo(hablante="H1", inicio=0.0, fin=grabacion.duracion_s),))

    def adelantar(self, senal: Senal, *, recuerdos: Recuerdos) -> float:
        return float(len(self.tramos(senal, recuerdos)))


def motores_por_tramos(apuntes: Path, tarda_s: float = 0.0) -> Motores:
    """Los cuatro motores; los dos primeros, por tramos."""
    cuenta = Cuenta(apuntes)
    return Motores(
        OidoPorTramos("oido", cuenta, tarda_s),
        SeparadorPorTramos("voces", cuenta, tarda_s),
        Escriba(cuenta, 0.0),  # type: ignore[arg-type]
        Codigos(cuenta, 0.0),  # type: ignore[arg-type]
    )


if __name__ == "__main__":
    from scribe import motores

    falsos = motores_por_tramos(Path(sys.argv[1]), float(sys.argv[2]))
    motores.armar_oidos = lambda _: (falsos.transcriptor, falsos.diarizador)
    vivo.atender(sys.stdin, os.fdopen(os.dup(1), "w"), vivo.Oyente())
