"""Los sistemas de códigos y los identificadores propios del perfil; la tabla está en `docs/envio.md`."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from scribe.consulta import EstadoCodigo, Seccion

URI = "urn:ietf:rfc:3986"
LOINC = "http://loinc.org"
CIE10 = "http://hl7.org/fhir/sid/icd-10"
CIE11 = "http://id.who.int/icd/release/11/mms"
SISTEMAS_CIE = {"CIE-10": CIE10, "CIE-11": CIE11}
V3 = "http://terminology.hl7.org/CodeSystem/v3-"
HL7 = "http://terminology.hl7.org/CodeSystem/"

AIAST = {"system": f"{V3}ObservationValue", "code": "AIAST", "display": "Artificial Intelligence asserted"}
VIO_MEDICO = {
    "system": "http://hl7.org/fhir/uv/aitransparency/CodeSystem/AddedProvenanceCS",
    "code": "CLINAST_AIRPT",
    "display": "Clinician Asserted from AI Reported",
}
CLINAST = {"system": f"{V3}ObservationValue", "code": "CLINAST", "display": "clinician asserted"}

# Un arco 2.25 (UUID) es de quien lo generó, sin pedirlo a nadie: ITU-T X.667.
RAIZ = "urn:oid:2.25.290395300968414879415909905099233450636"
EXT_ENUNCIADO = f"{RAIZ}.1.1"
EXT_CITA = f"{RAIZ}.1.2"
EXT_ESTADO = f"{RAIZ}.1.3"
EXT_SHA256 = f"{RAIZ}.1.4"
TAG_HUELLA = f"{RAIZ}.2.1"
TAG_VERSION = f"{RAIZ}.2.2"
TAG_IDENTIDAD = URI
ID_GRABACION = f"{RAIZ}.3.1"
ID_DOCUMENTO = f"{RAIZ}.3.2"

TIPO_NOTA = {"system": LOINC, "code": "34108-1", "display": "Outpatient Note"}
SECCIONES: dict[Seccion, tuple[str, dict[str, str]]] = {
    "subjetivo": ("Subjetivo", {"system": LOINC, "code": "61150-9", "display": "Subjective Narrative"}),
    "objetivo": ("Objetivo", {"system": LOINC, "code": "61149-1", "display": "Objective Narrative"}),
    "analisis": ("Análisis", {"system": LOINC, "code": "51848-0", "display": "Assessment note"}),
    "plan": ("Plan", {"system": LOINC, "code": "18776-5", "display": "Plan of care note"}),
    "pronostico": ("Pronóstico", {"system": LOINC, "code": "75328-5", "display": "Prognosis"}),
}
SECCIONES_LOINC = frozenset(codigo["code"] for _, codigo in SECCIONES.values())

# Qué se dijo → (en un borrador, al firmar, estado clínico). Un borrador nunca confirma.
VERIFICACION: dict[EstadoCodigo, tuple[str, str, str | None]] = {
    EstadoCodigo.CONFIRMADO: ("provisional", "confirmed", "active"),
    EstadoCodigo.SOSPECHA: ("provisional", "provisional", "active"),
    EstadoCodigo.DESCARTADO: ("refuted", "refuted", None),
    EstadoCodigo.ANTECEDENTE: ("unconfirmed", "confirmed", None),
}


def concepto(coding: dict[str, str], texto: str | None = None) -> dict[str, Any]:
    """Un CodeableConcept de un solo código."""
    return {"coding": [dict(coding)], **({"text": texto} if texto else {})}


def de_hl7(sistema: str, codigo: str, nombre: str = "") -> dict[str, Any]:
    """Un CodeableConcept de la terminología de HL7."""
    return concepto({"system": HL7 + sistema, "code": codigo, **({"display": nombre} if nombre else {})})


def identidad(instalacion: UUID, *partes: object) -> UUID:
    """El identificador que le toca a algo, siempre el mismo y distinto en cada instalación (RFC 9562, v5)."""
    return uuid5(instalacion, "/".join(str(p) for p in partes))
