# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""Pacientes y usuarios: encontrarlos, no duplicarlos, fusionarlos y separarlos."""

from __future__ import annotations

from datetime import date

import pytest

from scribe.expediente import catalogos, encuentros, notas, pacientes, usuarios
from scribe.expediente.base.consultas import consulta
from scribe.expediente.errores import (
    DatoInvalido,
    Duplicado,
    NoExiste,
    SinPermiso,
    SoloAgregar,
    TransicionInvalida,
)
from scribe.expediente.identificadores import TipoIdentificador
from scribe.expediente.modelo import DatosPaciente, DatosUsuario, Identificador
from tests.expediente_base import SISTEMA, Clinica, clinica, motor, plantilla  # noqa: F401

CURP = "BOXW310820HNERXN09"  # ejemplo público de la documentación de python-stdnum


def test_se_encuentra_como_la_gente_escribe(clinica: Clinica) -> None:
    c = clinica
    with c.expediente.transaccion(c.asistente) as t:
        otro = pacientes.alta(
            t, c.establecimiento, DatosPaciente(nombre="Mariana", apellido_paterno="López"),
            [Identificador(tipo=TipoIdentificador.CURP, valor=CURP.lower())],
        )  # fmt: skip
    with c.expediente.transaccion(c.asistente) as t:
        for texto in ("maria jose", "NUÑEZ", "nunez mar", "pen\u0303a", "María de la Peña", "jos nun"):
            assert [p.id for p in pacientes.buscar(t, texto)] == [c.paciente], texto
        assert {p.id for p in pacientes.buscar(t, "mar")} == {c.paciente, otro.id}
        for texto in (CURP, f" {CURP.lower()} ", otro.numero_expediente):
            assert [p.id for p in pacientes.buscar(t, texto)] == [otro.id], texto
        for texto in ("", "x", "núñez lópez", "rodriguez", "%", "' OR 1=1 --", "BOXW310820HNERXN08"):
            assert pacientes.buscar(t, texto) == [], texto


def test_corregir_guarda_version_y_reindexa(clinica: Clinica) -> None:
    c = clinica
    with c.expediente.transaccion(c.asistente) as t:
        pacientes.corregir(t, c.paciente, DatosPaciente(nombre="Josefa", apellido_paterno="Ramírez"))
    with c.expediente.transaccion(c.asistente) as t:
        assert pacientes.buscar(t, "nunez") == []
        assert [p.nombre for p in pacientes.buscar(t, "ramirez")] == ["Josefa Ramírez"]
        assert [d.nombre for _, d in pacientes.versiones(t, c.paciente)] == ["María José", "Josefa"]


def test_un_identificador_es_de_uno(clinica: Clinica) -> None:
    c = clinica
    curp = Identificador(tipo=TipoIdentificador.CURP, valor=CURP)
    with c.expediente.transaccion(c.asistente) as t:
        puesto = pacientes.agregar_identificador(t, c.paciente, curp)
    with pytest.raises(Duplicado), c.expediente.transaccion(c.asistente) as t:
        pacientes.alta(t, c.establecimiento, DatosPaciente(nombre="Otro", apellido_paterno="Mas"), [curp])
    assert c.base.contar("paciente") == 1  # ni el alta a medias
    with c.expediente.transaccion(c.asistente) as t:
        pacientes.retirar_identificador(t, puesto)
    with pytest.raises(SoloAgregar), c.expediente.transaccion(c.asistente) as t:
        pacientes.retirar_identificador(t, puesto)
    with c.expediente.transaccion(c.asistente) as t:
        pacientes.alta(t, c.establecimiento, DatosPaciente(nombre="Otro", apellido_paterno="Mas"), [curp])
    sin_identidad = Identificador(tipo=TipoIdentificador.AS, valor="SIN-001")
    with c.expediente.transaccion(c.asistente) as t:
        for _ in range(2):
            pacientes.alta(
                t, c.establecimiento, DatosPaciente(descripcion="varón, unos 40 años"), [sin_identidad]
            )


