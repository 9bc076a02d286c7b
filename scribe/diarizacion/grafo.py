"""Redes para ONNX Runtime, armadas en memoria a partir de pesos sueltos.

ONNX Runtime corre las mismas redes que PyTorch en la mitad de tiempo y abre en décimas de segundo. Un grafo
ONNX es un mensaje de Protocol Buffers con unos pocos campos; escribirlos aquí evita una dependencia y un
paso de conversión al instalar: los pesos verificados por suma siguen siendo los publicados.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

_IR = 8
_OPSET = 17
_TIPOS = {np.dtype(np.float32): 1, np.dtype(np.int64): 7}

Dimension = int | str
Entrada = tuple[str, Sequence[Dimension], type[Any]]
"""Nombre, forma (texto es largo libre) y tipo."""
Atributo = int | float | str | Sequence[int]


class Grafo:
    """Un grafo ONNX que crece nodo por nodo. Los nombres de los resultados los pone él."""

    def __init__(self) -> None:
        self._nodos: list[bytes] = []
        self._constantes: list[bytes] = []
        self._cuenta = 0

    def constante(self, valores: NDArray[Any]) -> str:
        """Un tensor fijo (float32 o int64); devuelve su nombre."""
        nombre = self._nombre()
        cuerpo = b"".join(_entero(1, d) for d in valores.shape) + _entero(2, _TIPOS[valores.dtype])
        cuerpo += _texto(8, nombre) + _bytes(9, np.ascontiguousarray(valores).tobytes())
        self._constantes.append(cuerpo)
        return nombre

    def nodo(self, operacion: str, *entradas: str, **atributos: Atributo) -> str:
        """Aplica una operación de ONNX; devuelve el nombre de su primer resultado."""
        salida = self._nombre()
        cuerpo = b"".join(_texto(1, e) for e in entradas) + _texto(2, salida) + _texto(4, operacion)
        cuerpo += b"".join(_bytes(5, _atributo(n, v)) for n, v in atributos.items())
        self._nodos.append(cuerpo)
        return salida

    def modelo(self, entradas: Sequence[Entrada], salida: str) -> bytes:
        """El modelo completo, con sus entradas y un solo resultado."""
        grafo = b"".join(_bytes(1, n) for n in self._nodos) + _texto(2, "red")
        grafo += b"".join(_bytes(5, c) for c in self._constantes)
        grafo += b"".join(_bytes(11, _valor(*entrada)) for entrada in entradas)
        grafo += _bytes(12, _valor(salida, (), np.float32))
        return _entero(1, _IR) + _bytes(7, grafo) + _bytes(8, _entero(2, _OPSET))

    def _nombre(self) -> str:
        self._cuenta += 1
        return f"v{self._cuenta}"


class Red:
    """Un modelo listo para correr con un hilo; llamarlo desde varios hilos a la vez es seguro.

    El resultado depende solo de la entrada, no de cuántas más se calculen ni de con cuántos hilos.
    """

    def __init__(self, modelo: bytes) -> None:
        opciones = onnxruntime.SessionOptions()
        opciones.intra_op_num_threads = opciones.inter_op_num_threads = 1
        opciones.log_severity_level = 3
        self._sesion = onnxruntime.InferenceSession(modelo, opciones, providers=["CPUExecutionProvider"])

    def __call__(self, **entradas: NDArray[Any]) -> NDArray[np.float32]:
        """El resultado de la red; las entradas, por su nombre."""
        return np.asarray(self._sesion.run(None, entradas)[0], dtype=np.float32)


def _varint(numero: int) -> bytes:
    numero &= (1 << 64) - 1
    salida = bytearray()
    while numero > 0x7F:
        salida.append(numero & 0x7F | 0x80)
        numero >>= 7
    return bytes((*salida, numero))


def _entero(campo: int, numero: int) -> bytes:
    return _varint(campo << 3) + _varint(numero)


def _bytes(campo: int, cuerpo: bytes) -> bytes:
    return _varint(campo << 3 | 2) + _varint(len(cuerpo)) + cuerpo


def _texto(campo: int, texto: str) -> bytes:
    return _bytes(campo, texto.encode())


def _atributo(nombre: str, valor: Atributo) -> bytes:
    cabeza = _texto(1, nombre)
    if isinstance(valor, float):
        return cabeza + _varint(2 << 3 | 5) + struct.pack("<f", valor) + _entero(20, 1)
    if isinstance(valor, int):
        return cabeza + _entero(3, valor) + _entero(20, 2)
    if isinstance(valor, str):
        return cabeza + _texto(4, valor) + _entero(20, 3)
    return cabeza + b"".join(_entero(8, v) for v in valor) + _entero(20, 7)


def _valor(nombre: str, forma: Sequence[Dimension], tipo: type[Any]) -> bytes:
    dimensiones = (_entero(1, d) if isinstance(d, int) else _texto(2, d) for d in forma)
    tensor = _entero(1, _TIPOS[np.dtype(tipo)])
    if forma:
        tensor += _bytes(2, b"".join(_bytes(1, d) for d in dimensiones))
    return _texto(1, nombre) + _bytes(2, _bytes(1, tensor))
