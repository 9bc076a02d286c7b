"""Cuánto cuesta una consulta según dura: las muestras encadenadas hasta 1, 5, 15, 60 y 180 minutos."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import numpy as np
from platformdirs import user_cache_path
from scipy.stats import linregress  # type: ignore[import-untyped]

from evaluacion.caso import Caso, Tarea
from evaluacion.conjunto import Conjunto
from evaluacion.resultados import Cuadro, Medida, ResultadoSistema
from evaluacion.sintesis.codec import escribir
from scribe.audio import leer
from scribe.consulta import HERCIOS, Senal

MINUTOS = (1, 5, 15, 60, 180)
MINUTOS_RAPIDO = (1, 3)
_MUESTRAS = ("faringitis.ogg", "otitis.m4a", "cefalea_estereo.ogg")
_PAUSA_S = 1.5
_VUELTAS = 64
_BAJA_POR_VUELTA = 0.005
"""Cada vuelta a las muestras suena un poco menos que la anterior (de 1 a 0.68 en 64): las mismas palabras con
otras muestras. Sin eso, lo ya oído se reconoce y no se vuelve a oír (10 de 164 ventanas en una hora) y lo
largo parece más barato."""


class Duraciones(Conjunto):
    """Audios del mismo tipo y distinto largo. Mide costo, no acierto: por eso sus casos no traen verdad.

    Las voces y las frases se repiten, aunque ninguna muestra: el tiempo de la nota puede quedar por debajo
    del de una consulta larga de verdad, donde todo es nuevo.
    """

    nombre: ClassVar[str] = "duraciones"
    titulo: ClassVar[str] = "Costo contra duración (1, 5, 15, 60 y 180 minutos)"
    tarea: ClassVar[Tarea] = "consulta"
    fuente: ClassVar[str] = "evaluacion/muestras, encadenadas"
    licencia: ClassVar[str] = "CC BY 4.0"
    propio: ClassVar[bool] = True

    def reconoce(self, carpeta: Path) -> bool:
        """Nunca: se hace al vuelo."""
        del carpeta
        return False

    def leer(self, carpeta: Path | None, *, rapido: bool = False) -> list[Caso]:
        """Un caso por duración; el audio se escribe una vez en la caché de la persona."""
        destino = carpeta or user_cache_path("scribe") / "evaluacion" / "duraciones"
        destino.mkdir(parents=True, exist_ok=True)
        base = _base()
        marca = hashlib.sha256(encadenar(base, 2 * len(base)).tobytes()).hexdigest()[:8]
        return [_caso(base, minutos, destino, marca) for minutos in (MINUTOS_RAPIDO if rapido else MINUTOS)]

    def analizar(
        self, carpeta: Path | None, casos: Sequence[Caso], sistemas: Sequence[ResultadoSistema]
    ) -> list[Cuadro]:
        """Reloj, RTF y memoria por duración, con la recta de mínimos cuadrados y el exponente."""
        del carpeta, casos
        return [c for s in sistemas if (c := cuadro(s)) is not None]


def cuadro(sistema: ResultadoSistema) -> Cuadro | None:
    """El costo por duración de un sistema; `None` con menos de dos duraciones.

    `pendiente`: segundos de cómputo por segundo de audio; `arranque_s`: lo que cuesta antes de empezar
    (ordenada de la recta); `exponente`: el de la ley de potencias entre duración y tiempo sin arranque
    (1, lineal); `desvio_maximo`: lo más que la pendiente entre dos duraciones seguidas se aparta de la
    general.
    """
    medidas = sorted((m for m in sistema.casos if m.duracion_s and m.costo.reloj_s), key=_duracion)
    if len(medidas) < 2:
        return None
    largos = np.array([_duracion(m) for m in medidas])
    relojes = np.array([m.costo.reloj_s or 0.0 for m in medidas])
    trabajo = np.array([sum(m.costo.etapas.values()) or m.costo.reloj_s or 0.0 for m in medidas])
    recta = linregress(largos, relojes)
    tramos = np.diff(relojes) / np.diff(largos)
    return Cuadro(
        titulo=f"Costo contra duración: {sistema.titulo}",
        explicacion=f"Pendiente {recta.slope:.3f} s de cómputo por s de audio, arranque "
        f"{recta.intercept:.1f} s, "
        f"R² {recta.rvalue**2:.4f}. Exponente 1 es crecer en proporción.",
        columnas=("minutos", "reloj (s)", "RTF", "pendiente del tramo", "memoria (MiB)", *_etapas(medidas)),
        filas=tuple(_fila(m, tramos[i - 1] if i else None, _etapas(medidas)) for i, m in enumerate(medidas)),
        cifras={
            "pendiente": float(recta.slope),
            "arranque_s": float(recta.intercept),
            "r2": float(recta.rvalue**2),
            "exponente": float(linregress(np.log(largos), np.log(trabajo)).slope),
            "desvio_maximo": float(np.max(np.abs(tramos / recta.slope - 1.0))),
        },
    )


def _fila(medida: Medida, tramo: float | None, etapas: Sequence[str]) -> tuple[str, ...]:
    reloj, largo = medida.costo.reloj_s or 0.0, _duracion(medida)
    memoria = medida.costo.memoria_mib
    return (
        f"{largo / 60:.0f}",
        f"{reloj:.1f}",
        f"{reloj / largo:.3f}",
        "—" if tramo is None else f"{tramo:.3f}",
        "—" if memoria is None else f"{memoria:.0f}",
        *(f"{medida.costo.etapas.get(e, 0.0):.1f}" for e in etapas),
    )


def _etapas(medidas: Sequence[Medida]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e for m in medidas for e in m.costo.etapas))


def _duracion(medida: Medida) -> float:
    return medida.duracion_s or 0.0


def _caso(base: Senal, minutos: int, destino: Path, marca: str) -> Caso:
    nombre = f"duracion_{minutos:03d}min_{marca}"
    archivo = destino / f"{nombre}.flac"
    if not archivo.exists():
        senal = encadenar(base, minutos * 60 * HERCIOS).reshape(1, -1)
        escribir(senal, destino, f"{nombre}.parcial", "flac").replace(archivo)
    return Caso(
        id=f"duracion_{minutos:02d}min",
        audio=archivo,
        duracion_s=minutos * 60.0,
        etiquetas={"minutos": str(minutos)},
    )


def encadenar(base: Senal, muestras: int) -> Senal:
    """`base` repetida hasta ese largo, cada vuelta con otro volumen: ninguna ventana es igual a otra."""
    salida = np.resize(base, muestras)
    for vuelta in range(1, -(-muestras // len(base))):
        salida[vuelta * len(base) : (vuelta + 1) * len(base)] *= 1.0 - _BAJA_POR_VUELTA * (vuelta % _VUELTAS)
    return salida


def _base() -> Senal:
    """Las tres muestras, mono y con una pausa entre ellas."""
    carpeta = Path(str(files("evaluacion"))) / "muestras"
    pausa: Senal = np.zeros(int(_PAUSA_S * HERCIOS), np.float32)
    partes: list[Senal] = []
    for nombre in _MUESTRAS:
        grabacion = leer(carpeta / nombre, duracion_max_s=600.0, avance=lambda _: None)
        partes += [np.mean(np.stack(grabacion.voces), axis=0, dtype=np.float32), pausa]
    return np.concatenate(partes)


CONJUNTOS = (Duraciones(),)
