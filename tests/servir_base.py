"""`scribe` como lo ve una persona: en su proceso y, si pregunta algo, en una terminal de mentiras (pty)."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil

from tests.conftest import RAIZ, argumentos_scribe

T = TypeVar("T")
PLAZO_S = 180.0


def hasta(que: Callable[[], T], plazo_s: float = PLAZO_S) -> T:
    """Espera a que `que()` dé algo, sondeando."""
    limite = time.monotonic() + plazo_s
    while not (dado := que()):
        assert time.monotonic() < limite, "no ocurrió a tiempo"
        time.sleep(0.1)
    return dado


@dataclass
class Terminal:
    """Una orden corriendo en una terminal: se lee lo que dice y se le contesta."""

    proceso: subprocess.Popen[bytes]
    maestro: int
    dicho: str = ""
    _visto: int = 0

    @classmethod
    def abrir(cls, entorno: dict[str, str], *argumentos: str) -> Terminal:
        maestro, esclavo = pty.openpty()
        try:
            proceso = subprocess.Popen(
                # setsid --ctty: la terminal es la que manda, y Ctrl-C llega como señal
                ["setsid", "--ctty", *argumentos_scribe(), *argumentos], cwd=RAIZ,
                env={**entorno, "TERM": "dumb", "COLUMNS": "300"},
                stdin=esclavo, stdout=esclavo, stderr=esclavo,
            )  # fmt: skip
        finally:
            os.close(esclavo)
        return cls(proceso, maestro)

    def espera(self, patron: str, plazo_s: float = PLAZO_S) -> re.Match[str]:
        """Hasta que diga algo así, después de lo último que se esperó."""

        def hallado() -> re.Match[str] | None:
            self._leer()
            return re.search(patron, self.dicho[self._visto :])

        limite = time.monotonic() + plazo_s
        while True:
            acabo = self.proceso.poll() is not None
            if (esto := hallado()) is not None:
                break
            assert not acabo and time.monotonic() < limite, self.dicho
        self._visto += esto.end()
        return esto

    def contesta(self, *pares: tuple[str, str]) -> None:
        """A cada pregunta que contenga eso, esa respuesta."""
        for pregunta, respuesta in pares:
            self.espera(re.escape(pregunta))
            self.teclea(respuesta + "\n")

    def teclea(self, texto: str) -> None:
        os.write(self.maestro, texto.encode())

    def termina(self, plazo_s: float = PLAZO_S) -> int:
        """Espera a que acabe; su código."""
        limite = time.monotonic() + plazo_s
        while self.proceso.poll() is None:
            self._leer()
            assert time.monotonic() < limite, self.dicho
        self._leer()
        return self.proceso.returncode

    def cerrar(self) -> None:
        if self.proceso.poll() is None:
            self.proceso.kill()
        self.proceso.wait()
        os.close(self.maestro)

    def _leer(self) -> None:
        while select.select([self.maestro], [], [], 0.1)[0]:
            try:
                parte = os.read(self.maestro, 65536)
            except OSError:  # la otra punta se cerró
                return
            self.dicho += parte.decode("utf-8", "replace").replace("\r", "")


def hijos_de(proceso: int, que: str = "scribe.ordenes.hijo") -> dict[str, int]:
    """Los trabajadores de ese servidor, por cola."""
    return {
        p.cmdline()[-1]: p.pid for p in psutil.Process(proceso).children(recursive=True) if que in p.cmdline()
    }


def vivo(pid: int) -> bool:
    """Si ese proceso existe y no es un zombi."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def bases_en(datos: Path) -> list[int]:
    """Los PostgreSQL parados sobre esos datos."""
    halladas = []
    for p in psutil.process_iter():
        try:
            if p.name() == "postgres" and Path(p.cwd()) == datos / "base" / "pgdata":
                halladas.append(p.pid)
        except (psutil.Error, OSError):
            continue
    return halladas
