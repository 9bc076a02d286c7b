"""Un almacén de contraseñas del sistema para las pruebas: un archivo (`PYTHON_KEYRING_BACKEND`)."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class LlaveroEnArchivo(KeyringBackend):
    """Guarda en `LLAVERO_DE_PRUEBA`."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return self._leer().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._ruta().write_text(json.dumps({**self._leer(), f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError

    def _leer(self) -> dict[str, str]:
        guardado: dict[str, str] = json.loads(self._ruta().read_text()) if self._ruta().exists() else {}
        return guardado

    @staticmethod
    def _ruta() -> Path:
        return Path(os.environ["LLAVERO_DE_PRUEBA"])
