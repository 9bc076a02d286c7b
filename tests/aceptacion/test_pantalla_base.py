# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Las páginas en un navegador: entrar, salir, la sesión que vence y que nada salga de la máquina."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.navegador import Clinica, base, chromium, clinica, motor  # noqa: F401
from tests.web_base import ACCESO


def test_se_entra_con_el_teclado_y_se_sigue_a_donde_se_iba(clinica: Clinica) -> None:
    pagina = clinica.pagina()
    respuesta = pagina.goto("/")
    assert respuesta is not None and respuesta.status == 401
    clinica.axe(pagina)
    clinica.capturas(pagina, "entrar")
    pagina.keyboard.type("medica.uno")
    pagina.keyboard.press("Tab")
    pagina.keyboard.type(ACCESO)
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("heading", name="Inicio")).to_be_visible()
    clinica.axe(pagina)
