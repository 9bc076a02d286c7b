"""La matriz de autorización, generada de las rutas: cada ruta × cada rol × paciente propio o ajeno.

Los manejadores se cambian por uno que contesta 418: si se llega a él (o a revisar el cuerpo, 422), pasó.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from fastapi import HTTPException
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from scribe.expediente import consentimientos, encuentros, notas, pacientes, tareas
from scribe.expediente.bitacora import Actor
from scribe.expediente.conservacion import propuesta, retencion
from scribe.expediente.identificadores import TipoIdentificador
from scribe.expediente.modelo import DatosEncuentro, DatosPaciente, Identificador
from scribe.trabajos import estado
from scribe.trabajos.modelo import DatosSubida, Opciones
from scribe.web import estaticos, permisos
from scribe.web.permisos import DUENOS
from tests.web_base import Api, api, base, error, motor  # noqa: F401

ROLES = ("medico", "asistente", "administrador", "auditor")
PASO = {418, 422}


@dataclass
class Mundo:
    """Dos establecimientos con lo mismo en cada uno, y quien atiende en el primero."""

    api: Api
    clientes: dict[str, TestClient]
    propio: dict[str, str]
    ajeno: dict[str, str]


def _poblar(api: Api, lugar: UUID, medico: UUID, curp: str) -> dict[str, str]:  # noqa: F811
    exp, actor = api.servicios.expediente, Actor(medico, "prueba")
    datos = DatosPaciente(nombre="María", apellido_paterno="Núñez")
    with exp.transaccion(actor) as t:
        texto = consentimientos.publicar_texto(t, "grabacion", "MX", uuid4().hex, "Acepto.")
        paciente = pacientes.alta(t, lugar, datos).id
        otro = pacientes.alta(t, lugar, datos).id
        identificador = pacientes.agregar_identificador(
            t, paciente, Identificador(tipo=TipoIdentificador.CURP, valor=curp)
        )
        fusion = pacientes.fusionar(t, otro, paciente, "son la misma persona")
        permiso = consentimientos.registrar(t, paciente, texto, otorgado=True, como="electronico").id
        encuentro = encuentros.abrir(
            t, paciente, lugar, medico, DatosEncuentro(inicio=datetime.now(UTC)), "dolor"
        ).id
        grabacion = encuentros.alta_grabacion(
            t, encuentro, permiso, sha256=uuid4().bytes * 2, octetos=9, formato="wav", ubicacion=uuid4().hex
        )
        trabajo = estado.pedir_proceso(t, grabacion, Opciones()).id
        nota = notas.crear(t, encuentro, grabacion=grabacion).id
        tarea = tareas.crear(t, "asunto", paciente=paciente, asignada_a=medico).id
        retenido = retencion.retener(t, paciente, "una queja")
        propuesto = propuesta.por_revocacion(t, "grabacion", grabacion, paciente)
    pedida = DatosSubida(encuentro=encuentro, consentimiento=permiso, formato="wav", bytes_previstos=10)
    subida = api.servicios.subidas.abrir(actor, pedida)
    ids = {
        "paciente_id": paciente, "encuentro_id": encuentro, "nota_id": nota, "grabacion_id": grabacion,
        "subida_id": subida, "trabajo_id": trabajo, "consentimiento_id": permiso, "tarea_id": tarea,
        "identificador_id": identificador, "fusion_id": fusion, "establecimiento_id": lugar,
        "retencion_id": retenido, "propuesta_id": propuesto,
        "usuario_id": uuid4(), "destino_id": uuid4(), "texto_id": uuid4(), "numero": 1, "rol": "medico",
        "tabla": "alergia",
        "huella": estaticos.huella(), "carpeta": "css", "archivo": "base.css",
    }  # fmt: skip
    return {c: str(v) for c, v in ids.items()}


@pytest.fixture
def mundo(api: Api, monkeypatch: pytest.MonkeyPatch) -> Mundo:  # noqa: F811
    uno, dos = api.lugar("DFSSA000001"), api.lugar("DFSSA000002")
    for rol in ROLES:
        api.alta(f"{rol}.uno", uno, rol)
    api.alta("medico.otro", uno, "medico")
    api.alta("medico.dos", dos, "medico")
    propio = _poblar(api, uno, api.personas["medico.uno"], "GOMA800101MDFMRN05")
    ajeno = _poblar(api, dos, api.personas["medico.dos"], "HEIR710819MASRXS05")
    clientes = {nombre: api.entrar(nombre) for nombre in (*(f"{r}.uno" for r in ROLES), "medico.otro")}
    clientes["nadie"] = api.cliente()
    for ruta in permisos.rutas(api.app):
        monkeypatch.setattr(ruta.dependant, "call", _falso(ruta))
    return Mundo(api, clientes, propio, ajeno)


def _falso(ruta: APIRoute) -> object:
    async def tarda(**_: object) -> None:
        raise HTTPException(418)

    def llega(**_: object) -> None:
        raise HTTPException(418)

    return tarda if inspect.iscoroutinefunction(ruta.endpoint) else llega


def _pedir(cliente: TestClient, ruta: APIRoute, ids: dict[str, str]) -> int:
    metodo = min(ruta.methods)
    camino = re.sub(r"\{(\w+)\}", lambda m: ids[m[1]], ruta.path)
    cuerpo = None if metodo in {"GET", "DELETE"} else {}
    return cliente.request(metodo, camino, json=cuerpo).status_code


def _debe_pasar(nombre: str, ruta: APIRoute, *, propio: bool) -> bool:
    regla = permisos.regla(permisos.permiso_de(ruta) or "")
    if regla.acceso != "roles":
        return regla.acceso == "publico" or nombre != "nadie"
    parametros = {p.alias for p in ruta.dependant.path_params}
    if nombre.split(".", maxsplit=1)[0] not in regla.roles:
        return False
    if regla.de_quien == "responsable" and "nota_id" in parametros and nombre == "medico.otro":
        return False
    return propio or not parametros & {*DUENOS, "establecimiento_id"}


def test_cada_ruta_por_cada_rol_y_paciente(mundo: Mundo) -> None:
    fallas, pasaron, negadas = [], 0, 0
    for ruta in permisos.rutas(mundo.api.app):
        for nombre, cliente in mundo.clientes.items():
            for propio in (True, False):
                codigo = _pedir(cliente, ruta, mundo.propio if propio else mundo.ajeno)
                debe = _debe_pasar(nombre, ruta, propio=propio)
                bien = codigo in PASO if debe else codigo == (401 if nombre == "nadie" else 403)
                pasaron, negadas = pasaron + debe, negadas + (not debe)
                if not bien:
                    fallas.append((sorted(ruta.methods), ruta.path, nombre, propio, codigo, debe))
    assert not fallas, fallas[:10]
    assert pasaron > 150 and negadas > 400  # que de verdad se hayan probado las dos cosas


def test_lo_delicado_pide_la_contrasena_de_hace_poco(mundo: Mundo) -> None:
    with mundo.api.servicios.expediente.piscina.conexion() as conexion:
        conexion.execute(
            "UPDATE expediente.sesion SET reautenticada = clock_timestamp() - interval '6 minutes'"
        )
    delicadas = [
        r for r in permisos.rutas(mundo.api.app) if permisos.regla(permisos.permiso_de(r) or "").reciente
    ]
    assert len(delicadas) > 10
    for ruta in delicadas:
        for nombre, cliente in mundo.clientes.items():
            if nombre != "nadie" and _debe_pasar(nombre, ruta, propio=True):
                assert _pedir(cliente, ruta, mundo.propio) == 403, ruta.path


def test_lo_negado_queda_asentado(mundo: Mundo) -> None:
    nota = mundo.propio["nota_id"]
    error(mundo.clientes["auditor.uno"].get(f"/api/notas/{nota}"), 403, "sin_permiso")
    with mundo.api.servicios.expediente.piscina.conexion() as conexion:
        fila = conexion.execute(
            "SELECT * FROM expediente.bitacora WHERE evento = 'acceso.negado' ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    assert fila is not None and fila["usuario_id"] == mundo.api.personas["auditor.uno"]
    assert fila["detalle"] == {"permiso": "nota.leer", "nota_id": nota} and fila["resultado"] == "negado"
