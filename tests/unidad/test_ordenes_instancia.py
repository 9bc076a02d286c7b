"""Lo que impide arrancar se dice en una línea, antes de tocar nada."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from scribe.errores import AjusteInvalido, ErrorScribe, SalidaInvalida
from scribe.ordenes import certificado, instancia
from scribe.ordenes.expediente import carpeta
from scribe.ordenes.instancia import exigir_sitio, hay_servidor, puerto_tomado, un_solo_servidor
from scribe.ordenes.servir import dias_de_certificado, es_este_equipo, exigir_tls
from scribe.web.ajustes import AjustesServidor


def una_linea(fallo: ErrorScribe) -> str:
    dicho = str(fallo)
    assert "\n" not in dicho and fallo.remedio and fallo.salida == 2
    return dicho


def test_puerto_ocupado() -> None:
    with puerto_tomado("127.0.0.1", 0) as otro:
        otro.listen()
        with pytest.raises(AjusteInvalido) as fallo, puerto_tomado("127.0.0.1", otro.getsockname()[1]):
            pass
    assert "ya lo usa otro programa" in una_linea(fallo.value)


def test_direccion_de_otro_equipo() -> None:
    with pytest.raises(AjusteInvalido) as fallo, puerto_tomado("192.0.2.1", 0):
        pass
    assert "no es una dirección de este equipo" in una_linea(fallo.value)


def test_puerto_en_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("este equipo no tiene IPv6")
    try:
        with puerto_tomado("::1", 0) as atado:
            assert atado.family == socket.AF_INET6
    except AjusteInvalido:
        pytest.skip("este equipo no tiene ::1")


def test_disco_lleno(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exigir_sitio(tmp_path)
    monkeypatch.setattr(instancia, "ESPACIO_MINIMO", 1 << 60)
    with pytest.raises(SalidaInvalida) as fallo:
        exigir_sitio(tmp_path)
    assert "lleno" in una_linea(fallo.value)


def test_carpeta_en_que_no_se_puede_escribir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "archivo").write_text("x")
    with pytest.raises(SalidaInvalida) as fallo:
        carpeta(AjustesServidor(datos=tmp_path / "archivo" / "datos"))
    assert "No se puede escribir en la carpeta de datos" in una_linea(fallo.value)
    monkeypatch.setattr("os.access", lambda *_: False)  # a root el sistema se lo permite todo
    with pytest.raises(SalidaInvalida):
        carpeta(AjustesServidor(datos=tmp_path))


def test_una_carpeta_un_servidor(tmp_path: Path) -> None:
    assert not hay_servidor(tmp_path)
    with un_solo_servidor(tmp_path):
        assert hay_servidor(tmp_path)
        with pytest.raises(ErrorScribe) as fallo, un_solo_servidor(tmp_path):
            pass
        assert "Ya hay un servidor" in una_linea(fallo.value)
    assert not hay_servidor(tmp_path)
    with un_solo_servidor(tmp_path):
        pass


@pytest.mark.parametrize("escucha", ["0.0.0.0", "::", "192.168.1.10", "consultorio.local", "localhost"])
def test_fuera_de_este_equipo_solo_cifrado(escucha: str) -> None:
    with pytest.raises(AjusteInvalido) as fallo:
        exigir_tls(AjustesServidor(escucha=escucha))
    assert "sin cifrar" in una_linea(fallo.value)
    exigir_tls(AjustesServidor(escucha=escucha, tls_certificado=Path("c"), tls_llave=Path("l")))
    with pytest.raises(AjusteInvalido):
        exigir_tls(AjustesServidor(escucha=escucha, tls_certificado=Path("c")))


@pytest.mark.parametrize(
    ("escucha", "si"), [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("0.0.0.0", False)]
)
def test_este_equipo(escucha: str, si: bool) -> None:
    assert es_este_equipo(escucha) is si


def test_el_certificado_se_comprueba_antes_de_arrancar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificado.crear(tmp_path, ["localhost"])
    bueno = AjustesServidor(tls_certificado=tmp_path / "servidor.pem", tls_llave=tmp_path / "servidor.llave")
    assert dias_de_certificado(bueno) is None and dias_de_certificado(AjustesServidor()) is None
    ajena = bueno.model_copy(update={"tls_llave": tmp_path / "autoridad.llave"})
    no_esta = bueno.model_copy(update={"tls_certificado": tmp_path / "nada.pem"})
    for malo in (ajena, no_esta):
        with pytest.raises(AjusteInvalido) as fallo:
            dias_de_certificado(malo)
        una_linea(fallo.value)
    monkeypatch.setattr(certificado, "_SERVIDOR", timedelta(days=12))
    certificado.crear(tmp_path, ["localhost"])
    assert dias_de_certificado(bueno) in {11, 12}
    monkeypatch.setattr(certificado, "_SERVIDOR", timedelta(minutes=-30))
    certificado.crear(tmp_path, ["localhost"])
    with pytest.raises(AjusteInvalido, match="venció"):
        dias_de_certificado(bueno)
