"""Instalar desde un hub de verdad (huggingface_hub), servido por este mismo equipo."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from scribe.errores import ModeloAlterado, ModelosFaltan
from scribe.instalacion import DESCARGA, instalar
from scribe.manifiesto import Modelo, leer_modelos
from scribe.modelos import PROCEDENCIA, Almacen

REVISION = "0123456789abcdef0123456789abcdef01234567"
PESOS = bytes(range(256)) * 48_000  # más que el trozo de 10 MB con que escribe huggingface_hub
CONFIG = b'{"capas": 2}\n'


def _sha(datos: bytes) -> str:
    return hashlib.sha256(datos).hexdigest()


def _git(datos: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(datos) + datos).hexdigest()


class Hub(BaseHTTPRequestHandler):
    """Lo justo del protocolo del hub: resolver un archivo de una revisión, con tramos y etag."""

    archivos: ClassVar[dict[str, bytes]] = {}
    etags: ClassVar[dict[str, str]] = {}
    cortar: ClassVar[int | None] = None
    cerrado: ClassVar[bool] = False
    pedidos: ClassVar[list[tuple[str, str | None]]] = []

    def do_HEAD(self) -> None:
        self._responder(cuerpo=False)

    def do_GET(self) -> None:
        self._responder(cuerpo=True)

    def _responder(self, *, cuerpo: bool) -> None:
        prefijo = f"/autor/modelo/resolve/{REVISION}/"
        nombre = self.path.removeprefix(prefijo)
        if Hub.cerrado:
            self._fallar(403, "GatedRepo")
        elif not self.path.startswith(prefijo) or nombre not in Hub.archivos:
            self._fallar(404, "EntryNotFound")
        else:
            self._entregar(nombre, cuerpo=cuerpo)

    def _entregar(self, nombre: str, *, cuerpo: bool) -> None:
        datos, tramo = Hub.archivos[nombre], self.headers.get("Range")
        desde = int(tramo.removeprefix("bytes=").split("-")[0]) if tramo else 0
        if cuerpo:
            Hub.pedidos.append((nombre, tramo))
        self.send_response(206 if tramo else 200)
        self.send_header("Content-Length", str(len(datos) - desde))
        if tramo:
            self.send_header("Content-Range", f"bytes {desde}-{len(datos) - 1}/{len(datos)}")
        self.send_header("ETag", f'"{Hub.etags.get(nombre) or _sha(datos)}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if cuerpo:
            self.wfile.write(datos[desde : Hub.cortar])

    def _fallar(self, codigo: int, error: str) -> None:
        self.send_response(codigo)
        self.send_header("X-Error-Code", error)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Muda:
    """Una vista que no enseña nada."""

    def empieza(self, total: int) -> None: ...
    def archivo(self, nombre: str, tamano: int) -> None: ...
    def avanza(self, bytes_: int) -> None: ...
    def termina(self) -> None: ...
    def aviso(self, texto: str) -> None: ...


@pytest.fixture(autouse=True)
def _hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    Hub.archivos = {"pesos.bin": PESOS, "sub/config.json": CONFIG}
    Hub.etags = {"sub/config.json": _git(CONFIG)}
    Hub.cortar, Hub.cerrado, Hub.pedidos = None, False, []
    servidor = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{servidor.server_port}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "3")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    servidor.shutdown()
    servidor.server_close()


def _fichas(*, con_sumas: bool = True) -> dict[str, Modelo]:
    archivos: list[dict[str, object]] = [
        {"ruta": "pesos.bin"},
        {"ruta": "config.json", "remoto": "sub/config.json"},
    ]
    if con_sumas:
        archivos[0] |= {"bytes": len(PESOS), "sha256": _sha(PESOS)}
        archivos[1] |= {"sha256": _sha(CONFIG)}
    return leer_modelos(
        {
            "m": {
                "nombre": "M",
                "para": "Probar.",
                "licencia": "MIT",
                "origen": "autor/modelo",
                "repositorio": "autor/modelo",
                "revision": REVISION,
                "verificacion": "sha256" if con_sumas else "revision",
                "archivos": archivos,
            }
        }
    )


@pytest.fixture
def almacen(tmp_path: Path) -> Almacen:
    return Almacen((tmp_path / "modelos",), _fichas())


def test_baja_la_revision_comprueba_y_coloca(almacen: Almacen) -> None:
    carpeta = instalar(almacen, ["m"], Muda())
    assert (carpeta / "m" / "pesos.bin").read_bytes() == PESOS
    assert (carpeta / "m" / "config.json").read_bytes() == CONFIG
    assert not (carpeta / DESCARGA).exists()
    assert almacen.identidad("m")["revision"] == REVISION
    Hub.pedidos = []
    instalar(almacen, ["m"], Muda())
    assert Hub.pedidos == []


def test_si_se_corta_continua_donde_iba(almacen: Almacen) -> None:
    Hub.cortar = 11_000_000
    with pytest.raises(ModelosFaltan, match=r"No se pudo bajar pesos\.bin de autor/modelo"):
        instalar(almacen, ["m"], Muda())
    assert almacen.estado("m")[0] == "falta"
    Hub.cortar, Hub.pedidos = None, []
    carpeta = instalar(almacen, ["m"], Muda())
    assert (carpeta / "m" / "pesos.bin").read_bytes() == PESOS
    nombre, tramo = Hub.pedidos[0]
    assert (nombre, tramo) == ("pesos.bin", "bytes=10485760-")


def test_lo_que_no_tiene_la_suma_del_manifiesto_se_descarta(almacen: Almacen) -> None:
    Hub.archivos["pesos.bin"] = PESOS[::-1]
    with pytest.raises(ModeloAlterado, match="no tiene la suma del manifiesto"):
        instalar(almacen, ["m"], Muda())
    assert almacen.estado("m")[0] == "falta"
    Hub.archivos["pesos.bin"] = PESOS
    instalar(almacen, ["m"], Muda())
    assert almacen.estado("m")[0] == "instalado"


def test_sin_sumas_publicadas_se_comprueba_contra_el_repositorio_y_se_anota(tmp_path: Path) -> None:
    almacen = Almacen((tmp_path / "modelos",), _fichas(con_sumas=False))
    carpeta = instalar(almacen, ["m"], Muda())
    assert (carpeta / "m" / PROCEDENCIA).is_file()
    assert almacen.identidad("m")["sha256"] in {_sha(PESOS), _sha(CONFIG)}
    (carpeta / "m" / "pesos.bin").write_bytes(PESOS[::-1])
    with pytest.raises(ModeloAlterado):
        almacen.ruta("m")


@pytest.mark.parametrize("archivo", ["pesos.bin", "sub/config.json"])
def test_sin_sumas_publicadas_rechaza_lo_que_no_es_lo_anunciado(tmp_path: Path, archivo: str) -> None:
    almacen = Almacen((tmp_path / "modelos",), _fichas(con_sumas=False))
    Hub.etags[archivo] = (_sha if archivo == "pesos.bin" else _git)(b"otra cosa")
    with pytest.raises(ModeloAlterado, match="no es lo que anuncia su repositorio"):
        instalar(almacen, ["m"], Muda())
    assert almacen.estado("m")[0] in {"falta", "incompleto"}


def test_un_repositorio_con_condiciones_explica_que_hacer(almacen: Almacen) -> None:
    Hub.cerrado = True
    with pytest.raises(ModelosFaltan, match=r"pide aceptar sus condiciones.*HF_TOKEN"):
        instalar(almacen, ["m"], Muda())


def test_hub_inalcanzable_en_una_linea(almacen: Almacen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelosFaltan, match="No se pudo bajar") as fallo:
        instalar(almacen, ["m"], Muda())
    assert "\n" not in str(fallo.value)
