# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""Atacar el expediente: como aplicación no se puede; como dueño se puede, y `verificar` lo dice."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from scribe.expediente import notas, pacientes
from scribe.expediente.base.conexion import Piscina
from scribe.expediente.bitacora import Actor, Asiento, Bitacora
from scribe.expediente.errores import RolInseguro
from scribe.expediente.informes_bitacora import reporte
from scribe.expediente.llaves_bitacora import LlaveBitacora, LlavesBitacora
from scribe.expediente.verificacion import guardar_cabeza, leer_cabezas
from tests.expediente_base import LLAVERO, BasePrueba, Clinica, base, clinica, motor, plantilla  # noqa: F401

SOLO_AGREGAR = [
    "historia", "bitacora", "catalogo_concepto", "paciente", "paciente_version", "paciente_fusion",
    "paciente_fusion_deshecha", "consentimiento_texto", "encuentro", "encuentro_cierre",
    "encuentro_complemento", "consentimiento",
    "consentimiento_revocacion", "grabacion", "transcripcion", "borrador", "nota_transicion", "nota",
    "nota_estado", "nota_version", "nota_firma", "nota_documento", "nota_decision", "nota_conflicto",
    "transcripcion_cambio", "diagnostico", "problema", "alergia",
    "medicacion", "receta", "conservacion_politica", "conservacion_propuesta", "conservacion_decision",
    "conservacion_destruccion", "conservacion_acta", "retencion", "retencion_levantada", "respaldo",
    "intercambio", "intercambio_intento", "totp_usado", "instalacion",
]  # fmt: skip
CON_HISTORIA = [
    "establecimiento", "usuario", "usuario_rol", "usuario_secreto", "paciente_identificador", "tarea",
    "destino", "texto_propio", "preferencia",
    "clave_datos", "sesion", "catalogo",
]  # fmt: skip
OTRAS = ["tipo_evento", "paciente_busqueda"]


def _negado(conexion: psycopg.Connection[dict[str, object]], orden: str) -> None:
    """La orden falla, por falta de permiso o por un trigger; nunca por estar mal escrita."""
    with pytest.raises(psycopg.Error) as error:
        conexion.execute(orden.encode())
    assert error.value.sqlstate in ("42501", "SC001", "SC002", "SC005", "SC007"), (orden, error.value)


def test_cada_tabla_esta_clasificada(clinica: Clinica) -> None:
    """Una tabla nueva sin clasificar aquí no pasa: nadie la deja sin defensa por olvido."""
    with clinica.base.entrar() as conexion:
        tablas = {
            f["tablename"]
            for f in conexion.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'expediente'")
        }
    de_otros = {t for t in tablas if t.startswith(("cola_", "procrastinate_", "subida"))}
    assert tablas - de_otros == {*SOLO_AGREGAR, *CON_HISTORIA, *OTRAS}


@pytest.mark.parametrize("rol", ["scribe_aplicacion", "scribe_dueno"])
def test_lo_guardado_no_cambia_ni_se_borra(clinica: Clinica, rol: str) -> None:
    """Con los triggers puestos, ni siquiera el dueño: los grants niegan a uno y los triggers a ambos."""
    c = clinica
    c.firmada()
    with c.base.entrar(rol) as conexion:
        for tabla in SOLO_AGREGAR:
            columna = {
                "nota_transicion": "a",
                "catalogo_concepto": "titulo",
                "bitacora": "evento",
                "historia": "tabla",
                "totp_usado": "intervalo",
            }.get(tabla, "id")
            _negado(conexion, f"TRUNCATE expediente.{tabla} CASCADE")
            if c.base.contar(tabla) or rol == "scribe_aplicacion":
                valor = (
                    "'otro'" if tabla in ("nota", "paciente") else columna
                )  # ahí no cambiar nada sí se deja
                columna = "equipo" if tabla in ("nota", "paciente") else columna
                _negado(conexion, f"UPDATE expediente.{tabla} SET {columna} = {valor}")
                _negado(conexion, f"DELETE FROM expediente.{tabla}")
        for tabla in CON_HISTORIA:
            if c.base.contar(tabla) or rol == "scribe_aplicacion":
                _negado(conexion, f"DELETE FROM expediente.{tabla}")
            if tabla != "sesion" or rol == "scribe_aplicacion":
                _negado(conexion, f"TRUNCATE expediente.{tabla} CASCADE")
        for orden in (
            "UPDATE expediente.nota SET estado = 'borrador'",
            "UPDATE expediente.nota SET ultima_version = 0",
            "UPDATE expediente.nota_firma SET contenido = 'x'",
            "UPDATE expediente.paciente SET numero_expediente = 'x'",
        ):
            _negado(conexion, orden)
    assert c.base.verificar().integra


