"""Leer y guardar `resultados.json` y los informes sin dejar nada a medias."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from evaluacion.resultados import Resultados
from scribe.errores import ErrorDeUso

NOMBRE = "resultados.json"


class ResultadosInvalidos(ErrorDeUso):
    """El archivo no es un `resultados.json` que se pueda leer."""


def leer(archivo: Path) -> Resultados:
    """Lee un `resultados.json`, o el de una carpeta. Lanza `ResultadosInvalidos`."""
    camino = archivo / NOMBRE if archivo.is_dir() else archivo
    try:
        return Resultados.model_validate_json(camino.read_text("utf-8"))
    except OSError as error:
        raise ResultadosInvalidos(
            f"No se pudo leer {camino}: {error.strerror}.", "Dé el resultados.json de una evaluación."
        ) from error
    except ValidationError as error:
        primero = error.errors()[0]
        donde = ".".join(str(p) for p in primero["loc"]) or "el archivo"
        raise ResultadosInvalidos(
            f"{camino} no es un resultados.json de esta versión ({donde}: {primero['msg']}).",
            "Vuelva a evaluar con esta versión de Scribe.",
        ) from error


def guardar(archivo: Path, texto: str) -> Path:
    """Escribe el archivo entero o nada: temporal en la misma carpeta, fsync y renombrar."""
    archivo.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporal = tempfile.mkstemp(dir=archivo.parent, prefix=f".{archivo.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as salida:
            salida.write(texto)
            salida.flush()
            os.fsync(salida.fileno())
        Path(temporal).chmod(0o644)
        Path(temporal).replace(archivo)
    except BaseException:
        Path(temporal).unlink(missing_ok=True)
        raise
    return archivo
