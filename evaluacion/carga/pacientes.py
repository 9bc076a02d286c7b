"""Buscar, abrir y ver las listas de trabajo con miles de pacientes, con el cifrado de verdad y por la API."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from evaluacion.carga.instalacion import Instalacion, atender, bien, instalar
from evaluacion.carga.resumen import cuantiles
from evaluacion.carga.teclas import teclear
from scribe.expediente import encuentros, notas, pacientes
from scribe.expediente.bitacora import Actor
from scribe.expediente.fuentes_clave import FuenteArchivo
from scribe.expediente.identificadores import TipoIdentificador
from scribe.expediente.llavero import Llavero
from scribe.expediente.modelo import DatosEncuentro, DatosPaciente, Identificador
from scribe.web import servicios

_NOMBRES = ("María", "José", "Juan", "Guadalupe", "Francisco", "Ana", "Luis", "Rosa", "Carlos", "Elena")
_RAICES = ("Gar", "Her", "Lop", "Mar", "Ram", "San", "Tor", "Vaz", "Zam", "Quin", "Flo", "Mor")
_FINALES = ("cía", "nández", "ez", "tínez", "írez", "chez", "res", "quez", "ora", "tero", "ales", "ado")
_POR_FIRMAR = 60
_VECES = 60


def medir(cuantos: int, *, donde: Path | None = None, navegador: bool = False) -> dict[str, Any]:
    """Da de alta a `cuantos`, y mide cada búsqueda y cada lista por la API (segundos).

    Con `navegador`, también de cada tecla a la lista pintada, antes de dar de alta a nadie y después.
    """
    with instalar(donde) as servidor:
        vacia: dict[str, Any] = {}
        with servidor.cliente() as cliente:
            atender(cliente)
            if navegador:
                vacia = teclear(servidor, bien(cliente.get("/recientes"))[0]["id"])
            inicio = time.monotonic()
            _poblar(servidor, cliente, cuantos)
            tardo = time.monotonic() - inicio
        hecho = _medir(servidor, cuantos, tardo)
        if navegador:
            with servidor.cliente() as cliente:
                llena = teclear(servidor, bien(cliente.get("/recientes"))[0]["id"])
            hecho["navegador"] = {"con_uno": vacia, "con_todos": llena}
        return hecho


def _medir(servidor: Instalacion, cuantos: int, tardo: float) -> dict[str, Any]:
    with servidor.cliente() as cliente:  # otra sesión: la primera pudo vencer mientras se daban de alta
        azar = random.Random(7)
        uno = bien(cliente.post("/pacientes/buscar", json={"texto": "garcía"}))[0]["id"]
        medidas = _tiempos(dict((*_busquedas(cliente, azar), *_listas(cliente, servidor, uno))))
        base = medidas["solo saber quién soy"]["p50"]
        veces = {nombre: round(m["p50"] / base, 1) for nombre, m in medidas.items()}
        return {
            "pacientes": cuantos, "alta_s_por_paciente": round(tardo / cuantos, 5), "medidas": medidas,
            "mediana_en_peticiones_minimas": veces,
        }  # fmt: skip


def _busquedas(cliente: httpx2.Client, azar: random.Random) -> Iterable[tuple[str, Callable[[], object]]]:
    def buscar(textos: tuple[str, ...]) -> Callable[[], object]:
        return lambda: bien(cliente.post("/pacientes/buscar", json={"texto": azar.choice(textos)}))

    yield "buscar: dos letras", buscar(("ma", "ga", "ro"))
    yield "buscar: nombre común", buscar(("maría", "josé", "guadalupe"))
    yield "buscar: nombre y apellido", buscar(("maria garcia", "rosa torr", "luis zamora"))
    yield "buscar: dos apellidos", buscar(("garcía hernán", "lopez martinez", "quintero"))
    yield "buscar: número de expediente", buscar(("000100", "000777", "005000"))
    yield "buscar: CURP", buscar(("GOMA800101MDFMRN05", "HEIR710819MASRXS05"))
    yield "buscar: nadie", buscar(("xyzw", "wxyz qrst"))


def _listas(
    cliente: httpx2.Client, servidor: Instalacion, paciente: str
) -> Iterable[tuple[str, Callable[[], object]]]:
    raiz = servidor.api.removesuffix("/api")
    yield "solo saber quién soy", lambda: bien(cliente.get("/sesion"))
    yield "últimos pacientes", lambda: bien(cliente.get("/recientes"))
    yield "tareas", lambda: bien(cliente.get("/tareas"))
    yield "un paciente", lambda: bien(cliente.get(f"/pacientes/{paciente}"))
    yield "página de inicio", lambda: bien(cliente.get(f"{raiz}/"))


def _tiempos(hacer: dict[str, Callable[[], object]]) -> dict[str, dict[str, float]]:
    """Por turnos, una vez cada cosa: si el equipo se ocupa en otra cosa, les toca a todas por igual."""
    tiempos: dict[str, list[float]] = {nombre: [] for nombre in hacer}
    for vuelta in range(_VECES + 1):
        for nombre, una in hacer.items():
            inicio = time.perf_counter()
            una()
            if vuelta:  # la primera es para calentar
                tiempos[nombre].append(time.perf_counter() - inicio)
    return {nombre: cuantiles(suyos) for nombre, suyos in tiempos.items()}


def _poblar(servidor: Instalacion, cliente: httpx2.Client, cuantos: int) -> None:
    """Da de alta por las mismas funciones que la API (con su cifrado y su bitácora), de cien en cien."""
    lugar = UUID(bien(cliente.get("/establecimientos"))[0]["id"])
    medica = UUID(bien(cliente.get("/sesion"))["id"])
    llavero = Llavero.abrir(
        servidor.carpeta / "datos" / servicios.LLAVERO, FuenteArchivo(servidor.carpeta / "clave")
    )
    abierto = servicios.abrir(servidor.carpeta / "datos", llavero)
    actor = Actor(medica, "carga")
    apellidos = [a + b for a, b in itertools.product(_RAICES, _FINALES)]
    quienes = itertools.islice(itertools.product(apellidos, apellidos), cuantos)
    try:
        for lote in iter(lambda: list(itertools.islice(quienes, 100)), []):
            with abierto.expediente.transaccion(actor) as t:
                for n, (paterno, materno) in enumerate(lote):
                    datos = DatosPaciente(
                        nombre=_NOMBRES[n % 10], apellido_paterno=paterno, apellido_materno=materno
                    )
                    ultimo = pacientes.alta(t, lugar, datos)
        with abierto.expediente.transaccion(actor) as t:
            for valor in ("GOMA800101MDFMRN05", "HEIR710819MASRXS05"):
                curp = Identificador(tipo=TipoIdentificador.CURP, valor=valor)
                pacientes.agregar_identificador(t, ultimo.id, curp)
            for hallado in pacientes.buscar(t, "garcía", limite=_POR_FIRMAR):
                inicio = DatosEncuentro.model_validate({"inicio": "2026-03-05T10:30:00-06:00"})
                encuentro = encuentros.abrir(t, hallado.id, lugar, medica, inicio, "dolor")
                nota = notas.crear(t, encuentro.id)
                notas.guardar_version(t, nota.id, b'{"nota": {}}', sobre=0)
                notas.a_revision(t, nota.id)
    finally:
        abierto.cerrar()
