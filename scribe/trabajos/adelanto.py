"""Lo que ya se oyó de una grabación que sigue llegando: dónde se guarda, con qué clave y cómo se borra.

Cada grabación tiene su cuaderno, cifrado con una clave que sale de la suya: al destruir la de la grabación,
lo adelantado deja de poder leerse aunque quedara una copia. No va en los respaldos: se puede volver a hacer.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from scribe.cuaderno import Cuaderno
from scribe.expediente.errores_seguridad import CifradoInvalido
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.modelo import AvanceSubida

_PROPOSITO = b"scribe/adelanto/v1"


class Adelantos:
    """La carpeta «datos»/adelantos, junto a la de archivos y fuera de los respaldos."""

    def __init__(self, audio: AlmacenAudio) -> None:
        self._audio = audio
        self.carpeta = audio.carpeta.parent.with_name("adelantos")

    def archivo(self, grabacion: UUID) -> Path:
        """El cuaderno de una grabación, exista o no."""
        return self.carpeta / f"{grabacion.hex}.cuaderno"

    def llave(self, grabacion: UUID) -> bytes:
        """Los 32 bytes con que se cifra su cuaderno. Lanza lo que lance pedir la clave de la grabación."""
        return self._audio.clave(grabacion).derivada(_PROPOSITO).material()

    @contextlib.contextmanager
    def abrir(self, grabacion: UUID, *, activo: bool = True) -> Iterator[Cuaderno | None]:
        """El cuaderno, para leerlo y seguirlo; `None` si no se quiere o si la clave ya no existe."""
        try:
            llave = self.llave(grabacion) if activo else None
        except CifradoInvalido:
            llave = None
        if llave is None:
            yield None
            return
        with Cuaderno(self.archivo(grabacion), llave) as cuaderno:
            yield cuaderno

    def avance(self, grabacion: UUID) -> AvanceSubida:
        """Por dónde va; ceros si no ha empezado."""
        with contextlib.suppress(OSError, ValueError):
            return AvanceSubida.model_validate_json(self._avance(grabacion).read_bytes())
        return AvanceSubida()

    def anotar(self, grabacion: UUID, avance: AvanceSubida) -> None:
        """Deja dicho por dónde va (dos números, nada de lo que se dijo). Sin sitio, no se anota."""
        with contextlib.suppress(OSError):
            self.carpeta.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, nombre = tempfile.mkstemp(dir=self.carpeta, suffix=".parcial")
            with os.fdopen(descriptor, "w") as archivo:
                archivo.write(avance.model_dump_json())
            Path(nombre).replace(self._avance(grabacion))

    def borrar(self, grabacion: UUID) -> None:
        """Quita lo adelantado. Repetirlo es inocuo."""
        self.archivo(grabacion).unlink(missing_ok=True)
        self._avance(grabacion).unlink(missing_ok=True)

    def guardados(self) -> set[UUID]:
        """De qué grabaciones hay algo."""
        hallados = set()
        for archivo in self.carpeta.iterdir() if self.carpeta.is_dir() else ():
            if archivo.suffix == ".parcial":
                archivo.unlink(missing_ok=True)
                continue
            with contextlib.suppress(ValueError):
                hallados.add(UUID(archivo.stem))
        return hallados

    def _avance(self, grabacion: UUID) -> Path:
        return self.carpeta / f"{grabacion.hex}.avance"
