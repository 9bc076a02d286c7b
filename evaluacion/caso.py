"""Un caso de un conjunto: lo que se da al sistema y la verdad con que se compara.

Es el único tipo que entienden a la vez los conjuntos, los sistemas y las métricas. Lo que un conjunto
no trae queda vacío, y las medidas que lo necesitan no aplican.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from evaluacion.sintesis.guion import CodigoEsperado, Hecho, Prohibido
from scribe.consulta import Tramo

Tarea = Literal["consulta", "asr", "diarizacion", "habla", "nota", "codigos"]
"""Qué se le pide a un sistema con un caso.

`consulta`: del audio al borrador. `asr`: del audio al texto. `diarizacion`: del audio a quién habló cuándo.
`habla`: las dos anteriores, con las palabras ya repartidas. `nota`: del diálogo escrito a la nota.
`codigos`: del texto a los códigos.
"""


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dicho(_Valor):
    """Lo que dijo una persona en un turno. `inicio` y `fin`, en segundos, si el conjunto los da."""

    hablante: str
    texto: str
    inicio: float | None = None
    fin: float | None = None


class MencionEsperada(_Valor):
    """Un trozo de texto que sustenta un código. `tramos`: (inicio, fin) en caracteres del texto fuente."""

    codigo: str
    texto: str
    tramos: tuple[tuple[int, int], ...] = ()


class Caso(_Valor):
    """Un caso con su verdad.

    - Entrada: `audio` (archivo), `texto` (documento escrito) o `dichos` (diálogo).
    - `tramos`: quién habló cuándo, en segundos; con `con_roles`, el hablante es su rol (medico, paciente,
      acompanante).
    - `hechos`, `prohibidos`, `codigos`, `alertas`: lo que se espera del borrador.
    - `nota`: nota de referencia escrita por una persona (conjuntos en inglés).
    - `menciones` y `codigos_documento`: códigos de diagnóstico del documento, como en CodiEsp (X y D);
      `procedimientos`, los de procedimiento (P), con el tramo que los sustenta.
    - `uem`: (inicio, fin) en segundos de lo que se mide del audio (NIST UEM); vacío, todo.
    - `habla` es falso si en el audio nadie habla: todo lo escrito es inventado.
    - `etiquetas`: condiciones por las que se agrupa (ruido, snr_db, hablantes, particion…).
    """

    id: str
    idioma: str = "es"
    particion: str = "prueba"
    audio: Path | None = None
    duracion_s: float | None = None
    texto: str | None = None
    dichos: tuple[Dicho, ...] = ()
    tramos: tuple[Tramo, ...] = ()
    con_roles: bool = False
    habla: bool = True
    paciente: dict[str, Any] = {}
    hechos: tuple[Hecho, ...] = ()
    prohibidos: tuple[Prohibido, ...] = ()
    codigos: tuple[CodigoEsperado, ...] = ()
    alertas: tuple[str, ...] = ()
    nota: str | None = None
    menciones: tuple[MencionEsperada, ...] = ()
    codigos_documento: tuple[str, ...] = ()
    procedimientos: tuple[MencionEsperada, ...] = ()
    uem: tuple[tuple[float, float], ...] = ()
    etiquetas: dict[str, str] = {}

    @property
    def dicho(self) -> str:
        """Todo lo dicho, en orden."""
        return " ".join(d.texto for d in self.dichos)
