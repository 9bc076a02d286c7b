"""Muchas grabaciones subiendo a la vez: ¿se pierde alguna?, ¿crece la memoria?, ¿cuánto espera cada trozo?"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil  # type: ignore[import-untyped]

from evaluacion.carga.instalacion import Instalacion, atender, bien, instalar
from evaluacion.carga.resumen import cuantiles

OCTETOS_POR_HORA = {"wav": 16_000 * 2 * 3600, "ogg": 32_000 // 8 * 3600}
"""Lo que pesa una hora: wav, como la graba el navegador (PCM de 16 bits a 16 kHz); ogg, Opus a 32 kbit/s."""

TROZO = 1 << 20
"""El trozo más grande que manda el navegador (`grabar-subidor.js`)."""


@dataclass(slots=True)
class Memoria:
    """La memoria residente de un proceso, muestreada mientras dura."""

    pid: int
    muestras: list[float] = field(default_factory=list)
    _fin: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Memoria:
        threading.Thread(target=self._mirar, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fin.set()

    def _mirar(self) -> None:
        proceso = psutil.Process(self.pid)
        while not self._fin.wait(0.5):
            self.muestras.append(proceso.memory_info().rss / (1 << 20))

    def dicho(self) -> dict[str, float]:
        """MiB al empezar, lo más alto de la primera mitad y lo más alto de todo: si es plana, se parecen."""
        mitad = self.muestras[: max(len(self.muestras) // 2, 1)]
        return {
            "al_empezar_mib": round(self.muestras[0], 1), "primera_mitad_mib": round(max(mitad), 1),
            "maxima_mib": round(max(self.muestras), 1),
        }  # fmt: skip


def trozos(semilla: int, octetos: int, tamano: int = TROZO) -> Iterator[bytes]:
    """Bytes distintos en cada subida y en cada trozo, sin tenerlos todos en memoria."""
    bloque = hashlib.shake_128(semilla.to_bytes(8, "big")).digest(tamano)
    for numero, desde in enumerate(range(0, octetos, tamano)):
        yield (numero.to_bytes(8, "big") + bloque[8:])[: octetos - desde]


def medir(
    cuantas: int, formato: str, minutos: float, *, donde: Path | None = None, comprobar: int = 5
) -> dict[str, Any]:
    """Sube `cuantas` grabaciones a la vez y dice lo que pasó. Lanza `RuntimeError` si falta alguna."""
    octetos = int(OCTETOS_POR_HORA[formato] * minutos / 60)
    with instalar(donde) as servidor, servidor.cliente() as cliente:
        encuentro, permiso = atender(cliente)
        listas = threading.Barrier(cuantas)
        with Memoria(servidor.pid) as memoria, ThreadPoolExecutor(cuantas) as hilos:
            time.sleep(2)
            inicio = time.monotonic()
            hechas = list(
                hilos.map(
                    lambda n: _una(servidor, cliente, (encuentro, permiso), n, formato, octetos, listas),
                    range(cuantas),
                )
            )
            tardo = time.monotonic() - inicio
        _exigir_todas(cliente, hechas, comprobar)
        return {
            "cuantas": cuantas, "formato": formato, "mib_cada_una": round(octetos / (1 << 20), 1),
            "segundos": round(tardo, 1), "mib_por_segundo": round(cuantas * octetos / (1 << 20) / tardo, 1),
            "perdidas": 0, "repetidos": sum(h.repetidos for h in hechas), "memoria": memoria.dicho(),
            "trozo_s": cuantiles([s for h in hechas for s in h.trozos_s]),
            "cierre_s": cuantiles([h.cierre_s for h in hechas]),
        }  # fmt: skip


@dataclass(slots=True)
class Hecha:
    """Una subida terminada y lo que costó."""

    grabacion: str
    sha256: str
    trozos_s: list[float]
    cierre_s: float
    repetidos: int


def _una(
    servidor: Instalacion, con_sesion: httpx2.Client, quien: tuple[str, str], semilla: int, formato: str,
    octetos: int, listas: threading.Barrier,
) -> Hecha:  # fmt: skip
    encuentro, permiso = quien
    suma, tiempos, repetidos = hashlib.sha256(), [], 0
    with httpx2.Client(base_url=servidor.api, cookies=con_sesion.cookies, timeout=600) as cliente:
        pedido = {"consentimiento": permiso, "formato": formato, "bytes_previstos": octetos}
        listas.wait(600)
        subida = bien(cliente.post(f"/encuentros/{encuentro}/subidas", json=pedido))["id"]
        cuantos = 0
        for numero, parte in enumerate(trozos(semilla, octetos)):
            suma.update(parte)
            cabecera = {"X-Scribe-Sha256": hashlib.sha256(parte).hexdigest()}
            inicio = time.monotonic()
            while (
                r := cliente.put(f"/subidas/{subida}/trozos/{numero}", content=parte, headers=cabecera)
            ).status_code == 503:
                repetidos += 1  # como hace el navegador: la base no contestó a tiempo, se repite
                time.sleep(0.3)
            bien(r)
            tiempos.append(time.monotonic() - inicio)
            cuantos = numero + 1
        cierre = {"trozos": cuantos, "sha256": suma.hexdigest(), "duracion_s": 3600.0}
        inicio = time.monotonic()
        while (r := cliente.post(f"/subidas/{subida}/cierre", json=cierre)).status_code == 503:
            repetidos += 1
            time.sleep(0.3)
        recibo = bien(r)
    return Hecha(recibo["grabacion"], suma.hexdigest(), tiempos, time.monotonic() - inicio, repetidos)


def _exigir_todas(cliente: httpx2.Client, hechas: list[Hecha], comprobar: int) -> None:
    """Que cada recibo sea de una grabación distinta y que lo guardado sea lo que se mandó."""
    if len({h.grabacion for h in hechas}) != len(hechas):
        raise RuntimeError("Dos subidas dicen ser la misma grabación.")
    for hecha in hechas[:comprobar]:
        with cliente.stream("GET", f"/grabaciones/{hecha.grabacion}/audio") as sonido:
            suma = hashlib.sha256()
            for parte in sonido.iter_bytes():
                suma.update(parte)
        if suma.hexdigest() != hecha.sha256:
            raise RuntimeError(f"La grabación {hecha.grabacion} no volvió como se mandó.")
