"""Reglas de Scribe, más estrictas que R4: lo que un servidor laxo dejaría pasar y aquí no sale.

Cada función recibe un recurso que ya cumple R4 y da las fallas, sin citar valores.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from scribe.envio.fhir.codigos import AIAST, CIE10, CIE11, LOINC, SECCIONES_LOINC, URI, VIO_MEDICO
from scribe.envio.fhir.estructura import tipo_de_referencia

Recurso = dict[str, Any]
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def revisar(recurso: Recurso) -> Iterator[str]:
    """Las fallas de un recurso que se va a enviar solo (no dentro de un Bundle)."""
    if recurso["resourceType"] == "Bundle":
        yield from _bundle(recurso)
        return
    yield from _comunes(recurso)
    yield from (f"referencia sin resolver: {r}" for r, v in referencias(recurso) if v.startswith("urn:"))


def referencias(nodo: Any, ruta: str = "") -> Iterator[tuple[str, str]]:
    """Cada (ruta, valor) de las referencias literales de un recurso."""
    if isinstance(nodo, dict):
        for nombre, valor in nodo.items():
            if nombre == "reference" and isinstance(valor, str):
                yield ruta.removeprefix("."), valor
            else:
                yield from referencias(valor, f"{ruta}.{nombre}")
    elif isinstance(nodo, list):
        for i, valor in enumerate(nodo):
            yield from referencias(valor, f"{ruta}[{i}]")


def _comunes(recurso: Recurso) -> Iterator[str]:
    tipo = recurso["resourceType"]
    if "contained" in recurso:
        yield "contained: no se usan recursos contenidos"
    if any(r.startswith("#") or "://" in r for _, r in referencias(recurso)):
        yield "referencia a un recurso contenido o de otro servidor"
    if any(_termina_antes(p) for p in _objetos(recurso)):
        yield "period: termina antes de empezar"
    if not recurso.get("meta", {}).get("tag"):
        yield "meta.tag: falta la huella de lo enviado"
    if tipo not in {"Provenance"} and not _identificado(recurso):
        yield "identifier: falta el identificador propio (urn:uuid)"
    revision = _POR_TIPO.get(tipo)
    if revision:
        yield from revision(recurso)


def _objetos(nodo: Any) -> Iterator[Recurso]:
    if isinstance(nodo, dict):
        yield nodo
        for valor in nodo.values():
            yield from _objetos(valor)
    elif isinstance(nodo, list):
        for valor in nodo:
            yield from _objetos(valor)


def _termina_antes(p: Recurso) -> bool:
    """per-1 con zonas distintas: fhirpathpy 2.2 compara bien los días, no las horas con zona."""
    inicio, fin = p.get("start"), p.get("end")
    if not (isinstance(inicio, str) and isinstance(fin, str) and "T" in inicio and "T" in fin):
        return False
    return datetime.fromisoformat(fin) < datetime.fromisoformat(inicio)


def _identificado(recurso: Recurso) -> bool:
    dados = recurso.get("identifier", [])
    lista = dados if isinstance(dados, list) else [dados]
    return any(i.get("system") == URI and _URN.match(i.get("value", "")) for i in lista)


def _etiquetas(recurso: Recurso) -> set[str]:
    return {c.get("code", "") for c in recurso.get("meta", {}).get("security", ())}


def _de_ia(recurso: Recurso) -> bool:
    return AIAST["code"] in _etiquetas(recurso)


def _tipos(lista: list[Recurso]) -> set[str]:
    """De qué tipo son unas referencias: por su texto o, dentro de un Bundle, por su elemento `type`."""
    return {tipo_de_referencia(r.get("reference", "")) or r.get("type", "") for r in lista}


def _composition(c: Recurso) -> Iterator[str]:
    faltan = [n for n in ("encounter", "custodian", "subject", "confidentiality") if n not in c]
    yield from (f"Composition.{n}: falta" for n in faltan)
    codigos = [
        x["code"]
        for s in c.get("section", ())
        for x in s.get("code", {}).get("coding", ())
        if x["system"] == LOINC
    ]
    if sorted(codigos) != sorted(SECCIONES_LOINC):
        yield "Composition.section: deben ir las cinco secciones, una vez cada una"
    if any("text" not in s for s in c.get("section", ())):
        yield "Composition.section.text: falta lo que lee una persona"
    if "Practitioner" not in _tipos(c["author"]):
        yield "Composition.author: falta el médico"
    if c["status"] == "preliminary":
        if not _de_ia(c) or "Device" not in _tipos(c["author"]):
            yield "Composition: un borrador lleva AIAST y el Device como autor"
        if "attester" in c:
            yield "Composition.attester: un borrador no lo firma nadie"
    elif c["status"] == "final":
        firmas = [a for a in c.get("attester", ()) if a["mode"] == "legal" and "time" in a and "party" in a]
        if not firmas or _de_ia(c):
            yield "Composition.attester: una nota final lleva quién la firmó y cuándo, y no es AIAST"
        if "Device" in _tipos(c["author"]) and VIO_MEDICO["code"] not in _etiquetas(c):
            yield "Composition.meta.security: falta decir que el médico revisó lo que propuso la IA"
    elif c["status"] != "entered-in-error" or "attester" in c:
        yield "Composition.status: se envía preliminary o final, y solo un borrador se retira"


def _condition(c: Recurso) -> Iterator[str]:
    yield from (f"Condition.{n}: falta" for n in ("encounter", "verificationStatus", "code") if n not in c)
    sistemas = {x.get("system") for x in c.get("code", {}).get("coding", ())}
    if not sistemas & {CIE10, CIE11}:
        yield "Condition.code: falta el código CIE"
    estados = {x["code"] for x in c.get("verificationStatus", {}).get("coding", ())}
    if _de_ia(c) and "confirmed" in estados:
        yield "Condition.verificationStatus: solo el médico confirma"


def _medicamento(m: Recurso) -> Iterator[str]:
    if m["status"] not in {"draft", "entered-in-error"} or m["intent"] not in {"proposal", "plan"}:
        yield "MedicationRequest: se envía lo redactado, nunca una orden"
    yield from (
        f"MedicationRequest.{n}: falta" for n in ("encounter", "requester", "dosageInstruction") if n not in m
    )


def _documento(d: Recurso) -> Iterator[str]:
    tipos = [c["attachment"].get("contentType") for c in d["content"]]
    if "application/pdf" not in tipos:
        yield "DocumentReference.content: falta el PDF"
    for i, contenido in enumerate(d["content"]):
        adjunto = contenido["attachment"]
        datos = base64.b64decode(adjunto.get("data", ""), validate=True)
        resumen = base64.b64encode(hashlib.sha1(datos, usedforsecurity=False).digest()).decode()
        if not datos or adjunto.get("size") != len(datos) or adjunto.get("hash") != resumen:
            yield f"DocumentReference.content[{i}]: tamaño o resumen que no corresponden"


def _procedencia(p: Recurso) -> Iterator[str]:
    if any("type" not in a for a in p["agent"]) or "entity" not in p or "activity" not in p:
        yield "Provenance: falta qué hizo quién, o de dónde salió"


_POR_TIPO: dict[str, Callable[[Recurso], Iterator[str]]] = {
    "Composition": _composition,
    "Condition": _condition,
    "MedicationRequest": _medicamento,
    "DocumentReference": _documento,
    "Provenance": _procedencia,
}


def _bundle(b: Recurso) -> Iterator[str]:
    """Un documento congelado se entiende solo: todo lo que nombra va dentro y todo lo de dentro se nombra."""
    if b["type"] != "document":
        yield "Bundle.type: solo se envían documentos"
    entradas = {e.get("fullUrl", ""): e["resource"] for e in b.get("entry", ()) if "resource" in e}
    if len(entradas) != len(b.get("entry", ())) or not all(_URN.match(u) for u in entradas):
        yield "Bundle.entry.fullUrl: cada entrada lleva un urn:uuid distinto"
        return
    citados = {r for recurso in entradas.values() for _, r in referencias(recurso)}
    if citados - set(entradas):
        yield "Bundle: hay una referencia a algo que no va dentro"
    primera = next(iter(entradas))
    sueltos = set(entradas) - _alcance(entradas, primera)
    if any(entradas[u]["resourceType"] != "Provenance" for u in sueltos):
        yield "Bundle: hay un recurso que la nota no nombra"
    if entradas[primera].get("status") != "final":
        yield "Bundle: solo se congela una nota final"
    for recurso in entradas.values():
        yield from _comunes(recurso)


def _alcance(entradas: dict[str, Recurso], desde: str) -> set[str]:
    vistos: set[str] = set()
    por_ver = [desde]
    while por_ver:
        actual = por_ver.pop()
        if actual in entradas and actual not in vistos:
            vistos.add(actual)
            por_ver += [r for _, r in referencias(entradas[actual])]
    return vistos
