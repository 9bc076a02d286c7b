"""Voces registradas: la huella del médico, para saber sin duda quién es.

Una huella es dato biométrico: vive en la carpeta de datos (permisos 0700), un archivo por voz con permisos
0600, y nunca sale del equipo. Guarda solo el vector, no el audio. Si se registra con el nombre de usuario de
quien atiende, el expediente la usa en sus consultas.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path

import numpy as np

from scribe.ajustes import carpeta_de_datos
from scribe.consulta import Huella
from scribe.errores import AjusteInvalido
from scribe.lenguaje.texto import llano

_NO_VALE = re.compile(r"[^a-z0-9]+")


def carpeta() -> Path:
    """Dónde se guardan las voces."""
    return carpeta_de_datos() / "voces"


def guardar(nombre: str, huella: Huella, modelo: str) -> Path:
    """Guarda la huella (norma 1) con ese nombre, en lugar de la que hubiera; devuelve el archivo.

    `modelo` es el id del modelo que la calculó. Lanza `AjusteInvalido` si el nombre no tiene letras.
    """
    destino = _archivo(nombre)
    destino.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    datos = {"nombre": nombre.strip(), "modelo": modelo, "huella": np.asarray(huella).tolist()}
    descriptor, temporal = tempfile.mkstemp(dir=destino.parent, suffix=".tmp")  # mkstemp crea con 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as archivo:
            json.dump(datos, archivo, ensure_ascii=False)
        Path(temporal).replace(destino)
    except BaseException:
        Path(temporal).unlink(missing_ok=True)
        raise
    return destino


def cargar(nombre: str) -> Huella:
    """La huella registrada con ese nombre. Lanza `AjusteInvalido` si no existe o está dañada."""
    archivo = _archivo(nombre)
    if not archivo.is_file():
        raise AjusteInvalido(
            f"No hay ninguna voz registrada como «{nombre}».", "Véalas con: scribe voz listar"
        )
    try:
        huella = np.asarray(json.loads(archivo.read_text("utf-8"))["huella"], dtype=np.float32)
        if huella.ndim != 1 or not np.isfinite(huella).all() or not huella.any():
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise AjusteInvalido(
            f"La voz «{nombre}» está dañada.", "Regístrela otra vez con: scribe voz registrar"
        ) from None
    return np.asarray(huella / np.linalg.norm(huella), dtype=np.float32)


def hallar(nombre: str, modelo: str) -> Huella | None:
    """La huella registrada con ese nombre y ese modelo, si la hay y sirve.

    Vectores de modelos distintos no se comparan: la registrada con otro no se usa.
    """
    try:
        datos = json.loads(_archivo(nombre).read_text("utf-8"))
        return cargar(nombre) if datos["modelo"] == modelo else None
    except (OSError, ValueError, KeyError, TypeError, AjusteInvalido):
        return None


def nombres() -> tuple[str, ...]:
    """Los nombres registrados, en orden alfabético."""
    salida: list[str] = []
    for archivo in carpeta().glob("*.json"):
        try:
            salida.append(str(json.loads(archivo.read_text("utf-8"))["nombre"]))
        except (ValueError, KeyError, TypeError):
            salida.append(archivo.stem)
    return tuple(sorted(salida, key=llano))


def borrar(nombre: str) -> None:
    """Borra la voz con ese nombre. Lanza `AjusteInvalido` si no existe."""
    try:
        _archivo(nombre).unlink()
    except FileNotFoundError:
        raise AjusteInvalido(
            f"No hay ninguna voz registrada como «{nombre}».", "Véalas con: scribe voz listar"
        ) from None


def _archivo(nombre: str) -> Path:
    base = _NO_VALE.sub("-", llano(nombre)).strip("-")[:80]
    if not base:
        raise AjusteInvalido(
            "El nombre de la voz no tiene letras ni números.", "Use, por ejemplo, --nombre Ana."
        )
    return carpeta() / f"{base}.json"