def test_fusionar_lee_junto_y_deshacer_separa(clinica: Clinica) -> None:
    c = clinica
    nota = c.firmada()
    with c.expediente.transaccion(c.medica) as t:
        nadie = pacientes.alta(t, c.establecimiento, DatosPaciente(descripcion="mujer inconsciente, 45 años"))
        assert nadie.identidad == "desconocida"
        fusion = pacientes.fusionar(t, c.paciente, nadie.id, "despertó y dijo su nombre")
    with c.expediente.transaccion(c.medica) as t:
        assert [p.id for p in pacientes.buscar(t, "nunez")] == [nadie.id]
        assert [n.id for n in notas.de_paciente(t, nadie.id)] == [nota.id]
        assert pacientes.leer(t, c.paciente).vigente == nadie.id
        assert len(encuentros.de_paciente(t, nadie.id)) == 1
    for otra in ((c.paciente, nadie.id), (nadie.id, c.paciente)):
        with pytest.raises(TransicionInvalida), c.expediente.transaccion(c.medica) as t:
            pacientes.fusionar(t, *otra, "ciclo")
    with c.expediente.transaccion(c.medica) as t:
        pacientes.deshacer_fusion(t, fusion, "no era ella")
    with pytest.raises(Duplicado), c.expediente.transaccion(c.medica) as t:
        pacientes.deshacer_fusion(t, fusion, "otra vez")
    with c.expediente.transaccion(c.medica) as t:
        assert [p.id for p in pacientes.buscar(t, "nunez")] == [c.paciente]
        assert notas.de_paciente(t, nadie.id) == []
        firma = notas.leer_firma(t, nota.id)
        assert firma is not None and firma.contenido == b'{"subjetivo": "uno"}'  # nada se movió ni se recifró
    with pytest.raises(DatoInvalido), c.expediente.transaccion(c.medica) as t:
        pacientes.fusionar(t, c.paciente, nadie.id, " ")
    assert c.base.verificar().integra


def test_ninguna_busqueda_recorre_a_todos(clinica: Clinica) -> None:
    """Cada una tiene un índice que le sirve. Cuánto tarda con diez mil se mide en `evaluacion`."""
    c = clinica
    with c.expediente.transaccion(c.asistente) as t:
        # Con tan pocas filas PostgreSQL preferiría recorrerlas: así solo lo hace si no hay otro camino.
        t.conexion.execute("SET LOCAL enable_seqscan = off")
        for nombre, valores in (
            ("paciente_por_fichas", {"fichas": [1, 2], "limite": 20, "establecimientos": None}),
            ("pacientes_resumen", {"ids": [c.paciente]}),
            ("paciente_por_expediente", {"numero": "P2000"}),
            ("paciente_por_indice", {"indices": [bytes(32)]}),
            ("pacientes_en", {"ids": [c.paciente], "establecimientos": [c.establecimiento]}),
            ("lista_por_firmar", {"medico": c.medica.usuario}),
            ("tareas_pendientes", {"usuario": c.medica.usuario, "tipo": None, "sin_dueno": False}),
        ):
            filas = t.conexion.execute(b"EXPLAIN " + consulta(nombre), valores).fetchall()
            plan = "\n".join(f["QUERY PLAN"] for f in filas)
            assert "Seq Scan" not in plan, (nombre, plan)


