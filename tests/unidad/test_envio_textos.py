"""Cualquier texto, también el que se queda en nada al limpiarlo: lo que se arma es R4 válido o no sale.

Buscar casos nuevos es otra corrida: `SCRIBE_EJEMPLOS=3000 pytest --hypothesis-profile=explorar`.
"""

from __future__ import annotations

import json
import os
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scribe.consulta import (
    Aviso,
    Borrador,
    Cita,
    Codigo,
    Enunciado,
    EstadoCodigo,
    EstadoEnunciado,
    ModelosUsados,
    Nota,
    Omision,
)
from scribe.envio.fhir import documento, validador
from scribe.envio.fhir.destino import _validar
from scribe.envio.fhir.documento import Acuerdo, congelar, de_borrador, de_firmada
from scribe.envio.fhir.piezas import podar
from scribe.envio.modelo import ExpedienteDeEnvio, Identificador, MedicamentoDeEnvio, Nombre, Paquete
from tests.envio_apoyo import PDF, un_borrador, un_envio, un_expediente, una_firmada

EJEMPLOS = int(os.environ.get("SCRIBE_EJEMPLOS", "25"))
EXPEDIENTE = un_expediente(instalacion=UUID("5b0c4f0e-6a55-4ccf-9a35-0d2d7c5f2c11"))

# Lo que se queda en nada, lo que se queda en algo, y cualquier cosa.
_NADA = st.sampled_from([" ", "\x00", "\x1f \x7f", "\t\n", "\ufffe", "\u2028", "\xa0", "\x85"])
_LLENO = _NADA | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_TEXTO = st.just("") | _LLENO
_NULO = st.none() | _TEXTO

_CITAS = st.lists(st.builds(lambda x: Cita(turno=1, texto=x, inicio=0.0, fin=1.0), _TEXTO), max_size=1).map(
    tuple
)
_ENUNCIADOS = st.lists(
    st.builds(
        Enunciado,
        texto=_TEXTO,
        tipo=_TEXTO,
        citas=_CITAS,
        motivo=_NULO,
        estado=st.sampled_from(EstadoEnunciado),
    ),
    max_size=2,
).map(tuple)
_NOTAS = st.builds(
    Nota, subjetivo=_ENUNCIADOS, analisis=_ENUNCIADOS, plan=_ENUNCIADOS, pronostico=_ENUNCIADOS
)
_CODIGOS = st.lists(
    st.builds(
        Codigo,
        sistema=st.sampled_from(["CIE-10", "CIE-11"]),
        codigo=st.sampled_from(["I10", "J00", " ", ""]),
        titulo=_TEXTO,
        puntaje=st.just(1.0),
        estado=st.sampled_from(EstadoCodigo),
        citas=_CITAS,
    ),
    max_size=3,
).map(tuple)
_MEDICAMENTOS = st.lists(
    st.builds(
        MedicamentoDeEnvio,
        id=st.integers(1, 3).map(lambda n: UUID(int=n)),
        generico=_LLENO,
        indicacion=_LLENO,
        comercial=_NULO,
        via=_NULO,
    ),
    max_size=2,
    unique_by=lambda m: m.id,
).map(tuple)
_BORRADORES = st.builds(
    lambda nota, codigos, omisiones, avisos, modelo: un_borrador().model_copy(
        update={
            "nota": nota, "codigos": codigos, "omisiones": tuple(omisiones), "avisos": tuple(avisos),
            "modelos": ModelosUsados(asr={"id": modelo, "version": modelo}),
        }
    ),
    _NOTAS, _CODIGOS,
    st.lists(st.builds(Omision, texto=_TEXTO, citas=_CITAS), max_size=1),
    st.lists(st.builds(Aviso, tipo=_TEXTO, texto=_TEXTO, citas=_CITAS), max_size=1),
    _TEXTO,
)  # fmt: skip


def _nombres(**k: Any) -> Any:
    return st.builds(Nombre, nombres=_LLENO, primer_apellido=_LLENO, segundo_apellido=_NULO, **k)


_IDENTIFICADORES = st.lists(
    st.builds(Identificador, tipo=st.sampled_from(["CURP", "CEDULA", "OTRO", " "]), valor=_LLENO), max_size=2
).map(tuple)


