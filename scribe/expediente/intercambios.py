"""Lo que se intercambió con otros sistemas: motivo, fecha, origen, destino y contenido (NOM-024-2010 3.3.8).

Un envío es una fila de `intercambio`, sea cuantas veces se intente; cada intento deja su desenlace en
`intercambio_intento`. Antes de que salga nada hay un asiento que lo dice, y cada escritura en el destino deja
otros dos (antes y después). Las preguntas no llevan nada clínico, solo identificadores al azar: se cuentan en
el desenlace y no se asientan una por una.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from scribe.envio.protocolo import Entregado, Intercambio, Rechazado, Reintentar, Resultado, YaEstaba
from scribe.expediente.bitacora import Asiento
from scribe.expediente.transaccion import Transaccion


@dataclass(frozen=True, slots=True)
class Abierto:
    """Un envío que se está intentando. `intento` cuenta desde 1."""

    id: UUID
    paciente: UUID
    intento: int


@dataclass(frozen=True, slots=True)
class Pedido:
    """De qué es un envío. `llave` es la misma cada vez que se repite; `sha256`, de lo que se envía."""

    destino: UUID
    nota: UUID
    paciente: UUID
    motivo: str
    clase: str
    llave: str
    sha256: bytes
    usuario: UUID | None


def abrir(t: Transaccion, p: Pedido, origen: str, direccion: str) -> Abierto:
    """Registra el envío (una vez) y el comienzo de este intento. Va antes de hablar con nadie."""
    fila = t.fila("intercambio_por_llave", destino=p.destino, llave=p.llave)
    if fila is None:
        valores = {
            "id": uuid4(), "destino_id": p.destino, "nota_id": p.nota, "paciente_id": p.paciente,
            "motivo": p.motivo, "clase": p.clase, "sha256": p.sha256, "llave": p.llave,
            "usuario_id": p.usuario, "equipo": t.actor.equipo,
        }  # fmt: skip
        fila = t.agregar(
            "intercambio", "envio.intento", valores, paciente=p.paciente, detalle={"fase": "pedido"}
        )
    intento = t.una("intercambio_intentos", "los intentos", id=fila["id"])["cuantos"] + 1
    detalle = {
        "fase": "comienzo", "motivo": p.motivo, "origen": origen, "destino": direccion, "intento": intento,
        "sha256": p.sha256.hex(),
    }  # fmt: skip
    t.asentar(Asiento("envio.intento", p.paciente, "intercambio", fila["id"], detalle=detalle))
    return Abierto(fila["id"], p.paciente, intento)


def asentar(t: Transaccion, a: Abierto, i: Intercambio) -> None:
    """Un mensaje con el destino, antes o después de mandarlo."""
    detalle = {
        "fase": i.fase, "motivo": i.motivo, "cuando": i.cuando.isoformat(), "origen": i.origen,
        "destino": i.destino, "operacion": i.operacion, "sha256": i.sha256, "resultado": i.resultado,
        "sha256_respuesta": i.sha256_respuesta,
    }  # fmt: skip
    mal = i.resultado == "sin_respuesta" or (i.resultado.isdigit() and int(i.resultado) >= 400)
    t.asentar(
        Asiento(
            "envio.intento", a.paciente, "intercambio", a.id, resultado="fallo" if mal else "bien",
            detalle={c: v for c, v in detalle.items() if v},
        )
    )  # fmt: skip


def cerrar(t: Transaccion, a: Abierto, dicho: Resultado, preguntas: int = 0) -> None:
    """El desenlace de un intento. «Ya estaba» cuenta como entregado, y entregado se anota una sola vez."""
    resultado, respuesta = _desenlace(dicho)
    detalle = {"fase": "final", "resultado": resultado, "intento": a.intento, "preguntas": preguntas}
    if resultado == "entregado" and t.fila("intercambio_entregado", id=a.id):
        t.asentar(Asiento("envio.intento", a.paciente, "intercambio", a.id, detalle=detalle))
        return
    t.agregar(
        "intercambio_intento", "envio.intento",
        {"id": uuid4(), "intercambio_id": a.id, "resultado": resultado, "respuesta": respuesta,
         "equipo": t.actor.equipo},
        paciente=a.paciente, detalle=detalle,
    )  # fmt: skip


def hubo(t: Transaccion, nota: UUID, destino: UUID) -> bool:
    """Si de esa nota se intentó enviar algo a ese destino."""
    return t.fila("intercambio_de_nota", nota=nota, destino=destino) is not None


def _desenlace(dicho: Resultado) -> tuple[str, dict[str, Any]]:
    match dicho:
        case Entregado(referencias):
            return "entregado", {"referencias": list(referencias)}
        case YaEstaba(referencias, nota):
            return "entregado", {"referencias": list(referencias), "nota": nota, "ya_estaba": True}
        case Reintentar(_, motivo):
            return "sin_respuesta", {"motivo": motivo}
        case Rechazado(motivo, remedio):
            return "rechazado", {"motivo": motivo, "remedio": remedio}
