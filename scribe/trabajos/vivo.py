"""El proceso que oye una grabación mientras sigue llegando; lo lanza y lo mata `adelantador`.

    python -m scribe.trabajos.vivo

No es una orden. Recibe encargos por la entrada estándar (un JSON por línea, con las claves: nunca van en los
argumentos) y contesta cada uno con otra línea. No ve la base ni la red. Trabaja con la menor prioridad y se
le puede matar en cualquier momento: lo que ya anotó en el cuaderno vale y lo demás se hará al final.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from scribe import aislamiento
from scribe.ajustes import Ajustes
from scribe.audio import leer
from scribe.cuaderno import Cuaderno
from scribe.expediente.cifrado import Clave
from scribe.progreso import en_silencio
from scribe.trabajos.trozos import Carpeta

if TYPE_CHECKING:
    from scribe.asr.protocolo import Transcriptor
    from scribe.diarizacion.protocolo import Diarizador

_CORTESIA = 10
_PRIMERO_QUE_MUERA = "800"


class Encargo(BaseModel):
    """Qué hay que adelantar y con qué. Lleva claves: no se imprime ni se guarda."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    grabacion: UUID
    subidas: Path
    clave: str
    cuaderno: Path
    llave: str
    ajustes: dict[str, Any]
    terminos: tuple[str, ...] = ()


class Respuesta(BaseModel):
    """Hasta dónde se llegó, en segundos; `fallo` es la clase del error, si lo hubo (nunca su texto)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grabado_s: float = 0.0
    escuchado_s: float = 0.0
    fallo: str | None = None


class Sonido:
    """Lo que va llegando de una grabación, descifrado en memoria: cada trozo se lee una sola vez."""

    def __init__(self, carpeta: Carpeta, clave: Clave) -> None:
        self._carpeta, self._clave, self._siguiente = carpeta, clave, 0
        self._archivo = os.fdopen(os.memfd_create("scribe-vivo"), "w+b")

    @property
    def ruta(self) -> Path:
        """Dónde leerlo."""
        return Path(f"/proc/self/fd/{self._archivo.fileno()}")

    def crecer(self) -> None:
        """Agrega los trozos seguidos que hayan llegado. `OSError` si la subida ya no está."""
        hay = self._carpeta.trozos()
        while (trozo := hay.get(self._siguiente)) is not None:
            for parte in self._carpeta.leer(trozo, self._clave):
                self._archivo.write(parte)
            self._siguiente += 1
        self._archivo.flush()

    def cerrar(self) -> None:
        """Lo olvida."""
        self._archivo.close()


class Oyente:
    """Hace encargos; entre uno y otro conserva los modelos cargados y lo último que descifró."""

    def __init__(self) -> None:
        self._de: tuple[UUID, Sonido] | None = None
        self._con: tuple[dict[str, Any], tuple[Transcriptor, Diarizador]] | None = None

    def adelantar(self, encargo: Encargo) -> Respuesta:
        """Oye lo que falte de una grabación. Lanza lo que lancen el audio o los motores."""
        ajustes = Ajustes(**encargo.ajustes)
        sonido = self._sonido(encargo)
        sonido.crecer()
        grabacion = leer(sonido.ruta, duracion_max_s=ajustes.duracion_max_s, avance=en_silencio)
        transcriptor, diarizador = self._oidos(encargo.ajustes, ajustes)
        idioma = None if ajustes.idioma == "auto" else ajustes.idioma
        llegado = grabacion.duracion_s
        with Cuaderno(encargo.cuaderno, bytes.fromhex(encargo.llave)) as cuaderno:
            for voz in grabacion.voces:
                separado = diarizador.adelantar(voz, recuerdos=cuaderno)
                oido = transcriptor.adelantar(
                    voz, idioma=idioma, terminos=encargo.terminos, recuerdos=cuaderno
                )
                llegado = min(llegado, separado if idioma is None else oido)
        return Respuesta(grabado_s=grabacion.duracion_s, escuchado_s=llegado)

    def _sonido(self, encargo: Encargo) -> Sonido:
        if self._de is None or self._de[0] != encargo.grabacion:
            if self._de is not None:
                self._de[1].cerrar()
            carpeta = Carpeta(encargo.subidas, encargo.grabacion)
            self._de = encargo.grabacion, Sonido(carpeta, Clave(bytes.fromhex(encargo.clave)))
        return self._de[1]

    def _oidos(self, dichos: dict[str, Any], ajustes: Ajustes) -> tuple[Transcriptor, Diarizador]:
        from scribe.motores import armar_oidos

        if self._con is None or self._con[0] != dichos:
            self._con = dichos, armar_oidos(ajustes)
        return self._con[1]


def atender(entrada: TextIO, salida: TextIO, oyente: Oyente) -> None:
    """Un encargo por línea, hasta que la entrada se cierre."""
    for linea in _lineas(entrada):
        try:
            respuesta = oyente.adelantar(Encargo.model_validate_json(linea))
        except Exception as causa:  # su texto podría decir algo de la persona
            respuesta = Respuesta(fallo=type(causa).__name__)
        print(respuesta.model_dump_json(), file=salida, flush=True)


def _lineas(entrada: TextIO) -> Iterator[str]:
    """Las líneas que lleguen; si la entrada se cierra (murió quien lo lanzó), el proceso termina ahí."""
    llegan: queue.SimpleQueue[str] = queue.SimpleQueue()

    def oir() -> None:
        for linea in entrada:
            llegan.put(linea)
        os._exit(0)

    threading.Thread(target=oir, name="encargos", daemon=True).start()
    while True:
        yield llegan.get()


def _ceder_el_paso() -> None:
    """Que la grabación misma, el servidor y quien espera su borrador vayan primero."""
    os.nice(_CORTESIA)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_PRIMERO_QUE_MUERA)


if __name__ == "__main__":
    _ceder_el_paso()
    aislamiento.sellar()
    atender(sys.stdin, os.fdopen(os.dup(1), "w"), Oyente())
