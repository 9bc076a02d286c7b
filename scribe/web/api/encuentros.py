"""Consentimientos y encuentros."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field

from scribe.expediente import consentimientos, encuentros, usuarios
from scribe.expediente.errores import DatoInvalido, SinPermiso
from scribe.expediente.modelo import Consentimiento, DatosEncuentro, Finalidad, Pais
from scribe.trabajos import revocacion
from scribe.trabajos.revocacion import Revocado
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["atención"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class QueTexto(_Pedido):
    """Qué texto se va a leer."""

    finalidad: Finalidad
    pais: Pais


class Respuesta(_Pedido):
    """Lo que respondió la persona al texto que se le leyó."""

    texto: UUID
    otorgado: bool
    como: consentimientos.Como
    calidad: consentimientos.Calidad = "paciente"
    otorgante: str | None = Field(None, max_length=200)
    evidencia: Base64Bytes | None = Field(None, max_length=3_000_000)
    encuentro: UUID | None = None


class Revocacion(_Pedido):
    """Cómo lo revocó y, si lo dijo, por qué."""

    como: Literal["escrito", "electronico", "verbal"]
    motivo: str | None = Field(None, max_length=400)


class AltaEncuentro(_Pedido):
    """Una atención nueva."""

    establecimiento: UUID
    medico: UUID
    datos: DatosEncuentro
    motivo: str | None = Field(None, max_length=2000)


class Cierre(_Pedido):
    """Cuándo terminó y a dónde fue (Res. 866, elemento 41)."""

    fin: AwareDatetime
    destino: str | None = Field(None, pattern=r"^0[1-7]$")


@rutas.post("/consentimientos/texto-vigente", summary="El texto que hoy se lee")
def texto_vigente(pedido: QueTexto, quien: Annotated[Sujeto, exige("consentimiento.ver")]) -> dict[str, Any]:
    """Id, versión y texto."""
    with quien.transaccion() as t:
        cual, version, texto = consentimientos.texto_vigente(t, pedido.finalidad, pedido.pais)
        return {"id": cual, "version": version, "texto": texto}


@rutas.get("/pacientes/{paciente_id}/consentimientos", summary="Consentimientos de un paciente")
def de_paciente(
    paciente_id: UUID, quien: Annotated[Sujeto, exige("consentimiento.ver")]
) -> list[Consentimiento]:
    """Del más nuevo al más viejo."""
    with quien.transaccion() as t:
        return consentimientos.de_paciente(t, paciente_id)


@rutas.post(
    "/pacientes/{paciente_id}/consentimientos", status_code=201, summary="Registrar un consentimiento"
)
def registrar(
    paciente_id: UUID, pedido: Respuesta, quien: Annotated[Sujeto, exige("consentimiento.registrar")]
) -> Consentimiento:
    """Antes de grabar. También se registra si dijo que no."""
    with quien.transaccion() as t:
        # `model_dump` volvería a poner la evidencia en base64: se guardan sus bytes.
        dado = {**pedido.model_dump(exclude={"evidencia"}), "evidencia": pedido.evidencia}
        return consentimientos.registrar(t, paciente_id, **dado)


@rutas.get(
    "/consentimientos/{consentimiento_id}/evidencia",
    summary="La firma o la carta de un consentimiento",
    response_class=Response,
)
def evidencia(consentimiento_id: UUID, quien: Annotated[Sujeto, exige("consentimiento.ver")]) -> Response:
    """Tal como se guardó; queda asiento."""
    with quien.transaccion() as t:
        octetos = consentimientos.evidencia(t, consentimiento_id)
    return Response(
        octetos,
        media_type="application/octet-stream",
        headers={"Content-Disposition": 'attachment; filename="consentimiento"'},
    )


@rutas.post("/consentimientos/{consentimiento_id}/revocacion", status_code=201, summary="Revocar")
def revocar(
    consentimiento_id: UUID, pedido: Revocacion, quien: Annotated[Sujeto, exige("consentimiento.registrar")]
) -> Revocado:
    """Detiene lo que se esté grabando o procesando y, según la política, propone destruir el audio."""
    with quien.transaccion() as t:
        return revocacion.revocar(t, consentimiento_id, pedido.como, pedido.motivo)


@rutas.get("/pacientes/{paciente_id}/encuentros", summary="Encuentros de un paciente")
def encuentros_de(
    paciente_id: UUID, quien: Annotated[Sujeto, exige("encuentro.ver")]
) -> list[dict[str, Any]]:
    """Del más nuevo al más viejo."""
    with quien.transaccion() as t:
        return [quien.ver("encuentro", e) for e in encuentros.de_paciente(t, paciente_id)]


@rutas.post("/pacientes/{paciente_id}/encuentros", status_code=201, summary="Abrir un encuentro")
def abrir(
    paciente_id: UUID, pedido: AltaEncuentro, quien: Annotated[Sujeto, exige("encuentro.abrir")]
) -> dict[str, Any]:
    """El médico debe serlo en ese establecimiento."""
    quien.exigir_establecimiento(pedido.establecimiento)
    if (
        pedido.datos.inicio > datetime.now(pedido.datos.inicio.tzinfo)
        and (pedido.datos.inicio - datetime.now(pedido.datos.inicio.tzinfo)).days >= 1
    ):
        raise DatoInvalido("El encuentro empieza en el futuro.", "Revise la fecha.")
    with quien.transaccion() as t:
        if not usuarios.leer(t, pedido.medico).tiene("medico", pedido.establecimiento):
            raise SinPermiso("Quien atiende no es médico de ese establecimiento.", "Elija a otra persona.")
        abierto = encuentros.abrir(
            t, paciente_id, pedido.establecimiento, pedido.medico, pedido.datos, pedido.motivo
        )
        return quien.ver("encuentro", abierto)


@rutas.get("/encuentros/{encuentro_id}", summary="Ver un encuentro")
def leer(encuentro_id: UUID, quien: Annotated[Sujeto, exige("encuentro.ver")]) -> dict[str, Any]:
    """Queda asiento."""
    with quien.transaccion() as t:
        return quien.ver("encuentro", encuentros.leer(t, encuentro_id))


@rutas.post("/encuentros/{encuentro_id}/cierre", status_code=204, summary="Cerrar un encuentro")
def cerrar(encuentro_id: UUID, pedido: Cierre, quien: Annotated[Sujeto, exige("encuentro.abrir")]) -> None:
    """Una sola vez."""
    with quien.transaccion() as t:
        encuentros.cerrar(t, encuentro_id, pedido.fin, pedido.destino)
