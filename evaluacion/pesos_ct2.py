"""Los pesos de Whisper de un modelo de CTranslate2, con los nombres que usa `transformers`.

Convertir de `transformers` a CTranslate2 en fp16 solo renombra y junta matrices (q, k y v en una): no pierde
nada, porque los pesos que publicó OpenAI ya son fp16. Deshacerlo da los mismos pesos, y así dos motores se
comparan con el mismo modelo aunque solo esté instalado uno. Un modelo cuantizado a int8 no se puede deshacer.

Formato: `ctranslate2.specs.model_spec.ModelSpec._serialize` (versión binaria 6).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from scribe.errores import ModeloAlterado

Pesos = dict[str, NDArray[Any]]

_VERSION = 6
_TIPOS: dict[int, type[np.generic]] = {
    0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16,
}  # fmt: skip
_ATENCION = ("q_proj", "k_proj", "v_proj")


def leer(archivo: Path) -> Pesos:
    """Las variables de un `model.bin`, por su nombre en CTranslate2.

    Lanza `ModeloAlterado` si no es un modelo Whisper de CTranslate2 o es de otra versión del formato.
    """
    with archivo.open("rb") as flujo:
        try:
            (version,) = struct.unpack("I", flujo.read(4))
            tipo = _cadena(flujo)
            flujo.read(4)
            if version != _VERSION or tipo != "WhisperSpec":
                raise ValueError(f"{tipo}, versión {version}")
            return dict(_variables(flujo))
        except (struct.error, UnicodeDecodeError, ValueError, KeyError, MemoryError) as causa:
            raise ModeloAlterado(
                f"{archivo.name} no es un modelo Whisper de CTranslate2 que se sepa leer.",
                "Reinstálelo con: scribe modelos instalar",
            ) from causa


def de_transformers(pesos: Mapping[str, NDArray[Any]]) -> Pesos:
    """Los mismos pesos, en fp32, con los nombres de `WhisperForConditionalGeneration.state_dict()`.

    Lanza `ModeloAlterado` si están cuantizados.
    """
    salida: Pesos = {}
    for nombre, valor in pesos.items():
        partes = nombre.split("/")
        if partes[-1] == "weight_scale" or (valor.dtype.kind == "i" and valor.ndim):
            raise ModeloAlterado("El modelo está cuantizado y no se puede convertir.", "Use uno en fp16.")
        if partes[0] in ("encoder", "decoder") and valor.ndim:
            for destino, trozo in _pieza(partes, valor):
                salida[destino] = np.ascontiguousarray(trozo, dtype=np.float32)
    salida["proj_out.weight"] = salida["model.decoder.embed_tokens.weight"]
    return salida


def _pieza(partes: list[str], valor: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    lado, *medio, hoja = partes
    hoja = {"gamma": "weight", "beta": "bias"}.get(hoja, hoja)
    raiz = f"model.{lado}"
    if medio[0] in ("conv1", "conv2", "layer_norm"):
        yield f"{raiz}.{medio[0]}.{hoja}", valor
    elif medio[0] == "position_encodings":
        yield f"{raiz}.embed_positions.weight", valor
    elif medio[0] == "embeddings":
        yield f"{raiz}.embed_tokens.weight", valor
    elif medio[0].startswith("layer_"):
        capa = f"{raiz}.layers.{medio[0].removeprefix('layer_')}"
        for nombre, trozo in _de_capa(medio[1], medio[2], valor):
            yield from _sin_sesgo_de_k(f"{capa}.{nombre}.{hoja}", trozo)


def _de_capa(bloque: str, parte: str, valor: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    if bloque == "ffn":
        yield {"layer_norm": "final_layer_norm", "linear_0": "fc1", "linear_1": "fc2"}[parte], valor
        return
    hf = {"self_attention": "self_attn", "attention": "encoder_attn"}[bloque]
    if parte == "layer_norm":
        yield f"{hf}_layer_norm", valor
        return
    orden = (_ATENCION, ("out_proj",)) if bloque == "self_attention" else (
        ("q_proj",), ("k_proj", "v_proj"), ("out_proj",)
    )  # fmt: skip
    nombres = orden[int(parte.removeprefix("linear_"))]
    for nombre, trozo in zip(nombres, np.split(valor, len(nombres)), strict=True):
        yield f"{hf}.{nombre}", trozo


def _sin_sesgo_de_k(nombre: str, valor: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Whisper no tiene sesgo en k: CTranslate2 lo rellena con ceros al juntar las tres matrices."""
    if not nombre.endswith("k_proj.bias"):
        yield nombre, valor


def _variables(flujo: BinaryIO) -> Iterator[tuple[str, NDArray[Any]]]:
    (cuantas,) = struct.unpack("I", flujo.read(4))
    for _ in range(cuantas):
        nombre = _cadena(flujo)
        (rango,) = struct.unpack("B", flujo.read(1))
        forma = struct.unpack(f"{rango}I", flujo.read(4 * rango))
        (tipo,) = struct.unpack("B", flujo.read(1))
        (largo,) = struct.unpack("I", flujo.read(4))
        datos = flujo.read(largo)
        if len(datos) != largo:
            raise ValueError("cortado")
        yield nombre, np.frombuffer(datos, dtype=_TIPOS[tipo]).reshape(forma)


def _cadena(flujo: BinaryIO) -> str:
    (largo,) = struct.unpack("H", flujo.read(2))
    return flujo.read(largo)[:-1].decode("utf-8")
