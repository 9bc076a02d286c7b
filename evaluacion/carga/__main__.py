"""`python -m evaluacion.carga subidas|pacientes …`: mide y escribe el resultado en JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path

from evaluacion.carga import pacientes, subidas


def main() -> None:
    """Lee los argumentos, mide y lo dice."""
    orden = argparse.ArgumentParser(prog="python -m evaluacion.carga", description=__doc__)
    orden.add_argument("--donde", type=Path, help="carpeta donde poner la instalación temporal")
    cuales = orden.add_subparsers(dest="que", required=True)
    una = cuales.add_parser("subidas", help="muchas grabaciones subiendo a la vez")
    una.add_argument("--cuantas", type=int, default=100)
    una.add_argument("--formato", choices=sorted(subidas.OCTETOS_POR_HORA), default="wav")
    una.add_argument("--minutos", type=float, default=60.0)
    otra = cuales.add_parser("pacientes", help="buscar y ver listas con muchos pacientes")
    otra.add_argument("--cuantos", type=int, default=10_000)
    otra.add_argument("--navegador", action="store_true", help="también tecla por tecla, en Chromium")
    dado = orden.parse_args()
    if dado.que == "subidas":
        medido = subidas.medir(dado.cuantas, dado.formato, dado.minutos, donde=dado.donde)
    else:
        medido = pacientes.medir(dado.cuantos, donde=dado.donde, navegador=dado.navegador)
    equipo = {
        "nucleos": os.cpu_count(),
        "carga_1min": round(os.getloadavg()[0], 2),
        "sistema": platform.system(),
    }
    print(json.dumps({"equipo": equipo, **medido}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
