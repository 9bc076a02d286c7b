"""La carpeta de destino: aparece completa o no aparece, una sola vez, aunque falle el disco."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scribe.envio import carpeta as modulo
from scribe.envio.carpeta import MARCA, DestinoCarpeta
from scribe.envio.errores import DestinoMalConfigurado
from scribe.envio.protocolo import Entregado, Rechazado, Reintentar, YaEstaba
from tests.envio_apoyo import MARCAS, PDF, Anotaciones, un_envio, un_expediente, un_paquete

EXPEDIENTE = un_expediente()
PAQUETE = un_paquete(EXPEDIENTE)


@pytest.fixture
def destino(tmp_path: Path) -> DestinoCarpeta:
    d = DestinoCarpeta("buzón", tmp_path, "scribe")
    d.preparar()
    return d


def visibles(d: DestinoCarpeta) -> list[Path]:
    return sorted(p for p in d.raiz.iterdir() if p.name != MARCA)


def enviar(d: DestinoCarpeta) -> Any:
    return d.enviar_firmada(EXPEDIENTE, PAQUETE, anotar=Anotaciones())


def test_entrega_los_bytes_firmados_y_sus_sumas(destino: DestinoCarpeta) -> None:
    assert isinstance(enviar(destino), Entregado)
    [hecha] = visibles(destino)
    assert (hecha / "nota.pdf").read_bytes() == PDF
    assert (hecha / "documento.fhir.json").read_bytes() == PAQUETE.documento
    assert json.loads((hecha / "nota.json").read_text("utf-8"))["pdf_sha256"] == PAQUETE.pdf_sha256
    for renglon in (hecha / "sumas.sha256").read_text("ascii").splitlines():
        suma, nombre = renglon.split("  ")
        assert hashlib.sha256((hecha / nombre).read_bytes()).hexdigest() == suma
    assert {p.stat().st_mode & 0o777 for p in hecha.iterdir()} == {0o600}
    assert not any(m.lower() in str(hecha).lower() for m in MARCAS), "el nombre es opaco"


def test_para_el_grupo_que_lo_recoge(tmp_path: Path) -> None:
    antes = os.umask(0o077)
    try:
        d = DestinoCarpeta("buzón", tmp_path, "scribe", grupo=True)
        d.preparar()
        enviar(d)
    finally:
        os.umask(antes)
    [hecha] = visibles(d)
    assert hecha.stat().st_mode & 0o777 == 0o750
    assert {p.stat().st_mode & 0o777 for p in hecha.iterdir()} == {0o640}


def test_repetir_no_cambia_nada(destino: DestinoCarpeta) -> None:
    enviar(destino)
    [hecha] = visibles(destino)
    antes = {p.name: p.stat().st_mtime_ns for p in hecha.iterdir()}
    assert isinstance(enviar(destino), YaEstaba)
    assert {p.name: p.stat().st_mtime_ns for p in hecha.iterdir()} == antes


@pytest.mark.parametrize("dano", ["cambiado", "falta", "enlace", "archivo"])
def test_lo_distinto_no_se_pisa(destino: DestinoCarpeta, dano: str) -> None:
    enviar(destino)
    [hecha] = visibles(destino)
    if dano == "cambiado":
        (hecha / "nota.pdf").write_bytes(b"otra cosa")
    elif dano == "falta":
        (hecha / "nota.json").unlink()
    else:
        hecha.rename(destino.raiz / "aparte")
        hecha.symlink_to("aparte") if dano == "enlace" else hecha.write_text("x")
    antes = sorted((p.name, p.lstat().st_mtime_ns) for p in destino.raiz.rglob("*"))
    assert isinstance(enviar(destino), Rechazado)
    assert sorted((p.name, p.lstat().st_mtime_ns) for p in destino.raiz.rglob("*")) == antes


def test_cada_borrador_es_otra_carpeta(destino: DestinoCarpeta) -> None:
    for numero in (1, 2, 1):
        destino.enviar_borrador(EXPEDIENTE, un_envio(numero), anotar=Anotaciones())
    assert len(visibles(destino)) == 2


def test_sin_la_marca_no_se_envia(destino: DestinoCarpeta) -> None:
    """Una unidad de red sin montar es una carpeta vacía: escribir ahí sería perder la nota."""
    (destino.raiz / MARCA).unlink()
    assert isinstance(enviar(destino), Reintentar)
    assert list(destino.raiz.iterdir()) == []


def test_preparar_dice_lo_que_no_sirve(tmp_path: Path) -> None:
    (tmp_path / "archivo").write_text("")
    (tmp_path / "enlace").symlink_to(tmp_path)
    for nombre in ("no-esta", "archivo", "enlace"):
        with pytest.raises(DestinoMalConfigurado):
            DestinoCarpeta("x", tmp_path / nombre, "scribe").preparar()


@pytest.mark.parametrize(
    "codigo", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EIO, errno.ESTALE]
)
@pytest.mark.parametrize("donde", ["mkdir", "open", "fsync", "rename"])
def test_el_disco_falla_en_cada_paso(
    destino: DestinoCarpeta, monkeypatch: pytest.MonkeyPatch, donde: str, codigo: int
) -> None:
    def falla(*_: object, **__: object) -> Any:
        raise OSError(codigo, os.strerror(codigo))

    objeto = Path if donde in {"mkdir", "rename"} else modulo.os
    with monkeypatch.context() as m:
        m.setattr(objeto, donde, falla)
        notas = Anotaciones()
        resultado = destino.enviar_firmada(EXPEDIENTE, PAQUETE, anotar=notas)
    assert isinstance(resultado, Reintentar)
    assert [n.resultado for n in notas] == ["", "reintentar"]
    assert [p for p in visibles(destino) if not p.name.startswith(".")] == []
    assert isinstance(enviar(destino), Entregado)
    assert len([p for p in visibles(destino) if not p.name.startswith(".")]) == 1


def _en_hijo(trabajo: Callable[[], str]) -> tuple[int, str]:
    """Corre `trabajo` en un proceso hijo que puede morir a media escritura: (cómo acabó, qué dijo)."""
    leer, escribir = os.pipe()
    hijo = os.fork()
    if hijo == 0:
        try:
            os.write(escribir, trabajo().encode())
        finally:
            os._exit(0)
    os.close(escribir)
    with os.fdopen(leer) as salida:
        dicho = salida.read()
    return os.waitstatus_to_exitcode(os.waitpid(hijo, 0)[1]), dicho


def test_disco_lleno_de_verdad(destino: DestinoCarpeta) -> None:
    """El límite de tamaño del proceso corta la escritura a la mitad, como un disco lleno."""

    def trabajo() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        return repr(enviar(destino))

    _, dicho = _en_hijo(trabajo)
    assert dicho.startswith("Reintentar(") and "No hay espacio" in dicho
    assert visibles(destino) == []


def test_matado_a_la_mitad_no_deja_nada_visible(destino: DestinoCarpeta) -> None:
    """Kill -9 en cada escritura al disco: nunca se ve una carpeta final incompleta y después se entrega."""
    de_verdad = os.fsync
    for morir in range(1, 9):
        cuenta = [0]

        def fsync(descriptor: int, *, cuenta: list[int] = cuenta, morir: int = morir) -> None:
            cuenta[0] += 1
            if cuenta[0] == morir:
                os.kill(os.getpid(), signal.SIGKILL)
            de_verdad(descriptor)

        def trabajo(fsync: Any = fsync) -> str:
            modulo.os.fsync = fsync
            return type(enviar(destino)).__name__

        acabo, dicho = _en_hijo(trabajo)
        finales = [p for p in visibles(destino) if not p.name.startswith(".")]
        assert all(len(list(p.iterdir())) == 4 for p in finales), f"a medias al morir en {morir}"
        if acabo == 0:
            break
    assert dicho in {"Entregado", "YaEstaba"}
    assert morir > 3, "la prueba debe haber matado varias veces"


def test_los_restos_viejos_se_barren_y_los_nuevos_no(destino: DestinoCarpeta) -> None:
    enviar(destino)
    [hecha] = visibles(destino)
    viejo, nuevo = (destino.raiz / f".parcial-{hecha.name}-{n}" for n in ("viejo", "nuevo"))
    for resto in (viejo, nuevo):
        resto.mkdir()
    os.utime(viejo, (time.time() - 7200,) * 2)
    for p in hecha.iterdir():
        p.unlink()
    hecha.rmdir()
    enviar(destino)
    assert (viejo.exists(), nuevo.exists()) == (False, True)


def test_muchos_a_la_vez_entregan_uno(destino: DestinoCarpeta) -> None:
    resultados: list[Any] = []
    hilos = [threading.Thread(target=lambda: resultados.append(enviar(destino))) for _ in range(8)]
    for h in hilos:
        h.start()
    for h in hilos:
        h.join()
    assert {type(r) for r in resultados} <= {Entregado, YaEstaba}
    assert sum(isinstance(r, Entregado) for r in resultados) == 1
    assert len(visibles(destino)) == 1


def test_la_bitacora_no_lleva_contenido(destino: DestinoCarpeta) -> None:
    notas = Anotaciones()
    destino.enviar_firmada(EXPEDIENTE, PAQUETE, anotar=notas)
    assert [n.fase for n in notas] == ["intento", "desenlace"]
    assert not any(m.lower() in repr(notas).lower() for m in MARCAS)


def test_una_descartada_deja_aviso_y_no_borra(destino: DestinoCarpeta) -> None:
    assert isinstance(destino.enviar_borrador(EXPEDIENTE, un_envio(), anotar=Anotaciones()), Entregado)
    notas = Anotaciones()
    assert isinstance(destino.retirar(EXPEDIENTE, anotar=notas), Entregado)
    assert isinstance(destino.retirar(EXPEDIENTE, anotar=notas), YaEstaba)
    borrador, aviso = visibles(destino)
    assert borrador.name.endswith("-borrador-1") and aviso.name.endswith("-descartada")
    assert json.loads((aviso / "aviso.json").read_text("utf-8"))["estado"] == "entered-in-error"
    assert {n.motivo for n in notas} == {"descartada"}


def test_probar_dice_si_falta_la_marca_y_no_deja_nada(tmp_path: Path) -> None:
    d = DestinoCarpeta("buzón", tmp_path, "scribe")
    assert ["preparada" in f for f in d.probar(anotar=Anotaciones())] == [True]
    assert list(tmp_path.iterdir()) == []
    d.preparar()
    assert d.probar(anotar=Anotaciones()) == ()
