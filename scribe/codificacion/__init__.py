"""Códigos CIE-10 y CIE-11 sugeridos a partir de lo dicho, con su estado y su evidencia."""

from __future__ import annotations

from scribe.codificacion.buscador import Buscador
from scribe.codificacion.codificador import Codificador

__all__ = ["Buscador", "Codificador"]
