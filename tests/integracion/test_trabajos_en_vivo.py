"""Oír mientras se graba: al final no se vuelve a oír nada, y soltarlo a tiempo no pierde ni deja nada."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from scribe.expediente import clinico
from scribe.expediente.bitacora import Actor
from scribe.expediente.modelo import Medicacion
from scribe.flujo import procesar
from scribe.trabajos import adelantador, revocacion
from scribe.trabajos.adelantador import Adelantador
from scribe.trabajos.adelanto import Adelantos
from scribe.trabajos.destructor import Destructor
from scribe.trabajos.procesar import Taller, hacer
from tests.expediente_base import Clinica, clinica, motor, plantilla  # noqa: F401
from tests.servir_base import hasta as hasta_que
from tests.trabajos_base import Puesto, trozos, wav
from tests.vivo_falso import motores_por_tramos

hasta = partial(hasta_que, plazo_s=600.0)
SEGUNDOS = 30
TROZO = 32_000


@pytest.fixture
def puesto(clinica: Clinica, tmp_path: Path) -> Puesto:  # noqa: F811
    return Puesto.de(clinica, tmp_path)


@pytest.fixture(autouse=True)
def _sin_esperas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Basta un segundo nuevo para que valga otra pasada."""
    monkeypatch.setattr(adelantador, "NUEVO_MIN", TROZO)
    monkeypatch.setattr(adelantador, "NUEVO_PARTE", 0.0)
    monkeypatch.setattr(adelantador, "_MIRAR_S", 0.05)


@contextmanager
def en_vivo(puesto: Puesto, tarda_s: float = 0.0) -> Iterator[tuple[Taller, Adelantador]]:
    """Un taller y su adelantador, con motores que apuntan cada segundo que oyen."""
    apuntes = puesto.datos / "tramos.txt"
    orden = (sys.executable, "-m", "tests.vivo_falso", str(apuntes), str(tarda_s))
    with (
        puesto.taller(armar=lambda _: motores_por_tramos(apuntes)) as taller,
        Adelantador(taller, cada_s=0.05, orden=orden) as uno,
    ):
        taller.a_solas = uno.cediendo
        yield taller, uno


def _apuntes(puesto: Puesto) -> list[str]:
    archivo = puesto.datos / "tramos.txt"
    return archivo.read_text().splitlines() if archivo.exists() else []


def _escuchado(puesto: Puesto, subida: UUID) -> float:
    return Adelantos(puesto.audio).avance(subida).escuchado_s


