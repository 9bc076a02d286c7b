"""`python -m evaluacion.medir CARPETA --salidas DIR`: corre `scribe consulta` y mide lo que sale.

Si en DIR ya está el borrador de un caso, se lee en vez de correrlo. Deja `DIR/medidas.json` y
`DIR/medidas.md`, y escribe la tabla en `--informe` si se pide.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from evaluacion.caso import Caso, leer_conjunto
from evaluacion.corrida import CorridaFallida, correr
from evaluacion.informe import tabla
from evaluacion.medida import Medida, medir, sumar


def principal(argumentos: list[str] | None = None) -> int:
    """Mide todos los casos; 1 si alguno no terminó, 2 si no hay casos."""
    opciones = _analizador().parse_args(argumentos)
    try:
        casos = [c for carpeta in opciones.carpetas for c in leer_conjunto(carpeta)]
    except (ValueError, OSError) as error:
        print(f"Conjunto inválido: {error}", file=sys.stderr)
        return 2
    medidas, fallidos = [], []
    for caso in casos:
        if opciones.solo and caso.id not in opciones.solo:
            continue
        try:
            medidas.append(_uno(caso, opciones))
        except CorridaFallida as error:
            fallidos.append(str(error))
            print(error, file=sys.stderr, flush=True)
    if medidas:
        _publicar(medidas, fallidos, opciones)
    return 1 if fallidos or not medidas else 0


def _analizador() -> argparse.ArgumentParser:
    analizador = argparse.ArgumentParser(prog="python -m evaluacion.medir", description=__doc__)
    analizador.add_argument("carpetas", nargs="+", type=Path, metavar="CARPETA", help="casos con .ref.json")
    analizador.add_argument("--salidas", type=Path, required=True, help="carpeta de borradores")
    analizador.add_argument("--perfil", default="minimo", help="perfil de modelos")
    analizador.add_argument("--de-nuevo", action="store_true", help="correr aunque ya haya borrador")
    analizador.add_argument("--con-paciente", action="store_true", help="dar edad y sexo a la orden")
    analizador.add_argument("--solo", nargs="+", default=[], metavar="ID", help="medir solo estos casos")
    analizador.add_argument("--informe", type=Path, help="dónde escribir la tabla en markdown")
    return analizador


def _uno(caso: Caso, opciones: argparse.Namespace) -> Medida:
    orden = ["--perfil", opciones.perfil]
    if opciones.con_paciente:
        orden += [
            x for n in ("edad", "sexo") if n in caso.paciente for x in (f"--{n}", str(caso.paciente[n]))
        ]
    resultado = correr(caso, opciones.salidas / caso.id, orden, opciones.de_nuevo)
    medida = medir(caso, resultado.borrador, resultado.tramos, resultado.memoria_mib)
    print(f"{caso.id}: medido", file=sys.stderr, flush=True)
    return medida


def _publicar(medidas: list[Medida], fallidos: list[str], opciones: argparse.Namespace) -> None:
    total = sumar(medidas)
    datos = {"perfil": opciones.perfil, "total": total.json(), "casos": [m.json() for m in medidas],
             "fallidos": fallidos}  # fmt: skip
    opciones.salidas.mkdir(parents=True, exist_ok=True)
    (opciones.salidas / "medidas.json").write_text(json.dumps(datos, ensure_ascii=False, indent=1), "utf-8")
    texto = tabla(medidas, total, opciones.perfil)
    for archivo in filter(None, [opciones.salidas / "medidas.md", opciones.informe]):
        archivo.write_text(texto, "utf-8")
    print(texto)


if __name__ == "__main__":
    sys.exit(principal())
