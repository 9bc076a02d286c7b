"""Firmar, y sacar lo firmado."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, SecretStr

from scribe.errores import ErrorScribe
from scribe.expediente import firmar, notas, usuarios
from scribe.expediente.errores import NoExiste
from scribe.expediente.errores_seguridad import CertificadoRechazado
from scribe.expediente.firma.efirma import Confianza, abrir_efirma
from scribe.expediente.firma.protocolo import Firmante, NotaFirmada, Sello, defectos_de
from scribe.expediente.firma.simple import ContrasenaDeFirmaErronea, FirmanteSimple
from scribe.expediente.firma.verificacion import verificar_pdf
from scribe.expediente.modelo import FirmaNota
from scribe.web import acceso
from scribe.web.sujeto import Sujeto, exige

rutas = APIRouter(prefix="/api", tags=["firma"])


class _Pedido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class FirmaSimple(_Pedido):
    """La versión que se firma (la última) y la contraseña de firmar."""

    version: int = Field(ge=1, le=1_000_000)
    contrasena: SecretStr = Field(max_length=512)


class FirmaElectronica(_Pedido):
    """La versión, los archivos de la e.firma en base64 y su contraseña; solo se usan en memoria."""

    version: int = Field(ge=1, le=1_000_000)
    cer: Base64Bytes = Field(max_length=100_000, repr=False)
    key: Base64Bytes = Field(max_length=100_000, repr=False)
    contrasena: SecretStr = Field(max_length=512)


class Constancia(BaseModel):
    """La firma que quedó."""

    nota_id: UUID
    tipo: str
    algoritmo: str
    sha256_contenido: str
    sha256_pdf: str
    cuando: Any
    certificado: str
    emisor: str


@rutas.post("/notas/{nota_id}/firma", status_code=201, summary="Firmar con la segunda contraseña")
def firma_simple(
    nota_id: UUID, pedido: FirmaSimple, quien: Annotated[Sujeto, exige("nota.firmar")]
) -> Constancia:
    """Congela los bytes exactos y su PDF. 422 con la lista si a la nota le falta algo de la NOM-004."""
    with quien.transaccion() as t:
        resumen = usuarios.secreto(t, quien.persona.id, "firma")

    def firmante(lista: firmar.PorFirmar) -> Firmante:
        return FirmanteSimple(
            _quien(quien, lista), resumen.decode() if resumen else None, pedido.contrasena.get_secret_value()
        )

    try:
        return _firmar(quien, nota_id, pedido.version, firmante)
    except ContrasenaDeFirmaErronea:
        acceso.anotar_fallo_de_firma(quien.servicios, quien.actor)
        raise


@rutas.post("/notas/{nota_id}/efirma", status_code=201, summary="Firmar con e.firma")
def firma_electronica(
    nota_id: UUID, pedido: FirmaElectronica, quien: Annotated[Sujeto, exige("nota.firmar")]
) -> Constancia:
    """PAdES sobre el PDF con la e.firma del SAT. El `.key` y su contraseña no se guardan."""
    confianza = _confianza(quien)

    def firmante(lista: firmar.PorFirmar) -> Firmante:
        return abrir_efirma(
            pedido.cer, pedido.key, pedido.contrasena.get_secret_value(), quien=_quien(quien, lista),
            confianza=confianza, ahora=lista.ahora, lugar=lista.nota.lugar,
        )  # fmt: skip

    return _firmar(quien, nota_id, pedido.version, firmante, certificado=pedido.cer)


@rutas.get("/notas/{nota_id}/pdf", summary="El PDF firmado", response_class=Response)
def pdf(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.exportar")]) -> Response:
    """Los bytes exactos que se firmaron. Es una extracción: pide haber escrito la contraseña hace poco."""
    with quien.transaccion() as t:
        octetos = firmar.pdf_firmado(t, nota_id)
    return Response(
        octetos,
        media_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="nota.pdf"'},
    )


@rutas.get("/notas/{nota_id}/firma", summary="Comprobar la firma")
def comprobar(nota_id: UUID, quien: Annotated[Sujeto, exige("nota.leer")]) -> dict[str, Any]:
    """Vuelve a comprobar bytes, sello y, si es e.firma, el PAdES del PDF."""
    with quien.transaccion() as t:
        hecha = notas.leer_firma(t, nota_id)
        if hecha is None:
            raise NoExiste("La nota no está firmada.", "Fírmala primero.")
        octetos = next(o for _, c, o in notas.documentos(t, nota_id) if c == "pdf_firmado")
    sello = Sello.model_validate_json(hecha.firma)
    firmada = NotaFirmada(contenido=hecha.contenido, pdf=octetos, sello=sello)
    defectos = defectos_de(firmada, quien.servicios.llavero)
    if sello.metodo == "efirma":
        defectos += verificar_pdf(octetos, _confianza(quien), sello.cuando).defectos
    return {"valida": not defectos, "defectos": defectos, "firma": _constancia(hecha, sello)}


def _firmar(
    quien: Sujeto,
    nota: UUID,
    version: int,
    firmante: Callable[[firmar.PorFirmar], Firmante],
    certificado: bytes | None = None,
) -> Constancia:
    """Firma y, si no se pudo, deja asiento de que se intentó y por qué clase de error."""
    servicios = quien.servicios
    try:
        hecha, firmada = firmar.firmar(
            servicios.expediente, quien.actor, servicios.llavero, nota, version, firmante,
            certificado=certificado,
        )  # fmt: skip
    except ErrorScribe as fallo:
        error = type(fallo).__name__
        servicios.expediente.asentar_fallo(
            quien.actor, "nota.firma", nota=str(nota), version=version, error=error
        )
        raise
    return _constancia(hecha, firmada.sello)


def _quien(quien: Sujeto, lista: firmar.PorFirmar) -> Any:
    """Quien firma es quien actúa: si la nota es de otra persona, `firmar_nota` lo rechaza."""
    return lista.quien.model_copy(
        update={
            "usuario": quien.persona.nombre_usuario, "nombre": quien.persona.nombre_completo,
            "rfc": quien.persona.rfc or "", "curp": quien.persona.curp or "",
        }
    )  # fmt: skip


def _confianza(quien: Sujeto) -> Confianza:
    carpeta = quien.servicios.confianza
    if carpeta is None:
        raise CertificadoRechazado(
            "No hay certificados de confianza configurados para la e.firma.", "Configure SCRIBE_CONFIANZA."
        )
    return Confianza.de_carpeta(carpeta)


def _constancia(hecha: FirmaNota, sello: Sello) -> Constancia:
    return Constancia(
        nota_id=hecha.nota_id, tipo=hecha.tipo, algoritmo=hecha.algoritmo,
        sha256_contenido=sello.sha256_contenido, sha256_pdf=sello.sha256_pdf, cuando=sello.cuando,
        certificado=sello.certificado, emisor=sello.emisor,
    )  # fmt: skip
