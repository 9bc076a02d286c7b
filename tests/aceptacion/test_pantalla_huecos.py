# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Quien revisa ve lo que la grabación no tiene: en su lugar de la conversación y junto a la onda."""

from __future__ import annotations

import re
from uuid import UUID

from playwright.sync_api import expect

from scribe.expediente.bitacora import Actor
from scribe.trabajos import huecos
from scribe.trabajos.modelo import Hueco
from tests.aceptacion.test_pantalla_revisar import Mesa, mesa  # noqa: F401
from tests.navegador import base, chromium, motor  # noqa: F401

FALTAN = (
    Hueco(clase="perdido", en_s=21.5, falto_s=12),
    Hueco(clase="pausa", en_s=5, falto_s=180),
    Hueco(clase="final", en_s=45),
)


def con_huecos(mesa: Mesa) -> None:
    """Como si al grabarla el navegador los hubiera dicho."""
    medica = mesa.clinica.api.personas["medica.uno"]
    with mesa.clinica.api.servicios.expediente.transaccion(Actor(medica, "prueba")) as t:
        nota = t.una("nota_por_id", "la nota", id=UUID(mesa.nota))
        g = t.una("grabacion_por_id", "la grabación", id=nota["grabacion_id"])
        t.una(
            "subida_alta", "la subida", id=g["id"], encuentro=g["encuentro_id"],
            consentimiento=g["consentimiento_id"], formato="wav", bytes=None, prioridad=100,
            opciones=huecos.Jsonb({}), equipo_guarda="prueba", usuario=medica, equipo="prueba",
        )  # fmt: skip
        huecos.guardar(t, g["id"], FALTAN)


def test_lo_que_falta_se_ve_en_su_lugar(mesa: Mesa) -> None:
    con_huecos(mesa)
    p = mesa.pagina
    p.reload()
    turnos = p.locator("#turnos .turno")
    expect(turnos.nth(0).locator(".hueco.pausa")).to_have_text("Grabación en pausa 3 min")
    expect(turnos.nth(1).locator("p")).to_have_text(
        re.compile(r"^tengo tos ?Aquí faltan 12 s: .* desde ayer")
    )
    expect(turnos.nth(2).locator(".hueco.final")).to_contain_text("puede faltar el final")
    lista = p.locator("#huecos li")
    expect(lista).to_have_count(3)
    expect(lista.nth(1)).to_contain_text("0:21")
    turnos.nth(1).locator(".p").first.dblclick()
    expect(p.locator(".turno .editor textarea")).to_have_value("tengo tos desde ayer y fiebre")
    p.keyboard.press("Escape")
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "revisar-huecos")
    lista.nth(1).get_by_role("button").click()
    p.wait_for_function("() => document.getElementById('audio').currentTime >= 16")