def test_usuarios_roles_y_bloqueo(clinica: Clinica) -> None:
    c = clinica
    with c.expediente.transaccion(c.administrador) as t:
        nuevo = usuarios.alta(
            t, DatosUsuario(nombre_usuario="residente1", nombre="Luis", apellido_paterno="Soto")
        )
        usuarios.otorgar(t, nuevo.id, "medico", c.establecimiento)
        usuarios.otorgar(t, nuevo.id, "medico", c.establecimiento)
        usuarios.guardar_secreto(t, nuevo.id, "acceso", b"$argon2id$v=19$m=1,t=1,p=1$a$b")
        usuarios.guardar_secreto(t, nuevo.id, "acceso", b"$argon2id$v=19$m=1,t=1,p=1$c$d")
        assert usuarios.secreto(t, nuevo.id, "acceso") == b"$argon2id$v=19$m=1,t=1,p=1$c$d"
        assert usuarios.por_nombre(t, " Residente1 ") is not None
        assert usuarios.hay_usuarios(t)
    for valor in (b"contrasena en claro", b""):
        with pytest.raises(DatoInvalido), c.expediente.transaccion(c.administrador) as t:
            usuarios.guardar_secreto(t, nuevo.id, "firma", valor)
    with pytest.raises(Duplicado), c.expediente.transaccion(c.administrador) as t:
        usuarios.alta(t, DatosUsuario(nombre_usuario="residente1", nombre="Luis", apellido_paterno="Soto"))
    with c.expediente.transaccion(SISTEMA) as t:
        for veces in range(3):
            como = usuarios.anotar_intento(t, nuevo.id, bien=False)
            assert (como.bloqueado is not None) == (veces == 2)
        assert usuarios.desbloquear(t, nuevo.id).bloqueado is None
        assert usuarios.anotar_intento(t, nuevo.id, bien=True).intentos_fallidos == 0
    with pytest.raises(SinPermiso), c.expediente.transaccion(c.asistente) as t:
        usuarios.exigir_rol(t, "administrador")
    with c.expediente.transaccion(c.administrador) as t:
        assert usuarios.exigir_rol(t, "administrador", c.establecimiento)
        usuarios.cambiar(t, nuevo.id, activo=False)
        assert nuevo.id not in {u.id for u in usuarios.listar(t)}
        with pytest.raises(DatoInvalido):
            usuarios.cambiar(t, nuevo.id, nombre_usuario="otro.nombre")
    assert c.base.contar("historia") >= 6


@pytest.mark.parametrize(("pais", "clave"), [("MX", "DF1234"), ("CO", "DFSSA000009"), ("MX", "050010000001")])
def test_la_clave_del_establecimiento_es_la_de_su_pais(clinica: Clinica, pais: str, clave: str) -> None:
    with pytest.raises(DatoInvalido), clinica.expediente.transaccion(SISTEMA) as t:
        usuarios.alta_establecimiento(t, pais, "X", "consultorio", "Calle", clave=clave)  # type: ignore[arg-type]


def test_un_nacimiento_futuro_no_entra() -> None:
    with pytest.raises(ValueError, match="futuro"):
        DatosPaciente(nombre="A", apellido_paterno="B", nacimiento=date(2999, 1, 1))
    with pytest.raises(ValueError, match="descripción"):
        DatosPaciente(nombre="A")


def test_los_catalogos_guardan_su_historia(clinica: Clinica) -> None:
    c = clinica
    with c.expediente.transaccion(SISTEMA) as t:
        via = catalogos.conceptos(t, catalogos.vigente(t, "CO_VIA_INGRESO", date(2026, 1, 1)))
        assert len(via) == 14 and via["14"] == "Contrarreferido de otra institución"
        causa = catalogos.conceptos(t, catalogos.vigente(t, "CO_CAUSA", date(2026, 1, 1)))
        assert list(causa) == [str(n) for n in range(21, 50)]
        with pytest.raises(NoExiste):
            catalogos.vigente(t, "CO_CAUSA", date(2021, 6, 24))
        nuevo = catalogos.publicar(
            t, "CO_ZONA", "2", date(2027, 1, 1), {"01": "Urbana", "03": "Otra"}, "prueba"
        )
    with c.expediente.transaccion(SISTEMA) as t:
        assert catalogos.vigente(t, "CO_ZONA", date(2027, 1, 1)) == nuevo
        vieja = catalogos.vigente(t, "CO_ZONA", date(2026, 12, 31))
        assert catalogos.conceptos(t, vieja) == {"01": "Urbana", "02": "Rural"}
    assert c.base.verificar().integra
