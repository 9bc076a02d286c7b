"""Archivos sueltos por la misma cola: el enganche de `scribe lote` cuando hay un servidor.

No entran al expediente (no hay paciente ni consentimiento): dejan los mismos archivos que `scribe lote`
solo. Las rutas pueden decir de quién son, así que van cifradas.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

from scribe.consulta import Contexto
from scribe.errores import AudioInvalido
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos import estado, pasos
from scribe.trabajos.modelo import EstadoTrabajo, Opciones, Trabajo
from scribe.trabajos.procesar import OCUPADO, Taller, ceder_si_toca, parar_si_se_cancelo


def pedir(
    t: Transaccion, audio: Path, salida: Path, opciones: Opciones, *, otra_vez: bool = False
) -> Trabajo:
    """Pide procesar `audio` y dejar los resultados en `salida`, con la prioridad del lote.

    Pedir lo mismo (mismo archivo sin cambios, misma salida) devuelve el trabajo que ya había; con `otra_vez`,
    si aquel ya terminó o se detuvo, se hace uno nuevo. Lanza `AudioInvalido` si no se puede leer.
    """
    try:
        visto = audio.stat()
    except OSError:
        raise AudioInvalido(
            "No se puede leer una de las grabaciones.", "Revise la ruta y los permisos."
        ) from None
    nuevo = uuid4()
    rutas = json.dumps([str(audio.resolve()), str(salida.resolve())]).encode("utf-8", "surrogateescape")
    marca = hashlib.sha256(rutas + f"{visto.st_size}:{visto.st_mtime_ns}".encode()).hexdigest()
    llave = f"archivo:{marca}:{hashlib.sha256(opciones.model_dump_json().encode()).hexdigest()[:16]}"
    if otra_vez:
        llave = _libre(t, llave)
    return estado.pedir_archivo(
        t, llave, opciones, t.cifrar(rutas, "trabajo", nuevo, "trabajo.datos", nuevo), nuevo
    )


def _libre(t: Transaccion, llave: str) -> str:
    """Esa llave o la siguiente que no sea de un trabajo ya terminado."""
    for vez in count():
        esta = f"{llave}:{vez}" if vez else llave
        fila = t.fila("trabajo_por_llave", llave=esta)
        if fila is None or fila["estado"] in {EstadoTrabajo.PENDIENTE, EstadoTrabajo.EN_CURSO}:
            return esta
    raise AssertionError


def hacer(taller: Taller, trabajo: Trabajo) -> datetime | None:
    """Quien hace los trabajos de clase «archivo»: `Taller(otras={"archivo": hacer})`.

    El de un archivo que está en otro equipo se deja para el trabajador de allá.
    """
    from scribe.ordenes.trabajo import elaborar

    inicio = time.monotonic()
    audio, salida = taller.con_paciencia(lambda t: _rutas(t, trabajo.id))
    if not audio.exists() and platform.node() not in trabajo.equipo.split(":"):
        return datetime.now(UTC) + OCUPADO
    ajustes = taller.ajustes(Opciones.model_validate(trabajo.opciones))
    motores, contexto = taller.armar(ajustes), Contexto(plantilla=ajustes.plantilla)
    anotador = pasos.Anotador(
        taller.expediente, taller.actor, trabajo.id, pasos.llaves(motores, ajustes, contexto),
        lambda: ceder_si_toca(taller, trabajo), lambda: parar_si_se_cancelo(taller, trabajo),
    )  # fmt: skip
    elaborar(audio, salida, motores, ajustes, contexto, anotador)
    tardo = time.monotonic() - inicio
    taller.con_paciencia(lambda t: estado.terminar(t, trabajo.id, tardo))
    return None


def _rutas(t: Transaccion, trabajo: UUID) -> tuple[Path, Path]:
    fila = t.una("trabajo_por_id", "el trabajo", id=trabajo)
    claro = t.descifrar(fila["datos"], "trabajo", trabajo, "trabajo.datos", trabajo)
    audio, salida = json.loads(claro.decode("utf-8", "surrogateescape"))
    return Path(audio), Path(salida)
