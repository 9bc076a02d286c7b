"""De texto a fonemas de español de América, en el alfabeto de Kokoro (espeak-ng en un proceso aparte)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from scribe.errores import ModelosFaltan

_PROGRAMA = Path(__file__).with_name("fonetizador.py")
_PUNTUADO = re.compile(r"([^.,;:!?…¿¡()\"—]+)([.,;:!?…¿¡()\"—]*)")
_PAUSAS = set(".,;:!?…")
_CAMBIOS = (("\u200d", ""), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ʝ", "j"))


class Fonetizador:
    """espeak-ng corriendo aparte. `carpeta`: la del modelo `espeak-ng`. Termina con `cerrar`."""

    def __init__(self, carpeta: Path) -> None:
        self._proceso = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAMA), str(carpeta)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._hechas: dict[str, str] = {}

    def __call__(self, clausula: str) -> str:
        """Los fonemas de una cláusula sin puntuación. Lanza `ModelosFaltan` si espeak-ng no arranca."""
        clave = " ".join(clausula.split())
        if clave not in self._hechas:
            self._hechas[clave] = self._preguntar(clave)
        return self._hechas[clave]

    def cerrar(self) -> None:
        """Termina el proceso."""
        self._proceso.communicate()

    def _preguntar(self, clausula: str) -> str:
        entrada, salida = _tubos(self._proceso)
        try:
            entrada.write(clausula + "\n")
            entrada.flush()
            linea = salida.readline()
        except BrokenPipeError:
            linea = ""
        if not linea:
            _, razon = self._proceso.communicate()
            raise ModelosFaltan(
                f"espeak-ng no funciona en este equipo ({razon.strip()[:120] or 'se cerró'}).",
                "Hace falta Linux x86-64; reinstálelo con: scribe modelos instalar espeak-ng",
            )
        return linea.strip()


def fonemas(texto: str, clausula: Callable[[str], str]) -> str:
    """Fonemas de un texto, con la puntuación que marca pausas.

    espeak-ng tira la puntuación, así que se le da cláusula por cláusula.
    """
    salida = []
    for parte, signos in _PUNTUADO.findall(texto):
        if not parte.strip():
            continue
        dicha = clausula(parte.strip())
        for viejo, nuevo in _CAMBIOS:
            dicha = dicha.replace(viejo, nuevo)
        pausa = next((s for s in signos if s in _PAUSAS), "")
        salida += [" ".join(dicha.split()), pausa + " "]
    return "".join(salida).strip()


def _tubos(proceso: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if proceso.stdin is None or proceso.stdout is None:
        raise ValueError("el proceso se abrió sin tubos")
    return proceso.stdin, proceso.stdout
