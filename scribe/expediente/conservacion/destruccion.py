"""Decidir y destruir: la clave y su inventario en una transacción; después los archivos; al final, el acta.

    decisión + inventario + clave destruida   una transacción: o todo o nada, y no hay vuelta
    archivos borrados                         repetible: se borra lo inventariado que siga ahí
    acta                                      solo cuando ya no queda ninguno

Si el proceso muere, `retomar` sigue donde iba: el inventario dice qué falta. Las reglas (quién decide, nada
con una nota sin firmar ni con retención legal) las exige la base: `0014_conservacion.sql`.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from psycopg.rows import DictRow
from pydantic import BaseModel, ConfigDict

from scribe.expediente import pacientes, tareas
from scribe.expediente.bitacora import Actor, Asiento
from scribe.expediente.conservacion.certificado import METODO, componer
from scribe.expediente.conservacion.propuesta import acompanar
from scribe.expediente.errores import DatoInvalido, Duplicado, TransicionInvalida
from scribe.expediente.sello import canonico, huella
from scribe.expediente.transaccion import Expediente, Transaccion


class Pieza(BaseModel):
    """Un archivo por destruir: de qué clase, cuál (nombre opaco), cuánto ocupa y su suma, si se sabe."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clase: str
    objeto: str
    octetos: int
    sha256: str | None = None


class Archivos(Protocol):
    """Los archivos del expediente que hay en este equipo; lo cumple `scribe.trabajos.destructor`."""

    def inventario(self, t: Transaccion, ambito: str, objeto: UUID) -> list[Pieza]:
        """Qué archivos hay de eso. Lanza `TransicionInvalida` si está en uso o no está a la mano."""
        ...

    def borrar(self, t: Transaccion, piezas: Iterable[Pieza]) -> bool:
        """Borra lo que siga ahí; dice si ya no queda nada (un respaldo en curso lo deja para después)."""
        ...


# --- Decidir --------------------------------------------------------------------------------------


def conservar(t: Transaccion, propuesta: UUID, razon: str) -> None:
    """Quien administra decide que se conserve. No se vuelve a proponer hasta pasado otro plazo igual."""
    _decidir(t, t.una("conservacion_propuesta_por_id", "la propuesta", id=propuesta), razon, aprobada=False)


def confirmar(
    expediente: Expediente, actor: Actor, archivos: Archivos, propuesta: UUID, razon: str
) -> UUID | None:
    """Decide y destruye. Devuelve el acta, o nada si falta borrar archivos (se retoma solo).

    Lanza `SinPermiso` (no es administrador), `TransicionInvalida` (nota sin firmar, retención legal, en uso),
    `Duplicado` (ya se había decidido) o `NoExiste`; en todos los casos no se destruyó nada.
    """
    with expediente.transaccion(actor) as t:
        fila = t.una("conservacion_propuesta_por_id", "la propuesta", id=propuesta)
        todas = [fila, *_fusionados(t, fila)]
        for una in todas:
            _decidir(t, una, razon, aprobada=True)
            _destruir(t, una, archivos)
    actas = [terminar(expediente, actor, archivos, una["id"]) for una in todas]
    return actas[0]


def retomar(expediente: Expediente, actor: Actor, archivos: Archivos) -> int:
    """Termina lo que quedó a medias; dice cuántas actas levantó. Este equipo debe ver las grabaciones."""
    with expediente.transaccion(actor) as t:
        pendientes = [f["propuesta_id"] for f in t.filas("conservacion_sin_acta", servidor=platform.node())]
    return sum(terminar(expediente, actor, archivos, p) is not None for p in pendientes)


def terminar(expediente: Expediente, actor: Actor, archivos: Archivos, propuesta: UUID) -> UUID | None:
    """Borra los archivos inventariados y levanta el acta. Repetirlo no hace nada dos veces."""
    with expediente.transaccion(actor) as t:
        ya = t.fila("conservacion_acta_de", propuesta=propuesta)
        hecha = t.una("conservacion_destruccion_de", "esa destrucción", propuesta=propuesta)
        piezas = [Pieza.model_validate(p) for p in hecha["inventario"]["archivos"]]
        if ya is None and not archivos.borrar(t, piezas):
            return None
    if ya is not None:
        previa: UUID = ya["id"]
        return previa
    with expediente.transaccion(actor) as t:
        return _levantar_acta(t, propuesta)


# --- Por dentro -----------------------------------------------------------------------------------


def _fusionados(t: Transaccion, propuesta: DictRow) -> list[DictRow]:
    """Con un expediente se van los que se le fusionaron: se leen juntos, así que se destruyen juntos.

    Cada uno con su propuesta, su decisión y su certificado.
    """
    if propuesta["ambito"] != "paciente":
        return []
    otras = []
    for otro in pacientes.familia(t, propuesta["ambito_id"]):
        viva = t.fila("conservacion_viva", ambito="paciente", id=otro)
        if otro == propuesta["ambito_id"] or (viva is not None and viva["decision"] is not None):
            continue
        cual = viva["id"] if viva is not None else acompanar(t, propuesta, otro)
        otras.append(t.una("conservacion_propuesta_por_id", "la propuesta", id=cual))
    return otras


