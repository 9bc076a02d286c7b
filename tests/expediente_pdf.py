"""Leer el texto de un PDF en las pruebas, hoja por hoja."""

from __future__ import annotations

import io

import pypdfium2


def paginas(pdf: bytes) -> list[str]:
    """El texto de cada hoja, con los espacios en uno solo."""
    documento = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [" ".join(hoja.get_textpage().get_text_range().split()) for hoja in documento]
