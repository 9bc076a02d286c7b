"""Qué le falta a un servidor para recibir envíos, según lo que él mismo declara (CapabilityStatement)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scribe.envio.fhir.documento import Acuerdo
from scribe.envio.fhir.reducir import RECURSOS

_CAMBIAN = frozenset({"Composition", "Condition", "Encounter", "FamilyMemberHistory", "MedicationRequest"})
_BASICAS = ("create", "search-type")


def faltas(declarado: dict[str, Any], acuerdo: Acuerdo) -> Iterator[str]:
    """Una frase por cada cosa que falta, descontado lo que ya se acordó con este destino."""
    if declarado.get("resourceType") != "CapabilityStatement":
        yield "La dirección no contesta como un servidor FHIR."
        return
    if not str(declarado.get("fhirVersion", "")).startswith("4.0"):
        yield "No declara FHIR R4 (4.0)."
    servidores = [r for r in declarado.get("rest", []) if r.get("mode") == "server"]
    tipos = {t.get("type"): t for r in servidores for t in r.get("resource", [])}
    for tipo in RECURSOS:
        if tipo in acuerdo.omitir:
            continue
        if tipo not in tipos:
            yield f"No declara {tipo}; si no lo admite, agréguelo a los tipos omitidos."
            continue
        yield from _de_un_tipo(tipo, tipos[tipo], acuerdo)


def _de_un_tipo(tipo: str, declarado: dict[str, Any], acuerdo: Acuerdo) -> Iterator[str]:
    hace = {i.get("code") for i in declarado.get("interaction", [])}
    pide = (*_BASICAS, "read", "update") if tipo in _CAMBIAN else _BASICAS
    yield from (f"{tipo}: no permite {accion}." for accion in pide if accion not in hace)
    busca = {p.get("name") for p in declarado.get("searchParam", [])}
    if tipo not in acuerdo.por_etiqueta and "identifier" not in busca:
        yield f"{tipo}: no busca por identificador; agréguelo a los que se buscan por etiqueta."
    if declarado.get("conditionalCreate") is not True:
        yield f"{tipo}: no declara creación condicional (If-None-Exist)."
    if tipo in _CAMBIAN and declarado.get("versioning") == "no-version":
        yield f"{tipo}: no lleva versiones (If-Match)."
