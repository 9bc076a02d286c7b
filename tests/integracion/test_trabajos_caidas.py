"""Matar la subida en cada punto, llenar el disco, matar la base bajo carga y subir cien a la vez."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.bitacora import Actor
from scribe.expediente.errores import BaseNoDisponible
from scribe.expediente.transaccion import Transaccion
from scribe.trabajos.audio import AlmacenAudio
from scribe.trabajos.errores import SinEspacio
from scribe.trabajos.modelo import DatosSubida
from scribe.trabajos.subida import Subidas
from tests.expediente_base import Clinica, clinica, motor, plantilla  # noqa: F401
from tests.trabajos_base import ClavesPrueba, Puesto, abrir_expediente, lanzar, trozos, wav


@pytest.fixture
def puesto(clinica: Clinica, tmp_path: Path) -> Puesto:  # noqa: F811
    return Puesto.de(clinica, tmp_path)


def _subidas(dsn: str, datos: Path) -> Subidas:
    return Subidas(abrir_expediente(dsn), AlmacenAudio(datos, ClavesPrueba()), reserva=0)


# --- Morir en cada punto ----------------------------------------------------------------------------


def _envolver(cuenta: Callable[[], None], dueno: Any, nombre: str) -> None:
    verdadera = getattr(dueno, nombre)

    def envuelta(*a: Any, **k: Any) -> Any:
        cuenta()
        dado = verdadera(*a, **k)
        cuenta()
        return dado

    setattr(dueno, nombre, envuelta)


def subir_y_morir(dsn: str, datos: str, actor: Actor, subida: UUID, sonido: bytes, cual: int) -> None:
    """Sube y cierra; se mata justo antes o después del fsync, renombrado o confirmación número `cual`."""
    subidas, van = _subidas(dsn, Path(datos)), [0]

    def cuenta() -> None:
        if van[0] == cual:
            os.kill(os.getpid(), signal.SIGKILL)
        van[0] += 1

    _envolver(cuenta, os, "fsync")
    _envolver(cuenta, Path, "replace")
    _envolver(cuenta, Transaccion, "cerrar")
    _envolver(cuenta, Subidas, "_registrar")
    partes = trozos(sonido)
    for numero, suma, parte in partes:
        subidas.recibir(actor, subida, numero, suma, [parte])
    subidas.cerrar(actor, subida, trozos=len(partes), sha256=hashlib.sha256(sonido).hexdigest())


def test_kill_9_en_cada_punto_de_la_subida(puesto: Puesto) -> None:
    sonido, muertes = wav(1.0), 0
    for cual in range(200):
        subida = puesto.abrir()
        proceso = lanzar(
            subir_y_morir,
            puesto.clinica.base.dsn(),
            str(puesto.datos),
            puesto.clinica.medica,
            subida,
            sonido,
            cual,
        )
        proceso.join(300)
        assert proceso.exitcode in {0, -signal.SIGKILL}
        cerradas = puesto.uno("SELECT count(*) AS n FROM trabajos.subida WHERE estado = 'cerrada'")["n"]
        for tabla in (
            "expediente.grabacion",
            "expediente.nota",
            "trabajos.trabajo",
            "trabajos.procrastinate_jobs",
        ):
            assert puesto.uno(f"SELECT count(*) AS n FROM {tabla}")["n"] == cerradas, (cual, tabla)
        if proceso.exitcode == 0:
            break
        muertes += 1
        _el_cliente_sigue(puesto, subida, sonido)
    assert muertes >= 20, "se mató en menos puntos de los que hay"


def _el_cliente_sigue(puesto: Puesto, subida: UUID, sonido: bytes) -> None:
    """Lo que hace un cliente que no oyó respuesta: pregunta qué hay, manda lo que falta y cierra."""
    hay = puesto.subidas.estado(puesto.clinica.medica, subida)
    if hay.estado == "abierta":
        ya = {(z.numero, z.sha256) for z in hay.trozos}
        assert ya <= {(n, s) for n, s, _ in trozos(sonido)}, "un trozo a medias pasó por bueno"
        puesto.mandar(subida, sonido, {n for n, s, _ in trozos(sonido)} - {n for n, _ in ya})
    recibo = puesto.cerrar(subida, sonido)
    with puesto.audio.en_claro(recibo.grabacion) as ruta:
        assert ruta.read_bytes() == sonido


# --- Disco lleno ------------------------------------------------------------------------------------


def subir_con_tope(dsn: str, datos: str, actor: Actor, subida: UUID, sonido: bytes, resultado: Any) -> None:
    """Con un tope de tamaño de archivo: cabe el primer trozo, no el segundo, y luego no el total."""
    subidas, partes = _subidas(dsn, Path(datos)), trozos(sonido)
    _, duro = resource.getrlimit(resource.RLIMIT_FSIZE)

    def tope(octetos: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (octetos, duro))

    oidos: list[str] = []
    tope(25_000)
    subidas.recibir(actor, subida, *partes[0][:2], [partes[0][2]])
    tope(10_000)
    try:
        subidas.recibir(actor, subida, *partes[1][:2], [partes[1][2]])
    except SinEspacio as fallo:
        oidos.append(f"trozo {fallo.http}")
    tope(25_000)
    for parte in partes[1:]:
        subidas.recibir(actor, subida, *parte[:2], [parte[2]])
    try:
        subidas.cerrar(actor, subida, trozos=len(partes), sha256=hashlib.sha256(sonido).hexdigest())
    except SinEspacio as fallo:
        oidos.append(f"cierre {fallo.http}")
    resultado.put(oidos)
    resultado.close()
    resultado.join_thread()


def test_disco_lleno_se_dice_claro_y_no_pierde_lo_anterior(puesto: Puesto) -> None:
    from tests.trabajos_base import _PROCESOS

    sonido, subida, resultado = wav(), puesto.abrir(), _PROCESOS.Queue()
    proceso = lanzar(
        subir_con_tope,
        puesto.clinica.base.dsn(),
        str(puesto.datos),
        puesto.clinica.medica,
        subida,
        sonido,
        resultado,
    )
    assert resultado.get(timeout=120) == ["trozo 507", "cierre 507"]
    proceso.join(60)
    assert not list(puesto.datos.rglob("*.parcial")), "lo que no cupo no ocupa"
    assert puesto.uno("SELECT count(*) AS n FROM expediente.grabacion")["n"] == 0
    assert len(puesto.subidas.estado(puesto.clinica.medica, subida).trozos) == len(trozos(sonido))
    recibo = puesto.cerrar(subida, sonido)  # ya hay sitio: no hace falta mandar nada otra vez
    with puesto.audio.en_claro(recibo.grabacion) as ruta:
        assert ruta.read_bytes() == sonido


# --- La base se cae con gente trabajando ------------------------------------------------------------


def _insistir(hacer: Callable[[], Any], plazo_s: float = 240.0) -> Any:
    """Un cliente que repite hasta que le contestan."""
    limite = time.monotonic() + plazo_s
    while True:
        try:
            return hacer()
        except BaseNoDisponible:
            assert time.monotonic() < limite
            time.sleep(0.2)


def test_postgresql_muere_y_vuelve_bajo_carga(puesto: Puesto) -> None:
    servidor = puesto.clinica.base.servidor
    sonidos = [wav(semilla=s) for s in range(6)]
    recibos: list[Any] = []
    anotando = threading.Lock()

    def cliente(sonido: bytes) -> None:
        subida = _insistir(puesto.abrir)
        for numero, suma, parte in trozos(sonido):
            _insistir(
                lambda n=numero, s=suma, p=parte: puesto.subidas.recibir(
                    puesto.clinica.medica, subida, n, s, [p]
                )
            )
            time.sleep(0.15)
        recibo = _insistir(lambda: puesto.cerrar(subida, sonido, duracion_s=2.0))
        with anotando:
            recibos.append(recibo)

    with puesto.trabajando(2, tarda_s=0.5), ThreadPoolExecutor(len(sonidos)) as clientes:
        pendientes = [clientes.submit(cliente, sonido) for sonido in sonidos]
        for _ in range(2):
            time.sleep(1.5)
            principal = servidor.pid()
            assert principal is not None
            os.kill(principal, signal.SIGKILL)
            time.sleep(0.5)
            BaseEmpotrada(servidor.carpeta.parent).arrancar()
        for pendiente in pendientes:
            pendiente.result(timeout=300)
        for recibo in recibos:
            puesto.esperar(recibo, plazo_s=300)
    assert len({r.grabacion for r in recibos}) == 6
    for tabla in ("grabacion", "transcripcion", "borrador", "nota_version"):
        assert puesto.clinica.base.contar(tabla) == 6, tabla
    # La piscina de la prueba tarda en reconectar tras dos muertes: se insiste, como haría la aplicación.
    assert _insistir(puesto.clinica.base.verificar).integra
    assert (
        puesto.uno("SELECT count(*) AS n FROM trabajos.trabajo WHERE estado = 'requiere_atencion'")["n"] == 0
    )


# --- Cien a la vez ----------------------------------------------------------------------------------

_MIB = 1 << 20


def _sonido(semilla: int, octetos: int) -> Iterator[bytes]:
    """Bytes que no se repiten entre subidas ni entre trozos, sin tenerlos todos en memoria."""
    base = hashlib.shake_128(semilla.to_bytes(4, "big")).digest(1 << 16)
    for n in range(octetos >> 16):
        yield base[n & 0xFFF :] + base[: n & 0xFFF]


def cien_subidas(
    dsn: str, datos: str, clinica_: tuple[Actor, UUID, UUID], cuantas: int, mib: int, cola: Any
) -> None:
    """`cuantas` subidas simultáneas de `mib` MiB, un hilo cada una; dice cuánta memoria hizo falta."""
    actor, encuentro, consentimiento = clinica_
    subidas = _subidas(dsn, Path(datos))
    pedido = DatosSubida(
        encuentro=encuentro, consentimiento=consentimiento, formato="webm", bytes_previstos=mib * _MIB
    )
    listas = threading.Barrier(cuantas)

    def una(semilla: int) -> str:
        subida = subidas.abrir(actor, pedido)
        total = hashlib.sha256()
        listas.wait(300)
        for numero in range(mib):
            suma = hashlib.sha256()
            for parte in _sonido(semilla * 1000 + numero, _MIB):
                suma.update(parte)
                total.update(parte)
            subidas.recibir(actor, subida, numero, suma.hexdigest(), _sonido(semilla * 1000 + numero, _MIB))
        return subidas.cerrar(actor, subida, trozos=mib, sha256=total.hexdigest()).sha256

    antes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ThreadPoolExecutor(cuantas) as hilos:
        sumas = set(hilos.map(una, range(cuantas)))
    cola.put((len(sumas), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - antes) / 1024))
    cola.close()
    cola.join_thread()


def test_cien_subidas_a_la_vez_con_memoria_plana(puesto: Puesto) -> None:
    from tests.trabajos_base import _PROCESOS

    quien = (puesto.clinica.medica, puesto.clinica.encuentro, puesto.clinica.consentimiento)
    uso = {}
    for mib in (1, 3):
        cola = _PROCESOS.Queue()
        lanzar(cien_subidas, puesto.clinica.base.dsn(), str(puesto.datos), quien, 100, mib, cola)
        cuantas, uso[mib] = cola.get(timeout=400)
        assert cuantas == 100
    assert puesto.clinica.base.contar("grabacion") == 200
    assert puesto.uno("SELECT count(*) AS n FROM trabajos.procrastinate_jobs")["n"] == 200
    # 200 MiB más de sonido no piden más memoria. El margen es lo que varía cuántos trozos coinciden llegando.
    assert uso[3] - uso[1] < 100, uso
