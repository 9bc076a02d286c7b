"""Alineación palabra por palabra entre lo dicho y lo escrito, con jiwer (distancia mínima de edición)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import jiwer


@dataclass(frozen=True, slots=True)
class Alineacion:
    """Dos listas de palabras y con cuál de la otra quedó cada una (índice), o `None` si sobra o falta.

    Quedar emparejada no es ser igual: una sustitución también empareja.
    """

    referencia: tuple[str, ...]
    hipotesis: tuple[str, ...]
    de_referencia: tuple[int | None, ...]
    de_hipotesis: tuple[int | None, ...]

    def igual(self, indice: int) -> bool:
        """Si la palabra `indice` de la referencia se escribió igual."""
        otro = self.de_referencia[indice]
        return otro is not None and self.referencia[indice] == self.hipotesis[otro]

    @property
    def errores(self) -> int:
        """Sustituciones, borrados e inserciones."""
        faltan = sum(not self.igual(i) for i in range(len(self.referencia)))
        return faltan + sum(i is None for i in self.de_hipotesis)


@lru_cache(maxsize=64)
def _alinear(referencia: tuple[str, ...], hipotesis: tuple[str, ...]) -> Alineacion:
    de_ref: list[int | None] = [None] * len(referencia)
    de_hip: list[int | None] = [None] * len(hipotesis)
    if referencia and hipotesis:
        salida = jiwer.process_words(" ".join(referencia), " ".join(hipotesis))
        for trozo in salida.alignments[0]:
            if trozo.type in ("equal", "substitute"):
                for k in range(trozo.ref_end_idx - trozo.ref_start_idx):
                    de_ref[trozo.ref_start_idx + k] = trozo.hyp_start_idx + k
                    de_hip[trozo.hyp_start_idx + k] = trozo.ref_start_idx + k
    return Alineacion(referencia, hipotesis, tuple(de_ref), tuple(de_hip))


def alinear(referencia: Sequence[str], hipotesis: Sequence[str]) -> Alineacion:
    """Alinea dos listas de palabras ya normalizadas (sin espacios dentro de una palabra)."""
    return _alinear(tuple(referencia), tuple(hipotesis))
