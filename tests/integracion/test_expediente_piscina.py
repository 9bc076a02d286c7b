# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""Nadie pide una segunda conexión teniendo ya una: con la piscina llena se esperarían unos a otros."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from scribe.expediente import clinico, pacientes, tareas, usuarios
from scribe.expediente.almacen_claves import AlmacenEnBase
from scribe.expediente.base.conexion import Piscina
from scribe.expediente.bitacora import Bitacora
from scribe.expediente.cifrado import CifradorDeExpediente
from scribe.expediente.fuentes_clave import crear_archivo_de_clave
from scribe.expediente.llavero import Llavero
from scribe.expediente.modelo import Alergia, DatosPaciente
from scribe.expediente.transaccion import Expediente
from tests.expediente_base import LLAVERO, BasePrueba, base, motor, poblar  # noqa: F401
from tests.web_base import api_sobre


@pytest.fixture
def expediente(base: BasePrueba, tmp_path: Path) -> Iterator[Expediente]:
    """El expediente con claves de verdad y una sola conexión."""
    llavero = Llavero.crear(tmp_path / "llavero.json", crear_archivo_de_clave(tmp_path / "clave"))
    piscina = Piscina(base.dsn(), maximo=1)
    cifrador = CifradorDeExpediente(llavero, AlmacenEnBase(piscina))
    yield Expediente(piscina, cifrador, cifrador, Bitacora(LLAVERO))
    piscina.cerrar()


def test_con_una_sola_conexion_se_trabaja(base: BasePrueba, expediente: Expediente) -> None:
    base.expediente.piscina.cerrar()
    base.expediente = expediente
    c = poblar(base)
    c.firmada()

    def atender(n: int) -> None:
        with expediente.transaccion(c.medica) as t:
            nuevo = pacientes.alta(
                t, c.establecimiento, DatosPaciente(nombre="Ana", apellido_paterno=f"Ruiz{n}")
            )
            clinico.agregar(t, nuevo.id, Alergia(descripcion="penicilina"))
            tareas.crear(
                t, "asunto", paciente=nuevo.id, asignada_a=c.medica.usuario, descripcion="llamar mañana"
            )
            assert len(tareas.pendientes(t, c.medica.usuario)) >= 1  # type: ignore[arg-type]

    with ThreadPoolExecutor(8) as hilos:
        list(hilos.map(atender, range(16)))
    with expediente.transaccion(c.medica) as t:
        hallados = pacientes.buscar(t, "ana ruiz", limite=50)
        assert {h.nombre for h in hallados} == {f"Ana Ruiz{n}" for n in range(16)}
        assert len(tareas.pendientes(t, c.medica.usuario)) == 16  # type: ignore[arg-type]


def test_toda_la_api_cabe_en_una_conexion(base: BasePrueba, tmp_path: Path) -> None:
    """Del token de arranque a la nota firmada, sin que ninguna ruta necesite dos a la vez."""
    from tests.integracion.test_web_camino import test_del_token_a_la_bitacora as camino

    with api_sobre(base, tmp_path / "datos", conexiones=1) as api:
        camino(api)


def test_si_la_transaccion_se_deshace_se_va_tambien_la_clave(
    base: BasePrueba, expediente: Expediente
) -> None:
    """Y la siguiente crea otra, aunque la primera ya se hubiera abierto en memoria."""
    c = poblar(base)
    dueno, fila = uuid4(), uuid4()
    with pytest.raises(RuntimeError), expediente.transaccion(c.medica) as t:
        t.cifrar(b"uno", "paciente", dueno, "x.y", fila)
        raise RuntimeError
    assert base.contar("clave_datos") == 0
    with expediente.transaccion(c.medica) as t:
        cifrado = t.cifrar(b"dos", "paciente", dueno, "x.y", fila)
    assert base.contar("clave_datos") == 1
    with expediente.transaccion(c.medica) as t:
        t.precargar("paciente", [dueno, uuid4(), None])
        assert t.descifrar(cifrado, "paciente", dueno, "x.y", fila) == b"dos"


def test_una_lista_lee_sus_claves_de_una_vez(base: BasePrueba, expediente: Expediente) -> None:
    """Las órdenes que cuesta una búsqueda no crecen con lo que se halla."""
    base.expediente.piscina.cerrar()
    base.expediente = expediente
    c = poblar(base)
    ordenes: list[object] = []
    verdadera = psycopg.Connection.execute

    def contada(self: psycopg.Connection[object], orden: object, *a: object, **k: object) -> object:
        ordenes.append(orden)
        return verdadera(self, orden, *a, **k)  # type: ignore[arg-type]

    cuestan = []
    for cuantos in (3, 30):
        with expediente.transaccion(c.medica) as t:
            for n in range(cuantos):
                pacientes.alta(t, c.establecimiento, DatosPaciente(nombre="Eva", apellido_paterno=f"Sol{n}"))
        with pytest.MonkeyPatch.context() as parche, expediente.transaccion(c.medica) as t:
            parche.setattr(psycopg.Connection, "execute", contada)
            ordenes.clear()
            assert len(pacientes.buscar(t, "eva", limite=50)) >= cuantos
            cuestan.append(len(ordenes))
    assert cuestan[0] == cuestan[1] < 10


def test_se_busca_entre_los_de_ahi_y_no_despues_de_cortar(base: BasePrueba, expediente: Expediente) -> None:
    """Treinta «María» de otra clínica, más recientes, no tapan a la única de esta."""
    c = poblar(base)
    with base.expediente.transaccion(c.administrador) as t:
        otra = usuarios.alta_establecimiento(t, "MX", "Otra", "consultorio", "Calle 2", clave="DFSSA000002")
    with base.expediente.transaccion(c.medica) as t:
        ajenos = [
            pacientes.alta(t, otra.id, DatosPaciente(nombre="María", apellido_paterno=f"Luna{n}")).id
            for n in range(30)
        ]
        aqui = pacientes.buscar(t, "maría", limite=20, establecimientos=[c.establecimiento])
        assert [h.id for h in aqui] == [c.paciente]
        assert len(pacientes.buscar(t, "maría", limite=20, establecimientos=[otra.id])) == 20
        assert pacientes.buscar(t, "maría", limite=20, establecimientos=[]) == []
        numero = pacientes.leer(t, ajenos[0]).numero_expediente
        assert pacientes.buscar(t, numero, establecimientos=[c.establecimiento]) == []
        assert pacientes.buscar(t, numero, establecimientos=[otra.id])[0].id == ajenos[0]
        fusion = pacientes.fusionar(t, c.paciente, ajenos[3], "la misma persona")  # su expediente sigue aquí
        aqui = pacientes.buscar(t, "maría", establecimientos=[c.establecimiento])
        assert [h.id for h in aqui] == [ajenos[3]]
        pacientes.deshacer_fusion(t, fusion, "no era")
