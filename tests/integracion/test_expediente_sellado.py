# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""Lo que cambia también se sella: tocarlo por SQL, sin su asiento, lo nota `verificar`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from scribe.expediente import pacientes, sello, tareas, usuarios
from scribe.expediente.almacen_claves import AlmacenEnBase
from scribe.expediente.bitacora import Bitacora
from scribe.expediente.cifrado import CifradorDeExpediente
from scribe.expediente.fuentes_clave import crear_archivo_de_clave
from scribe.expediente.identificadores import TipoIdentificador
from scribe.expediente.llavero import Llavero, rotar
from scribe.expediente.modelo import DatosPaciente, Identificador
from scribe.expediente.puesta_al_dia import sellar_lo_anterior
from scribe.expediente.transaccion import Expediente
from scribe.expediente.verificacion import Informe, verificar
from scribe.web import sesiones
from tests.conftest import RAIZ
from tests.expediente_base import (  # noqa: F401
    LLAVERO,
    Clinica,
    borrar_base,
    clinica,
    crear_base,
    motor,
    plantilla,
    poblar,
)

SIN_SELLAR = {
    "bitacora": "es la cadena",
    "historia": "se comprueba contra las huellas de la fila de la que salió",
    "catalogo": "se vuelve a cargar de su fuente; lo firmado lleva el título congelado",
    "catalogo_concepto": "ídem",
    "nota_transicion": "es parte del esquema",
    "tipo_evento": "es parte del esquema; que no se apague lo que la norma pide se comprueba aparte",
    "paciente_busqueda": "se rehace desde los nombres",
    "clave_datos": "su envoltura va autenticada con la maestra: verificar las abre todas",
    "totp_usado": "un código vale un minuto",
    "texto_propio": "las frases de cada quien no son expediente; se ven antes de usarlas",
    "preferencia": "con qué plantilla revisa cada quien; no decide nada de una nota",
    "instalacion": "la escribe la migración, antes de que haya bitácora",
}
"""Las demás tablas de `expediente`, con su razón. Una nueva va en `sello.SELLADAS` o aquí."""


def test_cada_tabla_se_sella_o_dice_por_que_no(clinica: Clinica) -> None:
    with clinica.base.entrar() as conexion:
        filas = conexion.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'expediente'")
        tablas = {f["tablename"] for f in filas}
    assert tablas == {*sello.SELLADAS, *SIN_SELLAR}, "una tabla nueva se sella o se dice aquí por qué no"
    assert set(sello.SELLADAS) >= sello.CON_HISTORIA


def test_lo_sellado_solo_se_escribe_dejando_su_huella() -> None:
    """Una escritura directa de una tabla sellada haría que `verificar` acusara a quien no hizo nada."""
    directa = re.compile(r"(INSERT INTO|UPDATE)\s+expediente\.(\w+)")
    # `anotar_intento` y `sesiones.abrir`: asientan la fila que dejan. De una sesión solo se sella su alta.
    permitidas = {("usuarios.py", "UPDATE", "usuario"), ("acceso.sql", "INSERT INTO", "sesion")}
    halladas = set()
    for ruta in (RAIZ / "scribe").rglob("*"):
        if ruta.suffix in {".py", ".sql"} and ruta.parent.name != "sql":
            halladas |= {(ruta.name, *m) for m in directa.findall(ruta.read_text("utf-8"))}
    halladas = {h for h in halladas if h[2] in sello.SELLADAS and h[1:] != ("UPDATE", "sesion")}
    assert halladas <= permitidas


