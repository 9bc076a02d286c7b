"""Que dos equipos vean la misma carpeta de grabaciones, comprobado y no supuesto.

El servidor deja en `archivos/` una marca con la identidad de la instalación. Quien trabaja en otro equipo la
busca al arrancar: una unidad de red sin montar es una carpeta vacía, y una copia vieja tiene la marca pero no
las grabaciones que esperan.
"""

from __future__ import annotations

import contextlib

from scribe.errores import AjusteInvalido
from scribe.expediente.bitacora import Actor
from scribe.expediente.transaccion import Expediente
from scribe.trabajos.audio import AlmacenAudio

_MARCA = "instalacion"


def marcar(audio: AlmacenAudio, instalacion: str) -> None:
    """La deja el servidor, cada vez que arranca."""
    (audio.carpeta.parent / _MARCA).write_text(instalacion + "\n", encoding="ascii")


def exigir_la_misma(audio: AlmacenAudio, expediente: Expediente, instalacion: str) -> None:
    """Lanza `AjusteInvalido` si aquí no están las grabaciones de esa instalación."""
    dicho = ""
    with contextlib.suppress(OSError):
        dicho = (audio.carpeta.parent / _MARCA).read_text(encoding="ascii", errors="replace").strip()
    with expediente.transaccion(Actor(None, "trabajador")) as t:
        esperan = [fila["grabacion_id"] for fila in t.filas("grabaciones_en_espera")]
    faltan_todas = bool(esperan) and not any(audio.ruta(g.hex).exists() for g in esperan)
    if dicho != instalacion or faltan_todas:
        raise AjusteInvalido(
            "Este equipo no ve las grabaciones del servidor.",
            "Monte aquí la carpeta de datos del servidor (la misma, no una copia) y dígala en SCRIBE_DATOS; "
            "arranque el servidor antes que este trabajador.",
        )
