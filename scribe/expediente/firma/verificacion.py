"""Comprobar un PDF firmado con PAdES: que está entero, que nada se le agregó y quién lo firmó."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import parser
from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from scribe.expediente.firma.efirma import Confianza, DatosDelCertificado, datos_de, sin_bucle

_SOBRA = "hay algo más en el hueco de la firma"


@dataclass(frozen=True, slots=True)
class EstadoDeFirma:
    """Lo que se supo de la firma de un PDF. `valida` exige todo lo demás; `defectos` dice qué falló.

    `revocacion` es «comprobada» solo si hubo una lista (CRL) vigente con que compararla.
    """

    valida: bool
    defectos: tuple[str, ...]
    firmante: DatosDelCertificado | None = None
    firmado: datetime | None = None
    revocacion: str = "no comprobada"


def verificar_pdf(pdf: bytes, confianza: Confianza, cuando: datetime) -> EstadoDeFirma:
    """Comprueba la firma de un PDF a la hora en que consta que se hizo (la del sello); no lanza por el PDF.

    Exige una sola firma, que cubra el archivo entero (ni un byte después) y de un certificado que encadene
    con los de confianza.
    """
    try:
        return sin_bucle(lambda: _verificar(pdf, confianza, cuando))
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        return EstadoDeFirma(False, ("el PDF no se puede leer o su firma está dañada",))


def _verificar(pdf: bytes, confianza: Confianza, cuando: datetime) -> EstadoDeFirma:
    firmas = list(PdfFileReader(BytesIO(pdf)).embedded_signatures)
    if len(firmas) != 1:
        return EstadoDeFirma(False, (f"se esperaba una firma y hay {len(firmas)}",))
    propio = firmas[0].signer_cert
    contexto = confianza.contexto(propio, cuando)
    estado = validate_pdf_signature(firmas[0], signer_validation_context=contexto)
    defectos = tuple(_defectos(estado)) + (() if _hueco_limpio(pdf, firmas[0]) else (_SOBRA,))
    return EstadoDeFirma(
        valida=not defectos,
        defectos=defectos,
        firmante=datos_de(x509.load_der_x509_certificate(propio.dump())),
        firmado=estado.signer_reported_dt,
        revocacion="comprobada" if confianza.comprueba(propio) and not defectos else "no comprobada",
    )


def _hueco_limpio(pdf: bytes, firma: EmbeddedPdfSignature) -> bool:
    """Si el hueco de la firma, lo único que ella no cubre, lleva la firma y ceros: nada escondido."""
    inicio, fin = firma.byte_range[1], firma.byte_range[2]
    hueco = pdf[inicio:fin]
    if hueco[:1] != b"<" or hueco[-1:] != b">":
        return False
    contenido = bytes.fromhex(hueco[1:-1].decode("ascii"))
    _, _, _, cabecera, cuerpo, cola = parser.parse(contenido)
    largo = len(cabecera) + len(cuerpo) + len(cola)
    return not any(contenido[largo:]) and hueco[1:-1] in (
        contenido.hex().encode(),
        contenido.hex().upper().encode(),
    )


def _defectos(estado: PdfSignatureStatus) -> list[str]:
    pruebas = (
        (estado.intact, "los bytes firmados cambiaron"),
        (estado.valid, "la firma no corresponde a su certificado"),
        (estado.coverage == SignatureCoverageLevel.ENTIRE_FILE, "se agregó algo después de firmar"),
        (bool(estado.docmdp_ok), "el documento se modificó después de firmar"),
        (estado.trusted, "el certificado no es de confianza, estaba vencido o fue revocado"),
        (estado.bottom_line, "la firma no pasa la validación"),
    )
    return [texto for bien, texto in pruebas if not bien]
