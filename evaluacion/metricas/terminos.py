"""Cuántos términos clínicos y fármacos dichos llegaron a lo escrito, y cuántos escritos se dijeron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluacion.alineacion import Alineacion
from evaluacion.lexico import Lexico, singular


@dataclass(frozen=True, slots=True)
class Hallazgo:
    """Ocurrencias conservadas y totales; `fallas` son las que no, como se dijeron y como quedaron."""

    buenas: int
    total: int
    fallas: tuple[tuple[str, str], ...] = ()


def exhaustividad(alineacion: Alineacion, lexico: Lexico) -> Hallazgo:
    """De los términos dichos, los que se escribieron: todas sus palabras iguales en la alineación.

    Cada ocurrencia cuenta. Singular y plural valen por iguales; un término partido o en otro lugar, no.
    """
    return _contar(alineacion.referencia, alineacion.hipotesis, alineacion.de_referencia, lexico)


def precision(alineacion: Alineacion, lexico: Lexico) -> Hallazgo:
    """De los términos escritos, los que se dijeron ahí; lo demás lo puso el reconocedor."""
    return _contar(alineacion.hipotesis, alineacion.referencia, alineacion.de_hipotesis, lexico)


def _contar(
    unas: Sequence[str], otras: Sequence[str], pareja: Sequence[int | None], lexico: Lexico
) -> Hallazgo:
    buenas, fallas = 0, []
    ocurrencias = lexico.ocurrencias(unas)
    for desde, hasta in ocurrencias:
        indices = [pareja[i] for i in range(desde, hasta)]
        enfrente = [otras[k] if k is not None else None for k in indices]
        iguales = all(
            o is not None and singular(o, lexico.ingles) == singular(unas[desde + k], lexico.ingles)
            for k, o in enumerate(enfrente)
        )
        if iguales:
            buenas += 1
        else:
            quedo = " ".join(o for o in enfrente if o is not None)
            fallas.append((" ".join(unas[desde:hasta]), quedo))
    return Hallazgo(buenas, len(ocurrencias), tuple(fallas))