def _vivir(c: Clinica) -> None:
    """Un poco de todo lo que cambia."""
    quien = c.medica.usuario
    assert quien is not None and c.asistente.usuario is not None
    with c.expediente.transaccion(c.administrador) as t:
        usuarios.guardar_secreto(t, quien, "acceso", b"$argon2id$uno")
        usuarios.guardar_secreto(t, quien, "acceso", b"$argon2id$dos")
        usuarios.cambiar(t, quien, especialidad="medicina general")
        usuarios.otorgar(t, c.asistente.usuario, "auditor", c.establecimiento)
        usuarios.revocar(t, c.asistente.usuario, "auditor", c.establecimiento)
        destino = {"nombre": "otro", "clase": "fhir", "direccion": "https://expediente.example:8443/fhir"}
        alta = t.agregar("destino", "envio.destino", destino)
        t.cambiar("destino", alta["id"], "envio.destino", {"direccion": "https://nuevo.example:8443/fhir"})
        tareas.terminar(t, tareas.crear(t, "asunto", paciente=c.paciente, asignada_a=quien).id)
        tareas.crear(t, "asunto", paciente=c.paciente, asignada_a=quien)
    for bien in (False, False, True):
        with c.expediente.transaccion(c.medica) as t:
            usuarios.anotar_intento(t, quien, bien=bien)
    with c.expediente.transaccion(c.medica) as t:
        pacientes.fusionar(
            t,
            pacientes.alta(t, c.establecimiento, DatosPaciente(descripcion="mujer de unos 40 años")).id,
            c.paciente,
            "es la misma persona",
        )
        for valor in ("GOMA800101MDFMRN05", "HEIR710819MASRXS05"):
            curp = Identificador(tipo=TipoIdentificador.CURP, valor=valor)
            ultimo = pacientes.agregar_identificador(t, c.paciente, curp)
        pacientes.retirar_identificador(t, ultimo)
        ficha = sesiones.abrir(t, quien, sesiones.Plazos())
        sesiones.abrir(t, quien, sesiones.Plazos())
        sesiones.reautenticar(t, sesiones.leer(t, ficha, sesiones.Plazos()).id)  # type: ignore[union-attr]
        sesiones.cerrar(t, sesiones.leer(t, ficha, sesiones.Plazos()).id, "salida")  # type: ignore[union-attr]
    c.firmada()


@pytest.fixture(scope="module")
def vivida(motor: object, plantilla: Clinica) -> Iterator[Clinica]:
    c = replace(plantilla, base=crear_base(motor, plantilla.base.nombre))  # type: ignore[arg-type]
    try:
        _vivir(c)
        yield c
    finally:
        borrar_base(c.base)


def _tras(c: Clinica, rol: str, ordenes: str) -> Informe | None:
    """Lo que `verificar` diría después de esas órdenes, que luego se deshacen; nada, si la base las negó."""
    with psycopg.connect(c.base.dsn(rol), row_factory=dict_row) as conexion:
        conexion.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        conexion.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        if rol == "scribe_dueno":
            tablas = conexion.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'expediente'")
            for fila in tablas.fetchall():
                conexion.execute(f"ALTER TABLE expediente.{fila['tablename']} DISABLE TRIGGER USER".encode())
        try:
            for orden in ordenes.split(";"):
                assert conexion.execute(orden.encode()).rowcount != 0, "el ataque no tocó nada"
            return verificar(conexion, LLAVERO)
        except psycopg.Error as error:
            assert error.sqlstate in {"42501", "SC001", "SC002"}, error
            return None
        finally:
            conexion.rollback()


_INTRUSO = (
    "INSERT INTO expediente.usuario_rol (id, usuario_id, establecimiento_id, rol)"
    " SELECT gen_random_uuid(), usuario_id, establecimiento_id, 'administrador'"
    " FROM expediente.usuario_rol WHERE rol = 'asistente'"
)
_SECRETO = (
    "INSERT INTO expediente.usuario_secreto (id, usuario_id, clase, valor)"
    " SELECT gen_random_uuid(), id, 'firma', '$argon2id$del-intruso' FROM expediente.usuario"
    " WHERE nombre_usuario = 'doctora.prueba'"
)
_SESION = (
    "INSERT INTO expediente.sesion (id, usuario_id, ficha, equipo, caduca)"
    " SELECT gen_random_uuid(), id, sha256('x'), 'x', now() + interval '1 year' FROM expediente.usuario"
    " WHERE nombre_usuario = 'doctora.prueba'"
)
_DOCTORA = "WHERE nombre_usuario = 'doctora.prueba'"
_EL_ULTIMO = "WHERE id = (SELECT max(id) FROM expediente.historia WHERE tabla = 'usuario')"

