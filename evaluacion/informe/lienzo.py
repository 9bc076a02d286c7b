"""De matplotlib a un SVG que sigue los colores y la letra de la página, sin nada de fuera.

Los colores se dibujan con códigos convenidos que al final se cambian por variables de la hoja de estilo:
así una misma gráfica sirve en claro, en oscuro y en papel.
"""

from __future__ import annotations

import io
import re
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

TINTA, TENUE, LINEA, HOJA = "#010203", "#020304", "#030405", "#040506"
SERIES = tuple(f"#0a0b{n:02x}" for n in range(6))
MARCAS = ("o", "s", "^", "D", "v", "P")
"""Cada serie lleva también su forma: no se distingue solo por color."""

_VARIABLES = {
    TINTA: "var(--tinta)",
    TENUE: "var(--tenue)",
    LINEA: "var(--linea)",
    HOJA: "var(--hoja)",
    **{c: f"var(--serie-{n})" for n, c in enumerate(SERIES)},
}
_ESTILO: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "scribe",
    "font.size": 9.5,
    "text.color": TINTA,
    "axes.edgecolor": LINEA,
    "axes.labelcolor": TENUE,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "xtick.color": TENUE,
    "ytick.color": TENUE,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINEA,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9,
}
_SVG = "{http://www.w3.org/2000/svg}"
_ENLACE = "{http://www.w3.org/1999/xlink}href"
_QUITAR = {f"{_SVG}metadata", f"{_SVG}style"}
_REFERENCIA = re.compile(r"url\(#([^)]+)\)")


def lienzo(alto: float = 2.5, ancho: float = 4.6) -> tuple[Figure, Axes]:
    """Una figura de `ancho` por `alto` pulgadas con el estilo de la casa."""
    with mpl.rc_context(_ESTILO):
        figura = Figure(figsize=(ancho, alto), layout="constrained")
        ejes = figura.add_subplot()
    return figura, ejes


def a_svg(figura: Figure, nombre: str, alternativo: str) -> str:
    """El SVG listo para incrustar en HTML, con sus ids propios y `alternativo` como texto alternativo."""
    memoria = io.StringIO()
    with mpl.rc_context(_ESTILO):
        figura.savefig(memoria, format="svg", metadata={"Date": None})
    raiz = ET.fromstring(memoria.getvalue())
    for padre in list(raiz.iter()):
        for hijo in [h for h in padre if h.tag in _QUITAR]:
            padre.remove(hijo)
    for nodo in raiz.iter():
        _limpiar(nodo, nombre)
    caja = raiz.get("viewBox", "")
    raiz.attrib.clear()
    raiz.attrib.update({"viewBox": caja, "role": "img", "aria-label": alternativo, "class": "grafica"})
    return ET.tostring(raiz, encoding="unicode", short_empty_elements=True)


def _limpiar(nodo: ET.Element, nombre: str) -> None:
    """Sin espacios de nombres, sin estilos en línea (la política de la página no los admite), ids propios."""
    nodo.tag = nodo.tag.removeprefix(_SVG)
    nodo.text = (nodo.text or "").strip() or None
    nodo.tail = (nodo.tail or "").strip() or None
    for propiedad in filter(None, (p.strip() for p in nodo.attrib.pop("style", "").split(";"))):
        clave, _, valor = propiedad.partition(":")
        if clave == "font":
            clave, valor = "font-size", re.sub(r".*?([\d.]+)px.*", r"\1", valor)
        nodo.set(clave.strip(), valor.strip())
    if _ENLACE in nodo.attrib:
        nodo.set("href", f"#{nombre}-{nodo.attrib.pop(_ENLACE)[1:]}")
    for clave, valor in list(nodo.attrib.items()):
        propio = f"{nombre}-{valor}" if clave == "id" else _REFERENCIA.sub(rf"url(#{nombre}-\1)", valor)
        nodo.set(clave, _VARIABLES.get(propio, propio))
