"""`nota.html`: una sola página, sin nada de fuera, que no puede ejecutar más que su propio guion."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scribe.salida.etiquetas import LEYENDA, NO_MENCIONADO
from scribe.salida.vista import Vista


@lru_cache(maxsize=1)
def _plantillas() -> Environment:
    return Environment(
        loader=PackageLoader("scribe.salida", "plantillas"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=4)
def _recurso(nombre: str) -> str:
    return files("scribe.salida").joinpath("plantillas", nombre).read_text(encoding="utf-8")


def _huella(texto: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(texto.encode()).digest()).decode()}'"


def politica(estilo: str, guion: str) -> str:
    """Política de contenido: solo el estilo y el guion de la página, por su hash, y audio local."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_huella(guion)}",
            f"style-src {_huella(estilo)}",
            "img-src data:",
            "media-src 'self' file: blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def a_html(vista: Vista) -> str:
    """La página completa. Todo texto de la consulta va escapado por la plantilla."""
    estilo, guion = _recurso("tokens.css") + _recurso("nota.css"), _recurso("nota.js")
    return (
        _plantillas()
        .get_template("nota.html.j2")
        .render(
            v=vista,
            politica=Markup(politica(estilo, guion)),
            estilo=Markup(estilo),
            guion=Markup(guion),
            leyenda=LEYENDA,
            no_mencionado=NO_MENCIONADO,
        )
    )
