"""Lo ya calculado de una grabación, para adelantar trabajo mientras se graba.

Cada resultado se guarda bajo el hash de las muestras de que salió y de quien lo calculó: con otras muestras
u otro modelo simplemente no se encuentra. Quien guarda no ve más que texto opaco, pero una huella es dato
biométrico: se cifra y se borra como el audio.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Recuerdos = MutableMapping[str, str]
"""Lo ya hecho, ventana por ventana: llave → texto. Los dos son asunto de cada motor: quien los guarda no los
lee. La llave es una suma y no dice nada; el valor trae voz o palabras de la consulta y se protege igual."""


@dataclass(frozen=True, slots=True)
class Libreta:
    """Recuerda matrices en `recuerdos`, si hay; `autor` distingue modelos y ajustes."""

    recuerdos: Recuerdos | None
    autor: str

    def recordar(
        self, que: str, tipo: type[np.generic], muestras: tuple[NDArray[Any], ...], hacer: Callable[[], Any]
    ) -> NDArray[Any]:
        """La matriz guardada de esas muestras, o la de `hacer()`, que se guarda. Es de tipo `tipo`."""
        if self.recuerdos is None:
            return np.asarray(hacer(), dtype=tipo)
        suma = hashlib.blake2b(f"{self.autor}\0{que}\0".encode(), digest_size=24)
        for parte in muestras:
            suma.update(f"{parte.dtype}{parte.shape}".encode())
            suma.update(np.ascontiguousarray(parte).data)
        llave = f"{que}-{suma.hexdigest()}"
        guardada = _abrir(self.recuerdos.get(llave), tipo)
        if guardada is None:
            guardada = np.asarray(hacer(), dtype=tipo)
            self.recuerdos[llave] = _cerrar(guardada)
        return guardada


def _cerrar(matriz: NDArray[Any]) -> str:
    forma = "x".join(str(d) for d in matriz.shape)
    return f"{forma}:{base64.b85encode(np.ascontiguousarray(matriz).tobytes()).decode()}"


def _abrir(texto: str | None, tipo: type[np.generic]) -> NDArray[Any] | None:
    """La matriz, o None si no hay o está dañada: se calcula otra vez."""
    if texto is None:
        return None
    try:
        forma, _, cuerpo = texto.partition(":")
        return np.frombuffer(base64.b85decode(cuerpo), dtype=tipo).reshape([int(d) for d in forma.split("x")])
    except ValueError:
        return None
