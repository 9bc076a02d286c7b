"""El proceso en que corre un sistema: `python -m evaluacion.trabajador ENCARGO.json`.

Un proceso por sistema deja medir su memoria, aísla sus fallos y no mezcla bibliotecas que se estorban.
Cada caso terminado queda en su archivo antes de empezar el siguiente: si lo matan, no se repite.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from evaluacion.caso import Caso, Tarea
from evaluacion.orfandad import morir_con_el_padre
from evaluacion.salida import Costo, Salida
from evaluacion.sistema import Opciones, Sistema, sistemas

HECHO = "@hecho "
"""Con qué empieza la línea que avisa de un caso terminado; las bibliotecas también escriben ahí."""


class Encargo(BaseModel):
    """Qué correr y dónde dejarlo. `destinos`: el archivo de cada caso, en el mismo orden."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sistema: str
    tarea: Tarea
    perfil: str
    hilos: int
    sin_llm: bool
    casos: tuple[Caso, ...]
    destinos: tuple[Path, ...]


def principal(argumentos: list[str]) -> int:
    """Corre el encargo; 0 aunque algún caso falle (su fallo queda escrito), 1 si el sistema no arranca."""
    morir_con_el_padre()
    encargo = Encargo.model_validate_json(Path(argumentos[0]).read_text("utf-8"))
    sistema = sistemas()[encargo.sistema]
    inicio = time.perf_counter()
    sistema.preparar(encargo.tarea, Opciones(encargo.perfil, encargo.hilos, encargo.sin_llm))
    arranque = time.perf_counter() - inicio
    for caso, destino in zip(encargo.casos, encargo.destinos, strict=True):
        salida = _resolver(sistema, caso, encargo.tarea, arranque)
        temporal = destino.with_suffix(".parcial")
        temporal.write_text(salida.model_dump_json(), "utf-8")
        temporal.replace(destino)
        print(f"{HECHO}{caso.id}", flush=True)
    return 0


def _resolver(sistema: Sistema, caso: Caso, tarea: Tarea, arranque: float) -> Salida:
    inicio = time.perf_counter()
    try:
        salida = sistema.resolver(caso, tarea)
    except Exception as fallo:
        # El motivo va al informe: solo el tipo y el mensaje, porque los casos son públicos o sintéticos.
        return Salida(caso=caso.id, error=f"{type(fallo).__name__}: {fallo}"[:500])
    reloj = time.perf_counter() - inicio
    propio = salida.costo
    costo = Costo(
        reloj_s=propio.reloj_s if propio.reloj_s is not None else round(reloj, 4),
        arranque_s=propio.arranque_s if propio.arranque_s is not None else round(arranque, 3),
        memoria_mib=propio.memoria_mib if propio.memoria_mib is not None else _memoria_mib(),
        etapas=propio.etapas,
    )
    return salida.model_copy(update={"costo": costo})


def _memoria_mib() -> float:
    """Memoria residente máxima de este proceso hasta ahora (Linux la da en KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
