"""El lote por la cola del servidor: espera su resultado, dice por qué falla y no deja nada suelto."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from scribe.ajustes import Ajustes
from scribe.errores import ErrorScribe, FalloDeEtapa
from scribe.ordenes import lote, lote_en_cola
from scribe.ordenes.lote_en_cola import EnCola, SinServidor
from scribe.trabajos import archivo
from scribe.trabajos.modelo import Opciones
from scribe.trabajos.procesar import hacer
from tests.expediente_base import SISTEMA, Clinica, clinica, motor, plantilla  # noqa: F401
from tests.trabajos_base import Puesto, wav


@pytest.fixture
def puesto(clinica: Clinica, tmp_path: Path) -> Puesto:  # noqa: F811
    return Puesto.de(clinica, tmp_path)


@pytest.fixture
def cola(puesto: Puesto, monkeypatch: pytest.MonkeyPatch) -> EnCola:
    monkeypatch.setattr(lote_en_cola, "hay_servidor", lambda _datos: True)
    monkeypatch.setattr(lote_en_cola, "_VUELTA_S", 0.05)
    servicios = SimpleNamespace(expediente=puesto.expediente, datos=puesto.datos)
    return EnCola(servicios, SISTEMA, Opciones())  # type: ignore[arg-type]


@contextmanager
def trabajando(puesto: Puesto) -> Iterator[None]:
    """Alguien que hace los trabajos que se van pidiendo."""
    fin = threading.Event()

    def ronda() -> None:
        with puesto.taller(otras={"archivo": archivo.hacer}) as taller:
            while not fin.wait(0.05):
                fila = puesto.uno("SELECT id FROM trabajos.trabajo WHERE estado = 'pendiente'")
                if fila:
                    hacer(taller, fila["id"])

    hilo = threading.Thread(target=ronda, daemon=True)
    hilo.start()
    try:
        yield
    finally:
        fin.set()
        hilo.join()


def estados(puesto: Puesto) -> list[str]:
    with puesto.clinica.base.entrar() as conexion:
        filas = conexion.execute("SELECT estado FROM trabajos.trabajo ORDER BY creado").fetchall()
    return [f["estado"] for f in filas]


def test_espera_repite_y_dice_por_que_falla(puesto: Puesto, cola: EnCola) -> None:
    audio, malo, salida = puesto.datos / "uno.wav", puesto.datos / "malo.wav", puesto.datos / "salida"
    audio.write_bytes(wav())
    malo.write_bytes(b"esto no es audio" * 100)
    with trabajando(puesto):
        cola.hacer(audio, salida, lambda *_: None)
        assert (salida / "nota.html").exists()
        shutil.rmtree(salida)
        cola.hacer(audio, salida, lambda *_: None)  # se pidió otra vez porque el resultado ya no está
        assert (salida / "nota.html").exists()
        with pytest.raises(FalloDeEtapa) as fallo:
            cola.hacer(malo, puesto.datos / "otra", lambda *_: None)
    assert fallo.value.mensaje and fallo.value.remedio
    assert estados(puesto) == ["hecho", "hecho", "cancelado"]
    assert puesto.clinica.base.contar("tarea") == 0  # lo dice la orden: no es pendiente de nadie


@pytest.mark.parametrize("por", [KeyboardInterrupt, SinServidor])
def test_interrumpirlo_no_deja_trabajos_sueltos(
    por: type[BaseException], puesto: Puesto, cola: EnCola, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = puesto.datos / "uno.wav"
    audio.write_bytes(wav())

    def corte(_datos: Path) -> bool:
        if por is KeyboardInterrupt:
            raise KeyboardInterrupt
        return False

    monkeypatch.setattr(lote_en_cola, "hay_servidor", corte)
    with pytest.raises(por):
        cola.hacer(audio, puesto.datos / "salida", lambda *_: None)
    assert estados(puesto) == ["cancelado"]


def test_si_el_servidor_para_el_resto_se_hace_aqui(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aqui: list[str] = []

    def en_cola(audio: Path, _destino: Path, _progreso: object) -> None:
        if audio.name != "a.wav":
            raise SinServidor("paró")

    monkeypatch.setattr(lote, "_solo", lambda _ajustes: lambda audio, _d, _p: aqui.append(audio.name))
    hace = lote._con_relevo(SimpleNamespace(hacer=en_cola), Ajustes())  # type: ignore[arg-type]
    for nombre in ("a.wav", "b.wav", "c.wav"):
        hace(tmp_path / nombre, tmp_path, lambda *_: None)
    assert aqui == ["b.wav", "c.wav"]


def test_todo_lo_que_cambia_el_resultado_viaja_con_el_trabajo() -> None:
    """Lo demás es de cada equipo: dónde están los modelos y la caché, con cuántos hilos, cuánto se admite, si
    se oye mientras se graba (que no cambia el resultado).
    """
    del_equipo = {"modelos", "hilos", "dispositivo", "cache", "duracion_max_s", "en_vivo"}
    assert set(Opciones.model_fields) == set(Ajustes.model_fields) - del_equipo
    assert issubclass(SinServidor, ErrorScribe)
