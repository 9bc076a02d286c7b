# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Entrar, primer arranque, activar, segundo factor, y la sesión que vence mientras se escribe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from scribe.web import acceso
from tests.expediente_base import base, motor  # noqa: F401
from tests.navegador import Clinica, chromium, clinica, servir  # noqa: F401
from tests.web_base import ACCESO, FIRMA, Api, api  # noqa: F401


def escribir(pagina: Page, **campos: str) -> None:
    for nombre, valor in campos.items():
        pagina.locator(f"main [name={nombre}]").fill(valor)


def test_se_entra_con_el_teclado_y_se_sigue_a_donde_se_iba(clinica: Clinica) -> None:
    pagina = clinica.pagina()
    respuesta = pagina.goto("/cuenta")
    assert respuesta is not None and respuesta.status == 401
    clinica.axe(pagina)
    clinica.capturas(pagina, "entrar")
    pagina.keyboard.type("medica.uno")
    pagina.keyboard.press("Tab")
    pagina.keyboard.type("No-Es-Esta-Clave-1")
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("alert")).to_contain_text("No se pudo entrar")
    pagina.keyboard.type(ACCESO)  # el foco quedó en la contraseña, seleccionada
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("heading", name="Ana Prueba")).to_be_visible()
    assert pagina.url == f"{clinica.url}/cuenta"


def test_sin_guiones_tambien_se_entra_se_busca_y_se_sale(clinica: Clinica) -> None:
    clinica.paciente("Zoila", "Quintero")
    pagina = clinica.pagina(java_script_enabled=False)
    pagina.goto("/")
    escribir(pagina, usuario="medica.uno", contrasena="No-Es-Esta-Clave-1")
    pagina.get_by_role("button", name="Entrar").click()
    expect(pagina.get_by_role("alert")).to_contain_text("No se pudo entrar")
    escribir(pagina, contrasena=ACCESO)
    pagina.get_by_role("button", name="Entrar").click()
    pagina.get_by_role("link", name="Pacientes").click()
    pagina.locator("#texto").fill("quint")
    pagina.get_by_role("button", name="Buscar").click()
    expect(pagina.get_by_role("link", name="Zoila Quintero")).to_be_visible()
    pagina.get_by_role("button", name="Salir").click()
    expect(pagina.get_by_role("heading", name="Entrar")).to_be_visible()
    respuesta = pagina.goto("/pacientes")
    assert respuesta is not None and respuesta.status == 401


def test_cuenta_bloqueada_se_explica(clinica: Clinica) -> None:
    pagina = clinica.pagina()
    pagina.goto("/entrar")
    for _ in range(3):
        escribir(pagina, usuario="medica.uno", contrasena="No-Es-Esta-Clave-1")
        with pagina.expect_response("**/api/sesion"):
            pagina.get_by_role("button", name="Entrar").click()
        expect(pagina.get_by_role("button", name="Entrar")).to_be_enabled()
    escribir(pagina, contrasena=ACCESO)
    pagina.get_by_role("button", name="Entrar").click()
    expect(pagina.get_by_role("alert")).to_contain_text("scribe usuarios desbloquear")
    clinica.capturas(pagina, "entrar-bloqueada")


def test_con_segundo_factor_no_se_repite_la_contrasena(clinica: Clinica) -> None:
    pagina = clinica.entrar("medica.uno")
    pagina.goto("/cuenta")
    pagina.get_by_role("button", name="Ponerlo").click()
    clave = pagina.locator(".clave-grande").inner_text().replace(" ", "")
    expect(pagina.locator(".qr")).to_have_count(1)
    clinica.axe(pagina)
    clinica.capturas(pagina, "totp")
    otra = clinica.pagina()
    otra.goto("/entrar")
    escribir(otra, usuario="medica.uno", contrasena=ACCESO)
    otra.get_by_role("button", name="Entrar").click()
    expect(otra.get_by_label("Código de su aplicación")).to_be_focused()
    otra.keyboard.type(pyotp.TOTP(clave).at(datetime.now(UTC)))
    otra.keyboard.press("Enter")
    expect(otra.get_by_role("heading", name="Por hacer")).to_be_visible()


def test_la_sesion_vence_mientras_se_escribe_y_nada_se_pierde(clinica: Clinica) -> None:
    pagina = clinica.entrar("medica.uno")
    pagina.goto("/nuevo-paciente")
    escribir(pagina, nombre="Zoila", apellido_paterno="Quintero", telefono_1="55 5555 0101")
    clinica.vencer_sesiones()
    pagina.get_by_role("button", name="Guardar", exact=True).click()
    dialogo = pagina.get_by_role("dialog")
    expect(dialogo).to_be_visible()
    clinica.axe(pagina)
    clinica.capturas(pagina, "sesion-vencida")
    pagina.keyboard.type("No-Es-Esta-Clave-1")  # el foco ya está en la contraseña
    pagina.keyboard.press("Enter")
    expect(dialogo.get_by_role("alert")).to_contain_text("No se pudo entrar")
    pagina.keyboard.press("Escape")  # no se quita: detrás hay datos de alguien
    expect(dialogo).to_be_visible()
    dialogo.get_by_label("Contraseña de entrar").fill(ACCESO)
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("heading", name="Zoila Quintero")).to_be_visible()  # y se guardó solo
    expect(pagina.get_by_text("55 5555 0101")).to_be_visible()


