"""Lo que todo diarizador cumple."""

from __future__ import annotations

from typing import Any, Protocol

from scribe.consulta import Grabacion, Senal, Separacion
from scribe.progreso import Avance
from scribe.recuerdos import Recuerdos


class Diarizador(Protocol):
    """Dice quién habló cuándo en una grabación, sin saber todavía qué papel tiene cada quien."""

    @property
    def identidad(self) -> dict[str, Any]:
        """Modelos (id y sha256) y ajustes que determinan el resultado; sirve de clave de caché."""
        ...

    def separar(
        self,
        grabacion: Grabacion,
        *,
        hablantes: int | None,
        avance: Avance,
        recuerdos: Recuerdos | None = None,
    ) -> Separacion:
        """Separa las voces de `grabacion`.

        `hablantes` fija cuántas personas hay (None: se encuentra). Los tramos salen en orden de inicio,
        en segundos, con hablantes H1, H2… por orden de aparición; los de una misma persona no se tocan
        entre sí. Sin voz, `Separacion` vacía. Lo que esté en `recuerdos` no se calcula otra vez, y lo que
        falte se guarda ahí; el resultado es el mismo con ellos y sin ellos.
        """
        ...

    def adelantar(self, senal: Senal, *, recuerdos: Recuerdos) -> float:
        """Guarda en `recuerdos` lo que ya no va a cambiar de una grabación que todavía sigue.

        `senal` es una voz (mono a `HERCIOS`) desde el principio hasta lo que se lleva grabado. Repetir no
        cuesta. Devuelve hasta qué segundo quedó adelantado.
        """
        ...
