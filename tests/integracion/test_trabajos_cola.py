"""La cola contra PostgreSQL: idempotente, con prioridad, sin perder ni duplicar, aunque la maten."""

from __future__ import annotations

import asyncio
import io
import json
import re
import signal
import time
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import soundfile

from scribe.ajustes import Ajustes
from scribe.envio.protocolo import Entregado, Rechazado, Reintentar
from scribe.errores import AudioInvalido, FalloDeEtapa
from scribe.expediente import encuentros, notas
from scribe.motores import armar
from scribe.trabajos import archivo, enviar, estado, pasos
from scribe.trabajos.barrido import componer
from scribe.trabajos.capacidad import estimar
from scribe.trabajos.cola import aplicacion, recuperar
from scribe.trabajos.modelo import Opciones, Prioridad, Recibo
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import Repetir, hacer
from tests.expediente_base import SISTEMA, Clinica, clinica, motor, plantilla  # noqa: F401
from tests.trabajos_base import Puesto, wav


@pytest.fixture
def puesto(clinica: Clinica, tmp_path: Path) -> Puesto:  # noqa: F811
    return Puesto.de(clinica, tmp_path)


def _entregado(puesto: Puesto, recibo: Recibo) -> None:
    """El expediente tiene exactamente un borrador de esa grabación, y su tarea."""
    for tabla in ("transcripcion", "borrador", "nota_version"):
        assert puesto.clinica.base.contar(tabla) == 1, tabla
    nota = puesto.uno("SELECT * FROM expediente.nota WHERE id = %s", recibo.nota)
    assert nota["estado"] == "borrador" and nota["ultima_version"] == 1
    version = puesto.uno("SELECT * FROM expediente.nota_version")
    assert version["origen"] == "borrador" and version["modelos"]["audio"]["sha256"] == recibo.sha256
    assert puesto.uno("SELECT count(*) AS n FROM expediente.tarea WHERE tipo = 'por_revisar'")["n"] == 1
    assert puesto.trabajo(recibo)["estado"] == "hecho"
    assert puesto.clinica.base.verificar().integra


def test_de_la_subida_al_borrador(puesto: Puesto) -> None:
    recibo = puesto.subir()
    with puesto.taller() as taller:
        hacer(taller, recibo.trabajo)
    _entregado(puesto, recibo)
    with puesto.expediente.transaccion(puesto.clinica.medica) as t:
        assert [(p.nombre, p.estado, p.veces) for p in estado.pasos(t, recibo.trabajo)] == [
            (n, "hecho", 1) for n in ("leer", "transcribir", "separar", "redactar", "codificar")
        ]
        contenido = json.loads(notas.leer_version(t, recibo.nota).contenido)
    assert set(contenido) == {"esquema", "nota", "omisiones", "codigos", "avisos"}
    assert "garganta" in contenido["nota"]["subjetivo"][0]["texto"]


def test_entregado_dos_veces_no_hace_nada_dos_veces(puesto: Puesto) -> None:
    recibo = puesto.subir()
    with puesto.taller() as taller:
        hacer(taller, recibo.trabajo)
        hacer(taller, recibo.trabajo)
    _entregado(puesto, recibo)
    assert puesto.cuenta.veces("asr") == 1
    with puesto.expediente.transaccion(puesto.clinica.medica) as t:  # pedir lo mismo es el mismo trabajo
        assert estado.pedir_proceso(t, recibo.grabacion, Opciones()).id == recibo.trabajo
        assert estado.pedir_proceso(t, recibo.grabacion, Opciones(plantilla="cronico")).id != recibo.trabajo


def test_otro_borrador_no_toca_la_nota(puesto: Puesto) -> None:
    recibo = puesto.subir()
    with puesto.taller() as taller:
        hacer(taller, recibo.trabajo)
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            otro = estado.pedir_proceso(t, recibo.grabacion, Opciones(plantilla="cronico"))
        hacer(taller, otro.id)
    assert puesto.clinica.base.contar("borrador") == 2 and puesto.clinica.base.contar("nota_version") == 1
    assert puesto.cuenta.veces("asr") == 1, "la caché de etapas sirve entre trabajos"


