"""La aplicación entera en un navegador de verdad: servidor, personas de cada papel, axe y capturas.

    from tests.navegador import Clinica, chromium, clinica, motor, base  # noqa: F401

    def test_algo(clinica: Clinica) -> None:
        pagina = clinica.entrar("medica.uno")          # una página con sesión
        pagina.goto("/pacientes")                      # ruta relativa al servidor
        clinica.axe(pagina)                            # WCAG 2.2 AA, sin excepciones
        clinica.capturas(pagina, "pacientes")          # tres tamaños, en artefactos/pantalla/

Al cerrar, `clinica` exige que ninguna petición saliera de la máquina y que la consola quedara limpia.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from scribe.expediente import consentimientos, pacientes
from scribe.expediente.bitacora import Actor
from scribe.expediente.modelo import DatosPaciente
from tests.expediente_base import BasePrueba, base, motor  # noqa: F401
from tests.web_base import ACCESO, Api, api_sobre

RAIZ = Path(__file__).resolve().parent.parent
CAPTURAS = RAIZ / "artefactos" / "pantalla"
TAMANOS = {"laptop": (1366, 768), "tableta": (1024, 768), "telefono": (390, 844)}
CALLADO = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]
PLAZO_MS = 60_000
expect.set_options(timeout=PLAZO_MS)
_SALTOS = """() => new Promise((listo) => {
  let suma = 0;
  new PerformanceObserver((l) => { for (const e of l.getEntries()) suma += e.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => listo(suma)));
})"""
ROLES = ("medico", "asistente", "administrador", "auditor")


def ejecutable() -> str:
    """Dónde está Chromium."""
    hallado = os.environ.get("SCRIBE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert hallado, "falta Chromium: apt-get install chromium, o SCRIBE_CHROMIUM=ruta"
    return hallado


@contextmanager
def un_chromium(*extra: str) -> Iterator[Browser]:
    """Un Chromium callado; `extra` son opciones (un micrófono falso, por ejemplo)."""
    with sync_playwright() as p:
        abierto = p.chromium.launch(executable_path=ejecutable(), args=[*CALLADO, *extra])
        try:
            yield abierto
        finally:
            abierto.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """El navegador de las pruebas de un archivo."""
    with un_chromium() as abierto:
        yield abierto


@dataclass
class Clinica:
    """Un servidor que atiende de verdad, con una persona de cada papel y lo que el navegador pidió."""

    api: Api
    url: str
    navegador: Browser
    lugar: UUID
    pedidas: list[str] = field(default_factory=list)
    problemas: list[str] = field(default_factory=list)
    contextos: list[BrowserContext] = field(default_factory=list)
    pacientes: dict[str, UUID] = field(default_factory=dict)
    nota: UUID | None = None

    def contexto(self, **k: Any) -> BrowserContext:
        """Un navegador sin sesión, a 1366×768 si no se dice otra cosa."""
        k.setdefault("viewport", {"width": 1366, "height": 768})
        nuevo = self.navegador.new_context(base_url=self.url, locale="es-MX", **k)
        nuevo.set_default_timeout(PLAZO_MS)
        nuevo.on("request", lambda r: self.pedidas.append(r.url))
        nuevo.on("weberror", lambda e: self.problemas.append(str(e.error)))
        nuevo.on("console", self._consola)
        self.contextos.append(nuevo)
        return nuevo

    def pagina(self, **k: Any) -> Page:
        """Una página sin sesión."""
        return self.contexto(**k).new_page()

    def entrar(self, usuario: str, **k: Any) -> Page:
        """Una página con la sesión de esa persona, ya en el inicio."""
        contexto = self.contexto(**k)
        pedido = {"usuario": usuario, "contrasena": ACCESO}
        respuesta = contexto.request.post("/api/sesion", data=pedido)
        assert respuesta.ok, respuesta.text()
        pagina = contexto.new_page()
        pagina.goto("/")
        return pagina

    def paciente(self, nombre: str = "María", apellido: str = "Núñez", **datos: Any) -> UUID:
        """Un paciente del establecimiento de prueba."""
        with self.api.servicios.expediente.transaccion(Actor(self.api.personas["medica.uno"], "prueba")) as t:
            nuevo = DatosPaciente(nombre=nombre, apellido_paterno=apellido, **datos)
            return pacientes.alta(t, self.lugar, nuevo).id

    def vencer_sesiones(self) -> None:
        """Como si nadie hubiera tocado nada en un día."""
        with self.api.servicios.expediente.piscina.conexion() as conexion:
            conexion.execute("UPDATE expediente.sesion SET ultimo_uso = clock_timestamp() - interval '1 day'")

    def axe(self, pagina: Page, *fuera: str) -> None:
        """Ninguna falta de WCAG 2.0 a 2.2, A y AA. `fuera`: las reglas que ahí no aplican, con su porqué."""
        from axe_playwright_python.sync_playwright import Axe

        normas = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        opciones = {
            "runOnly": {"type": "tag", "values": normas},
            "rules": {regla: {"enabled": False} for regla in fuera},
            "resultTypes": ["violations"],
        }
        hallado = Axe().run(pagina, options=opciones)
        faltas = [
            (v["id"], v["help"], [n["html"][:160] for n in v["nodes"]][:3])
            for v in hallado.response["violations"]
        ]
        assert not faltas, (pagina.url, faltas)

    def saltos(self, pagina: Page) -> float:
        """Cuánto brincó la página al abrirse (CLS): 0 es nada; 0.1 ya se nota."""
        return float(pagina.evaluate(_SALTOS))

    def capturas(self, pagina: Page, nombre: str) -> list[Path]:
        """La página en los tres tamaños, en `artefactos/pantalla/`; exige que no se desborde a lo ancho."""
        CAPTURAS.mkdir(parents=True, exist_ok=True)
        antes, salida = pagina.viewport_size, []
        for tamano, (ancho, alto) in TAMANOS.items():
            pagina.set_viewport_size({"width": ancho, "height": alto})
            sobra = pagina.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert sobra <= 0, (nombre, tamano, sobra)
            ruta = CAPTURAS / f"{nombre}-{tamano}.png"
            pagina.screenshot(path=ruta)
            salida.append(ruta)
        if antes:
            pagina.set_viewport_size(antes)
        return salida

    def revisar(self) -> None:
        """Nada salió de la máquina y la consola quedó limpia."""
        propio = urlsplit(self.url).netloc
        ajenas = [
            u for u in self.pedidas if not u.startswith(("blob:", "data:")) and urlsplit(u).netloc != propio
        ]
        assert not ajenas, ajenas
        assert not self.problemas, self.problemas

    def _consola(self, mensaje: Any) -> None:
        # Chromium anota en la consola toda respuesta 4xx: la que la página atiende no es un problema.
        if (
            mensaje.type in {"error", "warning"}
            and "the server responded with a status of 4" not in mensaje.text
        ):
            self.problemas.append(mensaje.text)


@contextmanager
def servir(api: Api) -> Iterator[str]:
    """Atiende en un puerto libre de este equipo y da su dirección."""
    ajustes = uvicorn.Config(api.app, host="127.0.0.1", port=0, log_config=None, access_log=False)
    servidor = uvicorn.Server(ajustes)
    hilo = threading.Thread(target=servidor.run, daemon=True)
    hilo.start()
    while not servidor.started:
        assert hilo.is_alive(), "el servidor no arrancó"
        hilo.join(0.02)
    puerto = servidor.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://localhost:{puerto}"
    finally:
        servidor.should_exit = True
        hilo.join(PLAZO_MS / 1000)


@contextmanager
def abrir_clinica(dada: BasePrueba, datos: Path, navegador: Browser, **k: Any) -> Iterator[Clinica]:
    """Una clínica con medica.uno, asistente.uno, administrador.uno, auditor.uno y otro médico."""
    with api_sobre(dada, datos, **k) as api, servir(api) as url:
        lugar = api.lugar()
        api.alta("medica.uno", lugar, "medico")
        api.alta("medico.dos", lugar, "medico")
        for rol in ROLES[1:]:
            api.alta(f"{rol}.uno", lugar, rol)
        with api.servicios.expediente.transaccion(Actor(api.personas["administrador.uno"], "prueba")) as t:
            texto = "Acepto que se grabe el audio de mi consulta para escribir mi nota."
            consentimientos.publicar_texto(t, "grabacion", "MX", "1", texto)
        abierta = Clinica(api, url, navegador, lugar)
        try:
            yield abierta
        finally:
            for contexto in abierta.contextos:
                contexto.close()
        abierta.revisar()


@pytest.fixture
def clinica(base: BasePrueba, tmp_path: Path, chromium: Browser) -> Iterator[Clinica]:  # noqa: F811
    """Una clínica recién abierta."""
    with abrir_clinica(base, tmp_path / "datos", chromium) as abierta:
        yield abierta
