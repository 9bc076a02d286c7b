"""El resumen clínico y los datos que la NOM-024-SSA3-2010 pide guardar: 1.3.1 a 1.3.7 y apéndice B."""

# ruff: noqa: F811

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from scribe.expediente import clinico, encuentros, notas, pacientes
from scribe.expediente.errores import DatoInvalido
from scribe.expediente.identificadores import TipoIdentificador
from scribe.expediente.modelo import (
    Alergia,
    DatosEncuentro,
    DatosPaciente,
    Diagnostico,
    Domicilio,
    Identificador,
    Medicacion,
    Problema,
    Receta,
)
from tests.expediente_base import Clinica, base, clinica, motor, plantilla  # noqa: F401

CASA = Domicilio(
    calle="Calle Dos", numero_ext="2", numero_int="B", colonia="Centro", codigo_postal="04000",
    localidad="0001", municipio="09003", estado="09", telefono_1="5555550100", telefono_2="5555550101",
)  # fmt: skip
APENDICE_B = DatosPaciente(
    nombre="Rosa", apellido_paterno="Íñiguez", apellido_materno="Luna", nivel_socioeconomico="medio",
    vivienda="propia", tipo_sanguineo="O+", discapacidad="02", grupo_etnico="náhuatl", religion="ninguna",
    domicilios=(CASA,),
)  # fmt: skip


def test_se_guardan_los_datos_del_apendice_b_y_mas_de_un_identificador(clinica: Clinica) -> None:
    propios = (
        Identificador(tipo=TipoIdentificador.CURP, valor="BOXW310820HNERXN09"),
        Identificador(tipo=TipoIdentificador.OTRO, valor="A-77", emisor="Hospital Norte"),
    )
    with clinica.expediente.transaccion(clinica.asistente) as t:
        nuevo = pacientes.alta(t, clinica.establecimiento, APENDICE_B, propios, numero_expediente="N-1")
    with clinica.expediente.transaccion(clinica.medica) as t:
        leido = pacientes.leer(t, nuevo.id)
    assert leido.datos == APENDICE_B and leido.numero_expediente == "N-1"
    assert {i.tipo for _, i in leido.identificadores} == {TipoIdentificador.CURP, TipoIdentificador.OTRO}


def test_problemas_a_lo_largo_del_tiempo(clinica: Clinica) -> None:
    """1.1.1.e y 1.3.4: activos, resueltos e inactivos; corregir conserva lo anterior."""
    c = clinica
    with c.expediente.transaccion(c.medica) as t:
        abierto = clinico.agregar(t, c.paciente, Problema(descripcion="asma", desde=date(2019, 2, 1)))
        clinico.agregar(
            t, c.paciente, Problema(descripcion="asma", desde=date(2019, 2, 1), hasta=date(2024, 5, 1),
                                    estado="resuelto"), sustituye_a=abierto,
        )  # fmt: skip
        clinico.agregar(t, c.paciente, Problema(descripcion="fractura de radio", estado="inactivo"))
        clinico.agregar(t, c.paciente, Problema(descripcion="hipertensión", codigo="I10"))
    with c.expediente.transaccion(c.medica) as t:
        hoy = [g.contenido for g in clinico.vigentes(t, c.paciente, "problema")]
    assert [(p.descripcion, p.estado) for p in hoy if isinstance(p, Problema)] == [
        ("asma", "resuelto"), ("fractura de radio", "inactivo"), ("hipertensión", "activo"),
    ]  # fmt: skip
    assert c.base.contar("problema") == 4


def test_de_cada_medicamento_quien_cuando_dosis_y_via(clinica: Clinica) -> None:
    """1.1.1.b y c, 1.3.5: lo recetado aquí y lo que el paciente ya tomaba por otra receta."""
    c = clinica
    antes = datetime.now(UTC)
    with c.expediente.transaccion(c.medica) as t:
        clinico.agregar(t, c.paciente, Medicacion(medicamento="losartán", dosis="50 mg", via="oral"))
        clinico.agregar(
            t, c.paciente,
            Receta(medicamento="amoxicilina", dosis="500 mg", via_de_administracion="oral", frecuencia="8 h"),
        )  # fmt: skip
    with c.expediente.transaccion(c.medica) as t:
        (toma,) = clinico.vigentes(t, c.paciente, "medicacion")
        (receta,) = clinico.vigentes(t, c.paciente, "receta")
    for guardada in (toma, receta):
        assert guardada.usuario_id == c.medica.usuario and guardada.cuando >= antes
    assert isinstance(toma.contenido, Medicacion) and toma.contenido.estado == "activo"
    assert isinstance(receta.contenido, Receta)
    assert (receta.contenido.dosis, receta.contenido.via_de_administracion) == ("500 mg", "oral")


