# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Lo que falta para firmar se completa en la propia firma: nota, persona, quien atiende y dónde."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from scribe.expediente import consentimientos, usuarios
from scribe.expediente.bitacora import Actor
from tests.aceptacion.test_pantalla_revisar import Mesa, mesa  # noqa: F401
from tests.navegador import Clinica, base, chromium, clinica, motor  # noqa: F401


def renglon(dialogo: Locator, texto: str) -> Locator:
    """El de la lista que dice eso."""
    return dialogo.locator(".faltas li", has_text=texto).first


def test_en_mexico_todo_se_completa_sin_salir_de_la_firma(mesa: Mesa) -> None:
    p = mesa.pagina
    p.keyboard.press("Control+Enter")
    d = p.locator("dialog[open]")
    renglon(d, "Niega fiebre").get_by_label("Correcto").check()
    renglon(d, "Amoxilina").get_by_label("Quitar").check()
    renglon(d, "posible alergia").get_by_label("Lo revisé").check()
    renglon(d, "signos vitales").get_by_label("Temperatura").fill("36.8")
    renglon(d, "signos vitales").get_by_label("Tensión arterial").fill("120/80")
    renglon(d, "signos vitales").get_by_label("Frecuencia cardiaca").fill("72")
    renglon(d, "ronóstico").get_by_role("textbox").fill("Bueno para la vida y la función.")
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "revisar-faltan")
    d.get_by_role("button", name="Guardar y seguir").first.click()
    # Lo guardado ya no se pide; lo que faltó, sí, y con lo suyo.
    expect(renglon(p.locator("dialog[open]"), "signos vitales")).to_contain_text("frecuencia respiratoria")
    d = p.locator("dialog[open]")
    expect(d.locator(".faltas li", has_text="Niega fiebre")).to_have_count(0)
    expect(renglon(d, "signos vitales").get_by_role("textbox")).to_have_count(1)
    vista = mesa.vista()
    assert {s["clave"]: s["valor"] for s in vista["contenido"]["signos"]}["tension_arterial"] == "120/80"
    assert vista["contenido"]["nota"]["pronostico"][0]["autor"] == "medico"
    assert vista["contenido"]["avisos"][0]["resolucion"]
    d.get_by_role("button", name="Guardar y seguir").first.click()
    expect(d.get_by_role("alert").first).to_contain_text("Escriba o elija algo")
    renglon(d, "signos vitales").get_by_role("textbox").fill("16")
    for caja in d.locator(".faltas").first.locator("textarea").all():
        caja.fill("Se exploró y se explicó.")
    if d.get_by_label("Calle").count():
        d.get_by_label("Calle").fill("Calle Dos")
    d.get_by_role("button", name="Guardar y seguir").first.click()
    expect(p.get_by_label("Su contraseña de firmar")).to_be_visible()
    expect(p.locator("#pendientes")).to_have_text("Lista para firmar")


def nota_a_mano_en_bogota(clinica: Clinica) -> Page:
    """Sin permiso para grabar, se escribe a mano; de la atención, de ella y del lugar no se dijo nada."""
    actor = Actor(clinica.api.personas["administrador.uno"], "prueba")
    with clinica.api.servicios.expediente.transaccion(actor) as t:
        bogota = usuarios.alta_establecimiento(t, "CO", "Consultorio Chapinero", "consultorio", "Calle 60")
        consentimientos.publicar_texto(t, "grabacion", "CO", "1", "Acepto que se grabe.")
    clinica.api.alta("medica.bogota", bogota.id, "medico")
    medica = clinica.api.personas["medica.bogota"]
    with clinica.api.servicios.expediente.transaccion(actor) as t:
        usuarios.otorgar(t, medica, "administrador", bogota.id)
        usuarios.cambiar(t, medica, tipo_documento=None, documento=None)
    p = clinica.entrar("medica.bogota")
    p.goto("/grabar")
    p.locator("#buscar").fill("Zoila Quintero")
    p.wait_for_load_state("networkidle")
    p.keyboard.press("Enter")
    p.get_by_role("button", name="Crear y seguir").click()
    p.locator("#permiso-no").click()
    p.get_by_role("button", name="Escribir la nota a mano").click()
    expect(p.locator("[data-agrega=subjetivo]")).to_be_visible()
    p.locator("[data-agrega=subjetivo]").click()
    p.keyboard.type("Tos desde ayer.")
    p.keyboard.press("Enter")
    expect(p.locator("#guardado")).to_contain_text("Guardado")
    return p


