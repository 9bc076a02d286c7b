"""Del borrador al expediente: transcripción, borrador, nota versión 1 y su tarea, en una transacción.

Repetirlo es inocuo: el trabajo se toma con candado y, si ya está hecho, no se escribe nada.
"""

from __future__ import annotations

import json

from scribe.consulta import Borrador, EstadoEnunciado
from scribe.expediente import encuentros, notas
from scribe.expediente.modelo import EstadoNota
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos import estado
from scribe.trabajos.modelo import EstadoTrabajo, Trabajo

_DE_LA_NOTA = ("esquema", "nota", "omisiones", "codigos", "avisos")


def contenido_inicial(borrador: Borrador) -> bytes:
    """Los bytes de la versión 1: la nota con su evidencia, sin la transcripción (que se guarda aparte)."""
    datos = borrador.model_dump(mode="json", include=set(_DE_LA_NOTA))
    return json.dumps({c: datos[c] for c in _DE_LA_NOTA}, ensure_ascii=False, separators=(",", ":")).encode()


def entregar(t: Transaccion, trabajo: Trabajo, borrador: Borrador, segundos: float) -> bool:
    """Deja el borrador en el expediente y da el trabajo por hecho. Dice si escribió algo.

    Si la nota ya va más adelante (otro borrador, la médica la está revisando, se descartó), el borrador se
    guarda junto a la grabación y la nota no se toca.
    """
    ahora = Trabajo.model_validate(t.una("trabajo_tomar", "el trabajo", id=trabajo.id))
    if ahora.estado is not EstadoTrabajo.EN_CURSO or ahora.grabacion_id is None:
        return False
    modelos = borrador.modelos.model_dump(mode="json")
    oido = {
        "asr": modelos["asr"],
        "diarizacion": modelos["diarizacion"],
        "audio": borrador.audio.model_dump(),
    }
    transcripcion = encuentros.alta_transcripcion(
        t, ahora.grabacion_id, borrador.transcripcion.model_dump_json().encode(), oido
    )
    completo = {**modelos, "audio": borrador.audio.model_dump()}
    guardado = encuentros.alta_borrador(t, transcripcion, borrador.model_dump_json().encode(), completo)
    nota = t.fila("nota_de_grabacion", grabacion=ahora.grabacion_id)
    if nota is not None and nota["estado"] == EstadoNota.GRABADA:
        notas.transcrita(t, nota["id"])
        dudas = sum(e.estado is EstadoEnunciado.POR_REVISAR for e in borrador.nota.enunciados)
        contenido = contenido_inicial(borrador)
        notas.recibir_borrador(t, nota["id"], guardado, contenido, completo, por_revisar=dudas)
    estado.terminar(t, trabajo.id, segundos)
    return True
