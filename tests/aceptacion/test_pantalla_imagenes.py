# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Las imágenes del README: grabar, revisar y firmar, hechas con la pantalla de verdad.

Quedan en `artefactos/pantalla/`; `make imagenes` (que da `SCRIBE_IMAGENES=docs/imagenes`) deja además las del
repositorio, con 128 colores para que pesen poco.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from scribe.consulta import Borrador
from tests import grabadora as g
from tests.aceptacion.test_pantalla_revisar import Mesa, completar_por_api, preparar
from tests.conftest import RAIZ
from tests.expediente_base import BasePrueba
from tests.navegador import CAPTURAS, Clinica, abrir_clinica, base, motor, un_chromium  # noqa: F401
from tests.trabajos_base import wav

COLORES = 128


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Un Chromium cuyo micrófono es la consulta de muestra."""
    archivo = g.microfono_con(g.MUESTRA, tmp_path_factory.mktemp("microfono"))
    with un_chromium(*g.opciones_de(archivo)) as abierto:
        yield abierto


def test_las_imagenes_del_readme(base: BasePrueba, tmp_path: Path, chromium: Browser) -> None:
    with abrir_clinica(base, tmp_path / "datos", chromium) as clinica:
        hechas = [*_grabar(clinica), *_revisar(clinica)]
    destino = os.environ.get("SCRIBE_IMAGENES")
    for hecha in hechas:
        with Image.open(hecha) as imagen:
            assert imagen.size == (1366, 768) and len(imagen.convert("RGB").getcolors(1 << 24) or ()) > 50
            if destino:
                ligera = imagen.convert("RGB").quantize(COLORES, dither=Image.Dither.NONE)
                ligera.save(Path(destino) / hecha.name, optimize=True)


def _grabar(clinica: Clinica) -> Iterator[Path]:
    clinica.paciente("Rosa", "Ibarra", nacimiento="1961-04-12", sexo="F")
    pagina = clinica.entrar("medica.uno", reduced_motion="reduce")
    pagina.context.add_init_script(g.TESTIGO)
    g.abrir_grabar(pagina)
    g.elegir(pagina, "iba")
    g.aceptar(pagina)
    g.grabar(pagina, 6)  # lo bastante para que ya se oiga a alguien
    pagina.wait_for_selector("#guardado.bien")
    pagina.evaluate("document.querySelector('#microfono option').textContent = 'Micrófono de la mesa'")
    yield _foto(pagina, "grabar")
    g.terminar(pagina)


def _revisar(clinica: Clinica) -> Iterator[Path]:
    crudo = (RAIZ / "docs" / "ejemplo-borrador.json").read_text(encoding="utf-8")
    borrador = Borrador.model_validate_json(crudo)
    nota = preparar(clinica, borrador, wav(borrador.audio.duracion_s))
    pagina = clinica.entrar("medica.uno", reduced_motion="reduce")
    for tema in ("light", "dark"):
        pagina.emulate_media(color_scheme=tema)  # type: ignore[arg-type]
        pagina.goto(f"/notas/{nota}")
        expect(pagina.locator(".p.activa").first).to_be_visible()
        expect(pagina.locator("#tocar")).to_be_enabled()
        pagina.wait_for_load_state("networkidle")
        yield _foto(pagina, "revisar" if tema == "light" else "revisar-oscuro")
    pagina.emulate_media(color_scheme="light")
    completar_por_api(Mesa(clinica, pagina, nota))
    pagina.reload()
    expect(pagina.locator("#pendientes")).to_contain_text("falta")
    pagina.keyboard.press("Control+Enter")
    expect(pagina.get_by_role("dialog")).to_contain_text("NOM-004")
    yield _foto(pagina, "firmar")


def _foto(pagina: Page, nombre: str) -> Path:
    CAPTURAS.mkdir(parents=True, exist_ok=True)
    ruta = CAPTURAS / f"{nombre}.png"
    pagina.screenshot(path=ruta, animations="disabled")
    return ruta
