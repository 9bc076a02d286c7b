"""El proceso trabajador: toma trabajos de una cola hasta que se le pide parar, y sobrevive a la base."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from dataclasses import dataclass, field

from procrastinate import App
from procrastinate.worker import Worker

from scribe.errores import ErrorScribe
from scribe.trabajos.barrido import componer
from scribe.trabajos.cola import FALLO_DE_COLA, LATIDO_S, MUERTO_S, aplicacion, recuperar, simultaneos
from scribe.trabajos.modelo import Cola
from scribe.trabajos.periodicos import Rutina, cola_de, registrar
from scribe.trabajos.procesar import Taller

registro = logging.getLogger("scribe.trabajos")
_OTRA_VEZ_S = 2.0


@dataclass(slots=True)
class Trabajador:
    """Un trabajador de una cola y, si se le dan, de las rutinas de su equipo.

    Los tiempos solo se cambian en las pruebas.
    """

    dsn: str
    cola: Cola
    taller: Taller
    latido_s: float = LATIDO_S
    muerto_s: float = MUERTO_S
    barrido_s: float = 15.0
    rutinas: tuple[Rutina, ...] = ()
    _actual: Worker | None = field(default=None, init=False)

    def correr(self) -> None:
        """Trabaja hasta recibir SIGTERM o SIGINT.

        Lo que estaba haciendo se suelta entre dos pasos y sigue después donde iba.
        """
        logging.getLogger("procrastinate").setLevel(logging.ERROR)  # sus avisos repiten lo que ya se anota
        asyncio.run(self._vivir())

    async def _vivir(self) -> None:
        ciclo = asyncio.get_running_loop()
        for senal in (signal.SIGTERM, signal.SIGINT):
            ciclo.add_signal_handler(senal, self._apagar)
        while not self.taller.apagando.is_set():
            try:
                await self._una_vida()
            except (FALLO_DE_COLA, OSError, ErrorScribe) as fallo:
                registro.warning("La cola se interrumpió (%s); se vuelve a entrar.", type(fallo).__name__)
                await asyncio.sleep(_OTRA_VEZ_S)

    async def _una_vida(self) -> None:
        """De que se abre la conexión a que se pierde o se pide parar."""
        app, equipo = aplicacion(self.dsn, self.taller), self.taller.actor.equipo
        registrar(app, self.rutinas, equipo)
        colas = [self.cola, *([cola_de(equipo)] if self.rutinas else [])]
        async with app.open_async():
            self._actual = Worker(
                app, queues=colas, name=f"scribe-{self.cola}", concurrency=simultaneos(self.cola),
                install_signal_handlers=False, update_heartbeat_interval=self.latido_s,
                stalled_worker_timeout=self.muerto_s,
            )  # fmt: skip
            vigilante = asyncio.create_task(self._vigilar(app, self._actual))
            try:
                await self._actual.run()  # type: ignore[no-untyped-call]
            finally:
                vigilante.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await vigilante

    async def _vigilar(self, app: App, trabajador: Worker) -> None:
        """Late y barre.

        El latido propio de procrastinate 3.10 muere en silencio con un corte de la base si no hay tareas
        periódicas (su monitor deja de mirar): por eso se repite aquí.
        """
        while True:
            try:
                if trabajador.worker_id is not None:
                    await app.job_manager.update_heartbeat(trabajador.worker_id)
                await recuperar(app, self.muerto_s)
                await asyncio.to_thread(componer, self.taller.expediente, self.taller.actor)
            except (FALLO_DE_COLA, ErrorScribe) as fallo:
                registro.warning("El barrido se saltó una vuelta (%s).", type(fallo).__name__)
            await asyncio.sleep(min(self.latido_s, self.barrido_s))

    def _apagar(self) -> None:
        self.taller.apagando.set()
        if self._actual is not None:
            self._actual.stop()  # type: ignore[no-untyped-call]
