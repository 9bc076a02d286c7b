"""El texto legible de un recurso: XHTML mínimo, sin nada que se ejecute ni se cargue de fuera."""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree

_XHTML = "http://www.w3.org/1999/xhtml"
_ETIQUETAS = frozenset({"div", "p", "ul", "li", "em", "strong", "span", "br"})
_ATRIBUTOS = frozenset({"id", "class", "lang"})
# FHIR: una cadena no lleva caracteres de control salvo tabulador y saltos (R4, 2.24.0.1); XML tampoco.
_PROHIBIDOS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def limpio(texto: str) -> str:
    """El texto sin caracteres que FHIR y XML prohíben ni espacio en las orillas."""
    return _PROHIBIDOS.sub("", texto).strip()


def narrativa(
    parrafos: list[str], lista: list[str] | None = None, estado: str = "generated"
) -> dict[str, str]:
    """Un `Narrative` con párrafos y, si se da, una lista. Los textos llegan sin escapar."""
    cuerpo = "".join(f"<p>{escape(limpio(p))}</p>" for p in parrafos if limpio(p))
    if lista:
        cuerpo += "<ul>" + "".join(f"<li>{escape(limpio(r))}</li>" for r in lista if limpio(r)) + "</ul>"
    return {"status": estado, "div": f'<div xmlns="{_XHTML}">{cuerpo}</div>'}


def falla_de_narrativa(div: object) -> str | None:
    """Por qué un `div` no sirve (txt-1 y txt-2 de R4, más estrictas); nulo si sirve."""
    if not isinstance(div, str) or "<!" in div or "<?" in div:
        return "txt-1 (no es XHTML simple)"
    try:
        raiz = ElementTree.fromstring(div)
    except ElementTree.ParseError:
        return "txt-1 (XHTML mal formado)"
    if raiz.tag != f"{{{_XHTML}}}div":
        return "txt-1 (no es un div de XHTML)"
    for nodo in raiz.iter():
        etiqueta = nodo.tag.removeprefix(f"{{{_XHTML}}}") if isinstance(nodo.tag, str) else ""
        if etiqueta not in _ETIQUETAS or not set(nodo.attrib) <= _ATRIBUTOS:
            return "txt-1 (lleva algo que no es texto)"
    return None if "".join(raiz.itertext()).strip() else "txt-2 (sin texto)"