PROHIBIDO = [
    "ALTER TABLE expediente.nota_version DISABLE TRIGGER ALL",
    "ALTER TABLE expediente.nota_version DISABLE TRIGGER no_cambiar",
    "DROP TRIGGER no_cambiar ON expediente.nota_version",
    "ALTER TABLE expediente.nota_version OWNER TO scribe_aplicacion",
    "ALTER TABLE expediente.nota_version RENAME TO otra",
    "DROP TABLE expediente.nota_version CASCADE",
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "ALTER ROLE scribe_aplicacion SET session_replication_role = replica",
    "SET ROLE scribe_dueno",
    "SET ROLE scribe_super",
    "SET SESSION AUTHORIZATION scribe_dueno",
    "ALTER ROLE scribe_aplicacion SUPERUSER",
    "GRANT scribe_dueno TO scribe_aplicacion",
    "CREATE ROLE intruso",
    "CREATE FUNCTION expediente.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION expediente.negar_cambio() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'",
    "CREATE TEMP TABLE nota_version (id uuid)",
    "CREATE TABLE public.t (id int)",
    "CREATE TABLE expediente.t (id int)",
    "CREATE SCHEMA ajeno",
    "CREATE EXTENSION vector",
    "CREATE RULE r AS ON UPDATE TO expediente.nota_version DO INSTEAD NOTHING",
    "COPY expediente.nota_version TO '/tmp/fuera'",
    "COPY expediente.nota_version TO PROGRAM 'cat'",
    "COPY expediente.nota_version FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_reload_conf()",
    "ALTER SYSTEM SET fsync = off",
    "CALL expediente.solo_agregar('nota')",
    "SELECT expediente.negar_cambio()",
    "INSERT INTO expediente.nota_transicion VALUES ('firmada', 'borrador')",
    "INSERT INTO expediente.historia (tabla, fila, antes) VALUES ('x', gen_random_uuid(), '{}')",
    "INSERT INTO expediente.tipo_evento VALUES ('x.y', 'x', true, false)",
    "UPDATE expediente.tipo_evento SET apagable = true",
    "SELECT nextval('expediente.historia_id_seq')",
    "DELETE FROM public.scribe_migracion",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM expediente.nota FOR UPDATE",
]


def test_la_aplicacion_no_se_salta_las_reglas(clinica: Clinica) -> None:
    """Cada orden falla y falla por falta de permiso, no por otra cosa."""
    codigos = {}
    with clinica.base.entrar() as conexion:
        for orden in PROHIBIDO:
            try:
                conexion.execute(orden.encode())
                codigos[orden] = "pasó"
            except psycopg.Error as error:
                codigos[orden] = error.sqlstate or ""
    assert {o: c for o, c in codigos.items() if c != "42501"} == {}  # insufficient_privilege


def test_la_aplicacion_no_se_da_permisos(clinica: Clinica) -> None:
    """GRANT sin derecho solo avisa: lo que cuenta es que no dé nada."""
    with clinica.base.entrar() as conexion:
        for permiso in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
            with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
                conexion.execute(
                    f"GRANT {permiso} ON ALL TABLES IN SCHEMA expediente TO scribe_aplicacion".encode()
                )
            hay = conexion.execute(
                "SELECT has_table_privilege('expediente.nota_version', %s) AS hay", (permiso,)
            ).fetchone()
            assert hay == {"hay": False}, permiso


