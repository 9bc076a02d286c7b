"""Los catálogos de una atención: qué traen, desde cuándo valen, y armar con ellos la nota colombiana."""

# ruff: noqa: F811

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from scribe.consulta import EstadoCodigo
from scribe.expediente import catalogos, encuentros, firmar, notas, pacientes, usuarios
from scribe.expediente.bitacora import Actor
from scribe.expediente.errores import DatoInvalido, NoExiste
from scribe.expediente.firma.contenido import Diagnostico, Renglon
from scribe.expediente.firma.elementos import definiciones
from scribe.expediente.firma.revision import revisar
from scribe.expediente.identificadores import TipoIdentificador
from scribe.expediente.modelo import DatosEncuentro, DatosPaciente, DatosUsuario, Domicilio, Identificador
from scribe.expediente.nota_editable import ContenidoDeNota, EnunciadoEditable, Secciones
from tests.expediente_base import EQUIPO, SISTEMA, Clinica, base, clinica, motor, plantilla  # noqa: F401

DIA = date(2026, 3, 5)
MEDICA = "medica.bogota"


ESPERADOS: list[tuple[str, int, dict[str, str]]] = [
    ("CO_TECNOLOGIA", 13, {"01": "Procedimiento en salud", "13": "Servicio complementario"}),
    ("CO_FINALIDAD", 34, {"11": "Valoración integral para la promoción y mantenimiento", "44": "Otra"}),
    ("CO_TRIAGE", 5, {"05": "Triage V"}),
    ("CO_TIPO_DOCUMENTO_TALENTO", 5, {"CC": "Cédula de ciudadanía"}),
    ("CO_ALERGIA", 6, {"02": "Alimento"}),
    ("CO_PARENTESCO", 4, {"04": "Abuelos"}),
    ("CO_FACTOR_RIESGO", 6, {"03": "Biomecánicos"}),
    ("CO_INCAPACIDAD", 2, {"02": "Prórroga"}),
    ("CO_MUNICIPIO", 1121, {"11001": "BOGOTÁ, D.C.", "05001": "MEDELLÍN"}),
    ("CO_DEPARTAMENTO", 33, {"05": "ANTIOQUIA"}),
    ("CAT_ENTIDADES", 32, {"01": "Aguascalientes", "09": "Ciudad de México"}),
    ("CAT_MUNICIPIOS", 2478, {"09003": "Coyoacán", "20067": "Oaxaca de Juárez"}),
    ("ISO_3166_1", 249, {"MEX": "México", "COL": "Colombia"}),
]


def test_cada_catalogo_trae_lo_suyo(clinica: Clinica) -> None:
    with clinica.base.expediente.transaccion(SISTEMA) as t:
        traen = {n: catalogos.conceptos(t, catalogos.vigente(t, n, DIA)) for n, *_ in ESPERADOS}
    for nombre, claves, muestra in ESPERADOS:
        assert len(traen[nombre]) == claves, nombre
        assert {c: traen[nombre].get(c) for c in muestra} == muestra


def test_cada_catalogo_que_pide_un_elemento_existe_y_dice_su_fuente(clinica: Clinica) -> None:
    with clinica.base.entrar() as conexion:
        filas = conexion.execute("SELECT nombre, fuente, verificado FROM expediente.catalogo").fetchall()
    assert {d.catalogo for d in definiciones() if d.catalogo} <= {f["nombre"] for f in filas}
    assert all(len(f["fuente"]) > 10 and f["verificado"] for f in filas)


def test_un_municipio_es_de_una_entidad_que_existe(clinica: Clinica) -> None:
    with clinica.base.expediente.transaccion(SISTEMA) as t:
        for municipios, mayores in (("CAT_MUNICIPIOS", "CAT_ENTIDADES"), ("CO_MUNICIPIO", "CO_DEPARTAMENTO")):
            padres = catalogos.conceptos(t, catalogos.vigente(t, mayores, DIA))
            hijos = catalogos.conceptos(t, catalogos.vigente(t, municipios, DIA))
            assert {h[:2] for h in hijos} == set(padres) and all(len(h) == 5 for h in hijos)


def test_una_version_nueva_no_cambia_como_se_llamaba_antes(clinica: Clinica) -> None:
    """NOM-024-SSA3-2010 3.1.2: la atención pasada conserva el nombre que su clave tenía."""
    with clinica.base.expediente.transaccion(SISTEMA) as t:
        anterior = catalogos.conceptos(t, catalogos.vigente(t, "CO_FINALIDAD", DIA))
        nuevos = {**anterior, "44": "Otra finalidad"}
        catalogos.publicar(t, "CO_FINALIDAD", "de prueba", date(2027, 1, 1), nuevos, "prueba")
        assert catalogos.titulo(t, "CO_FINALIDAD", "44", DIA) == "Otra"
        assert catalogos.titulo(t, "CO_FINALIDAD", "44", date(2027, 1, 1)) == "Otra finalidad"
        assert catalogos.titulo(t, "CO_FINALIDAD", "45", DIA) is None
        assert catalogos.titulo(t, "CAT_ENTIDADES", "01", date(2020, 1, 1)) is None


