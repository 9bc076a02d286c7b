# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Tres horas de consulta en la página de revisar: nada se pinta de un golpe y nada espera a la onda.

Sin `expect`: mientras no se cumple, cada sondeo suyo describe la página entera: miles de renglones.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile
from playwright.sync_api import Browser, Route

from scribe.consulta import Borrador
from tests.aceptacion.test_pantalla_revisar import preparar
from tests.conftest import RAIZ
from tests.expediente_base import BasePrueba
from tests.navegador import abrir_clinica, base, chromium, motor  # noqa: F401
from tests.revision_base import estirado

VECES = 206
TANDA = 100
COMPLETA = """cuantos => {
  const { dataset, children } = document.getElementById("turnos");
  return "completa" in dataset && children.length === cuantos;
}"""
SE_VE = """() => {
  const caja = (cual) => document.querySelector(cual).getBoundingClientRect();
  const [marco, palabra] = [caja("#turnos"), caja(".p.activa")];
  return palabra.top >= marco.top && palabra.bottom <= marco.bottom;
}"""
EN_EL_SEXTO = "document.querySelector('.turno:nth-child(6) textarea').value"
TURNO_ACTIVO = "Number(document.querySelector('.p.activa').closest('.turno').dataset.turno)"
TESTIGO = """
window.tandas = [];
addEventListener("DOMContentLoaded", () => {
  const turnos = document.getElementById("turnos");
  if (!turnos) return;
  new MutationObserver((vistos) => tandas.push(vistos.reduce((n, v) => n + v.addedNodes.length, 0)))
    .observe(turnos, { childList: true });
});
"""


def tres_horas() -> tuple[Borrador, bytes]:
    """Un borrador de tres horas y un sonido igual de largo (un minuto de mp3, repetido)."""
    crudo = (RAIZ / "docs" / "ejemplo-borrador.json").read_text(encoding="utf-8")
    borrador = estirado(Borrador.model_validate_json(crudo), VECES)
    minuto = io.BytesIO()
    ruido = np.random.default_rng(3).standard_normal(8000 * 60) * 0.03
    soundfile.write(minuto, ruido, 8000, format="MP3")
    return borrador, minuto.getvalue() * int(borrador.audio.duracion_s // 60)


def test_tres_horas_se_revisan_como_cinco_minutos(
    base: BasePrueba, tmp_path: Path, chromium: Browser
) -> None:
    borrador, sonido = tres_horas()
    turnos = len(borrador.transcripcion.turnos)
    assert turnos > 2000 and borrador.audio.duracion_s > 10_000
    with abrir_clinica(base, tmp_path / "datos", chromium) as clinica:
        nota = preparar(clinica, borrador, sonido)
        p = clinica.entrar("medica.uno")
        p.add_init_script(TESTIGO)
        ondas: list[Route] = []

        def retener(ruta: Route) -> None:
            ondas.append(ruta)

        p.route("**/onda", retener)
        p.goto(f"/notas/{nota}")
        p.wait_for_function(COMPLETA, arg=turnos)
        tandas = p.evaluate("tandas")
        assert max(tandas) <= TANDA and sum(tandas) >= turnos
        p.wait_for_selector("#tocar:enabled")  # se puede oír sin esperar a la onda
        ondas.pop().continue_()

        p.locator("#nota .enunciado").last.click()  # lo que lo sustenta se dijo casi al final
        p.wait_for_function("() => document.querySelector('.p.activa') !== null")
        assert p.evaluate(TURNO_ACTIVO) > turnos // 2
        assert p.evaluate(SE_VE), "la conversación se movió hasta sus palabras"

        for renglon, texto in ((5, "a medio escribir"), (3, "Otra cosa")):
            p.evaluate("k => document.querySelectorAll('.turno')[k].focus()", renglon)
            p.keyboard.press("Enter")
            p.keyboard.press("ControlOrMeta+a")
            p.keyboard.type(texto)
        p.evaluate("tandas.length = 0")
        p.keyboard.press("Enter")
        p.wait_for_function("() => document.querySelector('.corregida') !== null")
        p.wait_for_function(COMPLETA, arg=turnos)
        assert sum(p.evaluate("tandas")) == 1, "solo se vuelve a pintar el turno corregido"
        assert (
            p.evaluate("document.querySelector('.turno:nth-child(6) textarea').value") == "a medio escribir"
        )
