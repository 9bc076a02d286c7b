"""Lo que todo reconocedor de voz cumple."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from scribe.consulta import Escucha, Grabacion
from scribe.progreso import Avance


class Transcriptor(Protocol):
    """Pasa una grabación a palabras con su tiempo y su probabilidad; nunca traduce ni corrige."""

    @property
    def identidad(self) -> dict[str, Any]:
        """Modelo (id y sha256) y ajustes que determinan el resultado; sirve de clave de caché."""
        ...

    def transcribir(
        self, grabacion: Grabacion, *, idioma: str | None, terminos: Sequence[str], avance: Avance
    ) -> tuple[Escucha, ...]:
        """Una `Escucha` por cada señal de `grabacion.voces`, en su orden.

        `idioma` es un código ISO 639-1 (None: se detecta en todo el archivo). `terminos` son
        medicamentos y problemas que ya se conocen y conviene reconocer. Las palabras salen en orden de
        inicio, en segundos. Sin voz, la `Escucha` va vacía y con el aviso `sin_voz`.
        """
        ...

    def cerrar(self) -> None:
        """Suelta los pesos; la siguiente transcripción los vuelve a cargar."""
        ...
