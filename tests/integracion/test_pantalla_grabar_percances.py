# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Percances al grabar: recargar, el micrófono que se va, el equipo que se duerme, morir al terminar."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, Route, expect

from scribe.expediente.bitacora import Actor
from scribe.trabajos import huecos
from tests import grabadora as g
from tests.integracion.test_pantalla_grabar import PERDIDO_S, chromium, clinica, entrar  # noqa: F401
from tests.navegador import Clinica, base, motor  # noqa: F401

COPIA = """new Promise((listo) => {
  indexedDB.open("scribe-grabar").onsuccess = ({ target: { result: base } }) => {
    base.transaction("trozos").objectStore("trozos").getAll().onsuccess = ({ target: { result } }) => {
      base.close();
      const suyos = result.filter((t) => t.id !== "lastre");
      listo(suyos.map((t) => [Object.keys(t).sort().join(), t.desde, Array.from(t.datos)]));
    };
  };
})"""


def grabando(clinica: Clinica, segundos: float) -> Page:
    """Una página que ya lleva tantos segundos grabados."""
    pagina = entrar(clinica)
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    g.aceptar(pagina)
    g.grabar(pagina, segundos)
    return pagina


def test_recargar_a_media_grabacion_y_la_copia_cifrada(clinica: Clinica) -> None:
    """F5 sin querer: al volver se ofrece seguir, es la misma grabación y falta menos de un segundo.

    Lo que quedó en el disco del navegador no es el sonido: está cifrado, y la llave no está ahí.
    """
    pagina = grabando(clinica, 2)
    llaves: list[str] = []
    pagina.on("request", lambda r: llaves.append(r.url) if r.url.endswith("/copia-local/llave") else None)
    sonaron, dados = float(pagina.evaluate("testigo.segundos()")), g.tomado(pagina)
    pagina.reload()
    pagina.wait_for_selector("#pendientes .seguir:visible")
    copia = pagina.evaluate(COPIA)
    assert {claves for claves, _, _ in copia} == {"datos,desde,id,iv"}
    guardado = b"".join(bytes(datos) for _, _, datos in copia)
    claro = dados.tobytes()
    trozos = [t for t in (claro[k : k + 64] for k in range(0, len(claro) - 64, 640)) if any(t)]
    assert trozos and not any(t in guardado for t in trozos)

    pagina.click("#pendientes .seguir")
    pagina.wait_for_selector("#grabadora[data-estado=grabando]")
    assert llaves, "la llave se vuelve a pedir: no estaba guardada"
    g.esperar(pagina, 1)
    sonaron += float(pagina.evaluate("testigo.segundos()"))
    g.terminar(pagina)
    (grabacion,) = g.grabaciones(clinica)
    quedaron = g.quedo(clinica, grabacion)
    assert sonaron - len(quedaron) / g.HERCIOS <= PERDIDO_S
    juntos = min(len(dados), len(quedaron))
    assert np.array_equal(quedaron[: juntos - g.HERCIOS], dados[: juntos - g.HERCIOS])


def test_el_microfono_se_va_y_el_equipo_se_duerme(clinica: Clinica) -> None:
    """Se dice qué pasó y cuánto falta; sigue solo al volver, y lo que sí sonó queda entero."""
    pagina = grabando(clinica, 1)
    falla = pagina.locator("#grabadora-falla")
    pagina.evaluate("testigo.enchufar(false)")
    expect(pagina.locator("#consejo")).to_contain_text("El micrófono se desconectó")
    expect(falla).to_contain_text("Conecte uno")
    assert pagina.get_attribute("#grabadora", "data-estado") == "grabando"
    g.esperar(pagina, 4)  # el vigía ya notó que no llega nada, y no tapa la causa
    expect(pagina.locator("#consejo")).to_contain_text("El micrófono se desconectó")
    clinica.axe(pagina)
    pagina.evaluate("testigo.enchufar(true)")
    expect(falla).to_have_text(re.compile(r"Faltan \d+ s.* a partir de 0:0"))
    expect(pagina.locator("#consejo")).to_be_hidden()

    pagina.evaluate("document.querySelector('#grabadora-falla').textContent = ''")
    pagina.evaluate("testigo.contexto.suspend()")  # así se ve desde dentro un equipo que se durmió
    expect(falla).to_have_text(re.compile(r"Faltan \d+ s.*el equipo se durmió"))
    g.esperar(pagina, 0.6)
    pagina.click("#boton-grabar")
    pagina.wait_for_selector("#grabadora[data-estado=pausada]")
    dados = g.tomado(pagina)
    pagina.evaluate("testigo.pausada = Date.now()")
    pagina.wait_for_function("() => Date.now() - testigo.pausada > 1500")
    pagina.click("#boton-grabar")  # en pausa tampoco se graba, y también lo verá quien revise
    pagina.wait_for_selector("#grabadora[data-estado=grabando]")
    g.esperar(pagina, 0.6)
    g.terminar(pagina)
    (grabacion,) = g.grabaciones(clinica)
    assert np.array_equal(g.quedo(clinica, grabacion)[: len(dados)], dados)
    with clinica.api.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
        faltan = huecos.leer(t, grabacion)
    clases = [h.clase for h in faltan]  # un equipo muy cargado puede perder además algún otro pedazo
    assert clases[-1] == "pausa"
    assert set(clases[:-1]) == {"desconectado", "perdido"}
    assert all(h.falto_s is not None and h.falto_s >= 1 for h in faltan)
    assert abs(faltan[-1].en_s - len(dados) / g.HERCIOS) < 0.2


def test_morir_justo_al_terminar(clinica: Clinica) -> None:
    """El servidor la recibió y la página murió sin oír el recibo: se entrega sola, y una sola vez."""
    pagina = grabando(clinica, 0.6)
    oidos: list[int] = []

    def sin_respuesta(ruta: Route) -> None:
        oidos.append(ruta.fetch().status)
        ruta.abort()

    pagina.route("**/cierre", sin_respuesta)
    pagina.click("#boton-terminar")
    pagina.wait_for_selector("#guardado:has-text('no contesta')")
    assert oidos[0] == 201
    otra = pagina.context.new_page()
    g.abrir_grabar(otra)
    otra.wait_for_selector("#pendientes:has-text('en otra pestaña')")
    dados = g.tomado(pagina)
    g.tronar(pagina)  # la otra pestaña se entera y la atiende, sin recargar
    otra.wait_for_selector("#trabajos li:has-text('María Núñez')")
    expect(otra.locator("#pendientes")).to_be_hidden()
    (grabacion,) = g.grabaciones(clinica)
    assert np.array_equal(g.quedo(clinica, grabacion), dados)
    assert g.copia_local(otra) == 0
