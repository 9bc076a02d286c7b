"""Los procesos trabajadores: uno por cola, lanzados, vigilados y vueltos a lanzar si mueren.

Cada hijo recibe por su entrada estándar la frase del llavero (si hace falta) y la conserva abierta: cuando
se cierra, su padre murió, y para. Así no queda ninguno suelto aunque al padre lo maten con SIGKILL.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scribe.trabajos.modelo import COLAS, Cola, EstadoTrabajador

PARAR_S = 25.0
"""Lo que se espera a que un hijo pare con calma; después se le mata, y la cola sigue donde iba."""

ESPERA_MAX_S = 60.0
_VUELTA_S = 0.25


@dataclass(slots=True)
class _Hijo:
    proceso: subprocess.Popen[bytes] | None = None
    nacido: float = 0.0
    caidas: int = 0
    motivo: str | None = None
    codigo: int | None = None
    desde: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Lanza y cuida un proceso por cola mientras dura el bloque `with`.

    `al_caer` recibe cada muerte (para decirla y asentarla); lo que lance se ignora. Un hijo que vivió
    `calma_s` vuelve a empezar de cero la cuenta de caídas; la primera espera es de `espera_s`, y se dobla.
    """

    datos: Path
    frase: str | None = None
    colas: tuple[Cola, ...] = COLAS
    al_caer: Callable[[EstadoTrabajador], None] = lambda _: None
    entorno: Mapping[str, str] = field(default_factory=dict)
    calma_s: float = 60.0
    espera_s: float = 1.0
    _hijos: dict[Cola, _Hijo] = field(default_factory=dict, init=False)
    _parar: threading.Event = field(default_factory=threading.Event, init=False)
    _candado: threading.Lock = field(default_factory=threading.Lock, init=False)
    _hilo: threading.Thread | None = field(default=None, init=False)

    def __enter__(self) -> Supervisor:
        self._hijos = {cola: _Hijo() for cola in self.colas}
        self._hilo = threading.Thread(target=self._vigilar, name="supervisor", daemon=True)
        self._hilo.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.parar()

    def estado(self) -> list[EstadoTrabajador]:
        """Cómo está cada uno ahora."""
        with self._candado:
            return [self._visto(cola, hijo) for cola, hijo in self._hijos.items()]

    def parar(self) -> None:
        """Les pide parar y espera; al que no pare lo mata. Lo que hacían sigue después donde iba."""
        self._parar.set()
        if self._hilo is not None:
            self._hilo.join()
        procesos = [h.proceso for h in self._hijos.values() if h.proceso is not None]
        for proceso in procesos:
            with contextlib.suppress(ProcessLookupError):
                proceso.terminate()
        limite = time.monotonic() + PARAR_S
        for proceso in procesos:
            try:
                proceso.wait(max(limite - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                proceso.kill()  # a media etapa: la caché y la cola hacen que siga donde iba
                proceso.wait()
            _cerrar(proceso)

    # --- Por dentro -------------------------------------------------------------------------------

    def _vigilar(self) -> None:
        while not self._parar.is_set():
            for cola, hijo in self._hijos.items():
                if caida := self._revisar(cola, hijo):
                    with contextlib.suppress(Exception):  # que no se pueda asentar no detiene la vigilancia
                        self.al_caer(caida)
            self._parar.wait(_VUELTA_S)

    def _revisar(self, cola: Cola, hijo: _Hijo) -> EstadoTrabajador | None:
        """Lanza el que falte y le toque; dice cuál acaba de morir."""
        with self._candado:
            if hijo.proceso is not None:
                codigo = hijo.proceso.poll()
                if codigo is None:
                    return None
                return self._murio(cola, hijo, codigo)
            if time.monotonic() >= hijo.desde:
                hijo.proceso, hijo.nacido = self._lanzar(cola), time.monotonic()
            return None

    def _murio(self, cola: Cola, hijo: _Hijo, codigo: int) -> EstadoTrabajador:
        assert hijo.proceso is not None
        _cerrar(hijo.proceso)
        duro = time.monotonic() - hijo.nacido
        hijo.caidas = 1 if duro >= self.calma_s else hijo.caidas + 1
        hijo.proceso, hijo.codigo, hijo.motivo = None, codigo, _motivo(codigo)
        espera = min(self.espera_s * 2.0 ** (hijo.caidas - 1), ESPERA_MAX_S)
        hijo.desde = time.monotonic() + espera
        return self._visto(cola, hijo).model_copy(update={"espera_s": espera})

    def _lanzar(self, cola: Cola) -> subprocess.Popen[bytes]:
        # En su propia sesión: un Ctrl-C de la terminal lo para el padre, en orden.
        hijo = subprocess.Popen(
            [sys.executable, "-m", "scribe.ordenes.hijo", cola], stdin=subprocess.PIPE,
            start_new_session=True, env={**os.environ, **self.entorno, "SCRIBE_DATOS": str(self.datos)},
        )  # fmt: skip
        assert hijo.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # ya murió: se verá en la siguiente vuelta
            hijo.stdin.write((self.frase or "").encode() + b"\n")
            hijo.stdin.flush()
        return hijo

    def _visto(self, cola: Cola, hijo: _Hijo) -> EstadoTrabajador:
        vivo = hijo.proceso is not None and hijo.proceso.poll() is None
        espera = 0.0 if vivo else round(max(hijo.desde - time.monotonic(), 0.0), 1)
        return EstadoTrabajador(
            cola=cola, vivo=vivo, caidas=hijo.caidas, motivo=hijo.motivo, espera_s=espera, codigo=hijo.codigo
        )


def _cerrar(proceso: subprocess.Popen[bytes]) -> None:
    if proceso.stdin is not None:
        with contextlib.suppress(OSError):
            proceso.stdin.close()


def _motivo(codigo: int) -> str:
    if codigo >= 0:
        return f"terminó con el código {codigo}"
    try:
        return f"lo mató la señal {signal.Signals(-codigo).name}"
    except ValueError:
        return f"lo mató la señal {-codigo}"
