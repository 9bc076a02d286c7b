# ruff: noqa: F811  (una fixture importada y el argumento que la pide se llaman igual)
"""Destinos y envíos por la API: se configuran, se prueban, y cada envío dice cómo va."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

pytest.importorskip("sekmet")

from scribe.envio import configuracion as cfg
from scribe.envio.carpeta import DestinoCarpeta
from scribe.envio.errores import DestinoMalConfigurado, DestinoNoAutorizado, ErrorDeEnvio
from scribe.envio.reintentos import Espera
from scribe.errores import ErrorDeUso
from scribe.expediente.errores import NoExiste
from scribe.trabajos import enviar, estado
from scribe.trabajos.mensajero import Mensajero
from scribe.trabajos.modelo import EstadoTrabajo
from scribe.trabajos.presencia import Presencia
from scribe.trabajos.procesar import Repetir, Taller, hacer
from tests.envio_apoyo import (  # noqa: F401
    ProxyMentiroso,
    ServidorFhir,
    proxy,
    puerto_libre,
    servidor,
)
from tests.envio_clinica import DATOS, MARCAS, POR_ETIQUETA, completo
from tests.expediente_base import SISTEMA
from tests.web_base import FIRMA, Api, api, base, bien, error, motor  # noqa: F401

CREDENCIAL = "ficha-de-prueba-que-no-debe-salir"


def _mandar(api: Api) -> None:
    """Hace una vez cada envío pendiente."""
    exp, datos = api.servicios.expediente, api.servicios.datos
    mensajero = enviar.con(Mensajero(datos, Espera(base=timedelta(seconds=0.1))))
    with Presencia(api.dsn, "prueba") as presencia:
        taller = Taller(
            exp, api.servicios.audio, presencia, SISTEMA, armar=lambda a: None, ajustes=lambda o: None,  # type: ignore[arg-type, return-value]
            otras={"enviar": mensajero}, paciencia_s=60.0,
        )  # fmt: skip
        with exp.transaccion(SISTEMA) as t:
            pendientes = [w.id for w in estado.abiertos(t, "enviar") if w.estado is EstadoTrabajo.PENDIENTE]
        for trabajo in pendientes:
            try:
                hacer(taller, trabajo)
            except Repetir:
                continue


def _firmada(api: Api, doctora: TestClient, lugar: UUID) -> str:
    """Una nota escrita y firmada por la API."""
    datos = DATOS.model_dump(mode="json", exclude_none=True)
    paciente = bien(doctora.post(f"/api/establecimientos/{lugar}/pacientes", json={"datos": datos}), 201)[
        "id"
    ]
    pedido = {
        "establecimiento": str(lugar), "medico": str(api.personas["doctora.uno"]),
        "datos": {"inicio": datetime.now(UTC).isoformat()},
    }  # fmt: skip
    encuentro = bien(doctora.post(f"/api/pacientes/{paciente}/encuentros", json=pedido), 201)["id"]
    nota: str = bien(doctora.post(f"/api/encuentros/{encuentro}/notas"), 201)["id"]
    contenido = completo(b'{"nota": {"subjetivo": []}}').model_dump(mode="json", exclude_defaults=True)
    bien(doctora.put(f"/api/notas/{nota}", json={"sobre": 0, "contenido": contenido}))
    bien(doctora.post(f"/api/notas/{nota}/firma", json={"version": 1, "contrasena": FIRMA}), 201)
    return nota


def _uno(cliente: TestClient, nota: str) -> dict[str, Any]:
    [envio] = bien(cliente.get(f"/api/notas/{nota}/envios"))
    assert not [m for m in MARCAS if m.lower() in str(envio).lower()]
    return dict(envio)


def test_configurar_probar_enviar_y_mirar(
    api: Api,
    servidor: ServidorFhir, proxy: ProxyMentiroso, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    lugar = api.lugar()
    api.alta("doctora.uno", lugar, "medico")
    api.alta("admin.uno", lugar, "administrador")
    doctora, admin = api.entrar("doctora.uno"), api.entrar("admin.uno")
    pedido: dict[str, Any] = {
        "nombre": "hospital", "clase": "fhir", "direccion": f"http://127.0.0.1:{proxy.puerto}/fhir",
        "ajustes": {"credencial": "bearer", "total_s": 120},
    }  # fmt: skip
    for mal, codigo in (
        ({"direccion": "http://10.0.0.1/fhir"}, "destino_no_autorizado"),
        ({"direccion": "https://hospital.mx/fhir"}, "destino_mal_configurado"),
        ({"ajustes": {"credencial": "bearer", "archivo": "/etc/passwd"}}, "destino_mal_configurado"),
        (
            {"clase": "carpeta", "direccion": str(api.servicios.datos), "ajustes": {}},
            "destino_mal_configurado",
        ),
    ):
        dicho = error(admin.post("/api/destinos", json={**pedido, **mal}), 422, codigo)
        assert "passwd" not in str(dicho)
    destino = bien(admin.post("/api/destinos", json=pedido), 201)["id"]
    error(admin.post("/api/destinos", json=pedido), 409, "duplicado")
    assert bien(doctora.get("/api/destinos/activos")) == [
        {"id": destino, "nombre": "hospital", "clase": "fhir"}
    ]
    error(doctora.get("/api/destinos"), 403, "sin_permiso")

    # Falta el secreto: el envío espera a una persona con su remedio, y no salió nada.
    nota = _firmada(api, doctora, lugar)
    assert _uno(doctora, nota)["estado"] == "pendiente"
    _mandar(api)
    envio = _uno(doctora, nota)
    assert (envio["estado"], proxy.vistas) == ("rechazado", []) and "secreto" in envio["porque"]
    assert [t["tipo"] for t in bien(doctora.get("/api/tareas?tipo=requiere_atencion"))] == [
        "requiere_atencion"
    ]
    assert [e["trabajo"] for e in bien(admin.get("/api/envios"))] == [envio["trabajo"]]

    # Se pone en la consola; sekmet no busca cinco tipos por identificador: probarlo lo dice, y se corrige.
    cfg.guardar_privado(cfg.secreto(api.servicios.datos, UUID(destino)), CREDENCIAL.encode())
    proxy.truco = lambda p: p.m.headers["Authorization"] != f"Bearer {CREDENCIAL}" and p.contestar(401, {})
    faltas = bien(admin.post(f"/api/destinos/{destino}/prueba"))["faltas"]
    assert any("Composition" in f for f in faltas)
    cambio = {"ajustes": {**pedido["ajustes"], "por_etiqueta": POR_ETIQUETA}}
    bien(admin.patch(f"/api/destinos/{destino}", json=cambio))
    assert _uno(doctora, nota)["estado"] == "pendiente", "cambiarlo lo vuelve a la cola"

    # Caído: sin respuesta, con motivo y hora del siguiente. Después llega.
    aceptar, proxy.truco = proxy.truco, lambda p: p.contestar(503, {})
    _mandar(api)
    envio = _uno(doctora, nota)
    assert envio["estado"] == "sin_respuesta" and "503" in envio["porque"]
    proxy.truco = aceptar
    _mandar(api)
    envio = _uno(doctora, nota)
    assert envio["estado"] == "entregado" and envio["referencias"][0].startswith("Composition/")
    assert bien(admin.get("/api/envios")) == []
    pedir = doctora.post(f"/api/notas/{nota}/envios", json={"destino": destino})
    assert bien(pedir, 202)["id"] == envio["trabajo"], "pedirlo otra vez es el mismo envío"

    # Apagado: lo que faltaba se cancela y no se le puede pedir más.
    otra = _firmada(api, doctora, lugar)
    bien(admin.delete(f"/api/destinos/{destino}"), 204)
    assert _uno(doctora, otra)["estado"] == "cancelado"
    error(doctora.post(f"/api/notas/{otra}/envios", json={"destino": destino}), 422, "dato_invalido")
    error(admin.post(f"/api/destinos/{'0' * 8}-0000-4000-8000-{'0' * 12}/prueba"), 404, "no_existe")

    # El secreto no aparece en ninguna respuesta, registro ni asiento.
    with api.servicios.expediente.piscina.conexion() as conexion:
        asientos = conexion.execute("SELECT detalle::text FROM expediente.bitacora").fetchall()
    todo = caplog.text + str(asientos) + admin.get("/api/destinos").text + str(faltas)
    assert CREDENCIAL not in todo


def test_una_carpeta_y_un_destino_que_no_contesta(api: Api, tmp_path: Path) -> None:
    lugar = api.lugar()
    api.alta("doctora.uno", lugar, "medico")
    api.alta("admin.uno", lugar, "administrador")
    doctora, admin = api.entrar("doctora.uno"), api.entrar("admin.uno")
    buzon = tmp_path / "buzon"
    buzon.mkdir()
    DestinoCarpeta("buzón", buzon, "consola").preparar()
    alta = {"nombre": "buzón", "clase": "carpeta", "direccion": str(buzon)}
    carpeta = bien(admin.post("/api/destinos", json=alta), 201)["id"]
    assert bien(admin.post(f"/api/destinos/{carpeta}/prueba"))["faltas"] == []
    mudo = {"nombre": "mudo", "clase": "fhir", "direccion": f"http://127.0.0.1:{puerto_libre()}/fhir"}
    destino = bien(admin.post("/api/destinos", json=mudo), 201)["id"]
    error(admin.post(f"/api/destinos/{destino}/prueba"), 502, "destino_no_contesta")
    nota = _firmada(api, doctora, lugar)
    _mandar(api)
    estados = {e["destino"]: e["estado"] for e in bien(doctora.get(f"/api/notas/{nota}/envios"))}
    assert estados == {"buzón": "entregado", "mudo": "sin_respuesta"}
    [entrega] = [p for p in buzon.iterdir() if p.is_dir()]
    assert (entrega / "nota.pdf").read_bytes() == doctora.get(f"/api/notas/{nota}/pdf").content


def test_las_ordenes_de_la_consola(
    api: Api,
    servidor: ServidorFhir, proxy: ProxyMentiroso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from scribe.ordenes import destinos as ordenes

    @contextmanager
    def consola_de(_: object) -> Iterator[tuple[Any, Any]]:
        yield api.servicios, SISTEMA

    monkeypatch.setattr(ordenes, "consola_de", consola_de)
    dicho: list[str] = []
    monkeypatch.setattr(ordenes, "decir", dicho.append)

    def orden(*argumentos: str, entrada: str = "", sale: int = 0) -> str:
        hecho = CliRunner().invoke(ordenes.app, list(argumentos), input=entrada)
        if hecho.exception is not None and not isinstance(hecho.exception, SystemExit):
            raise hecho.exception
        assert hecho.exit_code == sale, hecho.output
        return hecho.output

    direccion = f"http://127.0.0.1:{proxy.puerto}/fhir"
    with pytest.raises(DestinoNoAutorizado):
        orden("agregar", "lejos", "http://10.0.0.1/fhir")
    with pytest.raises(ErrorDeUso, match="vacío"):
        orden("agregar", "hospital", direccion, "--credencial", "bearer", entrada="\n")
    assert orden("listar") == ""
    etiquetas = [x for tipo in POR_ETIQUETA for x in ("--por-etiqueta", tipo)]
    orden("agregar", "hospital", direccion, "--credencial", "bearer", *etiquetas, entrada="vieja\n")
    buzon = tmp_path / "buzon"
    with pytest.raises(DestinoMalConfigurado):
        orden("agregar", "buzon", str(buzon))  # no existe: no se registra
    buzon.mkdir()
    orden("agregar", "buzon", str(buzon), "--recibe", "borrador", "--recibe", "firmada")
    assert orden("listar").splitlines() == [
        f"buzon\tcarpeta\tactivo\t{buzon}", f"hospital\tfhir\tactivo\t{direccion}",
    ]  # fmt: skip

    proxy.truco = lambda p: p.m.headers["Authorization"] != "Bearer nueva" and p.contestar(401, {})
    with pytest.raises(ErrorDeEnvio, match="credencial"):
        orden("probar", "hospital")
    lugar = api.lugar()
    api.alta("doctora.uno", lugar, "medico")
    nota = _firmada(api, api.entrar("doctora.uno"), lugar)
    _mandar(api)
    orden("secreto", "hospital", entrada="nueva\n")
    assert "vuelven a intentarse: 1" in dicho[-1]
    assert "Composition" in orden("probar", "hospital", sale=2), "sekmet no declara Composition: lo dice"
    assert orden("probar", "buzon") == ""
    _mandar(api)
    estados = {
        e["destino"]: e["estado"] for e in bien(api.entrar("doctora.uno").get(f"/api/notas/{nota}/envios"))
    }
    assert estados == {"buzon": "entregado", "hospital": "entregado"}

    orden("quitar", "hospital")
    assert "apagado" in orden("listar") and list((api.servicios.datos / "destinos").iterdir()) == []
    with pytest.raises(NoExiste):
        orden("probar", "otro")
    assert not {"vieja", "nueva"} & set(" ".join(dicho).split())
