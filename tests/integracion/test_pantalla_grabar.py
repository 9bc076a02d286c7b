"""Grabar en un navegador de verdad, con una consulta por micrófono, y todo lo que puede fallar."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, Route

from scribe.web.estaticos import url
from tests import grabadora as g
from tests.expediente_base import BasePrueba, base, motor  # noqa: F401
from tests.navegador import CALLADO, Clinica, abrir_clinica, ejecutable, un_chromium
from tests.trabajos_base import wav
from tests.web_base import ACCESO

PERDIDO_S = 1.0


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Un Chromium cuyo micrófono es la consulta de muestra."""
    archivo = g.microfono_con(g.MUESTRA, tmp_path_factory.mktemp("microfono"))
    with un_chromium(*g.opciones_de(archivo)) as abierto:
        yield abierto


@pytest.fixture(scope="module")
def nodriza() -> Iterator[g.Nodriza]:
    """De donde salen los servidores que se matan."""
    una = g.Nodriza()
    try:
        yield una
    finally:
        una.cerrar()


@pytest.fixture
def clinica(base: BasePrueba, tmp_path: Path, chromium: Browser) -> Iterator[Clinica]:  # noqa: F811
    """Una clínica con una paciente."""
    with abrir_clinica(base, tmp_path / "datos", chromium) as abierta:
        abierta.problemas = SinQuejasDeRed()
        abierta.paciente()
        yield abierta


def entrar(clinica: Clinica, usuario: str = "medica.uno") -> Page:
    """Una página con sesión y testigo."""
    pagina = clinica.entrar(usuario)
    pagina.context.add_init_script(g.TESTIGO)
    return pagina


class SinQuejasDeRed(list[str]):
    """Quedarse sin red a propósito lo anota la consola: eso no cuenta como problema."""

    def append(self, problema: str) -> None:
        """Lo agrega, si no es de red."""
        if "net::ERR_" not in problema:
            super().append(problema)


def test_una_toma_con_red_caida_servidor_muerto_sesion_vencida_y_pausa(
    nodriza: g.Nodriza, clinica: Clinica
) -> None:
    """Todo en la misma toma: lo que dio el micrófono y lo que quedó en el servidor son los mismos bytes."""
    aparte = g.ServidorAparte(nodriza, clinica.api.dsn, clinica.api.servicios.datos)
    aparte.arrancar()
    try:
        clinica.url = aparte.url
        pagina = entrar(clinica)
        g.abrir_grabar(pagina)
        g.elegir(pagina)
        g.aceptar(pagina)
        g.grabar(pagina, 1.5)
        clinica.capturas(pagina, "grabar-grabando")
        clinica.axe(pagina)

        pagina.context.set_offline(True)
        pagina.wait_for_selector("#guardado.mal:has-text('nada se pierde')")
        g.esperar(pagina, 1)
        pagina.context.set_offline(False)
        pagina.wait_for_selector("#guardado.bien")

        aparte.matar()
        pagina.wait_for_selector("#guardado.mal:has-text('nada se pierde')")
        clinica.capturas(pagina, "grabar-sin-servidor")
        g.esperar(pagina, 1)
        aparte.arrancar()
        pagina.wait_for_selector("#guardado.bien")

        clinica.vencer_sesiones()
        pagina.wait_for_selector("#volver-a-entrar[open]:has-text('La grabación sigue')")
        g.esperar(pagina, 1)
        pagina.fill("#volver-clave", ACCESO)
        pagina.keyboard.press("Enter")
        pagina.wait_for_selector("#volver-a-entrar", state="hidden")
        pagina.wait_for_selector("#guardado.bien")

        pagina.click("#boton-grabar")
        pagina.wait_for_selector("#grabadora[data-estado=pausada]")
        de_pausa = len(g.tomado(pagina)) / g.HERCIOS
        time.sleep(1.2)  # lo que suena en la pausa no debe quedar
        g.grabar(pagina, 2)
        pagina.click("#boton-grabar")
        pagina.wait_for_selector("#grabadora[data-estado=pausada]")
        segun_reloj, dados = pagina.evaluate("testigo.segundos()"), g.tomado(pagina)
        g.terminar(pagina)
        pagina.context.close()
    finally:
        aparte.matar()

    (grabacion,) = g.grabaciones(clinica)
    quedaron = g.quedo(clinica, grabacion)
    assert np.array_equal(quedaron, dados)
    assert abs(len(quedaron) / g.HERCIOS - segun_reloj) <= PERDIDO_S
    _suena_igual(quedaron, pausas=(de_pausa,))
    assert clinica.api.trabajar() == ["hecho"]


