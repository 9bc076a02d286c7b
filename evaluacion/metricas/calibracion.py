"""Si la probabilidad que el reconocedor da a cada palabra dice cuántas veces acierta."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from evaluacion.alineacion import alinear
from evaluacion.normalizador import normalizar
from scribe.consulta import Palabra

DECIMAS = tuple(f"{n / 10:.1f}" for n in range(10))


def calibracion(
    referencia: str, palabras: Sequence[Palabra], idioma: str = "es"
) -> dict[str, tuple[int, int]]:
    """(aciertos, palabras) por décima de probabilidad; la décima «0.9» incluye el 1.

    Una palabra acierta si, normalizado todo lo oído y alineado con la referencia, lo que ella aportó salió
    igual. Las que juntas forman un número («treinta y ocho») comparten suerte; las que la normalización
    quita (muletillas) no cuentan.
    """
    cuentas = dict.fromkeys(DECIMAS, (0, 0))
    for palabra, bien in aciertos(referencia, palabras, idioma):
        decima = DECIMAS[min(int(palabra.prob * 10 + 1e-9), 9)]
        buenas, total = cuentas[decima]
        cuentas[decima] = (buenas + bien, total + 1)
    return cuentas


def aciertos(referencia: str, palabras: Iterable[Palabra], idioma: str = "es") -> list[tuple[Palabra, bool]]:
    """Cada palabra oída y si está en la referencia, en su lugar."""
    oidas = list(palabras)
    todo = normalizar(" ".join(p.texto for p in oidas), idioma).split()
    alineacion = alinear(normalizar(referencia, idioma).split(), todo)
    bien = [
        r is not None and alineacion.referencia[r] == todo[k] for k, r in enumerate(alineacion.de_hipotesis)
    ]
    dueno, sueltas = [], []
    for numero, palabra in enumerate(oidas):
        for ficha in normalizar(palabra.texto, idioma).split():
            dueno.append(numero)
            sueltas.append(ficha)
    suerte: dict[int, bool] = {}
    for tipo, a0, a1, b0, b1 in SequenceMatcher(None, sueltas, todo, autojunk=False).get_opcodes():
        if tipo == "insert" or b0 == b1:
            continue
        for k in range(a1 - a0):
            propio = bien[b0 + k] if tipo == "equal" else all(bien[b0:b1])
            suerte[dueno[a0 + k]] = suerte.get(dueno[a0 + k], True) and propio
    return [(oidas[numero], propio) for numero, propio in sorted(suerte.items())]
