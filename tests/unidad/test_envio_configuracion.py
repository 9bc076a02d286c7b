"""Qué se puede configurar de un destino y qué se rechaza al configurarlo, sin hablar con nadie."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from scribe.envio import configuracion as cfg
from scribe.envio.configuracion import AjustesFhir, Configurado, armar, validar
from scribe.envio.errores import DestinoMalConfigurado, DestinoNoAutorizado
from scribe.envio.fhir.destino import DestinoFhir

RED = {"redes": ["10.20.0.0/16"]}


@pytest.mark.parametrize(
    ("direccion", "ajustes"),
    [
        ("https://fhir.hospital.mx/fhir", RED),
        ("https://10.20.3.4:8443/fhir", {}),
        ("https://[2001:db8::5]/fhir", {}),
        ("http://127.0.0.1:8080/fhir", {}),
        ("http://localhost:8080", {}),
    ],
)
def test_lo_que_se_puede(direccion: str, ajustes: dict[str, Any]) -> None:
    dichos = validar("fhir", direccion, ajustes)
    assert dichos.recibe == ("borrador", "firmada")


@pytest.mark.parametrize(
    ("direccion", "ajustes", "error"),
    [
        ("https://fhir.hospital.mx/fhir", {}, DestinoMalConfigurado),  # un nombre, sin decir dónde está
        ("http://10.20.3.4/fhir", {}, DestinoNoAutorizado),  # sin cifrar
        ("https://u:p@10.20.3.4/fhir", {}, DestinoNoAutorizado),
        ("https://10.20.3.4/fhir?x=1", {}, DestinoNoAutorizado),
        ("https://10.20.3.4:99999/fhir", {}, DestinoNoAutorizado),
        ("https://", {}, DestinoNoAutorizado),
        ("file:///etc/passwd", {}, DestinoNoAutorizado),
        ("https://0x7f000001/fhir", RED, DestinoNoAutorizado),
        ("https://10.20.3.4/fhir", {"redes": ["10.0.0.0/99"]}, DestinoMalConfigurado),
        ("https://10.20.3.4/fhir", {"credencial": "bearer", "archivo": "/etc/shadow"}, DestinoMalConfigurado),
        ("https://10.20.3.4/fhir", {"autoridad": "/etc/shadow"}, DestinoMalConfigurado),
        ("https://10.20.3.4/fhir", {"omitir": ["Observation"]}, DestinoMalConfigurado),
        ("https://10.20.3.4/fhir", {"recibe": []}, DestinoMalConfigurado),
        ("https://10.20.3.4/fhir", {"total_s": 9999}, DestinoMalConfigurado),
        ("https://10.20.3.4/fhir", {"sistemas": {"CURP": "sin sistema"}}, DestinoMalConfigurado),
    ],
)  # fmt: skip
def test_lo_que_no(direccion: str, ajustes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as fallo:
        validar("fhir", direccion, ajustes)
    assert "shadow" not in str(fallo.value) and "99999" not in str(fallo.value)


@pytest.mark.parametrize("ruta", ["buzon", "../buzon", "/mnt/../etc", "/mnt/\0", "https://x"])
def test_una_carpeta_va_con_su_ruta_completa(ruta: str) -> None:
    with pytest.raises(DestinoMalConfigurado):
        validar("carpeta", ruta, {})
    assert validar("carpeta", "/mnt/buzon", {}).recibe == ("firmada",)


def test_una_carpeta_sin_preparar_no_se_acepta_por_la_web(tmp_path: Path) -> None:
    c = Configurado(uuid4(), "buzón", "carpeta", str(tmp_path), validar("carpeta", str(tmp_path), {}))
    with pytest.raises(DestinoMalConfigurado, match="no está preparada"):
        cfg.exigir_preparada(c)
    assert list(tmp_path.iterdir()) == []


def test_el_secreto_y_la_autoridad_son_los_de_ese_destino(tmp_path: Path) -> None:
    dichos = validar("fhir", "https://10.20.3.4/fhir", {"credencial": "bearer", "autoridad": True})
    c = Configurado(uuid4(), "hospital", "fhir", "https://10.20.3.4/fhir", dichos)
    cfg.guardar_privado(cfg.secreto(tmp_path, c.id), b"uno")
    cfg.guardar_privado(cfg.secreto(tmp_path, c.id), b"ficha-secreta")
    assert cfg.secreto(tmp_path, c.id).stat().st_mode & 0o777 == 0o600
    assert [p.name for p in (tmp_path / "destinos").iterdir()] == [f"{c.id}.secreto"]
    destino = armar(c, tmp_path, "consultorio")
    assert isinstance(destino, DestinoFhir) and isinstance(dichos, AjustesFhir)
    assert destino.credencial is not None
    assert destino.credencial.cabecera().get_secret_value() == "Bearer ficha-secreta"
    assert destino.autoridad == tmp_path / "destinos" / f"{c.id}.pem"
    assert "ficha-secreta" not in repr(destino) + repr(c) + dichos.model_dump_json()