def _suena_igual(quedaron: np.ndarray, *, pausas: tuple[float, ...] = ()) -> None:
    """Es la consulta de muestra: en orden, sin repetir nada y sin perder más de un segundo por tramo."""
    lugares = g.desfases(quedaron, g.original(g.MUESTRA))
    buenos = [d for d, parecido in lugares if parecido > 0.8]
    assert len(buenos) >= max(2, 0.6 * len(lugares)), lugares
    saltos = np.diff(buenos)
    assert saltos.min(initial=0) > -0.2, lugares
    de_pausa = sorted(saltos)[-len(pausas) :] if pausas else []
    assert saltos.sum() - sum(de_pausa) <= PERDIDO_S, lugares
    assert all(s > 0.5 for s in de_pausa), lugares


def test_la_pestana_muere_y_se_retoma(clinica: Clinica) -> None:
    """Muere el proceso de la pestaña a media frase: al volver se sigue, y falta menos de un segundo."""
    pagina = entrar(clinica)
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    g.aceptar(pagina)
    g.grabar(pagina, 2.5)

    otra = pagina.context.new_page()
    g.abrir_grabar(otra)
    otra.wait_for_selector("#pendientes:has-text('en otra pestaña')")
    assert otra.locator("#pendientes button:visible").count() == 0
    otra.close()

    sonaron = float(pagina.evaluate("testigo.segundos()"))
    g.tronar(pagina)
    vuelta = pagina.context.new_page()
    g.abrir_grabar(vuelta)
    vuelta.wait_for_selector("#pendientes:has-text('Quedó sin terminar la grabación de María Núñez')")
    clinica.capturas(vuelta, "grabar-retomar")
    clinica.axe(vuelta)
    vuelta.click("#pendientes .seguir")
    vuelta.wait_for_selector("#grabadora[data-estado=grabando]")
    g.esperar(vuelta, 2)
    vuelta.click("#boton-grabar")
    vuelta.wait_for_selector("#grabadora[data-estado=pausada]")
    sonaron += float(vuelta.evaluate("testigo.segundos()"))
    despues = g.tomado(vuelta)
    g.terminar(vuelta)
    assert g.copia_local(vuelta) == 0

    (grabacion,) = g.grabaciones(clinica)
    quedaron = g.quedo(clinica, grabacion)
    assert sonaron - len(quedaron) / g.HERCIOS <= PERDIDO_S
    assert np.array_equal(quedaron[-len(despues) :], despues)
    _suena_igual(quedaron[: -len(despues)])


def test_la_pestana_se_cierra_y_se_termina_desde_otro_equipo(clinica: Clinica) -> None:
    """Con lo que llegó al servidor basta; y la copia del primer equipo, que trae más, no se pierde."""
    pagina = entrar(clinica)
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    g.aceptar(pagina)
    g.grabar(pagina, 1.5)
    pagina.wait_for_selector("#guardado.bien")
    pagina.context.set_offline(True)
    g.esperar(pagina, 1.2)
    pagina.close()
    primero = pagina.context
    primero.set_offline(False)
    _hace_rato(clinica)

    otro = entrar(clinica)
    g.abrir_grabar(otro)
    otro.wait_for_selector("#pendientes:has-text('El servidor tiene 0:0')")
    otro.click("#pendientes .terminar")
    otro.wait_for_selector("#hecho:visible")

    vuelta = primero.new_page()
    g.abrir_grabar(vuelta)
    vuelta.wait_for_selector("#pendientes:has-text('ya se terminó desde otra ventana')")
    vuelta.click("#pendientes .terminar:has-text('Subir también esta copia')")
    vuelta.wait_for_selector("#hecho:visible")

    corta, entera = (g.quedo(clinica, grabacion) for grabacion in g.grabaciones(clinica))
    assert len(corta) < len(entera)
    assert np.array_equal(corta, entera[: len(corta)])
    assert g.copia_local(vuelta) == 0


