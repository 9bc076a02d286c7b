"""El encuentro y los consentimientos."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints, model_validator

from scribe.expediente.modelo.comun import Fila, Finalidad, Valor


class DatosEncuentro(Valor):
    """Una atención; los códigos son de la Res. 866 (elementos 18 a 21, 24 y 25) y en México pueden faltar."""

    inicio: datetime
    tipo: Literal["primera_vez", "consulta", "interconsulta", "telemedicina"] = "consulta"
    modalidad: Annotated[str, StringConstraints(pattern=r"^0[1-9]$")] | None = None
    grupo_servicios: Annotated[str, StringConstraints(pattern=r"^0[1-5]$")] | None = None
    entorno: Annotated[str, StringConstraints(pattern=r"^0[1-5]$")] | None = None
    via_ingreso: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-4])$")] | None = None
    causa: Annotated[str, StringConstraints(pattern=r"^(2[1-9]|3\d|4\d)$")] | None = None
    cups: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{6}$")] | None = None
    finalidad: Annotated[str, StringConstraints(pattern=r"^(1[1-9]|[23]\d|4[0-4])$")] | None = None

    @model_validator(mode="after")
    def _con_zona(self) -> DatosEncuentro:
        if self.inicio.tzinfo is None:
            raise ValueError("la hora de inicio necesita zona horaria")
        return self


class Encuentro(Fila):
    """Un encuentro guardado."""

    id: UUID
    paciente_id: UUID
    establecimiento_id: UUID
    medico_id: UUID
    inicio: datetime
    fin: datetime | None = None
    tipo: str
    modalidad: str | None
    grupo_servicios: str | None
    entorno: str | None
    via_ingreso: str | None
    causa: str | None
    cups: str | None
    finalidad: str | None
    destino: str | None = None
    motivo: str | None = None


class Consentimiento(Fila):
    """Un consentimiento registrado; `revocado` dice cuándo dejó de valer."""

    id: UUID
    paciente_id: UUID
    encuentro_id: UUID | None
    texto_id: UUID
    finalidad: Finalidad
    texto_version: str
    otorgado: bool
    como: str
    calidad: str
    usuario_id: UUID
    cuando: datetime
    revocado: datetime | None = None

    @property
    def vigente(self) -> bool:
        """Si hoy autoriza."""
        return self.otorgado and self.revocado is None
