"""La misma consulta da siempre la misma nota: nada depende de la semilla con que Python ordena conjuntos."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_RAIZ = Path(__file__).parents[2]
_PROGRAMA = """
import sys
from pathlib import Path
from evaluacion.conjuntos.consultas_es import leer_caso
from evaluacion.propio import dialogo
from scribe.consulta import Contexto
from scribe.soap.redactor import Redactor

for ruta in sorted(Path("evaluacion/muestras").glob("*.ref.json")):
    redaccion = Redactor().redactar(dialogo(leer_caso(ruta)), Contexto())
    print(redaccion.nota.model_dump_json(), [o.model_dump_json() for o in redaccion.omisiones])
# Dos raíces de un mismo término, «sí» junto a una y «no» junto a la otra.
from tests.unidad.test_soap_autores_nuevos import _enunciados
print(_enunciados("m: ¿Ha tenido trombosis o várices? / p: Trombosis no, várices sí, en la pierna derecha."))
"""


def _con_semilla(semilla: int) -> str:
    entorno = {**os.environ, "PYTHONHASHSEED": str(semilla), "PYTHONPATH": str(_RAIZ)}
    orden = [sys.executable, "-c", _PROGRAMA]
    return subprocess.run(orden, cwd=_RAIZ, env=entorno, capture_output=True, text=True, check=True).stdout


def test_la_nota_no_depende_de_la_semilla() -> None:
    una, otra, tercera = (_con_semilla(s) for s in (1, 2, 3))
    assert "Niega trombosis" in una
    assert una == otra == tercera
