"""Destinos y envíos: a dónde se puede enviar, qué se envió y qué contestó cada uno."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from scribe.envio.configuracion import Clase, exigir_preparada
from scribe.expediente import destinos
from scribe.expediente.destinos import DestinoVisto
from scribe.trabajos import envios
from scribe.trabajos.envios import Envio
from scribe.trabajos.modelo import Trabajo
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["envios"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AltaDestino(_Pedido):
    """Un destino. Las credenciales no van aquí: se ponen en la consola, con «scribe destinos secreto»."""

    nombre: str = Field(pattern=r"^[\w .-]{1,60}$")
    clase: Clase
    direccion: str = Field(min_length=1, max_length=400)
    ajustes: dict[str, Any] = Field(default_factory=dict, max_length=20)


class CambioDestino(_Pedido):
    """Lo que cambia; lo demás queda igual."""

    direccion: str | None = Field(None, min_length=1, max_length=400)
    ajustes: dict[str, Any] | None = Field(None, max_length=20)
    activo: bool | None = None


class PedidoEnvio(_Pedido):
    """A dónde."""

    destino: UUID


class ADonde(BaseModel):
    """Un destino al que se puede enviar hoy."""

    id: UUID
    nombre: str
    clase: Clase


class Prueba(BaseModel):
    """Lo que le falta al destino; vacío si está listo."""

    faltas: tuple[str, ...]


@rutas.get("/destinos", summary="Destinos")
def listar(quien: Annotated[Sujeto, exige("destino.cambiar")]) -> list[DestinoVisto]:
    """A dónde se puede enviar (NOM-024 3.3.5), con sus ajustes. No hay secretos en ellos."""
    with quien.transaccion() as t:
        return destinos.listar(t)


@rutas.get("/destinos/activos", summary="A dónde se puede enviar")
def activos(quien: Annotated[Sujeto, exige("nota.leer")]) -> list[ADonde]:
    """Para elegir a dónde enviar una nota."""
    with quien.transaccion() as t:
        return [ADonde(**{c: f[c] for c in ADonde.model_fields}) for f in t.filas("destinos_activos")]


@rutas.post("/destinos", status_code=201, summary="Alta de destino")
def alta(pedido: AltaDestino, quien: Annotated[Sujeto, exige("destino.cambiar")]) -> dict[str, UUID]:
    """Queda autorizado solo ese equipo y ese puerto. Una carpeta debe prepararse antes en la consola."""
    with quien.transaccion() as t:
        nuevo = destinos.alta(t, pedido.nombre, pedido.clase, pedido.direccion, pedido.ajustes)
        exigir_preparada(nuevo)
        return {"id": nuevo.id}


@rutas.patch("/destinos/{destino_id}", summary="Cambiar un destino")
def cambiar(
    destino_id: UUID, pedido: CambioDestino, quien: Annotated[Sujeto, exige("destino.cambiar")]
) -> DestinoVisto:
    """Se valida entero. Lo que esperaba a que se arreglara vuelve a la cola."""
    with quien.transaccion() as t:
        cambiado = destinos.cambiar(
            t, destino_id, direccion=pedido.direccion, ajustes=pedido.ajustes, activo=pedido.activo
        )
        exigir_preparada(destinos.leer(t, destino_id)[0])
        if cambiado.activo:
            envios.reintentar_de(t, destino_id)
        return cambiado


@rutas.delete("/destinos/{destino_id}", status_code=204, summary="Apagar un destino")
def apagar(destino_id: UUID, quien: Annotated[Sujeto, exige("destino.cambiar")]) -> None:
    """Deja de recibir: lo que faltaba se cancela y lo ya enviado consta."""
    with quien.transaccion() as t:
        envios.apagar(t, destino_id)


@rutas.post("/destinos/{destino_id}/prueba", summary="Probar un destino")
def probar(destino_id: UUID, quien: Annotated[Sujeto, exige("destino.cambiar")]) -> Prueba:
    """Pregunta qué admite, sin mandar nada clínico; dice qué le falta para recibir notas."""
    servicios = quien.servicios
    return Prueba(faltas=envios.probar(servicios.expediente, quien.actor, destino_id, servicios.datos))


@rutas.get("/envios", summary="Envíos sin terminar")
def sin_terminar(quien: Annotated[Sujeto, exige("trabajo.ver")]) -> list[Envio]:
    """Lo pendiente, lo que no tuvo respuesta y lo que alguien debe ver; no dicen de quién son."""
    with quien.transaccion() as t:
        return envios.abiertos(t, list(quien.establecimientos))


@rutas.post("/notas/{nota_id}/envios", status_code=202, summary="Enviar una nota")
def enviar(nota_id: UUID, pedido: PedidoEnvio, quien: Annotated[Sujeto, exige("nota.exportar")]) -> Trabajo:
    """Pide el envío a la cola: el borrador, o la firmada si ya lo está. Pedirlo dos veces es uno solo."""
    with quien.transaccion() as t:
        return envios.pedir(t, nota_id, pedido.destino)


@rutas.get("/notas/{nota_id}/envios", summary="Envíos de una nota")
def de_nota(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> list[Envio]:
    """A dónde, cuándo y qué contestó cada destino."""
    with quien.transaccion() as t:
        return envios.de_nota(t, nota_id)
