"""Quién, dónde y con qué: Patient, Practitioner, Organization, Encounter y Device."""

from __future__ import annotations

import hashlib
from typing import Any

from scribe.consulta import ModelosUsados
from scribe.envio.fhir.codigos import V3, identidad
from scribe.envio.fhir.narrativa import limpio
from scribe.envio.fhir.piezas import Pieza, Recurso, canonico, hora, identificador, pieza, podar
from scribe.envio.modelo import ExpedienteDeEnvio, Identificador, Nombre

_SEXO = {"masculino": "male", "femenino": "female", "otro": "other", "desconocido": "unknown"}
_AUSENTE = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_SIN_VERSION = "desconocida"
_PADRE = "http://hl7.org/fhir/StructureDefinition/humanname-fathers-family"
_MADRE = "http://hl7.org/fhir/StructureDefinition/humanname-mothers-family"


def paciente(e: ExpedienteDeEnvio, sistemas: dict[str, str]) -> Pieza:
    """El paciente; si no se sabe quién es, se dice en vez de inventar un nombre."""
    p = e.paciente
    propios = [
        *p.identificadores,
        Identificador(tipo="EXPEDIENTE", valor=p.numero_expediente, sistema=e.instalacion.urn),
    ]
    recurso = {
        "resourceType": "Patient",
        "identifier": [identificador(i, sistemas) for i in propios],
        "name": [_nombre(p.nombre)],
        "gender": _SEXO[p.sexo],
        "birthDate": p.nacimiento.isoformat() if p.nacimiento else None,
        "address": [{"text": p.domicilio}] if p.domicilio else [],
    }
    return pieza(identidad(e.instalacion, "paciente", p.id), recurso, "referencia")


def medico(e: ExpedienteDeEnvio, sistemas: dict[str, str]) -> Pieza:
    """Quien atiende y firma."""
    recurso = {
        "resourceType": "Practitioner",
        "identifier": [identificador(i, sistemas) for i in e.medico.identificadores],
        "name": [_nombre(e.medico.nombre)],
        "qualification": [{"code": {"text": e.medico.especialidad}}] if e.medico.especialidad else [],
    }
    return pieza(identidad(e.instalacion, "medico", e.medico.id), recurso, "referencia")


def establecimiento(e: ExpedienteDeEnvio, sistemas: dict[str, str]) -> Pieza:
    """Dónde se atendió y quién custodia la nota."""
    recurso = {
        "resourceType": "Organization",
        "identifier": [identificador(i, sistemas) for i in e.establecimiento.identificadores],
        "name": e.establecimiento.nombre,
        "address": [{"text": e.establecimiento.domicilio, "country": e.establecimiento.pais}],
    }
    return pieza(identidad(e.instalacion, "establecimiento", e.establecimiento.id), recurso, "referencia")


def encuentro(e: ExpedienteDeEnvio, paciente_: Pieza, medico_: Pieza, lugar: Pieza) -> Pieza:
    """La consulta externa."""
    fin = e.encuentro.fin
    recurso = {
        "resourceType": "Encounter",
        "status": "finished" if fin else "in-progress",
        "class": {"system": f"{V3}ActCode", "code": "AMB", "display": "ambulatory"},
        "subject": paciente_.a(),
        "participant": [{"individual": medico_.a()}],
        "period": {"start": hora(e.encuentro.inicio), "end": hora(fin) if fin else None},
        "serviceProvider": lugar.a(),
    }
    return pieza(identidad(e.instalacion, "encuentro", e.encuentro.id), recurso, "propia")


def aparato(e: ExpedienteDeEnvio, modelos: ModelosUsados) -> Pieza:
    """Scribe con su versión y la de cada modelo. Otros modelos son otro Device: nunca se confunden."""
    usados: Recurso = podar({n: dict(v) for n, v in modelos.model_dump().items() if v})
    programa = limpio(e.version_programa) or _SIN_VERSION
    clave = hashlib.sha256(canonico({"version": programa, "modelos": usados})).hexdigest()
    recurso = {
        "resourceType": "Device",
        "deviceName": [{"name": "Scribe", "type": "user-friendly-name"}],
        "manufacturer": "Scribe",
        "type": {"text": "Programa que redacta borradores de notas con modelos de inteligencia artificial"},
        "version": [
            {"type": {"text": "programa"}, "value": programa},
            *({"type": {"text": parte}, "value": _version(datos)} for parte, datos in sorted(usados.items())),
        ],
    }
    return pieza(identidad(e.instalacion, "programa", clave), recurso, "referencia")


def _version(datos: dict[str, Any]) -> str:
    """`nombre@versión sha256:…`, con lo que se sepa."""
    nombre = str(datos.get("id", "desconocido"))
    version = f"@{datos['version']}" if datos.get("version") else ""
    suma = f" sha256:{datos['sha256']}" if datos.get("sha256") else ""
    return f"{nombre}{version}{suma}"


def _nombre(n: Nombre | None) -> Recurso:
    """El nombre; si no hay, o no tiene nada que se lea, se dice que falta en vez de inventarlo."""
    paterno = limpio(n.primer_apellido) if n else ""
    materno = limpio(n.segundo_apellido or "") if n else ""
    nombres = limpio(n.nombres).split() if n else []
    if not (paterno or materno or nombres):
        return {"extension": [{"url": _AUSENTE, "valueCode": "unknown"}]}
    return {
        "use": "official",
        "family": " ".join(a for a in (paterno, materno) if a),
        "_family": {
            "extension": [
                *([{"url": _PADRE, "valueString": paterno}] if paterno else []),
                *([{"url": _MADRE, "valueString": materno}] if materno else []),
            ]
        },
        "given": nombres,
    }
