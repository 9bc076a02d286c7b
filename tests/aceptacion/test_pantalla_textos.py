"""Las plantillas y frases de cada médico: en su página y dentro de la nota, con teclado."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.aceptacion.test_pantalla_revisar import Mesa, mesa
from tests.navegador import base, chromium, motor  # noqa: F401

__all__ = ["mesa"]


def test_mis_textos_se_escriben_se_cambian_y_se_quitan(mesa: Mesa) -> None:
    p = mesa.pagina
    p.goto("/cuenta")
    p.get_by_role("link", name="Mis plantillas y frases").click()
    expect(p.get_by_role("heading", name="Mis plantillas y frases")).to_be_visible()
    p.get_by_text("Nueva frase").click()
    p.locator("#nueva-frase-nombre").fill("/ef")
    p.locator("#nueva-frase-donde-0").select_option(label="Exploración")
    p.locator("#nueva-frase-texto-0").fill("Faringe hiperémica, sin exudado.")
    p.keyboard.press("Tab")
    p.keyboard.press("Enter")
    expect(p.locator("#guardada")).to_be_focused()
    p.get_by_text("Nueva plantilla").click()
    p.locator("#nueva-plantilla-nombre").fill("Control de asma")
    p.locator("#nueva-plantilla-especialidad").select_option("cronico")
    p.locator("#nueva-plantilla-texto-1").fill("Campos pulmonares sin sibilancias.")
    p.locator("#nueva-plantilla-texto-4").fill("Cita en tres meses.")
    p.locator("#t-plantilla ~ details").get_by_role("button", name="Otro renglón").click()
    expect(p.locator("#nueva-plantilla-texto-5")).to_be_focused()
    p.keyboard.type("Datos de alarma explicados.")
    p.locator("#nueva-plantilla-donde-5").select_option("plan.alarma")
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "textos")
    p.locator("#t-plantilla ~ details").get_by_role("button", name="Guardar").click()
    expect(p.locator("summary", has_text="Control de asma")).to_contain_text("3 renglones")
    p.locator("summary", has_text="/ef").click()
    caja = p.locator("details[open] textarea")
    caja.fill("Faringe sin alteraciones.")
    p.locator("details[open]").get_by_role("button", name="Guardar").click()
    expect(p.locator("summary", has_text="/ef")).to_contain_text("Faringe sin alteraciones.")
    p.get_by_text("Nueva frase").click()  # otra con el mismo nombre no entra, y lo escrito sigue
    p.locator("#nueva-frase-nombre").fill("EF")
    p.locator("#nueva-frase-texto-0").fill("Otra cosa.")
    p.locator("#t-frase ~ details").get_by_role("button", name="Guardar").click()
    expect(p.get_by_role("alert")).to_be_focused()
    expect(p.locator("#nueva-frase-texto-0")).to_have_value("Otra cosa.")
    p.locator("summary", has_text="/ef").click()
    p.locator("#t-frase ~ ul details[open]").get_by_role("button", name="Quitar").click()
    p.get_by_role("dialog").get_by_role("button", name="Quitar").click()
    expect(p.get_by_text("Ya no se ofrece")).to_be_visible()
    textos = p.context.request.get("/api/textos").json()
    assert [t["datos"]["nombre"] for t in textos] == ["Control de asma"]
    assert [(r["seccion"], r["tipo"]) for r in textos[0]["datos"]["renglones"]] == [
        ("objetivo", "hallazgo"), ("plan", "cita"), ("plan", "alarma"),
    ]  # fmt: skip


def test_la_plantilla_dice_que_falta_y_se_recuerda(mesa: Mesa) -> None:
    p = mesa.pagina
    elegir, faltan = p.get_by_label("Plantilla", exact=True), p.get_by_label("Faltan por decir")
    expect(elegir).to_have_value("general")
    expect(faltan.get_by_role("button")).to_have_text(
        ["Alergias", "Medicación actual", "Antecedentes", "Signos vitales", "Exploración física",
         "Diagnóstico", "Datos de alarma", "Próxima cita", "Pronóstico"]
    )  # fmt: skip
    p.keyboard.press("l")
    expect(elegir).to_be_focused()
    elegir.select_option("pediatria")
    expect(faltan.get_by_role("button", name="Vacunas")).to_be_visible()
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "revisar-plantilla")
    faltan.get_by_role("button", name="Peso").click()
    expect(p.locator("#signos-0-valor")).to_be_focused()
    p.keyboard.type("12")
    p.keyboard.press("Escape")
    expect(faltan.get_by_role("button", name="Peso")).to_have_count(0)
    faltan.get_by_role("button", name="Alergias").press("Enter")
    p.keyboard.type("Niega alergias")
    p.keyboard.press("Enter")
    expect(faltan.get_by_role("button", name="Alergias")).to_have_count(0)
    assert mesa.vista()["contenido"]["nota"]["subjetivo"][-1]["tipo"] == "alergia"
    p.reload()
    expect(elegir).to_have_value("pediatria")
    p.locator(".partes summary").click()
    expect(p.locator(".partes-lista")).to_contain_text("Dicho: Alergias")


def test_las_frases_se_guardan_y_se_ponen_sin_salir_de_la_nota(mesa: Mesa) -> None:
    p = mesa.pagina
    mesa.enunciado("Tos desde ayer").locator(".texto").evaluate(
        "n => getSelection().setBaseAndExtent(n.firstChild, 0, n.firstChild, 3)"
    )
    p.locator("[data-pieza='enunciado:subjetivo:0']").focus()
    p.keyboard.press("f")
    dialogo = p.get_by_role("dialog")
    expect(dialogo.get_by_label("Texto")).to_have_value("Tos")
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "guardar-frase")
    dialogo.get_by_label("Texto").fill("Tos productiva de tres días.")
    dialogo.get_by_label("Nombre corto").fill("tos prod")
    p.keyboard.press("Enter")
    expect(dialogo).to_have_count(0)
    expect(p.locator("[data-pieza='enunciado:subjetivo:0']")).to_be_focused()
    p.keyboard.press("2")
    p.keyboard.type(" 120/80 /pro")
    opciones = p.get_by_role("listbox", name="Frases mías").get_by_role("option")
    expect(opciones).to_have_text([re.compile("tos prod")])
    mesa.clinica.axe(p)
    p.keyboard.press("Escape")  # quita la lista, no el editor
    expect(opciones).to_have_count(0)
    expect(p.get_by_label("Texto del renglón")).to_be_focused()
    p.keyboard.type("d")
    expect(opciones).to_have_count(1)
    p.keyboard.press("Enter")
    expect(p.get_by_label("Texto del renglón")).to_have_value(
        "Tos desde ayer 120/80 Tos productiva de tres días."
    )
    p.keyboard.press("Enter")
    expect(mesa.enunciado("120/80 Tos productiva de tres días.")).to_be_visible()


def test_una_plantilla_propia_pone_sus_renglones_y_se_deshace_de_una_vez(mesa: Mesa) -> None:
    p = mesa.pagina
    renglones = [
        {"seccion": "objetivo", "tipo": "hallazgo", "texto": "Faringe sin alteraciones."},
        {"seccion": "plan", "tipo": "alarma", "texto": "Datos de alarma explicados."},
    ]
    pedido = {
        "clase": "plantilla",
        "nombre": "Mi consulta",
        "especialidad": "urgencia",
        "renglones": renglones,
    }
    assert p.context.request.post("/api/textos", data=pedido).ok
    p.reload()
    elegir = p.get_by_label("Plantilla", exact=True)
    elegir.select_option(label="Mi consulta")
    expect(p.locator(".partes summary")).to_contain_text("de 9 partes")  # las de urgencia
    antes = mesa.vista()["version"]
    poner = p.get_by_role("button", name="Poner sus renglones")
    poner.click()
    expect(mesa.enunciado("Datos de alarma explicados.")).to_be_visible()
    expect(p.get_by_label("Faltan por decir").get_by_role("button", name="Datos de alarma")).to_have_count(0)
    vista = mesa.vista()
    assert vista["version"] == antes + 1
    assert vista["contenido"]["nota"]["objetivo"][-1]["autor"] == "medico"
    poner.click()
    expect(p.locator("#avisar")).to_contain_text("ya están en la nota")
    p.locator("h1").click()
    p.keyboard.press("Control+z")
    expect(mesa.enunciado("Datos de alarma explicados.")).to_have_count(0)
    expect(mesa.enunciado("Faringe sin alteraciones.")).to_have_count(0)