def _expediente(
    p: Any, m: Any, identificadores: Any, texto: str, lleno: str, nulo: str | None
) -> ExpedienteDeEnvio:
    e = EXPEDIENTE
    paciente = {
        "nombre": p,
        "identificadores": identificadores,
        "domicilio": nulo,
        "numero_expediente": lleno,
    }
    medico = {"nombre": m, "especialidad": nulo, "identificadores": identificadores}
    lugar = {"nombre": lleno, "domicilio": texto, "identificadores": identificadores}
    return e.model_copy(
        update={
            "paciente": e.paciente.model_copy(update=paciente),
            "medico": e.medico.model_copy(update=medico),
            "establecimiento": e.establecimiento.model_copy(update=lugar),
            "version_programa": lleno,
        }
    )


_EXPEDIENTES = st.builds(
    _expediente, st.none() | _nombres(), _nombres(), _IDENTIFICADORES, _TEXTO, _LLENO, _NULO
)
VACIO = "\x1f "


@settings(max_examples=EJEMPLOS, deadline=None, suppress_health_check=list(HealthCheck))
@given(e=_EXPEDIENTES, b=_BORRADORES, medicamentos=_MEDICAMENTOS)
@example(
    e=_expediente(
        Nombre(nombres=VACIO, primer_apellido=VACIO, segundo_apellido=VACIO),
        Nombre(nombres=VACIO, primer_apellido=VACIO),
        (Identificador(tipo="CURP", valor=VACIO),), VACIO, VACIO, VACIO,
    ),
    b=un_borrador().model_copy(
        update={
            "nota": Nota(plan=(Enunciado(texto="algo", tipo=VACIO, citas=(), motivo=VACIO),)),
            "codigos": (Codigo(sistema="CIE-10", codigo="I10", titulo=VACIO, puntaje=1, citas=(),
                               estado=EstadoCodigo.CONFIRMADO),),
            "modelos": ModelosUsados(asr={"id": VACIO}),
        }
    ),
    medicamentos=(MedicamentoDeEnvio(id=UUID(int=1), generico="a", indicacion=VACIO, comercial=VACIO,
                                     via=VACIO),
                  MedicamentoDeEnvio(id=UUID(int=2), generico=VACIO, indicacion="b")),
)  # fmt: skip
def test_cualquier_texto_sale_valido(
    e: ExpedienteDeEnvio, b: Borrador, medicamentos: tuple[MedicamentoDeEnvio, ...]
) -> None:
    _validar(de_borrador(e, un_envio(borrador=b, medicamentos=medicamentos), Acuerdo()).todas)
    f = una_firmada(nota=b.nota, codigos=b.codigos, medicamentos=medicamentos, modelos=b.modelos)
    congelado = congelar(e, f)
    validador.exigir(json.loads(congelado))
    final = de_firmada(e, f, Acuerdo())
    paquete = Paquete(firmada=f, pdf=PDF, documento=congelado)
    _validar((*final.todas, *documento.adjuntos(e, paquete, final)))


def test_lo_que_no_se_lee_no_se_inventa() -> None:
    """Sin nada legible se dice que falta el nombre; el medicamento sin nombre no sale y el otro sí."""
    e = _expediente(
        Nombre(nombres=VACIO, primer_apellido=VACIO), EXPEDIENTE.medico.nombre, (), "x", "x", None
    )
    medicamentos = (
        MedicamentoDeEnvio(id=UUID(int=1), generico=VACIO, indicacion="10 mg"),
        MedicamentoDeEnvio(id=UUID(int=2), generico="a", indicacion=VACIO),
    )
    todas = de_firmada(e, una_firmada(medicamentos=medicamentos), Acuerdo()).todas
    [paciente] = [p.recurso for p in todas if p.tipo == "Patient"]
    assert paciente["name"][0].keys() == {"extension"}
    [receta] = [p.recurso for p in todas if p.tipo == "MedicationRequest"]
    assert receta["medicationCodeableConcept"]["text"] == "a"
    assert receta["dosageInstruction"][0]["text"].startswith("No se escribió")


@pytest.mark.parametrize(
    ("dado", "queda"),
    [
        ({"a": " \x00", "b": ["\t"], "c": {"d": ""}}, {}),
        ({"extension": [{"url": "u", "valueString": "\x1f"}]}, {}),
        ({"extension": [{"url": "u", "valueCode": "x"}]}, {"extension": [{"url": "u", "valueCode": "x"}]}),
        ({"a": "  x\x00y "}, {"a": "xy"}),
        ({"a": 0}, {"a": 0}),
    ],
)  # fmt: skip
def test_podar(dado: Any, queda: Any) -> None:
    assert podar(dado) == queda