def _decidir(t: Transaccion, propuesta: DictRow, razon: str, *, aprobada: bool) -> None:
    if not razon.strip():
        raise DatoInvalido("Falta la razón.", "Escríbala en una línea: queda en el certificado.")
    if t.fila("conservacion_decision_de", propuesta=propuesta["id"]) is not None:
        raise Duplicado("Eso ya se había decidido.", "Vea cómo quedó en la lista.")
    t.agregar(
        "conservacion_decision", "conservacion.decision",
        {"propuesta_id": propuesta["id"], "aprobada": aprobada, "razon": razon.strip(),
         "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=propuesta["paciente_id"], detalle={"aprobada": aprobada},
    )  # fmt: skip


def _destruir(t: Transaccion, propuesta: DictRow, archivos: Archivos) -> None:
    """El punto sin retorno. El trigger de la destrucción vuelve a revisar que se pueda."""
    ambito, objeto, paciente = propuesta["ambito"], propuesta["ambito_id"], propuesta["paciente_id"]
    porque = t.una("conservacion_impedimento", "eso", ambito=ambito, id=objeto)["porque"]
    if porque is not None:
        raise TransicionInvalida(f"No se puede destruir. {porque}", "No se destruyó nada.")
    partes = _partes(t, ambito, objeto)
    piezas = [p for a, o in partes for p in archivos.inventario(t, a, o)]
    claves = [("grabacion" if a == "subida" else a, o) for a, o in partes if a in _CON_CLAVE]
    inventario = {
        "claves": [f"{a}:{o}" for a, o in claves],
        "archivos": [p.model_dump() for p in piezas],
    }
    t.agregar(
        "conservacion_destruccion", "conservacion.destruccion",
        {"propuesta_id": propuesta["id"], "inventario": inventario, "servidor": platform.node(),
         "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=paciente, detalle={"claves": len(claves), "archivos": len(piezas)},
    )  # fmt: skip
    if ambito == "paciente":
        _dejar_de_hallarlo(t, objeto)
    for a, o in claves:
        if hecha := t.fila("clave_destruir", ambito=a, id=o):
            t.asentar(
                Asiento("clave.cambio", paciente, "clave_datos", hecha["id"], detalle={"destruida": True})
            )
    for a, o in partes:
        if a == "subida":
            t.una("subida_terminar", "la subida", id=o, estado="destruida")
    if ambito == "nota":
        _vaciar(t, objeto, paciente)


_CON_CLAVE = frozenset({"paciente", "grabacion", "subida"})


def _partes(t: Transaccion, ambito: str, objeto: UUID) -> list[tuple[str, UUID]]:
    """De qué se compone: con un expediente se van también sus grabaciones y subidas."""
    if ambito != "paciente":
        return [(ambito, objeto)]
    suyas = t.filas("conservacion_grabaciones_de_paciente", paciente=objeto)
    return [(ambito, objeto), *((f["ambito"], f["id"]) for f in suyas)]


def _dejar_de_hallarlo(t: Transaccion, paciente: UUID) -> None:
    """Antes de que su clave no exista: sus pendientes se cancelan y las búsquedas dejan de encontrarlo."""
    for tarea in t.filas("tareas_de_paciente", paciente=paciente):
        tareas.terminar(t, tarea["id"], cancelada=True)
    for fila in t.filas("paciente_identificadores", pacientes=[paciente]):
        t.cambiar(
            "paciente_identificador", fila["id"], "paciente.identificador", {"retirado": datetime.now(UTC)},
            paciente=paciente,
        )  # fmt: skip
    t.fila("paciente_sin_busqueda", paciente=paciente)


def _vaciar(t: Transaccion, nota: UUID, paciente: UUID) -> None:
    """Vacía el borrador y sella cada fila como quedó: `verificar` la espera vacía desde aquí."""
    for vaciada in t.filas("conservacion_vaciar", nota=nota):
        tabla, fila_id = vaciada["tabla"], vaciada["fila"]
        fila = t.conexion.execute(
            f"SELECT * FROM expediente.{tabla} WHERE id = %s".encode(), (fila_id,)
        ).fetchone()
        if fila is not None:
            t.asentar(Asiento("conservacion.vaciado", paciente, tabla, fila_id, huella(tabla, fila)))


def _levantar_acta(t: Transaccion, propuesta: UUID) -> UUID:
    contenido = componer(t, propuesta)
    nueva = uuid4()
    t.agregar(
        "conservacion_acta", "conservacion.acta",
        {"id": nueva, "propuesta_id": propuesta, "metodo": METODO, "contenido": contenido,
         "sha256": hashlib.sha256(canonico(contenido)).digest(), "usuario_id": t.actor.usuario,
         "equipo": t.actor.equipo},
        paciente=_uuid(contenido.get("paciente")), detalle={"propuesta": str(propuesta)},
    )  # fmt: skip
    return nueva


def _uuid(texto: Any) -> UUID | None:
    return UUID(texto) if texto else None