def test_lo_que_la_norma_pide_no_se_apaga(clinica: Clinica) -> None:
    with clinica.base.entrar() as conexion:
        with pytest.raises(psycopg.errors.CheckViolation):
            conexion.execute("UPDATE expediente.tipo_evento SET activo = false WHERE codigo = 'nota.ver'")
        conexion.execute("UPDATE expediente.tipo_evento SET activo = false WHERE codigo = 'paciente.buscar'")
    antes = clinica.base.contar("bitacora")
    with clinica.expediente.transaccion(clinica.medica) as t:
        pacientes.buscar(t, "nunez")
    assert clinica.base.contar("bitacora") == antes


def test_el_search_path_no_engana_a_los_triggers(clinica: Clinica) -> None:
    """Aunque alguien cambie su search_path, cada función trae el suyo."""
    c = clinica
    nota = c.firmada().id
    with c.base.entrar() as conexion:
        conexion.execute("SET search_path = pg_temp, public, expediente")
        with pytest.raises(psycopg.Error) as error:
            conexion.execute(
                "INSERT INTO expediente.nota_version"
                " (id, nota_id, numero, contenido, sha256, origen, usuario_id, equipo)"
                " VALUES (gen_random_uuid(), %s, 2, 'x', sha256('x'), 'persona', %s, 'x')",
                (nota, c.medica.usuario),
            )
    assert error.value.sqlstate == "SC002"
    with c.base.entrar("scribe_dueno") as conexion:
        sueltas = conexion.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'expediente'"
            " AND NOT coalesce(p.proconfig::text LIKE '%search_path=pg_catalog, pg_temp%', false)"
        ).fetchall()
    assert sueltas == []


def test_por_sql_tampoco_nace_firmada_ni_salta_estados(clinica: Clinica) -> None:
    """Quien tenga el rol de la aplicación y escriba SQL a mano sigue dentro de la máquina de estados."""
    c = clinica
    nota = c.nota().id
    with c.base.entrar() as conexion:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conexion.execute(
                "INSERT INTO expediente.nota"
                " (id, encuentro_id, paciente_id, medico_id, usuario_id, equipo, estado)"
                " SELECT gen_random_uuid(), encuentro_id, paciente_id, medico_id, usuario_id, equipo,"
                " 'firmada' FROM expediente.nota"
            )
        for estado in ("firmada", "con_adenda", "sustituida", "grabada", "transcrita", "borrador"):
            with pytest.raises(psycopg.Error) as error:
                conexion.execute(
                    "INSERT INTO expediente.nota_estado (id, nota_id, a, usuario_id, equipo)"
                    " VALUES (gen_random_uuid(), %s, %s, %s, 'x')",
                    (nota, estado, c.medica.usuario),
                )
            assert error.value.sqlstate == "SC002", estado
        conexion.execute(
            "INSERT INTO expediente.nota_estado (id, nota_id, a, usuario_id, equipo)"
            " VALUES (gen_random_uuid(), %s, 'en_revision', %s, 'x')", (nota, c.medica.usuario),
        )  # fmt: skip
        with pytest.raises(psycopg.Error) as error:  # una firma sin su cambio de estado no se confirma
            conexion.execute(
                "INSERT INTO expediente.nota_firma"
                " (id, nota_id, version_id, tipo, contenido, sha256, firma, algoritmo,"
                " usuario_id, equipo)"
                " SELECT gen_random_uuid(), nota_id, id, 'simple', 'x', sha256('x'), 'f', 'a', %s, 'x'"
                " FROM expediente.nota_version WHERE nota_id = %s", (c.medica.usuario, nota),
            )  # fmt: skip
        assert error.value.sqlstate == "SC002"
    roto = c.base.verificar().roto  # el paso a revisión que se metió a mano no tiene asiento
    assert roto is not None and roto.clase == "sin_asiento"


