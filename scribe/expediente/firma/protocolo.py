"""Firmar una nota: qué es un firmante, qué queda de la firma y el recorrido completo.

`firmar_nota` congela los bytes, compone el PDF, pide la firma y sella todo con la clave de la
instalación. Nada se escribe en disco ni en la base: quien llama guarda la `NotaFirmada` en una
transacción.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from scribe.expediente.errores_seguridad import FirmaRechazada
from scribe.expediente.firma.contenido import FirmaImpresa, Momento, NotaParaFirmar
from scribe.expediente.firma.pdf import componer
from scribe.expediente.firma.revision import exigir_completa
from scribe.expediente.llavero import Llavero

Metodo = Literal["simple", "efirma"]


class _Valor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Quien(_Valor):
    """El usuario que firma, tal como lo conoce el expediente."""

    usuario: str
    nombre: str
    rfc: str = ""
    curp: str = ""


class Sello(_Valor):
    """La constancia de una firma: qué bytes, quién, cuándo, cómo, y el HMAC de la instalación.

    El HMAC prueba que esta instalación vio esa firma y que nada de lo que dice cambió; no es una firma
    ante terceros (esa es la e.firma).
    """

    esquema: Literal["1"] = "1"
    metodo: Metodo
    usuario: str
    cuando: Momento
    instalacion: str
    sha256_contenido: str
    sha256_pdf: str
    certificado: str = ""
    emisor: str = ""
    hmac: str = ""

    def por_sellar(self) -> bytes:
        """Los bytes que cubre el HMAC: todo menos él mismo."""
        dato = self.model_dump(mode="json", exclude={"hmac"})
        return json.dumps(dato, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class NotaFirmada(_Valor):
    """Lo que se guarda para siempre: los bytes congelados, el PDF y su sello."""

    contenido: bytes
    pdf: bytes
    sello: Sello


class Firmante(Protocol):
    """Quien puede firmar una vez: comprueba su secreto al firmar y no lo conserva."""

    metodo: Metodo
    quien: Quien

    def impresa(self, cuando: datetime) -> FirmaImpresa:
        """Lo que el PDF dirá de esta firma."""
        ...

    def firmar(self, pdf: bytes, cuando: datetime) -> bytes:
        """El PDF ya firmado. Lanza `FirmaRechazada`; no se puede llamar dos veces."""
        ...


def firmar_nota(nota: NotaParaFirmar, firmante: Firmante, llavero: Llavero, cuando: datetime) -> NotaFirmada:
    """Firma una nota completa. Lanza `NotaIncompleta`, `FirmaRechazada` o `PdfImposible`.

    `cuando` es la hora del servidor, con huso; nunca la del navegador.
    """
    if firmante.quien.usuario != nota.medico.usuario:
        raise FirmaRechazada("La nota es de otra persona.", "La firma quien la elaboró.")
    exigir_completa(nota)
    contenido, impresa = nota.octetos(), firmante.impresa(cuando)
    pdf = firmante.firmar(componer(nota, impresa), cuando)
    sello = Sello(
        metodo=firmante.metodo,
        usuario=firmante.quien.usuario,
        cuando=cuando,
        instalacion=llavero.instalacion,
        sha256_contenido=hashlib.sha256(contenido).hexdigest(),
        sha256_pdf=hashlib.sha256(pdf).hexdigest(),
        certificado=impresa.certificado,
        emisor=impresa.emisor,
    )
    return NotaFirmada(contenido=contenido, pdf=pdf, sello=sellar(sello, llavero))


def sellar(sello: Sello, llavero: Llavero) -> Sello:
    """El sello con su HMAC."""
    return sello.model_copy(update={"hmac": llavero.sellar(sello.por_sellar()).hex()})


def defectos_de(firmada: NotaFirmada, llavero: Llavero) -> list[str]:
    """Por qué una nota firmada no es la que se firmó; vacío si lo es. Vale para los dos métodos.

    La firma PAdES se comprueba además con `efirma.verificar_pdf`.
    """
    sello, defectos = firmada.sello, []
    if hashlib.sha256(firmada.contenido).hexdigest() != sello.sha256_contenido:
        defectos.append("el contenido no es el que se firmó")
    if hashlib.sha256(firmada.pdf).hexdigest() != sello.sha256_pdf:
        defectos.append("el PDF no es el que se firmó")
    if not _hmac_valido(sello, llavero):
        defectos.append("el sello no es de esta instalación o se alteró")
    return defectos


def _hmac_valido(sello: Sello, llavero: Llavero) -> bool:
    try:
        marca = bytes.fromhex(sello.hmac)
    except ValueError:
        return False
    return llavero.sello_valido(sello.por_sellar(), marca)