def test_de_cada_alergia_que_la_causa_cuando_y_de_que_tipo(clinica: Clinica) -> None:
    """1.3.6: también quién la refirió y si alguien la verificó."""
    c = clinica
    alergia = Alergia(
        tipo_de_reaccion="reaccion_adversa", descripcion="ronchas", medicamento="penicilina", factor="01",
        gravedad="moderada", fecha_deteccion=date(1998, 3, 1), refiere="paciente", verificada=True,
    )  # fmt: skip
    with c.expediente.transaccion(c.medica) as t:
        clinico.agregar(t, c.paciente, alergia)
    with c.expediente.transaccion(c.medica) as t:
        assert [g.contenido for g in clinico.vigentes(t, c.paciente, "alergia")] == [alergia]


def test_lo_clinico_dice_de_que_nota_salio(clinica: Clinica) -> None:
    """1.3.7.b: un diagnóstico y su documento van juntos."""
    c = clinica
    una, otra = c.nota(), c.nota()
    with c.expediente.transaccion(c.medica) as t:
        for nota, codigo in ((una, "J02.9"), (otra, "I10")):
            clinico.agregar(
                t,
                c.paciente,
                Diagnostico(codigo=codigo, titulo="título"),
                encuentro=c.encuentro,
                nota=nota.id,
            )
    with c.expediente.transaccion(c.medica) as t:
        (suyo,) = clinico.vigentes(t, c.paciente, "diagnostico", nota=otra.id)
    assert suyo.nota_id == otra.id and isinstance(suyo.contenido, Diagnostico)
    assert suyo.contenido.codigo == "I10"


def test_el_expediente_se_lee_en_orden_de_tiempo(clinica: Clinica) -> None:
    """1.3.7.e."""
    c = clinica
    with c.expediente.transaccion(c.medica) as t:
        for dia in (3, 1, 2):
            inicio = datetime(2031, 1, dia, 16, tzinfo=UTC)
            nuevo = encuentros.abrir(
                t,
                c.paciente,
                c.establecimiento,
                c.medica.usuario,
                DatosEncuentro(inicio=inicio),  # type: ignore[arg-type]
            )
            notas.crear(t, nuevo.id)
    with c.expediente.transaccion(c.medica) as t:
        dias = [e.inicio for e in encuentros.de_paciente(t, c.paciente)]
        assert dias == sorted(dias, reverse=True) and len(dias) == 4
        assert len(notas.de_paciente(t, c.paciente)) == 3


def test_lo_que_no_tiene_la_forma_de_su_lista_no_entra(clinica: Clinica) -> None:
    """Los códigos de la atención se validan por su lista o su forma, también en la base."""
    malos = (
        {"finalidad": "45"}, {"finalidad": "10"}, {"cups": "89020"}, {"causa": "20"}, {"modalidad": "10"},
        {"via_ingreso": "15"}, {"entorno": "06"}, {"grupo_servicios": "00"},
    )  # fmt: skip
    ahora = datetime(2026, 3, 5, 16, tzinfo=UTC)
    for malo in malos:
        with pytest.raises(ValueError, match="pattern"):
            DatosEncuentro(inicio=ahora, **malo)
        sin_validar = DatosEncuentro(inicio=ahora).model_copy(update=malo)
        with pytest.raises(DatoInvalido), clinica.expediente.transaccion(clinica.medica) as t:
            encuentros.abrir(
                t,
                clinica.paciente,
                clinica.establecimiento,
                clinica.medica.usuario,
                sin_validar,  # type: ignore[arg-type]
            )
