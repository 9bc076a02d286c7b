"""`scribe certificado`: una autoridad propia de la clínica y el certificado TLS de su servidor."""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from scribe.errores import AjusteInvalido, SalidaInvalida
from scribe.ordenes.expediente import Datos, ajustes_de, carpeta, decir

_AUTORIDAD, _SERVIDOR = timedelta(days=3650), timedelta(days=397)
"""397 días es lo más que aceptan los navegadores; la autoridad se instala una vez."""


def certificado(
    nombres: Annotated[list[str], typer.Argument(help="Nombres o direcciones IP por los que se entra.")],
    datos: Datos = None,
) -> None:
    """Crea (o renueva) el certificado del servidor, firmado por una autoridad propia de la clínica.

    Deja `tls/` en la carpeta de datos. `autoridad.pem` se instala en cada equipo de la clínica; su llave no
    sale del servidor: quien la tenga puede hacerse pasar por él.
    """
    destino = carpeta(ajustes_de(datos=datos)) / "tls"
    destino.mkdir(mode=0o700, exist_ok=True)
    try:
        crear(destino, [n.strip().lower() for n in nombres])
    except OSError as causa:
        raise SalidaInvalida(
            f"No se pudo escribir ({causa.strerror}).", "Revise la carpeta de datos."
        ) from None
    decir(f"Certificado listo en {destino}.")
    decir("Instale autoridad.pem en los equipos de la clínica y arranque con:")
    typer.echo(f"SCRIBE_TLS_CERTIFICADO={destino}/servidor.pem SCRIBE_TLS_LLAVE={destino}/servidor.llave")
    typer.echo(f"SCRIBE_NOMBRES={','.join(nombres)} SCRIBE_ESCUCHA=0.0.0.0")


def crear(destino: Path, nombres: list[str]) -> None:
    """Escribe `autoridad.pem`, `servidor.pem` y sus llaves (0600). La autoridad se conserva si ya estaba."""
    if not nombres:
        raise AjusteInvalido("Falta el nombre del servidor.", "Dé al menos uno.")
    if not (destino / "autoridad.llave").exists():
        _autoridad(destino)
    llave_ca = serialization.load_pem_private_key((destino / "autoridad.llave").read_bytes(), None)
    ca = x509.load_pem_x509_certificate((destino / "autoridad.pem").read_bytes())
    assert isinstance(llave_ca, ec.EllipticCurvePrivateKey)
    llave = ec.generate_private_key(ec.SECP256R1())
    armado = (
        _base(_nombre(nombres[0]), ca.subject, llave, _SERVIDOR)
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_alterno(n) for n in nombres]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_usos(firma_certificados=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(llave_ca.public_key()), critical=False
        )
    )
    propio = armado.sign(llave_ca, hashes.SHA256())
    _escribir(destino / "servidor.llave", _pem(llave))
    _escribir(destino / "servidor.pem", propio.public_bytes(serialization.Encoding.PEM))


def _autoridad(destino: Path) -> None:
    llave = ec.generate_private_key(ec.SECP256R1())
    nombre = _nombre("Autoridad local de Scribe")
    propia = (
        _base(nombre, nombre, llave, _AUTORIDAD)
        .add_extension(x509.BasicConstraints(True, 0), critical=True)
        .add_extension(_usos(firma_certificados=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(llave.public_key()), critical=False)
        .sign(llave, hashes.SHA256())
    )
    _escribir(destino / "autoridad.pem", propia.public_bytes(serialization.Encoding.PEM))
    _escribir(destino / "autoridad.llave", _pem(llave))


def _base(
    sujeto: x509.Name, emisor: x509.Name, llave: ec.EllipticCurvePrivateKey, vale: timedelta
) -> x509.CertificateBuilder:
    ahora = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(sujeto)
        .issuer_name(emisor)
        .public_key(llave.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ahora - timedelta(hours=1))
        .not_valid_after(ahora + vale)
    )


def _usos(*, firma_certificados: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not firma_certificados, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=firma_certificados,
        crl_sign=firma_certificados, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _nombre(comun: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, comun[:64])])


def _alterno(nombre: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(nombre))
    except ValueError:
        pass
    try:
        return x509.DNSName(nombre)
    except ValueError:
        raise AjusteInvalido(
            "Ese nombre de servidor no se puede usar.", "Use letras, números y guiones."
        ) from None


def _pem(llave: ec.EllipticCurvePrivateKey) -> bytes:
    return llave.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _escribir(ruta: Path, datos: bytes) -> None:
    parcial = ruta.with_name(f".{ruta.name}.parcial")
    parcial.unlink(missing_ok=True)
    descriptor = os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as archivo:
        archivo.write(datos)
        os.fsync(archivo.fileno())
    parcial.replace(ruta)
