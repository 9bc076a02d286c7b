# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""La puerta: bloqueo, sesiones que vencen, CSRF, cabeceras, segundo factor y registros sin datos."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pyotp
import pytest

from scribe.expediente import consentimientos, usuarios
from scribe.expediente.bitacora import Actor
from tests.web_base import ACCESO, FIRMA, Api, api, base, bien, error, motor  # noqa: F401


@pytest.fixture
def lugar(api: Api) -> UUID:
    nuevo = api.lugar()
    api.alta("doctora.uno", nuevo, "medico")
    api.alta("admin.uno", nuevo, "administrador")
    return nuevo


def _sql(api: Api, orden: str) -> None:
    with api.servicios.expediente.piscina.conexion() as conexion:
        conexion.execute(orden.encode())


def test_al_tercer_fallo_se_bloquea_y_se_abre_en_la_consola(api: Api, lugar: UUID) -> None:
    dentro, fuera = api.entrar("doctora.uno"), api.cliente()
    malo = {"usuario": "doctora.uno", "contrasena": "no-es-esta-1A"}
    nadie = error(fuera.post("/api/sesion", json={**malo, "usuario": "no.existe"}), 401, "no_entra")
    for _ in range(3):
        assert error(fuera.post("/api/sesion", json=malo), 401, "no_entra") == nadie  # no dice quién existe
    buena = {"usuario": "doctora.uno", "contrasena": ACCESO}
    error(fuera.post("/api/sesion", json=buena), 401, "no_entra")
    error(dentro.get("/api/sesion"), 401, "sin_sesion")  # y las sesiones que tenía se cierran
    with api.servicios.expediente.transaccion(Actor(None, "consola")) as t:
        usuarios.desbloquear(t, api.personas["doctora.uno"])
    bien(fuera.post("/api/sesion", json=buena))
    error(dentro.get("/api/sesion"), 401, "sin_sesion")


def test_reautenticar_mal_tambien_bloquea(api: Api, lugar: UUID) -> None:
    cliente = api.entrar("doctora.uno")
    for _ in range(3):
        error(cliente.post("/api/sesion/reautenticar", json={"contrasena": FIRMA}), 401, "no_entra")
    error(cliente.get("/api/sesion"), 401, "sin_sesion")


@pytest.mark.parametrize(
    "cambio",
    [
        "ultimo_uso = clock_timestamp() - interval '16 minutes'",
        "cerrada = clock_timestamp()",
    ],
)
def test_la_sesion_vencida_no_vuelve(api: Api, lugar: UUID, cambio: str) -> None:
    cliente = api.entrar("doctora.uno")
    bien(cliente.get("/api/sesion"))
    _sql(api, f"UPDATE expediente.sesion SET {cambio}")
    for _ in range(2):
        error(cliente.get("/api/sesion"), 401, "sin_sesion")


def test_la_sesion_tiene_un_maximo_aunque_se_use(api: Api, lugar: UUID) -> None:
    from dataclasses import replace
    from datetime import timedelta

    api.servicios.plazos = replace(api.servicios.plazos, maxima=timedelta(seconds=2))
    cliente = api.entrar("doctora.uno")
    limite = datetime.now(UTC) + timedelta(seconds=2.5)
    while datetime.now(UTC) < limite:
        cliente.get("/api/sesion")
    error(cliente.get("/api/sesion"), 401, "sin_sesion")


def test_la_baja_tiene_efecto_en_la_siguiente_peticion(api: Api, lugar: UUID) -> None:
    doctora, admin = api.entrar("doctora.uno"), api.entrar("admin.uno")
    bien(admin.patch(f"/api/usuarios/{api.personas['doctora.uno']}", json={"activo": False}))
    error(doctora.get("/api/sesion"), 401, "sin_sesion")


def test_salir_cierra_en_el_servidor(api: Api, lugar: UUID) -> None:
    cliente = api.entrar("doctora.uno")
    ficha = cliente.cookies.get("scribe_local")
    bien(cliente.delete("/api/sesion"), 204)
    error(api.cliente(cookies={"scribe_local": ficha or ""}).get("/api/sesion"), 401, "sin_sesion")


