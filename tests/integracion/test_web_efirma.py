# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Firmar con e.firma por la API, de punta a punta, con una autoridad propia que copia la forma del SAT."""

from __future__ import annotations

import base64
import gc
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi.testclient import TestClient
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from scribe.expediente import usuarios
from scribe.expediente.bitacora import Actor
from scribe.expediente.firma.efirma import FirmanteEfirma
from scribe.expediente.identificadores import TipoIdentificador, normalizar
from scribe.expediente.modelo import DatosUsuario
from tests.expediente_autoridad import CONTRASENA, Autoridad, llave, pkcs8_sat
from tests.expediente_base import BasePrueba
from tests.integracion.test_web_camino import atendida, completar
from tests.web_base import ACCESO, FIRMA, Api, api_sobre, base, bien, error, motor, resumen  # noqa: F401

AC, CURP = Autoridad(), "GOMA800101MDFMRN05"
AHORA = datetime.now(UTC)
VIGENTE = {"curp": CURP, "desde": AHORA - timedelta(days=9), "hasta": AHORA + timedelta(days=900)}


def _rfc() -> str:
    """Un RFC de persona física con su dígito verificador."""
    for digito in "0123456789A":
        try:
            return normalizar(TipoIdentificador.RFC, f"GOMA800101AB{digito}")
        except ValueError:
            continue
    raise AssertionError


@dataclass
class Escritorio:
    """Una nota lista para firmarse y quien la firma."""

    api: Api
    doctora: TestClient
    ruta: str

    def firmar(self, cer: Any, key: bytes, contrasena: str = CONTRASENA) -> Any:
        pedido = {
            "version": 1, "cer": base64.b64encode(cer.public_bytes(Encoding.DER)).decode(),
            "key": base64.b64encode(key).decode(), "contrasena": contrasena,
        }  # fmt: skip
        return self.doctora.post(f"{self.ruta}/efirma", json=pedido)


@pytest.fixture
def mesa(base: BasePrueba, tmp_path: Path) -> Iterator[Escritorio]:
    confianza = tmp_path / "confianza"
    for nombre, certificado in (("raices", AC.raiz), ("intermedios", AC.intermedia)):
        (confianza / nombre).mkdir(parents=True)
        (confianza / nombre / "ac.cer").write_bytes(certificado.public_bytes(Encoding.DER))
    with api_sobre(base, tmp_path / "datos", confianza=confianza) as api:
        lugar = api.lugar()
        with api.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
            from scribe.expediente import consentimientos

            consentimientos.publicar_texto(t, "grabacion", "MX", "1", "Acepto que se grabe.")
            datos = DatosUsuario(
                nombre_usuario="doctora.uno", nombre="Ana", apellido_paterno="Gómez", cedula="1234567",
                institucion_titulo="Universidad de Prueba", curp=CURP, rfc=_rfc(),
            )  # fmt: skip
            medica = usuarios.alta(t, datos)
            usuarios.otorgar(t, medica.id, "medico", lugar)
            usuarios.guardar_secreto(t, medica.id, "acceso", resumen(ACCESO))
            usuarios.guardar_secreto(t, medica.id, "firma", resumen(FIRMA))
        doctora = api.entrar("doctora.uno")
        _, _, encuentro = atendida(doctora, str(lugar), str(medica.id))
        nota = bien(doctora.post(f"/api/encuentros/{encuentro}/notas"), 201)["id"]
        vacia: dict[str, Any] = {"nota": {s: [] for s in ("objetivo", "analisis", "plan", "pronostico")}}
        vacia["nota"]["subjetivo"] = [{"texto": "dolor de garganta", "tipo": "sintoma"}]
        ruta = f"/api/notas/{nota}"
        assert bien(doctora.put(ruta, json={"sobre": 0, "contenido": completar(vacia)}))["lista"] is True
        yield Escritorio(api, doctora, ruta)


