"""El secreto con que un destino nos reconoce: se lee al usarlo y no se guarda ni se escribe."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from scribe.envio.errores import DestinoMalConfigurado

_LARGO_MAX = 16_384


class Credencial(BaseModel):
    """Dónde está el secreto: en un archivo 0600 o en el almacén de contraseñas del sistema (keyring).

    El contenido es el token (`bearer`) o «usuario:contraseña» (`basic`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    esquema: Literal["bearer", "basic"] = "bearer"
    archivo: Path | None = None
    llavero: str | None = None

    @model_validator(mode="after")
    def _uno_solo(self) -> Credencial:
        if (self.archivo is None) == (self.llavero is None):
            raise ValueError("la credencial va en un archivo o en el llavero del sistema: uno de los dos")
        return self

    def cabecera(self) -> SecretStr:
        """El valor de `Authorization`. Lanza `DestinoMalConfigurado` si el secreto falta o no es privado."""
        secreto = self._leer().strip()
        if not secreto or len(secreto) > _LARGO_MAX or not secreto.isprintable() or not secreto.isascii():
            raise DestinoMalConfigurado(
                "El secreto del destino está vacío o tiene caracteres que no puede llevar.",
                "Vuelva a guardarlo en un solo renglón.",
            )
        if self.esquema == "basic":
            return SecretStr("Basic " + base64.b64encode(secreto.encode()).decode())
        return SecretStr("Bearer " + secreto)

    def _leer(self) -> str:
        if self.archivo is not None:
            return _de_archivo(self.archivo)
        try:
            secreto = _keyring().get_password("scribe-destino", self.llavero)
        except Exception as causa:
            raise DestinoMalConfigurado(
                "El sistema no ofrece un almacén de contraseñas.", "Ponga el secreto en un archivo 0600."
            ) from causa
        if secreto is None:
            raise DestinoMalConfigurado(
                "El almacén del sistema no tiene el secreto de este destino.", "Guárdelo de nuevo."
            )
        return str(secreto)


def _de_archivo(ruta: Path) -> str:
    # El descriptor se comprueba después de abrirlo: entre mirar y abrir no se puede cambiar el archivo.
    try:
        descriptor = os.open(ruta, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        raise DestinoMalConfigurado(
            f"No se puede leer el secreto {ruta.name}.",
            "Revise la ruta y los permisos; no puede ser un enlace.",
        ) from None
    try:
        estado = os.fstat(descriptor)
        if (
            not stat.S_ISREG(estado.st_mode)
            or estado.st_mode & 0o077
            or estado.st_uid not in {os.geteuid(), 0}
        ):
            raise DestinoMalConfigurado(
                f"Otros usuarios pueden leer el secreto {ruta.name}.", f"Ejecute: chmod 600 {ruta.name}"
            )
        return os.read(descriptor, _LARGO_MAX + 1).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def _keyring() -> Any:
    import keyring

    return keyring
