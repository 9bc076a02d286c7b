"""Instalar desde paquetes con pip de verdad, contra un índice local de ruedas diminutas."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from scribe import instalacion, transporte
from scribe.errores import ModeloAlterado, ModelosFaltan
from scribe.instalacion import DESCARGA, instalar, planear
from scribe.manifiesto import Modelo, Paquete, leer_modelos
from scribe.modelos import Almacen

PIEZAS = {n: f"pieza {n} ".encode() * 50 for n in (1, 2, 3)}
PESOS = b"".join(PIEZAS.values())
RED = b"red = 1\n"


class Vista:
    """Anota lo que se enseñaría."""

    def __init__(self) -> None:
        self.bajados: list[str] = []
        self.avisos: list[str] = []

    def empieza(self, total: int) -> None:
        assert total > 0

    def archivo(self, nombre: str, tamano: int) -> None:
        self.bajados.append(nombre.split(maxsplit=1)[0])

    def avanza(self, bytes_: int) -> None:
        assert bytes_ >= 0

    def termina(self) -> None:
        pass

    def aviso(self, texto: str) -> None:
        self.avisos.append(texto)


def _rueda(indice: Path, nombre: str, miembros: dict[str, bytes], etiqueta: str = "py3-none-any") -> bytes:
    plano = nombre.replace("-", "_")
    ruta = indice / f"{plano}-1.0-{etiqueta}.whl"
    ficha = f"{plano}-1.0.dist-info"
    with zipfile.ZipFile(ruta, "w") as rueda:
        for miembro, datos in miembros.items():
            rueda.writestr(miembro, datos)
        rueda.writestr(f"{ficha}/METADATA", f"Metadata-Version: 2.1\nName: {nombre}\nVersion: 1.0\n")
        rueda.writestr(f"{ficha}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {etiqueta}\n")
        rueda.writestr(f"{ficha}/RECORD", "")
    return ruta.read_bytes()


def _sha(datos: bytes) -> str:
    return hashlib.sha256(datos).hexdigest()


def _paquete(nombre: str) -> dict[str, object]:
    return {"nombre": nombre, "version": "1.0", "bytes": 900}


@pytest.fixture
def indice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Índice local: pip solo mira esa carpeta."""
    carpeta = tmp_path / "indice"
    carpeta.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(carpeta))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for variable in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(variable, raising=False)
    return carpeta


@pytest.fixture
def fichas(indice: Path) -> dict[str, Modelo]:
    """Un modelo en tres piezas, dos que comparten un paquete, y un catálogo que es la rueda misma."""
    for n, datos in PIEZAS.items():
        _rueda(indice, f"pesos-parte{n}", {f"datos/p{n}.bin": datos})
    etiqueta = "cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64"
    _rueda(indice, "voces", {"voces/seg.bin": b"seg", "voces/red.py": RED}, etiqueta)
    catalogo = _rueda(indice, "catalogo", {"es.po": b"A00"})
    compilado = _paquete("voces") | {
        "python": "3.11",
        "plataformas": ["manylinux_2_28_x86_64", "manylinux_2_24_x86_64"],
    }
    comun = {"nombre": "x", "para": "Probar.", "licencia": "MIT", "origen": "y"}
    return leer_modelos(
        {
            "llm": comun
            | {
                "paquetes": [_paquete(f"pesos-parte{n}") for n in PIEZAS],
                "archivos": [
                    {
                        "ruta": "llm.gguf",
                        "bytes": len(PESOS),
                        "sha256": _sha(PESOS),
                        "piezas": [f"pesos-parte{n}/datos/p{n}.bin" for n in PIEZAS],
                    }
                ],
            },
            "seg": comun
            | {
                "paquetes": [compilado],
                "archivos": [
                    {"ruta": "seg.bin", "bytes": 3, "sha256": _sha(b"seg"), "piezas": ["voces/voces/seg.bin"]}
                ],
            },
            "red": comun
            | {
                "paquetes": [compilado],
                "archivos": [{"ruta": "red.py", "sha256": _sha(RED), "piezas": ["voces/voces/red.py"]}],
            },
            "cie": comun
            | {
                "paquetes": [_paquete("catalogo")],
                "archivos": [
                    {"ruta": "catalogo.whl", "sha256": _sha(catalogo), "piezas": ["catalogo"]},
                ],
            },
        }
    )


@pytest.fixture
def almacen(tmp_path: Path, fichas: dict[str, Modelo]) -> Almacen:
    return Almacen((tmp_path / "modelos",), fichas)


def _visibles(carpeta: Path) -> set[str]:
    return {str(p.relative_to(carpeta)) for p in carpeta.rglob("*") if p.is_file() and p.name[0] != "."}