ATAQUES = {
    "ser administrador": ("UPDATE expediente.usuario_rol SET rol = 'administrador' WHERE rol = 'asistente'",
                          "contenido"),
    "recuperar un papel": ("UPDATE expediente.usuario_rol SET revocado = NULL WHERE revocado IS NOT NULL",
                           "contenido"),
    "darse un papel": (_INTRUSO, "sin_asiento"),
    "otra cédula": (f"UPDATE expediente.usuario SET cedula = '9999999' {_DOCTORA}", "contenido"),
    "borrar intentos": ("UPDATE expediente.usuario SET intentos_fallidos = 7", "contenido"),
    "bloquear": (f"UPDATE expediente.usuario SET bloqueado = now() {_DOCTORA}", "contenido"),
    "cambiar una contraseña": ("UPDATE expediente.usuario_secreto SET valor = '$argon2id$x'"
                               " WHERE revocado IS NULL", "contenido"),
    "revivir una contraseña": ("UPDATE expediente.usuario_secreto SET revocado = NULL, clase = 'totp'"
                               " WHERE revocado IS NOT NULL", "contenido"),
    "poner otra contraseña": (_SECRETO, "sin_asiento"),
    "meter una sesión": (_SESION, "sin_asiento"),
    "alargar una sesión": ("UPDATE expediente.sesion SET caduca = caduca + interval '1 year'", "contenido"),
    "reabrir una sesión": ("UPDATE expediente.sesion SET cerrada = NULL WHERE cerrada IS NOT NULL",
                           "contenido"),
    "desviar un destino": ("UPDATE expediente.destino SET direccion = 'https://intruso.example'",
                           "contenido"),
    "quitar un dueño": ("UPDATE expediente.tarea SET asignada_a = NULL WHERE estado = 'pendiente'",
                        "contenido"),
    "borrar una tarea": ("DELETE FROM expediente.tarea WHERE estado = 'pendiente'", "desaparecida"),
    "otra CLUES": ("UPDATE expediente.establecimiento SET clave = 'DFSSA999999'", "contenido"),
    "otro domicilio": ("UPDATE expediente.establecimiento SET domicilio = 'otro'", "contenido"),
    "revivir un CURP": ("UPDATE expediente.paciente_identificador SET retirado = NULL"
                        " WHERE retirado IS NOT NULL", "contenido"),
    "retirar un CURP": ("UPDATE expediente.paciente_identificador SET retirado = now()"
                        " WHERE retirado IS NULL", "contenido"),
    "borrar la historia": ("DELETE FROM expediente.historia WHERE tabla = 'usuario'", "historia"),
    "borrar lo último": (f"DELETE FROM expediente.historia {_EL_ULTIMO}", "historia"),
    "reescribir la historia": ("UPDATE expediente.historia SET antes = antes || '{\"cedula\": \"1\"}'"
                               f" {_EL_ULTIMO}", "historia"),
    "historia de nadie": ("INSERT INTO expediente.historia (tabla, fila, antes) SELECT tabla,"
                          " gen_random_uuid(), antes || jsonb_build_object('id', gen_random_uuid())"
                          " FROM expediente.historia WHERE tabla = 'destino'", "historia"),
    "una nota que retrocede": ("UPDATE expediente.nota SET estado = 'borrador'", "derivado"),
    "una versión de menos": ("UPDATE expediente.nota SET ultima_version = 0", "derivado"),
    "deshacer una fusión": ("UPDATE expediente.paciente SET absorbido_por = NULL"
                            " WHERE absorbido_por IS NOT NULL", "derivado"),
    "callar la bitácora": ("ALTER TABLE expediente.tipo_evento DROP CONSTRAINT tipo_evento_check;"
                           "UPDATE expediente.tipo_evento SET activo = false WHERE codigo = 'nota.ver'",
                           "derivado"),
}  # fmt: skip


def test_sin_tocar_nada_todo_cuadra(vivida: Clinica) -> None:
    informe = vivida.base.verificar()
    assert informe.integra, informe.hallazgos
    assert informe.filas > 30


@pytest.mark.parametrize("cual", ATAQUES)
def test_lo_que_hace_el_dueno_se_nota(vivida: Clinica, cual: str) -> None:
    ordenes, clase = ATAQUES[cual]
    informe = _tras(vivida, "scribe_dueno", ordenes)
    assert informe is not None and informe.roto is not None
    assert informe.roto.clase == clase, informe.hallazgos


@pytest.mark.parametrize("cual", ATAQUES)
def test_la_aplicacion_no_puede_o_se_nota(vivida: Clinica, cual: str) -> None:
    informe = _tras(vivida, "scribe_aplicacion", ATAQUES[cual][0])
    assert informe is None or not informe.integra


def test_cambiar_algo_y_dejarlo_como_estaba_deja_rastro(vivida: Clinica) -> None:
    """Cuarenta minutos de administrador y de vuelta a asistente: la fila cuadra, su historia no."""
    ida, vuelta = (f"UPDATE expediente.usuario SET cedula = '{n}' {_DOCTORA}" for n in (9, 1234567))
    informe = _tras(vivida, "scribe_aplicacion", f"{ida};{vuelta}")
    assert informe is not None and [h.clase for h in informe.hallazgos] == ["historia"]


