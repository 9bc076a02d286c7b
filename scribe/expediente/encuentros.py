"""Encuentros, y lo que la consulta produce: grabación, transcripción y borrador."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from scribe.expediente.bitacora import Asiento
from scribe.expediente.errores import Duplicado
from scribe.expediente.modelo import DatosEncuentro, Encuentro
from scribe.expediente.transaccion import Transaccion


def abrir(
    t: Transaccion,
    paciente: UUID,
    establecimiento: UUID,
    medico: UUID,
    datos: DatosEncuentro,
    motivo: str | None = None,
) -> Encuentro:
    """Abre un encuentro. `motivo` (lo que trae al paciente) va cifrado. `NoExiste` si falta alguno."""
    nuevo = uuid4()
    cifrado = t.cifrar(motivo.encode(), "paciente", paciente, "encuentro.motivo", nuevo) if motivo else None
    fila = t.agregar(
        "encuentro", "encuentro.alta",
        {"id": nuevo, "paciente_id": paciente, "establecimiento_id": establecimiento, "medico_id": medico,
         **datos.model_dump(), "motivo": cifrado, "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=paciente,
    )  # fmt: skip
    return _armar(t, fila)


def cerrar(t: Transaccion, encuentro: UUID, fin: datetime, destino: str | None = None) -> None:
    """Cierra un encuentro. `destino`: Res. 866, elemento 41. `Duplicado` si ya estaba cerrado."""
    fila = t.una("encuentro_por_id", "el encuentro", id=encuentro)
    t.agregar(
        "encuentro_cierre", "encuentro.cierre",
        {"encuentro_id": encuentro, "fin": fin, "destino": destino, "usuario_id": t.usuario,
         "equipo": t.actor.equipo},
        paciente=fila["paciente_id"],
    )  # fmt: skip


def completar(t: Transaccion, encuentro: UUID, faltaban: dict[str, str]) -> None:
    """Agrega datos que no se dijeron al abrirlo (Res. 866, elementos 18 a 25); lo dicho no cambia.

    Lanza `Duplicado` si alguno ya constaba y `ValidationError` si no tiene su forma.
    """
    ya = leer(t, encuentro)
    if constan := [c for c in faltaban if getattr(ya, c)]:
        raise Duplicado(
            f"Ya constaba: {', '.join(sorted(constan))}.", "Vuelva a abrir la nota para ver cómo está."
        )
    DatosEncuentro(inicio=ya.inicio, **faltaban)
    for campo, valor in faltaban.items():
        t.agregar(
            "encuentro_complemento", "encuentro.complemento",
            {"encuentro_id": encuentro, "campo": campo, "valor": valor, "usuario_id": t.usuario,
             "equipo": t.actor.equipo},
            paciente=ya.paciente_id,
        )  # fmt: skip


def leer(t: Transaccion, encuentro: UUID) -> Encuentro:
    """Un encuentro; deja asiento. `NoExiste`."""
    fila = t.una("encuentro_por_id", "el encuentro", id=encuentro)
    t.asentar(Asiento("encuentro.ver", fila["paciente_id"], "encuentro", encuentro))
    return _armar(t, fila)


def de_paciente(t: Transaccion, paciente: UUID) -> list[Encuentro]:
    """Todos los de una persona (y de quienes se le fusionaron), del más nuevo al más viejo."""
    t.asentar(Asiento("encuentro.ver", paciente))
    return [_armar(t, f) for f in t.filas("encuentros_de", paciente=paciente)]


def alta_grabacion(
    t: Transaccion,
    encuentro: UUID,
    consentimiento: UUID,
    *,
    sha256: bytes,
    octetos: int,
    formato: str,
    ubicacion: str,
    duracion_s: float | None = None,
    grabacion: UUID | None = None,
) -> UUID:
    """Registra una grabación ya a salvo en disco. `SinConsentimiento` si no hay uno vigente del paciente.

    `ubicacion` es un nombre opaco; `grabacion`, el id con que ya se cifró el audio, si se dio antes.
    """
    del_encuentro = t.una("encuentro_por_id", "el encuentro", id=encuentro)
    fila = t.agregar(
        "grabacion", "grabacion.alta",
        {"id": grabacion or uuid4(), "encuentro_id": encuentro, "consentimiento_id": consentimiento,
         "sha256": sha256,
         "bytes": octetos, "duracion_s": duracion_s, "formato": formato, "ubicacion": ubicacion,
         "usuario_id": t.usuario, "equipo": t.actor.equipo},
        paciente=del_encuentro["paciente_id"],
    )  # fmt: skip
    nueva: UUID = fila["id"]
    return nueva


def alta_transcripcion(t: Transaccion, grabacion: UUID, contenido: bytes, modelos: dict[str, Any]) -> UUID:
    """Guarda una transcripción (JSON) cifrada, con los modelos que la hicieron."""
    de = t.una("grabacion_por_id", "la grabación", id=grabacion)
    return _alta(t, "transcripcion", {"grabacion_id": grabacion}, contenido, modelos, de["paciente_id"])


def alta_borrador(t: Transaccion, transcripcion: UUID, contenido: bytes, modelos: dict[str, Any]) -> UUID:
    """Guarda un borrador (JSON del contrato) cifrado."""
    de = t.una("transcripcion_por_id", "la transcripción", id=transcripcion)
    return _alta(t, "borrador", {"transcripcion_id": transcripcion}, contenido, modelos, de["paciente_id"])


def leer_transcripcion(t: Transaccion, transcripcion: UUID) -> bytes:
    """Los bytes de una transcripción; deja asiento."""
    return _leer(t, "transcripcion", t.una("transcripcion_por_id", "la transcripción", id=transcripcion))


def leer_borrador(t: Transaccion, borrador: UUID) -> bytes:
    """Los bytes de un borrador; deja asiento."""
    return _leer(t, "borrador", t.una("borrador_por_id", "el borrador", id=borrador))


def _alta(
    t: Transaccion,
    tabla: str,
    padre: dict[str, UUID],
    contenido: bytes,
    modelos: dict[str, Any],
    paciente: UUID,
) -> UUID:
    nueva = uuid4()
    t.agregar(
        tabla, f"{tabla}.alta",
        {"id": nueva, **padre,
         "contenido": t.cifrar(contenido, "paciente", paciente, f"{tabla}.contenido", nueva),
         "sha256": hashlib.sha256(contenido).digest(), "modelos": modelos, "equipo": t.actor.equipo},
        paciente=paciente,
    )  # fmt: skip
    return nueva


def _leer(t: Transaccion, tabla: str, fila: DictRow) -> bytes:
    t.asentar(Asiento("transcripcion.ver", fila["paciente_id"], tabla, fila["id"]))
    return t.descifrar(fila["contenido"], "paciente", fila["paciente_id"], f"{tabla}.contenido", fila["id"])


def _armar(t: Transaccion, fila: DictRow) -> Encuentro:
    motivo = fila.get("motivo")
    if motivo is not None:
        motivo = t.descifrar(motivo, "paciente", fila["paciente_id"], "encuentro.motivo", fila["id"]).decode()
    despues = {c: v for c, v in (fila.get("complemento") or {}).items() if fila[c] is None}
    return Encuentro.model_validate({**fila, **despues, "motivo": motivo})
