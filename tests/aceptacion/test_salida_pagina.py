"""La página en un navegador de verdad: se lee, se oye, se recorre con teclado y se imprime."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scribe.consulta import Borrador, Contexto, InfoAudio, Palabra, Rol, Transcripcion, Turno
from scribe.salida.publicar import publicar

RAIZ = Path(__file__).resolve().parents[2]
CALLADO = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="module")
def navegador() -> Iterator[Browser]:
    ejecutable = (
        os.environ.get("SCRIBE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    assert ejecutable, "falta Chromium: apt-get install chromium, o SCRIBE_CHROMIUM=ruta"
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=ejecutable, args=CALLADO)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def borrador() -> Borrador:
    return Borrador.model_validate_json((RAIZ / "docs" / "ejemplo-borrador.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def carpeta(borrador: Borrador, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Una salida con su grabación al lado (un tono de la misma duración)."""
    base = tmp_path_factory.mktemp("página con espacios")
    audio = base / "grabación 1.wav"
    muestras = np.sin(np.arange(int(borrador.audio.duracion_s * 8000)) / 20).astype(np.float32) * 0.01
    soundfile.write(audio, muestras, 8000)
    contexto = Contexto(nombre="Elvira R.", edad=63, sexo="F")
    publicar(
        borrador, (), base / "salida", contexto=contexto, audio=audio, momento=datetime(2026, 3, 4, 9, 5)
    )
    return base


def abrir(navegador: Browser, carpeta: Path, **opciones: Any) -> tuple[Page, list[str]]:
    """Abre la nota y devuelve la página con la lista viva de sus problemas (consola, errores, red)."""
    problemas: list[str] = []
    pagina = navegador.new_context(**opciones).new_page()
    pagina.on("console", lambda m: problemas.append(m.text) if m.type in {"error", "warning"} else None)
    pagina.on("pageerror", lambda e: problemas.append(str(e)))
    pagina.on("request", lambda r: None if r.url.startswith(("file:", "blob:")) else problemas.append(r.url))
    pagina.goto((carpeta / "salida" / "nota.html").as_uri())
    return pagina, problemas


@pytest.fixture
def pagina(navegador: Browser, carpeta: Path) -> Iterator[Page]:
    abierta, problemas = abrir(navegador, carpeta, viewport={"width": 1366, "height": 768})
    yield abierta
    assert problemas == []
    abierta.context.close()


def resaltado(pagina: Page) -> str:
    textos = pagina.locator("#turnos .cita.activa").evaluate_all(
        "ns => ns.map(n => { const c = n.cloneNode(true);"
        " c.querySelectorAll('.oido').forEach(o => o.remove()); return c.textContent; })"
    )
    return "".join(textos)


def test_pasar_por_un_enunciado_ensena_lo_que_se_dijo(pagina: Page) -> None:
    pagina.hover("#s1 summary")
    expect(pagina.locator("#turnos .cita.activa").first).to_be_in_viewport()
    assert resaltado(pagina) == "Me duele la cabeza en las mañanas desde hace dos semanas."
    pagina.mouse.move(2, 2)
    expect(pagina.locator("#turnos .cita.activa")).to_have_count(0)


def test_con_teclado_se_llega_a_la_evidencia(pagina: Page) -> None:
    pagina.locator("#p3 summary").focus()
    pagina.keyboard.press("Enter")
    expect(pagina.locator("#p3 .citas")).to_be_visible()
    assert resaltado(pagina) == "¿Y cuándo la traigo?En dos semanas."
    pagina.keyboard.press("Tab")
    assert "Oír" in pagina.locator(":focus").inner_text()
    pagina.keyboard.press("Escape")
    assert resaltado(pagina) == ""


def test_de_la_transcripcion_se_vuelve_a_la_nota(pagina: Page) -> None:
    pagina.locator("#t8 .cita", has_text="diaria en la mañana").click()
    expect(pagina.locator("#p1")).to_have_attribute("open", "")
    expect(pagina.locator("#p1 summary")).to_be_focused()
    pagina.locator("#t10 .en-nota").click()
    expect(pagina.locator("#p2")).to_have_attribute("open", "")


def test_oir_empieza_donde_se_dijo_y_se_puede_callar(pagina: Page, borrador: Borrador) -> None:
    expect(pagina.locator("body")).to_have_class(re.compile("con-sonido"))
    pagina.locator("#p1 summary").click()
    boton = pagina.locator("#p1 .oir")
    boton.click()
    expect(boton).to_contain_text("Pausar")
    segundo = pagina.evaluate("document.querySelector('#audio').currentTime")
    assert abs(segundo - borrador.nota.plan[0].citas[0].inicio) < 1.5
    expect(pagina.locator(".turno.sonando")).to_have_attribute("id", "t8")
    boton.click()
    expect(boton).to_contain_text("Oír")
    assert pagina.evaluate("document.querySelector('#audio').paused")