@pytest.mark.parametrize(
    ("cabeceras", "pasa"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://localhost"}, False),
        ({"Origin": "http://malo.example"}, False),
        ({"Origin": "null"}, False),
        ({"Host": "malo.example"}, False),
        ({"Host": "localhost.malo.example"}, False),
    ],
)
def test_csrf_y_nombre_del_servidor(
    api: Api,
    lugar: UUID,
    cabeceras: dict[str, str],
    pasa: bool,
) -> None:
    cliente = api.entrar("doctora.uno")
    respuesta = cliente.delete("/api/sesion", headers=cabeceras)
    if pasa:
        assert respuesta.status_code == 204
    else:
        error(respuesta, 403, "origen_ajeno")
        bien(cliente.get("/api/sesion"))  # sigue dentro: no llegó a ninguna ruta


def test_toda_respuesta_lleva_sus_cabeceras(api: Api, lugar: UUID) -> None:
    cliente = api.entrar("doctora.uno")
    for ruta in ("/api/salud", "/api/sesion", "/api/no-existe", f"/api/pacientes/{lugar}", "/otra"):
        c = cliente.get(ruta).headers
        assert c["cache-control"] == "no-store" and c["x-content-type-options"] == "nosniff"
        assert (
            "frame-ancestors 'none'" in c["content-security-policy"] and c["referrer-policy"] == "no-referrer"
        )
        assert "server" not in c


def test_la_cookie(api: Api, lugar: UUID) -> None:
    pedido = {"usuario": "doctora.uno", "contrasena": ACCESO}
    local = api.cliente().post("/api/sesion", json=pedido).headers["set-cookie"]
    assert local.startswith("scribe_local=") and "HttpOnly" in local and "SameSite=strict" in local
    api.servicios.tls = True
    con_tls = api.cliente().post("/api/sesion", json=pedido).headers["set-cookie"]
    assert con_tls.startswith("__Host-scribe=") and "Secure" in con_tls and "Path=/" in con_tls
    assert "Domain" not in con_tls


def test_segundo_factor_de_un_solo_uso(api: Api, lugar: UUID) -> None:
    enlace = bien(api.entrar("doctora.uno").post("/api/cuenta/totp"), 201)["enlace"]
    totp = pyotp.parse_uri(enlace)
    pedido: dict[str, Any] = {"usuario": "doctora.uno", "contrasena": ACCESO}
    cliente = api.cliente()
    error(cliente.post("/api/sesion", json=pedido), 401, "falta_codigo")
    codigo = totp.at(datetime.now(UTC))  # type: ignore[attr-defined]
    bien(cliente.post("/api/sesion", json={**pedido, "codigo": codigo}))
    error(cliente.post("/api/sesion", json={**pedido, "codigo": codigo}), 401, "no_entra")


MARCAS = (
    "Zutanilla",
    "Perengánez",
    "MARCA-MOTIVO-77",
    "MARCA-TEXTO-88",
    "GOMA800101MDFMRN05",
    "Ventana-Lluvia",
)


