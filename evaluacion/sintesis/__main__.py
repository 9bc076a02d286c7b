"""`python -m evaluacion.sintesis GUION... --salida DIR`: hace el audio y la verdad de cada guion."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from evaluacion.sintesis.consulta import producir
from evaluacion.sintesis.guion import leer
from evaluacion.sintesis.voz import Locutor


def principal(argumentos: list[str] | None = None) -> int:
    """Sintetiza los guiones dados; 2 si alguno no es válido."""
    analizador = argparse.ArgumentParser(prog="python -m evaluacion.sintesis", description=__doc__)
    analizador.add_argument("guiones", nargs="+", type=Path, metavar="GUION", help="guion JSON o TOML")
    analizador.add_argument("--salida", type=Path, required=True, help="carpeta de salida")
    analizador.add_argument("--cache", type=Path, help="carpeta donde guardar cada frase ya dicha")
    analizador.add_argument("--hilos", type=int, default=1, help="hilos de cómputo")
    opciones = analizador.parse_args(argumentos)
    try:
        guiones = [leer(archivo) for archivo in opciones.guiones]
    except (ValueError, OSError) as error:
        print(f"Guion inválido: {error}", file=sys.stderr)
        return 2
    locutor = Locutor(opciones.cache, opciones.hilos)
    for guion in guiones:
        inicio = time.perf_counter()
        archivo = producir(guion, locutor, opciones.salida)
        print(f"{archivo}  {time.perf_counter() - inicio:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(principal())
