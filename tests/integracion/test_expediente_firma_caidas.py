# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""kill -9 en cada paso de la firma: o no pasó nada, o quedó firmada entera; y repetir termina."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from scribe.expediente import firmar, notas, pacientes, usuarios
from scribe.expediente.almacen_claves import AlmacenEnBase
from scribe.expediente.base.conexion import Piscina
from scribe.expediente.bitacora import Actor, Bitacora
from scribe.expediente.cifrado import CifradorDeExpediente
from scribe.expediente.firma.simple import FirmanteSimple
from scribe.expediente.fuentes_clave import FuenteArchivo, crear_archivo_de_clave
from scribe.expediente.llavero import Llavero
from scribe.expediente.modelo import DatosPaciente, EstadoNota
from scribe.expediente.transaccion import Expediente
from tests.expediente_base import LLAVERO, BasePrueba, Clinica, base, motor, poblar  # noqa: F401
from tests.trabajos_base import lanzar
from tests.web_base import FIRMA, resumen

DE_LA_FIRMA = (
    "nota_firma", "nota_documento", "diagnostico", "receta", "nota_estado", "tarea", "bitacora",
)  # fmt: skip


def _abrir(dsn: str, llavero: Llavero) -> Expediente:
    piscina = Piscina(dsn, maximo=2)
    cifrador = CifradorDeExpediente(llavero, AlmacenEnBase(piscina))
    return Expediente(piscina, cifrador, cifrador, Bitacora(LLAVERO))


def _firmar(expediente: Expediente, llavero: Llavero, actor: Actor, nota: UUID, resumido: bytes) -> None:
    def con(lista: firmar.PorFirmar) -> FirmanteSimple:
        return FirmanteSimple(lista.quien, resumido.decode(), FIRMA)

    firmar.firmar(expediente, actor, llavero, nota, 1, con)


def firmar_y_morir(dsn: str, clave: str, actor: Actor, nota: UUID, resumido: bytes, cual: int) -> None:
    """Firma de verdad; se mata justo antes del paso número `cual`.

    Los pasos no se escriben a mano: son cada orden distinta que cambia la base (repetida, la primera vez),
    cada confirmación (antes y después) y el cálculo de la firma. Un paso nuevo entra solo.
    """
    llavero = Llavero.abrir(Path(clave).with_name("llavero.json"), FuenteArchivo(Path(clave)))
    expediente, van, vistas = _abrir(dsn, llavero), [0], set[str]()

    def paso() -> None:
        if van[0] == cual:
            os.kill(os.getpid(), signal.SIGKILL)
        van[0] += 1

    ejecutar, devolver, calcular = psycopg.Connection.execute, ConnectionPool.putconn, firmar.firmar_nota

    def ejecutar_(self: Any, orden: Any, *a: Any, **k: Any) -> Any:
        texto = orden.as_string(self) if hasattr(orden, "as_string") else str(orden)
        if ("INSERT" in texto or "UPDATE" in texto or "pg_advisory" in texto) and texto not in vistas:
            vistas.add(texto)
            paso()
        return ejecutar(self, orden, *a, **k)

    def devolver_(self: Any, conexion: Any) -> Any:
        assert conexion.info.transaction_status is TransactionStatus.IDLE
        paso()  # ya se confirmó
        return devolver(self, conexion)

    def calcular_(*a: Any, **k: Any) -> Any:
        paso()
        dado = calcular(*a, **k)
        paso()
        return dado

    salir = psycopg.Transaction.__exit__

    def salir_(self: Any, *a: Any) -> Any:
        paso()  # todo está escrito y nada confirmado
        return salir(self, *a)

    psycopg.Connection.execute = ejecutar_  # type: ignore[method-assign]
    ConnectionPool.putconn = devolver_  # type: ignore[method-assign, assignment]
    psycopg.Transaction.__exit__ = salir_  # type: ignore[method-assign]
    firmar.firmar_nota = calcular_  # type: ignore[attr-defined]
    _firmar(expediente, llavero, actor, nota, resumido)
    os._exit(0)


@pytest.fixture
def clinica(base: BasePrueba, tmp_path: Path) -> Clinica:
    """Una clínica con claves de verdad, para que las de la firma también cuenten."""
    llavero = Llavero.crear(tmp_path / "llavero.json", crear_archivo_de_clave(tmp_path / "clave"))
    base.expediente.piscina.cerrar()
    base.expediente = _abrir(base.dsn(), llavero)
    c = poblar(base)
    with base.expediente.transaccion(c.administrador) as t:
        usuarios.cambiar(t, c.medica.usuario, institucion_titulo="Universidad de Prueba")  # type: ignore[arg-type]
        datos = pacientes.leer(t, c.paciente).datos
        domicilio = {"calle": "Calle Dos", "numero_ext": "2", "municipio": "Coyoacán"}
        completos = DatosPaciente.model_validate({**datos.model_dump(), "domicilios": [domicilio]})
        pacientes.corregir(t, c.paciente, completos)
    return c


def _por_firmar(c: Clinica) -> UUID:
    from tests.integracion.test_web_camino import completar

    sintoma = {"texto": "le duele la garganta", "tipo": "sintoma", "autor": "medico"}
    nota = {"subjetivo": [sintoma], "objetivo": [], "analisis": [], "plan": [], "pronostico": []}
    contenido = json.dumps(completar({"esquema": "1", "nota": nota})).encode()
    with c.expediente.transaccion(c.medica) as t:
        nueva = notas.crear(t, c.encuentro).id
        notas.guardar_version(t, nueva, contenido, sobre=0)
        notas.a_revision(t, nueva)
    return nueva


def test_kill_9_en_cada_paso_de_la_firma(clinica: Clinica, tmp_path: Path) -> None:
    c, llavero = clinica, Llavero.abrir(tmp_path / "llavero.json", FuenteArchivo(tmp_path / "clave"))
    nota, muertes, firmadas = _por_firmar(c), 0, 0
    for cual in range(300):
        antes = {tabla: c.base.contar(tabla) for tabla in DE_LA_FIRMA}
        proceso = lanzar(
            firmar_y_morir, c.base.dsn(), str(tmp_path / "clave"), c.medica, nota, resumen(FIRMA), cual
        )
        proceso.join(180)
        assert proceso.exitcode in {0, -signal.SIGKILL}
        with c.expediente.transaccion(c.medica) as t:
            estado, firma = notas.leer(t, nota).estado, notas.leer_firma(t, nota)
        if firma is None:
            assert estado is EstadoNota.EN_REVISION
            ahora = {tabla: c.base.contar(tabla) for tabla in DE_LA_FIRMA if tabla != "bitacora"}
            assert ahora == {tabla: n for tabla, n in antes.items() if tabla != "bitacora"}, cual
        else:  # murió después de confirmar: está entera, y se sigue con otra nota
            assert estado is EstadoNota.FIRMADA
            with c.expediente.transaccion(c.medica) as t:
                assert firmar.pdf_firmado(t, nota).startswith(b"%PDF")
            assert c.base.contar("nota_firma") == antes["nota_firma"] + 1
            assert c.base.contar("receta") == antes["receta"] + 1
            firmadas += 1
            nota = _por_firmar(c)
        if proceso.exitcode == 0:
            break
        muertes += 1
    assert muertes >= 12 and firmadas >= 2, (muertes, firmadas)  # antes y después de confirmar
    _firmar(c.expediente, llavero, c.medica, nota, resumen(FIRMA))
    assert c.base.verificar().integra, c.base.verificar().hallazgos
