"""Hacer el audio y la verdad de consultas_es, o de los guiones que se den.

    python -m evaluacion.sintesis                         todo el conjunto, en la carpeta de datos
    python -m evaluacion.sintesis GUION... --salida DIR   solo esos guiones

Hacen falta los modelos del perfil sintesis: scribe modelos instalar sintesis
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evaluacion.sintesis import publicacion
from evaluacion.sintesis.carpetas import carpeta_de_datos
from evaluacion.sintesis.generacion import generar, publicados
from evaluacion.sintesis.guion import leer
from evaluacion.sintesis.terminal import avance_visible
from evaluacion.sintesis.voz import Locutor
from scribe.errores import ErrorScribe


def principal(argumentos: list[str] | None = None) -> int:
    """Sintetiza lo que falte; 2 si un guion no es válido o faltan las voces."""
    opciones = _analizador().parse_args(argumentos)
    try:
        guiones = [leer(archivo) for archivo in opciones.guiones] or publicados()
    except (ValueError, OSError) as error:
        print(f"Guion inválido: {error}", file=sys.stderr)
        return 2
    carpeta: Path = opciones.salida or carpeta_de_datos("consultas_es")
    frases: Path | None = opciones.frases
    try:
        with avance_visible() as avance:
            manifiesto = generar(
                guiones, carpeta, avance, habla=(lambda _: Locutor(frases)) if frases else None
            )
    except ErrorScribe as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.salida
    except KeyboardInterrupt:
        print("Interrumpido. Repita la orden y seguirá donde iba.", file=sys.stderr)
        return 130
    print(f"{len(guiones)} consultas listas en {carpeta}.")
    if distintas := publicacion.distintas(manifiesto):
        print(
            f"{len(distintas)} no son byte a byte las publicadas (otro procesador u otra versión): "
            "compare cifras solo con las de este equipo."
        )
    if opciones.publicar:
        publicacion.publicar(manifiesto)
    return 0


def _analizador() -> argparse.ArgumentParser:
    analizador = argparse.ArgumentParser(
        prog="python -m evaluacion.sintesis",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    analizador.add_argument("guiones", nargs="*", type=Path, metavar="GUION", help="guion JSON o TOML")
    analizador.add_argument("--salida", type=Path, metavar="DIR", help="carpeta de salida")
    analizador.add_argument("--frases", type=Path, metavar="DIR", help="conservar aquí cada frase ya dicha")
    analizador.add_argument(
        "--publicar", action="store_true", help="anotar las sumas y rehacer la tabla de docs/consultas_es.md"
    )
    return analizador


if __name__ == "__main__":
    sys.exit(principal())