def test_instala_arma_comprueba_y_no_deja_restos(almacen: Almacen) -> None:
    vista = Vista()
    carpeta = instalar(almacen, list(almacen.modelos), vista)
    assert (carpeta / "llm" / "llm.gguf").read_bytes() == PESOS
    assert (carpeta / "red" / "red.py").read_bytes() == RED
    assert zipfile.ZipFile(carpeta / "cie" / "catalogo.whl").read("es.po") == b"A00"
    assert _visibles(carpeta) == {"llm/llm.gguf", "seg/seg.bin", "red/red.py", "cie/catalogo.whl"}
    assert not (carpeta / DESCARGA).exists()
    assert vista.bajados.count("voces") == 1, "un paquete compartido se baja una sola vez"
    otra = Vista()
    instalar(almacen, list(almacen.modelos), otra)
    assert otra.bajados == []


def test_los_demas_usuarios_pueden_leer_lo_instalado(almacen: Almacen) -> None:
    anterior = os.umask(0o077)
    try:
        carpeta = instalar(almacen, ["seg"], Vista())
    finally:
        os.umask(anterior)
    assert (carpeta / "seg" / "seg.bin").stat().st_mode & 0o044 == 0o044
    assert (carpeta / "seg").stat().st_mode & 0o055 == 0o055
    assert carpeta.stat().st_mode & 0o055 == 0o055


def test_si_se_corta_sigue_en_la_pieza_siguiente(almacen: Almacen, monkeypatch: pytest.MonkeyPatch) -> None:
    bajar = transporte.bajar_paquete

    def se_corta(paquete: Paquete, carpeta: Path, al_bajar: transporte.AlBajar) -> Path:
        if paquete.nombre == "pesos-parte3":
            raise KeyboardInterrupt
        return bajar(paquete, carpeta, al_bajar)

    with monkeypatch.context() as parche:
        parche.setattr(instalacion, "bajar_paquete", se_corta)
        with pytest.raises(KeyboardInterrupt):
            instalar(almacen, ["llm"], Vista())
    assert _visibles(almacen.carpetas[0] / "llm") == set(), "nada a medias a la vista"
    parcial = almacen.carpetas[0] / DESCARGA / "llm" / "llm.gguf.parcial"
    with parcial.open("ab") as basura:
        basura.write(b"lo que se estaba escribiendo al morir")
    vista = Vista()
    instalar(almacen, ["llm"], vista)
    assert vista.bajados == ["pesos-parte3"]
    assert (almacen.ruta("llm") / "llm.gguf").read_bytes() == PESOS


def test_lo_que_no_tiene_la_suma_se_descarta(almacen: Almacen, indice: Path) -> None:
    _rueda(indice, "pesos-parte2", {"datos/p2.bin": PIEZAS[2][::-1]})
    with pytest.raises(ModeloAlterado, match="no tiene la suma del manifiesto"):
        instalar(almacen, ["llm"], Vista())
    assert almacen.estado("llm")[0] == "falta"
    _rueda(indice, "pesos-parte2", {"datos/p2.bin": PIEZAS[2]})
    instalar(almacen, ["llm"], Vista())
    assert almacen.estado("llm")[0] == "instalado"


def test_repara_un_archivo_alterado_y_respeta_los_buenos(almacen: Almacen) -> None:
    carpeta = instalar(almacen, ["seg", "cie"], Vista())
    (carpeta / "seg" / "seg.bin").write_bytes(b"mal")
    assert almacen.estado("seg")[0] == "alterado"
    vista = Vista()
    instalar(almacen, ["seg", "cie"], vista)
    assert vista.bajados == ["voces"]
    assert almacen.estado("seg")[0] == "instalado"


def test_un_modelo_copiado_a_mano_no_se_vuelve_a_bajar(almacen: Almacen) -> None:
    destino = almacen.carpetas[0] / "llm"
    destino.mkdir(parents=True)
    (destino / "llm.gguf").write_bytes(PESOS)
    assert planear(almacen, ["llm"]).pendientes == []


def test_si_el_indice_no_responde_lo_dice_en_una_linea(almacen: Almacen, indice: Path) -> None:
    for rueda in indice.iterdir():
        rueda.unlink()
    with pytest.raises(ModelosFaltan, match=r"No se pudo bajar pesos-parte1 1\.0 .*repita la orden") as fallo:
        instalar(almacen, ["llm"], Vista())
    assert "\n" not in str(fallo.value)


