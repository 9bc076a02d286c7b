"""Ataques a la firma: contraseñas, CSD, vencidos, ajenos, sin cadena, revocados y PDF alterado."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from scribe.expediente import claves_paso
from scribe.expediente.errores_seguridad import CertificadoRechazado, FirmaRechazada, NotaIncompleta
from scribe.expediente.firma.efirma import Confianza, FirmanteEfirma, abrir_efirma
from scribe.expediente.firma.protocolo import NotaFirmada, Quien, defectos_de, firmar_nota, sellar
from scribe.expediente.firma.simple import ContrasenaDeFirmaErronea, FirmanteSimple
from scribe.expediente.firma.verificacion import verificar_pdf
from scribe.expediente.fuentes_clave import Costo, FuenteFrase
from scribe.expediente.llavero import Llavero
from tests.expediente_autoridad import CONTRASENA, CURP, HOY, RFC, Autoridad, llave, pkcs8_sat
from tests.expediente_nota import nota_completa
from tests.expediente_pdf import paginas

QUIEN = Quien(usuario="agomez.7", nombre="Dra. Ana Gómez Morán", rfc=RFC, curp=CURP)
AC = Autoridad()
SEGUNDA = "Tornillo-jacaranda-4-Sol"
FUENTE = FuenteFrase("nopal violeta bicicleta martes", Costo(memoria_kib=64, pasadas=1, carriles=1))


@pytest.fixture(scope="module")
def llavero(tmp_path_factory: pytest.TempPathFactory) -> Llavero:
    return Llavero.crear(tmp_path_factory.mktemp("llavero") / "l.json", FUENTE)


@pytest.fixture(scope="module")
def resumen() -> str:
    return claves_paso.resumir(SEGUNDA)


def abrir(quien: Quien = QUIEN, confianza: Confianza | None = None, **emision: Any) -> FirmanteEfirma:
    certificado = AC.emitir(**emision)
    return abrir_efirma(
        certificado.public_bytes(Encoding.DER),
        pkcs8_sat(llave(emision.get("cual", 1))),
        CONTRASENA,
        quien=quien,
        confianza=confianza or AC.confianza(),
        ahora=HOY,
        lugar="Clínica Los Laureles",
    )


@pytest.fixture(scope="module")
def con_efirma(llavero: Llavero) -> NotaFirmada:
    return firmar_nota(nota_completa(), abrir(), llavero, HOY)


@pytest.fixture(scope="module")
def con_simple(llavero: Llavero, resumen: str) -> NotaFirmada:
    return firmar_nota(nota_completa(), FirmanteSimple(QUIEN, resumen, SEGUNDA), llavero, HOY)


# --- Simple ----------------------------------------------------------------------------------------


def test_simple_sella_lo_exacto(con_simple: NotaFirmada, llavero: Llavero) -> None:
    sello = con_simple.sello
    assert sello.sha256_contenido == nota_completa().sha256()
    assert sello.sha256_pdf == hashlib.sha256(con_simple.pdf).hexdigest()
    assert (sello.usuario, sello.cuando, sello.metodo) == ("agomez.7", HOY, "simple")
    assert defectos_de(con_simple, llavero) == []
    assert "5.5.1" in " ".join(paginas(con_simple.pdf))


@pytest.mark.parametrize(
    "cambio",
    [
        {"usuario": "otra.persona"},
        {"cuando": HOY + timedelta(seconds=1)},
        {"metodo": "efirma"},
        {"sha256_contenido": "0" * 64},
        {"sha256_pdf": "0" * 64},
        {"instalacion": "x"},
        {"certificado": "1"},
        {"hmac": ""},
        {"hmac": "zz"},
        {"hmac": "00" * 32},
    ],
)
def test_un_sello_cambiado_se_nota(con_simple: NotaFirmada, llavero: Llavero, cambio: dict[str, Any]) -> None:
    alterado = con_simple.model_copy(update={"sello": con_simple.sello.model_copy(update=cambio)})
    assert "el sello no es de esta instalación o se alteró" in defectos_de(alterado, llavero)


def test_bytes_cambiados_se_notan(con_simple: NotaFirmada, llavero: Llavero, tmp_path: Path) -> None:
    otro = con_simple.contenido.replace(b"850", b"580")
    assert otro != con_simple.contenido
    assert defectos_de(con_simple.model_copy(update={"contenido": otro}), llavero)
    assert defectos_de(con_simple.model_copy(update={"pdf": con_simple.pdf + b" "}), llavero)
    ajeno = Llavero.crear(tmp_path / "l.json", FUENTE)
    rehecho = con_simple.model_copy(update={"sello": sellar(con_simple.sello, ajeno)})
    assert defectos_de(rehecho, llavero)


def test_contrasena_de_firmar(llavero: Llavero, resumen: str) -> None:
    for mala, guardado in ((SEGUNDA + "x", resumen), ("", resumen), (SEGUNDA, None)):
        with pytest.raises(ContrasenaDeFirmaErronea):
            firmar_nota(nota_completa(), FirmanteSimple(QUIEN, guardado, mala), llavero, HOY)
    firmante = FirmanteSimple(QUIEN, resumen, SEGUNDA)
    assert SEGUNDA not in repr(firmante)
    firmar_nota(nota_completa(), firmante, llavero, HOY)
    with pytest.raises(FirmaRechazada, match="cada firma"):
        firmar_nota(nota_completa(), firmante, llavero, HOY)


def test_no_se_firma_lo_ajeno_ni_lo_incompleto(llavero: Llavero, resumen: str) -> None:
    otra = Quien(usuario="jperez.1", nombre="Dr. Juan Pérez")
    with pytest.raises(FirmaRechazada):
        firmar_nota(nota_completa(), FirmanteSimple(otra, resumen, SEGUNDA), llavero, HOY)
    with pytest.raises(NotaIncompleta, match=r"6\.2\.5"):
        firmar_nota(nota_completa(pronostico=()), FirmanteSimple(QUIEN, resumen, SEGUNDA), llavero, HOY)


# --- e.firma ----------------------------------------------------------------------------------------


def test_efirma_firma_pades_y_se_valida(con_efirma: NotaFirmada, llavero: Llavero) -> None:
    estado = verificar_pdf(con_efirma.pdf, AC.confianza(), HOY)
    assert estado.defectos == ()
    assert estado.valida
    assert estado.firmante is not None
    assert (estado.firmante.rfc, estado.firmante.curp) == (RFC, CURP)
    assert estado.firmante.numero == "00001000000500012345"
    (firma,) = PdfFileReader(io.BytesIO(con_efirma.pdf)).embedded_signatures
    assert firma.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert defectos_de(con_efirma, llavero) == []
    assert con_efirma.sello.certificado == "00001000000500012345"
    assert "00001000000500012345" in " ".join(paginas(con_efirma.pdf))


def test_dentro_de_un_bucle_de_eventos_tambien(llavero: Llavero) -> None:
    async def firmar() -> bool:
        firmada = firmar_nota(nota_completa(), abrir(), llavero, HOY)
        return verificar_pdf(firmada.pdf, AC.confianza(), HOY).valida

    assert asyncio.run(firmar())


def test_la_llave_se_usa_una_vez_y_no_se_ensena(llavero: Llavero) -> None:
    firmante = abrir()
    assert "_llave" not in repr(firmante)
    firmar_nota(nota_completa(), firmante, llavero, HOY)
    assert firmante._llave is None
    with pytest.raises(FirmaRechazada, match="cada firma"):
        firmar_nota(nota_completa(), firmante, llavero, HOY)


@pytest.mark.parametrize(
    ("emision", "dice"),
    [
        ({"csd": True}, "CSD"),
        ({"eku": False}, "CSD"),
        ({"hasta": HOY - timedelta(days=1)}, "vencida"),
        ({"desde": HOY + timedelta(days=1)}, "aún no es vigente"),
        ({"rfc": "PEPJ700202XY1"}, "otra persona"),
        ({"curp": "PEPJ700202HDFRRN01"}, "otra persona"),
        ({"curp": ""}, "otra persona"),
        ({"rfc": "ABC800101AB9"}, "moral"),
        ({"rfc": "ABC800101AB9 / GOMA800101AB9"}, "moral"),
        ({"rfc": ""}, "moral"),
    ],
)
def test_certificados_rechazados(emision: dict[str, Any], dice: str) -> None:
    with pytest.raises(CertificadoRechazado, match=dice):
        abrir(**{k: v or " " if k in {"rfc", "curp"} else v for k, v in emision.items()})


@pytest.mark.parametrize("rfc", [RFC, f"{RFC} / {CURP}", f" {RFC} "])
def test_formas_del_identificador(rfc: str) -> None:
    assert abrir(rfc=rfc).datos.rfc == RFC


def test_curp_tras_la_barra() -> None:
    assert abrir(rfc=f"{RFC} / {CURP}", curp=" ").datos.curp == CURP


def test_usuario_sin_identidad_no_firma() -> None:
    with pytest.raises(CertificadoRechazado, match="no tiene RFC"):
        abrir(quien=Quien(usuario="agomez.7", nombre="x"))


def test_otra_autoridad_aunque_se_llame_igual() -> None:
    impostora = Autoridad(cual=500)
    with pytest.raises(CertificadoRechazado, match="no encadena"):
        abrir(confianza=impostora.confianza())
    sin_intermedia = replace(AC.confianza(), intermedios=())
    with pytest.raises(CertificadoRechazado, match="no encadena"):
        abrir(confianza=sin_intermedia)


def test_revocado() -> None:
    certificado = AC.emitir()
    listas = (AC.lista((certificado,)), AC.lista_raiz())
    with pytest.raises(CertificadoRechazado, match="revocada"):
        abrir(confianza=AC.confianza(listas=listas))
    buena = AC.confianza(listas=(AC.lista(), AC.lista_raiz()), exigir_revocacion=True)
    abrir(confianza=buena)
    with pytest.raises(CertificadoRechazado):
        abrir(confianza=AC.confianza(exigir_revocacion=True))  # se exige y no hay lista


def test_llave_o_contrasena_que_no_son() -> None:
    cer = AC.emitir().public_bytes(Encoding.DER)
    en_claro = llave(1).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for key, contrasena, dice in (
        (pkcs8_sat(llave(1)), "otra", "contraseña"),
        (pkcs8_sat(llave(2)), CONTRASENA, "pareja"),
        (en_claro, CONTRASENA, "no está cifrado"),
        (b"basura", CONTRASENA, "no abre"),
        (b"x" * 70000, CONTRASENA, "no es una llave"),
        (pkcs8_sat(llave(1))[:-9], CONTRASENA, "no abre"),
    ):
        with pytest.raises(FirmaRechazada, match=dice) as error:
            abrir_efirma(cer, key, contrasena, quien=QUIEN, confianza=AC.confianza(), ahora=HOY)
        assert CONTRASENA not in str(error.value)
    with pytest.raises(CertificadoRechazado, match="no es un certificado"):
        abrir_efirma(b"x", b"x", "x", quien=QUIEN, confianza=AC.confianza(), ahora=HOY)


def test_llave_con_cifrado_moderno_tambien() -> None:
    moderno = llave(1).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(CONTRASENA.encode())
    )
    cer = AC.emitir().public_bytes(Encoding.DER)
    abrir_efirma(cer, moderno, CONTRASENA, quien=QUIEN, confianza=AC.confianza(), ahora=HOY)


def test_vencida_entre_abrir_y_firmar(llavero: Llavero) -> None:
    firmante = abrir(hasta=HOY + timedelta(minutes=5))
    with pytest.raises(CertificadoRechazado):
        firmar_nota(nota_completa(), firmante, llavero, HOY + timedelta(minutes=6))


def test_nada_se_escribe_en_disco(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, llavero: Llavero) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    firmar_nota(nota_completa(), abrir(), llavero, HOY)
    assert list(tmp_path.rglob("*")) == []


def test_confianza_de_carpeta(tmp_path: Path) -> None:
    for nombre in ("raices", "intermedios"):
        (tmp_path / nombre).mkdir()
    with pytest.raises(CertificadoRechazado, match="confianza"):
        Confianza.de_carpeta(tmp_path)
    (tmp_path / "raices" / "r.pem").write_bytes(AC.raiz.public_bytes(Encoding.PEM))
    (tmp_path / "intermedios" / "i.cer").write_bytes(AC.intermedia.public_bytes(Encoding.DER))
    abrir(confianza=Confianza.de_carpeta(tmp_path))


# --- PDF alterado ------------------------------------------------------------------------------------


def _hueco(pdf: bytes) -> range:
    (firma,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return range(firma.byte_range[1], firma.byte_range[2])


def test_un_byte_cambiado_en_cualquier_parte_invalida(con_efirma: NotaFirmada, llavero: Llavero) -> None:
    """Fuera del hueco de la firma lo nota PAdES; dentro y fuera, el sello de la instalación."""
    pdf, hueco = con_efirma.pdf, _hueco(con_efirma.pdf)
    for lugar in range(20, len(pdf), len(pdf) // 60):
        alterado = pdf[:lugar] + bytes([pdf[lugar] ^ 1]) + pdf[lugar + 1 :]
        assert defectos_de(con_efirma.model_copy(update={"pdf": alterado}), llavero), lugar
        if lugar not in hueco:
            assert not verificar_pdf(alterado, AC.confianza(), HOY).valida, lugar


def test_nada_se_esconde_en_el_hueco_de_la_firma(con_efirma: NotaFirmada) -> None:
    pdf, hueco = con_efirma.pdf, _hueco(con_efirma.pdf)
    ultimo = hueco.stop - 2
    assert pdf[ultimo : ultimo + 1] == b"0"
    for cambio in (b"1", b" "):
        alterado = pdf[:ultimo] + cambio + pdf[ultimo + 1 :]
        assert not verificar_pdf(alterado, AC.confianza(), HOY).valida


def test_agregar_despues_de_firmar_invalida(con_efirma: NotaFirmada) -> None:
    escritor = IncrementalPdfFileWriter(io.BytesIO(con_efirma.pdf))
    escritor.root["/PageLayout"] = escritor.root.raw_get("/Type")
    escritor.update_root()
    salida = io.BytesIO()
    escritor.write(salida)
    estado = verificar_pdf(salida.getvalue(), AC.confianza(), HOY)
    assert not estado.valida
    assert any("después de firmar" in d for d in estado.defectos)
    assert not verificar_pdf(con_efirma.pdf + b"\n% nada\n", AC.confianza(), HOY).valida


def test_sin_firma_ni_pdf_ni_confianza(con_efirma: NotaFirmada, con_simple: NotaFirmada) -> None:
    assert not verificar_pdf(con_simple.pdf, AC.confianza(), HOY).valida
    for roto in (b"", b"no soy pdf", con_efirma.pdf[: len(con_efirma.pdf) // 2], b"%PDF-1.7\n" * 9):
        assert not verificar_pdf(roto, AC.confianza(), HOY).valida
    ajena = verificar_pdf(con_efirma.pdf, Autoridad(cual=500).confianza(), HOY)
    assert not ajena.valida
    assert any("confianza" in d for d in ajena.defectos)
    vencido = verificar_pdf(con_efirma.pdf, AC.confianza(), HOY + timedelta(days=4 * 365))
    assert not vencido.valida
