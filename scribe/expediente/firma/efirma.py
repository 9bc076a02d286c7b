"""e.firma del SAT: abrir `.cer` y `.key` en memoria, comprobar que sirven y firmar el PDF con PAdES.

El `.key` (PKCS#8 DER cifrado) y su contraseña nunca se guardan ni se escriben en disco. Se rechaza el CSD
(sello digital de facturas), lo vencido, lo ajeno al usuario y lo que no encadena con los certificados de
confianza que configuró la clínica. Sin red no se consulta la revocación en línea: se usa la lista (CRL)
que se haya configurado, o se dice que no se comprobó. Forma de los certificados: requisitos.md, «e.firma
del SAT».
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, RevokedError, ValidationError
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore

from scribe.expediente.errores_seguridad import CertificadoRechazado, FirmaRechazada
from scribe.expediente.firma.contenido import FirmaImpresa
from scribe.expediente.firma.protocolo import Metodo, Quien

# El SAT codifica x500UniqueIdentifier (2.5.4.45) como PrintableString y no como BIT STRING (RFC 4519):
# sin esto, asn1crypto no abre sus certificados.
asn1_x509.NameTypeAndValue._oid_specs["unique_identifier"] = asn1_x509.DirectoryString

T = TypeVar("T")

CAMPO = "FirmaDelMedico"
_RFC_FISICA = re.compile(r"[A-ZÑ&]{4}\d{6}[A-Z0-9]{3}")
_CURP = re.compile(r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d")
_USOS_DE_FIRMA = frozenset({ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH})
_ARCHIVO_MAX = 1 << 16


@dataclass(frozen=True, slots=True)
class Confianza:
    """En quién se confía: certificados raíz, intermedios y, si las hay, listas de revocación (DER o PEM).

    Con `exigir_revocacion`, un certificado del que no se pueda saber si fue revocado se rechaza.
    """

    raices: tuple[bytes, ...]
    intermedios: tuple[bytes, ...] = ()
    listas: tuple[bytes, ...] = ()
    exigir_revocacion: bool = False

    @classmethod
    def de_carpeta(cls, carpeta: Path, *, exigir_revocacion: bool = False) -> Confianza:
        """Lee `raices/`, `intermedios/` y `listas/` de una carpeta. Lanza `CertificadoRechazado`."""
        grupos = {
            nombre: tuple(a.read_bytes() for a in sorted((carpeta / nombre).glob("*")) if a.is_file())
            for nombre in ("raices", "intermedios", "listas")
        }
        if not grupos["raices"]:
            raise CertificadoRechazado(
                "No hay certificados de confianza configurados para la e.firma.",
                "Ponga los de la autoridad del SAT en la carpeta «raices».",
            )
        return cls(**grupos, exigir_revocacion=exigir_revocacion)

    def comprueba(self, certificado: asn1_x509.Certificate) -> bool:
        """Si la revocación de este certificado se comprueba: se exige, o hay una lista de quien lo emitió."""
        return self.exigir_revocacion or any(lista.issuer == certificado.issuer for lista in self._listas())

    def contexto(self, certificado: asn1_x509.Certificate, cuando: datetime) -> ValidationContext:
        """El contexto para validar ese certificado a esa hora; nunca sale a la red.

        Una lista que venció se rechaza igual que si faltara. De las autoridades intermedias no se pide:
        son las que la clínica configuró.
        """
        regla = RevocationCheckingRule
        propia = regla.CRL_REQUIRED if self.comprueba(certificado) else regla.NO_CHECK
        return ValidationContext(
            trust_roots=[_certificado(c) for c in self.raices],
            other_certs=[_certificado(c) for c in self.intermedios],
            crls=self._listas(),
            moment=cuando,
            best_signature_time=cuando,
            allow_fetching=False,
            retroactive_revinfo=True,
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(propia, regla.NO_CHECK)),
        )

    def _listas(self) -> list[asn1_crl.CertificateList]:
        return [asn1_crl.CertificateList.load(_der(c)) for c in self.listas]


@dataclass(frozen=True, slots=True)
class DatosDelCertificado:
    """De quién es un certificado."""

    numero: str
    nombre: str
    rfc: str
    curp: str
    emisor: str


@dataclass(slots=True)
class FirmanteEfirma:
    """Una e.firma abierta y comprobada: firma una vez y suelta la llave. Se obtiene con `abrir_efirma`."""

    quien: Quien
    datos: DatosDelCertificado
    confianza: Confianza
    lugar: str = ""
    metodo: Metodo = field(default="efirma", init=False)
    _certificado: asn1_x509.Certificate = field(repr=False, kw_only=True)
    _llave: asn1_keys.PrivateKeyInfo | None = field(repr=False, kw_only=True)

    def impresa(self, cuando: datetime) -> FirmaImpresa:
        """Lo que el PDF dirá de esta firma."""
        return FirmaImpresa(
            metodo=self.metodo, cuando=cuando, certificado=self.datos.numero, emisor=self.datos.emisor
        )

    def firmar(self, pdf: bytes, cuando: datetime) -> bytes:
        """El PDF con una firma PAdES que no admite cambios posteriores. Lanza `FirmaRechazada`."""
        llave, self._llave = self._llave, None
        if llave is None:
            raise FirmaRechazada("La e.firma se pide en cada firma.", "Dé otra vez su .key y su contraseña.")
        _exigir_cadena(self._certificado, self.confianza, cuando)
        registro: Any = _almacen()
        registro.register_multiple([_certificado(c) for c in self.confianza.intermedios])
        firmante = SimpleSigner(
            signing_cert=self._certificado, signing_key=llave, cert_registry=registro, embed_roots=False
        )
        datos = PdfSignatureMetadata(
            field_name=CAMPO,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            name=self.datos.nombre,
            reason="Elaboró la nota",
            location=self.lugar or None,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        try:
            escritor = IncrementalPdfFileWriter(BytesIO(pdf))
            salida = sin_bucle(lambda: PdfSigner(datos, signer=firmante).sign_pdf(escritor))
        except (SigningError, PdfError) as causa:
            raise FirmaRechazada("El PDF no se pudo firmar.", "Avise a quien mantiene Scribe.") from causa
        salida.seek(0)
        return bytes(salida.read())


def abrir_efirma(
    cer: bytes,
    key: bytes,
    contrasena: str,
    *,
    quien: Quien,
    confianza: Confianza,
    ahora: datetime,
    lugar: str = "",
) -> FirmanteEfirma:
    """Comprueba una e.firma y la deja lista para firmar una vez.

    Lanza `CertificadoRechazado` (CSD, vencido, de otra persona, sin cadena de confianza) o
    `FirmaRechazada` (llave o contraseña que no son).
    """
    certificado = _abrir_cer(cer)
    datos = datos_de(certificado)
    _exigir_efirma(certificado)
    _exigir_vigencia(certificado, ahora)
    _exigir_identidad(datos, quien)
    propio = _certificado(certificado.public_bytes(Encoding.DER))
    _exigir_cadena(propio, confianza, ahora)
    llave = _abrir_key(key, contrasena, certificado)
    return FirmanteEfirma(quien, datos, confianza, lugar, _certificado=propio, _llave=llave)


# --- Abrir ------------------------------------------------------------------------------------------


def _abrir_cer(cer: bytes) -> x509.Certificate:
    try:
        if len(cer) > _ARCHIVO_MAX:
            raise ValueError
        return x509.load_der_x509_certificate(_der(cer))
    except ValueError:
        raise CertificadoRechazado(
            "El archivo .cer no es un certificado.", "Elija el .cer de su e.firma."
        ) from None


def _abrir_key(key: bytes, contrasena: str, certificado: x509.Certificate) -> asn1_keys.PrivateKeyInfo:
    """La llave privada, solo en memoria, si es la pareja del certificado."""
    if len(key) > _ARCHIVO_MAX:
        raise FirmaRechazada("El archivo .key no es una llave.", "Elija el .key de su e.firma.")
    try:
        llave = load_der_private_key(key, contrasena.encode())
    except TypeError:
        raise FirmaRechazada("El archivo .key no está cifrado.", "Use el .key que dio el SAT.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise FirmaRechazada(
            "El archivo .key no abre: la contraseña no es, o el archivo no es el de su e.firma.",
            "Revise la contraseña de la llave privada.",
        ) from None
    if not isinstance(llave, RSAPrivateKey):
        raise FirmaRechazada("La llave no es RSA.", "Use el .key de su e.firma.")
    publica = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if llave.public_key().public_bytes(*publica) != certificado.public_key().public_bytes(*publica):
        raise FirmaRechazada("El .key no es la pareja del .cer.", "Elija los dos de la misma e.firma.")
    claro = llave.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return asn1_keys.PrivateKeyInfo.load(claro)


def _almacen() -> Any:
    fabrica: Any = SimpleCertificateStore  # pyHanko no publica el tipo de su constructor
    return fabrica()


def _der(datos: bytes) -> bytes:
    return bytes(pem.unarmor(datos)[2]) if pem.detect(datos) else datos


def _certificado(datos: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(_der(datos))


# --- Comprobar --------------------------------------------------------------------------------------


def datos_de(certificado: x509.Certificate) -> DatosDelCertificado:
    """De quién es un certificado: RFC en x500UniqueIdentifier, CURP en serialNumber (o tras la barra)."""
    identificadores = _atributo(certificado, NameOID.X500_UNIQUE_IDENTIFIER).upper()
    serie = _atributo(certificado, NameOID.SERIAL_NUMBER).upper()
    rfc = identificadores.split("/")[0].strip()
    curp = next(iter(_CURP.findall(serie)), "") or next(iter(_CURP.findall(identificadores)), "")
    return DatosDelCertificado(
        numero=_numero(certificado.serial_number),
        nombre=_atributo(certificado, NameOID.COMMON_NAME),
        rfc=rfc,
        curp=curp,
        emisor=_comun(certificado.issuer),
    )


def _atributo(certificado: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    valores = certificado.subject.get_attributes_for_oid(oid)
    valor = valores[0].value if valores else ""
    return valor.decode("latin-1").strip() if isinstance(valor, bytes) else str(valor).strip()


def _comun(nombre: x509.Name) -> str:
    valores = nombre.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(valores[0].value) if valores else ""


def _numero(serie: int) -> str:
    """El número de certificado como lo escribe el SAT: sus bytes son dígitos ASCII."""
    octetos = serie.to_bytes(max(1, (serie.bit_length() + 7) // 8), "big")
    return octetos.decode("ascii") if octetos.isdigit() else f"{serie:X}"


def _exigir_efirma(certificado: x509.Certificate) -> None:
    """Rechaza el CSD y todo certificado que no sea de firma de una persona."""
    csd = CertificadoRechazado(
        "Ese certificado es un sello digital (CSD) o no es una e.firma: no sirve para firmar notas.",
        "Use los archivos de su e.firma personal.",
    )
    try:
        usos = certificado.extensions.get_extension_for_class(x509.KeyUsage).value
        extendidos = certificado.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
        raise csd from None
    if not (usos.digital_signature and usos.content_commitment) or usos.key_cert_sign:
        raise csd
    if not set(extendidos) >= _USOS_DE_FIRMA:
        raise csd


def _exigir_vigencia(certificado: x509.Certificate, ahora: datetime) -> None:
    if ahora < certificado.not_valid_before_utc:
        raise CertificadoRechazado("La e.firma aún no es vigente.", "Revise la fecha de este equipo.")
    if ahora > certificado.not_valid_after_utc:
        raise CertificadoRechazado("La e.firma está vencida.", "Renuévela en el SAT.")


def _exigir_identidad(datos: DatosDelCertificado, quien: Quien) -> None:
    """El certificado es de una persona física y es la que firma."""
    if not _RFC_FISICA.fullmatch(datos.rfc):
        raise CertificadoRechazado(
            "La e.firma es de una persona moral o no dice su RFC.", "Use su e.firma personal."
        )
    if not (quien.rfc or quien.curp):
        raise CertificadoRechazado(
            "Su usuario no tiene RFC ni CURP con qué comparar la e.firma.",
            "Pida al administrador que los registre.",
        )
    rfc_ajeno = bool(quien.rfc) and datos.rfc != quien.rfc.upper()
    curp_ajena = bool(quien.curp) and datos.curp != quien.curp.upper()
    if rfc_ajeno or curp_ajena:
        raise CertificadoRechazado(
            "La e.firma es de otra persona: su RFC o su CURP no son los de su usuario.",
            "Use su propia e.firma.",
        )


def _exigir_cadena(certificado: asn1_x509.Certificate, confianza: Confianza, cuando: datetime) -> None:
    validador: Any = CertificateValidator(
        certificado, validation_context=confianza.contexto(certificado, cuando)
    )
    try:
        sin_bucle(
            lambda: asyncio.run(validador.async_validate_usage({"digital_signature", "non_repudiation"}))
        )
    except RevokedError:
        raise CertificadoRechazado("La e.firma está revocada.", "Obtenga una nueva en el SAT.") from None
    except (PathError, ValidationError) as causa:
        raise CertificadoRechazado(
            f"La e.firma no encadena con los certificados de confianza ({type(causa).__name__}).",
            "Configure el certificado de la autoridad del SAT que la emitió y, si se exige, su lista CRL.",
        ) from None


def sin_bucle(hacer: Callable[[], T]) -> T:
    """Corre en un hilo propio: pyHanko abre su bucle de eventos, y quien llama puede tener otro en marcha."""
    with ThreadPoolExecutor(1) as hilo:
        return hilo.submit(hacer).result()