def test_lo_sellado_no_se_calla_aunque_se_apague(clinica: Clinica) -> None:
    """Aunque alguien apague por SQL el evento de una fila sellada, su huella se escribe."""
    with clinica.base.entrar() as conexion, pytest.raises(psycopg.errors.CheckViolation):
        conexion.execute("UPDATE expediente.tipo_evento SET activo = false WHERE codigo = 'tarea.alta'")
    clinica.base.como_dueno(
        "ALTER TABLE expediente.tipo_evento DROP CONSTRAINT tipo_evento_check",
        "UPDATE expediente.tipo_evento SET activo = false WHERE codigo = 'tarea.alta'",
    )
    with clinica.expediente.transaccion(clinica.medica) as t:
        tareas.crear(t, "asunto", paciente=clinica.paciente)
    assert {h.clase for h in clinica.base.verificar().hallazgos} == {"derivado"}  # solo lo apagado


# --- Lo que ya estaba --------------------------------------------------------------------------------


def test_lo_anterior_se_sella_una_vez_y_lo_de_despues_no(clinica: Clinica) -> None:
    """Una base de antes (sin huellas en lo que cambia) se sella al abrirla; un intruso posterior, no."""
    c = clinica
    _vivir(c)
    tablas = ", ".join(f"'{t}'" for t in (*sello.CON_HISTORIA, "sesion"))
    _como_antes(c, tablas)
    assert {h.clase for h in c.base.verificar().hallazgos} == {"sin_asiento", "contenido"}
    assert sellar_lo_anterior(c.expediente) > 10
    assert c.base.verificar().integra, c.base.verificar().hallazgos
    assert sellar_lo_anterior(c.expediente) == 0
    with c.expediente.transaccion(c.administrador) as t:  # y desde ahí todo sigue
        usuarios.cambiar(t, c.medica.usuario, especialidad="pediatría")  # type: ignore[arg-type]
    assert c.base.verificar().integra, c.base.verificar().hallazgos
    c.base.como_dueno(_INTRUSO)
    assert sellar_lo_anterior(c.expediente) == 0
    roto = c.base.verificar().roto
    assert roto is not None and roto.clase == "sin_asiento"


def _como_antes(c: Clinica, tablas: str) -> None:
    """Rehace la cadena sin las huellas que antes no se ponían (con la llave: no es un ataque)."""
    from scribe.expediente.bitacora import ORIGEN, octetos

    c.base.como_dueno(
        f"UPDATE expediente.bitacora SET huella = NULL WHERE objeto IN ({tablas})"
        " AND (objeto <> 'paciente_identificador' OR detalle ? 'columnas')"
    )
    with c.base.entrar("scribe_dueno") as conexion:
        filas = conexion.execute("SELECT * FROM expediente.bitacora ORDER BY seq").fetchall()
    ordenes, previo = [], ORIGEN
    for fila in filas:
        nueva = LLAVERO.actual.sello(octetos({**fila, "previo": previo}))
        ordenes.append(
            f"UPDATE expediente.bitacora SET previo = '\\x{previo.hex()}', sello = '\\x{nueva.hex()}'"
            f" WHERE seq = {fila['seq']}"
        )
        previo = nueva
    c.base.como_dueno(*ordenes)


# --- Las claves de datos -----------------------------------------------------------------------------


def test_una_clave_cambiada_borrada_o_destruida_se_nota(motor: object, tmp_path: Path) -> None:
    llavero = Llavero.crear(tmp_path / "llavero.json", crear_archivo_de_clave(tmp_path / "clave"))
    base = crear_base(motor)  # type: ignore[arg-type]
    try:
        almacen = AlmacenEnBase(base.expediente.piscina)
        cifrador = CifradorDeExpediente(llavero, almacen)
        base.expediente = Expediente(base.expediente.piscina, cifrador, cifrador, Bitacora(LLAVERO))
        poblar(base)

        def hallados() -> list[str]:
            with base.expediente.piscina.conexion() as conexion:
                return [h.clase for h in verificar(conexion, LLAVERO, (), llavero.abrir_clave).hallazgos]

        assert hallados() == []
        assert rotar(llavero, almacen) == 1
        assert hallados() == []
        byte = "set_byte(envuelta, 40, get_byte(envuelta, 40) # 1)"
        base.como_dueno(f"UPDATE expediente.clave_datos SET envuelta = {byte}")
        assert hallados() == ["clave"]
        base.como_dueno(f"UPDATE expediente.clave_datos SET envuelta = {byte}")
        assert hallados() == []
        base.como_dueno("UPDATE expediente.clave_datos SET ambito_id = gen_random_uuid()")
        assert hallados() == ["clave", "clave"]  # una que no es de su dueño y otra que falta
        base.como_dueno("UPDATE expediente.clave_datos SET envuelta = NULL, destruida = now()")
        assert sorted(hallados()) == ["clave", "derivado"]
        base.como_dueno("DELETE FROM expediente.clave_datos")
        assert hallados() == ["clave"]
    finally:
        borrar_base(base)
