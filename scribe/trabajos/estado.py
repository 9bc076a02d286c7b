"""La vida de un trabajo en la base: pendiente → en curso → hecho, o «requiere atención» con su motivo.

Todo es idempotente: la cola puede entregar dos veces, o un proceso morir entre dos líneas cualesquiera.
Las reglas (no se borra, lo hecho no revive) están en SQL: `0009_trabajos.sql`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from scribe.expediente import tareas
from scribe.expediente.bitacora import Asiento
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos.modelo import Clase, EstadoTrabajo, Opciones, PasoDeTrabajo, Prioridad, Trabajo

INTENTOS_MAX = 3
"""Fallos seguidos sin terminar ningún paso nuevo; después decide una persona."""

# --- Pedir ----------------------------------------------------------------------------------------


def pedir_proceso(
    t: Transaccion, grabacion: UUID, opciones: Opciones, *, prioridad: int = Prioridad.MEDICO_ESPERA,
    duracion_s: float | None = None,
) -> Trabajo:  # fmt: skip
    """Pide el borrador de una grabación. Pedir lo mismo otra vez devuelve el trabajo que ya había."""
    datos = opciones.model_dump(exclude_none=True)
    llave = f"procesar:{grabacion}:{_marca(datos)}"
    return _pedir(
        t, "procesar", llave, grabacion=grabacion, opciones=datos, prioridad=prioridad, duracion_s=duracion_s
    )


def pedir_envio(
    t: Transaccion, nota: UUID, destino: UUID, motivo: str, version: int, *, prioridad: int = Prioridad.NORMAL
) -> Trabajo:
    """Pide enviar una nota a un destino. `motivo` y `version` (la de la nota) entran en la llave."""
    llave = f"enviar:{nota}:{destino}:{motivo}:{version}"
    opciones = {"motivo": motivo, "version": version}
    return _pedir(t, "enviar", llave, nota=nota, destino=destino, opciones=opciones, prioridad=prioridad)


def pedir_archivo(t: Transaccion, llave: str, opciones: Opciones, datos: bytes, trabajo: UUID) -> Trabajo:
    """Pide procesar un archivo suelto (`scribe lote`). `datos` ya va cifrado a nombre de `trabajo`."""
    return _pedir(
        t, "archivo", llave, id=trabajo, opciones=opciones.model_dump(exclude_none=True), datos=datos,
        prioridad=Prioridad.LOTE,
    )  # fmt: skip


def reintentar(t: Transaccion, trabajo: UUID) -> Trabajo:
    """Una persona ya remedió el motivo: vuelve a la cola. Nada que hacer si no requería atención."""
    fila = t.una("trabajo_tomar", "el trabajo", id=trabajo)
    if fila["estado"] != EstadoTrabajo.REQUIERE_ATENCION:
        return Trabajo.model_validate(fila)
    hecho = _detener(t, trabajo, EstadoTrabajo.PENDIENTE)
    _asentar(t, hecho, accion="reintentar")
    encolar(t, trabajo)
    return hecho


def cancelar(t: Transaccion, trabajo: UUID, motivo: str) -> Trabajo:
    """Lo cancela una persona; la grabación se conserva. Lo hecho se queda hecho."""
    fila = t.una("trabajo_tomar", "el trabajo", id=trabajo)
    if fila["estado"] in {EstadoTrabajo.HECHO, EstadoTrabajo.CANCELADO}:
        return Trabajo.model_validate(fila)
    hecho = _detener(t, trabajo, EstadoTrabajo.CANCELADO, motivo=motivo)
    _asentar(t, hecho, accion="cancelar")
    return hecho


def cambiar_prioridad(t: Transaccion, trabajo: UUID, prioridad: int) -> Trabajo:
    """Lo adelanta o lo atrasa, también si ya está en la cola."""
    fila = t.una("trabajo_prioridad", "el trabajo", id=trabajo, prioridad=prioridad)
    t.filas("trabajo_prioridad_en_cola", id=str(trabajo), prioridad=prioridad)
    return Trabajo.model_validate(fila)


def encolar(t: Transaccion, trabajo: UUID, cuando: datetime | None = None) -> bool:
    """Lo pone en la cola si no estaba; dice si lo puso."""
    fila = t.una("trabajo_encolar", "el trabajo", id=trabajo, cuando=cuando)
    return fila["puesto"] is not None


# --- Mirar ----------------------------------------------------------------------------------------


def leer(t: Transaccion, trabajo: UUID) -> Trabajo:
    """Un trabajo y cómo va. `NoExiste`."""
    return Trabajo.model_validate(t.una("trabajo_por_id", "el trabajo", id=trabajo))


def pasos(t: Transaccion, trabajo: UUID) -> list[PasoDeTrabajo]:
    """Sus pasos, en orden."""
    return [PasoDeTrabajo.model_validate(f) for f in t.filas("pasos_de_trabajo", id=trabajo)]


def de_grabacion(t: Transaccion, grabacion: UUID) -> list[Trabajo]:
    """Los de una grabación, del más viejo al más nuevo."""
    return [Trabajo.model_validate(f) for f in t.filas("trabajos_de_grabacion", grabacion=grabacion)]


def abiertos(t: Transaccion, clase: Clase | None = None) -> list[Trabajo]:
    """Los que no han terminado, en el orden en que se harán."""
    return [Trabajo.model_validate(f) for f in t.filas("trabajos_abiertos", clase=clase)]


# --- Hacer (lo usan los trabajadores) -------------------------------------------------------------


def empezar(t: Transaccion, trabajo: UUID) -> Trabajo | None:
    """Lo toma para hacerlo, o `None` si no hay nada que hacer (hecho, cancelado, o ya lo ve una persona).

    Que siga «en curso» significa que quien lo hacía murió: eso también cuenta como fallo.
    """
    fila = t.una("trabajo_tomar", "el trabajo", id=trabajo)
    actual = Trabajo.model_validate(fila)
    if actual.estado not in {EstadoTrabajo.PENDIENTE, EstadoTrabajo.EN_CURSO}:
        return None
    murio = actual.estado is EstadoTrabajo.EN_CURSO
    intentos = actual.intentos + murio
    if intentos >= INTENTOS_MAX:
        a_atencion(
            t, actual, f"El proceso murió {intentos} veces seguidas en el paso «{actual.paso or 'inicio'}».",
            "Suele faltar memoria: cierre otros programas o elija un perfil más pequeño, y reintente.", 0.0,
            intentos,
        )  # fmt: skip
        return None
    return Trabajo.model_validate(t.una("trabajo_empezar", "el trabajo", id=trabajo, intentos=intentos))


def soltar(t: Transaccion, trabajo: UUID, segundos: float) -> None:
    """Vuelve a la cola sin que cuente como fallo (dejó el turno, o el destino pidió esperar)."""
    actual = leer(t, trabajo)
    if actual.estado is EstadoTrabajo.EN_CURSO:
        _detener(t, trabajo, EstadoTrabajo.PENDIENTE, intentos=actual.intentos, segundos=segundos)


def fallar(
    t: Transaccion, trabajo: UUID, motivo: str, remedio: str, segundos: float, *, definitivo: bool
) -> bool:
    """Anota un fallo; al tercero (o si es definitivo) pasa a «requiere atención». Dice si hay que repetir."""
    actual = Trabajo.model_validate(t.una("trabajo_tomar", "el trabajo", id=trabajo))
    if actual.estado is not EstadoTrabajo.EN_CURSO:
        return False
    intentos = actual.intentos + 1
    if definitivo or intentos >= INTENTOS_MAX:
        a_atencion(t, actual, motivo, remedio, segundos, intentos)
        return False
    _detener(
        t,
        trabajo,
        EstadoTrabajo.PENDIENTE,
        motivo=motivo,
        remedio=remedio,
        segundos=segundos,
        intentos=intentos,
    )
    return True


def a_atencion(
    t: Transaccion, trabajo: Trabajo, motivo: str, remedio: str, segundos: float, intentos: int
) -> None:  # fmt: skip
    """Espera a una persona, con una tarea para ella. Nunca se tira."""
    detenido = _detener(
        t, trabajo.id, EstadoTrabajo.REQUIERE_ATENCION, motivo=motivo, remedio=remedio, segundos=segundos,
        intentos=intentos,
    )  # fmt: skip
    _asentar(t, detenido, accion="requiere_atencion", resultado="fallo")
    if trabajo.clase == "archivo":
        return  # lo espera la orden que lo pidió, y ella lo dice: no es pendiente de nadie en la clínica
    paciente, nota, medico = _de_quien(t, trabajo)
    tareas.crear(
        t, "requiere_atencion", paciente=paciente, nota=nota, asignada_a=medico,
        descripcion=f"{motivo} {remedio}".strip(),
    )  # fmt: skip


def terminar(t: Transaccion, trabajo: UUID, segundos: float) -> None:
    """Hecho."""
    _detener(t, trabajo, EstadoTrabajo.HECHO, segundos=segundos)


def terminar_envio(t: Transaccion, trabajo: Trabajo, segundos: float) -> None:
    """Enviado: su único paso y el trabajo."""
    terminar_paso(t, trabajo.id, "enviar", trabajo.llave, segundos)
    terminar(t, trabajo.id, segundos)


def empezar_paso(t: Transaccion, trabajo: UUID, nombre: str, llave: str) -> int:
    """Anota en qué paso va; devuelve cuántas veces se ha empezado."""
    t.fila("trabajo_en_paso", id=trabajo, paso=nombre)
    veces: int = t.una("paso_empezar", "el trabajo", id=trabajo, paso=nombre, llave=llave)["veces"]
    return veces


def terminar_paso(t: Transaccion, trabajo: UUID, nombre: str, llave: str, segundos: float) -> None:
    """Un paso hecho. Si es la primera vez, los fallos anteriores ya no cuentan."""
    if t.fila("paso_terminar", id=trabajo, paso=nombre, llave=llave, segundos=segundos):
        t.fila("trabajo_sin_tropiezos", id=trabajo)


# --- Por dentro -----------------------------------------------------------------------------------


def _pedir(
    t: Transaccion,
    clase: Clase,
    llave: str,
    *,
    id: UUID | None = None,
    grabacion: UUID | None = None,
    nota: UUID | None = None,
    destino: UUID | None = None,
    opciones: dict[str, Any],
    datos: bytes | None = None,
    prioridad: int,
    duracion_s: float | None = None,
) -> Trabajo:
    fila = t.fila(
        "trabajo_alta", id=id or uuid4(), clase=clase, llave=llave, grabacion=grabacion, nota=nota,
        destino=destino, opciones=Jsonb(opciones), datos=datos, prioridad=int(prioridad),
        duracion_s=duracion_s,
        usuario=t.actor.usuario, equipo=t.actor.equipo,
    )  # fmt: skip
    fila = fila or t.una("trabajo_por_llave", "el trabajo", llave=llave)
    encolar(t, fila["id"])
    return Trabajo.model_validate(fila)


def _detener(
    t: Transaccion, trabajo: UUID, estado: EstadoTrabajo, *, intentos: int = 0, motivo: str | None = None,
    remedio: str | None = None, segundos: float = 0.0,
) -> Trabajo:  # fmt: skip
    fila = t.una(
        "trabajo_detener", "el trabajo", id=trabajo, estado=estado.value, intentos=intentos, motivo=motivo,
        remedio=remedio, segundos=segundos,
    )  # fmt: skip
    return Trabajo.model_validate(fila)


def _asentar(t: Transaccion, trabajo: Trabajo, *, accion: str, resultado: str = "bien") -> None:
    evento = "sistema.fallo" if resultado == "fallo" else "sistema.ajuste"
    detalle = {"accion": accion, "clase": trabajo.clase, "paso": trabajo.paso}
    t.asentar(Asiento(evento, objeto="trabajo", objeto_id=trabajo.id, resultado=resultado, detalle=detalle))


def _de_quien(t: Transaccion, trabajo: Trabajo) -> tuple[UUID | None, UUID | None, UUID | None]:
    """Paciente, nota y médico a quienes toca."""
    nota = None
    if trabajo.grabacion_id is not None:
        nota = t.fila("nota_de_grabacion", grabacion=trabajo.grabacion_id)
    elif trabajo.nota_id is not None:
        nota = t.fila("nota_por_id", id=trabajo.nota_id)
    return (nota["paciente_id"], nota["id"], nota["medico_id"]) if nota else (None, None, None)


def _marca(datos: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(datos, sort_keys=True).encode()).hexdigest()[:16]
