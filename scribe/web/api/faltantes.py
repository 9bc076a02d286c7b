"""Completar al firmar lo que falta y no es de la nota: de la persona, de quien atiende y de dónde."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from scribe.expediente import encuentros, notas, pacientes, usuarios
from scribe.expediente.errores import TransicionInvalida
from scribe.expediente.modelo import ABIERTAS, DatosPaciente, Identificador
from scribe.expediente.transaccion import Transaccion
from scribe.web.api.vista_nota import NotaVista, ver
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["notas"])
_Clave = Annotated[str, Field(min_length=1, max_length=400)]


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DeQuienAtiende(_Pedido):
    """Lo que nadie había escrito de quien firma (RIS 29; Res. 866, elemento 36)."""

    tipo_documento: Literal["CC", "CE", "PA", "PE", "TI"] | None = None
    documento: str | None = Field(None, min_length=3, max_length=20, pattern=r"^[A-Za-z0-9-]+$")
    cedula: str | None = Field(None, min_length=1, max_length=40)
    institucion_titulo: str | None = Field(None, min_length=1, max_length=200)


class Faltantes(_Pedido):
    """Solo lo que faltaba, por de quién es: lo que no viene no cambia."""

    paciente: dict[str, _Clave] = Field({}, max_length=40)
    domicilio: dict[str, _Clave] = Field({}, max_length=20)
    identificador: Identificador | None = None
    atencion: dict[
        Literal["modalidad", "grupo_servicios", "entorno", "via_ingreso", "causa", "cups", "finalidad"],
        _Clave,
    ] = {}
    medico: DeQuienAtiende = DeQuienAtiende()
    establecimiento: str | None = Field(None, min_length=1, max_length=20)


@rutas.post("/notas/{nota_id}/faltantes", summary="Completar lo que falta para firmar")
def completar(nota_id: UUID, pedido: Faltantes, quien: Annotated[Sujeto, exige("nota.editar")]) -> NotaVista:
    """Todo o nada. El establecimiento lo completa solo quien lo administra; lo que ya constaba no cambia."""
    with quien.transaccion() as t:
        nota = notas.leer(t, nota_id)
        if nota.estado not in ABIERTAS:
            raise TransicionInvalida(
                "Esa nota ya no se puede cambiar.", "Vuelva a abrirla para ver cómo está."
            )
        _de_la_persona(t, nota.paciente_id, pedido)
        if pedido.atencion:
            encuentros.completar(t, nota.encuentro_id, {str(c): v for c, v in pedido.atencion.items()})
        if propios := pedido.medico.model_dump(exclude_none=True):
            usuarios.completar_lo_mio(t, **propios)
        if pedido.establecimiento:
            lugar = encuentros.leer(t, nota.encuentro_id).establecimiento_id
            usuarios.poner_clave(t, lugar, pedido.establecimiento)
        return ver(t, nota_id)


def _de_la_persona(t: Transaccion, paciente: UUID, pedido: Faltantes) -> None:
    """Sobre lo que ya se sabe de ella: solo cambia lo que aquí se escribió."""
    if pedido.identificador is not None:
        pacientes.agregar_identificador(t, paciente, pedido.identificador)
    if not pedido.paciente and not pedido.domicilio:
        return
    antes: dict[str, Any] = pacientes.leer(t, paciente).datos.model_dump()
    if pedido.domicilio:
        casa, *demas = antes["domicilios"] or ({},)
        antes["domicilios"] = [{**casa, **pedido.domicilio}, *demas]
    pacientes.corregir(t, paciente, DatosPaciente.model_validate({**antes, **pedido.paciente}))