def test_sin_grabacion_al_lado_se_conecta_una_local(
    navegador: Browser, borrador: Borrador, carpeta: Path, tmp_path: Path
) -> None:
    publicar(borrador, (), tmp_path / "salida", momento=datetime(2026, 3, 4, 9, 5))
    pagina, problemas = abrir(navegador, tmp_path)
    expect(pagina.locator("#audio")).to_be_hidden()
    pagina.locator("#s1 summary").click()
    with pagina.expect_file_chooser() as eleccion:
        pagina.locator("#s1 .oir").click()
    eleccion.value.set_files(carpeta / "grabación 1.wav")
    expect(pagina.locator("#s1 .oir")).to_contain_text("Pausar")
    expect(pagina.locator("#estado-sonido")).to_contain_text("no es la grabación de esta consulta")
    assert problemas == []


def test_buscar_y_filtrar(pagina: Page) -> None:
    pagina.fill("#buscar", "PRESION")
    expect(pagina.locator(".turno:visible")).to_have_count(2)
    expect(pagina.locator("#encontrados")).to_have_text("2 de 10 turnos")
    pagina.fill("#buscar", "")
    pagina.uncheck("[data-voz='Médico'][type=checkbox]")
    expect(pagina.locator(".turno:visible")).to_have_count(5)


def test_lo_oido_se_ve_al_pasar_al_tocar_y_todo_junto(pagina: Page) -> None:
    corregida = pagina.locator("#t3 .corr").first
    expect(corregida.locator(".oido")).to_be_hidden()
    corregida.hover()
    expect(corregida.locator(".oido")).to_be_visible()
    expect(corregida.locator("s")).to_have_text("a mlo dipino")
    pagina.mouse.move(2, 2)
    pagina.check("#lo-oido")
    expect(pagina.locator("#t6 .oido").first).to_be_visible()


def test_copiar_da_la_nota_sin_evidencia(pagina: Page) -> None:
    pagina.context.grant_permissions(["clipboard-read", "clipboard-write"])
    pagina.click("#copiar")
    expect(pagina.locator("#dicho")).to_have_text("Copiada")
    copiado = pagina.evaluate("navigator.clipboard.readText()")
    assert copiado.startswith("SUBJETIVO\n- Cefalea matutina desde hace dos semanas.\n")
    assert "[Por revisar: la dosis se dijo sin unidad]" in copiado
    assert "PRONÓSTICO\nNo mencionado" in copiado
    assert "Me duele la cabeza" not in copiado


@pytest.mark.parametrize("ancho", [320, 390, 820, 1366])
def test_no_se_desborda_a_lo_ancho(navegador: Browser, carpeta: Path, ancho: int) -> None:
    pagina, problemas = abrir(navegador, carpeta, viewport={"width": ancho, "height": 844}, has_touch=True)
    pagina.locator("#s2 summary").tap()
    expect(pagina.locator("#s2 .citas")).to_be_visible()
    assert pagina.evaluate("document.documentElement.scrollWidth") <= ancho
    assert problemas == []


def test_impresa_en_carta_lleva_la_nota_y_no_los_botones(navegador: Browser, carpeta: Path) -> None:
    pagina, _ = abrir(navegador, carpeta)
    pagina.emulate_media(media="print")
    expect(pagina.locator("#copiar")).to_be_hidden()
    expect(pagina.locator("#turnos")).to_be_hidden()
    expect(pagina.locator("#s1 .texto")).to_be_visible()
    expect(pagina.locator("#s1 .ref").first).to_be_visible()
    hojas = pagina.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox \[0 0 612 792\]", hojas)


def test_sin_guion_la_evidencia_sigue_a_un_toque(navegador: Browser, carpeta: Path) -> None:
    pagina, problemas = abrir(navegador, carpeta, java_script_enabled=False)
    expect(pagina.locator(".herramientas")).to_be_hidden()
    pagina.locator("#s1 summary").click()
    expect(pagina.locator("#s1 q")).to_be_visible()
    assert problemas == []


def test_tres_horas_se_abren_pronto(navegador: Browser, tmp_path: Path) -> None:
    publicar(consulta_larga(), (), tmp_path / "salida", momento=datetime(2026, 3, 4, 9, 5))
    pagina, problemas = abrir(navegador, tmp_path, viewport={"width": 1366, "height": 768})
    cargada = pagina.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    assert cargada < 5000  # ms; holgado para un equipo ocupado
    pagina.fill("#buscar", "palabra17")
    expect(pagina.locator("#encontrados")).to_contain_text("de 1800 turnos")
    assert problemas == []


def consulta_larga() -> Borrador:
    """Tres horas: 1800 turnos de seis segundos y quince palabras."""
    turnos = []
    for k in range(1800):
        palabras = tuple(
            Palabra(
                texto=f"palabra{(k + j) % 97}",
                inicio=k * 6 + j * 0.4,
                fin=k * 6 + j * 0.4 + 0.3,
                prob=0.4 + j / 30,
            )
            for j in range(15)
        )
        turnos.append(
            Turno(
                id=k + 1,
                hablante=f"H{k % 2 + 1}",
                rol=Rol.MEDICO if k % 2 else Rol.PACIENTE,
                inicio=k * 6.0,
                fin=k * 6.0 + 6,
                texto=" ".join(p.texto for p in palabras),
                palabras=palabras,
            )
        )
    transcripcion = Transcripcion(idioma="es", turnos=tuple(turnos))
    return Borrador(audio=InfoAudio(sha256="", duracion_s=10_800.0), transcripcion=transcripcion)
