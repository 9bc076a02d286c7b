"""En Colombia: los datos de la atención se eligen antes de grabar, se ven y se recuerdan."""

from __future__ import annotations

from playwright.sync_api import expect

from scribe.expediente import consentimientos, usuarios
from scribe.expediente.bitacora import Actor
from tests.navegador import Clinica, base, chromium, clinica, motor  # noqa: F401


def test_los_datos_de_la_atencion_y_de_la_persona(clinica: Clinica) -> None:  # noqa: F811
    actor = Actor(clinica.api.personas["administrador.uno"], "prueba")
    with clinica.api.servicios.expediente.transaccion(actor) as t:
        bogota = usuarios.alta_establecimiento(
            t, "CO", "Consultorio Chapinero", "consultorio", "Calle 60", clave="110010000101"
        )
        consentimientos.publicar_texto(t, "grabacion", "CO", "1", "Acepto que se grabe.")
    clinica.api.alta("medica.bogota", bogota.id, "medico")
    p = clinica.entrar("medica.bogota")
    p.goto("/grabar")
    p.locator("#buscar").fill("Zoila Quintero")
    p.wait_for_load_state("networkidle")
    p.keyboard.press("Enter")
    p.get_by_role("button", name="Crear y seguir").click()
    p.locator("#atencion-co summary").click()
    p.get_by_label("Modalidad").select_option(label="Intramural")
    p.get_by_label("Finalidad").select_option(label="Diagnóstico")
    p.get_by_label("CUPS de la consulta").fill("8902")
    expect(p.get_by_label("CUPS de la consulta")).to_have_attribute("aria-invalid", "true")
    p.get_by_label("CUPS de la consulta").fill("890201")
    expect(p.locator("#atencion-dicha")).to_have_text("Intramural · Diagnóstico · CUPS 890201")
    clinica.axe(p)
    clinica.capturas(p, "grabar-colombia")
    p.locator("#permiso-no").click()
    p.get_by_role("button", name="Escribir la nota a mano").click()
    expect(p.locator("#nota")).to_be_visible()
    nota = p.context.request.get(f"/api/notas/{p.url.rsplit('/', 1)[1]}").json()["nota"]
    encuentro = p.context.request.get(f"/api/encuentros/{nota['encuentro_id']}").json()
    assert (encuentro["modalidad"], encuentro["finalidad"], encuentro["cups"]) == ("01", "15", "890201")
    assert encuentro["causa"] is None, "lo que no se eligió no se inventa"
    p.goto(f"/pacientes/{nota['paciente_id']}/grabar")
    expect(p.locator("#atencion-dicha")).to_have_text("Intramural · Diagnóstico · CUPS 890201")
    p.goto(f"/pacientes/{nota['paciente_id']}/datos")
    p.get_by_label("Municipio").select_option("11001")
    p.get_by_label("Zona").select_option(label="Urbana")
    clinica.axe(p)
    clinica.capturas(p, "paciente-colombia")
    p.get_by_role("button", name="Guardar").first.click()
    expect(p.get_by_text("BOGOTÁ, D.C.").first).to_be_visible()
