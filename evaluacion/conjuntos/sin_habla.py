"""sin_habla: silencio y ruido de consultorio donde nadie habla. Todo lo que se transcriba es inventado.

Se fabrica al vuelo con `evaluacion.sintesis.ruido`, sin modelos: la misma versión da siempre los mismos
archivos.
"""

from __future__ import annotations

import os
import tomllib
import wave
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from evaluacion.caso import Caso
from evaluacion.conjunto import Conjunto, ConjuntoInvalido
from evaluacion.conjuntos.archivos import duracion, grabaciones
from evaluacion.sintesis.carpetas import carpeta_de_datos
from evaluacion.sintesis.ruido import SIN_VOCES, silencio
from evaluacion.sintesis.sucesos import SUCESOS
from scribe.consulta import HERCIOS, Senal

INDICE = "sin_habla.txt"
_ENTERO = 32767


class Receta(BaseModel):
    """Cómo se hace un caso.

    `fondos`: nombres de `SIN_VOCES` que suenan a la vez; ninguno, silencio digital. `sucesos`: sonidos
    sueltos, repartidos. `nivel_dbfs`: valor eficaz del fondo (o, sin fondo, de los sucesos).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    tipo: str
    segundos: float = Field(ge=5.0, le=60.0)
    fondos: tuple[str, ...] = ()
    sucesos: tuple[str, ...] = ()
    nivel_dbfs: float = Field(default=-30.0, ge=-80.0, le=-6.0)
    semilla: int = 0
    rapido: bool = False


class SinHabla(Conjunto):
    """Ruido y silencio: cuánto inventa un sistema donde no hay qué transcribir."""

    nombre = "sin_habla"
    titulo = "sin_habla (silencio y ruido, nadie habla)"
    tarea = "consulta"
    partes = ("asr", "habla")
    fuente = "docs/consultas_es.md; se fabrica solo"
    licencia = "CC BY 4.0"
    propio = True

    def reconoce(self, carpeta: Path) -> bool:
        """Si la carpeta lleva el índice que deja este conjunto."""
        return (carpeta / INDICE).is_file()

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Los casos propios, fabricando los que falten; con carpeta, cada grabación de ella es un caso.

        En una carpeta ajena quien la da responde de que nadie habla. Con `rapido`, seis cortos aparte.
        """
        if carpeta is None:
            return fabricar(carpeta_de_datos(self.nombre), [r for r in recetas() if r.rapido == rapido])
        casos = [_ajeno(audio) for audio in (grabaciones(carpeta) if carpeta.is_dir() else ())]
        if not casos:
            raise ConjuntoInvalido(
                f"En {carpeta} no hay ninguna grabación.", "Ponga ahí ruido sin nadie que hable."
            )
        return casos[:6] if rapido else casos


CONJUNTOS = (SinHabla(),)


@cache
def recetas() -> tuple[Receta, ...]:
    """Las del conjunto, en orden; viven en `evaluacion/datos/sin_habla.toml`."""
    datos = tomllib.loads(files("evaluacion").joinpath("datos/sin_habla.toml").read_text("utf-8"))
    return tuple(Receta(id=nombre, **campos) for nombre, campos in datos["casos"].items())


def version() -> str:
    """Versión de las recetas; cada una tiene su carpeta, para no mezclar archivos de dos."""
    texto = files("evaluacion").joinpath("datos/sin_habla.toml").read_text("utf-8")
    return str(tomllib.loads(texto)["version"])


def fabricar(carpeta: Path, cuales: Sequence[Receta]) -> list[Caso]:
    """Escribe los que falten en `carpeta`/v<versión> y devuelve sus casos."""
    lugar = carpeta / f"v{version()}"
    lugar.mkdir(parents=True, exist_ok=True)
    for receta in cuales:
        archivo = lugar / f"{receta.id}.wav"
        if not archivo.exists():
            _escribir(archivo, sonar(receta))
    (lugar / INDICE).write_text("Ruido y silencio fabricados por Scribe: nadie habla.\n", "utf-8")
    return [_caso(receta, lugar / f"{receta.id}.wav") for receta in cuales]


def sonar(receta: Receta) -> Senal:
    """La señal de una receta, a 16 kHz y sin pasar de ±1."""
    fondo = silencio(receta.segundos)
    for numero, nombre in enumerate(receta.fondos):
        fondo = fondo + SIN_VOCES[nombre](receta.segundos, receta.semilla + numero)
    if receta.fondos:
        fondo = _a_nivel(fondo, receta.nivel_dbfs)
    if receta.sucesos:
        sueltos = _repartir(receta, len(fondo))
        nivel = min(receta.nivel_dbfs + 10.0, -12.0) if receta.fondos else receta.nivel_dbfs
        fondo = fondo + _a_nivel(sueltos, nivel)
    pico = float(np.abs(fondo).max())
    return (fondo / max(1.0, pico / 0.98)).astype(np.float32)


def _repartir(receta: Receta, muestras: int) -> Senal:
    """Los sucesos, uno por casilla de igual largo y en un punto al azar de ella."""
    azar = np.random.default_rng((receta.semilla, 7))
    pista = np.zeros(muestras, np.float32)
    casilla = muestras // len(receta.sucesos)
    for numero, nombre in enumerate(receta.sucesos):
        sonido = SUCESOS[nombre](int(azar.integers(1 << 31)))[:casilla]
        desde = numero * casilla + int(azar.integers(casilla - len(sonido) + 1))
        pista[desde : desde + len(sonido)] += sonido
    return pista


def _a_nivel(senal: Senal, dbfs: float) -> Senal:
    eficaz = float(np.sqrt(np.mean(np.square(senal))))
    return np.asarray(senal * (10 ** (dbfs / 20) / eficaz), dtype=np.float32)


def _escribir(archivo: Path, senal: Senal) -> None:
    temporal = archivo.with_suffix(f".{os.getpid()}")
    with wave.open(str(temporal), "wb") as salida:
        salida.setnchannels(1)
        salida.setsampwidth(2)
        salida.setframerate(HERCIOS)
        salida.writeframes((senal * _ENTERO).astype("<i2").tobytes())
    temporal.replace(archivo)


def _caso(receta: Receta, audio: Path) -> Caso:
    etiquetas = {"ruido": receta.tipo}
    if receta.fondos or receta.sucesos:
        etiquetas["nivel_dbfs"] = f"{receta.nivel_dbfs:g}"
    return Caso(id=receta.id, audio=audio, duracion_s=receta.segundos, habla=False, etiquetas=etiquetas)


def _ajeno(audio: Path) -> Caso:
    segundos = duracion(audio)
    return Caso(id=audio.stem, audio=audio, duracion_s=segundos, habla=False, etiquetas={"ruido": "ajeno"})