def test_por_sql_tampoco_se_antedata(clinica: Clinica) -> None:
    c = clinica
    with c.base.entrar() as conexion:
        fila = conexion.execute(
            "INSERT INTO expediente.encuentro"
            " (id, paciente_id, establecimiento_id, medico_id, inicio, usuario_id,"
            " equipo, cuando) SELECT gen_random_uuid(), paciente_id, establecimiento_id, medico_id, inicio,"
            " usuario_id, equipo, '2001-01-01' FROM expediente.encuentro"
            " RETURNING cuando > '2020-01-01' AS hoy"
        ).fetchone()
    assert fila == {"hoy": True}


def test_sin_acta_no_se_destruye_una_clave(clinica: Clinica) -> None:
    """Destruir la clave es destruir lo cifrado: exige acta aprobada y, del expediente, cinco años."""
    c = clinica
    with c.base.entrar() as conexion:
        conexion.execute(
            "INSERT INTO expediente.clave_datos (id, ambito, ambito_id, envuelta, clave_maestra)"
            " VALUES (gen_random_uuid(), 'paciente', %s, 'x', 'm')", (c.paciente,),
        )  # fmt: skip
        destruir = "UPDATE expediente.clave_datos SET envuelta = NULL, destruida = now()"
        _negado(conexion, destruir)
        _negado(conexion, "UPDATE expediente.clave_datos SET ambito = 'otro'")
        propuesta, decision = uuid4(), (
            "INSERT INTO expediente.conservacion_decision"
            " (id, propuesta_id, aprobada, razon, usuario_id, equipo)"
            " VALUES (gen_random_uuid(), %s, true, 'plazo', %s, 'x')"
        )  # fmt: skip
        conexion.execute(
            "INSERT INTO expediente.conservacion_propuesta"
            " (id, tipo_dato, ambito, ambito_id, motivo, vencio, equipo)"
            " VALUES (%s, 'expediente', 'paciente', %s, 'plazo', now(), 'x')", (propuesta, c.paciente),
        )  # fmt: skip
        with pytest.raises(psycopg.Error) as error:
            conexion.execute(decision, (propuesta, c.medica.usuario))
        assert error.value.sqlstate == "SC005"
        conexion.execute(decision, (propuesta, c.administrador.usuario))
        for tabla, columnas, valores in (
            ("conservacion_acta", "metodo", "'clave destruida'"),  # sin destrucción no hay acta
            (
                "conservacion_destruccion", "inventario, servidor, usuario_id",
                f"'{{}}', 'x', '{c.medica.usuario}'",
            ),
        ):
            with pytest.raises(psycopg.Error) as error:
                conexion.execute(
                    f"INSERT INTO expediente.{tabla} (id, propuesta_id, equipo, {columnas})"
                    f" VALUES (gen_random_uuid(), '{propuesta}', 'x', {valores})".encode()
                )
            assert error.value.sqlstate in ("SC002", "SC005")
        with pytest.raises(psycopg.Error, match="cinco años"):
            conexion.execute(destruir.encode())


def test_dos_versiones_de_un_catalogo_no_rigen_el_mismo_dia(clinica: Clinica) -> None:
    with clinica.base.entrar() as conexion:
        alta = (
            "INSERT INTO expediente.catalogo (nombre, version, vigencia, fuente)"
            " VALUES (%s, %s, %s, 'prueba')"
        )
        conexion.execute(alta, ("CAT", "1", "[2020-01-01,)"))
        with pytest.raises(psycopg.errors.ExclusionViolation):
            conexion.execute(alta, ("CAT", "2", "[2024-01-01,)"))
        conexion.execute(
            "UPDATE expediente.catalogo SET vigencia = '[2020-01-01,2024-01-01)' WHERE nombre = 'CAT'"
        )
        conexion.execute(alta, ("CAT", "2", "[2024-01-01,)"))
        conexion.execute(alta, ("OTRO", "1", "[2020-01-01,)"))
        _negado(
            conexion,
            "UPDATE expediente.catalogo SET vigencia = '[2019-01-01,2025-01-01)' WHERE version = '1'",
        )