def test_de_punta_a_punta(
    mesa: Escritorio, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    buena, propia = AC.emitir(rfc=_rfc(), **VIGENTE), pkcs8_sat(llave(1))
    vencida = {**VIGENTE, "desde": AHORA - timedelta(days=900), "hasta": AHORA - timedelta(days=1)}
    futura = {**VIGENTE, "desde": AHORA + timedelta(days=2)}
    otra_ac = Autoridad(cual=300)
    rechazos = [
        ("vencida", mesa.firmar(AC.emitir(rfc=_rfc(), **vencida), propia), "certificado_rechazado"),
        ("aún no es vigente", mesa.firmar(AC.emitir(rfc=_rfc(), **futura), propia), "certificado_rechazado"),
        ("sello digital", mesa.firmar(AC.emitir(rfc=_rfc(), csd=True, **VIGENTE), propia),
         "certificado_rechazado"),
        ("otra persona", mesa.firmar(AC.emitir(rfc="PEXJ800101AB9", **VIGENTE), propia),
         "certificado_rechazado"),
        ("no encadena", mesa.firmar(otra_ac.emitir(rfc=_rfc(), **VIGENTE), propia), "certificado_rechazado"),
        ("contraseña no es", mesa.firmar(buena, propia, "Otra-clave-88"), "firma_rechazada"),
        ("pareja", mesa.firmar(buena, pkcs8_sat(llave(2))), "firma_rechazada"),
        ("no abre", mesa.firmar(buena, b"basura"), "firma_rechazada"),
    ]  # fmt: skip
    for dice, respuesta, codigo in rechazos:
        assert dice in error(respuesta, 422, codigo)["mensaje"], dice
    assert bien(mesa.doctora.get(mesa.ruta))["nota"]["estado"] == "borrador"

    hecha = bien(mesa.firmar(buena, propia), 201)
    assert hecha["tipo"] == "efirma" and hecha["emisor"] == AC.nombre
    error(mesa.firmar(buena, propia), 409, "transicion_invalida")  # una nota se firma una vez
    assert bien(mesa.doctora.get(f"{mesa.ruta}/firma")) == {"valida": True, "defectos": [], "firma": hecha}

    pdf = mesa.doctora.get(f"{mesa.ruta}/pdf").content
    _validar_con_pyhanko(pdf)
    with mesa.api.servicios.expediente.piscina.conexion() as conexion:
        fallos = conexion.execute(
            "SELECT detalle FROM expediente.bitacora WHERE evento = 'nota.firma' AND resultado = 'fallo'"
        ).fetchall()
        tablas = conexion.execute(
            "SELECT tablename AS t FROM pg_tables WHERE schemaname = 'expediente'"
        ).fetchall()
        todo = "".join(
            repr([dict(f) for f in conexion.execute(f"SELECT * FROM expediente.{x['t']}".encode())])
            for x in tablas
        )  # fmt: skip
    assert len(fallos) == len(rechazos) + 1 and {f["detalle"]["error"] for f in fallos} == {
        "CertificadoRechazado", "FirmaRechazada", "TransicionInvalida",
    }  # fmt: skip
    _sin_rastro(
        todo, propia, [r.text for _, r, _ in rechazos], caplog.text, *capfd.readouterr(), datos=tmp_path
    )
    assert not [f for f in gc.get_objects() if type(f) is FirmanteEfirma and f._llave is not None]


def test_sin_autoridad_configurada_se_dice(mesa: Escritorio) -> None:
    mesa.api.servicios.confianza = None
    fallo = error(
        mesa.firmar(AC.emitir(rfc=_rfc(), **VIGENTE), pkcs8_sat(llave(1))), 422, "certificado_rechazado"
    )
    assert "SCRIBE_CONFIANZA" in fallo["remedio"]


def _validar_con_pyhanko(pdf: bytes) -> None:
    """Sin nada nuestro de por medio: pyHanko, y la raíz de la autoridad."""
    (firma,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    der = [asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in (AC.raiz, AC.intermedia)]
    contexto = ValidationContext(trust_roots=der[:1], other_certs=der[1:], allow_fetching=False)
    estado = validate_pdf_signature(firma, signer_validation_context=contexto)
    assert estado.bottom_line and estado.intact and estado.trusted
    assert estado.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert firma.sig_object["/SubFilter"] == "/ETSI.CAdES.detached" and estado.docmdp_ok
    lugar = firma.byte_range[1] - 500
    alterado = pdf[:lugar] + bytes([pdf[lugar] ^ 1]) + pdf[lugar + 1 :]
    (otra,) = PdfFileReader(io.BytesIO(alterado)).embedded_signatures
    assert not validate_pdf_signature(otra, signer_validation_context=contexto).bottom_line


def _sin_rastro(base: str, key: bytes, respuestas: list[str], *salidas: str, datos: Path) -> None:
    """Ni la llave (cifrada o en claro) ni su contraseña quedan en la base, los registros o el disco."""
    privado = llave(1).private_numbers().d.to_bytes(256, "big")  # lo demás (el módulo) es público
    secretos = [CONTRASENA.encode(), key[60:120], privado[40:100], base64.b64encode(key)[80:140]]
    lugares = {
        "base": base.encode(), "respuestas": "".join(respuestas).encode(),
        "registros": "".join(salidas).encode(),
        **{str(a): a.read_bytes() for a in datos.rglob("*") if a.is_file()},
    }  # fmt: skip
    for lugar, octetos in lugares.items():
        for secreto in secretos:
            for forma in (secreto, secreto.hex().encode(), repr(secreto)[2:-1].encode()):
                assert forma not in octetos, lugar
