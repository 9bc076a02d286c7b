"""Los motores, listos entre un trabajo y otro: armarlos de nuevo cada vez es espera de quien acaba de grabar.

Se guarda un solo juego, el de los últimos ajustes. Los pesos no se quedan (el flujo los suelta al acabar cada
etapa): lo que se conserva son las bibliotecas cargadas y las tablas de códigos. Un trabajo que no acabó bien
se lleva los suyos, y un rato sin trabajo los suelta todos.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from scribe import memoria
from scribe.ajustes import Ajustes
from scribe.flujo import Motores


@dataclass(slots=True)
class Armados:
    """Arma motores, o da los que ya había. `ocio_s`: segundos que se guardan sin uso; 0, no se guardan."""

    armar: Callable[[Ajustes], Motores]
    ocio_s: float
    _hay: tuple[Ajustes, Motores] | None = field(default=None, init=False)
    _reloj: threading.Timer | None = field(default=None, init=False)
    _candado: threading.RLock = field(default_factory=threading.RLock, init=False)

    def __call__(self, ajustes: Ajustes) -> Motores:
        """Los de esos ajustes. Lanza lo que lance armarlos."""
        with self._candado:
            self._parar_reloj()
            if self._hay is None or self._hay[0] != ajustes:
                self._hay = None  # los de antes se sueltan primero: no caben dos juegos en un equipo chico
                self._hay = ajustes, self.armar(ajustes)
            return self._hay[1]

    def devolver(self, bien: bool) -> None:
        """Se acabó un trabajo: si acabó bien, los motores esperan al siguiente; si no, se sueltan."""
        with self._candado:
            if not bien or self.ocio_s <= 0:
                self.soltar()
            elif self._hay is not None:
                self._parar_reloj()
                self._reloj = threading.Timer(self.ocio_s, self.soltar)
                self._reloj.daemon = True
                self._reloj.start()

    def preparar(self, ajustes: Ajustes) -> None:
        """Los deja listos antes de que hagan falta (mientras se graba). Lanza lo que lance armarlos."""
        with self._candado:
            if self.ocio_s > 0:
                self(ajustes).codificador.buscador  # noqa: B018  (abrir las tablas es lo que se quiere)
                self.devolver(True)

    def soltar(self) -> None:
        """Olvida los motores y devuelve su memoria."""
        with self._candado:
            self._parar_reloj()
            habia, self._hay = self._hay is not None, None
        if habia:
            memoria.soltar()

    def _parar_reloj(self) -> None:
        if self._reloj is not None:
            self._reloj.cancel()
        self._reloj = None
