# ruff: noqa: F811
"""Lo que se hace cada hora: se hace, una sola vez, y no se acumula aunque el equipo estuviera apagado."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate.periodic import PeriodicDeferrer

from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.errores import BaseNoDisponible
from scribe.trabajos.carpeta_comun import marcar
from scribe.trabajos.cola import aplicacion, recuperar
from scribe.trabajos.periodicos import ATRASO_MAX_S, Rutina, cola_de, registrar
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.trabajador import Trabajador
from scribe.web.rutinas import rutinas
from scribe.web.servicios import Servicios
from scribe.web.sesiones import Plazos, abrir
from tests.conservacion_base import Deposito, deposito_en
from tests.expediente_base import EQUIPO, motor  # noqa: F401
from tests.trabajos_base import Cuenta, abrir_expediente, hacer_taller, lanzar

HORA = 3600.0


@pytest.fixture
def d(motor: BaseEmpotrada, tmp_path: Path) -> Iterator[Deposito]:
    with deposito_en(motor, tmp_path / "datos") as dado:
        yield dado


def _servicios(d: Deposito) -> Servicios:
    marcar(d.audio, d.llavero.instalacion)
    return Servicios(d.expediente, d.llavero, d.audio, d.subidas, d.datos)


def _encolados(d: Deposito) -> int:
    return int(d.sql("SELECT count(*) AS n FROM trabajos.procrastinate_jobs WHERE status = 'todo'")[0]["n"])


async def _citar(d: Deposito, horas: list[float], hechas: list[str], *, trabaja: bool = False) -> None:
    """Lo que haría el proceso que cita si despertara a esas horas (segundos desde 1970)."""
    app = aplicacion(d.base.dsn())
    registrar(app, [Rutina("una", lambda: hechas.append("una"))], EQUIPO)
    async with app.open_async():
        cita = PeriodicDeferrer(app.periodic_registry, max_delay=ATRASO_MAX_S)
        for hora in horas:
            await cita.defer_jobs(cita.get_previous_tasks(at=hora))
        app.periodic_registry.periodic_tasks.clear()  # que el trabajador no cite además con la hora de hoy
        if trabaja:
            await app.run_worker_async(queues=[cola_de(EQUIPO)], wait=False, install_signal_handlers=False)


def test_se_hace_al_arrancar_y_una_sola_vez_por_hora(d: Deposito) -> None:
    hechas: list[str] = []
    ahora = 1_800_000_000.0
    asyncio.run(_citar(d, [ahora, ahora + 1, ahora + 2], hechas, trabaja=True))
    assert hechas == ["una"]
    asyncio.run(_citar(d, [ahora + 3], hechas, trabaja=True))  # otro proceso, a la misma hora
    assert hechas == ["una"]
    asyncio.run(_citar(d, [ahora + HORA], hechas, trabaja=True))
    assert hechas == ["una", "una"]


def test_apagado_tres_dias_no_se_acumula(d: Deposito) -> None:
    hechas: list[str] = []
    ahora = 1_800_000_000.0
    asyncio.run(_citar(d, [ahora], hechas))
    assert _encolados(d) == 1
    # Una laptop que durmió despierta con todas las horas por citar; un proceso nuevo, con la última.
    asyncio.run(_citar(d, [ahora + n * HORA for n in range(1, 73)], hechas))
    asyncio.run(_citar(d, [ahora + 80 * HORA], hechas))
    assert _encolados(d) == 1
    asyncio.run(_citar(d, [ahora + 80 * HORA + 1], hechas, trabaja=True))
    assert hechas == ["una"] and _encolados(d) == 0
    assert d.sql("SELECT count(*) AS n FROM trabajos.procrastinate_periodic_defers")[0]["n"] <= 2


def test_una_rutina_que_falla_lo_dice_sin_el_texto_y_no_tira_a_nadie(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def falla() -> None:
        raise BaseNoDisponible("la de Núñez", "x")

    Rutina("rota", falla).correr()
    assert "BaseNoDisponible" in caplog.text and "Núñez" not in caplog.text


def test_la_que_murio_a_medias_no_estorba_ni_se_repite(d: Deposito) -> None:
    hechas: list[str] = []
    ahora = 1_800_000_000.0
    asyncio.run(_citar(d, [ahora], hechas))
    with d.base.entrar("scribe_dueno") as conexion:  # un trabajador la tomó y lo mataron
        conexion.execute(
            "INSERT INTO trabajos.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        )
        conexion.execute(
            "UPDATE trabajos.procrastinate_jobs SET status = 'doing',"
            " worker_id = (SELECT id FROM trabajos.procrastinate_workers)"
        )

    async def barrer() -> int:
        app = aplicacion(d.base.dsn())
        async with app.open_async():
            return await recuperar(app)

    assert asyncio.run(barrer()) == 0
    assert d.sql("SELECT status FROM trabajos.procrastinate_jobs")[0]["status"] == "failed"
    asyncio.run(_citar(d, [ahora + HORA], hechas, trabaja=True))
    assert hechas == ["una"]


# --- Las de verdad ----------------------------------------------------------------------------------


def test_las_sesiones_vencidas_se_cierran_con_su_asiento(d: Deposito) -> None:
    c, plazos = d.clinica, Plazos()
    with d.expediente.transaccion(c.medica) as t:
        viva = abrir(t, c.medica.usuario, plazos)  # type: ignore[arg-type]
        abrir(t, c.asistente.usuario, plazos)  # type: ignore[arg-type]
        abrir(t, c.administrador.usuario, plazos)  # type: ignore[arg-type]
    d.sql(
        "UPDATE expediente.sesion SET ultimo_uso = ultimo_uso - interval '16 minutes' WHERE usuario_id = %s",
        c.asistente.usuario,
    )
    d.base.como_dueno(
        f"UPDATE expediente.sesion SET caduca = creada WHERE usuario_id = '{c.administrador.usuario}'"
    )
    (cerrar, *_) = rutinas(_servicios(d))
    cerrar.correr()
    cerrar.correr()
    abiertas = d.sql("SELECT ficha FROM expediente.sesion WHERE cerrada IS NULL")
    assert [bytes(s["ficha"]) for s in abiertas] == [hashlib.sha256(viva.encode()).digest()]
    motivos = d.sql(
        "SELECT detalle ->> 'motivo' AS m FROM expediente.bitacora WHERE evento = 'sesion.salida'"
    )
    assert sorted(m["m"] for m in motivos) == ["inactividad", "vencimiento"]
    assert plazos.inactiva == timedelta(minutes=15)


def test_sin_ver_las_grabaciones_no_se_da_nada_por_destruido(d: Deposito, tmp_path: Path) -> None:
    """Un equipo con la carpeta equivocada creería que los archivos ya no están y levantaría el acta."""
    from scribe.expediente.pausa_borrado import sin_borrar
    from scribe.trabajos.audio import AlmacenAudio

    recibo = d.subir()
    d.firmar(recibo)
    d.sin_plazo("grabacion")
    servicios = _servicios(d)
    (_, _, conservar) = rutinas(servicios)
    conservar.correr()
    (una,) = d.lista()
    with sin_borrar(d.datos / "archivos"):
        assert d.confirmar(una.id) is None
    ajeno = _servicios(d)
    ajeno.audio = AlmacenAudio(tmp_path / "otra", d.expediente.cifrador)  # type: ignore[arg-type]
    rutinas(ajeno)[2].correr()
    assert d.lista()[0].estado == "destruyendo" and d.audio.ruta(recibo.grabacion.hex).exists()
    conservar.correr()
    assert d.lista() == [] and not d.audio.ruta(recibo.grabacion.hex).exists()


def test_el_barrido_quita_restos_y_avisa(d: Deposito) -> None:
    recibo = d.subir()
    restos = d.datos / "archivos" / "subidas" / recibo.grabacion.hex
    restos.mkdir(exist_ok=True)  # se murió entre el 201 y borrar los trozos
    (restos / "000000-1-x.trozo").write_bytes(b"x")
    viejo = d.abrir()
    with d.base.entrar("scribe_dueno") as conexion:
        conexion.execute(
            "UPDATE trabajos.subida SET creada = creada - interval '2 days' WHERE id = %s", (viejo,)
        )
    (_, barrer, _) = rutinas(_servicios(d))
    barrer.correr()
    barrer.correr()
    assert not restos.exists() and (d.datos / "archivos" / "subidas" / viejo.hex).exists()
    assert d.sql("SELECT count(*) AS n FROM expediente.tarea WHERE tipo = 'requiere_atencion'")[0]["n"] == 1


# --- El proceso -------------------------------------------------------------------------------------


def trabajador_con_rutina(dsn: str, datos: str) -> None:
    """Un trabajador de envíos de verdad, con una rutina que apunta cada vez que corre."""
    carpeta = Path(datos)
    cuenta = Cuenta(carpeta / "rutinas.txt")
    with Presencia(dsn, "prueba") as presencia:
        taller = hacer_taller(abrir_expediente(dsn), carpeta, presencia, cuenta)
        una = Rutina("una", lambda: cuenta.apuntar("una"))
        Trabajador(dsn, "envio", taller, latido_s=0.3, muerto_s=1.0, barrido_s=0.3, rutinas=(una,)).correr()


def test_el_trabajador_las_hace_al_arrancar_y_al_volver_no_las_repite(d: Deposito) -> None:
    cuenta = Cuenta(d.datos / "rutinas.txt")
    uno = lanzar(trabajador_con_rutina, d.base.dsn(), str(d.datos))
    _hasta(lambda: cuenta.veces("una") == 1)
    os.kill(uno.pid or 0, signal.SIGKILL)
    uno.join(60)
    otro = lanzar(trabajador_con_rutina, d.base.dsn(), str(d.datos))
    try:
        _hasta(lambda: d.sql("SELECT count(*) AS n FROM trabajos.procrastinate_workers")[0]["n"] >= 1)
        # En este rato pudo dar la hora: nunca más de una por hora citada.
        citas = d.sql("SELECT count(*) AS n FROM trabajos.procrastinate_jobs")[0]["n"]
        assert cuenta.veces("una") <= citas <= 2
    finally:
        otro.kill()
        otro.join(60)


def _hasta(condicion: Any) -> None:
    limite = time.monotonic() + 120
    while not condicion():
        assert time.monotonic() < limite
        time.sleep(0.05)