def test_tres_fallos_esperan_a_una_persona_y_reintentar_sigue(puesto: Puesto) -> None:
    recibo = puesto.subir()

    def roto(*_: Any) -> Any:
        raise ValueError("Núñez tiene tos")  # el texto de un error ajeno no debe salir a ninguna parte

    with puesto.taller(flujo=roto) as taller:
        for _ in range(2):
            with pytest.raises(Repetir) as fallo:
                hacer(taller, recibo.trabajo)
            assert "Núñez" not in str(fallo.value) and fallo.value.__cause__ is None
            assert puesto.trabajo(recibo)["estado"] == "pendiente"
        hacer(taller, recibo.trabajo)
        fila = puesto.trabajo(recibo)
        assert (
            fila["estado"] == "requiere_atencion"
            and "ValueError" in fila["motivo"]
            and "Núñez" not in fila["motivo"]
        )
        assert puesto.uno("SELECT tipo, nota_id FROM expediente.tarea") == {
            "tipo": "requiere_atencion", "nota_id": recibo.nota,
        }  # fmt: skip
        hacer(taller, recibo.trabajo)  # ya lo ve una persona: no se insiste
        assert puesto.trabajo(recibo)["intentos"] == 3
    with puesto.taller() as taller:
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            estado.reintentar(t, recibo.trabajo)
        hacer(taller, recibo.trabajo)
    _entregado(puesto, recibo)


def test_lo_que_no_tiene_remedio_no_se_repite(puesto: Puesto) -> None:
    recibo = puesto.subir(b"esto no es audio" * 1000)
    with puesto.taller() as taller:
        hacer(taller, recibo.trabajo)
    fila = puesto.trabajo(recibo)
    assert fila["estado"] == "requiere_atencion" and fila["intentos"] == 1 and fila["remedio"]
    assert puesto.audio.ruta(recibo.grabacion.hex).exists(), "la grabación se conserva"


def test_un_paso_terminado_perdona_los_fallos_anteriores(puesto: Puesto) -> None:
    recibo = puesto.subir()
    fallos = iter(["asr", "asr", "nota", "nota", None])

    def a_veces(ruta: Any, m: Any, ajustes: Any, contexto: Any, progreso: Any) -> Any:
        from scribe.flujo import procesar

        cual = next(fallos)

        def avisar(etapa: Any, fraccion: float) -> None:
            progreso(etapa, fraccion)
            if etapa == cual:
                raise FalloDeEtapa("Falló a propósito.")

        return procesar(ruta, m, ajustes, contexto, avisar)

    with puesto.taller(flujo=a_veces) as taller:
        for _ in range(4):
            with pytest.raises(Repetir):
                hacer(taller, recibo.trabajo)
        hacer(taller, recibo.trabajo)
    _entregado(puesto, recibo)


def test_morir_tres_veces_en_el_mismo_paso_espera_a_una_persona(puesto: Puesto) -> None:
    recibo = puesto.subir()
    with puesto.taller() as taller:
        for _ in range(3):  # quien lo tomó murió sin decir nada
            with puesto.expediente.transaccion(SISTEMA) as t:
                assert estado.empezar(t, recibo.trabajo) is not None
        hacer(taller, recibo.trabajo)
    fila = puesto.trabajo(recibo)
    assert fila["estado"] == "requiere_atencion" and "murió 3 veces" in fila["motivo"]
    assert puesto.cuenta.veces("asr") == 0


