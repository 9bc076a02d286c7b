"""La ficha: fusionar a quien está repetido, y «no destruir», en el navegador."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from tests.navegador import Clinica, base, chromium, clinica, motor  # noqa: F401


def test_fusionar_separar_y_no_destruir(clinica: Clinica) -> None:  # noqa: F811
    uno = clinica.paciente("María Fernanda", "Núñez", nacimiento=date(1980, 5, 1), sexo="F")
    clinica.paciente("Maria", "Nuñez", nacimiento=date(1980, 5, 11), sexo="F")
    p = clinica.entrar("medica.uno")
    p.goto(f"/pacientes/{uno}")
    p.get_by_role("link", name="Está repetido").click()
    p.get_by_label("Nombre, CURP").fill("nunez maria")
    p.keyboard.press("Enter")
    expect(p.get_by_role("heading", name="Resultados")).to_be_visible()
    clinica.axe(p)
    clinica.capturas(p, "fusionar")
    p.get_by_role("button", name="Comparar con Maria Nuñez").click()
    expect(p.get_by_text("2 datos no coinciden.")).to_be_visible()
    clinica.axe(p)
    clinica.capturas(p, "fusion")
    p.get_by_label("Por qué se sabe").fill("Misma CURP; se tecleó mal la fecha.")
    p.keyboard.press("Enter")
    dialogo = p.get_by_role("dialog")
    expect(dialogo).to_contain_text("se puede deshacer")
    clinica.axe(p)
    dialogo.get_by_role("button", name="Fusionar").click()
    expect(p.locator("#fusionado")).to_be_focused()
    expect(p.get_by_role("heading", name="María Fernanda Núñez")).to_be_visible()
    p.get_by_text("Fusionado el").click()
    p.get_by_label("Por qué no son la misma").fill("Eran dos.")
    p.keyboard.press("Enter")
    dialogo.get_by_role("button", name="Volver a separar").click()
    expect(p.locator("#separado")).to_be_visible()
    p.get_by_text("Marcar «no destruir»").click()
    p.get_by_label("Por qué", exact=True).fill("Queja ante la comisión de arbitraje")
    p.keyboard.press("Enter")
    expect(p.locator("#retenido")).to_be_visible()
    expect(p.get_by_role("region", name="No destruir")).to_contain_text("Queja ante la comisión")
    clinica.axe(p)
    clinica.capturas(p, "ficha-retenida")
    admin = clinica.entrar("administrador.uno")
    admin.goto("/administrar/conservacion")
    expect(admin.get_by_role("region", name="no destruir")).to_contain_text("exp. 000001")
    clinica.axe(admin)
    clinica.capturas(admin, "conservacion-retenida")
    admin.get_by_label("Por qué se levanta").fill("Se resolvió.")
    admin.keyboard.press("Enter")
    admin.get_by_role("dialog").get_by_role("button", name="Levantar").click()
    expect(admin.locator("#levantada")).to_be_visible()
