"""procrastinate sobre el PostgreSQL del expediente: la aplicación, su conector y sus tareas.

La cola solo lleva el id de un trabajo; qué es y cómo va está en `trabajos.trabajo`. El expediente encola
con `trabajos.encolar(…)`, en su propia transacción; aquí solo se despacha.
"""

from __future__ import annotations

import contextlib
from uuid import UUID

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from scribe.expediente.base.consultas import consulta
from scribe.trabajos.modelo import Cola
from scribe.trabajos.periodicos import ATRASO_MAX_S
from scribe.trabajos.presencia import candado, sin_signo
from scribe.trabajos.procesar import YA, Repetir, Taller, hacer

TAREAS = ("scribe.procesar", "scribe.archivo", "scribe.enviar")
LATIDO_S = 10.0
MUERTO_S = 30.0
"""Sin latido en este tiempo, y sin su candado, un trabajador está muerto."""

_OPCIONES = "-c search_path=trabajos,pg_catalog,pg_temp -c timezone=UTC -c statement_timeout=60s"
FALLO_DE_COLA = ConnectorException


class _SiSePide(BaseRetryStrategy):
    """Repite cuando el trabajo lo pide. Contar fallos es cosa de `estado`, que sabe si hubo avance."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        del job
        return RetryDecision(retry_at=exception.cuando) if isinstance(exception, Repetir) else None


def conector(dsn: str, *, conexiones: int = 4) -> PsycopgConnector:
    """El conector con el rol de la aplicación y el esquema `trabajos`."""
    return PsycopgConnector(
        conninfo=dsn, min_size=1, max_size=conexiones, timeout=30,
        kwargs={"options": _OPCIONES, "connect_timeout": 10, "application_name": "scribe-cola"},
    )  # fmt: skip


def aplicacion(dsn: str, taller: Taller | None = None) -> App:
    """La aplicación de procrastinate. Sin `taller` sirve para mirar y encolar, no para trabajar."""
    app = App(connector=conector(dsn), periodic_defaults={"max_delay": ATRASO_MAX_S})

    def tarea(*, trabajo: str) -> None:
        if taller is None:
            raise RuntimeError("Esta aplicación no trabaja.")
        hacer(taller, UUID(trabajo))

    for nombre in TAREAS:
        app.task(name=nombre, retry=_SiSePide())(tarea)
    return app


def simultaneos(cola: Cola) -> int:
    """Cómputo de uno en uno (cada trabajo usa todos los núcleos); los envíos esperan a la red."""
    return 4 if cola == "envio" else 1


async def recuperar(app: App, muerto_s: float = MUERTO_S) -> int:
    """Devuelve a la cola lo que hacían procesos muertos; dice cuántos.

    Sin latido pero con su candado, está vivo (se durmió, o el reloj saltó): no se toca.
    """
    recuperados = 0
    for atorado in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=muerto_s):
        if atorado.task_name not in TAREAS:  # una rutina: no se repite, la próxima hora hará lo mismo
            await app.job_manager.finish_job(atorado, Status.FAILED, delete_job=False)
            continue
        alto, bajo = map(sin_signo, candado(UUID(str(atorado.task_kwargs["trabajo"]))))
        presente = await app.connector.execute_query_one_async(consulta("presente").decode(), a=alto, b=bajo)
        if presente["si"]:
            continue
        with contextlib.suppress(FALLO_DE_COLA):  # otro barrido llegó antes
            await app.job_manager.retry_job(atorado, retry_at=YA)
            recuperados += 1
    return recuperados