def _hace_rato(clinica: Clinica) -> None:
    """Como si el último trozo hubiera llegado hace una hora."""
    for archivo in (clinica.api.servicios.datos / "archivos" / "subidas").rglob("*.trozo"):
        os.utime(archivo, (time.time() - 3600, time.time() - 3600))


def test_el_permiso_se_pide_una_vez_y_el_no_se_respeta(clinica: Clinica) -> None:
    """Dijo que no: ni grabar ni subir; a mano sí. Cambia de opinión, y después ya no se le pregunta."""
    pagina = entrar(clinica)
    g.abrir_grabar(pagina)
    clinica.capturas(pagina, "grabar-elegir")
    clinica.axe(pagina)
    g.elegir(pagina)
    pagina.wait_for_selector("#permiso-leer:has-text('Acepto que se grabe')")
    pagina.wait_for_selector("#permiso-no:enabled")
    clinica.capturas(pagina, "grabar-permiso")
    clinica.axe(pagina)
    pagina.click("#permiso-no")
    pagina.wait_for_selector("#negado:has-text('no aceptó')")
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    pagina.wait_for_selector("#negado:has-text('no aceptó')")
    assert not pagina.is_visible("#grabadora") and pagina.is_disabled("#elegir-archivos")
    clinica.axe(pagina)
    pagina.click("#negado-otra")
    g.aceptar(pagina)
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    pagina.wait_for_selector("#permiso-dado:has-text('Aceptó')")
    assert not pagina.is_visible("#paso-permiso")
    pagina.click("#permiso-retirar")
    pagina.click("dialog.pregunta button.principal")
    pagina.wait_for_selector("#negado:has-text('retiró su permiso')")
    pagina.click("#a-mano")
    pagina.wait_for_url("**/notas/*")


def test_revocar_a_media_grabacion_la_detiene(clinica: Clinica) -> None:
    """Lo revoca otra persona desde otro equipo: la página deja de grabar, borra su copia y lo dice."""
    pagina = entrar(clinica)
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    g.aceptar(pagina)
    g.grabar(pagina, 1)
    otra = clinica.entrar("asistente.uno")
    paciente = otra.request.post("/api/pacientes/buscar", data={"texto": "nuñez"}).json()[0]["id"]
    permiso = otra.request.get(f"/api/pacientes/{paciente}/consentimientos").json()[0]["id"]
    respuesta = otra.request.post(f"/api/consentimientos/{permiso}/revocacion", data={"como": "verbal"})
    assert respuesta.ok, respuesta.text()
    pagina.wait_for_selector("#negado:has-text('retiró su permiso')")
    assert not pagina.is_visible("#grabadora")
    assert pagina.evaluate("document.body.dataset.grabando") is None
    assert g.copia_local(pagina) == 0 and g.grabaciones(clinica) == []


def test_paciente_en_dos_teclas(clinica: Clinica) -> None:
    """El de la vez pasada, con flecha y Entrar; uno nuevo, con Entrar y Entrar. Después, Entrar graba."""
    pagina = entrar(clinica)
    g.abrir_grabar(pagina)
    pagina.keyboard.type("juan carlos de la cruz pérez")
    pagina.wait_for_selector("#hallados .nuevo")
    pagina.keyboard.press("Enter")
    pagina.wait_for_selector("#paso-alta:visible")
    campos = {c: pagina.input_value(f"#alta-{c}") for c in ("nombre", "paterno", "materno")}
    assert campos == {"nombre": "Juan Carlos", "paterno": "de la Cruz", "materno": "Pérez"}
    clinica.axe(pagina)
    pagina.keyboard.press("Enter")
    pagina.wait_for_selector("#elegido:has-text('Juan Carlos de la Cruz Pérez')")
    g.aceptar(pagina)
    assert pagina.evaluate("document.activeElement.id") == "boton-grabar"
    pagina.keyboard.press("Enter")
    pagina.wait_for_selector("#grabadora[data-estado=grabando]")
    g.esperar(pagina, 0.6)
    g.terminar(pagina)
    pagina.click("#siguiente")
    pagina.wait_for_selector("#hallados li:has-text('Juan Carlos')")
    pagina.keyboard.press("ArrowDown")
    pagina.keyboard.press("Enter")
    pagina.wait_for_selector("#grabadora[data-estado=lista]")
    assert pagina.evaluate("document.activeElement.id") == "boton-grabar"


