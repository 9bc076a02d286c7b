# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""La vida de una nota contra PostgreSQL: avanza, no retrocede, y lo firmado queda byte por byte."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from scribe.expediente import clinico, consentimientos, encuentros, notas, tareas, usuarios
from scribe.expediente.errores import (
    DatoInvalido,
    Duplicado,
    NoExiste,
    SinConsentimiento,
    SinPermiso,
    TransicionInvalida,
    VersionAtrasada,
)
from scribe.expediente.modelo import Alergia, EstadoNota, Receta
from tests.expediente_base import SISTEMA, Clinica, clinica, motor, plantilla  # noqa: F401


def _de_grabacion(c: Clinica) -> tuple[UUID, UUID]:
    """Una nota que nació de una grabación, con su borrador."""
    grabacion = c.grabacion()
    with c.expediente.transaccion(c.medica) as t:
        nota = notas.crear(t, c.encuentro, grabacion=grabacion)
    with c.expediente.transaccion(SISTEMA) as t:
        transcripcion = encuentros.alta_transcripcion(
            t, grabacion, b'{"turnos": []}', {"asr": {"id": "base"}}
        )
        notas.transcrita(t, nota.id)
    with c.expediente.transaccion(SISTEMA) as t:
        borrador = encuentros.alta_borrador(t, transcripcion, b'{"nota": 1}', {"llm": {"id": "q"}})
        notas.recibir_borrador(t, nota.id, borrador, b'{"nota": 1}', {"llm": {"id": "q"}})
    return nota.id, borrador


def test_de_la_grabacion_a_la_firma(clinica: Clinica) -> None:
    c = clinica
    nota, borrador = _de_grabacion(c)
    with c.expediente.transaccion(c.medica) as t:
        assert [x.tipo for x in tareas.pendientes(t, c.medica.usuario)] == ["por_revisar"]  # type: ignore[arg-type]
        notas.a_revision(t, nota)
        assert [x.tipo for x in tareas.pendientes(t, c.medica.usuario)] == ["por_firmar"]  # type: ignore[arg-type]
        notas.guardar_version(t, nota, b'{"nota": 2, "pronostico": "bueno"}', sobre=1)
        c.firmar(t, nota, 2, b"documento exacto \x00\xff")
    with c.expediente.transaccion(c.medica) as t:
        firma = notas.leer_firma(t, nota)
        assert firma is not None and firma.contenido == b"documento exacto \x00\xff"
        assert firma.sha256 == hashlib.sha256(b"documento exacto \x00\xff").digest()
        uno, dos = notas.versiones(t, nota)
        assert (uno.origen, uno.borrador_id, uno.usuario_id) == ("borrador", borrador, None)
        assert uno.modelos == {"llm": {"id": "q"}}
        assert (
            dos.cambio is not None
            and '+"pronostico": "bueno"' in dos.cambio
            and dos.usuario_id == c.medica.usuario
        )
        assert dos.equipo == "consultorio-1"
        assert not tareas.pendientes(t, c.medica.usuario)  # type: ignore[arg-type]
        estados = [p.a for p in notas.pasos(t, nota)]
    assert estados == ["grabada", "transcrita", "borrador", "en_revision", "firmada"]
    assert c.base.verificar().integra


def test_nada_retrocede_ni_se_salta(clinica: Clinica) -> None:
    c = clinica
    nota = c.firmada().id
    for hacer in (
        lambda t: notas.guardar_version(t, nota, b"otra", sobre=1),
        lambda t: notas.a_revision(t, nota),
        lambda t: notas.transcrita(t, nota),
        lambda t: notas.descartar(t, nota, "me equivoqué"),
        lambda t: c.firmar(t, nota, 1, b"otra vez"),
    ):
        with pytest.raises((TransicionInvalida, Duplicado)), c.expediente.transaccion(c.medica) as t:
            hacer(t)
    abierta = c.nota().id
    with pytest.raises(TransicionInvalida), c.expediente.transaccion(c.medica) as t:
        c.firmar(t, abierta, 1, b"sin revisar")
    with c.expediente.transaccion(c.medica) as t:
        assert notas.leer(t, nota).estado is EstadoNota.FIRMADA
        assert notas.leer(t, abierta).estado is EstadoNota.BORRADOR
    assert c.base.verificar().integra