def test_se_busca_por_nombre_sin_acentos_o_por_clave(clinica: Clinica) -> None:
    with clinica.base.expediente.transaccion(SISTEMA) as t:
        assert catalogos.buscar(t, "CAT_MUNICIPIOS", "coyoacan", DIA) == [("09003", "Coyoacán")]
        assert catalogos.buscar(t, "CAT_ENTIDADES", "MEXICO", DIA)[0] == ("15", "México")
        assert [c for c, _ in catalogos.buscar(t, "CO_MUNICIPIO", "88", DIA)] == ["88001", "88564"]
        assert len(catalogos.buscar(t, "CAT_MUNICIPIOS", "", DIA, 7)) == 7
        with pytest.raises(NoExiste):
            catalogos.buscar(t, "CAT_NADA", "x", DIA)


@pytest.mark.parametrize(
    "datos",
    [
        {"nacionalidad": "XYZ"},
        {"domicilios": (Domicilio(municipio="99999"),)},
        {"domicilios": (Domicilio(estado="33"),)},
        {"domicilios": (Domicilio(pais="COL", municipio="09003"),)},
        {"domicilios": (Domicilio(pais="ZZZ"),)},
    ],
)
def test_una_clave_que_no_esta_en_su_catalogo_no_se_guarda(clinica: Clinica, datos: dict[str, Any]) -> None:
    nueva = DatosPaciente(nombre="Rosa", apellido_paterno="Luna", **datos)
    with pytest.raises(DatoInvalido), clinica.base.expediente.transaccion(clinica.asistente) as t:
        pacientes.alta(t, clinica.establecimiento, nueva)
    with pytest.raises(DatoInvalido), clinica.base.expediente.transaccion(clinica.asistente) as t:
        pacientes.corregir(t, clinica.paciente, nueva)
    escrito = Domicilio(municipio="Coyoacán", estado="CDMX", pais="USA")
    with clinica.base.expediente.transaccion(clinica.asistente) as t:
        a_mano = DatosPaciente(nombre="Rosa", apellido_paterno="Luna", domicilios=(escrito,))
        assert pacientes.alta(t, clinica.establecimiento, a_mano).datos.domicilios == (escrito,)


# --- Una atención colombiana, de la base a la nota que se firma ------------------------------------


def _colombia(clinica: Clinica, **encuentro: str) -> UUID:
    """Un prestador, una médica, una paciente y una nota en Bogotá. Devuelve la nota."""
    abrir = clinica.base.expediente.transaccion
    with abrir(SISTEMA) as t:
        lugar = usuarios.alta_establecimiento(
            t, "CO", "IPS Norte", "consultorio", "Calle 100 # 8-60, Bogotá", clave="110010123401"
        )
        medica = usuarios.alta(
            t,
            DatosUsuario(
                nombre_usuario=MEDICA, nombre="Ana", apellido_paterno="Rojas", tipo_documento="CC",
                documento="52123456",
            ),
        )  # fmt: skip
        usuarios.otorgar(t, medica.id, "medico", lugar.id)
    actor = Actor(medica.id, EQUIPO)
    with abrir(actor) as t:
        paciente = pacientes.alta(
            t,
            lugar.id,
            DatosPaciente(
                nombre="María", apellido_paterno="Núñez", nacimiento=date(1980, 5, 1), sexo="F",
                nacionalidad="COL", grupo_etnico="99", entidad_salud="EPS005", discapacidad="08",
                ocupacion="2221",
                domicilios=(
                    Domicilio(calle="Carrera 7", municipio="11001", estado="11", pais="COL", zona="01"),
                ),
            ),
            (Identificador(tipo=TipoIdentificador.CC, valor="1023456789"),),
        )  # fmt: skip
        abierto = encuentros.abrir(
            t, paciente.id, lugar.id, medica.id,
            DatosEncuentro(inicio=datetime(2026, 3, 5, 15, 30, tzinfo=UTC), **encuentro),
        )  # fmt: skip
        nota = notas.crear(t, abierto.id).id
        contenido = ContenidoDeNota(
            nota=Secciones(
                subjetivo=(EnunciadoEditable(texto="odinofagia de tres días", tipo="sintoma"),),
                plan=(EnunciadoEditable(texto="reposo e hidratación", tipo="indicacion"),),
            ),
            diagnosticos=(
                Diagnostico(codigo="J02.9", titulo="Faringitis aguda", principal=True,
                            estado=EstadoCodigo.SOSPECHA),
                Diagnostico(codigo="I10", titulo="Hipertensión esencial"),
                Diagnostico(codigo="A90", titulo="Dengue", estado=EstadoCodigo.DESCARTADO),
            ),
            receta=(Renglon(generico="Acetaminofén", dosis="500 mg", via="oral", frecuencia="cada 8 horas"),),
        )  # fmt: skip
        notas.guardar_version(t, nota, contenido.octetos(), sobre=0)
    return nota


