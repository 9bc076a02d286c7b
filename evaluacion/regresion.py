"""`python -m evaluacion.regresion RESULTADOS...`: si lo recién medido cayó por debajo de lo ya alcanzado.

Con tres muestras, comparar dos corridas no puede decir nada (`evaluacion/comparacion.py` pide seis casos);
un piso por medida, sí: lo peor que se acepta, con holgura para lo que cambia de un procesador a otro. Los
pisos son datos (`datos/pisos.toml`). Termina con 1 si algo quedó abajo y con 2 si no hay qué leer.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from evaluacion.informe import leer
from evaluacion.informe.metas import juzgar, umbral
from evaluacion.informe.metas import leer as leer_prueba
from evaluacion.informe.textos import definicion, numero
from evaluacion.resultados import Resultados
from scribe.errores import ErrorScribe


@cache
def pisos() -> tuple[dict[str, Any], ...]:
    """`datos/pisos.toml`, tal cual."""
    texto = files("evaluacion").joinpath("datos/pisos.toml").read_text("utf-8")
    return tuple(tomllib.loads(texto)["piso"])


def caidas(todos: Sequence[Resultados]) -> list[str]:
    """Una frase por piso roto; un piso que se quedó sin medir también está roto."""
    conjuntos = {r.conjunto for r in todos}
    frases = []
    for piso in pisos():
        if piso["conjunto"] not in conjuntos:
            continue
        lectura = leer_prueba(piso, todos)
        if juzgar(piso, lectura) in ("no", "sin medir"):
            medida = definicion(piso["medida"])
            hallado = numero(lectura.valor, medida) if lectura else "sin medir"
            frases.append(f"{piso['conjunto']}, {medida.titulo}: {hallado} (piso: {umbral(piso, lectura)})")
    return frases


def sin_terminar(todos: Sequence[Resultados]) -> list[str]:
    """Los casos que no acabaron: lo que no se midió no puede estar bien."""
    return [f"{r.conjunto}, {f.caso}: {f.motivo}" for r in todos for s in r.sistemas for f in s.fallidos]


def principal(argumentos: list[str] | None = None) -> int:
    """0 si todo quedó sobre su piso, 1 si algo no, 2 si un resultado no se puede leer."""
    analizador = argparse.ArgumentParser(prog="python -m evaluacion.regresion", description=__doc__)
    analizador.add_argument("resultados", nargs="+", type=Path, help="resultados.json o su carpeta")
    opciones = analizador.parse_args(argumentos)
    try:
        todos = [leer(r) for r in opciones.resultados]
    except ErrorScribe as error:
        print(error, file=sys.stderr)
        return error.salida
    frases = caidas(todos) + sin_terminar(todos)
    for frase in frases:
        print(f"Empeoró: {frase}", file=sys.stderr)
    if not frases:
        print("Nada quedó por debajo de lo ya alcanzado.")
    return 1 if frases else 0


if __name__ == "__main__":
    sys.exit(principal())