def test_se_atiende_al_siguiente_mientras_se_entrega_la_anterior(clinica: Clinica) -> None:
    """La entrega tarda: se graba a otra persona y, cuando llega el recibo, nada se confunde."""
    clinica.paciente("Juan", "Pérez")
    pagina = entrar(clinica)
    retenidas: list[Route] = []

    def retener(ruta: Route) -> None:
        retenidas.append(ruta)

    pagina.route("**/cierre", retener)
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    g.aceptar(pagina)
    g.grabar(pagina, 0.6)
    pagina.click("#boton-terminar")
    pagina.wait_for_selector("#guardado:has-text('Comprobando')")
    pagina.click("#otro-paciente")
    g.elegir(pagina, "pér")
    g.aceptar(pagina)
    g.grabar(pagina, 0.6)
    retenidas.pop().continue_()
    pagina.wait_for_selector("#trabajos li:has-text('María Núñez')")
    assert pagina.get_attribute("#grabadora", "data-estado") == "grabando"
    pagina.unroute("**/cierre")
    pagina.click("#boton-terminar")
    pagina.wait_for_selector("#trabajos li:has-text('Juan Pérez')")
    assert pagina.locator("#trabajos li").count() == 2 and len(g.grabaciones(clinica)) == 2
    assert g.copia_local(pagina) == 0


def test_archivos_varios_a_la_vez_y_reanudables(clinica: Clinica, tmp_path: Path) -> None:
    """Dos entran y uno no es audio. El grande se corta, y al elegirlo otra vez sigue donde iba."""
    grande, texto = tmp_path / "grande.wav", tmp_path / "apuntes.txt"
    grande.write_bytes(wav(100.0))
    texto.write_text("no es audio")
    pagina = entrar(clinica)
    mandados: list[str] = []
    pagina.on("request", lambda r: mandados.append(r.url) if r.method == "PUT" else None)
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    g.aceptar(pagina)
    pagina.route("**/trozos/1", lambda ruta: ruta.abort())  # el segundo trozo del grande no pasa
    pagina.set_input_files("#elegir-archivos", [g.MUESTRA, grande, texto])
    pagina.wait_for_selector("#archivos-falla:has-text('apuntes.txt')")
    pagina.wait_for_selector(".archivo:has-text('faringitis') .avance:has-text('En la cola')")
    assert not pagina.locator(".archivo a:visible").count(), "sin borrador todavía no hay nota que ver"
    pagina.wait_for_selector(".archivo:has-text('grande') .avance:has-text('no contesta')")
    clinica.capturas(pagina, "grabar-archivos")
    clinica.axe(pagina)
    primera = next(u for u in mandados if u.endswith("/trozos/1")).rsplit("/", 1)[0]

    g.abrir_grabar(pagina)
    pagina.wait_for_selector("#pendientes:has-text('«grande.wav» quedó a medias')")
    pagina.unroute("**/trozos/1")
    mandados.clear()
    g.elegir(pagina)
    pagina.wait_for_selector("#elegir-archivos:enabled")
    pagina.set_input_files("#elegir-archivos", [grande])
    pagina.wait_for_selector(".archivo:has-text('grande') .avance:has-text('En la cola')")
    assert [u for u in mandados if u.startswith(primera)] and f"{primera}/0" not in mandados

    sumas = set()
    for grabacion in g.grabaciones(clinica):
        with clinica.api.servicios.audio.leer(grabacion) as archivo:
            sumas.add(hashlib.sha256(archivo.read()).hexdigest())
    assert sumas == {hashlib.sha256(a.read_bytes()).hexdigest() for a in (g.MUESTRA, grande)}


def test_no_cabe_en_el_navegador(clinica: Clinica) -> None:
    """Se avisa antes; y cuando ya no cabe, lo que el servidor tiene se suelta y se sigue grabando entero."""
    pagina = entrar(clinica)
    pagina.context.add_init_script(g.SIN_LUGAR)
    g.abrir_grabar(pagina)
    g.elegir(pagina)
    g.aceptar(pagina)
    g.grabar(pagina, 0.6)
    pagina.wait_for_selector("#guardado.mal:has-text('casi no queda lugar')")
    g.esperar(pagina, 4)
    pagina.click("#boton-grabar")
    pagina.wait_for_selector("#grabadora[data-estado=pausada]")
    dados = g.tomado(pagina)
    g.terminar(pagina)
    (grabacion,) = g.grabaciones(clinica)
    assert np.array_equal(g.quedo(clinica, grabacion), dados)
    assert len(dados) * 2 > 60_000