def test_nada_de_nadie_en_los_registros(
    api: Api,
    lugar: UUID,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    cliente, medica = api.entrar("doctora.uno"), str(api.personas["doctora.uno"])
    datos = {"nombre": "Zutanilla", "apellido_paterno": "Perengánez"}
    identificador = {"tipo": "CURP", "valor": "GOMA800101MDFMRN05"}
    alta = f"/api/establecimientos/{lugar}/pacientes"
    paciente = bien(cliente.post(alta, json={"datos": datos, "identificadores": [identificador]}), 201)["id"]
    cuerpos = [
        cliente.post(alta, json={"datos": datos, "identificadores": [identificador]}),  # duplicado
        cliente.post(alta, json={"datos": {**datos, "sexo": "MARCA-TEXTO-88"}}),  # forma inválida
        cliente.put(f"/api/pacientes/{paciente}", json={**datos, "Zutanilla": "MARCA-TEXTO-88"}),
        cliente.post(f"/api/pacientes/{paciente}/clinico/alergia", json={"contenido": {"descripcion": 7}}),
        cliente.post(alta, content=b'{"datos": "MARCA-TEXTO-88'),
        cliente.post("/api/sesion", json={"usuario": "doctora.uno", "contrasena": {"x": ACCESO}}),
    ]
    assert [c.status_code for c in cuerpos] == [409, 422, 422, 422, 422, 422]
    bien(cliente.post("/api/pacientes/buscar", json={"texto": "Zutanilla"}))
    encuentro = {"establecimiento": str(lugar), "medico": medica, "motivo": "MARCA-MOTIVO-77",
                 "datos": {"inicio": datetime.now(UTC).isoformat()}}  # fmt: skip
    abierto = bien(cliente.post(f"/api/pacientes/{paciente}/encuentros", json=encuentro), 201)["id"]
    nota = bien(cliente.post(f"/api/encuentros/{abierto}/notas"), 201)["id"]
    malo = {"nota": {"plan": [{"texto": "MARCA-TEXTO-88", "tipo": "x", "raro": 1}]}}
    cuerpos += [cliente.put(f"/api/notas/{nota}", json={"sobre": 0, "contenido": malo})]
    contenido = {"nota": {"plan": [{"texto": "MARCA-TEXTO-88 \U0001f600", "tipo": "indicacion"}]}}
    bien(cliente.put(f"/api/notas/{nota}", json={"sobre": 0, "contenido": contenido}))
    cuerpos += [cliente.get(f"/api/notas/{nota}/vista-previa")]  # un emoji no se puede imprimir
    salida = capfd.readouterr()
    registros = caplog.text + salida.out + salida.err + "".join(c.text for c in cuerpos)
    with api.servicios.expediente.piscina.conexion() as conexion:
        registros += str(conexion.execute("SELECT * FROM expediente.bitacora").fetchall())
    assert "/api/notas/{nota_id}" in caplog.text  # sí se anota algo: la plantilla, no la ruta
    assert nota not in "".join(r.getMessage() for r in caplog.records if r.name == "scribe.web")
    for marca in MARCAS:
        assert marca not in registros


def test_lo_que_el_asistente_no_ve_no_lo_cambia(api: Api, lugar: UUID) -> None:
    api.alta("asistente.uno", lugar, "asistente")
    doctora, asistente = api.entrar("doctora.uno"), api.entrar("asistente.uno")
    datos = {"nombre": "Ana", "apellido_paterno": "Ruiz", "religion": "ninguna", "ocupacion": "maestra"}
    alta = bien(doctora.post(f"/api/establecimientos/{lugar}/pacientes", json={"datos": datos}), 201)
    ruta = f"/api/pacientes/{alta['id']}"
    assert "religion" not in bien(asistente.get(ruta))["datos"]
    assert bien(asistente.get(ruta))["datos"]["ocupacion"] == "maestra"
    bien(asistente.put(ruta, json={**datos, "ocupacion": "contadora", "religion": "otra"}))
    visto = bien(doctora.get(ruta))["datos"]
    assert (visto["ocupacion"], visto["religion"]) == ("contadora", "ninguna")


def test_sin_consentimiento_no_hay_grabacion(api: Api, lugar: UUID) -> None:
    from tests.integracion.test_web_camino import atendida
    from tests.web_base import subir

    with api.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
        consentimientos.publicar_texto(t, "grabacion", "MX", "1", "Acepto que se grabe.")
    doctora = api.entrar("doctora.uno")
    _, permiso, encuentro = atendida(doctora, str(lugar), str(api.personas["doctora.uno"]))
    bien(doctora.post(f"/api/consentimientos/{permiso}/revocacion", json={"como": "verbal"}), 201)
    with pytest.raises(AssertionError, match="sin_consentimiento"):
        subir(doctora, encuentro, permiso)


def test_firmar_con_otra_contrasena_tambien_bloquea(api: Api, lugar: UUID) -> None:
    from scribe.web import acceso
    from scribe.web.errores import NoEntra

    cliente, actor = api.entrar("doctora.uno"), Actor(api.personas["doctora.uno"], "prueba")
    for _ in range(3):
        acceso.anotar_fallo_de_firma(api.servicios, actor)
    error(cliente.get("/api/sesion"), 401, "sin_sesion")
    with pytest.raises(NoEntra):
        acceso.comprobar(api.servicios, actor, ACCESO, None)
