"""WER, CER y exactitud de cifras entre lo dicho y lo escrito."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import jiwer

from evaluacion.normalizador import cifras, normalizar


@dataclass(frozen=True, slots=True)
class Errores:
    """Sustituciones + borrados + inserciones y el largo de la referencia; se suman entre casos."""

    errores: int
    total: int

    @property
    def tasa(self) -> float:
        """Errores por unidad de referencia; 0 sin referencia ni errores, 1 si todo es inventado."""
        return self.errores / self.total if self.total else float(self.errores > 0)

    def __add__(self, otro: Errores) -> Errores:
        return Errores(self.errores + otro.errores, self.total + otro.total)


def wer(referencia: str, hipotesis: str) -> Errores:
    """Errores por palabra tras normalizar (jiwer; distancia mínima de edición)."""
    ref, hip = normalizar(referencia), normalizar(hipotesis)
    if not ref:
        return Errores(len(hip.split()), 0)
    salida = jiwer.process_words(ref, hip)
    return Errores(salida.substitutions + salida.deletions + salida.insertions, len(ref.split()))


def cer(referencia: str, hipotesis: str) -> Errores:
    """Errores por carácter, con los espacios, tras normalizar."""
    ref, hip = normalizar(referencia), normalizar(hipotesis)
    if not ref:
        return Errores(len(hip), 0)
    salida = jiwer.process_characters(ref, hip)
    return Errores(salida.substitutions + salida.deletions + salida.insertions, len(ref))


def cifras_perdidas(referencia: str, hipotesis: str) -> Errores:
    """Cifras de la referencia que no están en la hipótesis, contando repeticiones."""
    esperadas, oidas = Counter(cifras(referencia)), Counter(cifras(hipotesis))
    return Errores((esperadas - oidas).total(), esperadas.total())
