# ruff: noqa: F811
"""Conservar y destruir de verdad: qué se propone, qué se niega y que lo destruido no vuelve."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from scribe.expediente import encuentros, notas, pacientes, tareas
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.bitacora import Actor
from scribe.expediente.conservacion import destruccion, politica, retencion
from scribe.expediente.conservacion.certificado import Certificado
from scribe.expediente.errores import (
    DatoInvalido,
    Duplicado,
    NoExiste,
    SinPermiso,
    TransicionInvalida,
)
from scribe.expediente.errores_seguridad import DatoDestruido
from scribe.expediente.llavero import Llavero
from scribe.expediente.modelo import DatosPaciente
from scribe.expediente.pausa_borrado import sin_borrar
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.destructor import Destructor
from tests.conservacion_base import FUENTE, SONIDO, Deposito, abrir_expediente, deposito_en
from tests.expediente_base import motor  # noqa: F401
from tests.trabajos_base import lanzar


@pytest.fixture
def d(motor: BaseEmpotrada, tmp_path: Path) -> Iterator[Deposito]:
    with deposito_en(motor, tmp_path / "datos") as dado:
        yield dado


# --- El audio -------------------------------------------------------------------------------------


def test_el_audio_se_propone_a_los_treinta_dias_de_firmar_y_no_antes(d: Deposito) -> None:
    recibo = d.subir()
    d.firmar(recibo)
    assert d.proponer() == []
    with d.expediente.transaccion(d.clinica.administrador) as t:
        (regla,) = [p for p in politica.todas(t) if p.tipo == "grabacion"]
    assert (regla.cantidad, regla.unidad, regla.desde, regla.id) == (30, "dias", "firma", None)
    d.sin_plazo("grabacion")
    (una,) = d.proponer()
    assert d.proponer() == [], "proponer dos veces no propone dos veces"
    (vista,) = d.lista()
    assert (vista.id, vista.estado, vista.ambito_id) == (una, "por_decidir", recibo.grabacion)
    assert vista.motivo == "plazo" and vista.impedimento is None and vista.paciente_id == d.clinica.paciente
    with d.expediente.transaccion(d.clinica.administrador) as t:
        avisos = tareas.pendientes(t, d.clinica.administrador.usuario)  # type: ignore[arg-type]
    assert [a.tipo for a in avisos] == ["asunto"] and "plazo" in (avisos[0].descripcion or "")


def test_confirmar_destruye_clave_y_archivo_y_deja_certificado(d: Deposito) -> None:
    recibo, otro = d.subir(), d.subir()
    d.firmar(recibo)
    d.sin_plazo("grabacion")
    (cual,) = d.proponer()
    ruta = d.audio.ruta(recibo.grabacion.hex)
    copia = ruta.read_bytes()
    with d.audio.leer(recibo.grabacion) as sonido:
        assert sonido.read() == SONIDO
    assert d.confirmar(cual) is not None
    assert not ruta.exists() and d.audio.ruta(otro.grabacion.hex).exists()
    assert d.clave("grabacion", recibo.grabacion)["envuelta"] is None
    assert d.clave("grabacion", otro.grabacion)["envuelta"] is not None
    ruta.write_bytes(copia)  # quien tuviera el archivo cifrado ya no tiene con qué abrirlo
    with pytest.raises(DatoDestruido), d.audio.leer(recibo.grabacion):
        pass
    hecho = d.certificado(cual)
    assert hecho.valido() and str(recibo.grabacion) in hecho.texto
    destruido = hecho.contenido["destruido"]
    assert destruido["claves"] == [f"grabacion:{recibo.grabacion}"]
    assert destruido["archivos"] == [
        {"clase": "audio", "objeto": recibo.grabacion.hex, "octetos": len(copia), "sha256": recibo.sha256}
    ]
    assert hecho.contenido["decidio"]["nombre_usuario"] == "admin.prueba"
    (asiento,) = d.sql("SELECT encode(sello, 'hex') AS s FROM expediente.bitacora WHERE seq = %s",
                       hecho.asiento["seq"])  # fmt: skip
    assert asiento["s"] == hecho.asiento["sello"]
    assert d.verificar().integra
    assert [p.estado for p in d.lista(todas=True)] == ["destruida"] and d.lista() == []
    with pytest.raises(Duplicado):
        d.confirmar(cual)


def test_un_certificado_retocado_no_vale(d: Deposito) -> None:
    recibo = d.subir()
    d.firmar(recibo)
    d.sin_plazo("grabacion")
    (cual,) = d.proponer()
    with pytest.raises(NoExiste):
        d.certificado(cual)
    d.confirmar(cual)
    bueno = d.certificado(cual)
    for campo, valor in (("tipo_dato", "expediente"), ("servidor", "otro")):
        assert not bueno.model_copy(update={"contenido": {**bueno.contenido, campo: valor}}).valido()
    assert not bueno.model_copy(update={"sha256": "0" * 64}).valido()
    assert Certificado.model_validate_json(bueno.model_dump_json()).valido()


def test_sin_firmar_no_se_destruye_ni_se_propone(d: Deposito) -> None:
    recibo = d.subir()
    d.sin_plazo("grabacion")
    assert d.proponer() == []
    with d.expediente.transaccion(Actor(None, "prueba")) as t:  # aunque alguien la proponga a mano
        from scribe.expediente.conservacion.propuesta import por_revocacion

        cual = por_revocacion(t, "grabacion", recibo.grabacion, d.clinica.paciente)
    assert cual is not None and "sin firmar" in (d.lista()[0].impedimento or "")
    with pytest.raises(TransicionInvalida, match="sin firmar"):
        d.confirmar(cual)
    assert d.clave("grabacion", recibo.grabacion)["envuelta"] and d.audio.ruta(recibo.grabacion.hex).exists()
    assert d.lista()[0].estado == "por_decidir", "ni siquiera quedó decidida"


def test_con_una_sustitucion_abierta_tampoco(d: Deposito) -> None:
    recibo = d.subir()
    d.firmar(recibo)
    d.sin_plazo("grabacion")
    with d.expediente.transaccion(d.clinica.medica) as t:
        notas.sustituir(t, recibo.nota)
    assert d.proponer() == []


def test_mientras_se_procesa_otra_vez_tampoco(d: Deposito) -> None:
    from scribe.trabajos import estado
    from scribe.trabajos.modelo import Opciones

    recibo = d.subir()
    d.firmar(recibo)
    d.sin_plazo("grabacion")
    with d.expediente.transaccion(d.clinica.medica) as t:
        estado.pedir_proceso(t, recibo.grabacion, Opciones(plantilla="cronico"))
    assert d.proponer() == []


def test_la_retencion_legal_lo_impide_hasta_que_se_levanta(d: Deposito) -> None:
    recibo = d.subir()
    d.firmar(recibo)
    d.sin_plazo("grabacion")
    (cual,) = d.proponer()
    c = d.clinica
    with d.expediente.transaccion(c.medica) as t:
        hold = retencion.retener(t, c.paciente, "queja ante la comisión")
        assert [r.razon for r in retencion.vigentes(t, c.paciente)] == ["queja ante la comisión"]
    with pytest.raises(TransicionInvalida, match="no destruir"):
        d.confirmar(cual)
    with d.base.entrar() as conexion, pytest.raises(psycopg.Error, match="no destruir"):  # ni por SQL
        conexion.execute(
            "INSERT INTO expediente.conservacion_decision"
            " (id, propuesta_id, aprobada, razon, usuario_id, equipo)"
            " VALUES (gen_random_uuid(), %s, true, 'x', %s, 'x')", (cual, c.administrador.usuario),
        )  # fmt: skip
        conexion.execute(
            "INSERT INTO expediente.conservacion_destruccion"
            " (id, propuesta_id, inventario, servidor, usuario_id, equipo)"
            " VALUES (gen_random_uuid(), %s, '{}', 'x', %s, 'x')", (cual, c.administrador.usuario),
        )  # fmt: skip
    assert d.clave("grabacion", recibo.grabacion)["envuelta"] is not None
    with pytest.raises(SinPermiso), d.expediente.transaccion(c.medica) as t:
        retencion.levantar(t, hold, "ya")  # solo quien administra
    with d.expediente.transaccion(c.administrador) as t:
        retencion.levantar(t, hold, "terminó la queja")
    with pytest.raises(Duplicado), d.expediente.transaccion(c.administrador) as t:
        retencion.levantar(t, hold, "otra vez")


def test_decide_un_administrador_y_su_no_se_respeta(d: Deposito) -> None:
    recibo = d.subir()
    d.firmar(recibo)
    d.sin_plazo("grabacion")
    (cual,) = d.proponer()
    for actor in (d.clinica.medica, d.clinica.asistente):
        with pytest.raises(SinPermiso):
            d.confirmar(cual, actor)
    assert d.clave("grabacion", recibo.grabacion)["envuelta"] is not None
    with pytest.raises(DatoInvalido), d.expediente.transaccion(d.clinica.administrador) as t:
        destruccion.conservar(t, cual, "  ")
    with d.expediente.transaccion(d.clinica.administrador) as t:
        destruccion.conservar(t, cual, "La doctora lo usa para enseñar, con permiso.")
    assert d.proponer() == [] and d.lista() == []
    with pytest.raises(Duplicado):
        d.confirmar(cual)


def test_por_sql_tampoco_se_destruye_sin_su_decision(d: Deposito) -> None:
    """Con el rol de la aplicación no se destruye una clave ajena a lo aprobado, ni una subida."""
    recibo, otro = d.subir(), d.subir()
    d.firmar(recibo)
    d.firmar(otro)
    abierta = d.abrir()
    d.mandar(abierta, cuantos=1)
    d.sin_plazo("grabacion")
    propuestas = {p.ambito_id: p.id for p in d.lista()} if d.proponer() else {}
    d.confirmar(propuestas[recibo.grabacion])
    cual = propuestas[otro.grabacion]
    for orden, valores in (
        (
            "UPDATE expediente.clave_datos SET envuelta = NULL, destruida = now()"
            " WHERE ambito = 'grabacion' AND ambito_id = %s", (otro.grabacion,),
        ),
        (
            "INSERT INTO expediente.conservacion_destruccion"
            " (id, propuesta_id, inventario, servidor, usuario_id, equipo)"
            " VALUES (gen_random_uuid(), %s, '{}', 'x', %s, 'x')", (cual, d.clinica.administrador.usuario),
        ),
        (
            "INSERT INTO expediente.conservacion_acta (id, propuesta_id, metodo, equipo)"
            " VALUES (gen_random_uuid(), %s, 'x', 'x')", (cual,),
        ),
        ("UPDATE trabajos.subida SET estado = 'destruida', terminada = now() WHERE id = %s", (abierta,)),
    ):  # fmt: skip
        with d.base.entrar() as conexion, pytest.raises(psycopg.Error) as fallo:
            conexion.execute(orden.encode(), valores)
        assert fallo.value.sqlstate == "SC005", orden
    assert d.clave("grabacion", otro.grabacion)["envuelta"] is not None


# --- kill -9 --------------------------------------------------------------------------------------


def destruir_y_morir(dsn: str, datos: str, admin: Actor, cual: UUID, donde: str) -> None:
    """Confirma en otro proceso, que se mata a sí mismo en el punto que se dice."""
    carpeta = Path(datos)
    expediente = abrir_expediente(dsn, Llavero.abrir(carpeta / "llavero.json", FUENTE))
    archivos = Destructor(AlmacenAudio(carpeta, expediente.cifrador))  # type: ignore[arg-type]

    def morir(*_: Any, **__: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    if donde == "antes de confirmar la transacción":
        destruccion._destruir = morir
    elif donde == "antes de borrar":
        Destructor.borrar = morir  # type: ignore[method-assign]
    elif donde == "a media borrada":
        borrar, van = Destructor._borrar, [0]

        def uno(self: Any, t: Any, pieza: Any) -> bool:
            van[0] += 1
            return morir() if van[0] == 2 else borrar(self, t, pieza)

        Destructor._borrar = uno  # type: ignore[method-assign]
    elif donde == "antes del acta":
        destruccion._levantar_acta = morir
    destruccion.confirmar(expediente, admin, archivos, cual, "Cumplió su plazo.")


@pytest.mark.parametrize(
    "donde", ["antes de confirmar la transacción", "antes de borrar", "a media borrada", "antes del acta"]
)
def test_kill_9_se_retoma_y_el_certificado_dice_que_se_destruyo(d: Deposito, donde: str) -> None:
    subida = d.abrir()
    d.mandar(subida, cuantos=2)
    carpeta = d.datos / "archivos" / "subidas" / subida.hex
    for trozo in carpeta.iterdir():
        os.utime(trozo, (1, 1))
    d.sin_plazo("subida")
    (cual,) = d.proponer()
    sumas = sorted(z.name.split("-")[2].split(".")[0] for z in carpeta.glob("*.trozo"))
    proceso = lanzar(destruir_y_morir, d.base.dsn(), str(d.datos), d.clinica.administrador, cual, donde)
    proceso.join(60)
    assert proceso.exitcode == -signal.SIGKILL
    sistema = Actor(None, "prueba")
    if donde == "antes de confirmar la transacción":  # no pasó nada: se puede volver a decidir
        assert d.lista()[0].estado == "por_decidir" and d.clave("grabacion", subida)["envuelta"]
        assert destruccion.retomar(d.expediente, sistema, d.archivos) == 0 and len(sumas) == 2
        assert len(list(carpeta.glob("*.trozo"))) == 2
        return
    assert d.lista()[0].estado == "destruyendo" and d.clave("grabacion", subida)["envuelta"] is None
    with pytest.raises(NoExiste):
        d.certificado(cual)
    assert destruccion.retomar(d.expediente, sistema, d.archivos) == 1
    assert destruccion.retomar(d.expediente, sistema, d.archivos) == 0
    assert not carpeta.exists()
    hecho = d.certificado(cual)
    assert hecho.valido()
    archivos = hecho.contenido["destruido"]["archivos"]
    assert sorted(p["sha256"] for p in archivos if p["clase"] == "trozo") == sumas
    assert d.verificar().integra


def test_durante_un_respaldo_se_espera_y_luego_se_termina(d: Deposito) -> None:
    recibo = d.subir()
    d.firmar(recibo)
    d.sin_plazo("grabacion")
    (cual,) = d.proponer()
    ruta = d.audio.ruta(recibo.grabacion.hex)
    with sin_borrar(d.datos / "archivos"):
        assert d.confirmar(cual) is None, "no espera: lo deja para después"
        assert ruta.exists() and d.lista()[0].estado == "destruyendo"
    assert destruccion.retomar(d.expediente, Actor(None, "prueba"), d.archivos) == 1
    assert not ruta.exists()


# --- Subidas abandonadas, borradores y expedientes --------------------------------------------------


def test_una_subida_que_sigue_llegando_no_esta_abandonada(d: Deposito) -> None:
    subida = d.abrir()
    d.mandar(subida, cuantos=1)
    d.sin_plazo("subida")
    (cual,) = d.proponer()
    with pytest.raises(TransicionInvalida, match="última hora"):
        d.confirmar(cual)
    d.mandar(subida)
    d.cerrar(subida)
    with pytest.raises(TransicionInvalida, match="ya terminó"):  # y si se cerró, es una grabación
        d.confirmar(cual)
    assert d.audio.ruta(subida.hex).exists()


def test_un_borrador_descartado_se_vacia_y_la_bitacora_lo_entiende(d: Deposito) -> None:
    c, recibo = d.clinica, d.subir()
    contenido = b'{"subjetivo": "secreto del paciente"}'
    with d.expediente.transaccion(c.medica) as t:
        oida = encuentros.alta_transcripcion(t, recibo.grabacion, b'{"turnos": []}', {})
        guardado = encuentros.alta_borrador(t, oida, b"{}", {})
        notas.transcrita(t, recibo.nota)
        notas.recibir_borrador(t, recibo.nota, guardado, contenido, {})
        notas.descartar(t, recibo.nota, "se grabó a otra persona")
        ajena = notas.crear(t, c.encuentro)
        notas.guardar_version(t, ajena.id, b"{}", sobre=0)
    d.sin_plazo("borrador")
    (cual,) = d.proponer()
    d.confirmar(cual)
    for tabla in ("nota_version", "borrador", "transcripcion"):
        filas = d.sql(f"SELECT contenido FROM expediente.{tabla} ORDER BY cuando")
        assert bytes(filas[0]["contenido"]) == b"", tabla
    assert bytes(d.sql("SELECT contenido FROM expediente.nota_version ORDER BY cuando")[1]["contenido"])
    assert d.certificado(cual).contenido["destruido"]["filas_vaciadas"] == 3
    with pytest.raises(DatoDestruido), d.expediente.transaccion(c.medica) as t:
        notas.leer_version(t, recibo.nota)
    assert d.verificar().integra
    d.base.como_dueno("UPDATE expediente.nota_version SET contenido = 'x' WHERE contenido = ''")
    assert not d.verificar().integra


def test_vaciar_no_sirve_para_borrar_otra_cosa(d: Deposito) -> None:
    """Ni el dueño, con los triggers puestos, vacía una nota que no tiene su destrucción."""
    nota = d.clinica.firmada()
    descartada = d.clinica.nota()
    with d.expediente.transaccion(d.clinica.medica) as t:
        notas.descartar(t, descartada.id, "duplicada")
    with d.base.entrar("scribe_dueno") as conexion:
        for cual in (nota.id, descartada.id):
            with pytest.raises(psycopg.Error) as error:
                conexion.execute(
                    "UPDATE expediente.nota_version SET contenido = '', cambio = NULL WHERE nota_id = %s",
                    (cual,),
                )
            assert error.value.sqlstate == "SC001"
    with d.base.entrar() as conexion, pytest.raises(psycopg.Error) as error:
        conexion.execute("SELECT * FROM expediente.vaciar_descartada(%s)", (nota.id,))
    assert error.value.sqlstate == "SC001"


def test_el_expediente_no_baja_de_cinco_anios_ni_por_politica(d: Deposito) -> None:
    with d.expediente.transaccion(d.clinica.administrador) as t:
        for cantidad, unidad in ((4, "anios"), (1825, "dias"), (0, "dias")):
            with pytest.raises(DatoInvalido, match="cinco años"):
                politica.fijar(t, "expediente", cantidad, unidad, "prueba")  # type: ignore[arg-type]
        assert politica.fijar(t, "expediente", 10, "anios", "prueba").cantidad == 10
    assert d.proponer() == []


def _envejecer(d: Deposito, anios: int) -> None:
    """Como si todo hubiera pasado hace años. Solo el dueño, con los triggers apagados, puede."""
    atras = f"interval '{anios} years'"
    d.base.como_dueno(
        f"UPDATE expediente.paciente SET creado = creado - {atras}",
        f"UPDATE expediente.encuentro SET inicio = inicio - {atras}, cuando = cuando - {atras}",
        f"UPDATE expediente.nota_version SET cuando = cuando - {atras}",
        f"UPDATE expediente.nota_firma SET cuando = cuando - {atras}",
    )


def test_un_expediente_de_mas_de_cinco_anios_se_destruye_entero(d: Deposito) -> None:
    c, recibo = d.clinica, d.subir()
    d.firmar(recibo)
    _envejecer(d, 4)
    assert d.proponer() == []
    _envejecer(d, 2)
    (cual,) = d.proponer()
    assert d.lista()[0].tipo_dato == "expediente"
    with d.expediente.transaccion(c.medica) as t:
        assert [h.id for h in pacientes.buscar(t, "nunez")] == [c.paciente]
    d.confirmar(cual)
    hecho = d.certificado(cual).contenido["destruido"]
    assert set(hecho["claves"]) == {f"paciente:{c.paciente}", f"grabacion:{recibo.grabacion}"}
    assert not d.audio.ruta(recibo.grabacion.hex).exists()
    with d.expediente.transaccion(c.medica) as t:
        assert pacientes.buscar(t, "nunez") == []
        assert (
            pacientes.buscar(t, d.sql("SELECT numero_expediente AS n FROM expediente.paciente")[0]["n"]) == []
        )
        assert tareas.pendientes(t, c.medica.usuario) == []  # type: ignore[arg-type]
    with pytest.raises(DatoDestruido), d.expediente.transaccion(c.medica) as t:
        pacientes.leer(t, c.paciente)


def test_en_colombia_son_quince(d: Deposito) -> None:
    _envejecer(d, 6)
    d.base.como_dueno("UPDATE expediente.establecimiento SET pais = 'CO', clave = NULL")
    assert d.proponer() == []
    _envejecer(d, 10)
    assert len(d.proponer()) == 1


def test_los_fusionados_se_destruyen_juntos_cada_uno_con_su_certificado(d: Deposito) -> None:
    """Se leen juntos: destruir solo a uno dejaría ilegible el expediente del otro."""
    c = d.clinica
    with d.expediente.transaccion(c.medica) as t:
        otro = pacientes.alta(t, c.establecimiento, DatosPaciente(nombre="María", apellido_paterno="Núñez"))
        pacientes.fusionar(t, c.paciente, otro.id, "es la misma")
    _envejecer(d, 6)
    (cual,) = d.proponer()
    assert d.lista()[0].ambito_id == otro.id, "se propone el vigente"
    d.confirmar(cual)
    assert all(d.clave("paciente", p)["envuelta"] is None for p in (c.paciente, otro.id))
    hechas = d.lista(todas=True)
    assert {p.estado for p in hechas} == {"destruida"} and {p.ambito_id for p in hechas} == {
        c.paciente,
        otro.id,
    }
    assert all(d.certificado(p.id).valido() for p in hechas)
    with d.expediente.transaccion(c.medica) as t:
        assert pacientes.buscar(t, "nunez") == []
    assert d.proponer() == []


def test_un_acto_reciente_de_quien_se_le_fusiono_lo_impide(d: Deposito) -> None:
    _envejecer(d, 6)
    (cual,) = d.proponer()
    c = d.clinica
    with d.expediente.transaccion(c.medica) as t:
        otro = pacientes.alta(t, c.establecimiento, DatosPaciente(nombre="María", apellido_paterno="Núñez"))
        pacientes.fusionar(t, c.paciente, otro.id, "es la misma")
    with pytest.raises(TransicionInvalida, match="plazo de ley"):
        d.confirmar(cual)


def test_las_politicas_se_acumulan_y_rige_la_ultima(d: Deposito) -> None:
    with d.expediente.transaccion(d.clinica.administrador) as t:
        politica.fijar(t, "grabacion", 7, "dias", "comité", "conservar")
        ultima = politica.fijar(t, "grabacion", 2, "anios", "comité")
        assert politica.vigente(t, "grabacion") == ultima and ultima.plazo == "2 years"
        assert ultima.al_revocar == "destruir" and ultima.fuente == "comité"
        with pytest.raises(DatoInvalido):
            politica.fijar(t, "respaldo", 7, "dias", "comité", "conservar")
    assert len(d.sql("SELECT 1 FROM expediente.conservacion_politica")) == 2
