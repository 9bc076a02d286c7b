"""A la persona se le trata de usted en todo lo que lee: mensajes, remedios, páginas y módulos."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIBE = Path(__file__).resolve().parents[2] / "scribe"
CUARTOS = ("web", "expediente", "trabajos", "salida", "ordenes", "envio")
ORDENES = (
    "Revisa|Vuelve a (?:abrir|firmar|entrar|intentar)|Elige|Elígel[oa]|Pídel[oa]|Búscal[oa]"
    "|Instálal[oa]|Instala|Espera|Repite|Escribe|Escríbel[oa]|Usa|Entra|Corrígel[oa]|Cierra|Borra|Bórral[oa]|Agrega|Libera|Reinicia|Copia"
    "|Confirma|Recarga|Intenta|Inténtal[oa]|Complétal[oa]|Conecta|Regístral[oa]|Créal[oa]|Toca|Pulsa|Haz"
)
TUTEO = re.compile(
    rf"(?:^|[.;:?!] |[\"'>«])(?:{ORDENES}) (?!que\b)|\b[Tt]us? \w+"
    r"|\b(?:puedes|debes|tienes|quieres|contigo)\b"
)


def dicho_en(modulo: Path) -> Iterator[tuple[int, str]]:
    """Las cadenas de un módulo que pueden ser un mensaje: las que llevan un espacio y no son su docstring."""
    arbol = ast.parse(modulo.read_text("utf-8"))
    sueltas = {id(n.value) for n in ast.walk(arbol) if isinstance(n, ast.Expr)}
    for n in ast.walk(arbol):
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in sueltas:
            yield n.lineno, n.value


@pytest.mark.parametrize("cuarto", CUARTOS)
def test_los_mensajes_tratan_de_usted(cuarto: str) -> None:
    tuteos = [
        (str(modulo.relative_to(SCRIBE)), linea, texto)
        for modulo in sorted((SCRIBE / cuarto).rglob("*.py"))
        for linea, texto in dicho_en(modulo)
        if TUTEO.search(texto)
    ]
    assert not tuteos


def test_las_paginas_y_sus_modulos_tambien() -> None:
    web = SCRIBE / "web"
    archivos = [*web.rglob("*.html"), *web.rglob("*.js"), *(web / "datos").glob("*.toml")]
    assert len(archivos) > 50
    tuteos = []
    for archivo in sorted(archivos):
        for numero, linea in enumerate(archivo.read_text("utf-8").splitlines(), 1):
            if not linea.lstrip().startswith(("//", "/*", "*", "#", "{#")) and TUTEO.search(linea):
                tuteos.append((archivo.name, numero, linea.strip()[:120]))
    assert not tuteos