def test_la_api_se_reintenta_sola_al_volver_a_entrar(clinica: Clinica) -> None:
    clinica.paciente("Zoila", "Quintero")
    pagina = clinica.entrar("medica.uno")
    pagina.goto("/pacientes")
    clinica.vencer_sesiones()
    pagina.keyboard.type("zoila")
    expect(pagina.get_by_role("dialog")).to_be_visible()
    pagina.keyboard.type(ACCESO)
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("link", name="Zoila Quintero")).to_be_visible()
    expect(pagina.locator("#texto")).to_have_value("zoila")


def test_si_otra_persona_entra_en_otra_pestana_nada_se_guarda_a_su_nombre(clinica: Clinica) -> None:
    pagina = clinica.entrar("medica.uno")
    pagina.goto("/nuevo-paciente")
    escribir(pagina, nombre="Zoila", apellido_paterno="Quintero")
    otra = {"usuario": "medico.dos", "contrasena": ACCESO}
    assert pagina.context.request.post("/api/sesion", data=otra).ok
    pagina.get_by_role("button", name="Guardar", exact=True).click()
    dialogo = pagina.get_by_role("dialog")
    expect(dialogo).to_contain_text("medica.uno")
    dialogo.get_by_label("Contraseña de entrar").fill(ACCESO)
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("heading", name="Zoila Quintero")).to_be_visible()
    expect(pagina.locator("body")).to_have_attribute("data-usuario", "medica.uno")


def test_lo_delicado_pide_la_contrasena_y_sigue(clinica: Clinica) -> None:
    pagina = clinica.entrar("administrador.uno")
    pagina.goto("/administrar")
    pagina.get_by_text("Dar de alta a alguien").click()
    escribir(pagina, nombre="Luz", apellido_paterno="Salas", nombre_usuario="luz.salas")
    with clinica.api.servicios.expediente.piscina.conexion() as conexion:
        conexion.execute("UPDATE expediente.sesion SET reautenticada = clock_timestamp() - interval '1 hour'")
    pagina.get_by_role("button", name="Dar de alta").click()
    expect(pagina.get_by_role("dialog")).to_contain_text("Confirme que es usted")
    pagina.keyboard.type(ACCESO)
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("heading", name="Dele esta clave a Luz Salas")).to_be_visible()
    clave = pagina.locator(".clave-grande").inner_text()
    otra = clinica.pagina()
    otra.goto("/activar")
    clinica.axe(otra)
    clinica.capturas(otra, "activar")
    escribir(otra, usuario="luz.salas", activacion=clave, contrasena=ACCESO, contrasena_otra_vez="otra")
    otra.get_by_role("button", name="Activar").click()
    expect(otra.get_by_role("alert")).to_contain_text("no son iguales")
    escribir(otra, contrasena=ACCESO, contrasena_otra_vez=ACCESO)
    otra.get_by_role("button", name="Activar").click()
    expect(otra.locator("#activada")).to_be_focused()  # y ya está dentro
    expect(otra.get_by_role("heading", name="Por hacer")).to_be_visible()


@pytest.fixture
def vacia(api: Api, chromium: Browser) -> Iterator[Clinica]:
    """Un servidor recién instalado, sin nadie."""
    with servir(api) as url:
        abierta = Clinica(api, url, chromium, None)  # type: ignore[arg-type]
        yield abierta
        for contexto in abierta.contextos:
            contexto.close()
    abierta.revisar()


def test_primer_arranque_guiado(vacia: Clinica) -> None:
    token = vacia.api.servicios.arranque.nuevo()
    pagina = vacia.pagina()
    pagina.goto("/")
    expect(pagina).to_have_url(re.compile("/primer-arranque$"))
    pagina.goto("about:blank")
    pagina.goto(f"/primer-arranque#{token}")
    expect(pagina.get_by_label("Token de un solo uso")).to_have_value(token)
    assert token not in pagina.url  # ni en el historial
    vacia.axe(pagina)
    vacia.capturas(pagina, "primer-arranque")
    escribir(pagina, lugar="Consultorio Norte", domicilio="Calle 1", nombre="Lucía", apellido_paterno="Gómez")
    escribir(
        pagina, nombre_usuario="doctora.gomez", cedula="1234567", contrasena="abc", contrasena_otra_vez="abc"
    )
    escribir(pagina, contrasena_firma=FIRMA, contrasena_firma_otra_vez=FIRMA)
    pagina.get_by_role("button", name="Crear").click()
    expect(pagina.get_by_role("alert")).to_be_focused()
    expect(pagina.get_by_label("Domicilio")).to_have_value("Calle 1")  # y el token sigue valiendo
    escribir(pagina, contrasena=ACCESO, contrasena_otra_vez=ACCESO)
    escribir(pagina, contrasena_firma=FIRMA, contrasena_firma_otra_vez=FIRMA)
    pagina.get_by_role("button", name="Crear").click()
    expect(pagina.locator("#creada")).to_be_focused()  # sin volver a escribir la contraseña
    expect(pagina.get_by_role("heading", name="Por hacer")).to_be_visible()
    vacia.axe(pagina)
    vacia.capturas(pagina, "primer-inicio")
    assert acceso.hay_alguien(vacia.api.servicios)
    respuesta = pagina.goto("/primer-arranque")
    assert respuesta is not None and respuesta.url.endswith("/entrar")