def test_el_rol_con_poderes_no_entra(clinica: Clinica) -> None:
    for rol in ("scribe_dueno", "scribe_super"):
        with pytest.raises(RolInseguro):
            Piscina(clinica.base.dsn(rol))


# --- Como dueño: lo que hace quien tiene la base entera, y cómo se nota -------------------------------


def _asientos(c: Clinica) -> int:
    return c.base.contar("bitacora")


@pytest.mark.parametrize(
    ("orden", "clase", "seq"),
    [
        ("UPDATE expediente.bitacora SET equipo = 'otro' WHERE seq = 7", "sello", 7),
        ("UPDATE expediente.bitacora SET cuando = cuando - interval '1 us' WHERE seq = 5", "sello", 5),
        ("UPDATE expediente.bitacora SET huella = set_byte(huella, 0, get_byte(huella, 0) # 1) WHERE seq = "
         "(SELECT min(seq) FROM expediente.bitacora WHERE huella IS NOT NULL)", "sello", None),
        ("DELETE FROM expediente.bitacora WHERE seq = 6", "falta", 6),
        ("DELETE FROM expediente.bitacora WHERE seq BETWEEN 1 AND 3", "falta", 1),
        ("UPDATE expediente.bitacora SET seq = -seq + 1000000 WHERE seq IN (8, 9)", "falta", 8),
        ("UPDATE expediente.bitacora a SET evento = b.evento, objeto = b.objeto, objeto_id = b.objeto_id "
         "FROM expediente.bitacora b WHERE (a.seq, b.seq) IN ((4, 5), (5, 4))", "sello", 4),
        ("DELETE FROM expediente.bitacora WHERE seq = 6;"
         " UPDATE expediente.bitacora SET seq = seq - 1 WHERE seq > 6",
         "enlace", 6),
    ],
)  # fmt: skip
def test_retocar_la_cadena_se_nota(clinica: Clinica, orden: str, clase: str, seq: int | None) -> None:
    c = clinica
    c.firmada()
    assert c.base.verificar(c.base.cabeza()).integra
    c.base.como_dueno(orden)
    roto = c.base.verificar().roto
    assert roto is not None and roto.clase == clase
    assert seq is None or roto.seq == seq


@pytest.mark.parametrize(
    "orden",
    [
        "UPDATE expediente.nota_version SET contenido = set_byte(contenido, 20, get_byte(contenido, 20) # 1)",
        "UPDATE expediente.nota_firma SET contenido = set_byte(contenido, 0, get_byte(contenido, 0) # 1)",
        "UPDATE expediente.nota_firma SET cuando = cuando - interval '1 day'",
        "UPDATE expediente.nota_firma SET equipo = 'otro'",
        "UPDATE expediente.nota_version SET modelos = '{\"llm\": 1}'",
        "UPDATE expediente.nota SET medico_id = "
        "(SELECT id FROM expediente.usuario WHERE nombre_usuario = 'admin.prueba')",
        "UPDATE expediente.consentimiento SET otorgado = false",
        "UPDATE expediente.paciente_version SET datos = 'x'",
        "UPDATE expediente.encuentro SET inicio = inicio - interval '1 hour'",
    ],
)  # fmt: skip
def test_cambiar_un_byte_se_nota(clinica: Clinica, orden: str) -> None:
    c = clinica
    c.firmada()
    c.base.como_dueno(orden)
    roto = c.base.verificar().roto
    assert roto is not None and roto.clase == "contenido"


def test_borrar_o_inventar_filas_se_nota(clinica: Clinica) -> None:
    c = clinica
    c.nota()
    c.base.como_dueno("DELETE FROM expediente.nota_version")
    roto = c.base.verificar().roto
    assert roto is not None and roto.clase == "desaparecida"
    c.base.como_dueno(
        "INSERT INTO expediente.consentimiento"
        " SELECT gen_random_uuid(), paciente_id, encuentro_id, texto_id, otorgado,"
        " como, calidad, otorgante, evidencia, usuario_id, equipo, cuando FROM expediente.consentimiento"
    )
    assert "sin_asiento" in {h.clase for h in c.base.verificar().hallazgos}


