"""Los tipos con que los demás cuartos hablan de subidas y trabajos."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Clase = Literal["procesar", "enviar", "archivo"]
Cola = Literal["computo", "envio"]
COLAS: tuple[Cola, ...] = ("computo", "envio")


class Prioridad(IntEnum):
    """Quién espera. Entre iguales, el que llegó antes."""

    LOTE = 0
    NORMAL = 50
    MEDICO_ESPERA = 100


class EstadoTrabajo(StrEnum):
    """Dónde va un trabajo."""

    PENDIENTE = "pendiente"
    EN_CURSO = "en_curso"
    HECHO = "hecho"
    REQUIERE_ATENCION = "requiere_atencion"
    CANCELADO = "cancelado"


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Fila(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Opciones(_Valor):
    """Lo que se puede pedir de un trabajo; nada de esto es del paciente. Vacío: lo del servidor."""

    perfil: str | None = None
    idioma: str | None = None
    hablantes: int | None = Field(None, ge=1, le=8)
    plantilla: str | None = None
    diarizador: Literal["auto", "propio", "pyannote"] | None = None
    llm: bool | None = None
    x_relleno: bool | None = None
    usar_cache: bool | None = None


class Trabajo(_Fila):
    """Un trabajo y cómo va."""

    id: UUID
    clase: Clase
    llave: str
    grabacion_id: UUID | None
    nota_id: UUID | None
    destino_id: UUID | None
    opciones: dict[str, Any]
    prioridad: int
    duracion_s: float | None
    estado: EstadoTrabajo
    paso: str | None
    intentos: int
    motivo: str | None
    remedio: str | None
    equipo: str
    creado: datetime
    empezado: datetime | None
    terminado: datetime | None
    segundos: float


class PasoDeTrabajo(_Fila):
    """Un paso: transcribir, separar, redactar, codificar, guardar, enviar."""

    nombre: str
    estado: Literal["en_curso", "hecho"]
    veces: int
    empezado: datetime
    segundos: float | None


class EstadoTrabajador(_Valor):
    """El proceso de una cola en este equipo. `caidas` son las seguidas; `espera_s`, cuánto falta para que
    vuelva a arrancar; `codigo`, con qué terminó la última vez (negativo: lo mató esa señal).
    """

    cola: Cola
    vivo: bool
    caidas: int = 0
    motivo: str | None = None
    espera_s: float = 0.0
    codigo: int | None = None


class DatosSubida(_Valor):
    """Lo que se sabe de una grabación antes de que llegue. Con `id`, abrirla otra vez no abre otra."""

    id: UUID | None = None
    encuentro: UUID
    consentimiento: UUID
    formato: str = Field(pattern=r"^[a-z0-9]{1,12}$")
    bytes_previstos: int | None = Field(None, gt=0)
    prioridad: Prioridad = Prioridad.MEDICO_ESPERA
    opciones: Opciones = Opciones()


class TrozoGuardado(_Valor):
    """Un trozo ya a salvo en disco."""

    numero: int
    octetos: int
    sha256: str


class EstadoSubida(_Valor):
    """Qué hay ya de una subida: lo que falta se manda, lo demás no."""

    id: UUID
    estado: Literal["abierta", "cerrada", "descartada", "detenida", "destruida"]
    trozos: tuple[TrozoGuardado, ...] = ()


class Hueco(_Valor):
    """Algo que la grabación no tiene, en segundos de la propia grabación.

    En `en_s` faltan `falto_s` (nada: no se sabe cuántos). «mudo» es al revés: esos segundos sí están, en
    silencio.
    """

    en_s: float = Field(ge=0, le=1_000_000, allow_inf_nan=False)
    falto_s: float | None = Field(None, ge=0, le=10_000_000, allow_inf_nan=False)
    clase: Literal["perdido", "desconectado", "interrumpida", "mudo", "final", "pausa"]


class AvanceSubida(_Valor):
    """Segundos de una grabación en curso que ya se pueden oír y que ya se oyeron. Ceros: no ha empezado.

    `ritmo` son los segundos que se tarda en oír uno, medidos en esta misma grabación.
    """

    grabado_s: float = 0.0
    escuchado_s: float = 0.0
    ritmo: float | None = None


class SubidaAbierta(_Valor):
    """Una subida que alguien dejó sin terminar; `tocada` es cuándo llegó su último trozo."""

    id: UUID
    encuentro: UUID
    paciente: UUID
    formato: str
    creada: datetime
    tocada: datetime | None
    octetos: int


class Estimacion(_Valor):
    """Cuánto falta, sin prometer de más. Sin `muestras`, no se sabe y los segundos van vacíos."""

    por_delante: int
    trabajadores: int
    muestras: int
    desde_s: float | None = None
    hasta_s: float | None = None


class Recibo(_Valor):
    """Lo que se contesta con «201»: la grabación ya no se puede perder; el cliente puede soltar su copia."""

    grabacion: UUID
    nota: UUID
    trabajo: UUID
    sha256: str
    octetos: int
    estimacion: Estimacion
