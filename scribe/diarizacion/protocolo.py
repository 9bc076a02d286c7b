"""Lo que todo diarizador cumple."""

from __future__ import annotations

from typing import Any, Protocol

from scribe.consulta import Grabacion, Separacion
from scribe.progreso import Avance


class Diarizador(Protocol):
    """Dice quién habló cuándo en una grabación, sin saber todavía qué papel tiene cada quien."""

    @property
    def identidad(self) -> dict[str, Any]:
        """Modelos (id y sha256) y ajustes que determinan el resultado; sirve de clave de caché."""
        ...

    def separar(self, grabacion: Grabacion, *, hablantes: int | None, avance: Avance) -> Separacion:
        """Separa las voces de `grabacion`.

        `hablantes` fija cuántas personas hay (None: se encuentra). Los tramos salen en orden de inicio,
        en segundos, con hablantes H1, H2… por orden de aparición; los de una misma persona no se tocan
        entre sí. Sin voz, `Separacion` vacía.
        """
        ...