def test_dos_personas_a_la_vez_no_se_pisan(clinica: Clinica) -> None:
    c = clinica
    nota = c.nota().id
    with c.expediente.transaccion(c.asistente) as t:
        notas.guardar_version(t, nota, b"de la asistente", sobre=1)
    with pytest.raises(VersionAtrasada), c.expediente.transaccion(c.medica) as t:
        notas.guardar_version(t, nota, b"de la medica", sobre=1)
    with c.expediente.transaccion(c.medica) as t:
        notas.a_revision(t, nota)
    with pytest.raises(VersionAtrasada), c.expediente.transaccion(c.medica) as t:
        c.firmar(t, nota, 1, b"la de antes")
    with c.expediente.transaccion(c.medica) as t:
        assert [v.contenido for v in notas.versiones(t, nota)] == [
            b'{"subjetivo": "uno"}',
            b"de la asistente",
        ]


def test_adenda_y_sustitucion_no_tocan_lo_firmado(clinica: Clinica) -> None:
    c = clinica
    original = c.firmada(b"original").id
    for abrir, queda in (
        (notas.crear_adenda, EstadoNota.CON_ADENDA),
        (notas.sustituir, EstadoNota.SUSTITUIDA),
    ):
        with c.expediente.transaccion(c.medica) as t:
            otra = abrir(t, original)
            notas.guardar_version(t, otra.id, b"lo agregado", sobre=0)
            notas.a_revision(t, otra.id)
            assert notas.leer(t, original).estado is not queda
            c.firmar(t, otra.id, 1, b"lo agregado")
            assert notas.leer(t, original).estado is queda
    with c.expediente.transaccion(c.medica) as t:
        firma = notas.leer_firma(t, original)
        assert firma is not None and firma.contenido == b"original"
    with pytest.raises(TransicionInvalida), c.expediente.transaccion(c.medica) as t:
        notas.crear_adenda(t, original)
    with pytest.raises(TransicionInvalida), c.expediente.transaccion(c.medica) as t:
        notas.crear_adenda(t, c.nota().id)
    assert c.base.verificar().integra


def test_dos_sustituciones_solo_una_gana(clinica: Clinica) -> None:
    c = clinica
    original = c.firmada().id
    with c.expediente.transaccion(c.medica) as t:
        dos = [notas.sustituir(t, original).id for _ in range(2)]
        for cual in dos:
            notas.guardar_version(t, cual, b"nueva", sobre=0)
            notas.a_revision(t, cual)
    with c.expediente.transaccion(c.medica) as t:
        c.firmar(t, dos[0], 1, b"nueva")
    with pytest.raises(TransicionInvalida), c.expediente.transaccion(c.medica) as t:
        c.firmar(t, dos[1], 1, b"nueva")
    with c.expediente.transaccion(c.medica) as t:
        assert notas.leer(t, dos[1]).estado is EstadoNota.EN_REVISION
        assert notas.leer_firma(t, dos[1]) is None


def test_descartar_pide_motivo_y_conserva(clinica: Clinica) -> None:
    c = clinica
    nota = c.nota(b"se conserva").id
    with pytest.raises(DatoInvalido), c.expediente.transaccion(c.medica) as t:
        notas.descartar(t, nota, "  ")
    with c.expediente.transaccion(c.medica) as t:
        notas.descartar(t, nota, "paciente equivocado")
    with c.expediente.transaccion(c.medica) as t:
        assert notas.leer_version(t, nota, 1).contenido == b"se conserva"
        assert notas.pasos(t, nota)[-1].motivo == "paciente equivocado"
    with pytest.raises(TransicionInvalida), c.expediente.transaccion(c.medica) as t:
        notas.guardar_version(t, nota, b"otra", sobre=1)


def test_solo_firma_un_medico_en_activo_de_ahi(clinica: Clinica) -> None:
    c = clinica
    nota = c.nota().id
    with c.expediente.transaccion(c.medica) as t:
        notas.a_revision(t, nota)
    for actor in (c.asistente, c.administrador):
        with pytest.raises(SinPermiso), c.expediente.transaccion(actor) as t:
            c.firmar(t, nota, 1, b"x")
    with c.expediente.transaccion(SISTEMA) as t:
        usuarios.revocar(t, c.medica.usuario, "medico", c.establecimiento)  # type: ignore[arg-type]
    with pytest.raises(SinPermiso), c.expediente.transaccion(c.medica) as t:
        c.firmar(t, nota, 1, b"x")
    with c.expediente.transaccion(SISTEMA) as t:
        assert notas.leer_firma(t, nota) is None


