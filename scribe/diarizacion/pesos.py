"""Leer los pesos de una red guardada con PyTorch, sin PyTorch.

El archivo es un zip: un pickle con la forma de cada tensor y, aparte, los números de cada uno. Importar
torch solo para abrirlo costaría segundos y cientos de megabytes en cada consulta. El pickle se lee con una
lista cerrada de clases: lo demás se vuelve un objeto inerte, nunca se importa ni se ejecuta.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pesos = Mapping[str, NDArray[np.float32]]

_TIPOS = {"FloatStorage": np.float32, "HalfStorage": np.float16, "LongStorage": np.int64}


def leer_pesos(archivo: Path) -> Pesos:
    """Los tensores de punto flotante del archivo, por nombre.

    Admite un diccionario de tensores o un punto de control con ellos en `state_dict`. Lanza `ValueError`
    si el archivo no es uno ni otro.
    """
    with zipfile.ZipFile(archivo) as paquete:
        indice = next((n for n in paquete.namelist() if n.endswith("/data.pkl")), None)
        if indice is None:
            raise ValueError(f"{archivo.name} no es un archivo de pesos de PyTorch.")
        leido = _Lector(paquete, indice.removesuffix("data.pkl")).load()
    tensores = leido.get("state_dict", leido) if isinstance(leido, dict) else {}
    pesos = {n: t.astype(np.float32) for n, t in tensores.items() if isinstance(t, np.ndarray)}
    if not pesos:
        raise ValueError(f"{archivo.name} no trae pesos.")
    return pesos


class _Inerte:
    """Lo que el archivo guardó y aquí no hace falta (versiones, especificaciones)."""

    def __init__(self, *_: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...


class _Lector(pickle.Unpickler):
    """Reconstruye tensores como matrices de numpy."""

    def __init__(self, paquete: zipfile.ZipFile, raiz: str) -> None:
        super().__init__(io.BytesIO(paquete.read(f"{raiz}data.pkl")))
        self._paquete, self._raiz = paquete, raiz

    def find_class(self, modulo: str, nombre: str) -> Any:
        if (modulo, nombre) == ("collections", "OrderedDict"):
            return OrderedDict
        if (modulo, nombre) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if modulo == "torch" and nombre in _TIPOS:
            return _TIPOS[nombre]
        return _Inerte

    def persistent_load(self, referencia: Any) -> NDArray[Any]:
        _, tipo, llave, _, _ = referencia
        return np.frombuffer(self._paquete.read(f"{self._raiz}data/{llave}"), dtype=tipo)


def _tensor(
    numeros: NDArray[Any], desde: int, forma: tuple[int, ...], saltos: tuple[int, ...], *_: Any
) -> Any:
    ancho = numeros.itemsize
    return np.lib.stride_tricks.as_strided(
        numeros[desde:], forma, tuple(s * ancho for s in saltos), writeable=False
    ).copy()
