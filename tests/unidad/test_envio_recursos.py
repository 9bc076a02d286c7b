"""Los recursos FHIR: qué se arma, qué se valida y qué no puede salir."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scribe.consulta import Alternativa, Cita, Codigo, Enunciado, EstadoCodigo, EstadoEnunciado, Nota
from scribe.envio.errores import RecursoInvalido
from scribe.envio.fhir import documento, validador
from scribe.envio.fhir.clinica import agrupar
from scribe.envio.fhir.codigos import AIAST, CIE10, CIE11, CLINAST, EXT_CITA, EXT_ENUNCIADO, VIO_MEDICO
from scribe.envio.fhir.destino import _validar
from scribe.envio.fhir.documento import Acuerdo, congelar, de_borrador, de_firmada
from scribe.envio.modelo import Nombre
from tests.envio_apoyo import MARCAS, un_borrador, un_envio, un_expediente, un_paquete, una_firmada

INSTALACION = UUID("5b0c4f0e-6a55-4ccf-9a35-0d2d7c5f2c11")
EXPEDIENTE = un_expediente(instalacion=INSTALACION)
CITA = Cita(turno=1, texto="me dijo algo", inicio=1.0, fin=2.0)


def _de(tipo: str, conjunto: Any) -> list[dict[str, Any]]:
    return [p.recurso for p in conjunto.todas if p.tipo == tipo]


def _codigo(
    codigo: str, estado: EstadoCodigo, sistema: Any = "CIE-10", citas: tuple[Cita, ...] = (CITA,)
) -> Codigo:
    return Codigo(sistema=sistema, codigo=codigo, titulo="Título", puntaje=0.9, estado=estado, citas=citas)


# --- Identidad y bytes ------------------------------------------------------------------------------------


def test_los_mismos_datos_dan_los_mismos_identificadores_y_bytes() -> None:
    assert congelar(EXPEDIENTE, una_firmada()) == congelar(EXPEDIENTE, una_firmada())
    uno, otro = (de_borrador(EXPEDIENTE, un_envio(), Acuerdo()) for _ in range(2))
    assert [(p.urn, p.huella) for p in uno.todas] == [(p.urn, p.huella) for p in otro.todas]


def test_otra_instalacion_no_comparte_ningun_identificador() -> None:
    uno = {p.urn for p in de_firmada(EXPEDIENTE, una_firmada(), Acuerdo()).todas}
    otro = {p.urn for p in de_firmada(un_expediente(), una_firmada(), Acuerdo()).todas}
    assert uno.isdisjoint(otro)


def test_los_bytes_congelados_no_cambian_entre_versiones_del_programa() -> None:
    """Si este hash cambia, las notas ya firmadas dejarían de poder comprobarse: no se toca sin migrarlo."""
    dicho = Enunciado(texto="Le duele la cabeza.", tipo="sintoma", citas=(CITA,))
    fija = una_firmada(
        nota=Nota(subjetivo=(dicho,)),
        codigos=(_codigo("I10", EstadoCodigo.CONFIRMADO),),
        modelos=None,
        audio_sha256=None,
    )
    bruto = congelar(EXPEDIENTE, fija)
    assert json.loads(bruto)["identifier"]["value"] == documento.id_documento(EXPEDIENTE).urn
    assert hashlib.sha256(bruto).hexdigest() == CONGELADO


CONGELADO = "c3778aeeef5b88465265e3001bca6386fa880a35d01246225748356289b5cf12"


def test_el_destino_no_cambia_lo_congelado() -> None:
    """Los acuerdos con un destino afectan lo vivo, nunca los bytes firmados."""
    e = EXPEDIENTE
    vivo = de_firmada(
        e, una_firmada(), Acuerdo(sistemas={"CEDULA": "urn:x"}, omitir=frozenset({"Condition"}))
    )
    assert not _de("Condition", vivo)
    dentro = [x["resource"]["resourceType"] for x in json.loads(congelar(e, una_firmada()))["entry"]]
    assert dentro[0] == "Composition" and "Condition" in dentro


# --- Lo clínico ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estado", "borrador", "firmado"),
    [
        (EstadoCodigo.CONFIRMADO, "provisional", "confirmed"),
        (EstadoCodigo.SOSPECHA, "provisional", "provisional"),
        (EstadoCodigo.DESCARTADO, "refuted", "refuted"),
        (EstadoCodigo.ANTECEDENTE, "unconfirmed", "confirmed"),
    ],
)
def test_verificacion_segun_lo_dicho(estado: EstadoCodigo, borrador: str, firmado: str) -> None:
    codigos = (_codigo("I10", estado),)
    b = un_borrador().model_copy(update={"codigos": codigos})
    conjunto = de_borrador(EXPEDIENTE, un_envio(borrador=b), Acuerdo())
    _validar(conjunto.todas)
    [c] = _de("Condition", conjunto)
    assert c["verificationStatus"]["coding"][0]["code"] == borrador
    assert AIAST in c["meta"]["security"]
    final = de_firmada(EXPEDIENTE, una_firmada(codigos=codigos), Acuerdo())
    _validar(final.todas)
    [c] = _de("Condition", final)
    assert c["verificationStatus"]["coding"][0]["code"] == firmado
    assert "security" not in c["meta"]


def test_lo_de_la_familia_nunca_es_del_paciente() -> None:
    codigos = (_codigo("I51.9", EstadoCodigo.FAMILIAR), _codigo("I51.9", EstadoCodigo.DESCARTADO))
    conjunto = de_firmada(EXPEDIENTE, una_firmada(codigos=codigos), Acuerdo())
    [familiar], [propio] = _de("FamilyMemberHistory", conjunto), _de("Condition", conjunto)
    assert propio["verificationStatus"]["coding"][0]["code"] == "refuted"
    assert familiar["relationship"]["coding"][0]["code"] == "FAMMEMB"


def test_cie_11_acompana_al_cie_10_que_salio_de_lo_mismo() -> None:
    otra = CITA.model_copy(update={"turno": 2})
    grupos = agrupar(
        [
            _codigo("I10", EstadoCodigo.CONFIRMADO),
            _codigo("BA00.Z", EstadoCodigo.CONFIRMADO, "CIE-11"),
            _codigo("E11.9", EstadoCodigo.SOSPECHA, citas=(otra,)),
            _codigo("5A11", EstadoCodigo.CONFIRMADO, "CIE-11", (otra,)),
        ]
    )
    assert [[c.codigo for c in g.codigos] for g in grupos] == [["I10", "BA00.Z"], ["E11.9"], ["5A11"]]


def test_el_mismo_codigo_dicho_de_dos_formas_es_un_padecimiento() -> None:
    otra = CITA.model_copy(update={"turno": 2})
    codigos = [
        _codigo("I10", EstadoCodigo.ANTECEDENTE, citas=(otra,)),
        _codigo("I10", EstadoCodigo.CONFIRMADO),
    ]
    [grupo] = agrupar(codigos)
    assert grupo.estado is EstadoCodigo.CONFIRMADO
    assert set(grupo.citas) == {CITA, otra}


def test_cada_enunciado_lleva_su_evidencia() -> None:
    [nota] = _de("Composition", de_borrador(EXPEDIENTE, un_envio(), Acuerdo()))
    llevadas = [x for s in nota["section"] for x in s.get("extension", []) if x["url"] == EXT_ENUNCIADO]
    assert len(llevadas) == len(un_borrador().nota.enunciados)
    for extension, enunciado in zip(llevadas, un_borrador().nota.enunciados, strict=True):
        citas = [x for x in extension["extension"] if x["url"] == EXT_CITA]
        textos = [next(y["valueString"] for y in c["extension"] if y["url"] == "texto") for c in citas]
        assert textos == [c.texto for c in enunciado.citas]


def test_lo_por_revisar_y_lo_omitido_se_leen_en_el_borrador() -> None:
    dudoso = Enunciado(
        texto="Dolor <b>fuerte</b> & \x00raro",
        tipo="sintoma",
        citas=(CITA,),
        estado=EstadoEnunciado.POR_REVISAR,
        motivo="m",
    )
    b = un_borrador().model_copy(update={"nota": Nota(subjetivo=(dudoso,))})
    conjunto = de_borrador(EXPEDIENTE, un_envio(borrador=b), Acuerdo())
    _validar(conjunto.todas)
    [nota] = _de("Composition", conjunto)
    assert "Dolor &lt;b&gt;fuerte&lt;/b&gt; &amp; raro [por revisar: m]" in nota["section"][0]["text"]["div"]
    assert nota["section"][1]["emptyReason"]["coding"][0]["code"] == "unavailable"


def test_paciente_de_identidad_desconocida() -> None:
    p = EXPEDIENTE.paciente.model_copy(update={"nombre": None, "nacimiento": None, "sexo": "desconocido"})
    conjunto = de_borrador(EXPEDIENTE.model_copy(update={"paciente": p}), un_envio(), Acuerdo())
    _validar(conjunto.todas)
    [paciente] = _de("Patient", conjunto)
    assert "family" not in paciente["name"][0]


def test_otros_modelos_son_otro_programa() -> None:
    b = un_borrador()
    otros = b.model_copy(update={"modelos": b.modelos.model_copy(update={"llm": {"id": "otro"}})})
    uno, otro = (de_borrador(EXPEDIENTE, un_envio(borrador=x), Acuerdo()) for x in (b, otros))
    assert _de("Device", uno)[0]["identifier"] != _de("Device", otro)[0]["identifier"]
    assert any("sha256:" in v["value"] for v in _de("Device", uno)[0]["version"])


def test_nota_escrita_a_mano_no_lleva_ia() -> None:
    f = una_firmada(modelos=None, audio_sha256=None)
    conjunto = de_firmada(EXPEDIENTE, f, Acuerdo())
    _validar(conjunto.todas)
    [nota] = _de("Composition", conjunto)
    assert nota["meta"]["security"] == [CLINAST] and not _de("Device", conjunto)


_TEXTO = st.text(max_size=80)
_CITAS = st.builds(
    lambda t, x, i: Cita(turno=t, texto=x, inicio=i, fin=i + 1),
    st.integers(1, 99),
    _TEXTO,
    st.floats(0, 7200),
)
_ENUNCIADOS = st.lists(
    st.builds(
        Enunciado,
        texto=_TEXTO,
        tipo=st.sampled_from(["sintoma", "tratamiento"]),
        citas=st.lists(_CITAS, max_size=2).map(tuple),
        estado=st.sampled_from(EstadoEnunciado),
        motivo=st.none() | _TEXTO,
    ),
    max_size=3,
).map(tuple)
_CODIGOS = st.lists(
    st.builds(
        Codigo,
        sistema=st.sampled_from(["CIE-10", "CIE-11"]),
        codigo=st.sampled_from(["I10", "E11.9", "BA00.Z", "J00"]),
        titulo=_TEXTO.filter(str.strip),
        puntaje=st.floats(0, 1),
        estado=st.sampled_from(EstadoCodigo),
        citas=st.lists(_CITAS, max_size=2).map(tuple),
        alternativas=st.just((Alternativa(codigo="I15", titulo="x", puntaje=0.1),)),
    ),
    max_size=5,
).map(tuple)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    nota=st.builds(Nota, subjetivo=_ENUNCIADOS, objetivo=_ENUNCIADOS, plan=_ENUNCIADOS),
    codigos=_CODIGOS,
    nombre=st.none()
    | st.builds(Nombre, nombres=st.just("Ana"), primer_apellido=st.text(min_size=1, max_size=9)),
)
@example(
    nota=Nota(plan=(Enunciado(texto="0", tipo="sintoma", citas=(), motivo=" "),)),
    codigos=(),
    nombre=None,
)
def test_cualquier_nota_sale_valida_o_no_sale(nota: Nota, codigos: tuple[Codigo, ...], nombre: Any) -> None:
    """Textos con cualquier carácter: lo que se arma cumple R4 y las reglas propias."""
    p = EXPEDIENTE.paciente.model_copy(update={"nombre": nombre})
    e = EXPEDIENTE.model_copy(update={"paciente": p})
    b = un_borrador().model_copy(update={"nota": nota, "codigos": codigos})
    _validar(de_borrador(e, un_envio(borrador=b), Acuerdo()).todas)
    f = una_firmada(nota=nota, codigos=codigos)
    validador.exigir(json.loads(congelar(e, f)))


# --- El validador ----------------------------------------------------------------------------------------

_VIVOS: dict[str, dict[str, Any]] = {}


def vivo(tipo: str) -> dict[str, Any]:
    """Un recurso válido de cada tipo, con referencias de servidor."""
    if not _VIVOS:
        from scribe.envio.fhir.cliente import con_referencias

        paquete = un_paquete(EXPEDIENTE)
        final = de_firmada(EXPEDIENTE, paquete.firmada, Acuerdo())
        piezas = (*final.todas, *documento.adjuntos(EXPEDIENTE, paquete, final))
        lugares = {p.urn: f"{p.tipo}/{p.id}" for p in piezas}
        _VIVOS.update({p.tipo: con_referencias(p.recurso, lugares) for p in piezas})
        _VIVOS["Bundle"] = json.loads(paquete.documento)
        borrador = de_borrador(EXPEDIENTE, un_envio(), Acuerdo()).nota
        _VIVOS["Borrador"] = con_referencias(borrador.recurso, {**lugares, **_lugares_de_borrador()})
    return copy.deepcopy(_VIVOS[tipo])


def _lugares_de_borrador() -> dict[str, str]:
    return {p.urn: f"{p.tipo}/{p.id}" for p in de_borrador(EXPEDIENTE, un_envio(), Acuerdo()).todas}


def test_los_de_partida_son_validos() -> None:
    for tipo in (
        "Composition",
        "Borrador",
        "Condition",
        "Bundle",
        "Provenance",
        "DocumentReference",
        "Patient",
    ):
        validador.exigir(vivo(tipo))


def _quitar(*ruta: str) -> Callable[[Any], None]:
    def f(r: Any) -> None:
        for paso in ruta[:-1]:
            r = r[int(paso)] if isinstance(r, list) else r[paso]
        del r[int(ruta[-1]) if isinstance(r, list) else ruta[-1]]

    return f


def _poner(valor: Any, *ruta: str) -> Callable[[Any], None]:
    def f(r: Any) -> None:
        for paso in ruta[:-1]:
            r = r[int(paso)] if isinstance(r, list) else r[paso]
        r[int(ruta[-1]) if isinstance(r, list) else ruta[-1]] = valor

    return f


_AL_REVES = {"start": "2026-01-01T08:00:00-06:00", "end": "2026-01-01T13:00:00Z"}
_SCRIPT = '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>'
_IMG = '<div xmlns="http://www.w3.org/1999/xhtml"><p>x<img src="http://x"/></p></div>'
_ENTIDAD = '<!DOCTYPE d [<!ENTITY a "b">]><div xmlns="http://www.w3.org/1999/xhtml">&a;</div>'


@pytest.mark.parametrize(
    ("tipo", "rotura"),
    [
        # R4: cardinalidad, tipos, formatos, valores, destinos e invariantes.
        ("Composition", _quitar("status")),
        ("Composition", _poner("firmada", "status")),
        ("Composition", _poner([], "author")),
        ("Composition", _poner("2026-11-22T08:00:00", "date")),
        ("Composition", _poner("22/11/2026", "date")),
        ("Composition", _poner("", "title")),
        ("Composition", _poner(["final"], "status")),
        ("Composition", _poner({"reference": "Patient/1"}, "encounter")),
        ("Composition", _poner({}, "subject")),
        ("Composition", _poner(1, "inventado")),
        ("Composition", _poner("a b", "id")),
        ("Composition", _poner(_SCRIPT, "section", "0", "text", "div")),
        ("Composition", _poner(_IMG, "section", "0", "text", "div")),
        ("Composition", _poner(_ENTIDAD, "section", "0", "text", "div")),
        ("Composition", _poner({"title": "vacía"}, "section", "0")),
        ("Composition", _poner("Q", "attester", "0", "mode")),
        ("Composition", _quitar("section", "0", "extension", "0", "url")),
        ("Composition", _poner("x", "section", "0", "extension", "0", "valueString")),
        ("Condition", _poner("zzz", "clinicalStatus", "coding", "0", "code")),
        ("Condition", _poner("entered-in-error", "verificationStatus", "coding", "0", "code")),
        ("Condition", _poner({"start": "2026-02-02", "end": "2026-01-01"}, "onsetPeriod")),
        ("Encounter", _poner(_AL_REVES, "period")),
        ("Encounter", _quitar("class")),
        ("MedicationRequest", _quitar("medicationCodeableConcept")),
        ("MedicationRequest", _poner({"reference": "Medication/1"}, "medicationReference")),
        ("Provenance", _quitar("agent", "0", "who")),
        ("Provenance", _poner("inventado", "entity", "0", "role")),
        ("DocumentReference", _quitar("content", "0", "attachment")),
        ("DocumentReference", _poner("###", "content", "0", "attachment", "data")),
        ("DocumentReference", _quitar("content", "0", "attachment", "contentType")),
        ("Patient", _poner("M", "gender")),
        ("Patient", _poner("1980", "birthDate", )),
        ("Bundle", _quitar("timestamp")),
        ("Bundle", _quitar("identifier", "system")),
        ("Bundle", _quitar("entry", "0")),
        ("Bundle", _poner("batch", "type")),
        # Reglas propias: lo que un servidor laxo aceptaría.
        ("Composition", _quitar("attester")),
        ("Composition", _quitar("custodian")),
        ("Composition", _quitar("encounter")),
        ("Composition", _quitar("section", "4")),
        ("Composition", _poner([AIAST], "meta", "security")),
        ("Composition", _poner([CLINAST], "meta", "security")),
        ("Composition", _quitar("meta", "tag")),
        ("Composition", _quitar("identifier")),
        ("Composition", _poner("amended", "status")),
        ("Composition", _poner([{"resourceType": "Device", "id": "x"}], "contained")),
        ("Composition", _poner({"reference": "#x"}, "subject")),
        ("Composition", _poner({"reference": "https://otro.mx/fhir/Patient/1"}, "subject")),
        ("Composition", _poner({"reference": f"urn:uuid:{uuid4()}"}, "subject")),
        ("Borrador", _poner([VIO_MEDICO], "meta", "security")),
        ("Borrador", _poner([{"mode": "legal"}], "attester")),
        ("Borrador", _quitar("author", "0")),
        ("Condition", _quitar("code", "coding")),
        ("Condition", _poner([AIAST], "meta", "security")),
        ("Condition", _quitar("encounter")),
        ("MedicationRequest", _poner("active", "status")),
        ("MedicationRequest", _poner("order", "intent")),
        ("MedicationRequest", _quitar("dosageInstruction")),
        ("DocumentReference", _poner("aGk=", "content", "0", "attachment", "data")),
        ("DocumentReference", _quitar("content", "0", "attachment", "hash")),
        ("DocumentReference", _quitar("content", "0")),
        ("Provenance", _quitar("entity")),
        ("Bundle", _quitar("entry", "3")),
        ("Bundle", _poner("urn:uuid:no", "entry", "1", "fullUrl")),
        ("Bundle", _poner("preliminary", "entry", "0", "resource", "status")),
    ],
)  # fmt: skip
def test_lo_roto_no_sale(tipo: str, rotura: Callable[[Any], None]) -> None:
    recurso = vivo(tipo)
    rotura(recurso)
    if tipo == "Patient" and recurso.get("birthDate") == "1980":
        validador.exigir(recurso)  # un año solo es una fecha válida en FHIR: no debe rechazarse de más
        return
    with pytest.raises(RecursoInvalido) as error:
        validador.exigir(recurso)
    assert not [m for m in MARCAS if m.lower() in str(error.value).lower()]


def test_un_tipo_que_no_se_usa_no_sale() -> None:
    for recurso in (
        {"resourceType": "Observation", "status": "final"},
        {},
        {"resourceType": "Quetzalina Tlaxpana"},
    ):
        with pytest.raises(RecursoInvalido) as error:
            validador.exigir(recurso)
        assert "Tlaxpana" not in str(error.value.fallas)


def test_un_periodo_al_reves_por_zona_no_sale_y_uno_derecho_si() -> None:
    e = EXPEDIENTE.encuentro
    bien = EXPEDIENTE.model_copy(
        update={"encuentro": e.model_copy(update={"fin": e.inicio + timedelta(minutes=20)})}
    )
    _validar(de_firmada(bien, una_firmada(), Acuerdo()).todas)
    mal = EXPEDIENTE.model_copy(
        update={"encuentro": e.model_copy(update={"fin": e.inicio - timedelta(minutes=20)})}
    )
    with pytest.raises(RecursoInvalido):
        _validar(de_firmada(mal, una_firmada(), Acuerdo()).todas)


def test_los_catalogos_cie_son_los_de_la_oms() -> None:
    [c] = _de("Condition", de_firmada(EXPEDIENTE, una_firmada(), Acuerdo()))
    assert [x["system"] for x in c["code"]["coding"]] == [CIE10, CIE11] == [
        "http://hl7.org/fhir/sid/icd-10", "http://id.who.int/icd/release/11/mms",
    ]  # fmt: skip


def test_fhir_resources_opina_lo_mismo_de_lo_valido() -> None:
    """Segunda opinión: los modelos R4B de fhir.resources (los mismos para estos tipos) también lo aceptan."""
    modelos = pytest.importorskip("fhir.resources.R4B")
    for tipo in (
        "Composition",
        "Condition",
        "Bundle",
        "Provenance",
        "DocumentReference",
        "Patient",
        "Encounter",
    ):
        modelos.get_fhir_model_class(tipo).model_validate(vivo(tipo))