def test_lo_firmado_se_comprueba_al_llegar(clinica: Clinica) -> None:
    c = clinica
    nota = c.nota().id
    with pytest.raises(DatoInvalido), c.expediente.transaccion(c.medica) as t:
        notas.a_revision(t, nota)
        notas.firmar(t, nota, version=1, contenido=b"a", firma=b"f", tipo="simple", algoritmo="x",
                     sha256=hashlib.sha256(b"b").digest())  # fmt: skip


def test_sin_consentimiento_no_entra_grabacion(clinica: Clinica) -> None:
    c = clinica
    c.grabacion()
    with c.expediente.transaccion(c.medica) as t:
        texto, *_ = consentimientos.texto_vigente(t, "grabacion", "MX")
        assert consentimientos.vigente(t, c.paciente, "grabacion", c.encuentro) == c.consentimiento
        negado = consentimientos.registrar(t, c.paciente, texto, otorgado=False, como="electronico")
        assert consentimientos.vigente(t, c.paciente, "grabacion", c.encuentro) is None  # un «no» posterior
        assert len(consentimientos.revocar(t, c.consentimiento, "verbal", "ya no quiero")) == 1
        assert consentimientos.vigente(t, c.paciente, "grabacion", c.encuentro) is None
    for permiso in (c.consentimiento, negado.id, uuid4()):
        with pytest.raises((SinConsentimiento, NoExiste)), c.expediente.transaccion(c.medica) as t:
            encuentros.alta_grabacion(
                t, c.encuentro, permiso, sha256=bytes(32), octetos=1, formato="ogg", ubicacion=uuid4().hex
            )
    assert c.base.contar("grabacion") == 1
    with pytest.raises(Duplicado), c.expediente.transaccion(c.medica) as t:
        consentimientos.revocar(t, c.consentimiento, "verbal")


def test_corregir_es_agregar(clinica: Clinica) -> None:
    c = clinica
    with c.expediente.transaccion(c.medica) as t:
        mal = clinico.agregar(t, c.paciente, Alergia(descripcion="penicilina", gravedad="leve"))
        bien = clinico.agregar(
            t, c.paciente, Alergia(descripcion="penicilina", gravedad="grave"), sustituye_a=mal
        )
        clinico.agregar(
            t, c.paciente,
            Receta(medicamento="amoxicilina", dosis="500 mg", via_de_administracion="oral", frecuencia="8 h"),
        )  # fmt: skip
    with c.expediente.transaccion(c.medica) as t:
        assert [a.id for a in clinico.vigentes(t, c.paciente, "alergia")] == [bien]
        assert len(clinico.vigentes(t, c.paciente, "receta")) == 1
    with pytest.raises(Duplicado), c.expediente.transaccion(c.medica) as t:
        clinico.agregar(t, c.paciente, Alergia(descripcion="otra"), sustituye_a=mal)
    assert c.base.contar("alergia") == 2


def test_cerrar_el_encuentro_una_vez(clinica: Clinica) -> None:
    c = clinica
    with c.expediente.transaccion(c.medica) as t:
        encuentros.cerrar(t, c.encuentro, datetime.now(UTC))
        assert encuentros.leer(t, c.encuentro).motivo == "dolor de garganta"
    with pytest.raises(Duplicado), c.expediente.transaccion(c.medica) as t:
        encuentros.cerrar(t, c.encuentro, datetime.now(UTC))


def test_lo_clinico_no_esta_en_claro_en_la_base(clinica: Clinica) -> None:
    c = clinica
    c.firmada(b"MARCADOR-CLINICO-77")
    with c.expediente.transaccion(c.medica) as t:
        clinico.agregar(t, c.paciente, Alergia(descripcion="MARCADOR-ALERGIA-77"))
    with c.base.entrar("scribe_dueno") as conexion:
        tablas = [
            f["tablename"]
            for f in conexion.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'expediente'")
            if f["tablename"] != "catalogo_concepto"  # listas públicas: hay municipios que se llaman María
        ]
        assert len(tablas) > 30
        for tabla in tablas:
            with conexion.cursor() as cursor:
                cursor.execute(f"SELECT t::text AS todo FROM expediente.{tabla} t".encode())
                todo = "\n".join(f["todo"] for f in cursor)
            for marca in ("MARCADOR", "Núñez", "María", "garganta", "4d41524341444f52"):
                assert marca not in todo, (tabla, marca)
