"""El inicio: lo que cada quien tiene por hacer, y reintentar o dar por terminado lo que espera."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from scribe.expediente import listas, pacientes, tareas
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos import capacidad
from scribe.trabajos.modelo import EstadoTrabajo
from scribe.web import vista
from scribe.web.api import grabaciones, sistema
from scribe.web.avance import CAMPOS, decir
from scribe.web.paginas.entrar import seguir
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(tags=["páginas"], include_in_schema=False)


@rutas.get("/")
def inicio(quien: Annotated[Sujeto, exige("sesion.propia")]) -> Response:
    """Las listas de trabajo. Quien solo audita va directo a la bitácora."""
    roles = {rol for _, rol in quien.persona.roles}
    if roles == {"auditor"}:
        return seguir("/bitacora")
    atiende = bool(roles & {"medico", "asistente"})
    with quien.transaccion() as t:
        procesos = _procesos(t, quien) if atiende else []
        return vista.pagina(
            quien,
            "inicio.html",
            atiende=atiende,
            por_firmar=listas.por_firmar(t, quien.persona.id) if "medico" in roles else [],
            en_proceso=[p for p in procesos if p["estado"] != EstadoTrabajo.REQUIERE_ATENCION],
            detenidos=[p for p in procesos if p["estado"] == EstadoTrabajo.REQUIERE_ATENCION],
            asuntos=_asuntos(t, quien, procesos),
            servidor=listas.del_servidor(t) if "administrador" in roles else [],
        )


@rutas.post("/trabajos/{trabajo_id}/reintento")
def reintentar(trabajo_id: UUID, quien: Annotated[Sujeto, exige("trabajo.cambiar")]) -> Response:
    """Vuelve a la cola."""
    grabaciones.reintentar(trabajo_id, quien)
    return seguir("/#reintentado")


@rutas.post("/tareas/{tarea_id}/terminar")
def terminar(tarea_id: UUID, quien: Annotated[Sujeto, exige("tarea.ver")]) -> Response:
    """Un pendiente ya atendido."""
    sistema.terminar(tarea_id, quien)
    return seguir("/#terminado")


def _procesos(t: Transaccion, quien: Sujeto) -> list[dict[str, Any]]:
    """Lo que se está haciendo, con su avance y cuánto falta. Quien asiste ve lo de su establecimiento."""
    donde = [e for e, rol in quien.persona.roles if rol == "asistente"]
    return [
        {**p, "avance": decir(_falta(t, p), **{c: p[c] for c in CAMPOS})}
        for p in listas.en_proceso(t, quien.persona.id, donde)
    ]


def _falta(t: Transaccion, p: dict[str, Any]) -> Any:
    if p["clase"] != "procesar" or p["estado"] == EstadoTrabajo.REQUIERE_ATENCION:
        return None
    return capacidad.estimar(t, p["prioridad"], p["duracion_s"], creado=p["creado"], trabajo=p["id"])


def _asuntos(t: Transaccion, quien: Sujeto, procesos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Los demás pendientes propios. Lo que ya sale como trabajo detenido o por firmar no se repite."""
    ya = {p["nota_id"] for p in procesos}
    sueltos = [
        p
        for p in tareas.pendientes(t, quien.persona.id)
        if p.tipo in {"asunto", "requiere_atencion"} and (p.nota_id is None or p.nota_id not in ya)
    ]
    de = pacientes.resumen(t, {p.paciente_id for p in sueltos if p.paciente_id})
    return [{**p.model_dump(), "paciente": de.get(p.paciente_id) if p.paciente_id else None} for p in sueltos]