def test_en_colombia_lo_de_la_res_866_se_completa_al_firmar(clinica: Clinica) -> None:
    p = nota_a_mano_en_bogota(clinica)
    p.keyboard.press("Control+Enter")
    d = p.locator("dialog[open]")
    d.locator("summary", has_text="Además").click()
    expect(d.locator(".faltas li", has_text="Zona territorial")).to_have_count(0)  # va con el domicilio
    expect(renglon(d, "lugar de residencia")).to_contain_text("Res. 866 de 2021, elemento 14")
    impiden = d.locator("form").first
    documento = renglon(impiden, "ocumento de identi")
    documento.get_by_label("Documento", exact=True).select_option("CC")
    documento.get_by_label("Número").fill("52123456")
    impiden.get_by_label("Fecha de nacimiento").fill("1980-05-06")
    impiden.get_by_label("Sexo").select_option("F")
    impiden.get_by_label("Su documento").select_option("CC")
    renglon(impiden, "documento de quien atiende").get_by_label("Número").fill("79123456")
    impiden.get_by_label("Código REPS").fill("110010000101")
    for caja in impiden.locator("textarea").all():
        caja.fill("Se explicó.")
    clinica.axe(p)
    clinica.capturas(p, "revisar-faltan-colombia")
    impiden.get_by_role("button", name="Guardar y seguir").click()
    expect(p.locator("dialog[open]")).not_to_contain_text("Código REPS")
    nota = p.url.rsplit("/", 1)[1]
    d = p.locator("dialog[open]")
    d.locator("summary").first.click()
    d.get_by_label("Modalidad").select_option("01")
    d.get_by_label("CUPS").fill("890201")
    d.get_by_label("Nacionalidad").select_option("COL")
    d.get_by_label("Zona").select_option("01")
    municipio = d.get_by_label("Municipio")
    municipio.press_sequentially("bogot")
    opcion = d.locator("datalist option[data-clave='11001']").first
    expect(opcion).to_be_attached()
    municipio.fill(str(opcion.get_attribute("value")))
    d.locator("form", has=p.get_by_label("Modalidad")).get_by_role("button", name="Guardar y seguir").click()
    expect(p.locator("dialog[open] .faltas li", has_text="Modalidad")).to_have_count(0)

    vista: dict[str, Any] = p.context.request.get(f"/api/notas/{nota}").json()
    faltan = {f["donde"] for f in vista["faltas"]}
    dichos = {
        "paciente.documento", "paciente.tipo_documento", "paciente.nacimiento", "paciente.sexo",
        "medico.documento", "medico.tipo_documento", "establecimiento.clave", "encuentro.modalidad",
        "encuentro.cups", "encuentro.tecnologia", "paciente.nacionalidad", "domicilio.zona",
        "domicilio.municipio", "domicilio.pais",
    }  # fmt: skip
    assert not faltan & dichos
    encuentro = p.context.request.get(f"/api/encuentros/{vista['nota']['encuentro_id']}").json()
    assert (encuentro["modalidad"], encuentro["cups"], encuentro["causa"]) == ("01", "890201", None)
    otra = p.context.request.post(
        f"/api/notas/{nota}/faltantes",
        data={"atencion": {"modalidad": "02"}},
        headers={"Origin": clinica.url},
    )
    assert otra.status == 409, otra.text()
