"""Lo que las definiciones oficiales de R4 piden y el analizador de estructura no comprueba.

Recorre un recurso con `datos/definiciones_r4.json` y revisa: valores obligatorios (bindings `required`), a
qué tipo puede apuntar cada referencia, invariantes de severidad error (en FHIRPath, con fhirpathpy),
elementos vacíos (ele-1), forma de las extensiones (ext-1), narrativa (txt-1, txt-2) y forma de los `id`.
Las fallas dicen la ruta y la regla; nunca citan el valor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import fhirpathpy
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.engine.util import get_data
from fhirpathpy.models import models

from scribe.envio.fhir.narrativa import falla_de_narrativa

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z")
_LITERAL = re.compile(r"(?:\A|/)([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?\Z")
_PROPIOS = frozenset({"BackboneElement", "Element"})


@cache
def definiciones() -> dict[str, Any]:
    """Las definiciones reducidas (ver `reducir.py`)."""
    bruto = files("scribe.envio.fhir").joinpath("datos", "definiciones_r4.json").read_text("utf-8")
    datos: dict[str, Any] = json.loads(bruto)
    return datos


def tipo_de_referencia(referencia: str) -> str | None:
    """`Patient/1` → Patient; nulo si la referencia no dice su tipo (un urn:uuid)."""
    hallado = _LITERAL.search(referencia)
    return hallado[1] if hallado else None


def revisar(recurso: dict[str, Any], ruta: str | None = None) -> list[str]:
    """Las fallas de un recurso y de los que lleva dentro (las entradas de un Bundle)."""
    tipo = recurso.get("resourceType")
    if tipo not in definiciones()["tipos"]:
        return [
            f"{ruta or 'recurso'}: Scribe no envía el tipo {tipo if str(tipo).isalpha() else 'desconocido'}"
        ]
    lugar = ruta or str(tipo)
    fallas = list(_objeto(recurso, str(tipo), str(tipo), lugar, recurso))
    if "id" in recurso and not _ID.match(str(recurso["id"])):
        fallas.append(f"{lugar}.id: forma inválida")
    return fallas


def _objeto(valor: Any, tipo: str, base: str, ruta: str, raiz: dict[str, Any]) -> Iterator[str]:
    """Recorre un objeto: `tipo` es de qué tabla sale su definición y `base`, qué ruta tiene en ella."""
    if not isinstance(valor, dict):
        yield f"{ruta}: debe ser un objeto"
        return
    if not valor:
        yield f"{ruta}: ele-1 (vacío)"
        return
    tabla = definiciones()["tipos"][tipo]
    yield from _invariantes(valor, tabla[base], base, ruta, raiz)
    if tipo == "Extension":
        yield from _extension(valor, ruta)
    if tipo == "Narrative" and (falla := falla_de_narrativa(valor.get("div"))):
        yield f"{ruta}.div: {falla}"
    for nombre, dato in valor.items():
        if nombre == "resourceType":
            continue
        hallado = _definicion(tabla, base, nombre.removeprefix("_"))
        if hallado is None:
            yield f"{ruta}.{_visible(nombre)}: elemento desconocido"
            continue
        definicion, subtipo, subbase = hallado
        for i, uno in enumerate(dato if isinstance(dato, list) else [dato]):
            lugar = f"{ruta}.{nombre}[{i}]" if isinstance(dato, list) else f"{ruta}.{nombre}"
            if nombre.startswith("_"):
                yield from _objeto(uno, "Element", "Element", lugar, raiz) if uno is not None else ()
            else:
                yield from _valor(uno, definicion, subtipo, subbase, lugar, raiz)


def _valor(
    valor: Any, definicion: dict[str, Any], tipo: str, base: str, ruta: str, raiz: dict[str, Any]
) -> Iterator[str]:
    if valor is None or valor in ("", []):
        yield f"{ruta}: ele-1 (vacío)"
        return
    if "v" in definicion and not _permitido(valor, definicion["v"]):
        yield f"{ruta}: valor fuera de {definicion['v'].rsplit('/', 1)[-1]}"
    if tipo == "Resource":
        yield from revisar(valor, ruta) if isinstance(valor, dict) else [f"{ruta}: no es un recurso"]
        return
    if "r" in definicion and isinstance(valor, dict):
        apuntado = tipo_de_referencia(str(valor.get("reference", "")))
        if apuntado is not None and apuntado not in definicion["r"]:
            yield f"{ruta}: no puede apuntar a {apuntado}"
    if tipo in definiciones()["tipos"]:
        yield from _objeto(valor, tipo, base, ruta, raiz)
        if base != tipo or not isinstance(valor, dict):
            return
        yield from _invariantes(valor, definicion, base, ruta, raiz)


def _definicion(tabla: dict[str, Any], base: str, nombre: str) -> tuple[dict[str, Any], str, str] | None:
    """La definición de un elemento, de qué tabla se sigue y con qué ruta; nulo si no existe."""
    directa = tabla.get(f"{base}.{nombre}")
    if directa is None:
        for ruta, definicion in tabla.items():
            raiz = ruta.removesuffix("[x]")
            if raiz != ruta and f"{base}.{nombre}".startswith(raiz):
                sufijo = f"{base}.{nombre}"[len(raiz) :]
                tipo = next((t for t in definicion["t"] if t[:1].upper() + t[1:] == sufijo), None)
                if tipo:
                    return definicion, tipo, tipo
        return None
    if "c" in directa:
        return directa, directa["c"].split(".")[0], directa["c"]
    tipo = directa["t"][0] if directa["t"] else "Element"
    if tipo in _PROPIOS and any(r.startswith(f"{base}.{nombre}.") for r in tabla):
        return directa, base.split(".", maxsplit=1)[0], f"{base}.{nombre}"
    return directa, tipo, tipo


def _permitido(valor: Any, conjunto: str) -> bool:
    sistemas = definiciones()["conjuntos"].get(conjunto)
    if sistemas is None:  # tipos MIME y monedas: no se pueden listar
        return True
    if isinstance(valor, str):
        return any(valor in codigos for codigos in sistemas.values())
    if not isinstance(valor, dict):
        return False
    return any(
        isinstance(c, dict) and c.get("code") in sistemas.get(str(c.get("system")), ())
        for c in valor.get("coding", [valor])
    )


def _extension(valor: dict[str, Any], ruta: str) -> Iterator[str]:
    valores = [n for n in valor if n.startswith("value")]
    if len(valores) + ("extension" in valor) != 1:
        yield f"{ruta}: ext-1 (o valor o extensiones, uno solo)"


def _invariantes(
    valor: dict[str, Any], definicion: dict[str, Any], base: str, ruta: str, raiz: dict[str, Any]
) -> Iterator[str]:
    for clave in definicion.get("i", ()):
        try:
            salida = _regla(clave)(_nodo(valor, base), {"resource": raiz, "rootResource": raiz})
            cumple = salida in ([True], [])
        except Exception:  # una expresión que no se puede evaluar no se da por cumplida
            cumple = False
        if not cumple:
            yield f"{ruta}: {clave}"


def _nodo(valor: dict[str, Any], base: str) -> Any:
    """El valor con su tipo, para que FHIRPath entienda sus elementos de varios tipos (`value[x]`)."""
    return ResourceNode.create_node(valor, base)  # type: ignore[no-untyped-call]


@cache
def _regla(clave: str) -> Callable[[Any, Any], list[Any]]:
    return fhirpathpy.compile(
        definiciones()["invariantes"][clave], models["r4"], {"userInvocationTable": _PROPIAS}
    )


def _tiene_valor(entrada: list[Any]) -> list[bool]:
    """`hasValue()` de FHIR, que fhirpathpy no trae: un solo primitivo con valor."""
    datos = [get_data(e) for e in entrada]  # type: ignore[no-untyped-call]
    return [len(datos) == 1 and datos[0] is not None and not isinstance(datos[0], (dict, list))]


_PROPIAS = {"hasValue": {"fn": _tiene_valor, "arity": {0: []}}}


def _visible(nombre: str) -> str:
    """Un nombre que no es de FHIR puede ser un dato: no se repite."""
    return nombre if nombre.isascii() and nombre.isidentifier() and len(nombre) <= 30 else "(otro)"
