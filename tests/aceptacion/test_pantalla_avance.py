"""Mientras no hay borrador se ve el avance, igual en la nota y en el inicio; al llegar, se abre solo."""

from __future__ import annotations

from playwright.sync_api import expect

from scribe.expediente.bitacora import Actor
from scribe.trabajos import estado
from tests.integracion.test_web_camino import atendida
from tests.navegador import Clinica, base, chromium, clinica, motor  # noqa: F401
from tests.web_base import subir


def test_la_nota_en_proceso_dice_como_va_y_se_abre_sola(clinica: Clinica) -> None:  # noqa: F811
    medica = clinica.api.personas["medica.uno"]
    cliente = clinica.api.entrar("medica.uno")
    _, permiso, encuentro = atendida(cliente, str(clinica.lugar), str(medica))
    recibo = subir(cliente, encuentro, permiso)
    p = clinica.entrar("medica.uno")
    renglon = p.locator("[data-trabajo]")
    dicho = "En la cola. Está apagado lo que escribe las notas: seguirá solo en cuanto se encienda."
    expect(renglon).to_contain_text(dicho)
    p.goto(f"/notas/{recibo['nota']}")
    proceso = p.get_by_label("Avance de la nota")
    expect(proceso).to_contain_text("En la cola")
    expect(proceso).to_contain_text("Está apagado")
    expect(p.locator("#firmar")).to_be_hidden()
    clinica.axe(p)
    clinica.capturas(p, "revisar-en-proceso")
    with clinica.api.servicios.expediente.transaccion(Actor(medica, "prueba")) as t:
        trabajo = estado.leer(t, recibo["trabajo"])
        estado.a_atencion(t, trabajo, "Falta el modelo de transcripción.", "Instálelo.", 0.0, 3)
    expect(proceso).to_contain_text("Se detuvo. Falta el modelo de transcripción")
    expect(proceso).to_contain_text("Instálelo. La grabación está a salvo.")
    clinica.axe(p)
    proceso.get_by_role("button", name="Reintentar").click()
    expect(p.get_by_text("Volvió a la cola")).to_be_visible()
    expect(renglon).to_contain_text("En la cola")
    p.goto(f"/notas/{recibo['nota']}")
    expect(proceso).to_contain_text("En la cola")
    assert clinica.api.trabajar() == ["hecho"]
    expect(p.locator("#firmar")).to_be_visible()  # sin recargar a mano
    expect(proceso).to_have_count(0)
