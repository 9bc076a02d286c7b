"""La nota, sus versiones, su firma, su historia de estados y los pendientes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from scribe.expediente.modelo.comun import Fila


class EstadoNota(StrEnum):
    """La vida de una nota; solo avanza."""

    GRABADA = "grabada"
    TRANSCRITA = "transcrita"
    BORRADOR = "borrador"
    EN_REVISION = "en_revision"
    FIRMADA = "firmada"
    CON_ADENDA = "con_adenda"
    SUSTITUIDA = "sustituida"
    DESCARTADA = "descartada"


ABIERTAS = frozenset({EstadoNota.BORRADOR, EstadoNota.EN_REVISION})
"""En las que se puede escribir y que se pueden firmar."""


class NotaGuardada(Fila):
    """Una nota y dónde va en su vida. El contenido está en sus versiones."""

    id: UUID
    encuentro_id: UUID
    paciente_id: UUID
    medico_id: UUID
    grabacion_id: UUID | None
    relacion: Literal["original", "adenda", "sustitucion"]
    nota_previa: UUID | None
    estado: EstadoNota
    ultima_version: int
    usuario_id: UUID
    equipo: str
    cuando: datetime


class VersionNota(Fila):
    """Una versión: qué decía, quién la dejó así, desde dónde y de qué salió. Nunca cambia."""

    id: UUID
    nota_id: UUID
    numero: int
    contenido: bytes
    sha256: bytes
    cambio: str | None = None
    origen: Literal["borrador", "persona", "importada"]
    borrador_id: UUID | None
    modelos: dict[str, Any]
    por_revisar: int | None = None
    usuario_id: UUID | None
    equipo: str
    cuando: datetime


class FirmaNota(Fila):
    """La firma de una nota y los bytes exactos que se firmaron."""

    id: UUID
    nota_id: UUID
    version_id: UUID
    tipo: Literal["simple", "efirma"]
    contenido: bytes
    sha256: bytes
    firma: bytes
    algoritmo: str
    certificado: bytes | None
    usuario_id: UUID
    equipo: str
    cuando: datetime


class PasoNota(Fila):
    """Un cambio de estado."""

    id: UUID
    nota_id: UUID
    de: EstadoNota | None
    a: EstadoNota
    motivo: str | None = None
    usuario_id: UUID | None
    equipo: str
    cuando: datetime


class Tarea(Fila):
    """Algo pendiente («por firmar»); NOM-024 apéndice B «Asunto»."""

    id: UUID
    tipo: Literal["por_firmar", "por_revisar", "requiere_atencion", "asunto"]
    paciente_id: UUID | None
    nota_id: UUID | None
    descripcion: str | None = None
    asignada_a: UUID | None
    creada: datetime
    vence: datetime | None
    estado: Literal["pendiente", "hecha", "cancelada"]
    terminada: datetime | None
    terminada_por: UUID | None
