"""Una autoridad certificadora de prueba con la forma de la del SAT, y nada más de ella.

Copia: raíz e intermedia; serie de 20 dígitos ASCII; RFC en x500UniqueIdentifier (2.5.4.45) como
PrintableString, CURP en serialNumber; usos de llave y EKU de la e.firma, y los del CSD; `.key` PKCS#8 DER con
PBES2 y 3DES.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from asn1crypto import algos, core
from asn1crypto import keys as asn1_keys
from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from scribe.expediente.firma.efirma import Confianza

HOY = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
CONTRASENA = "Llave-de-prueba-77"
RFC, CURP = "GOMA800101AB9", "GOMA800101MDFMRN07"


@cache
def llave(cual: int = 0) -> rsa.RSAPrivateKey:
    """Llaves RSA-2048 de prueba; se generan una vez por corrida."""
    del cual
    return rsa.generate_private_key(65537, 2048)


def pkcs8_sat(privada: rsa.RSAPrivateKey, contrasena: str = CONTRASENA) -> bytes:
    """La llave como la da el SAT: PKCS#8 DER, PBES2 con PBKDF2-HMAC-SHA1 y 3DES-CBC."""
    claro = privada.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sal, iv = os.urandom(8), os.urandom(8)
    clave = PBKDF2HMAC(hashes.SHA1(), 24, sal, 2048).derive(contrasena.encode())
    relleno = PKCS7(64).padder()
    cifrador = Cipher(TripleDES(clave), modes.CBC(iv)).encryptor()
    cifrado = cifrador.update(relleno.update(claro) + relleno.finalize()) + cifrador.finalize()
    kdf = algos.KdfAlgorithm(
        {
            "algorithm": "pbkdf2",
            "parameters": algos.Pbkdf2Params(
                {
                    "salt": algos.Pbkdf2Salt(name="specified", value=core.OctetString(sal)),
                    "iteration_count": 2048,
                }
            ),
        }
    )
    esquema = algos.EncryptionAlgorithm({"algorithm": "tripledes_3key", "parameters": core.OctetString(iv)})
    parametros = algos.Pbes2Params({"key_derivation_func": kdf, "encryption_scheme": esquema})
    algoritmo = algos.EncryptionAlgorithm({"algorithm": "pbes2", "parameters": parametros})
    return bytes(
        asn1_keys.EncryptedPrivateKeyInfo(
            {"encryption_algorithm": algoritmo, "encrypted_data": core.OctetString(cifrado)}
        ).dump()
    )


def _imprimible(oid: x509.ObjectIdentifier, valor: str) -> x509.NameAttribute:
    return x509.NameAttribute(oid, valor, _type=_ASN1Type.PrintableString)


def _serie(numero: int) -> int:
    return int.from_bytes(f"000010000005{numero:08d}".encode(), "big")


def _nombre_ac(comun: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, comun),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "AUTORIDAD DE PRUEBA"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "MX"),
            _imprimible(NameOID.X500_UNIQUE_IDENTIFIER, "APR970701NN3"),
        ]
    )


@dataclass(frozen=True)
class Autoridad:
    """Raíz e intermedia propias."""

    nombre: str = "AC DE PRUEBA"
    cual: int = 100

    @property
    def raiz(self) -> x509.Certificate:
        """El certificado raíz."""
        return self._ac(f"{self.nombre} RAIZ", f"{self.nombre} RAIZ", self.cual, self.cual, 1)

    @property
    def intermedia(self) -> x509.Certificate:
        """El de la que emite."""
        return self._ac(self.nombre, f"{self.nombre} RAIZ", self.cual + 1, self.cual, 2)

    def confianza(self, **mas: object) -> Confianza:
        """La configuración de confianza de esta autoridad."""
        return Confianza(
            raices=(self.raiz.public_bytes(Encoding.PEM),),
            intermedios=(self.intermedia.public_bytes(Encoding.DER),),
            **mas,  # type: ignore[arg-type]
        )

    def emitir(
        self,
        *,
        rfc: str = RFC,
        curp: str = CURP,
        cual: int = 1,
        desde: datetime = HOY - timedelta(days=365),
        hasta: datetime = HOY + timedelta(days=3 * 365),
        csd: bool = False,
        eku: bool = True,
        numero: int = 12345,
    ) -> x509.Certificate:
        """Una e.firma (o un CSD) como los que da el SAT."""
        sujeto = [
            x509.NameAttribute(NameOID.COMMON_NAME, "ANA GOMEZ MORAN"),
            x509.NameAttribute(x509.ObjectIdentifier("2.5.4.41"), "ANA GOMEZ MORAN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ANA GOMEZ MORAN"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "MX"),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ana@ejemplo.mx"),
            _imprimible(NameOID.X500_UNIQUE_IDENTIFIER, rfc),
            _imprimible(NameOID.SERIAL_NUMBER, curp),
        ]
        if csd:
            sujeto.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Matriz"))
        constructor = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(sujeto))
            .issuer_name(self.intermedia.subject)
            .public_key(llave(cual).public_key())
            .serial_number(_serie(numero))
            .not_valid_before(desde)
            .not_valid_after(hasta)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usos(completos=not csd), critical=False)
        )
        if eku and not csd:
            usos = [ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH]
            constructor = constructor.add_extension(x509.ExtendedKeyUsage(usos), critical=False)
        return constructor.sign(llave(self.cual + 1), hashes.SHA256())

    def lista(self, revocados: tuple[x509.Certificate, ...] = ()) -> bytes:
        """Una lista de revocación vigente."""
        constructor = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.intermedia.subject)
            .last_update(HOY - timedelta(days=1))
            .next_update(HOY + timedelta(days=30))
        )
        for certificado in revocados:
            revocado = x509.RevokedCertificateBuilder().serial_number(certificado.serial_number)
            constructor = constructor.add_revoked_certificate(
                revocado.revocation_date(HOY - timedelta(days=2)).build()
            )
        return constructor.sign(llave(self.cual + 1), hashes.SHA256()).public_bytes(Encoding.DER)

    def lista_raiz(self) -> bytes:
        """La lista de la raíz, sin revocados."""
        constructor = x509.CertificateRevocationListBuilder().issuer_name(self.raiz.subject)
        constructor = constructor.last_update(HOY - timedelta(days=1)).next_update(HOY + timedelta(days=30))
        return constructor.sign(llave(self.cual), hashes.SHA256()).public_bytes(Encoding.DER)

    @cache  # noqa: B019 - hay pocas autoridades por corrida
    def _ac(self, comun: str, emisor: str, propia: int, firma: int, numero: int) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(_nombre_ac(comun))
            .issuer_name(_nombre_ac(emisor))
            .public_key(llave(propia).public_key())
            .serial_number(_serie(numero))
            .not_valid_before(HOY - timedelta(days=3000))
            .not_valid_after(HOY + timedelta(days=3000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usos(autoridad=True), critical=True)
            .sign(llave(firma), hashes.SHA256())
        )


def _usos(*, completos: bool = False, autoridad: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not autoridad,
        content_commitment=not autoridad,
        key_encipherment=completos,
        data_encipherment=completos,
        key_agreement=completos,
        key_cert_sign=autoridad,
        crl_sign=autoridad,
        encipher_only=False,
        decipher_only=False,
    )
