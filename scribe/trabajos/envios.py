"""Pedir y mirar envíos: a dónde va cada nota, qué contestó el destino y qué falta."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from scribe.envio.configuracion import Clase, armar
from scribe.envio.protocolo import Intercambio
from scribe.expediente import destinos
from scribe.expediente.bitacora import Actor, Asiento
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.modelo import EstadoNota, NotaGuardada
from scribe.expediente.para_envio import motivo_de
from scribe.expediente.transaccion import Expediente, Transaccion
from scribe.trabajos import enviar, estado
from scribe.trabajos.modelo import EstadoTrabajo, Trabajo

EstadoEnvio = Literal[
    "pendiente", "enviando", "sin_respuesta", "entregado", "sin_efecto", "rechazado", "requiere_atencion",
    "cancelado",
]  # fmt: skip
"""`sin_respuesta`: se repite solo. `rechazado` y `requiere_atencion`: lo ve una persona. `sin_efecto`: ya no
hacía falta (el borrador se firmó antes de salir)."""

_FIRMADAS = frozenset({EstadoNota.FIRMADA, EstadoNota.CON_ADENDA, EstadoNota.SUSTITUIDA})
_ABIERTAS = frozenset({EstadoNota.BORRADOR, EstadoNota.EN_REVISION})


class Envio(BaseModel):
    """Un envío y cómo va. No dice nada del paciente."""

    model_config = ConfigDict(frozen=True)

    trabajo: UUID
    nota_id: UUID
    destino_id: UUID
    destino: str
    clase: Clase
    motivo: str
    estado: EstadoEnvio
    intentos: int
    pedido: datetime
    ultimo: datetime | None
    siguiente: datetime | None
    porque: str
    remedio: str
    sha256: str | None
    referencias: tuple[str, ...] = ()


def pedir(t: Transaccion, nota: UUID, destino: UUID) -> Trabajo:
    """Pide enviar una nota como está hoy: su borrador, o la firmada. Pedirlo dos veces es uno solo.

    Lanza `DatoInvalido` si no tiene qué enviar o el destino está apagado.
    """
    fila = NotaGuardada.model_validate(t.una("nota_por_id", "la nota", id=nota))
    if not destinos.leer(t, destino)[1]:
        raise DatoInvalido("Ese destino está apagado.", "Elija otro.")
    if fila.estado in _FIRMADAS:
        return estado.pedir_envio(t, nota, destino, motivo_de(fila.relacion), fila.ultima_version)
    if fila.estado not in _ABIERTAS or not fila.ultima_version:
        raise DatoInvalido("Esa nota todavía no tiene qué enviar.", "Espere a su borrador.")
    if t.fila("borrador_de_nota", nota=nota) is None:
        raise DatoInvalido("Una nota escrita a mano se envía ya firmada.", "Fírmela primero.")
    return estado.pedir_envio(t, nota, destino, "borrador", fila.ultima_version)


def de_nota(t: Transaccion, nota: UUID) -> list[Envio]:
    """Los de una nota, del más nuevo al más viejo."""
    return [_armar(f) for f in t.filas("envios", nota=nota, abiertos=False, establecimientos=None)]


def abiertos(t: Transaccion, establecimientos: list[UUID]) -> list[Envio]:
    """Los que aún no terminan, de lo que se atendió en esos establecimientos."""
    return [_armar(f) for f in t.filas("envios", nota=None, abiertos=True, establecimientos=establecimientos)]


def apagar(t: Transaccion, destino: UUID) -> int:
    """Deja de recibir: lo que faltaba se cancela (dice cuántos) y lo ya enviado consta."""
    destinos.leer(t, destino)
    t.cambiar("destino", destino, "envio.destino", {"activo": False})
    filas = t.filas("envios_de_destino", destino=destino, estados=["pendiente", "requiere_atencion"])
    for fila in filas:
        enviar.atendido(t, estado.cancelar(t, fila["id"], "El destino se apagó."))
    return len(filas)


def reintentar_de(t: Transaccion, destino: UUID) -> int:
    """Vuelve a la cola lo que esperaba a que alguien arreglara ese destino; dice cuántos."""
    filas = t.filas("envios_de_destino", destino=destino, estados=["requiere_atencion"])
    for fila in filas:
        estado.reintentar(t, fila["id"])
    return len(filas)


def probar(expediente: Expediente, actor: Actor, destino: UUID, datos: Path) -> tuple[str, ...]:
    """Lo que le falta a un destino para recibir, en frases; vacío si está listo. No manda nada clínico.

    Lanza `ErrorDeEnvio` si no contesta. Cada pregunta queda en la bitácora.
    """
    with expediente.transaccion(actor) as t:
        configurado, _ = destinos.leer(t, destino)
    return armar(configurado, datos, actor.equipo).probar(anotar=_anotador(expediente, actor, destino))


# --- Por dentro ---------------------------------------------------------------------------------------


def _anotador(expediente: Expediente, actor: Actor, destino: UUID) -> Callable[[Intercambio], None]:
    def anotar(i: Intercambio) -> None:
        detalle = {"fase": f"prueba:{i.fase}", "origen": i.origen, "destino": i.destino,
                   "operacion": i.operacion, "resultado": i.resultado}  # fmt: skip
        with expediente.transaccion(actor) as t:
            t.asentar(Asiento("envio.intento", objeto="destino", objeto_id=destino, detalle=detalle))

    return anotar


def _armar(f: dict[str, Any]) -> Envio:
    respuesta = f["respuesta"] or {}
    return Envio(
        **{c: f[c] for c in ("trabajo", "nota_id", "destino_id", "destino", "clase", "motivo", "intentos",
                             "pedido", "ultimo", "siguiente", "sha256")},
        estado=_estado(EstadoTrabajo(f["trabajo_estado"]), f["resultado"]),
        porque=f["trabajo_motivo"] or respuesta.get("motivo") or respuesta.get("nota") or "",
        remedio=f["trabajo_remedio"] or respuesta.get("remedio") or "",
        referencias=tuple(respuesta.get("referencias", ())),
    )  # fmt: skip


def _estado(trabajo: EstadoTrabajo, resultado: str | None) -> EstadoEnvio:
    match trabajo:
        case EstadoTrabajo.HECHO:
            return "entregado" if resultado == "entregado" else "sin_efecto"
        case EstadoTrabajo.CANCELADO:
            return "cancelado"
        case EstadoTrabajo.REQUIERE_ATENCION:
            return "rechazado" if resultado == "rechazado" else "requiere_atencion"
        case EstadoTrabajo.EN_CURSO:
            return "enviando"
        case _:
            return "sin_respuesta" if resultado == "sin_respuesta" else "pendiente"