def test_borrar_la_cola_o_restaurar_un_respaldo_viejo_se_nota(clinica: Clinica, tmp_path: Path) -> None:
    """La cadena sola no lo dice; la cabeza guardada fuera, sí."""
    c = clinica
    archivo = tmp_path / "cabezas.jsonl"
    c.nota()
    guardar_cabeza(archivo, c.base.cabeza())
    corte = _asientos(c)
    with c.expediente.transaccion(c.medica) as t:  # solo lecturas: ningún contenido las delataría
        t.asentar(Asiento("paciente.ver", c.paciente))
        t.asentar(Asiento("paciente.ver", c.paciente))
    guardar_cabeza(archivo, c.base.cabeza())
    c.base.como_dueno(f"DELETE FROM expediente.bitacora WHERE seq > {corte}")
    assert c.base.verificar().integra  # por eso hacen falta las cabezas
    roto = c.base.verificar(*leer_cabezas(archivo)).roto
    assert roto is not None and (roto.clase, roto.seq) == ("cola", corte + 1)
    with c.expediente.transaccion(c.medica) as t:  # y aunque después se siga trabajando encima
        for _ in range(5):
            t.asentar(Asiento("paciente.ver", c.paciente))
    roto = c.base.verificar(*leer_cabezas(archivo)).roto
    assert roto is not None and roto.clase == "cabeza"


def test_una_cabeza_falsa_o_rota(clinica: Clinica, tmp_path: Path) -> None:
    c = clinica
    buena = c.base.cabeza()
    assert buena.valida() and c.base.verificar(buena).integra
    from dataclasses import replace

    mentira = replace(buena, seq=buena.seq + 1)
    assert not mentira.valida()
    assert c.base.verificar(mentira).roto.clase == "cabeza"  # type: ignore[union-attr]
    ajena = LlavesBitacora(LlaveBitacora(b"otra llave que no es de esta base.."))
    with c.expediente.piscina.conexion() as conexion:
        from scribe.expediente.verificacion import cabeza

        de_otro = cabeza(conexion, ajena)
    assert de_otro.valida() and c.base.verificar(de_otro).roto.clase == "cabeza"  # type: ignore[union-attr]
    archivo = tmp_path / "c.jsonl"
    guardar_cabeza(archivo, buena)
    archivo.write_bytes(archivo.read_bytes() + b'{"seq": 9, "a medi')  # se fue la luz al escribir
    assert leer_cabezas(archivo) == [buena]
    assert archivo.stat().st_mode & 0o777 == 0o600


def test_sin_la_llave_no_se_rehace_la_cadena(clinica: Clinica) -> None:
    """Reescribir el final con otra llave, aunque encadene bien, se nota."""
    c = clinica
    c.nota()
    intruso = Bitacora(LlavesBitacora(LlaveBitacora(b"una llave inventada por el intruso")))
    otro = c.base.abrir(intruso)
    with otro.transaccion(Actor(c.medica.usuario, "intruso")) as t:
        t.asentar(Asiento("paciente.ver", c.paciente))
    otro.piscina.cerrar()
    roto = c.base.verificar().roto
    assert roto is not None and roto.clase == "llave" and roto.seq == _asientos(c)
    with c.expediente.piscina.conexion() as conexion:
        from scribe.expediente.verificacion import verificar

        ambas = LlavesBitacora(
            LLAVERO.actual, (intruso.llavero.actual,)
        )  # una rotación legítima sí se comprueba
        assert verificar(conexion, ambas).integra


# --- Muchos a la vez, y el reloj ----------------------------------------------------------------------


