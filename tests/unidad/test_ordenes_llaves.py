"""Con qué se abre el llavero lo dice él: archivo, frase o almacén del sistema, igual en todas las órdenes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from scribe.errores import AjusteInvalido
from scribe.expediente import fuentes_clave
from scribe.expediente.errores_seguridad import LlaveroCerrado
from scribe.expediente.fuentes_clave import Costo, FuenteFrase, FuenteSistema, crear_archivo_de_clave
from scribe.expediente.llavero import Llavero
from scribe.ordenes.llaves import abrir_llavero, crear_llavero, frase_para_hijos
from scribe.web.ajustes import AjustesServidor

FRASE = "mesa tigre lluvia cobre nudo"


class EnMemoria:
    """Un almacén del sistema."""

    guardado: dict[tuple[str, str], str]

    def __init__(self) -> None:
        self.guardado = {}

    def get_password(self, servicio: str, cuenta: str) -> str | None:
        return self.guardado.get((servicio, cuenta))

    def set_password(self, servicio: str, cuenta: str, valor: str) -> None:
        self.guardado[servicio, cuenta] = valor


def sin_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())


def test_archivo(tmp_path: Path) -> None:
    crear_archivo_de_clave(tmp_path / "clave")
    con = AjustesServidor(clave_archivo=tmp_path / "clave")
    llavero, fuente = crear_llavero(tmp_path, con)
    assert fuente.tipo == "archivo" and frase_para_hijos(fuente) is None
    assert abrir_llavero(tmp_path, con)[0].instalacion == llavero.instalacion
    with pytest.raises(LlaveroCerrado, match="SCRIBE_CLAVE_ARCHIVO"):
        abrir_llavero(tmp_path, AjustesServidor())


def test_sistema_se_abre_sin_decir_nada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    almacen = EnMemoria()
    monkeypatch.setattr(fuentes_clave, "_keyring", lambda: almacen)
    _, fuente = crear_llavero(tmp_path, AjustesServidor(clave_sistema=True))
    assert fuente.tipo == "sistema" and frase_para_hijos(fuente) is None
    assert isinstance(abrir_llavero(tmp_path, AjustesServidor())[1], FuenteSistema)


def test_frase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Llavero.crear(tmp_path / "llavero.json", FuenteFrase(FRASE, Costo(8, 1, 1)))
    # Un archivo de clave que quedó configurado no estorba: manda lo que dice el llavero.
    con = AjustesServidor(clave_archivo=tmp_path / "otra")
    _, fuente = abrir_llavero(tmp_path, con, frase=FRASE)
    assert frase_para_hijos(fuente) == FRASE
    sin_terminal(monkeypatch)
    with pytest.raises(LlaveroCerrado, match="terminal"):
        abrir_llavero(tmp_path, con)
    with pytest.raises(LlaveroCerrado, match="no abre"):
        abrir_llavero(tmp_path, con, frase="faro pincel avena lento musgo")


def test_sin_llavero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AjusteInvalido, match="scribe servir"):
        abrir_llavero(tmp_path, AjustesServidor())
    sin_terminal(monkeypatch)
    with pytest.raises(LlaveroCerrado):
        crear_llavero(tmp_path, AjustesServidor())
    assert not (tmp_path / "llavero.json").exists()
