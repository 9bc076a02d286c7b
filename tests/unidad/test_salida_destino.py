"""Escribir la salida: completa o nada, privada, y con un mensaje útil cuando no se puede."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from scribe.errores import SalidaInvalida
from scribe.salida.destino import comprobar_destino, escribir_todo

VIEJOS = {"nota.md": "vieja", "borrador.json": "viejo"}
NUEVOS = {"nota.md": "nueva ñ", "borrador.json": "nuevo"}


def nombres(carpeta: Path) -> set[str]:
    return {r.name for r in carpeta.iterdir()}


def test_carpeta_nueva_aparece_llena_y_privada(tmp_path: Path) -> None:
    destino = tmp_path / "mis notas" / "año"
    rutas = escribir_todo(destino, NUEVOS)
    assert {n: r.read_text(encoding="utf-8") for n, r in rutas.items()} == NUEVOS
    assert destino.stat().st_mode & 0o777 == 0o700
    assert {r.stat().st_mode & 0o777 for r in rutas.values()} == {0o600}
    assert nombres(destino.parent) == {"año"}


def test_reemplaza_lo_suyo_y_respeta_lo_ajeno(tmp_path: Path) -> None:
    escribir_todo(tmp_path, VIEJOS)
    (tmp_path / "receta.pdf").write_text("de la persona")
    escribir_todo(tmp_path, NUEVOS)
    assert (tmp_path / "nota.md").read_text() == "nueva ñ"
    assert (tmp_path / "receta.pdf").read_text() == "de la persona"
    assert nombres(tmp_path) == {*NUEVOS, "receta.pdf"}


@pytest.mark.parametrize("existe", [True, False])
def test_disco_lleno_a_media_escritura_no_cambia_nada(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existe: bool
) -> None:
    destino = tmp_path / "salida"
    if existe:
        escribir_todo(destino, VIEJOS)
    sincronizados: list[int] = []

    def sin_espacio(descriptor: int) -> None:
        sincronizados.append(descriptor)
        if len(sincronizados) == 3:  # la prueba de escritura, el primer archivo y aquí ya no cabe
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", sin_espacio)
    with pytest.raises(SalidaInvalida, match="No queda espacio") as fallo:
        escribir_todo(destino, NUEVOS)
    assert "\n" not in str(fallo.value) and fallo.value.remedio
    assert nombres(tmp_path) == ({"salida"} if existe else set())
    if existe:
        assert nombres(destino) == set(VIEJOS)
        assert (destino / "nota.md").read_text() == "vieja"


def test_interrumpir_no_deja_temporales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrumpir(self: Path, otro: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", interrumpir)
    with pytest.raises(KeyboardInterrupt):
        escribir_todo(tmp_path / "salida", NUEVOS)
    assert nombres(tmp_path) == set()


def test_limite_real_de_tamano_se_explica(tmp_path: Path) -> None:
    programa = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from scribe.errores import SalidaInvalida
        from scribe.salida.destino import escribir_todo
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            escribir_todo(Path(sys.argv[1]), {"nota.md": "corta", "borrador.json": "x" * 10_000})
        except SalidaInvalida as fallo:
            print(fallo)
    """)
    hecho = subprocess.run(
        [sys.executable, "-c", programa, str(tmp_path / "salida")], capture_output=True, text=True, check=True
    )
    assert "no deja escribir archivos de este tamaño" in hecho.stdout
    assert nombres(tmp_path) == set()


def test_retira_lo_que_dejo_un_proceso_muerto_pero_no_lo_de_uno_vivo(tmp_path: Path) -> None:
    (tmp_path / ".scribe-parcial-muerto" / "lleno").mkdir(parents=True)
    (tmp_path / ".scribe-parcial-muerto" / "lleno" / "nota.md").write_text("a med")
    vivo = tmp_path / ".scribe-parcial-vivo"
    vivo.mkdir()
    descriptor = os.open(vivo, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        escribir_todo(tmp_path, NUEVOS)
        assert nombres(tmp_path) == {*NUEVOS, vivo.name}
    finally:
        os.close(descriptor)


def test_comprobar_no_deja_rastro(tmp_path: Path) -> None:
    comprobar_destino(tmp_path / "a" / "b")
    comprobar_destino(tmp_path)
    assert nombres(tmp_path) == set()


def test_salida_que_es_un_archivo(tmp_path: Path) -> None:
    archivo = tmp_path / "salida"
    archivo.write_text("no soy carpeta")
    for destino in (archivo, archivo / "dentro"):
        with pytest.raises(SalidaInvalida, match="no es una carpeta"):
            comprobar_destino(destino)
    assert archivo.read_text() == "no soy carpeta"


def test_archivo_de_salida_ocupado_por_una_carpeta(tmp_path: Path) -> None:
    (tmp_path / "borrador.json").mkdir()
    with pytest.raises(SalidaInvalida, match=r"borrador\.json"):
        escribir_todo(tmp_path, NUEVOS)
    assert nombres(tmp_path) == {"borrador.json"}


@pytest.mark.parametrize(
    ("numero", "dice"),
    [(errno.EROFS, "solo lectura"), (errno.EACCES, "permiso"), (errno.EIO, "No se pudo escribir")],
)
def test_carpeta_donde_no_se_puede_escribir(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numero: int, dice: str
) -> None:
    def negar(*_: object, **__: object) -> None:
        raise OSError(numero, os.strerror(numero))

    monkeypatch.setattr(Path, "mkdir", negar)
    with pytest.raises(SalidaInvalida, match=dice) as fallo:
        comprobar_destino(tmp_path / "salida")
    assert fallo.value.salida == 2
    assert "--salida" in fallo.value.remedio


def test_sistema_de_archivos_que_no_admite_escritura() -> None:
    with pytest.raises(SalidaInvalida):
        comprobar_destino(Path("/proc/scribe"))


def test_sin_espacio_se_dice_antes_de_trabajar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Uso())
    with pytest.raises(SalidaInvalida, match="No queda espacio"):
        comprobar_destino(tmp_path)


class _Uso:
    free = 1024
