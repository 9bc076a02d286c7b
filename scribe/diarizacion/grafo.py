"""Redes para ONNX Runtime, armadas en memoria a partir de pesos sueltos.

ONNX Runtime corre las mismas redes que PyTorch en la mitad de tiempo y abre en décimas de segundo. El
grafo se arma cada vez desde los pesos verificados por suma: no hay un paso de conversión al instalar ni otro
archivo que guardar.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

_IR = 8
_OPSET = 17

Dimension = int | str
Entrada = tuple[str, Sequence[Dimension], type[Any]]
"""Nombre, forma (texto es largo libre) y tipo."""
Atributo = int | float | str | Sequence[int]


class Grafo:
    """Un grafo ONNX que crece nodo por nodo. Los nombres de los resultados los pone él."""

    def __init__(self) -> None:
        self._nodos: list[NodeProto] = []
        self._constantes: list[TensorProto] = []
        self._cuenta = 0

    def constante(self, valores: NDArray[Any]) -> str:
        """Un tensor fijo (float32 o int64); devuelve su nombre."""
        nombre = self._nombre()
        self._constantes.append(numpy_helper.from_array(np.ascontiguousarray(valores), nombre))
        return nombre

    def nodo(self, operacion: str, *entradas: str, **atributos: Atributo) -> str:
        """Aplica una operación de ONNX; devuelve el nombre de su primer resultado."""
        salida = self._nombre()
        nodo = helper.make_node(operacion, entradas, [salida])
        nodo.attribute.extend(helper.make_attribute(n, v) for n, v in sorted(atributos.items()))
        self._nodos.append(nodo)
        return salida

    def modelo(self, entradas: Sequence[Entrada], salida: str) -> bytes:
        """El modelo completo, con sus entradas y un solo resultado."""
        resultado = helper.make_tensor_value_info(salida, TensorProto.FLOAT, None)
        grafo = helper.make_graph(
            self._nodos, "red", [_valor(*e) for e in entradas], [resultado], self._constantes
        )
        version = helper.make_operatorsetid("", _OPSET)
        modelo = helper.make_model(grafo, ir_version=_IR, opset_imports=[version])
        return bytes(modelo.SerializeToString())

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


def _valor(nombre: str, forma: Sequence[Dimension], tipo: type[Any]) -> ValueInfoProto:
    return helper.make_tensor_value_info(nombre, helper.np_dtype_to_tensor_dtype(np.dtype(tipo)), forma)
