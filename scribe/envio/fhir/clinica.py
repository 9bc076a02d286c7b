"""Lo clínico con código: Condition, FamilyMemberHistory y MedicationRequest, cada uno con su evidencia."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from scribe.consulta import Cita, Codigo, Enunciado, EstadoCodigo
from scribe.envio.fhir.codigos import (
    AIAST,
    EXT_CITA,
    EXT_ENUNCIADO,
    EXT_ESTADO,
    HL7,
    SISTEMAS_CIE,
    V3,
    VERIFICACION,
    concepto,
    de_hl7,
    identidad,
)  # fmt: skip
from scribe.envio.fhir.narrativa import limpio
from scribe.envio.fhir.piezas import Pieza, Recurso, pieza
from scribe.envio.modelo import MedicamentoDeEnvio

# Si el mismo código se dijo de varias formas, manda la primera.
_ORDEN = (EstadoCodigo.CONFIRMADO, EstadoCodigo.SOSPECHA, EstadoCodigo.ANTECEDENTE, EstadoCodigo.DESCARTADO)
_SIN_INDICACION = "No se escribió cómo tomarlo."


@dataclass(frozen=True, slots=True)
class Entorno:
    """Las piezas que todo lo clínico nombra. `de_ia`: si todavía nadie lo ha firmado."""

    instalacion: UUID
    nota: UUID
    paciente: Pieza
    encuentro: Pieza
    medico: Pieza
    de_ia: bool

    @property
    def seguridad(self) -> dict[str, str] | None:
        """La marca de lo que solo dijo la IA."""
        return AIAST if self.de_ia else None


@dataclass(frozen=True, slots=True)
class Diagnostico:
    """Un padecimiento con sus códigos en uno o dos catálogos."""

    codigos: tuple[Codigo, ...]
    estado: EstadoCodigo
    citas: tuple[Cita, ...]

    @property
    def clave(self) -> str:
        """La que lo identifica entre un envío y el siguiente."""
        return "/".join(f"{c.sistema}|{c.codigo}" for c in self.codigos[:1])


def agrupar(codigos: Iterable[Codigo]) -> list[Diagnostico]:
    """Une el código de CIE-11 al de CIE-10 que salió de lo mismo, y junta los repetidos."""
    todos = [c for c in codigos if limpio(c.codigo)]
    primarios = [c for c in todos if c.sistema == "CIE-10"]
    unidos: list[tuple[Codigo, ...]] = [(c,) for c in primarios]
    for otro in (c for c in todos if c.sistema == "CIE-11"):
        mismos = [i for i, c in enumerate(primarios) if (c.citas, c.estado) == (otro.citas, otro.estado)]
        if len(mismos) == 1 and len(unidos[mismos[0]]) == 1:
            unidos[mismos[0]] += (otro,)
        else:
            unidos.append((otro,))
    juntos: dict[tuple[bool, str], Diagnostico] = {}
    for grupo in unidos:
        nuevo = Diagnostico(grupo, grupo[0].estado, grupo[0].citas)
        clave = (nuevo.estado is EstadoCodigo.FAMILIAR, nuevo.clave)
        juntos[clave] = _juntar(juntos[clave], nuevo) if clave in juntos else nuevo
    return list(juntos.values())


def _juntar(a: Diagnostico, b: Diagnostico) -> Diagnostico:
    codigos = a.codigos if len(a.codigos) >= len(b.codigos) else b.codigos
    estado = min((a.estado, b.estado), key=lambda e: _ORDEN.index(e) if e in _ORDEN else len(_ORDEN))
    return Diagnostico(codigos, estado, tuple(dict.fromkeys((*a.citas, *b.citas))))


def diagnosticos(entorno: Entorno, codigos: Iterable[Codigo]) -> list[Pieza]:
    """Un Condition por padecimiento del paciente; lo de la familia va como FamilyMemberHistory."""
    return [
        _familiar(entorno, d) if d.estado is EstadoCodigo.FAMILIAR else _condicion(entorno, d)
        for d in agrupar(codigos)
    ]


def _condicion(entorno: Entorno, d: Diagnostico) -> Pieza:
    borrador, firmado, clinico = VERIFICACION[d.estado]
    recurso = {
        "resourceType": "Condition",
        "extension": [{"url": EXT_ESTADO, "valueCode": d.estado.value}, *citas(d.citas)],
        "clinicalStatus": de_hl7("condition-clinical", clinico) if clinico else None,
        "verificationStatus": de_hl7("condition-ver-status", borrador if entorno.de_ia else firmado),
        "category": [de_hl7("condition-category", "encounter-diagnosis", "Encounter Diagnosis")],
        "code": _codigo(d),
        "subject": entorno.paciente.a(),
        "encounter": entorno.encuentro.a(),
    }
    id_ = identidad(entorno.instalacion, "condicion", entorno.nota, d.clave)
    return pieza(id_, recurso, "propia", entorno.seguridad)


def _familiar(entorno: Entorno, d: Diagnostico) -> Pieza:
    """De un familiar sin decir cuál: nunca un padecimiento del paciente."""
    recurso = {
        "resourceType": "FamilyMemberHistory",
        "extension": citas(d.citas),
        "status": "partial",
        "patient": entorno.paciente.a(),
        "relationship": concepto({"system": f"{V3}RoleCode", "code": "FAMMEMB", "display": "family member"}),
        "condition": [{"code": _codigo(d)}],
    }
    id_ = identidad(entorno.instalacion, "familiar", entorno.nota, d.clave)
    return pieza(id_, recurso, "propia", entorno.seguridad)


def _codigo(d: Diagnostico) -> Recurso:
    return {
        "coding": [
            {"system": SISTEMAS_CIE[c.sistema], "code": c.codigo, "display": c.titulo} for c in d.codigos
        ],
        "text": d.codigos[0].titulo,
    }


def medicamentos(entorno: Entorno, lista: Iterable[MedicamentoDeEnvio]) -> list[Pieza]:
    """Lo redactado, siempre `draft`: surtirlo es asunto de la receta, no de este envío.

    Un renglón sin un nombre que se lea no es un medicamento: no sale como tal.
    """
    return [_medicamento(entorno, m) for m in lista if limpio(m.generico)]


def _medicamento(entorno: Entorno, m: MedicamentoDeEnvio) -> Pieza:
    comercial = limpio(m.comercial or "")
    recurso = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "proposal" if entorno.de_ia else "plan",
        "category": [{"coding": [{"system": f"{HL7}medicationrequest-category", "code": "outpatient"}]}],
        "medicationCodeableConcept": {
            "text": f"{limpio(m.generico)} ({comercial})" if comercial else m.generico
        },
        "subject": entorno.paciente.a(),
        "encounter": entorno.encuentro.a(),
        "requester": entorno.medico.a(),
        "dosageInstruction": [{"text": limpio(m.indicacion) or _SIN_INDICACION, "route": {"text": m.via}}],
    }
    return pieza(
        identidad(entorno.instalacion, "medicamento", entorno.nota, m.id),
        recurso,
        "propia",
        entorno.seguridad,
    )


def citas(lista: Iterable[Cita]) -> list[Recurso]:
    """Las extensiones de evidencia: qué se dijo, en qué turno y en qué segundos del audio."""
    return [
        {
            "url": EXT_CITA,
            "extension": [
                {"url": "turno", "valueInteger": c.turno},
                {"url": "texto", "valueString": limpio(c.texto) or "…"},
                {"url": "inicio", "valueDecimal": round(c.inicio, 2)},
                {"url": "fin", "valueDecimal": round(c.fin, 2)},
            ],
        }
        for c in lista
    ]


def enunciado(e: Enunciado) -> Recurso:
    """La extensión de un enunciado, con su tipo, su estado y sus citas."""
    return {
        "url": EXT_ENUNCIADO,
        "extension": [
            {"url": "texto", "valueString": e.texto},
            {"url": "tipo", "valueString": e.tipo},
            {"url": "estado", "valueCode": e.estado.value},
            {"url": "motivo", "valueString": e.motivo},
            *citas(e.citas),
        ],
    }