def test_piezas_del_navegador(clinica: Clinica) -> None:
    """La suma por partes es la de siempre, y el oído distingue una voz de un micrófono que no sirve."""
    pagina = entrar(clinica)
    azar = np.random.default_rng(5)
    for largo in (0, 1, 55, 56, 63, 64, 65, 119, 128, 100_003):
        datos = azar.integers(0, 256, largo, np.uint8)
        suma = pagina.evaluate(
            """async ([modulo, datos]) => {
              const { Sha256 } = await import(modulo);
              const [suma, bytes] = [new Sha256(), Uint8Array.from(datos)];
              for (let k = 0, paso = 1; k < bytes.length; k += paso, paso = (paso * 7) % 251 + 1) {
                suma.agregar(bytes.subarray(k, k + paso));
                suma.hex();  // pedirla a la mitad no la estropea
              }
              return suma.hex();
            }""",
            [url("js/grabar-sha256.js"), datos.tolist()],
        )
        assert suma == hashlib.sha256(datos.tobytes()).hexdigest(), largo

    voz = g.original(g.MUESTRA)[: 20 * g.HERCIOS]
    ruido = azar.standard_normal(len(voz))
    casos = {
        "mudo": voz * 0, "sin_voz": ruido * 0.003, "bien": voz, "lejos": voz * 0.05,
        "satura": np.clip(voz * 40, -1, 1),
    }  # fmt: skip
    for nombre, senal in casos.items():
        dicho = _veredictos(pagina, senal)
        assert nombre in dicho[: int(5 / 0.05)], (nombre, set(dicho))
    malos = {"mudo", "sin_voz", "callado", "satura"} & set(_veredictos(pagina, voz))
    assert not malos


def _veredictos(pagina: Page, senal: np.ndarray) -> list[str]:
    """Lo que el oído va diciendo cada 50 ms."""
    tramo = g.HERCIOS // 20
    cuadros = senal[: len(senal) // tramo * tramo].reshape(-1, tramo)
    altos = np.abs(cuadros)
    niveles = np.stack(
        [np.sqrt((cuadros**2).mean(axis=1)), altos.max(axis=1), (altos >= 0.985).mean(axis=1)], axis=1
    )
    dicho: list[str] = pagina.evaluate(
        """async ([modulo, niveles]) => {
          const { Oido } = await import(modulo);
          const oido = new Oido();
          return niveles.map(([nivel, pico, topes]) => oido.oir(nivel, pico, topes));
        }""",
        [url("js/grabar-nivel.js"), niveles.tolist()],
    )
    return dicho


def test_microfono_mudo_se_nota_en_cinco_segundos(
    base: BasePrueba,  # noqa: F811
    chromium: Browser,
    tmp_path: Path,
) -> None:
    """Con un micrófono que no da sonido, la página lo dice antes de cinco segundos de grabar."""
    mudo = tmp_path / "mudo.wav"
    soundfile.write(mudo, np.zeros(48_000 * 20), 48_000, subtype="PCM_16")
    opciones = {"executable_path": ejecutable(), "args": [*CALLADO, *g.opciones_de(mudo)]}
    with (
        chromium.browser_type.launch(**opciones) as navegador,
        abrir_clinica(base, tmp_path / "datos", navegador) as clinica,
    ):
        clinica.paciente()
        pagina = entrar(clinica)
        g.abrir_grabar(pagina)
        g.elegir(pagina)
        g.aceptar(pagina)
        pagina.evaluate("""new MutationObserver(() => { window.avisado ??= testigo.segundos(); })
          .observe(document.getElementById("consejo"), { attributes: true })""")
        g.grabar(pagina, 0.1)
        pagina.wait_for_selector("#consejo:visible:has-text('No llega ningún sonido')")
        assert pagina.evaluate("window.avisado") < 5
        clinica.capturas(pagina, "grabar-mudo")
        clinica.axe(pagina)
