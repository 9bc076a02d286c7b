"""Como la primera vez: `scribe servir`, el navegador, un micrófono que oye la consulta, y la nota firmada.

Nada se prepara por debajo: todo se hace en la página, con los modelos de verdad. Lo que tarda y cuántos
toques cuesta quedan en `artefactos/camino.json`.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
import soundfile
from playwright.sync_api import Page, expect

from tests import grabadora as g
from tests.conftest import RAIZ
from tests.navegador import CAPTURAS, un_chromium
from tests.servir_base import Terminal
from tests.web_base import ACCESO, FIRMA

HECHA_S = 600.0
CUENTA = """
const suma = (que) => localStorage.setItem(que, 1 + Number(localStorage.getItem(que) ?? 0));
addEventListener("pointerdown", () => suma("toques"), true);
addEventListener("keydown", (e) => {
  if (e.key.length > 1 || !e.target.closest("input, textarea")) suma("teclas");
}, true);
"""
PRIMERA = {
    "lugar": "Consultorio Norte", "domicilio": "Calle Uno 1, Ciudad de México", "clave": "DFSSA000001",
    "nombre": "Lucía", "apellido_paterno": "Gómez", "nombre_usuario": "doctora.gomez", "cedula": "1234567",
    "institucion_titulo": "Universidad de Prueba",
}  # fmt: skip
SIGNOS = {
    "tension_arterial": "118/76", "frecuencia_cardiaca": "78", "frecuencia_respiratoria": "16",
    "temperatura": "37.2", "peso": "64", "talla": "162",
}  # fmt: skip

RECETA = {
    "Presentación": "tabletas", "Dosis": "1 tableta", "Vía": "oral", "Cada cuánto": "cada 8 horas",
    "Por cuánto": "3 días",
}  # fmt: skip


@pytest.fixture
def carpeta() -> Iterator[Path]:
    """Una carpeta donde el usuario de PostgreSQL puede entrar."""
    nueva = Path(tempfile.mkdtemp(prefix="scribe-pantalla-"))
    nueva.chmod(0o711)
    yield nueva
    shutil.rmtree(nueva, ignore_errors=True)


def test_de_la_instalacion_a_la_nota_firmada_en_el_navegador(
    carpeta: Path, entorno: dict[str, str], tmp_path: Path
) -> None:
    suyo = {**entorno, "SCRIBE_DATOS": str(carpeta / "datos"), "SCRIBE_CLAVE_ARCHIVO": str(carpeta / "clave")}
    clave = Terminal.abrir(suyo, "clave", "nueva", str(carpeta / "clave"))
    assert clave.termina() == 0
    clave.cerrar()
    servidor = Terminal.abrir(suyo, "servir", "--puerto", "0", "--token")
    try:
        hallado = servidor.espera(r"navegador: (http://\S+:\d+)/")
        direccion = hallado[1]
        token = re.search(r"^([\w-]{20,})$", servidor.dicho, re.M)
        assert token is not None, servidor.dicho
        microfono = g.microfono_con(g.MUESTRA, tmp_path)
        with un_chromium(*g.opciones_de(microfono)) as navegador:
            contexto = navegador.new_context(
                base_url=direccion, locale="es-MX", viewport={"width": 1366, "height": 768},
                reduced_motion="reduce",
            )  # fmt: skip
            contexto.set_default_timeout(60_000)
            contexto.add_init_script(CUENTA)
            fuera: list[str] = []  # todo lo que pide el navegador
            contexto.on("request", lambda r: fuera.append(r.url))
            medido = camino(contexto.new_page(), token[1], soundfile.info(g.MUESTRA).duration, tmp_path)
            ajenas = [u for u in fuera if not u.startswith((direccion, "blob:", "data:"))]
            assert fuera and not ajenas, ajenas
        (RAIZ / "artefactos").mkdir(exist_ok=True)
        (RAIZ / "artefactos" / "camino.json").write_text(json.dumps(medido, indent=1, ensure_ascii=False))
    finally:
        servidor.teclea("\x03")
        servidor.termina()
        servidor.cerrar()
    assert "garganta" not in servidor.dicho, "lo dicho no sale en la terminal"


def camino(pagina: Page, token: str, dura_s: float, tmp_path: Path) -> dict[str, float]:
    """Del primer arranque a la firma; dice cuánto costó cada tramo."""
    medido: dict[str, float] = {}
    primer_arranque(pagina, token)
    antes = toques(pagina)
    paciente_nuevo(pagina)
    medido["toques_hasta_grabar"] = toques(pagina) - antes
    grabar(pagina, dura_s)
    parada = time.monotonic()
    enlace = pagina.get_by_role("link", name="Revisar la nota")
    expect(enlace).to_be_visible(timeout=HECHA_S * 1000)
    medido["de_terminar_al_borrador_s"] = round(time.monotonic() - parada, 1)
    medido["consulta_s"] = round(dura_s, 1)
    antes, inicio = toques(pagina), time.monotonic()
    enlace.click()
    expect(pagina.locator(".turno").first).to_be_visible()
    expect(pagina.locator("#nota")).to_contain_text("garganta")
    captura(pagina, "camino-revisar")
    revisar(pagina)
    medido["toques_al_revisar"] = toques(pagina) - antes
    completar(pagina)
    firmar(pagina, tmp_path)
    medido["toques_al_firmar_todo"] = toques(pagina) - antes
    medido["de_abrir_a_firmada_s"] = round(time.monotonic() - inicio, 1)
    return medido


def toques(pagina: Page) -> int:
    """Clics y teclas (sin contar las letras que se escriben)."""
    dado = pagina.evaluate("Number(localStorage.toques ?? 0) + Number(localStorage.teclas ?? 0)")
    return int(dado)


def captura(pagina: Page, nombre: str) -> None:
    CAPTURAS.mkdir(parents=True, exist_ok=True)
    pagina.screenshot(path=CAPTURAS / f"{nombre}.png")


def primer_arranque(pagina: Page, token: str) -> None:
    pagina.goto("/")
    pagina.locator("[name=token]").fill(token)
    pagina.get_by_label("También atiendo").check()
    for nombre, valor in PRIMERA.items():
        pagina.locator(f"[name={nombre}]").fill(valor)
    claves = pagina.locator("input[type=password]")
    for i in range(claves.count()):
        claves.nth(i).fill(FIRMA if "firma" in str(claves.nth(i).get_attribute("name")) else ACCESO)
    pagina.get_by_role("button", name="Crear la cuenta").click()
    expect(pagina.get_by_role("heading", name="Por hacer")).to_be_visible()


def paciente_nuevo(pagina: Page) -> None:
    """Se escribe su nombre y Entrar; el permiso, una vez."""
    pagina.get_by_role("link", name="Grabar consulta").click()
    pagina.locator("#buscar").fill("Mariana Ruiz")  # antes de que la página termine de abrir: no se pierde
    pagina.wait_for_load_state("networkidle")
    pagina.keyboard.press("Enter")
    expect(pagina.locator("#alta-nombre")).to_have_value("Mariana")
    expect(pagina.locator("#alta-paterno")).to_have_value("Ruiz")
    pagina.locator("#alta-nacimiento").fill("1998-03-04")
    pagina.locator("#alta-sexo").select_option("F")
    pagina.get_by_role("button", name="Crear y seguir").click()
    pagina.locator("#permiso-si").click()
    expect(pagina.locator("#boton-grabar")).to_be_visible()


def grabar(pagina: Page, dura_s: float) -> None:
    pagina.locator("#boton-grabar").click()
    pagina.wait_for_function(
        """s => {
            const [minutos, segundos] = document.getElementById("tiempo").textContent.split(":").map(Number);
            return 60 * minutos + segundos >= s;
        }""",
        arg=int(dura_s), timeout=(dura_s + 120) * 1000,
    )  # fmt: skip
    captura(pagina, "camino-grabando")
    pagina.locator("#boton-terminar").click()
    expect(pagina.locator("#hecho")).to_be_visible()


def revisar(pagina: Page) -> None:
    """Todo lo que pide decidir, con una tecla cada vez; y el primer código propuesto."""
    piezas = pagina.locator("#decidir .pieza")
    for _ in range(80):
        if not piezas.count():
            break
        quedan = piezas.count()
        pieza = piezas.first
        pieza.focus()
        pagina.keyboard.press("3" if pieza.locator("button", has_text="Dejar fuera").count() else "1")
        expect(piezas).to_have_count(quedan - 1)
    expect(piezas).to_have_count(0)
    propuesto = pagina.locator(".codigo", has_text="Aceptar").first
    if propuesto.count():
        clave = propuesto.get_attribute("data-pieza")
        propuesto.focus()
        pagina.keyboard.press("1")
        expect(pagina.locator(f"[data-pieza='{clave}']")).to_contain_text("Quitar")
    todos = pagina.get_by_role("button", name="Agregar todo")
    while todos.count():
        quedan = todos.count()
        todos.first.click()
        expect(todos).to_have_count(quedan - 1)
    sueltas = pagina.locator("#signos .pieza, #receta .pieza")
    while sueltas.count():
        quedan = sueltas.count()
        sueltas.first.focus()
        pagina.keyboard.press("1")
        expect(sueltas).to_have_count(quedan - 1)


def completar(pagina: Page) -> None:
    """Lo que la norma pide y no se dijo: lo que falta de signos, de la receta, y el pronóstico."""
    pagina.keyboard.press("p")
    pagina.keyboard.type("Bueno para la vida y la función.")
    pagina.keyboard.press("Enter")
    expect(pagina.locator("#nota")).to_contain_text("Bueno para la vida")
    for clave, valor in SIGNOS.items():
        faltan = pagina.get_by_label("Agregar un signo")
        if faltan.locator(f"option[value={clave}]").count():
            faltan.select_option(clave)
            pagina.keyboard.type(valor)
            pagina.keyboard.press("Escape")
    for campo, valor in RECETA.items():
        for caja in pagina.locator("#receta").get_by_label(campo, exact=True).all():
            if not caja.input_value():
                caja.fill(valor)
    pagina.locator("h1").click()
    expect(pagina.locator("#guardado")).to_contain_text("Guardado")
    pagina.keyboard.press("Control+Enter")  # lo demás se escribe donde el propio diálogo dice que falta
    dialogo = pagina.locator("dialog[open]")
    expect(dialogo).to_be_visible()
    if dialogo.get_by_label("Su contraseña de firmar").count():
        pagina.keyboard.press("Escape")
        return
    for caja in dialogo.locator(".faltas").first.locator("textarea").all():
        caja.fill("Sin datos que agregar, se exploró y se explicó.")
    if dialogo.get_by_label("Calle").count():
        dialogo.get_by_label("Calle").fill("Calle Dos")
    dialogo.get_by_role("button", name="Guardar y seguir").first.click()
    expect(pagina.get_by_label("Su contraseña de firmar")).to_be_visible()
    pagina.keyboard.press("Escape")
    expect(pagina.locator("#pendientes")).to_have_text("Lista para firmar")


def firmar(pagina: Page, tmp_path: Path) -> None:
    pagina.keyboard.press("Control+Enter")
    pagina.get_by_label("Su contraseña de firmar").fill(FIRMA)
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_label("Nota firmada")).to_be_visible()
    captura(pagina, "camino-firmada")
    with pagina.expect_download() as bajada:
        pagina.get_by_role("button", name="Guardar el PDF").click()
        clave = pagina.locator("dialog[open] input[type=password]")
        if clave.count():
            clave.fill(ACCESO)
            pagina.keyboard.press("Enter")
    destino = tmp_path / "nota.pdf"
    bajada.value.save_as(destino)
    with pikepdf.open(destino) as pdf:
        assert len(pdf.pages) >= 1