def test_una_rueda_danada_se_explica(almacen: Almacen, indice: Path) -> None:
    _rueda(indice, "catalogo", {"es.po": b"A00"})
    _rueda(indice, "voces", {"otra/cosa": b""}, "cp311-cp311-manylinux_2_28_x86_64")
    for rueda in indice.glob("voces*2_24*"):
        rueda.unlink()
    with pytest.raises(ModelosFaltan, match=r"no trae voces/seg\.bin"):
        instalar(almacen, ["seg"], Vista())


def test_comprueba_el_espacio_antes_de_bajar(almacen: Almacen, monkeypatch: pytest.MonkeyPatch) -> None:
    uso = type("Uso", (), {"free": 10})()
    monkeypatch.setattr("scribe.instalacion.shutil.disk_usage", lambda _: uso)
    vista = Vista()
    with pytest.raises(ModelosFaltan, match=r"hacen falta 0\.1 GB .*SCRIBE_MODELOS"):
        instalar(almacen, ["llm"], vista)
    assert vista.bajados == []


@pytest.mark.parametrize(
    ("dicho", "explicado"),
    [
        ("OSError: [Errno 28] No space left on device", "No queda espacio en el disco"),
        ("/usr/bin/python: No module named pip", "no tiene pip"),
    ],
)
def test_traduce_los_fallos_de_pip(
    almacen: Almacen, monkeypatch: pytest.MonkeyPatch, dicho: str, explicado: str
) -> None:
    orden = [sys.executable, "-c", f"import sys; sys.exit({dicho!r})"]
    monkeypatch.setattr(transporte, "_orden_pip", lambda *_: orden)
    with pytest.raises(ModelosFaltan, match=explicado):
        instalar(almacen, ["seg"], Vista())


def test_disco_lleno_al_escribir(almacen: Almacen, monkeypatch: pytest.MonkeyPatch) -> None:
    def lleno(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scribe.instalacion.shutil.copyfileobj", lleno)
    with pytest.raises(ModelosFaltan, match=r"No se pudo escribir en .*Libere espacio"):
        instalar(almacen, ["seg"], Vista())


def test_dos_instalaciones_a_la_vez_se_turnan(almacen: Almacen, monkeypatch: pytest.MonkeyPatch) -> None:
    bajar, dentro = transporte.bajar_paquete, threading.Semaphore(1)

    def lenta(paquete: Paquete, carpeta: Path, al_bajar: transporte.AlBajar) -> Path:
        assert dentro.acquire(blocking=False), "dos descargas a la vez en la misma carpeta"
        time.sleep(1.2)
        try:
            return bajar(paquete, carpeta, al_bajar)
        finally:
            dentro.release()

    monkeypatch.setattr(instalacion, "bajar_paquete", lenta)
    vistas, fallos = [Vista(), Vista()], []

    def correr(vista: Vista) -> None:
        try:
            instalar(Almacen(almacen.carpetas, almacen.modelos), ["seg"], vista)
        except BaseException as fallo:
            fallos.append(fallo)

    hilos = [threading.Thread(target=correr, args=(vista,)) for vista in vistas]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert fallos == []
    assert sorted(len(v.bajados) for v in vistas) == [0, 1]
    assert any("Otra instalación" in aviso for v in vistas for aviso in v.avisos)


def test_sin_npm_lo_dice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    paquete = Paquete(nombre="voces-js", version="1", bytes=1, registro="npm")
    with pytest.raises(ModelosFaltan, match="Hace falta npm"):
        transporte.bajar_paquete(paquete, tmp_path / "paso", lambda _: None)


def test_matar_la_instalacion_no_deja_nada_a_la_vista(tmp_path: Path) -> None:
    """`kill -9` a la orden real mientras baja: la carpeta del modelo no existe o está entera."""
    modelos = tmp_path / "modelos"
    colgado = tmp_path / "bin" / "python-colgado"
    colgado.parent.mkdir()
    colgado.write_text("#!/bin/sh\nexec sleep 60\n")
    colgado.chmod(0o755)
    codigo = (
        "import sys; from scribe import transporte; "
        f"transporte.sys = type('S', (), {{'executable': {str(colgado)!r}}}); "
        "from scribe.ordenes.modelos import app; app(['instalar', 'cie11-es'])"
    )
    entorno = os.environ | {"SCRIBE_MODELOS": str(modelos), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    proceso = subprocess.Popen(
        [sys.executable, "-c", codigo], env=entorno, stderr=subprocess.PIPE, start_new_session=True
    )
    limite = time.monotonic() + 60
    while not (modelos / DESCARGA / "paquete").exists() and time.monotonic() < limite:
        assert proceso.poll() is None, proceso.stderr and proceso.stderr.read()
        time.sleep(0.1)
    os.killpg(proceso.pid, signal.SIGKILL)
    proceso.wait()
    assert (modelos / DESCARGA).exists()
    assert _visibles(modelos) == set()
