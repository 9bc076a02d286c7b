"""Lo que se puede cambiar o pedir está documentado, y los enlaces internos de la documentación existen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from scribe.ajustes import Ajustes
from scribe.cli import app
from scribe.web.ajustes import AjustesServidor
from tests.enlaces import RECORRIDO, al_dia

RAIZ = Path(__file__).resolve().parents[2]
PAGINAS = [RAIZ / "README.md", *sorted((RAIZ / "docs").rglob("*.md"))]
ENLACE = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_cada_ajuste_esta_en_su_tabla() -> None:
    pagina = (RAIZ / "docs" / "ajustes.md").read_text()
    nombres = [*Ajustes.model_fields, *AjustesServidor.model_fields]
    faltan = [n for n in nombres if f"`SCRIBE_{n.upper()}`" not in pagina]
    assert not faltan


def test_cada_orden_esta_en_el_readme() -> None:
    pagina = (RAIZ / "README.md").read_text()
    ordenes = get_command(app).commands  # type: ignore[attr-defined]
    assert ordenes and not [n for n in ordenes if f"scribe {n}" not in pagina]


@pytest.mark.parametrize("pagina", PAGINAS, ids=lambda p: p.name)
def test_los_enlaces_llevan_a_algo(pagina: Path) -> None:
    rotos = [e for e in ENLACE.findall(pagina.read_text()) if not (pagina.parent / e).exists()]
    assert not rotos


def test_el_recorrido_apunta_a_la_linea_de_cada_cosa() -> None:
    texto = RECORRIDO.read_text("utf-8")
    assert texto.count(".py#L") >= 20
    assert al_dia(texto, RECORRIDO.parent) == texto, "póngalo al día con: python -m tests.enlaces"
