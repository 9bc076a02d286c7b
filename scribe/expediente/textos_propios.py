"""Las frases y plantillas de cada médico: lo que escribe a diario, a una abreviatura de distancia.

Son de quien las hizo: nadie más las lee ni las cambia. Nada de aquí entra solo a una nota.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from psycopg.rows import DictRow
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from scribe.consulta import Seccion
from scribe.expediente.errores import Duplicado
from scribe.expediente.transaccion import Transaccion

Clase = Literal["frase", "plantilla"]
TOPE = 500
"""Cuántos textos propios puede tener una persona."""


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Renglon(_Valor):
    """Un enunciado por escribir: en qué sección, de qué tipo y con qué texto."""

    seccion: Seccion
    tipo: str = Field("agregado", pattern=r"^[a-z_]{1,60}$")
    texto: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class DatosTexto(_Valor):
    """Una frase (un renglón) o una plantilla (varios); `nombre` es con lo que se llama.

    `especialidad` es la clave de una de las plantillas del programa (`general`, `pediatria`…), si la hay.
    """

    nombre: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    especialidad: str = Field("", pattern=r"^[a-z_]{0,40}$")
    renglones: tuple[Renglon, ...] = Field(min_length=1, max_length=60)


class TextoPropio(_Valor):
    """Uno guardado."""

    id: UUID
    clase: Clase
    datos: DatosTexto
    creado: datetime


def listar(t: Transaccion, clase: Clase | None = None) -> list[TextoPropio]:
    """Los de quien actúa, por nombre."""
    return [_armar(t, f) for f in t.filas("textos_propios", usuario=t.usuario, clase=clase)]


def crear(t: Transaccion, clase: Clase, datos: DatosTexto) -> TextoPropio:
    """Guarda uno. `Duplicado` si ya hay otro con ese nombre, o ya son demasiados."""
    if len(t.filas("textos_propios", usuario=t.usuario, clase=None)) >= TOPE:
        raise Duplicado(f"Ya tiene {TOPE} textos guardados.", "Retire los que no use.")
    nuevo = uuid4()
    fila = t.agregar(
        "texto_propio", "texto.alta",
        {"id": nuevo, "usuario_id": t.usuario, "clase": clase, "nombre": datos.nombre,
         "contenido": _cifrar(t, nuevo, datos), "equipo": t.actor.equipo},
        detalle={"clase": clase},
    )  # fmt: skip
    return _armar(t, fila)


def cambiar(t: Transaccion, texto: UUID, datos: DatosTexto) -> TextoPropio:
    """Lo deja así; lo anterior queda en la historia. `NoExiste` si no es suyo."""
    t.una("texto_propio_por_id", "ese texto", id=texto, usuario=t.usuario)
    columnas = {"nombre": datos.nombre, "contenido": _cifrar(t, texto, datos)}
    return _armar(t, t.cambiar("texto_propio", texto, "texto.cambio", columnas))


def retirar(t: Transaccion, texto: UUID) -> None:
    """Deja de ofrecerse. `NoExiste` si no es suyo."""
    t.una("texto_propio_por_id", "ese texto", id=texto, usuario=t.usuario)
    t.cambiar("texto_propio", texto, "texto.cambio", {"retirado": datetime.now(UTC)})


def _cifrar(t: Transaccion, texto: UUID, datos: DatosTexto) -> bytes:
    claro = datos.model_dump_json().encode()
    return t.cifrar(claro, "usuario", t.usuario, "texto_propio.contenido", texto)


def _armar(t: Transaccion, fila: DictRow) -> TextoPropio:
    claro = t.descifrar(
        fila["contenido"], "usuario", fila["usuario_id"], "texto_propio.contenido", fila["id"]
    )
    datos = DatosTexto.model_validate_json(claro)
    return TextoPropio(id=fila["id"], clase=fila["clase"], datos=datos, creado=fila["cuando"])
