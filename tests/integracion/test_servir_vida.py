"""La vida de `scribe servir` en una terminal: preguntas, hijos que mueren, kill -9, Ctrl-C y sus claves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import soundfile

from scribe.ajustes import Ajustes
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.base.roles import DUENO
from scribe.expediente.fuentes_clave import crear_archivo_de_clave
from scribe.ordenes import lote
from tests.conftest import Orden, senal_sin_habla
from tests.servir_base import Terminal, bases_en, hasta, hijos_de, vivo

FRASE, OTRA = "mesa tigre lluvia cobre nudo", "faro pincel avena lento musgo"
ENTRAR, FIRMAR = "Ventana-Lluvia-82-Tambor", "Cobre-Naranjo-47-Puente"
ATIENDE = r"atiende en (http\S+/api)"


@pytest.fixture(scope="module")
def carpeta() -> Iterator[Path]:
    nueva = Path(tempfile.mkdtemp(prefix="scribe-vida-"))  # el usuario de PostgreSQL tiene que poder entrar
    nueva.chmod(0o711)
    yield nueva
    shutil.rmtree(nueva, ignore_errors=True)


@pytest.fixture
def terminal(carpeta: Path, entorno: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    """Abre órdenes en una terminal, sobre esta carpeta de datos."""
    abiertas: list[Terminal] = []

    def abrir(*argumentos: str, **extra: str) -> Terminal:
        suyo = {k: v for k, v in entorno.items() if k != "SCRIBE_CLAVE_ARCHIVO"}
        abiertas.append(
            Terminal.abrir({**suyo, "SCRIBE_DATOS": str(carpeta / "datos"), **extra}, *argumentos)
        )
        return abiertas[-1]

    yield abrir
    for una in abiertas:
        una.cerrar()


@contextmanager
def _entrar(api: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api, timeout=60) as cliente:
        dicho = cliente.post("/sesion", json={"usuario": "doctora.gomez", "contrasena": ENTRAR})
        assert dicho.status_code == 200, dicho.text
        yield cliente


def _vivos(cliente: httpx.Client) -> dict[str, int]:
    """Cuántos trabajadores hay de cada cola; nada, mientras la base vuelve."""
    vivos: dict[str, int] = cliente.get("/trabajadores").json().get("vivos", {})
    return vivos


def _aqui(cliente: httpx.Client) -> dict[str, dict[str, Any]]:
    return {t["cola"]: t for t in cliente.get("/trabajadores").json()["aqui"]}


def test_de_las_preguntas_al_ctrl_c(
    terminal: Callable[..., Terminal], carpeta: Path, entorno: dict[str, str]
) -> None:
    datos = carpeta / "datos"
    servidor = terminal("servir", "--puerto", "0")
    servidor.contesta(
        ("Frase maestra nueva", "clinica"), ("Otra vez", "clinica"),
    )  # fmt: skip
    assert servidor.termina() == 2 and "fácil de adivinar" in servidor.dicho  # no se acepta cualquier frase
    assert not (datos / "llavero.json").exists()

    servidor = terminal("servir", "--puerto", "0")
    servidor.contesta(
        ("Frase maestra nueva", FRASE), ("Otra vez", FRASE), ("Colombia", "n"),
        ("Nombre del establecimiento", "Norte"), ("Tipo", "consultorio"), ("Domicilio", "Calle Uno 1"),
        ("CLUES", ""), ("también atiende", "s"), ("Nombre de usuario", "doctora.gomez"), ("Nombre", "Lucía"),
        ("Primer apellido", "Gómez"), ("Segundo apellido", ""), ("Cédula", "1234567"),
        ("Institución", "Universidad"), ("para entrar", "corta"), ("Otra vez", "corta"),
        ("para firmar", FIRMAR), ("Otra vez", FIRMAR), ("para entrar", ENTRAR), ("Otra vez", ENTRAR),
        ("para firmar", FIRMAR), ("Otra vez", FIRMAR),
    )  # fmt: skip
    api = servidor.espera(ATIENDE)[1]
    assert ENTRAR not in servidor.dicho and FRASE not in servidor.dicho  # nada secreto queda en la pantalla

    with _entrar(api) as medica:
        hasta(lambda: _vivos(medica) == {"computo": 1, "envio": 1})
        muerto = hijos_de(servidor.proceso.pid)["computo"]
        os.kill(muerto, signal.SIGKILL)
        servidor.espera(r"trabajador de «computo» se detuvo \(lo mató la señal SIGKILL\)")
        relanzado = hasta(lambda: hijos_de(servidor.proceso.pid).get("computo"))
        assert relanzado != muerto
        assert hasta(lambda: _aqui(medica)["computo"]["vivo"])
        assert (_aqui(medica)["computo"]["caidas"], _aqui(medica)["envio"]["caidas"]) == (1, 0)
        _matar_la_base(servidor, datos)
        hasta(lambda: _fallos(medica) == ["trabajador_caido", "base_caida"])
        hasta(lambda: _vivos(medica) == {"computo": 1, "envio": 1})
        _un_lote_por_su_cola(terminal, carpeta)

        bien = {"usuario": "doctora.gomez", "contrasena": ENTRAR}
        for _ in range(3):
            assert medica.post("/sesion", json={**bien, "contrasena": "no"}).status_code == 401
        assert medica.post("/sesion", json=bien).status_code == 401  # bloqueada, aun con la buena
        desbloqueo = terminal("usuarios", "desbloquear", "doctora.gomez")
        desbloqueo.contesta(("Frase maestra", FRASE))
        assert desbloqueo.termina() == 0 and "desbloqueada" in desbloqueo.dicho
        assert medica.post("/sesion", json=bien).status_code == 200

    hijos = list(hijos_de(servidor.proceso.pid).values())
    servidor.proceso.kill()  # SIGKILL: no alcanza a despedirse de nadie
    hasta(lambda: not any(vivo(h) for h in hijos))
    hasta(lambda: not bases_en(datos))  # el último de ellos apagó la base

    servidor = terminal("servir", "--puerto", "0")
    servidor.contesta(("Frase maestra", FRASE))
    api = servidor.espera(ATIENDE)[1]
    with _entrar(api):
        pass
    hijos = list(hasta(lambda: hijos_de(servidor.proceso.pid)).values())
    servidor.teclea("\x03")
    assert servidor.termina() == 0 and "Scribe paró" in servidor.dicho and "Traceback" not in servidor.dicho
    assert not any(vivo(h) for h in hijos) and not bases_en(datos)


def _fallos(cliente: httpx.Client) -> list[str]:
    """Lo que la bitácora dice que falló; nada, mientras la base vuelve."""
    dicho = cliente.post("/bitacora/informe", json={"evento": "sistema.fallo"})
    return [a["detalle"]["accion"] for a in dicho.json()] if dicho.status_code == 200 else []


def _matar_la_base(servidor: Terminal, datos: Path) -> None:
    """A PostgreSQL lo matan con el servidor atendiendo: vuelve solo."""
    principal = BaseEmpotrada(datos).pid()
    assert principal is not None
    os.kill(principal, signal.SIGKILL)
    servidor.espera("base de datos se detuvo. Ya arrancó")


def _un_lote_por_su_cola(terminal: Callable[..., Terminal], carpeta: Path) -> None:
    """Con el servidor en marcha, `scribe lote` va por su cola."""
    audios = carpeta / "audios"
    audios.mkdir()
    soundfile.write(audios / "ruido.wav", senal_sin_habla("blanco", 6.0).astype(np.float32), 16_000)
    orden = terminal("lote", str(audios), "--salida", str(carpeta / "por_cola"))
    orden.contesta(("Frase maestra", FRASE))
    assert orden.termina() == 0 and "1 de 1" in orden.dicho
    with BaseEmpotrada(carpeta / "datos") as base, psycopg.connect(base.dsn(DUENO)) as dueno:
        hechos = dueno.execute("SELECT clase, estado, prioridad FROM trabajos.trabajo").fetchall()
    assert hechos == [("archivo", "hecho", 0)]


def test_solo_da_lo_mismo_que_por_la_cola(carpeta: Path, cache: Path) -> None:
    lote._solo(Ajustes(cache=cache))(carpeta / "audios" / "ruido.wav", carpeta / "solo", lambda *_: None)
    por_cola, solo = carpeta / "por_cola" / "ruido", carpeta / "solo"
    assert {p.name for p in por_cola.iterdir()} == {p.name for p in solo.iterdir()}
    borradores = [json.loads((d / "borrador.json").read_text()) for d in (por_cola, solo)]
    assert {**borradores[0], "tiempos": 0} == {**borradores[1], "tiempos": 0}


def test_las_claves_por_la_orden(terminal: Callable[..., Terminal], carpeta: Path, scribe: Orden) -> None:
    suyo = {"SCRIBE_DATOS": str(carpeta / "datos"), "SCRIBE_CLAVE_ARCHIVO": str(carpeta / "clave")}
    trabajador = terminal("trabajador", "--cola", "envio")  # también se abre con frase
    trabajador.contesta(("Frase maestra", FRASE))
    trabajador.espera("Trabajando")
    hijo = hasta(lambda: hijos_de(trabajador.proceso.pid)).get("envio")
    trabajador.teclea("\x03")
    assert trabajador.termina() == 0 and hijo and not vivo(hijo)

    cambio = terminal("clave", "cambiar")
    cambio.contesta(("Frase maestra", FRASE), ("Frase maestra nueva", OTRA), ("Otra vez", OTRA))
    assert cambio.termina() == 0
    crear_archivo_de_clave(carpeta / "clave")
    a_archivo = terminal("clave", "cambiar", "--a-archivo", str(carpeta / "clave"))
    a_archivo.contesta(("Frase maestra", OTRA))
    assert a_archivo.termina() == 0
    rotada = scribe("clave", "rotar", **suyo)
    assert rotada.returncode == 0 and "claves" in rotada.stderr, rotada.stderr
    verificada = scribe("bitacora", "verificar", **suyo)
    assert verificada.returncode == 0 and "íntegra" in verificada.stdout, verificada.stderr


def test_sin_expediente_se_dice_una_sola_vez(scribe: Orden, tmp_path: Path) -> None:
    hecho = scribe("trabajador", SCRIBE_DATOS=str(tmp_path / "nada"))
    assert hecho.returncode == 2 and hecho.stderr.count("Error:") == 1 and hecho.stderr.count("\n") == 1
