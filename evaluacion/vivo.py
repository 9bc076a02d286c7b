"""De parar de grabar al borrador: alimenta una grabación a velocidad de reloj y mide lo que se espera.

    python -m evaluacion.vivo AUDIO [--acelerado N] [--sin-adelantar] [--salida CARPETA]

Todo es de verdad: `scribe servir` con su trabajador, la subida por trozos de un segundo como la del
navegador, los modelos instalados. Con `--acelerado N` cada segundo de sonido llega en 1/N: el equipo tiene
menos tiempo para adelantar, así que la espera medida es igual o mayor que la real.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import psutil  # type: ignore[import-untyped]

from evaluacion.carga.instalacion import atender, bien, instalar
from evaluacion.informe import escribir
from evaluacion.procedencia import procedencia
from evaluacion.resultados import Cuadro, Resultados
from scribe.audio import leer
from scribe.consulta import HERCIOS
from scribe.progreso import en_silencio

_SONDEO_S = 0.2
_PLAZO_S = 3 * 3600.0


def pcm(audio: Path) -> bytes:
    """La grabación como la manda el navegador: un wav sin final (tamaño máximo), PCM de 16 bits a 16 kHz."""
    grabacion = leer(audio, duracion_max_s=_PLAZO_S * 2, avance=en_silencio)
    mezcla = np.mean(np.stack(grabacion.voces), axis=0)
    muestras: bytes = np.clip(np.round(mezcla * 32767), -32768, 32767).astype("<i2").tobytes()
    formato = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, HERCIOS, 2 * HERCIOS, 2, 16)
    sin_final = 0xFFFFFFFF
    return (
        struct.pack("<4sI4s", b"RIFF", sin_final, b"WAVE")
        + formato
        + struct.pack("<4sI", b"data", sin_final)
        + muestras
    )


@dataclass(slots=True)
class Gasto:
    """Lo que consume el trabajador de cómputo con los procesos que lanza: memoria (MiB) y CPU (s)."""

    servidor: int
    maxima_mib: float = 0.0
    _fin: threading.Event = field(default_factory=threading.Event)

    def cpu_s(self) -> float:
        """Segundos de CPU hasta ahora, con los de los procesos que ya terminaron."""
        total = 0.0
        for proceso in self._procesos():
            with _aunque_muera():
                t = proceso.cpu_times()
                total += t.user + t.system + t.children_user + t.children_system
        return total

    def __enter__(self) -> Gasto:
        threading.Thread(target=self._mirar, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fin.set()

    def _procesos(self) -> list[psutil.Process]:
        hijos = psutil.Process(self.servidor).children()
        computo = [h for h in hijos if h.cmdline()[-1:] == ["computo"]]
        return [*computo, *(n for h in computo for n in h.children(recursive=True))]

    def _mirar(self) -> None:
        while not self._fin.wait(_SONDEO_S):
            suma = 0.0
            with _aunque_muera():
                for proceso in self._procesos():
                    suma += proceso.memory_info().rss / (1 << 20)
            self.maxima_mib = max(self.maxima_mib, suma)


@contextmanager
def _aunque_muera() -> Iterator[None]:
    """Un proceso que muere mientras se le mira no estorba."""
    with suppress(psutil.Error):
        yield


def medir(audio: Path, *, acelerado: float = 1.0, donde: Path | None = None) -> dict[str, Any]:
    """Graba `audio` «en vivo» y dice cuánto se esperó al final. Lanza `RuntimeError` si no hay borrador."""
    sonido = pcm(audio)
    duracion = (len(sonido) - 44) / 2 / HERCIOS
    with (
        instalar(donde, con_trabajador=True) as servidor,
        servidor.cliente() as cliente,
        Gasto(servidor.pid) as gasto,
    ):
        encuentro, permiso = atender(cliente)
        pedido = {"consentimiento": permiso, "formato": "wav"}
        subida = bien(cliente.post(f"/encuentros/{encuentro}/subidas", json=pedido))["id"]
        cuantos = _mandar(cliente, subida, sonido, acelerado)
        adelantado = bien(cliente.get(f"/subidas/{subida}/avance"))
        paro, gastado = time.monotonic(), gasto.cpu_s()
        cierre = {"trozos": cuantos, "sha256": hashlib.sha256(sonido).hexdigest(), "duracion_s": duracion}
        recibo = bien(cliente.post(f"/subidas/{subida}/cierre", json=cierre))
        trabajo = _esperar(cliente, recibo["trabajo"])
        espera = time.monotonic() - paro
        despues = gasto.cpu_s() - gastado
        pasos = {p["nombre"]: round(p["segundos"] or 0.0, 1) for p in trabajo["pasos"]}
    return {
        "duracion_s": round(duracion, 1), "acelerado": acelerado, "adelantado_s": adelantado["escuchado_s"],
        "espera_s": round(espera, 1), "espera_entre_duracion": round(espera / duracion, 4),
        "cpu_despues_s": round(despues, 1), "cpu_despues_entre_duracion": round(despues / duracion, 4),
        "cpu_antes_s": round(gastado, 1), "pasos_s": pasos, "memoria_mib": round(gasto.maxima_mib),
    }  # fmt: skip


def _mandar(cliente: httpx2.Client, subida: str, sonido: bytes, acelerado: float) -> int:
    """Un trozo por segundo de sonido, cada uno a su hora; cuántos fueron."""
    tamano, inicio = 2 * HERCIOS, time.monotonic()
    partes = [sonido[i : i + tamano] for i in range(0, len(sonido), tamano)]
    for numero, parte in enumerate(partes):
        time.sleep(max(0.0, inicio + (numero + 1) / acelerado - time.monotonic()))
        cabecera = {"X-Scribe-Sha256": hashlib.sha256(parte).hexdigest()}
        bien(cliente.put(f"/subidas/{subida}/trozos/{numero}", content=parte, headers=cabecera))
    return len(partes)


def resultados(medido: dict[str, Any]) -> Resultados:
    """Lo medido como una evaluación más, para `python -m evaluacion.documento`."""
    columnas = (
        "dura (min)",
        "oído al parar",
        "espera (s)",
        "espera / duración",
        "CPU al parar (s)",
        "memoria (MiB)",
    )
    duracion, adelantado = medido["duracion_s"], medido["adelantado_s"]
    fila = (
        f"{duracion / 60:.1f}", f"{adelantado / duracion:.0%}", f"{medido['espera_s']:.0f}",
        f"{medido['espera_entre_duracion']:.1%}", f"{medido['cpu_despues_s']:.0f}",
        f"{medido['memoria_mib']}",
    )  # fmt: skip
    cuadro = Cuadro(
        titulo="De parar al borrador",
        explicacion="Lo que se espera desde que se para la grabación, con el servidor, su trabajador y los "
        f"modelos de verdad; el sonido llegó a {medido['acelerado']:g}× la velocidad de reloj.",
        columnas=columnas,
        filas=(fila,),
        cifras={"fraccion": medido["espera_entre_duracion"], "cpu": medido["cpu_despues_entre_duracion"]},
    )
    return Resultados(
        conjunto="vivo",
        titulo="De parar la grabación al borrador",
        fuente="consultas de desarrollo, encadenadas",
        cuadros=(cuadro,),
        perfil="minimo",
        **procedencia("minimo"),
    )


def _esperar(cliente: httpx2.Client, trabajo: str) -> Any:
    limite = time.monotonic() + _PLAZO_S
    while time.monotonic() < limite:
        visto = bien(cliente.get(f"/trabajos/{trabajo}"))
        if visto["trabajo"]["estado"] == "hecho":
            return visto
        if visto["trabajo"]["estado"] in {"requiere_atencion", "cancelado"}:
            break
        time.sleep(_SONDEO_S)
    raise RuntimeError(f"El borrador no salió: {visto['trabajo']['motivo']}")


def main() -> None:
    """Lee los argumentos, mide y lo dice en JSON."""
    orden = argparse.ArgumentParser(prog="python -m evaluacion.vivo", description=__doc__)
    orden.add_argument("audio", type=Path)
    orden.add_argument("--acelerado", type=float, default=1.0)
    orden.add_argument("--sin-adelantar", action="store_true", help="como si todo se hiciera al final")
    orden.add_argument("--donde", type=Path, help="carpeta donde poner la instalación temporal")
    orden.add_argument("--salida", type=Path, help="carpeta donde dejar también resultados.json")
    dado = orden.parse_args()
    if dado.sin_adelantar:
        os.environ["SCRIBE_EN_VIVO"] = "false"
    medido = medir(dado.audio, acelerado=dado.acelerado, donde=dado.donde)
    if dado.salida is not None:
        escribir(resultados(medido), dado.salida, [], {})
    equipo = {"nucleos": os.cpu_count(), "carga_1min": round(os.getloadavg()[0], 2)}
    dicho = {"equipo": equipo, "en_vivo": not dado.sin_adelantar, **medido}
    print(json.dumps(dicho, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
