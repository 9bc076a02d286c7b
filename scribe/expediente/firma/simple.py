"""Firma electrónica simple: la segunda contraseña, pedida en cada firma (NOM-024-SSA3-2010, 5.5.1)."""

from __future__ import annotations

from datetime import datetime

from scribe.expediente.claves_paso import comprobar
from scribe.expediente.errores_seguridad import FirmaRechazada
from scribe.expediente.firma.contenido import FirmaImpresa
from scribe.expediente.firma.protocolo import Metodo, Quien


class ContrasenaDeFirmaErronea(FirmaRechazada):
    """La segunda contraseña no es: quien llama suma un fallo a su cuenta de bloqueo."""


class FirmanteSimple:
    """Firma una vez con la segunda contraseña. `resumen` es el argon2id guardado; sin él nunca firma."""

    metodo: Metodo = "simple"

    def __init__(self, quien: Quien, resumen: str | None, contrasena: str) -> None:
        self.quien = quien
        self._resumen: str | None = resumen
        self._contrasena: str | None = contrasena

    def __repr__(self) -> str:
        return f"FirmanteSimple({self.quien.usuario})"

    def impresa(self, cuando: datetime) -> FirmaImpresa:
        """Lo que el PDF dirá de esta firma."""
        return FirmaImpresa(metodo=self.metodo, cuando=cuando)

    def firmar(self, pdf: bytes, cuando: datetime) -> bytes:
        """El mismo PDF, si la contraseña es; la constancia es el sello. Lanza `ContrasenaDeFirmaErronea`."""
        contrasena, self._contrasena = self._contrasena, None
        if contrasena is None:
            raise FirmaRechazada("La contraseña de firmar se pide en cada firma.", "Escríbala otra vez.")
        if not comprobar(self._resumen, contrasena):
            raise ContrasenaDeFirmaErronea("La contraseña de firmar no es correcta.", "Revísela y repita.")
        return pdf