COMPLETO = {
    "modalidad": "01", "grupo_servicios": "01", "entorno": "05", "via_ingreso": "01", "causa": "38",
    "cups": "890201", "finalidad": "15",
}  # fmt: skip


def test_la_nota_colombiana_lleva_sus_elementos_con_el_titulo_de_ese_dia(clinica: Clinica) -> None:
    nota = _colombia(clinica, **COMPLETO)
    with clinica.base.expediente.transaccion(SISTEMA) as t:
        armada = firmar.armar(t, nota).nota
    dichos = {e.numero: (e.valor, e.titulo) for e in armada.elementos if e.numero != "38"}
    assert dichos["25"] == ("15", "Diagnóstico")
    assert dichos["24.1"] == ("01", "Procedimiento en salud") and dichos["24.2"] == ("890201", "")
    assert dichos["2.1"] == ("CC", "Cédula de ciudadanía") and dichos["2.2"][0] == "1023456789"
    assert dichos["12"] == ("11001", "BOGOTÁ, D.C.") and dichos["5"] == ("02", "Mujer")
    assert dichos["16"][0] == "110010123401" and dichos["17"][0] == "2026-03-05 10:30"
    assert dichos["23.1"][0] == "J029" and dichos["23.2"] == ("01", "Impresión diagnóstica")
    assert [e.valor for e in armada.elementos if e.numero == "38"] == ["I10X"]
    assert dichos["36.2"][0] == "52123456" and armada.paciente.documento == "CC 1023456789"
    assert armada.paciente.domicilio == "Carrera 7, BOGOTÁ, D.C., BOGOTÁ, D.C."
    assert [f for f in revisar(armada) if f.gravedad == "impide"] == []
    avisos = {f.numeral for f in revisar(armada)}
    assert not [n for n in avisos if n.startswith("elemento") and n not in {"elemento 30"}]


def test_lo_que_no_se_capturo_se_echa_de_menos_y_no_se_rellena(clinica: Clinica) -> None:
    nota = _colombia(clinica)
    with clinica.base.expediente.transaccion(SISTEMA) as t:
        armada = firmar.armar(t, nota).nota
    faltan = {f.numeral for f in revisar(armada) if f.numeral.startswith("elemento")}
    assert faltan == {f"elemento {n}" for n in (18, 19, 20, 21, 24, 25, 30)}


def test_una_nota_mexicana_no_lleva_elementos_y_nombra_su_municipio(clinica: Clinica) -> None:
    with clinica.base.expediente.transaccion(clinica.medica) as t:
        lugar = Domicilio(calle="Calle Dos", municipio="09003", estado="09")
        paciente = pacientes.alta(
            t,
            clinica.establecimiento,
            DatosPaciente(nombre="Rosa", apellido_paterno="Íñiguez", domicilios=(lugar,)),
        )
        abierto = encuentros.abrir(
            t, paciente.id, clinica.establecimiento, clinica.medica.usuario,  # type: ignore[arg-type]
            DatosEncuentro(inicio=datetime(2026, 3, 5, 16, 30, tzinfo=UTC)),
        )  # fmt: skip
        nota = notas.crear(t, abierto.id).id
        notas.guardar_version(t, nota, ContenidoDeNota().octetos(), sobre=0)
        armada = firmar.armar(t, nota).nota
    assert armada.elementos == ()
    assert armada.paciente.domicilio == "Calle Dos, Coyoacán, Ciudad de México"


def test_de_quien_no_se_sabe_quien_es_tambien_se_firma(clinica: Clinica) -> None:
    """NOM-024-SSA3-2010 1.3.1.b: edad y domicilio que no constan se dicen, y no impiden firmar."""
    with clinica.base.expediente.transaccion(clinica.medica) as t:
        paciente = pacientes.alta(
            t, clinica.establecimiento, DatosPaciente(descripcion="varón, unos 40 años", sexo="M")
        )
        abierto = encuentros.abrir(
            t, paciente.id, clinica.establecimiento, clinica.medica.usuario,  # type: ignore[arg-type]
            DatosEncuentro(inicio=datetime(2026, 3, 5, 16, 30, tzinfo=UTC)),
        )  # fmt: skip
        nota = notas.crear(t, abierto.id).id
        notas.guardar_version(t, nota, ContenidoDeNota().octetos(), sobre=0)
        armada = firmar.armar(t, nota).nota
    assert (armada.paciente.edad, armada.paciente.domicilio) == ("se desconoce", "se desconoce")
    assert not [f for f in revisar(armada) if f.donde.startswith("paciente.")]
