"""Pacientes: alta, búsqueda, corrección, identificadores, fusión y resumen clínico."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from scribe.expediente import clinico, modelo, pacientes
from scribe.expediente.modelo import DatosPaciente, Identificador, PacienteHallado
from scribe.expediente.transaccion import Transaccion
from scribe.web import nombres
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["pacientes"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AltaPaciente(_Pedido):
    """Una persona nueva."""

    datos: DatosPaciente
    identificadores: tuple[Identificador, ...] = Field((), max_length=20)
    numero_expediente: str | None = Field(None, min_length=1, max_length=40)


class Busqueda(_Pedido):
    """Nombre, identificador o número de expediente. Va en el cuerpo para no quedar en ninguna URL."""

    texto: str = Field(min_length=2, max_length=120)
    limite: int = Field(20, ge=1, le=50)


class Fusion(_Pedido):
    """Qué paciente se absorbe en este, y por qué."""

    absorbido: UUID
    motivo: str = Field(min_length=1, max_length=400)


class Motivo(_Pedido):
    """Por qué."""

    motivo: str = Field(min_length=1, max_length=400)


class Agregado(_Pedido):
    """Algo del resumen clínico; con `sustituye_a` corrige lo anterior y con `retira` además lo anula."""

    contenido: dict[str, Any]
    sustituye_a: UUID | None = None
    retira: bool = False


@rutas.post("/establecimientos/{establecimiento_id}/pacientes", status_code=201, summary="Alta de paciente")
def alta(
    establecimiento_id: UUID, pedido: AltaPaciente, quien: Annotated[Sujeto, exige("paciente.cambiar")]
) -> dict[str, Any]:
    """Sin nombre, con identidad desconocida. El número de expediente se da solo."""
    datos = _sin_ocultos(quien, pedido.datos, None)
    with quien.transaccion() as t:
        nuevo = pacientes.alta(
            t, establecimiento_id, datos, pedido.identificadores, numero_expediente=pedido.numero_expediente
        )
        return _ver(quien, nuevo)


@rutas.post("/pacientes/buscar", summary="Buscar pacientes")
def buscar(pedido: Busqueda, quien: Annotated[Sujeto, exige("paciente.ver")]) -> list[PacienteHallado]:
    """Por principio de nombre o apellido, identificador o número; solo los de sus establecimientos."""
    with quien.transaccion() as t:
        return pacientes.buscar(
            t, pedido.texto, limite=pedido.limite, establecimientos=quien.establecimientos
        )


@rutas.post("/pacientes/repartir", summary="Repartir lo que se tecleó")
def repartir(pedido: Busqueda, quien: Annotated[Sujeto, exige("paciente.cambiar")]) -> dict[str, str]:
    """Nombre y apellidos que se proponen para un alta; no se guarda nada."""
    del quien
    return nombres.repartir(pedido.texto)


@rutas.get("/recientes", summary="Mis últimos pacientes")
def recientes(quien: Annotated[Sujeto, exige("paciente.ver")]) -> list[PacienteHallado]:
    """Los que atendí o recibí, del más nuevo al más viejo; solo los de mis establecimientos."""
    with quien.transaccion() as t:
        return _de_los_suyos(t, quien, pacientes.recientes(t))


@rutas.get("/pacientes/{paciente_id}", summary="Ver un paciente")
def leer(paciente_id: UUID, quien: Annotated[Sujeto, exige("paciente.ver")]) -> dict[str, Any]:
    """Sus datos de hoy. Queda asiento de quién los vio."""
    with quien.transaccion() as t:
        return _ver(quien, pacientes.leer(t, paciente_id))


@rutas.put("/pacientes/{paciente_id}", summary="Corregir los datos de un paciente")
def corregir(
    paciente_id: UUID, datos: DatosPaciente, quien: Annotated[Sujeto, exige("paciente.cambiar")]
) -> dict[str, Any]:
    """Guarda una versión nueva. Lo que su rol no ve se conserva como estaba."""
    with quien.transaccion() as t:
        actual = pacientes.leer(t, paciente_id).datos
        return _ver(quien, pacientes.corregir(t, paciente_id, _sin_ocultos(quien, datos, actual)))


@rutas.post("/pacientes/{paciente_id}/identificadores", status_code=201, summary="Agregar un identificador")
def agregar_identificador(
    paciente_id: UUID, pedido: Identificador, quien: Annotated[Sujeto, exige("paciente.cambiar")]
) -> dict[str, UUID]:
    """CURP, NSS, pasaporte…, validado."""
    with quien.transaccion() as t:
        return {"id": pacientes.agregar_identificador(t, paciente_id, pedido)}


@rutas.delete("/identificadores/{identificador_id}", status_code=204, summary="Retirar un identificador")
def retirar_identificador(
    identificador_id: UUID, quien: Annotated[Sujeto, exige("paciente.cambiar")]
) -> None:
    """Uno mal capturado: deja de encontrarse, pero se conserva."""
    with quien.transaccion() as t:
        pacientes.retirar_identificador(t, identificador_id)


@rutas.post("/pacientes/{paciente_id}/fusiones", status_code=201, summary="Fusionar otro paciente en este")
def fusionar(
    paciente_id: UUID, pedido: Fusion, quien: Annotated[Sujeto, exige("paciente.fusionar")]
) -> dict[str, UUID]:
    """Desde aquí se leen juntos; se puede deshacer."""
    with quien.transaccion() as t:
        quien.exigir_paciente(t, pedido.absorbido)
        return {"id": pacientes.fusionar(t, pedido.absorbido, paciente_id, pedido.motivo)}


@rutas.post("/fusiones/{fusion_id}/deshacer", status_code=204, summary="Deshacer una fusión")
def deshacer(fusion_id: UUID, pedido: Motivo, quien: Annotated[Sujeto, exige("paciente.fusionar")]) -> None:
    """Vuelven a ser dos."""
    with quien.transaccion() as t:
        pacientes.deshacer_fusion(t, fusion_id, pedido.motivo)


@rutas.get("/pacientes/{paciente_id}/clinico/{tabla}", summary="Resumen clínico")
def ver_clinico(
    paciente_id: UUID, tabla: clinico.Tabla, quien: Annotated[Sujeto, exige("clinico.ver")]
) -> list[dict[str, Any]]:
    """Lo que hoy vale de una lista: diagnostico, problema, alergia, medicacion o receta."""
    with quien.transaccion() as t:
        return [
            {"id": g.id, "contenido": g.contenido.model_dump(mode="json"), "usuario_id": g.usuario_id,
             "nota_id": g.nota_id, "cuando": g.cuando}
            for g in clinico.vigentes(t, paciente_id, tabla)
        ]  # fmt: skip


@rutas.post("/pacientes/{paciente_id}/clinico/{tabla}", status_code=201, summary="Agregar al resumen clínico")
def agregar_clinico(
    paciente_id: UUID,
    tabla: clinico.Tabla,
    pedido: Agregado,
    quien: Annotated[Sujeto, exige("clinico.agregar")],
) -> dict[str, UUID]:
    """Nada se edita: corregir es agregar otro que sustituye al anterior."""
    contenido = _TIPOS[tabla].model_validate(pedido.contenido)
    with quien.transaccion() as t:
        nuevo = clinico.agregar(
            t,
            paciente_id,
            contenido,
            sustituye_a=pedido.sustituye_a,
            retira=pedido.retira,
        )
        return {"id": nuevo}


_TIPOS: dict[clinico.Tabla, type[modelo.Afirmacion]] = {
    "diagnostico": modelo.Diagnostico, "problema": modelo.Problema, "alergia": modelo.Alergia,
    "medicacion": modelo.Medicacion, "receta": modelo.Receta,
}  # fmt: skip


def _de_los_suyos(t: Transaccion, quien: Sujeto, hallados: list[PacienteHallado]) -> list[PacienteHallado]:
    ids = [h.id for h in hallados]
    propios = {
        f["id"] for f in t.filas("pacientes_en", ids=ids, establecimientos=list(quien.establecimientos))
    }
    return [h for h in hallados if h.id in propios]


def _ver(quien: Sujeto, paciente: modelo.Paciente) -> dict[str, Any]:
    """El paciente sin los campos que su rol no ve."""
    return {
        **paciente.model_dump(mode="json", exclude={"datos"}),
        "datos": quien.ver("paciente", paciente.datos),
    }


def _sin_ocultos(quien: Sujeto, datos: DatosPaciente, actual: DatosPaciente | None) -> DatosPaciente:
    """Los datos pedidos con lo que su rol no ve tal como estaba (o vacío, si es un alta)."""
    fuera = quien.oculta("paciente")
    return datos.model_copy(update={c: getattr(actual, c, None) for c in fuera})
