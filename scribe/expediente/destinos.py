"""Los destinos de envío que configuró quien administra: alta, cambio y lectura, siempre validados."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from scribe.envio.configuracion import Clase, Configurado, validar
from scribe.expediente.errores import DatoInvalido, Duplicado, NoExiste
from scribe.expediente.transaccion import Transaccion


class DestinoVisto(BaseModel):
    """Un destino como se enseña: no hay secretos que ocultar, porque aquí no se guardan."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    nombre: str
    clase: Clase
    direccion: str
    ajustes: dict[str, Any]
    activo: bool
    creado: datetime


def alta(t: Transaccion, nombre: str, clase: Clase, direccion: str, ajustes: dict[str, Any]) -> Configurado:
    """Lo registra y queda autorizado solo ese equipo y ese puerto.

    Lanza `DestinoMalConfigurado`, `DestinoNoAutorizado`, `Duplicado` o `DatoInvalido`.
    """
    nombre = nombre.strip()
    if not nombre:
        raise DatoInvalido("El destino necesita un nombre.", "Por ejemplo, hospital.")
    if t.fila("destino_por_nombre", cual=nombre):
        raise Duplicado("Ya hay un destino con ese nombre.", "Use otro, o cambie ese.")
    dichos = validar(clase, direccion, ajustes)
    fila = t.agregar(
        "destino", "envio.destino",
        {"id": uuid4(), "nombre": nombre, "clase": clase, "direccion": direccion,
         "ajustes": dichos.model_dump(mode="json"), "creado_por": t.actor.usuario},
        detalle={"clase": clase},
    )  # fmt: skip
    return _configurado(fila)


def cambiar(
    t: Transaccion, destino: UUID, *, direccion: str | None = None, ajustes: dict[str, Any] | None = None,
    activo: bool | None = None,
) -> DestinoVisto:  # fmt: skip
    """Cambia lo que se dé, validado junto. Lanza lo mismo que `alta`, o `NoExiste`."""
    fila = t.una("destino_por_id", "el destino", id=destino)
    nueva = fila["direccion"] if direccion is None else direccion
    dichos = validar(fila["clase"], nueva, fila["ajustes"] if ajustes is None else ajustes)
    valores: dict[str, Any] = {"direccion": nueva, "ajustes": Jsonb(dichos.model_dump(mode="json"))}
    if activo is not None:
        valores["activo"] = activo
    return DestinoVisto.model_validate(t.cambiar("destino", destino, "envio.destino", valores))


def leer(t: Transaccion, destino: UUID) -> tuple[Configurado, bool]:
    """Un destino listo para armarse y si está activo. Lanza `NoExiste` o `DestinoMalConfigurado`."""
    fila = t.una("destino_por_id", "el destino", id=destino)
    return _configurado(fila), fila["activo"]


def listar(t: Transaccion) -> list[DestinoVisto]:
    """Todos, por nombre, también los apagados."""
    return [DestinoVisto.model_validate(f) for f in t.filas("destinos")]


def por_nombre(t: Transaccion, nombre: str) -> DestinoVisto:
    """El de ese nombre; `NoExiste`."""
    fila = t.fila("destino_por_nombre", cual=nombre.strip())
    if fila is None:
        raise NoExiste("No hay un destino con ese nombre.", "Vea «scribe destinos listar».")
    return DestinoVisto.model_validate(fila)


def _configurado(fila: DictRow) -> Configurado:
    dichos = validar(fila["clase"], fila["direccion"], fila["ajustes"])
    return Configurado(fila["id"], fila["nombre"], fila["clase"], fila["direccion"], dichos)
