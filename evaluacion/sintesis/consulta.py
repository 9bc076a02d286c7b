"""Del guion al audio con su verdad: señal, tiempos por turno (`.ref.json`) y hablantes (`.rttm`)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evaluacion.sintesis import ruido as ruidos
from evaluacion.sintesis.codec import escribir
from evaluacion.sintesis.guion import Condiciones, Guion, Hablante, Voz
from evaluacion.sintesis.sala import reverberar
from evaluacion.sintesis.sucesos import SUCESOS
from scribe.consulta import HERCIOS, Senal

_SILENCIO_INICIAL = (0.6, 1.1)
_SILENCIO_ENTRE = (0.3, 0.9)
_SILENCIO_FINAL = 1.0
_SILENCIO_SUCESO = (0.15, 0.4)
_NIVEL_SUCESO = (0.25, 0.7)
_PICO = 0.95
_PICO_SATURADO = 0.8  # un códec con pérdida sobrepasa los picos aplastados: que no lleguen a recortarse


class Habla(Protocol):
    """Quien convierte un texto en señal a 16 kHz."""

    def decir(self, texto: str, voz: Voz) -> Senal:
        """La señal del texto, sin silencio en las orillas."""
        ...


@dataclass(frozen=True, slots=True)
class Montaje:
    """Una consulta ya montada: una pista por persona y (inicio, fin) de cada turno en segundos.

    `sucesos`: segundo en que empieza cada sonido suelto y su señal; ninguno cae sobre un turno.
    """

    pistas: dict[Hablante, Senal]
    tiempos: tuple[tuple[float, float], ...]
    sucesos: tuple[tuple[float, Senal], ...] = ()


def montar(guion: Guion, habla: Habla) -> Montaje:
    """Pone cada turno en su sitio. El azar de las pausas depende solo del id y la semilla."""
    azar = np.random.default_rng(semilla_de(guion))
    reloj = azar.uniform(*_SILENCIO_INICIAL)
    colocados: list[tuple[Hablante, float, Senal]] = []
    pendientes = _sucesos_por_turno(guion)
    sucesos: list[tuple[float, Senal]] = []
    for numero, turno in enumerate(guion.turns):
        for espera, sonido in pendientes.get(numero, ()):
            sucesos.append((reloj + espera, sonido))
            reloj += espera + len(sonido) / HERCIOS
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
    tiempos = tuple((i, round(i + len(s) / HERCIOS, 3)) for _, i, s in colocados)
    return Montaje(pistas, tiempos, tuple(sucesos))


def sonar(montaje: Montaje, condiciones: Condiciones, semilla: int) -> NDArray[np.float32]:
    """Aplica distancia, sala, sucesos, ruido y saturación. Devuelve (canales, muestras) a 16 kHz."""
    pistas = {
        quien: _oida(pista, condiciones, condiciones.distancias.get(quien, 1.0), semilla + n)
        for n, (quien, pista) in enumerate(montaje.pistas.items())
    }
    medico = [p for q, p in pistas.items() if q == "medico"]
    demas = [p for q, p in pistas.items() if q != "medico"]
    grupos = [medico, demas] if condiciones.por_canal else [medico + demas]
    canales: list[Senal] = [np.sum(grupo, axis=0, dtype=np.float32) for grupo in grupos if grupo]
    if montaje.sucesos:
        ajeno = _oida(_pista_de_sucesos(montaje), condiciones, 1.0, semilla + len(pistas))
        canales = [c + ajeno for c in canales]
    if condiciones.ruido:
        activa = np.zeros(len(canales[0]), dtype=bool)
        for inicio, fin in montaje.tiempos:
            activa[int(inicio * HERCIOS) : int(fin * HERCIOS)] = True
        fondo = _fondo(condiciones, len(canales[0]) / HERCIOS + 0.1, list(montaje.pistas.values()), semilla)
        canales = [ruidos.ensuciar(c, fondo, condiciones.snr_db, activa) for c in canales]
    mezcla = np.stack(canales).astype(np.float32)
    pico = float(np.abs(mezcla).max())
    if condiciones.saturacion_db and pico:
        pasada: NDArray[np.float32] = np.tanh(mezcla * (10 ** (condiciones.saturacion_db / 20) / pico))
        saturada: NDArray[np.float32] = np.asarray(
            pasada * (_PICO_SATURADO / float(np.abs(pasada).max())), dtype=np.float32
        )
        return saturada
    return mezcla if pico <= _PICO else (mezcla * (_PICO / pico)).astype(np.float32)


def producir(guion: Guion, habla: Habla, carpeta: Path) -> Path:
    """Escribe audio, `.json`, `.ref.json` y `.rttm` en `carpeta`; devuelve el archivo de audio."""
    carpeta.mkdir(parents=True, exist_ok=True)
    montaje = montar(guion, habla)
    canales = sonar(montaje, guion.condiciones, semilla_de(guion))
    escribir_verdad(guion, montaje.tiempos, carpeta)
    return escribir(canales, carpeta, guion.id, guion.condiciones.codec)


def escribir_verdad(guion: Guion, tiempos: Sequence[tuple[float, float]], carpeta: Path) -> None:
    """Escribe `.json` (el guion), `.ref.json` (con los tiempos de cada turno, en segundos) y `.rttm`."""
    entero: dict[str, Any] = guion.model_dump(mode="json")
    for turno in entero["turns"]:
        if turno["gap"] is None:
            del turno["gap"]
    referencia = {
        **entero,
        "turns": [
            {"speaker": t.speaker, "start": inicio, "end": fin, "text": t.text}
            for t, (inicio, fin) in zip(guion.turns, tiempos, strict=True)
        ],
    }
    _escribir_json(carpeta / f"{guion.id}.json", entero)
    _escribir_json(carpeta / f"{guion.id}.ref.json", referencia)
    (carpeta / f"{guion.id}.rttm").write_text(_rttm(guion, tiempos), "utf-8")


def semilla_de(guion: Guion) -> int:
    """De la que sale todo el azar de una consulta."""
    return zlib.crc32(guion.id.encode()) + guion.condiciones.semilla


def _sucesos_por_turno(guion: Guion) -> dict[int, list[tuple[float, Senal]]]:
    """Antes de qué turno suena cada suceso, tras cuánta espera y cómo; nunca antes de uno que se encima.

    Su azar es aparte: un guion sin sucesos suena igual que siempre.
    """
    azar = np.random.default_rng((semilla_de(guion), 1))
    libres = [n for n, t in enumerate(guion.turns) if n and (t.gap is None or t.gap >= 0)]
    salida: dict[int, list[tuple[float, Senal]]] = {}
    for suceso in guion.condiciones.sucesos if libres else ():
        sonido = SUCESOS[suceso](int(azar.integers(1 << 31))) * np.float32(azar.uniform(*_NIVEL_SUCESO))
        antes_de = int(azar.choice(libres))
        salida.setdefault(antes_de, []).append((float(azar.uniform(*_SILENCIO_SUCESO)), sonido))
    return salida


def _pista_de_sucesos(montaje: Montaje) -> Senal:
    pista = np.zeros(len(next(iter(montaje.pistas.values()))), np.float32)
    for inicio, sonido in montaje.sucesos:
        desde = int(inicio * HERCIOS)
        pista[desde : desde + len(sonido)] += sonido
    return pista


def _oida(pista: Senal, condiciones: Condiciones, metros: float, semilla: int) -> Senal:
    if condiciones.sala:
        return reverberar(pista, condiciones.sala, semilla, metros)
    return pista if metros == 1.0 else (pista / np.float32(metros)).astype(np.float32)


def _fondo(condiciones: Condiciones, segundos: float, voces: list[Senal], semilla: int) -> Senal:
    if condiciones.ruido == "bullicio":
        return ruidos.bullicio(segundos, voces, semilla)
    return ruidos.SIN_VOCES[str(condiciones.ruido)](segundos, semilla)


def _rttm(guion: Guion, tiempos: Sequence[tuple[float, float]]) -> str:
    return "".join(
        f"SPEAKER {guion.id} 1 {i:.3f} {f - i:.3f} <NA> <NA> {t.speaker} <NA> <NA>\n"
        for t, (i, f) in zip(guion.turns, tiempos, strict=True)
    )


def _escribir_json(archivo: Path, datos: dict[str, Any]) -> None:
    archivo.write_text(json.dumps(datos, ensure_ascii=False, indent=1) + "\n", "utf-8")
