"""Reordenar alternativas por significado, con un modelo de `transformers` instalado en el equipo.

Solo lo usan los perfiles que traen modelo; en `minimo` no hay ninguno y el orden es el del buscador.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import torch
from transformers import AutoModel, AutoTokenizer

from scribe.consulta import Alternativa

_LOTE = 16
_FICHAS = 128
_PESO = 0.5


class Reordenador(Protocol):
    """Quien sepa comparar lo dicho con los títulos."""

    def reordenar(self, dicho: str, alternativas: Sequence[Alternativa]) -> list[Alternativa]:
        """Las mismas alternativas, de la más a la menos parecida a lo dicho."""
        ...


class ReordenadorSemantico:
    """Vectores de frase (media de las fichas, norma 1) y coseno; determinista en CPU.

    `carpeta` es un modelo ya instalado con el formato de `transformers`; nunca se descarga nada.
    """

    def __init__(self, carpeta: Path, prefijo: str = "query: ", lote: int = _LOTE) -> None:
        self._carpeta = carpeta
        self._prefijo = prefijo
        self._lote = lote

    @cached_property
    def _partes(self) -> tuple[Any, Any]:
        fichas = AutoTokenizer.from_pretrained(self._carpeta, local_files_only=True)
        modelo = AutoModel.from_pretrained(self._carpeta, local_files_only=True)
        return fichas, modelo.eval()

    def vectores(self, textos: Sequence[str]) -> torch.Tensor:
        """Una fila de norma 1 por texto, en `float32`."""
        fichas, modelo = self._partes
        filas = []
        with torch.inference_mode():
            for i in range(0, len(textos), self._lote):
                lote = [self._prefijo + t for t in textos[i : i + self._lote]]
                entrada = fichas(lote, padding=True, truncation=True, max_length=_FICHAS, return_tensors="pt")
                ocultas = modelo(**entrada).last_hidden_state
                mascara = entrada["attention_mask"].unsqueeze(-1).to(ocultas.dtype)
                medias = (ocultas * mascara).sum(1) / mascara.sum(1).clamp(min=1)
                filas.append(torch.nn.functional.normalize(medias, dim=1).float())
        return torch.cat(filas)

    def reordenar(self, dicho: str, alternativas: Sequence[Alternativa]) -> list[Alternativa]:
        """Ordena por la mezcla de puntaje del buscador y coseno; el puntaje que sale es esa mezcla."""
        if len(alternativas) < 2:
            return list(alternativas)
        vectores = self.vectores([dicho, *(a.titulo for a in alternativas)])
        cosenos = (vectores[1:] @ vectores[0]).clamp(0, 1).tolist()
        mezcladas = [
            a.model_copy(update={"puntaje": round((1 - _PESO) * a.puntaje + _PESO * c, 4)})
            for a, c in zip(alternativas, cosenos, strict=True)
        ]
        return sorted(mezcladas, key=lambda a: (-a.puntaje, a.codigo))
