"""Los pasos de un proceso: cómo se llaman, qué los decide y cómo se anotan mientras ocurren."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from scribe.ajustes import Ajustes
from scribe.almacen import clave
from scribe.consulta import Contexto
from scribe.expediente.bitacora import Actor
from scribe.expediente.errores import BaseNoDisponible
from scribe.expediente.transaccion import Expediente, Transaccion
from scribe.flujo import Motores
from scribe.progreso import Etapa
from scribe.trabajos import estado

NOMBRES: dict[Etapa, str] = {
    "audio": "leer", "asr": "transcribir", "diarizacion": "separar", "nota": "redactar", 
    "codigos": "codificar",
}  # fmt: skip
"""El paso que es cada etapa del flujo."""

_CUARTOS: dict[Etapa, tuple[str, ...]] = {
    "audio": ("audio",), "asr": ("asr", "audio"), "diarizacion": ("diarizacion", "audio"),
    "nota": ("soap", "lenguaje", "consulta"), "codigos": ("codificacion", "lenguaje", "consulta"),
}  # fmt: skip


MIRAR_S = 5.0
"""Cada cuánto se mira, durante un paso largo, si lo cancelaron."""


def llaves(motores: Motores, ajustes: Ajustes, contexto: Contexto) -> dict[Etapa, str]:
    """La llave de cada paso: su modelo, los ajustes que le importan y el código que lo hace."""
    que_lo_decide: dict[Etapa, tuple[object, ...]] = {
        "audio": (str(ajustes.duracion_max_s),),
        "asr": (motores.transcriptor.identidad, ajustes.idioma),
        "diarizacion": (motores.diarizador.identidad, str(ajustes.hablantes)),
        "nota": (motores.redactor.identidad, contexto.model_dump()),
        "codigos": (motores.codificador.identidad, contexto.model_dump()),
    }
    return {
        etapa: clave(NOMBRES[etapa], *partes, cuartos=_CUARTOS[etapa])  # type: ignore[arg-type]
        for etapa, partes in que_lo_decide.items()
    }


class Anotador:
    """Un `Progreso` que anota cada paso en la base y, entre paso y paso, pregunta si hay que dejar el turno.

    `entre_pasos` puede lanzar `Ceder`; `a_medias`, que se llama de vez en cuando durante un paso, detenerlo.
    Que la base no conteste no detiene el cálculo: lo anotado es para
    mirar; lo que decide si un paso se repite es la caché de etapas.
    """

    def __init__(
        self, expediente: Expediente, actor: Actor, trabajo: UUID, llaves: dict[Etapa, str],
        entre_pasos: Callable[[], None], a_medias: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._expediente, self._actor, self._trabajo = expediente, actor, trabajo
        self._llaves, self._entre_pasos, self._a_medias = llaves, entre_pasos, a_medias
        self._mirado = time.monotonic()
        self._inicio: dict[Etapa, float] = {}
        self._hechos: set[Etapa] = set()

    def __call__(self, etapa: Etapa, fraccion: float) -> None:
        """Lo llama el flujo: 0 al empezar una etapa, 1 al terminarla."""
        if etapa not in self._llaves:
            return
        if etapa not in self._inicio:
            self._entre_pasos()
            self._inicio[etapa] = time.monotonic()
            self._anotar(lambda t: estado.empezar_paso(t, self._trabajo, NOMBRES[etapa], self._llaves[etapa]))
        elif fraccion >= 1.0 and etapa not in self._hechos:
            self._hechos.add(etapa)
            tardo = time.monotonic() - self._inicio[etapa]
            self._anotar(
                lambda t: estado.terminar_paso(t, self._trabajo, NOMBRES[etapa], self._llaves[etapa], tardo)
            )
        elif time.monotonic() - self._mirado >= MIRAR_S:
            self._mirado = time.monotonic()
            self._a_medias()

    def _anotar(self, hacer: Callable[[Transaccion], object]) -> None:
        try:
            with self._expediente.transaccion(self._actor) as t:
                hacer(t)
        except BaseNoDisponible:
            pass
