"""Del guion al audio con su verdad: señal, tiempos por turno (`.ref.json`) y hablantes (`.rttm`)."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evaluacion.sintesis import ruido as ruidos
from evaluacion.sintesis.codec import escribir
from evaluacion.sintesis.guion import Condiciones, Guion, Hablante, Voz
from evaluacion.sintesis.sala import reverberar
from scribe.consulta import HERCIOS, Senal

_SILENCIO_INICIAL = (0.6, 1.1)
_SILENCIO_ENTRE = (0.3, 0.9)
_SILENCIO_FINAL = 1.0
_PICO = 0.95


class Habla(Protocol):
    """Quien convierte un texto en señal a 16 kHz."""

    def decir(self, texto: str, voz: Voz) -> Senal:
        """La señal del texto, sin silencio en las orillas."""
        ...


@dataclass(frozen=True, slots=True)
class Montaje:
    """Una consulta ya montada: una pista por persona y (inicio, fin) de cada turno en segundos."""

    pistas: dict[Hablante, Senal]
    tiempos: tuple[tuple[float, float], ...]


def montar(guion: Guion, habla: Habla) -> Montaje:
    """Pone cada turno en su sitio. El azar de las pausas depende solo del id y la semilla."""
    azar = np.random.default_rng(_semilla(guion))
    reloj = azar.uniform(*_SILENCIO_INICIAL)
    colocados: list[tuple[Hablante, float, Senal]] = []
    for numero, turno in enumerate(guion.turns):
        voz = guion.voices[turno.speaker]
        senal = habla.decir(turno.text, voz) * voz.gain
        pausa = azar.uniform(*_SILENCIO_ENTRE)
        if numero:
            reloj += pausa if turno.gap is None else turno.gap
        inicio = round(max(0.0, reloj), 3)
        colocados.append((turno.speaker, inicio, senal))
        reloj = inicio + len(senal) / HERCIOS
    largo = int((max(i + len(s) / HERCIOS for _, i, s in colocados) + _SILENCIO_FINAL) * HERCIOS)
    pistas: dict[Hablante, Senal] = {quien: np.zeros(largo, np.float32) for quien in guion.voices}
    for quien, inicio, senal in colocados:
        desde = int(inicio * HERCIOS)
        pistas[quien][desde : desde + len(senal)] += senal
    return Montaje(pistas, tuple((i, round(i + len(s) / HERCIOS, 3)) for _, i, s in colocados))


def sonar(montaje: Montaje, condiciones: Condiciones, semilla: int) -> NDArray[np.float32]:
    """Aplica sala y ruido y mezcla. Devuelve (canales, muestras) a 16 kHz."""
    pistas = dict(montaje.pistas)
    if condiciones.sala:
        pistas = {q: reverberar(p, condiciones.sala, semilla + n) for n, (q, p) in enumerate(pistas.items())}
    medico = [p for q, p in pistas.items() if q == "medico"]
    demas = [p for q, p in pistas.items() if q != "medico"]
    grupos = [medico, demas] if condiciones.por_canal else [medico + demas]
    canales: list[Senal] = [np.sum(grupo, axis=0, dtype=np.float32) for grupo in grupos if grupo]
    if condiciones.ruido:
        activa = np.zeros(len(canales[0]), dtype=bool)
        for inicio, fin in montaje.tiempos:
            activa[int(inicio * HERCIOS) : int(fin * HERCIOS)] = True
        fondo = _fondo(condiciones, len(canales[0]) / HERCIOS + 0.1, list(montaje.pistas.values()), semilla)
        canales = [ruidos.ensuciar(c, fondo, condiciones.snr_db, activa) for c in canales]
    mezcla = np.stack(canales).astype(np.float32)
    pico = float(np.abs(mezcla).max())
    return mezcla if pico <= _PICO else (mezcla * (_PICO / pico)).astype(np.float32)


def producir(guion: Guion, habla: Habla, carpeta: Path) -> Path:
    """Escribe audio, `.json`, `.ref.json` y `.rttm` en `carpeta`; devuelve el archivo de audio."""
    carpeta.mkdir(parents=True, exist_ok=True)
    montaje = montar(guion, habla)
    canales = sonar(montaje, guion.condiciones, _semilla(guion))
    entero: dict[str, Any] = guion.model_dump(mode="json")
    for turno in entero["turns"]:
        if turno["gap"] is None:
            del turno["gap"]
    referencia = {
        **entero,
        "turns": [
            {"speaker": t.speaker, "start": inicio, "end": fin, "text": t.text}
            for t, (inicio, fin) in zip(guion.turns, montaje.tiempos, strict=True)
        ],
    }
    _escribir_json(carpeta / f"{guion.id}.json", entero)
    _escribir_json(carpeta / f"{guion.id}.ref.json", referencia)
    (carpeta / f"{guion.id}.rttm").write_text(_rttm(guion, montaje), "utf-8")
    return escribir(canales, carpeta, guion.id, guion.condiciones.codec)


def _fondo(condiciones: Condiciones, segundos: float, voces: list[Senal], semilla: int) -> Senal:
    if condiciones.ruido == "bullicio":
        return ruidos.bullicio(segundos, voces, semilla)
    return ruidos.SIN_VOCES[str(condiciones.ruido)](segundos, semilla)


def _semilla(guion: Guion) -> int:
    return zlib.crc32(guion.id.encode()) + guion.condiciones.semilla


def _rttm(guion: Guion, montaje: Montaje) -> str:
    return "".join(
        f"SPEAKER {guion.id} 1 {i:.3f} {f - i:.3f} <NA> <NA> {t.speaker} <NA> <NA>\n"
        for t, (i, f) in zip(guion.turns, montaje.tiempos, strict=True)
    )


def _escribir_json(archivo: Path, datos: dict[str, Any]) -> None:
    archivo.write_text(json.dumps(datos, ensure_ascii=False, indent=1) + "\n", "utf-8")