def test_la_aplicacion_no_puede_tirar_un_trabajo(puesto: Puesto) -> None:
    recibo = puesto.subir()
    with puesto.clinica.base.entrar() as conexion:
        for orden in (
            "DELETE FROM trabajos.procrastinate_jobs", "DELETE FROM trabajos.trabajo",
            "TRUNCATE trabajos.trabajo",
            "TRUNCATE trabajos.procrastinate_jobs CASCADE", "DELETE FROM trabajos.subida",
            "UPDATE trabajos.trabajo SET llave = 'otra'", "ALTER TABLE trabajos.trabajo DISABLE TRIGGER ALL",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conexion.execute(orden.encode())
    with puesto.taller() as taller:
        hacer(taller, recibo.trabajo)
    with puesto.clinica.base.entrar() as conexion, pytest.raises(psycopg.Error, match="no puede pasar"):
        conexion.execute("UPDATE trabajos.trabajo SET estado = 'pendiente', terminado = NULL")


def test_la_migracion_trae_el_esquema_de_la_procrastinate_instalada() -> None:
    texto = files("scribe.expediente.base").joinpath("sql", "0009_trabajos.sql").read_text("utf-8")
    dentro = re.search(r"-- >>> procrastinate\n(.*?)\n-- <<< procrastinate", texto, re.S)
    suyo = files("procrastinate").joinpath("sql", "schema.sql").read_text("utf-8").strip("\n")
    assert dentro and dentro[1] == suyo, "procrastinate cambió su esquema: hace falta una migración nueva"


def test_solo_uno_a_la_vez_por_grabacion(puesto: Puesto) -> None:
    recibo = puesto.subir()
    with puesto.taller() as taller, Presencia(puesto.clinica.base.dsn(), "otro") as otra:
        with otra.de(recibo.trabajo) as suyo:
            assert suyo
            with pytest.raises(Repetir):
                hacer(taller, recibo.trabajo)
        assert puesto.trabajo(recibo)["intentos"] == 0 and puesto.cuenta.veces("asr") == 0
        hacer(taller, recibo.trabajo)
    _entregado(puesto, recibo)


def test_un_medico_pasa_delante_del_lote_entre_dos_pasos(puesto: Puesto) -> None:
    lote = puesto.subir(wav(semilla=1), Prioridad.LOTE)
    medico: list[Any] = []

    def llega_alguien(ruta: Any, m: Any, ajustes: Any, contexto: Any, progreso: Any) -> Any:
        from scribe.flujo import procesar

        def avisar(etapa: Any, fraccion: float) -> None:
            progreso(etapa, fraccion)
            if etapa == "asr" and fraccion == 1.0 and not medico:
                medico.append(puesto.subir(wav(semilla=2)))

        return procesar(ruta, m, ajustes, contexto, avisar)

    with puesto.taller(flujo=llega_alguien) as taller:
        with pytest.raises(Repetir):
            hacer(taller, lote.trabajo)
        cedido = puesto.trabajo(lote)
        assert (cedido["estado"], cedido["intentos"], cedido["paso"]) == ("pendiente", 0, "transcribir")
        hacer(taller, medico[0].trabajo)
        with puesto.clinica.base.entrar() as conexion:  # la del médico ya no está en la cola
            conexion.execute(
                "UPDATE trabajos.procrastinate_jobs SET status = 'succeeded' WHERE priority = 100"
            )
        hacer(taller, lote.trabajo)
    assert puesto.trabajo(lote)["estado"] == "hecho" and puesto.cuenta.veces("asr") == 2


def test_el_reloj_hacia_atras_no_deja_nada_atorado(puesto: Puesto) -> None:
    recibo = puesto.subir()
    with puesto.clinica.base.entrar() as conexion:
        conexion.execute(
            "INSERT INTO trabajos.procrastinate_workers (last_heartbeat) VALUES (now() + interval '3 hours')"
        )
        conexion.execute("UPDATE trabajos.procrastinate_jobs SET scheduled_at = now() + interval '3 hours'")
    compuesto = componer(puesto.expediente, SISTEMA)
    assert (compuesto.latidos, compuesto.citas) == (1, 1)
    assert puesto.uno("SELECT scheduled_at <= now() AS ya FROM trabajos.procrastinate_jobs")["ya"]
    assert componer(puesto.expediente, SISTEMA) == type(compuesto)()
    with puesto.clinica.base.entrar() as conexion:  # alguien perdió el lugar en la cola
        conexion.execute("UPDATE trabajos.procrastinate_jobs SET status = 'failed'")
    assert componer(puesto.expediente, SISTEMA).sueltos == 1
    assert puesto.uno("SELECT count(*) AS n FROM trabajos.procrastinate_jobs WHERE status = 'todo'")["n"] == 1
    assert puesto.trabajo(recibo)["estado"] == "pendiente"


def test_un_trabajador_dormido_no_se_da_por_muerto(puesto: Puesto) -> None:
    recibo = puesto.subir()
    dsn = puesto.clinica.base.dsn()
    with puesto.clinica.base.entrar() as conexion:
        conexion.execute(
            "INSERT INTO trabajos.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        )
        conexion.execute("SET search_path = trabajos, pg_catalog")
        conexion.execute(
            "SELECT procrastinate_fetch_job_v2(ARRAY['computo'], (SELECT max(id) FROM procrastinate_workers))"
        )

    async def barrer() -> int:
        app = aplicacion(dsn)
        async with app.open_async():
            return await recuperar(app)

    with Presencia(dsn, "dormido") as dormido, dormido.de(recibo.trabajo):
        assert asyncio.run(barrer()) == 0
    assert asyncio.run(barrer()) == 1
    assert puesto.uno("SELECT status::text FROM trabajos.procrastinate_jobs")["status"] == "todo"


def test_la_estimacion_no_inventa(puesto: Puesto) -> None:
    recibo = puesto.subir()
    assert recibo.estimacion.desde_s is None and recibo.estimacion.muestras == 0
    with puesto.taller() as taller:
        hacer(taller, recibo.trabajo)
    puesto.clinica.base.como_dueno("SELECT 1")
    with puesto.expediente.transaccion(puesto.clinica.medica) as t:
        assert estimar(t, 100, 60.0).desde_s is None, "sin trabajadores vivos tampoco se promete"
    with Presencia(puesto.clinica.base.dsn(), "scribe-trabajador-computo") as p, p.de(uuid4()):
        puesto.subir(wav(semilla=3))
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            dicha = estimar(t, 100, 60.0)
            assert (dicha.por_delante, dicha.trabajadores, dicha.muestras) == (1, 1, 1)
            assert dicha.desde_s and dicha.hasta_s and dicha.desde_s <= dicha.hasta_s
            assert estimar(t, 100, 600.0).hasta_s > dicha.hasta_s  # type: ignore[operator]


# --- Procesos de verdad, que se matan de verdad ----------------------------------------------------


def _hasta_morir(puesto: Puesto, *muertes: str) -> None:
    for muere in muertes:
        with puesto.trabajando(muere=muere) as (proceso,):
            proceso.join(timeout=300)
            assert proceso.exitcode == -signal.SIGKILL, muere


def _termina_solo(puesto: Puesto, recibo: Recibo) -> None:
    """Un trabajador que nadie mata: el trabajo acaba y la cola se entera."""
    with puesto.trabajando():
        puesto.esperar(recibo)
        limite = time.monotonic() + 240
        while puesto.uno("SELECT status::text AS s FROM trabajos.procrastinate_jobs")["s"] != "succeeded":
            assert time.monotonic() < limite
            time.sleep(0.1)
    _entregado(puesto, recibo)
    hechas = {que: puesto.cuenta.veces(que) for que in ("asr", "diarizacion", "nota", "codigos")}
    assert hechas == {"asr": 1, "diarizacion": 1, "nota": 1, "codigos": 1}, "nada se calculó dos veces"


def test_kill_9_en_cada_paso_y_sigue_donde_iba(puesto: Puesto) -> None:
    recibo = puesto.subir()
    _hasta_morir(puesto, *(f"{etapa}:{punto}" for etapa in pasos.NOMBRES for punto in (0, 1)))
    _termina_solo(puesto, recibo)


def test_kill_9_al_entregar_antes_dentro_y_despues_de_confirmar(puesto: Puesto) -> None:
    recibo = puesto.subir()
    _hasta_morir(puesto, "entregar:antes", "entregar:dentro")
    assert puesto.clinica.base.contar("transcripcion") == 0, "lo que no se confirmó no existe"
    _hasta_morir(puesto, "entregar:despues")
    assert puesto.trabajo(recibo)["estado"] == "hecho"
    _termina_solo(puesto, recibo)


def test_dos_trabajadores_no_duplican(puesto: Puesto) -> None:
    recibos = [puesto.subir(wav(semilla=s)) for s in range(4)]
    with puesto.trabajando(2, tarda_s=0.2):
        for recibo in recibos:
            puesto.esperar(recibo)
    assert puesto.clinica.base.contar("borrador") == 4
    assert puesto.cuenta.veces("asr") == 4 and puesto.cuenta.veces("nota") == 4


def test_sigterm_suelta_entre_dos_pasos(puesto: Puesto) -> None:
    recibo = puesto.subir()
    with puesto.trabajando(tarda_s=1.5) as (proceso,):
        limite = time.monotonic() + 240
        while puesto.cuenta.veces("asr") == 0:
            assert time.monotonic() < limite
            time.sleep(0.05)
        proceso.terminate()
        proceso.join(timeout=240)
        assert proceso.exitcode == 0
    fila = puesto.trabajo(recibo)
    assert (fila["estado"], fila["intentos"]) == ("pendiente", 0) and puesto.cuenta.veces("nota") == 0
    with puesto.trabajando():
        puesto.esperar(recibo)
    assert puesto.cuenta.veces("asr") == 1


def test_errores_de_uso_llevan_su_remedio() -> None:
    from scribe.trabajos.procesar import explicar

    assert explicar(AudioInvalido("Vacío.", "Grabe.")) == ("Vacío.", "Grabe.", True)
    assert explicar(FalloDeEtapa("Falló.", "Repita.")) == ("Falló.", "Repita.", False)
    assert "secreto" not in explicar(KeyError("secreto"))[0]
    assert explicar(MemoryError())[2] is False


# --- Envíos, archivos sueltos y el flujo de verdad --------------------------------------------------


def test_un_envio_se_repite_cuando_dice_el_destino_y_un_rechazo_lo_ve_alguien(puesto: Puesto) -> None:
    nota, destino = puesto.clinica.nota(), uuid4()
    with puesto.clinica.base.entrar() as conexion:
        conexion.execute(
            "INSERT INTO expediente.destino (id, nombre, clase, direccion) VALUES (%s, 'x', 'carpeta', 'x')",
            (destino,),
        )
    dichos = iter(
        [Reintentar(datetime(2030, 1, 1, tzinfo=UTC), "caído"), Entregado(("a/1",)), Rechazado("No cumple.")]
    )
    intentos = []

    def mensajero(_taller: Any, _trabajo: Any, intento: int) -> Any:
        intentos.append(intento)
        return next(dichos)

    with puesto.taller(otras={"enviar": enviar.con(mensajero)}) as taller:
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            uno = estado.pedir_envio(t, nota.id, destino, "borrador", 1)
            assert estado.pedir_envio(t, nota.id, destino, "borrador", 1).id == uno.id
        with pytest.raises(Repetir) as fallo:
            hacer(taller, uno.id)
        assert fallo.value.cuando.year == 2030
        hacer(taller, uno.id)
        hacer(taller, uno.id)
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            assert (estado.leer(t, uno.id).estado, estado.leer(t, uno.id).intentos) == ("hecho", 0)
            dos = estado.pedir_envio(t, nota.id, destino, "borrador", 2)
        hacer(taller, dos.id)
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            assert (estado.leer(t, dos.id).estado, estado.leer(t, dos.id).motivo) == (
                "requiere_atencion",
                "No cumple.",
            )
    assert intentos == [1, 2, 1]


def test_un_archivo_suelto_por_la_cola_deja_lo_mismo_que_lote(puesto: Puesto) -> None:
    audio = puesto.datos / "Maria Nunez.wav"
    audio.write_bytes(wav())
    with puesto.expediente.transaccion(puesto.clinica.medica) as t:
        pedido = archivo.pedir(t, audio, puesto.datos / "salida", Opciones())
        assert archivo.pedir(t, audio, puesto.datos / "salida", Opciones()).id == pedido.id
    fila = puesto.uno("SELECT * FROM trabajos.trabajo")
    assert (
        fila["prioridad"] == Prioridad.LOTE
        and b"Nunez" not in bytes(fila["datos"])
        and "Nunez" not in fila["llave"]
    )
    with puesto.taller(otras={"archivo": archivo.hacer}) as taller:
        hacer(taller, pedido.id)
    assert puesto.uno("SELECT estado FROM trabajos.trabajo")["estado"] == "hecho"
    assert {p.name for p in (puesto.datos / "salida").iterdir()} >= {"borrador.json", "nota.html"}


def test_con_los_motores_de_verdad(puesto: Puesto, muestras: Path) -> None:
    senal, hercios = soundfile.read(muestras / "faringitis.ogg", frames=15 * 48_000, dtype="float32")
    sonido = io.BytesIO()
    soundfile.write(sonido, senal[: 15 * hercios], hercios, format="WAV")
    recibo = puesto.subir(sonido.getvalue())
    with puesto.taller(
        armar=armar, ajustes=lambda o: Ajustes(llm=False, cache=puesto.datos / "cache")
    ) as taller:
        hacer(taller, recibo.trabajo)
    _entregado(puesto, recibo)
    with puesto.expediente.transaccion(puesto.clinica.medica) as t:
        transcripcion = puesto.uno("SELECT id FROM expediente.transcripcion")["id"]
        assert json.loads(encuentros.leer_transcripcion(t, transcripcion))["turnos"]
