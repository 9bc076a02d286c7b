"""Lo que un destino necesita saber además del borrador; no conoce la base ni de dónde salen los datos.

Los identificadores son los del expediente propio: de ellos se derivan, siempre igual, los que se envían.
Las fechas con hora llevan zona. Fuente de los campos: NOM-004 5.2, 5.9 y 5.10; NOM-024-SSA3-2010 5.1.6.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from scribe.consulta import Borrador, Codigo, ModelosUsados, Nota

Sexo = Literal["masculino", "femenino", "otro", "desconocido"]
Relacion = Literal["adenda", "sustituida"]


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identificador(_Valor):
    """Un identificador oficial. `tipo` es una clave de `datos/identificadores.toml` (CURP, CLUES…)."""

    tipo: str = Field(min_length=1)
    valor: str = Field(min_length=1)
    sistema: str | None = None


class Nombre(_Valor):
    """Nombre de persona, con los apellidos por separado (NOM-024 apéndice B)."""

    nombres: str = Field(min_length=1)
    primer_apellido: str = Field(min_length=1)
    segundo_apellido: str | None = None


class PacienteDeEnvio(_Valor):
    """El paciente; sin `nombre`, de identidad desconocida."""

    id: UUID
    numero_expediente: str = Field(min_length=1)
    nombre: Nombre | None
    sexo: Sexo
    nacimiento: date | None = None
    identificadores: tuple[Identificador, ...] = ()
    domicilio: str | None = None


class MedicoDeEnvio(_Valor):
    """Quien atiende y firma."""

    id: UUID
    nombre: Nombre
    identificadores: tuple[Identificador, ...] = ()
    especialidad: str | None = None


class EstablecimientoDeEnvio(_Valor):
    """Dónde se atendió."""

    id: UUID
    nombre: str = Field(min_length=1)
    pais: Literal["MX", "CO"] = "MX"
    identificadores: tuple[Identificador, ...] = ()
    domicilio: str | None = None


class EncuentroDeEnvio(_Valor):
    """La consulta."""

    id: UUID
    inicio: AwareDatetime
    fin: AwareDatetime | None = None


class MedicamentoDeEnvio(_Valor):
    """Un medicamento como quedó redactado. `generico` es obligatorio (LGS 225)."""

    id: UUID
    generico: str = Field(min_length=1)
    indicacion: str = Field(min_length=1)
    comercial: str | None = None
    via: str | None = None


class ExpedienteDeEnvio(_Valor):
    """Todo lo que rodea a la nota. `instalacion` distingue a esta clínica de cualquier otra, para siempre."""

    instalacion: UUID
    nota: UUID
    paciente: PacienteDeEnvio
    medico: MedicoDeEnvio
    establecimiento: EstablecimientoDeEnvio
    encuentro: EncuentroDeEnvio
    version_programa: str = Field(min_length=1)


class BorradorDeEnvio(_Valor):
    """Un borrador y su número de versión: el destino nunca cambia uno nuevo por uno viejo."""

    numero: int = Field(ge=1)
    creado: AwareDatetime
    borrador: Borrador
    medicamentos: tuple[MedicamentoDeEnvio, ...] = ()


class NotaFirmada(_Valor):
    """Lo que el médico firmó. No cambia nunca: una corrección es otra nota que se relaciona con esta.

    `documento` son los bytes congelados al firmar (`fhir.documento.congelar`); `pdf`, el PDF ya firmado.
    """

    nota: Nota
    codigos: tuple[Codigo, ...] = ()
    medicamentos: tuple[MedicamentoDeEnvio, ...] = ()
    firmada: AwareDatetime
    clase_firma: Literal["simple", "efirma"]
    audio_sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    modelos: ModelosUsados | None = None
    relacion: Relacion | None = None
    relacionada: UUID | None = None

    @property
    def de_ia(self) -> bool:
        """Si partió de un borrador de Scribe."""
        return self.modelos is not None


class Paquete(_Valor):
    """La nota firmada con sus bytes: lo que se entrega."""

    firmada: NotaFirmada
    pdf: bytes = Field(min_length=1, repr=False)
    documento: bytes = Field(min_length=1, repr=False)

    @property
    def pdf_sha256(self) -> str:
        """sha256 del PDF, en hexadecimal."""
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def documento_sha256(self) -> str:
        """sha256 del Bundle congelado, en hexadecimal."""
        return hashlib.sha256(self.documento).hexdigest()