def test_lo_oido_al_grabar_no_se_vuelve_a_oir(puesto: Puesto) -> None:
    with puesto.expediente.transaccion(puesto.clinica.medica) as t:  # sus términos entran en lo que se oye
        clinico.agregar(t, puesto.clinica.paciente, Medicacion(medicamento="losartán"))
    sonido, subida = wav(SEGUNDOS), puesto.abrir()
    with en_vivo(puesto) as (taller, _):
        cuantos = len(trozos(sonido, TROZO))
        puesto.mandar(subida, sonido, range(cuantos // 2), TROZO)
        hasta(lambda: _escuchado(puesto, subida) >= SEGUNDOS // 2 - 2)
        puesto.mandar(subida, sonido, range(cuantos // 2, cuantos), TROZO)
        hasta(lambda: _escuchado(puesto, subida) >= SEGUNDOS)
        assert puesto.subidas.avance(puesto.clinica.medica, subida).grabado_s == SEGUNDOS
        antes = _apuntes(puesto)
        recibo = puesto.cerrar(subida, sonido, TROZO)
        assert any("losartán" in a for a in antes)
        hacer(taller, recibo.trabajo)
    despues = [a for a in _apuntes(puesto) if a not in {"nota", "codigos"}]
    assert len(antes) == len(set(antes)) == 2 * SEGUNDOS  # cada segundo, una vez por motor
    assert despues == antes  # el trabajo no volvió a oír nada
    assert puesto.trabajo(recibo)["estado"] == "hecho"
    assert not Adelantos(puesto.audio).guardados()  # entregado el borrador, no queda nada


def test_si_el_proceso_muere_se_sigue_y_no_se_pierde_nada(puesto: Puesto) -> None:
    sonido, subida = wav(SEGUNDOS), puesto.abrir()
    with en_vivo(puesto, tarda_s=0.05) as (taller, uno):
        puesto.mandar(subida, sonido, tamano=TROZO)
        hasta(lambda: len(_apuntes(puesto)) >= 5)
        primero = uno._proceso
        assert primero is not None
        os.kill(primero.pid, signal.SIGKILL)
        hasta(lambda: _escuchado(puesto, subida) >= SEGUNDOS)
        recibo = puesto.cerrar(subida, sonido, TROZO)
        hacer(taller, recibo.trabajo)
    hechos = [a for a in _apuntes(puesto) if a not in {"nota", "codigos"}]
    assert len(set(hechos)) == 2 * SEGUNDOS
    assert len(hechos) <= 2 * SEGUNDOS + 1  # a lo más se repite el que estaba a medias
    assert puesto.trabajo(recibo)["estado"] == "hecho"


def test_un_trabajo_lo_detiene_en_el_acto(puesto: Puesto) -> None:
    espera, sonido = puesto.subir(wav(2.0, semilla=1)), wav(SEGUNDOS)
    subida = puesto.abrir()
    with en_vivo(puesto, tarda_s=0.2) as (taller, uno):
        puesto.mandar(subida, sonido, tamano=TROZO)
        assert uno._hay_trabajo()  # alguien espera su borrador: no se empieza
        assert not _apuntes(puesto)
        ocupado: list[int] = []
        taller.flujo = lambda *a: (ocupado.append(uno._ocupados), procesar(*a))[1]
        hacer(taller, espera.trabajo)
        assert ocupado == [1]  # mientras se hace un trabajo no se adelanta nada
        puesto.uno("UPDATE trabajos.procrastinate_jobs SET status = 'succeeded' RETURNING id")
        hasta(lambda: any(a.startswith("voces") for a in _apuntes(puesto)[4:]))
        with uno.cediendo():
            assert uno._proceso is None
            van = _apuntes(puesto)
            uno._vuelta()
            assert _apuntes(puesto) == van
        hasta(lambda: len(_apuntes(puesto)) > len(van))  # al terminar, sigue
    assert puesto.trabajo(espera)["estado"] == "hecho"


def test_retirar_el_permiso_lo_detiene_y_borra_lo_adelantado(puesto: Puesto) -> None:
    sonido, subida = wav(SEGUNDOS), puesto.abrir()
    adelantos = Adelantos(puesto.audio)
    with en_vivo(puesto, tarda_s=0.5) as (_, uno):
        puesto.mandar(subida, sonido, tamano=TROZO)
        hasta(lambda: adelantos.archivo(subida).exists() and len(_apuntes(puesto)) > 3)
        with puesto.expediente.transaccion(puesto.clinica.medica) as t:
            revocacion.revocar(t, puesto.clinica.consentimiento, "verbal")
        hasta(lambda: not adelantos.guardados() and uno._proceso is None)
    assert len(_apuntes(puesto)) < 2 * SEGUNDOS  # se quedó a medias


def test_lo_adelantado_se_va_con_lo_que_se_descarta_o_se_destruye(puesto: Puesto) -> None:
    adelantos, sonido = Adelantos(puesto.audio), wav(SEGUNDOS)
    descartada, destruida = puesto.abrir(), puesto.abrir()
    for subida in (descartada, destruida):
        puesto.mandar(subida, sonido, tamano=TROZO)
        with adelantos.abrir(subida) as cuaderno:
            assert cuaderno is not None
            cuaderno["x"] = "tos"
    puesto.subidas.descartar(puesto.clinica.medica, descartada)
    assert adelantos.guardados() == {destruida}
    destructor = Destructor(puesto.audio)
    with puesto.expediente.transaccion(Actor(None, "prueba")) as t:
        destructor._borrar(t, destructor_pieza(destruida))
    assert not adelantos.guardados()


def destructor_pieza(subida: UUID) -> Any:
    from scribe.expediente.conservacion.destruccion import Pieza

    return Pieza(clase="carpeta", objeto=subida.hex, octetos=0, sha256=None)


def test_sin_permiso_o_sin_quererlo_no_se_oye(puesto: Puesto) -> None:
    sonido, subida = wav(SEGUNDOS), puesto.abrir(opciones={"usar_cache": False})
    with en_vivo(puesto) as (_, uno):
        puesto.mandar(subida, sonido, tamano=TROZO)
        hasta(lambda: subida in uno._vistas)
        uno._vuelta()
        assert not _apuntes(puesto) and not Adelantos(puesto.audio).guardados()


def test_dos_grabaciones_a_la_vez_avanzan_las_dos(puesto: Puesto) -> None:
    sonidos = {puesto.abrir(): wav(SEGUNDOS, semilla=n) for n in (1, 2)}
    with en_vivo(puesto):
        for subida, sonido in sonidos.items():
            puesto.mandar(subida, sonido, tamano=TROZO)
        hasta(lambda: all(_escuchado(puesto, s) >= SEGUNDOS for s in sonidos))


def test_poca_memoria_no_se_arriesga(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("MemTotal: 8000000 kB\nMemAvailable:  900000 kB\n")
    assert not adelantador._hay_memoria(tmp_path / "m")
    (tmp_path / "m").write_text("MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n")
    assert adelantador._hay_memoria(tmp_path / "m") and adelantador._hay_memoria(tmp_path / "no")
