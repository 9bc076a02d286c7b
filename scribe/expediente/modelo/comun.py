"""Lo que comparten los tipos del expediente."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Pais = Literal["MX", "CO"]
RolUsuario = Literal["medico", "asistente", "administrador", "auditor"]
Finalidad = Literal["grabacion", "datos_sensibles", "telemedicina", "intercambio"]
Texto = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Nombre = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Valor(BaseModel):
    """Lo que se escribe: inmutable y sin campos de más."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fila(BaseModel):
    """Lo que sale de la base: se ignora lo que el tipo no nombra."""

    model_config = ConfigDict(frozen=True, extra="ignore")
