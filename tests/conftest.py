"""Lo que comparten todas las pruebas: la orden real, las muestras y audio fabricado al momento."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import settings
from numpy.typing import NDArray

RAIZ = Path(__file__).resolve().parent.parent
MUESTRAS = RAIZ / "evaluacion" / "muestras"
HERCIOS = 16_000

# La suite que decide si algo entra prueba siempre los mismos ejemplos: un hallazgo al azar no debe tirar
# un cambio que no lo causó. Buscar casos nuevos es otra corrida: --hypothesis-profile=explorar.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("explorar", deadline=None, print_blob=True)
settings.load_profile("suite")

Orden = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def muestras() -> Path:
    """Carpeta de las consultas sintéticas comprometidas."""
    return MUESTRAS


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Caché de etapas común a la corrida de pruebas, lejos de la de la persona."""
    return tmp_path_factory.mktemp("cache")


def argumentos_scribe() -> list[str]:
    """Cómo se llama a la orden: la instalada en el entorno o, si no está, el módulo."""
    instalada = Path(sys.executable).with_name("scribe")
    return [str(instalada)] if instalada.exists() else [sys.executable, "-m", "scribe.cli"]


@pytest.fixture(scope="session")
def entorno(cache: Path) -> dict[str, str]:
    """El entorno en que corren las órdenes."""
    return {**os.environ, "SCRIBE_CACHE": str(cache), "PYTHONPATH": str(RAIZ), "COLUMNS": "200"}


@pytest.fixture(scope="session")
def scribe(entorno: dict[str, str]) -> Orden:
    """Corre `scribe ARGUMENTOS…` de verdad, en otro proceso; `antes` es una orden que lo envuelve."""

    def correr(*argumentos: str | Path, antes: tuple[str, ...] = (), **extra: str) -> object:
        return subprocess.run(
            [*antes, *argumentos_scribe(), *map(str, argumentos)],
            env={**entorno, **extra},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=900,
            check=False,
        )

    return correr  # type: ignore[return-value]


@pytest.fixture
def ruido() -> Callable[[str, float], NDArray[np.float32]]:
    """Señales sin habla, con semilla fija."""
    return senal_sin_habla


def senal_sin_habla(clase: str, segundos: float) -> NDArray[np.float32]:
    """Silencio, ruido o música sintética de esa duración, a 16 kHz."""
    azar = np.random.default_rng(7)
    n = int(segundos * HERCIOS)
    tiempo = np.arange(n) / HERCIOS
    if clase == "silencio":
        return np.zeros(n, np.float32)
    if clase == "blanco":
        return (azar.standard_normal(n) * 0.05).astype(np.float32)
    if clase == "ventilador":
        grave = np.convolve(azar.standard_normal(n), np.ones(64) / 64, "same")
        return (grave * 0.4 + 0.02 * np.sin(2 * np.pi * 120 * tiempo)).astype(np.float32)
    if clase == "musica":
        return _musica(tiempo)
    raise ValueError(clase)


def _musica(tiempo: NDArray[np.float64]) -> NDArray[np.float32]:
    """Acordes que cambian cada segundo, con armónicos, vibrato y un golpe por tiempo."""
    acordes = np.array([[220, 277.2, 329.6], [246.9, 293.7, 370], [196, 246.9, 293.7], [220, 261.6, 329.6]])
    cual = tiempo.astype(int) % len(acordes)
    vibrato = 1 + 0.004 * np.sin(2 * np.pi * 5.5 * tiempo)
    notas = sum(
        np.sin(2 * np.pi * acordes[cual, k] * h * vibrato * tiempo) / h for k in range(3) for h in (1, 2, 3)
    )
    golpe = np.exp(-((tiempo % 0.5) * 30)) * np.sin(2 * np.pi * 90 * tiempo)
    return np.asarray(0.06 * notas + 0.2 * golpe, dtype=np.float32)


@pytest.fixture
def grabar(tmp_path: Path) -> Callable[..., Path]:
    """Escribe una señal en un archivo de audio temporal y devuelve su ruta."""

    def escribir(nombre: str, senal: NDArray[np.float32], hercios: int = HERCIOS) -> Path:
        ruta = tmp_path / nombre
        soundfile.write(ruta, senal, hercios)
        return ruta

    return escribir
