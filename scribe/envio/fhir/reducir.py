"""Rehace `datos/definiciones_r4.json` desde las definiciones oficiales de HL7 (R4, 4.0.1; CC0).

Uso: `python -m scribe.envio.fhir.reducir CARPETA`, con `profiles-resources.json`, `profiles-types.json`,
`valuesets.json` y `v3-codesystems.json` tal como HL7 los publica. Deja de cada tipo que se envía lo que
comprueba `estructura.py`: tipos, a qué se puede referir, valores obligatorios e invariantes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RECURSOS = (
    "Bundle", "Composition", "Condition", "Device", "DocumentReference", "Encounter", "FamilyMemberHistory",
    "MedicationRequest", "Organization", "Patient", "Practitioner", "Provenance",
)  # fmt: skip
ARCHIVOS = ("profiles-resources.json", "profiles-types.json", "valuesets.json", "v3-codesystems.json")
# ele-1, ext-1 y las de texto se comprueban aparte; dom-2 a dom-5, de recursos contenidos, que no se usan.
_FUERA = frozenset({"ele-1", "ext-1", "txt-1", "txt-2", "dom-2", "dom-3", "dom-4", "dom-5", "ref-1"})
DESTINO = Path(__file__).parent / "datos" / "definiciones_r4.json"


def reducir(carpeta: Path) -> dict[str, Any]:
    """Las definiciones reducidas, como se guardan."""
    crudos = {nombre: (carpeta / nombre).read_bytes() for nombre in ARCHIVOS}
    recursos = [e["resource"] for bruto in crudos.values() for e in json.loads(bruto)["entry"]]
    estructuras = {r["id"]: r for r in recursos if r["resourceType"] == "StructureDefinition"}
    terminos = {r["url"]: r for r in recursos if r["resourceType"] in {"ValueSet", "CodeSystem"}}
    tipos: dict[str, Any] = {}
    pendientes = list(RECURSOS)
    while pendientes:
        nombre = pendientes.pop()
        if nombre in tipos or nombre not in estructuras or estructuras[nombre]["kind"] == "primitive-type":
            continue
        tipos[nombre] = _elementos(estructuras[nombre])
        for elemento in tipos[nombre].values():
            pendientes += [
                t for t in elemento.get("t", ()) if estructuras.get(t, {}).get("kind") != "resource"
            ]
    usados = {e["v"] for t in tipos.values() for e in t.values() if "v" in e}
    conjuntos = {u: c for u in sorted(usados) if (c := _codigos(terminos, u))}
    reglas = {c["key"]: c["expression"] for r in tipos for c in _restricciones(estructuras[r])}
    return {
        "version": "4.0.1",
        "fuentes": {n: hashlib.sha256(b).hexdigest() for n, b in crudos.items()},
        "tipos": tipos,
        "conjuntos": conjuntos,
        "invariantes": reglas,
    }


def _elementos(estructura: dict[str, Any]) -> dict[str, Any]:
    salida = {}
    for e in estructura["snapshot"]["element"]:
        tipos = [_corto(t["code"]) for t in e.get("type", ())]
        destinos = {d.rsplit("/", 1)[-1] for t in e.get("type", ()) for d in t.get("targetProfile", ())}
        enlace = e.get("binding", {})
        nota: dict[str, Any] = {"t": tipos}
        if "contentReference" in e:
            nota["c"] = e["contentReference"].removeprefix("#")
        if destinos - {"Resource"}:
            nota["r"] = sorted(destinos)
        if enlace.get("strength") == "required" and "valueSet" in enlace:
            nota["v"] = enlace["valueSet"].split("|")[0]
        claves = [c["key"] for c in _de(e)]
        if claves:
            nota["i"] = claves
        salida[e["path"]] = nota
    return salida


def _de(elemento: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for c in elemento.get("constraint", ()):
        if c["severity"] == "error" and "expression" in c and c["key"] not in _FUERA:
            yield c


def _restricciones(estructura: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for e in estructura["snapshot"]["element"]:
        yield from _de(e)


def _corto(codigo: str) -> str:
    """`http://hl7.org/fhirpath/System.String` → `string`; lo demás, tal cual."""
    return codigo.rsplit(".", 1)[-1].lower() if "fhirpath" in codigo else codigo


def _codigos(terminos: dict[str, Any], url: str) -> dict[str, list[str]]:
    """Sistema → códigos de un conjunto; vacío si no se puede listar entero (tipos MIME, monedas…)."""
    conjunto = terminos.get(url)
    salida: dict[str, list[str]] = {}
    for parte in (conjunto or {}).get("compose", {}).get("include", ()):
        if "concept" in parte:
            codigos = [c["code"] for c in parte["concept"]]
        elif "filter" not in parte and parte.get("system") in terminos:
            codigos = list(_recorrer(terminos[parte["system"]].get("concept", ())))
        else:
            return {}
        if not codigos:
            return {}
        salida.setdefault(parte["system"], []).extend(codigos)
    return {s: sorted(set(c)) for s, c in salida.items()}


def _recorrer(conceptos: Any) -> Iterator[str]:
    for concepto in conceptos:
        yield concepto["code"]
        yield from _recorrer(concepto.get("concept", ()))


if __name__ == "__main__":
    DESTINO.write_text(
        json.dumps(reducir(Path(sys.argv[1])), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        + "\n",
        "utf-8",
    )
