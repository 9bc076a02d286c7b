"""La red que dice quién suena en cada instante, como grafo: filtros sinc, cuatro LSTM y un clasificador.

La arquitectura es la publicada con pyannote/segmentation-3.0 (Bredin 2023; SincNet, Ravanelli y Bengio
2018), escrita sobre los pesos que trae el modelo.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scribe.consulta import HERCIOS
from scribe.diarizacion.grafo import Grafo
from scribe.diarizacion.pesos import Pesos

VENTANA_S = 10.0
"""Segundos que mira de una vez."""
LOCALES = 3
"""Hablantes que distingue en una ventana."""
A_LA_VEZ = 2
"""Cuántos de ellos pueden encimarse."""
PASO = 270
"""Muestras entre cuadros de la salida."""
CAMPO = 991
"""Muestras que alcanza a ver cada cuadro."""

_MINIMO_HZ = 50.0
_SALTO = 10
_CAPAS = 4
_PUERTAS = (0, 3, 1, 2)
"""PyTorch ordena las puertas i, f, g, o; ONNX, i, o, f, c."""


def armar(pesos: Pesos) -> bytes:
    """El modelo: entra (1, 1, muestras) de una ventana; sale (cuadros, 1, clases), probabilidades."""
    grafo = Grafo()
    x = _normal(grafo, "onda", pesos, "sincnet.wav_norm1d")
    x = grafo.nodo("Conv", x, grafo.constante(filtros_sinc(pesos)), strides=[_SALTO])
    x = _reducir(grafo, grafo.nodo("Abs", x), pesos, 0)
    for capa in (1, 2):
        nombre = f"sincnet.conv1d.{capa}"
        x = grafo.nodo(
            "Conv", x, grafo.constante(pesos[f"{nombre}.weight"]), grafo.constante(pesos[f"{nombre}.bias"])
        )
        x = _reducir(grafo, x, pesos, capa)
    x = grafo.nodo("Transpose", x, perm=[2, 0, 1])
    for capa in range(_CAPAS):
        x = _recurrente(grafo, x, pesos, capa)
    for capa in (0, 1):
        x = grafo.nodo("LeakyRelu", _lineal(grafo, x, pesos, f"linear.{capa}"), alpha=0.01)
    x = grafo.nodo("Softmax", _lineal(grafo, x, pesos, "classifier"), axis=-1)
    return grafo.modelo([("onda", (1, 1, round(VENTANA_S * HERCIOS)), np.float32)], x)


def filtros_sinc(pesos: Pesos) -> NDArray[np.float32]:
    """Los filtros de la primera capa (filtros, 1, largo): pasabandas en coseno y en seno.

    Cada banda va de `_MINIMO_HZ + |bajo|` a eso más `_MINIMO_HZ + |ancho|`, sin pasar de la mitad de
    `HERCIOS`; la ventana guardada (media, simétrica) suaviza los bordes.
    """
    raiz = "sincnet.conv1d.0.filterbank."
    bajo = _MINIMO_HZ + np.abs(pesos[f"{raiz}low_hz_"])
    alto = np.clip(bajo + _MINIMO_HZ + np.abs(pesos[f"{raiz}band_hz_"]), _MINIMO_HZ, HERCIOS / 2)
    ancho = alto - bajo
    tiempo, ventana = pesos[f"{raiz}n_"], pesos[f"{raiz}window_"]
    a, b = bajo @ tiempo, alto @ tiempo
    coseno = (np.sin(b) - np.sin(a)) / (tiempo / 2) * ventana
    seno = (np.cos(a) - np.cos(b)) / (tiempo / 2) * ventana
    pares = np.concatenate([coseno, 2 * ancho, coseno[:, ::-1]], axis=1)
    impares = np.concatenate([seno, 0 * ancho, -seno[:, ::-1]], axis=1)
    filtros = np.concatenate([pares / (2 * ancho), impares / (2 * ancho)])
    return np.asarray(filtros[:, None], dtype=np.float32)


def _normal(grafo: Grafo, x: str, pesos: Pesos, nombre: str) -> str:
    escala, base = grafo.constante(pesos[f"{nombre}.weight"]), grafo.constante(pesos[f"{nombre}.bias"])
    return grafo.nodo("InstanceNormalization", x, escala, base, epsilon=1e-5)


def _reducir(grafo: Grafo, x: str, pesos: Pesos, capa: int) -> str:
    x = grafo.nodo("MaxPool", x, kernel_shape=[3], strides=[3])
    return grafo.nodo("LeakyRelu", _normal(grafo, x, pesos, f"sincnet.norm1d.{capa}"), alpha=0.01)


def _recurrente(grafo: Grafo, x: str, pesos: Pesos, capa: int) -> str:
    """Una LSTM en los dos sentidos: (cuadros, 1, entradas) → (cuadros, 1, 2 × ocultas)."""
    sentidos = [f"l{capa}", f"l{capa}_reverse"]
    entra = np.stack([_ordenar(pesos[f"lstm.weight_ih_{s}"]) for s in sentidos])
    oculta = np.stack([_ordenar(pesos[f"lstm.weight_hh_{s}"]) for s in sentidos])
    base = np.stack(
        [
            np.concatenate([_ordenar(pesos[f"lstm.bias_ih_{s}"]), _ordenar(pesos[f"lstm.bias_hh_{s}"])])
            for s in sentidos
        ]
    )
    salida = grafo.nodo(
        "LSTM",
        x,
        *(grafo.constante(c) for c in (entra, oculta, base)),
        direction="bidirectional",
        hidden_size=oculta.shape[-1],
    )
    salida = grafo.nodo("Transpose", salida, perm=[0, 2, 1, 3])
    return grafo.nodo("Reshape", salida, grafo.constante(np.array([0, 0, -1], dtype=np.int64)))


def _ordenar(matriz: NDArray[np.float32]) -> NDArray[np.float32]:
    puertas = np.split(matriz, 4)
    return np.concatenate([puertas[p] for p in _PUERTAS])


def _lineal(grafo: Grafo, x: str, pesos: Pesos, nombre: str) -> str:
    x = grafo.nodo("MatMul", x, grafo.constante(np.ascontiguousarray(pesos[f"{nombre}.weight"].T)))
    return grafo.nodo("Add", x, grafo.constante(pesos[f"{nombre}.bias"]))
