"""La red de huellas de voz CAM++ como grafo: convoluciones en tiempo y frecuencia y capas densas.

La arquitectura es la publicada (Wang y otros 2023, CAM++), escrita sobre los pesos que trae el modelo. Las
normalizaciones que siguen a una convolución se funden con ella, y el contexto de cada capa (el promedio del
fragmento más el del tramo de 100 cuadros) se calcula una vez por tramo y no en cada cuadro.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scribe.diarizacion.grafo import Entrada, Grafo
from scribe.diarizacion.pesos import Pesos

_TRAMO = 100
_EPS = 1e-5
_BLOQUES = ((12, 1), (24, 2), (16, 2))
"""Capas y dilatación de cada bloque denso."""


def armar(pesos: Pesos, bandas: int) -> bytes:
    """El modelo: entran `filtros` (1, 1, bandas, cuadros) y `tramo` (de cada cuadro reducido).

    Sale (1, canales, cuadros reducidos).
    """
    grafo = Grafo()
    x = _conv_relu(grafo, "filtros", pesos, "head.conv1", "head.bn1", [1, 1])
    for capa in ("head.layer1", "head.layer2"):
        x = _residual(grafo, x, pesos, f"{capa}.0", salto=2)
        x = _residual(grafo, x, pesos, f"{capa}.1", salto=1)
    x = _conv_relu(grafo, x, pesos, "head.conv2", "head.bn2", [2, 1])
    x = grafo.nodo("Reshape", x, grafo.constante(np.array([0, -1, 1, 0], dtype=np.int64)))
    x = grafo.nodo("Squeeze", x, grafo.constante(np.array([2], dtype=np.int64)))
    x = _conv(
        grafo,
        x,
        *_fundir(pesos, "xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm"),
        strides=[2],
        pads=[2, 2],
    )
    x = grafo.nodo("Relu", x)
    for numero, (capas, dilatacion) in enumerate(_BLOQUES, start=1):
        for orden in range(1, capas + 1):
            nueva = _densa(grafo, x, pesos, f"xvector.block{numero}.tdnnd{orden}", dilatacion)
            x = grafo.nodo("Concat", x, nueva, axis=1)
        transito = f"xvector.transit{numero}"
        x = _normal_relu(grafo, x, pesos, f"{transito}.nonlinear.batchnorm")
        x = grafo.nodo("Conv", x, grafo.constante(pesos[f"{transito}.linear.weight"]))
    x = _normal_relu(grafo, x, pesos, "xvector.out_nonlinear.batchnorm")
    entradas: list[Entrada] = [
        ("filtros", (1, 1, bandas, "cuadros"), np.float32),
        ("tramo", ("reducidos",), np.int64),
    ]
    return grafo.modelo(entradas, x)


def tramos(cuadros: int) -> NDArray[np.int64]:
    """A qué tramo de contexto pertenece cada cuadro reducido (uno de cada dos)."""
    return np.arange((cuadros + 1) // 2, dtype=np.int64) // _TRAMO


def cierre(pesos: Pesos) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """La última capa, de promedios y desviaciones (2 × canales) a la huella: matriz y término propio."""
    matriz, base = _fundir(pesos, "xvector.dense.linear", "xvector.dense.nonlinear.batchnorm")
    return matriz[:, :, 0], base


def _densa(grafo: Grafo, x: str, pesos: Pesos, nombre: str, dilatacion: int) -> str:
    x = _normal_relu(grafo, x, pesos, f"{nombre}.nonlinear1.batchnorm")
    x = _conv(grafo, x, *_fundir(pesos, f"{nombre}.linear1", f"{nombre}.nonlinear2.batchnorm"))
    x = grafo.nodo("Relu", x)
    cam = f"{nombre}.cam_layer"
    local = grafo.nodo(
        "Conv",
        x,
        grafo.constante(pesos[f"{cam}.linear_local.weight"]),
        dilations=[dilatacion],
        pads=[dilatacion, dilatacion],
    )
    todo = grafo.nodo("ReduceMean", x, axes=[2], keepdims=1)
    tramo = grafo.nodo("AveragePool", x, kernel_shape=[_TRAMO], strides=[_TRAMO], ceil_mode=1)
    contexto = grafo.nodo("Add", tramo, todo)
    for parte, activa in (("linear1", "Relu"), ("linear2", "Sigmoid")):
        contexto = _conv(grafo, contexto, pesos[f"{cam}.{parte}.weight"], pesos[f"{cam}.{parte}.bias"])
        contexto = grafo.nodo(activa, contexto)
    return grafo.nodo("Mul", local, grafo.nodo("Gather", contexto, "tramo", axis=2))


def _residual(grafo: Grafo, x: str, pesos: Pesos, nombre: str, *, salto: int) -> str:
    y = _conv_relu(grafo, x, pesos, f"{nombre}.conv1", f"{nombre}.bn1", [salto, 1])
    y = _conv(grafo, y, *_fundir(pesos, f"{nombre}.conv2", f"{nombre}.bn2"), pads=[1, 1, 1, 1])
    if f"{nombre}.shortcut.0.weight" in pesos:
        atajo = _fundir(pesos, f"{nombre}.shortcut.0", f"{nombre}.shortcut.1")
        x = _conv(grafo, x, *atajo, strides=[salto, 1])
    return grafo.nodo("Relu", grafo.nodo("Add", y, x))


def _conv_relu(grafo: Grafo, x: str, pesos: Pesos, conv: str, normal: str, salto: list[int]) -> str:
    return grafo.nodo(
        "Relu", _conv(grafo, x, *_fundir(pesos, conv, normal), strides=salto, pads=[1, 1, 1, 1])
    )


def _conv(
    grafo: Grafo, x: str, pesos: NDArray[np.float32], base: NDArray[np.float32], **como: list[int]
) -> str:
    return grafo.nodo("Conv", x, grafo.constante(pesos), grafo.constante(base), **como)


def _normal_relu(grafo: Grafo, x: str, pesos: Pesos, nombre: str) -> str:
    partes = (pesos[f"{nombre}.{p}"] for p in ("weight", "bias", "running_mean", "running_var"))
    x = grafo.nodo("BatchNormalization", x, *(grafo.constante(p) for p in partes), epsilon=_EPS)
    return grafo.nodo("Relu", x)


def _fundir(pesos: Pesos, conv: str, normal: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Los pesos y el término propio de una convolución seguida de su normalización, en una sola."""
    matriz = pesos[f"{conv}.weight"]
    escala = 1.0 / np.sqrt(pesos[f"{normal}.running_var"] + _EPS)
    base = -pesos[f"{normal}.running_mean"] * escala
    if f"{normal}.weight" in pesos:  # la última normalización no tiene los suyos
        escala = escala * pesos[f"{normal}.weight"]
        base = base * pesos[f"{normal}.weight"] + pesos[f"{normal}.bias"]
    forma = (-1, *(1,) * (matriz.ndim - 1))
    return np.asarray(matriz * escala.reshape(forma), np.float32), np.asarray(base, np.float32)
