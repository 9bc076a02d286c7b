"""Aprovechar el rato en que no hay trabajos: oír las grabaciones que todavía se están haciendo.

Un hilo del trabajador mira las subidas abiertas que tienen permiso y le encarga lo nuevo a otro proceso
(`vivo`), de la menor prioridad. En cuanto hay un trabajo por hacer, se retira el permiso o se apaga, ese
proceso se mata: lo oído está en el cuaderno de cada grabación y el trabajo, al final, lo halla hecho. No hay
más estado que ese cuaderno, y perderlo solo cuesta tiempo.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from scribe.flujo import terminos_de
from scribe.trabajos import estado
from scribe.trabajos.adelanto import Adelantos
from scribe.trabajos.modelo import AvanceSubida, EstadoTrabajo, Opciones
from scribe.trabajos.procesar import Taller, de_paciente
from scribe.trabajos.trozos import Carpeta
from scribe.trabajos.vivo import Encargo, Respuesta

registro = logging.getLogger("scribe.trabajos")

CADA_S = 2.0
_MIRAR_S = 1.0
_POR_SEGUNDO = 32_000
NUEVO_MIN = 20 * _POR_SEGUNDO
"""Bytes nuevos con que vale la pena otra pasada (20 s de PCM a 16 kHz)…"""
NUEVO_PARTE = 0.03
"""…o esta parte de lo que ya hay, si es más: así el costo de releer no crece con el cuadrado."""
QUIETA_S = 5.0
"""Una grabación que dejó de crecer (pausa) se pone al día con lo que tenga."""
_AVANCE_MIN_S = 10.0
_ADIOS_S = 5.0
_CONTEXTO_S = 300.0
_OCIOSO_S = 120.0
_FALLOS_MAX = 3
_MEMORIA_MIN = 5 << 29
"""2.5 GiB: lo que piden los motores del perfil más chico mientras otro proceso atiende la página."""

_POR_HACER = frozenset({EstadoTrabajo.PENDIENTE, EstadoTrabajo.EN_CURSO, EstadoTrabajo.REQUIERE_ATENCION})


@dataclass(slots=True)
class _Vista:
    """Lo que se sabe de una subida abierta."""

    octetos: int = 0
    fallos: int = 0
    terminos: tuple[str, ...] = ()
    leidos: float | None = None


@dataclass(slots=True)
class Adelantador:
    """Vive mientras dura el bloque `with`. Los tiempos solo se cambian en las pruebas."""

    taller: Taller
    cada_s: float = CADA_S
    orden: tuple[str, ...] = (sys.executable, "-m", "scribe.trabajos.vivo")
    _adelantos: Adelantos = field(init=False)
    _vistas: dict[UUID, _Vista] = field(default_factory=dict, init=False)
    _proceso: subprocess.Popen[str] | None = field(default=None, init=False)
    _muertos: list[subprocess.Popen[str]] = field(default_factory=list, init=False)
    _ocupados: int = field(default=0, init=False)
    _usado: float = field(default=0.0, init=False)
    _candado: threading.RLock = field(default_factory=threading.RLock, init=False)
    _fin: threading.Event = field(default_factory=threading.Event, init=False)
    _hilo: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._adelantos = Adelantos(self.taller.audio)
        self._hilo = threading.Thread(target=self._vivir, name="adelanto", daemon=True)

    def __enter__(self) -> Adelantador:
        self._hilo.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fin.set()
        self._matar()
        self._hilo.join(timeout=_ADIOS_S)  # si la base no contesta, no se espera por esto
        self._matar()
        self._enterrar()

    @contextlib.contextmanager
    def cediendo(self) -> Iterator[None]:
        """Mientras dura el bloque no se adelanta nada: hay un trabajo que hacer."""
        with self._candado:
            self._ocupados += 1
        self._matar()
        try:
            yield
        finally:
            with self._candado:
                self._ocupados -= 1

    # --- Cada vuelta ------------------------------------------------------------------------------

    def _vivir(self) -> None:
        while not self._fin.wait(self.cada_s):
            try:
                self._vuelta()
            except Exception as fallo:  # una vuelta perdida solo cuesta tiempo; su texto podría decir algo
                registro.warning("No se pudo adelantar nada esta vuelta (%s).", type(fallo).__name__)

    def _vuelta(self) -> None:
        self._enterrar()
        abiertas = {fila["id"]: fila for fila in self._abiertas()}
        self._limpiar(set(abiertas))
        self._vistas = {g: v for g, v in self._vistas.items() if g in abiertas}
        cual = None if self._hay_trabajo() else self._elegir(list(abiertas))
        if cual is None:
            if self._proceso is not None and time.monotonic() - self._usado > _OCIOSO_S:
                self._matar()
            return
        with self.taller.presencia.de(cual) as mia:
            if mia:
                self._adelantar(abiertas[cual])

    def _abiertas(self) -> list[DictRow]:
        with self.taller.expediente.transaccion(self.taller.actor) as t:
            return t.filas("subidas_en_vivo", equipo=platform.node())

    def _hay_trabajo(self) -> bool:
        if self._ocupados or self.taller.apagando.is_set():
            return True
        with self.taller.expediente.transaccion(self.taller.actor) as t:
            return t.fila("hay_mas_prisa", cola="computo", prioridad=-1) is not None

    def _limpiar(self, abiertas: set[UUID]) -> None:
        """Borra lo adelantado de lo que ya se entregó, se descartó o perdió su permiso."""
        for grabacion in self._adelantos.guardados() - abiertas:
            if not self._sirve(grabacion):
                self._adelantos.borrar(grabacion)

    def _sirve(self, grabacion: UUID) -> bool:
        """Si lo adelantado de esa grabación todavía se va a usar, y se puede."""
        with self.taller.expediente.transaccion(self.taller.actor) as t:
            fila = t.fila("subida_por_id", id=grabacion)
            if fila is None or fila["estado"] not in {"abierta", "cerrada"}:
                return False
            if fila["estado"] == "abierta":
                return bool(t.una("subida_autorizada", "esa subida", id=grabacion)["si"])
            return any(w.estado in _POR_HACER for w in estado.de_grabacion(t, grabacion))

    def _elegir(self, abiertas: list[UUID]) -> UUID | None:
        """La que más tiene sin oír, si alguna tiene bastante."""
        nuevos = {g: self._nuevo(g) for g in abiertas}
        cual = max(nuevos, key=lambda g: nuevos[g], default=None)
        return cual if cual is not None and nuevos[cual] > 0 else None

    def _nuevo(self, grabacion: UUID) -> int:
        """Bytes que valen otra pasada; 0 si todavía no."""
        vista = self._vistas.setdefault(grabacion, _Vista())
        carpeta = Carpeta(self._subidas, grabacion)
        octetos = sum(t.octetos for t in carpeta.trozos().values())
        nuevo = octetos - vista.octetos
        if nuevo <= 0 or octetos < NUEVO_MIN or vista.fallos >= _FALLOS_MAX:
            return 0
        if nuevo < max(NUEVO_MIN, NUEVO_PARTE * octetos) and time.time() - carpeta.tocada() < QUIETA_S:
            return 0
        return nuevo

    @property
    def _subidas(self) -> Path:
        return self.taller.audio.carpeta.with_name("subidas")

    # --- Una pasada -------------------------------------------------------------------------------

    def _adelantar(self, fila: DictRow) -> None:
        grabacion: UUID = fila["id"]
        ajustes = self.taller.ajustes(Opciones.model_validate(fila["opciones"]))
        if not ajustes.usar_cache or not ajustes.en_vivo or not _hay_memoria():
            return
        vista = self._vistas[grabacion]
        octetos = sum(t.octetos for t in Carpeta(self._subidas, grabacion).trozos().values())
        encargo = Encargo(
            grabacion=grabacion, subidas=self._subidas, cuaderno=self._adelantos.archivo(grabacion),
            clave=self.taller.audio.clave(grabacion).material().hex(),
            llave=self._adelantos.llave(grabacion).hex(), ajustes=ajustes.model_dump(mode="json"),
            terminos=self._terminos(fila, vista, ajustes.plantilla),
        )  # fmt: skip
        inicio = time.monotonic()
        respuesta = self._encargar(encargo)
        if respuesta is None:
            return
        if respuesta.fallo is not None:
            vista.fallos += 1
            registro.warning("No se pudo adelantar una grabación (%s).", respuesta.fallo)
            return
        vista.fallos, vista.octetos = 0, octetos
        antes = self._adelantos.avance(grabacion)
        avance = AvanceSubida(
            grabado_s=respuesta.grabado_s, escuchado_s=respuesta.escuchado_s,
            ritmo=_ritmo(antes, respuesta.escuchado_s, time.monotonic() - inicio),
        )  # fmt: skip
        self._adelantos.anotar(grabacion, avance)
        if not self._ocupados and _hay_memoria():
            self.taller.preparar(ajustes)  # al terminar de grabar, lo que falta ya estará a la mano

    def _terminos(self, fila: DictRow, vista: _Vista, plantilla: str) -> tuple[str, ...]:
        """Los que tendrá el trabajo. Se releen de vez en cuando: leer el expediente deja asiento."""
        ahora = time.monotonic()
        if vista.leidos is None or ahora - vista.leidos > _CONTEXTO_S:
            with self.taller.expediente.transaccion(self.taller.actor) as t:
                vista.terminos = terminos_de(de_paciente(t, fila["paciente_id"], plantilla))
            vista.leidos = ahora
        return vista.terminos

    def _encargar(self, encargo: Encargo) -> Respuesta | None:
        """Lo manda y espera la respuesta; `None` si hubo que dejarlo o el proceso murió."""
        with self._candado:
            if self._ocupados or self._fin.is_set():
                return None
            proceso = self._proceso = self._proceso or self._lanzar()
        self._usado = time.monotonic()
        assert proceso.stdin is not None and proceso.stdout is not None
        try:
            proceso.stdin.write(encargo.model_dump_json() + "\n")
            proceso.stdin.flush()
            while not select.select([proceso.stdout], [], [], _MIRAR_S)[0]:
                if not self._puede_seguir(encargo.grabacion):
                    self._matar()
                    return None
            linea = proceso.stdout.readline()
        except (OSError, ValueError):  # lo mataron, aquí mismo o desde fuera
            linea = ""
        self._usado = time.monotonic()
        if not linea:
            self._matar()
            return None if self._ocupados or self._fin.is_set() else Respuesta(fallo="Interrumpido")
        return Respuesta.model_validate_json(linea)

    def _puede_seguir(self, grabacion: UUID) -> bool:
        """Si la subida sigue abierta y con permiso, y nadie espera un borrador."""
        if self._hay_trabajo():
            return False
        with self.taller.expediente.transaccion(self.taller.actor) as t:
            fila = t.una("subida_por_id", "esa subida", id=grabacion)
            return fila["estado"] == "abierta" and bool(
                t.una("subida_autorizada", "esa subida", id=grabacion)["si"]
            )

    # --- El proceso -------------------------------------------------------------------------------

    def _lanzar(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.orden, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
        )  # fmt: skip

    def _matar(self) -> None:
        with self._candado:
            proceso, self._proceso = self._proceso, None
            if proceso is None:
                return
            self._muertos.append(proceso)
        proceso.kill()
        proceso.wait()

    def _enterrar(self) -> None:
        """Cierra las tuberías de los muertos. Solo el hilo: nadie más puede estar leyéndolas."""
        with self._candado:
            muertos, self._muertos = self._muertos, []
        for proceso in muertos:
            for tuberia in (proceso.stdin, proceso.stdout):
                if tuberia is not None:
                    with contextlib.suppress(OSError):
                        tuberia.close()


def _ritmo(antes: AvanceSubida, escuchado_s: float, tardo_s: float) -> float | None:
    """Segundos por segundo de esta pasada; si avanzó poco, el de antes: casi todo fue releer."""
    avanzo = escuchado_s - antes.escuchado_s
    return round(tardo_s / avanzo, 3) if avanzo >= _AVANCE_MIN_S else antes.ritmo


def _hay_memoria(donde: Path = Path("/proc/meminfo")) -> bool:
    """Si cargar los motores otra vez no ahoga al equipo; donde no se puede saber, sí."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        dicho: dict[str, Any] = dict(r.split(":", 1) for r in donde.read_text().splitlines() if ":" in r)
        if "MemAvailable" in dicho:
            return int(dicho["MemAvailable"].split()[0]) << 10 >= _MEMORIA_MIN
    return True