def test_la_cadena_no_se_bifurca_con_muchos_escritores(clinica: Clinica) -> None:
    c = clinica
    antes = _asientos(c)

    def trabajar(n: int) -> None:
        with c.expediente.transaccion(Actor(c.medica.usuario, f"equipo-{n}")) as t:
            t.asentar(Asiento("paciente.ver", c.paciente))
            t.asentar(Asiento("nota.ver", c.paciente))

    with ThreadPoolExecutor(12) as hilos:
        list(hilos.map(trabajar, range(60)))
    assert _asientos(c) == antes + 120
    informe = c.base.verificar()
    assert informe.integra and informe.asientos == antes + 120


def test_no_se_puede_insertar_fuera_de_orden(clinica: Clinica) -> None:
    with clinica.base.entrar() as conexion:
        for seq, previo in ((1, "sello"), (10_000, "sello"), (None, "decode(repeat('00', 32), 'hex')")):
            with pytest.raises(psycopg.Error) as error:
                conexion.execute(
                    "INSERT INTO expediente.bitacora (seq, cuando, evento, equipo, clave_id, previo, sello)"
                    f" SELECT {seq or 'seq + 1'}, now(), 'nota.ver', 'x', 'x', {previo}, sha256('x')"
                    " FROM expediente.bitacora ORDER BY seq DESC LIMIT 1".replace("  ", " ")
                )
            assert error.value.sqlstate == "SC007"


def test_el_reloj_que_retrocede_se_anota_y_el_orden_se_conserva(clinica: Clinica) -> None:
    from datetime import UTC, datetime, timedelta

    c = clinica
    horas = iter([datetime.now(UTC) + timedelta(hours=2), datetime.now(UTC) - timedelta(days=1)])
    raro = c.base.abrir(Bitacora(LLAVERO, lambda _: next(horas)))
    for _ in range(2):
        with raro.transaccion(c.medica) as t:
            t.asentar(Asiento("paciente.ver", c.paciente))
    raro.piscina.cerrar()
    informe = c.base.verificar()
    assert informe.integra and informe.anomalias_de_reloj == 1
    with c.expediente.piscina.conexion() as conexion:
        adelantado, atrasado = list(reporte(conexion, paciente=c.paciente))[-2:]
    assert adelantado["seq"] + 1 == atrasado["seq"] and adelantado["cuando"] > atrasado["cuando"]
    assert atrasado["anomalia"] == "reloj_retrocede" and adelantado["anomalia"] is None


def test_si_algo_falla_no_queda_ni_el_acto_ni_su_asiento(clinica: Clinica) -> None:
    c = clinica
    antes = (_asientos(c), c.base.contar("nota"))
    with pytest.raises(RuntimeError), c.expediente.transaccion(c.medica) as t:
        notas.crear(t, c.encuentro)
        raise RuntimeError
    assert (_asientos(c), c.base.contar("nota")) == antes
    c.expediente.asentar_fallo(c.medica, "sesion.rechazo", resultado="negado", razon="prueba")
    assert _asientos(c) == antes[0] + 1


def test_reportes_por_usuario_paciente_y_periodo(clinica: Clinica) -> None:
    c = clinica
    c.firmada()
    with c.expediente.transaccion(c.asistente) as t:
        pacientes.leer(t, c.paciente)
    with c.expediente.piscina.conexion() as conexion:
        suyos = list(reporte(conexion, usuario=c.asistente.usuario))
        assert [a["evento"] for a in suyos] == ["paciente.ver"]
        de_nota = list(reporte(conexion, paciente=c.paciente, evento="nota."))
        assert {"nota.alta", "nota.version", "nota.estado", "nota.firma", "nota.ver"} == {
            a["evento"] for a in de_nota
        }
        assert list(reporte(conexion, hasta=suyos[0]["cuando"], usuario=c.asistente.usuario)) == []
        assert len(list(reporte(conexion, limite=3))) == 3
        primero, *_ = reporte(conexion, despues=3, limite=1)
        assert primero["seq"] == 4
        assert list(reporte(conexion, paciente=uuid4())) == []
