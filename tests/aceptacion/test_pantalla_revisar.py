# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Revisar y firmar en un navegador de verdad: de la primera duda a la nota firmada."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from scribe.consulta import Borrador
from tests.expediente_base import BasePrueba
from tests.integracion.test_web_camino import atendida, completar
from tests.navegador import Clinica, abrir_clinica, base, chromium, motor  # noqa: F401
from tests.revision_base import BORRADOR, con_borrador
from tests.trabajos_base import wav
from tests.web_base import ACCESO, FIRMA

SEGUNDOS = 45.0


@dataclass
class Mesa:
    """Una clínica con una nota por revisar y la página abierta en ella."""

    clinica: Clinica
    pagina: Page
    nota: str

    def vista(self) -> dict[str, Any]:
        """La nota como está en el servidor."""
        dada: dict[str, Any] = self.pagina.context.request.get(f"/api/notas/{self.nota}").json()
        return dada

    def enunciado(self, texto: str) -> Any:
        """El renglón de la nota con ese texto."""
        return self.pagina.locator(".enunciado", has_text=texto)


def preparar(clinica: Clinica, borrador: Borrador = BORRADOR, sonido: bytes | None = None) -> str:
    """Deja una nota por revisar, con su grabación cifrada en disco; devuelve su id."""
    medica = clinica.api.personas["medica.uno"]
    _, _, encuentro = atendida(clinica.api.entrar("medica.uno"), str(clinica.lugar), str(medica))
    ids = con_borrador(clinica.api, medica, UUID(encuentro), borrador)
    almacen = clinica.api.servicios.audio
    grabacion = UUID(ids["grabacion"])
    with almacen.ruta(grabacion.hex).open("wb") as destino:
        cifrado = almacen.escribir(grabacion, destino)
        cifrado.write(sonido or wav(SEGUNDOS))
        cifrado.terminar()
    return str(ids["nota"])


def completar_por_api(mesa: Mesa) -> None:
    """Lo que la norma pide y esta consulta tan breve no dijo: signos, exploración, plan."""
    vista = mesa.vista()
    lleno = completar(vista["contenido"])
    respuesta = mesa.pagina.context.request.put(
        f"/api/notas/{mesa.nota}", data={"sobre": vista["version"], "contenido": lleno}
    )
    assert respuesta.ok, respuesta.text()


@pytest.fixture
def mesa(base: BasePrueba, tmp_path: Path, chromium: Browser) -> Iterator[Mesa]:
    with abrir_clinica(base, tmp_path / "datos", chromium) as clinica:
        nota = preparar(clinica)
        pagina = clinica.entrar("medica.uno")
        pagina.goto(f"/notas/{nota}")
        expect(pagina.locator(".turno").first).to_be_visible()
        yield Mesa(clinica, pagina, nota)


def test_lo_dudoso_va_primero_y_se_resuelve_con_una_tecla(mesa: Mesa) -> None:
    p = mesa.pagina
    dudas = p.locator(".decidir.dudas .pieza")
    expect(dudas).to_have_count(2)
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "revisar")
    p.keyboard.press("1")
    expect(dudas).to_have_count(1)
    expect(dudas).to_contain_text("Amoxilina")
    p.keyboard.press("2")
    p.keyboard.press("ControlOrMeta+a")
    p.keyboard.type("Amoxicilina 500 mg")
    p.keyboard.press("Enter")
    expect(p.locator(".decidir.dudas")).to_have_count(0)
    expect(mesa.enunciado("Amoxicilina 500 mg")).to_be_visible()
    vista = mesa.vista()
    assert vista["dudas"] == [] and vista["contenido"]["nota"]["plan"][0]["autor"] == "medico"


def test_de_la_duda_a_la_firma_sin_tocar_el_raton(mesa: Mesa) -> None:
    """El camino entero con el teclado: resolver, incluir, codificar, recetar, pronosticar y firmar."""
    p = mesa.pagina
    p.keyboard.press("k")  # sube al aviso grave
    expect(p.locator(".decidir.graves .pieza.elegida")).to_be_visible()
    p.keyboard.press("1")
    expect(p.locator(".decidir.graves")).to_have_count(0)
    p.keyboard.press("1")
    p.keyboard.press("2")  # sin esperar: la siguiente ya está elegida
    p.keyboard.press("ControlOrMeta+a")
    p.keyboard.type("Amoxicilina 500 mg cada 8 horas por 7 días")
    p.keyboard.press("Enter")
    expect(p.locator(".decidir.dudas")).to_have_count(0)
    expect(p.locator(".decidir.omisiones .elegida")).to_be_visible()
    p.keyboard.press("1")
    expect(p.locator(".decidir.omisiones .pieza")).to_have_count(1)
    p.keyboard.press("3")
    expect(p.locator(".decidir.omisiones")).to_have_count(0)
    p.locator("[data-pieza='codigo:CIE-10:J02.9']").focus()
    p.keyboard.press("1")
    expect(p.locator(".codigo", has_text="J02.9")).to_contain_text("Quitar")
    p.locator("[data-pieza='receta:0']").focus()
    p.keyboard.press("1")
    expect(p.get_by_label("Dosis").first).to_have_value("500 mg")
    expect(p.get_by_label("Por cuánto").first).to_have_value("7 días")
    p.keyboard.press("p")
    p.keyboard.type("Bueno para la vida y la función.")
    p.keyboard.press("Enter")
    expect(mesa.enunciado("Bueno para la vida")).to_be_visible()
    vista = mesa.vista()
    assert [d["codigo"] for d in vista["contenido"]["diagnosticos"]] == ["J02.9"]
    assert vista["contenido"]["receta"][0]["generico"] and vista["dudas"] == []
    assert vista["contenido"]["nota"]["pronostico"][0]["autor"] == "medico"
    completar_por_api(mesa)
    p.reload()
    expect(p.locator("#pendientes")).to_have_text("Lista para firmar")
    p.keyboard.press("Control+Enter")
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "firmar")
    p.keyboard.type("no es esa")
    p.keyboard.press("Enter")
    expect(p.locator("dialog[open] > form > .falla")).not_to_be_empty()
    p.keyboard.type(FIRMA)
    p.keyboard.press("Enter")
    expect(p.get_by_label("Nota firmada")).to_be_visible()
    assert mesa.vista()["nota"]["estado"] == "firmada"
    expect(p.locator("#firmar")).to_be_hidden()
    expect(p.get_by_role("button", name="Editar")).to_have_count(0)
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "firmada")


def test_lo_que_falta_se_dice_con_su_norma_y_lleva_a_su_lugar(mesa: Mesa) -> None:
    p = mesa.pagina
    p.get_by_role("button", name="Firmar").click()
    dialogo = p.get_by_role("dialog")
    expect(dialogo).to_contain_text("NOM-004")
    mesa.clinica.axe(p)
    mesa.clinica.capturas(p, "antes-de-firmar")
    expect(dialogo.locator("li", has_text="pronóstico").get_by_role("textbox")).to_be_visible()
    dialogo.locator("li", has_text="Niega fiebre").get_by_role("button", name="Corregirlo").click()
    expect(dialogo).to_have_count(0)
    expect(p.locator(".pieza.elegida")).to_contain_text("Niega fiebre")


def test_el_domicilio_que_falta_se_escribe_en_la_misma_lista(mesa: Mesa) -> None:
    p = mesa.pagina
    ruta = f"/api/pacientes/{mesa.vista()['nota']['paciente_id']}"
    datos = p.context.request.get(ruta).json()["datos"]
    assert p.context.request.put(ruta, data={**datos, "domicilios": []}).ok
    p.reload()
    expect(p.locator("#pendientes")).to_contain_text("falta")
    p.keyboard.press("Control+Enter")
    dialogo = p.get_by_role("dialog")
    forma = dialogo.locator("form").first
    expect(forma.get_by_label("Calle")).to_be_visible()
    mesa.clinica.axe(p)
    guardar = forma.get_by_role("button", name="Guardar y seguir")
    guardar.click()
    expect(forma.get_by_role("alert")).to_have_text("Escriba o elija algo de lo que falta.")
    forma.get_by_label("Calle").fill("Calle Dos")
    forma.get_by_label("Código postal").fill("malo")
    guardar.click()
    expect(forma.locator("[aria-invalid]")).to_be_focused()
    expect(forma.get_by_role("alert")).not_to_be_empty()
    expect(forma.get_by_label("Calle")).to_have_value("Calle Dos")
    forma.get_by_label("Código postal").fill("06000")
    mesa.clinica.capturas(p, "firmar-domicilio")
    guardar.click()
    expect(dialogo.get_by_label("Calle")).to_have_count(0)
    expect(dialogo).to_contain_text("pronóstico")  # y se sigue en la lista de lo que queda
    ficha = p.context.request.get(ruta).json()
    assert ficha["datos"]["domicilios"][0]["calle"] == "Calle Dos"
    assert ficha["datos"]["nombre"] == "María José", "lo demás no cambió"


def test_elegir_un_renglon_senala_sus_palabras_y_una_palabra_dice_quien_la_usa(mesa: Mesa) -> None:
    p = mesa.pagina
    mesa.enunciado("Tos desde ayer").click()
    expect(p.locator(".p.activa")).to_have_text(["tengo", "tos", "desde", "ayer"])
    p.locator(".p", has_text="fiebre").click()
    expect(p.locator(".pieza.elegida, .enunciado.elegida")).to_have_count(1)
    expect(p.locator(".elegida")).to_contain_text("fiebre")
    expect(p.locator(".p.baja")).to_have_text("tos")
    expect(p.locator("#tocar")).to_be_enabled()


def test_lo_escrito_se_guarda_solo_y_deshacer_vuelve(mesa: Mesa) -> None:
    p = mesa.pagina
    mesa.enunciado("Tos desde ayer").dblclick()
    caja = p.get_by_label("Texto del renglón")
    caja.fill("Tos seca desde ayer")
    expect(p.locator("#guardado")).to_contain_text("Guardado")  # sin terminar de editar
    assert mesa.vista()["contenido"]["nota"]["subjetivo"][0]["texto"] == "Tos seca desde ayer"
    caja.press("Enter")
    expect(mesa.enunciado("Tos seca desde ayer")).to_be_visible()
    p.keyboard.press("Control+z")
    expect(mesa.enunciado("Tos desde ayer")).to_be_visible()
    p.keyboard.press("Control+Shift+z")
    expect(mesa.enunciado("Tos seca desde ayer")).to_be_visible()
    p.keyboard.press("v")
    expect(p.get_by_role("dialog").locator("ins")).to_contain_text("seca")
    mesa.clinica.axe(p)


def test_corregir_una_palabra_ofrece_corregir_la_nota(mesa: Mesa) -> None:
    p = mesa.pagina
    p.locator("[data-turno='3']").focus()
    p.keyboard.press("Enter")
    caja = p.get_by_label("Lo que de verdad se dijo")
    expect(caja).to_have_value("tome amoxilina de 500 mg")
    caja.fill("tome amoxicilina de 500 mg")
    caja.press("Enter")
    expect(p.locator("[data-turno='3'] .p.corregida")).to_contain_text("amoxicilina")
    dialogo = p.get_by_role("dialog")
    expect(dialogo).to_contain_text("Amoxilina 500 mg")
    mesa.clinica.axe(p)
    dialogo.get_by_role("button").last.click()
    cambios = p.context.request.get(f"/api/notas/{mesa.nota}/transcripcion").json()["cambios"]
    assert len(cambios) == 1


def test_las_voces_al_reves_se_cambian_de_un_toque(mesa: Mesa) -> None:
    p = mesa.pagina
    expect(p.locator("[data-turno='1']")).to_have_class("turno medico")
    p.get_by_role("button", name="Están al revés").click()
    expect(p.locator("[data-turno='1']")).to_have_class("turno paciente")


def test_dos_medicas_en_la_misma_nota_no_se_pisan(mesa: Mesa) -> None:
    p = mesa.pagina
    otra = p.context.new_page()
    otra.goto(f"/notas/{mesa.nota}")
    expect(otra.locator(".turno").first).to_be_visible()
    mesa.enunciado("Tos desde ayer").dblclick()
    p.get_by_label("Texto del renglón").fill("Tos con flema desde ayer")
    p.keyboard.press("Enter")
    expect(p.locator("#guardado")).to_contain_text("Guardado")
    otra.locator(".enunciado", has_text="Tos desde ayer").dblclick()
    otra.get_by_label("Texto del renglón").fill("Tos seca desde antier")
    otra.keyboard.press("Enter")
    choque = otra.get_by_label("Dos personas guardaron a la vez")
    expect(choque).to_contain_text("Tos seca desde antier")
    expect(otra.locator("#nota")).to_contain_text("Tos con flema desde ayer")
    mesa.clinica.axe(otra)
    choque.get_by_role("button", name="Ponerlo en la nota").click()
    expect(otra.locator("#nota")).to_contain_text("Tos seca desde antier")
    assert len(mesa.vista()["contenido"]["nota"]["subjetivo"]) == 3


def test_si_la_sesion_vence_al_escribir_no_se_pierde_una_letra(mesa: Mesa) -> None:
    p = mesa.pagina
    mesa.enunciado("Tos desde ayer").dblclick()
    mesa.clinica.vencer_sesiones()
    p.get_by_label("Texto del renglón").fill("Tos desde hace tres días")
    clave = p.get_by_role("dialog").locator("input[type=password]")
    clave.fill(ACCESO)
    clave.press("Enter")
    expect(p.locator("#guardado")).to_contain_text("Guardado")
    assert mesa.vista()["contenido"]["nota"]["subjetivo"][0]["texto"] == "Tos desde hace tres días"


def test_sin_servidor_se_dice_y_se_insiste(mesa: Mesa) -> None:
    p = mesa.pagina
    p.context.set_offline(True)
    mesa.enunciado("Tos desde ayer").dblclick()
    p.get_by_label("Texto del renglón").fill("Tos desde el lunes")
    expect(p.locator("#guardado")).to_contain_text("Sin guardar")
    p.context.set_offline(False)
    expect(p.locator("#guardado")).to_contain_text("Guardado")
    assert mesa.vista()["contenido"]["nota"]["subjetivo"][0]["texto"] == "Tos desde el lunes"
    mesa.clinica.problemas = [x for x in mesa.clinica.problemas if "ERR_INTERNET_DISCONNECTED" not in x]


def test_se_busca_un_codigo_como_se_habla(mesa: Mesa) -> None:
    p = mesa.pagina
    p.keyboard.press("/")
    p.keyboard.type("asma")
    primero = p.locator(".hallados [role=option]").first
    expect(primero).to_contain_text("J45")
    mesa.clinica.axe(p)
    p.keyboard.press("Enter")
    expect(p.locator(".codigo", has_text="J45").get_by_role("button", name="Quitar")).to_be_visible()


def test_otro_medico_la_lee_y_no_la_cambia(mesa: Mesa) -> None:
    p = mesa.clinica.entrar("medico.dos")
    p.goto(f"/notas/{mesa.nota}")
    expect(p.locator(".turno").first).to_be_visible()
    expect(p.locator("#nota")).to_contain_text("Tos desde ayer")
    expect(p.locator("#firmar")).to_be_hidden()
    expect(p.get_by_role("button", name="Correcto")).to_have_count(0)
    ajena = mesa.clinica.entrar("asistente.uno")
    respuesta = ajena.goto(f"/notas/{mesa.nota}")
    assert respuesta is not None and respuesta.status == 403


def test_firmada_se_ve_a_donde_llego_y_por_que_no(mesa: Mesa) -> None:
    p = mesa.pagina
    p.add_init_script(
        "const t = setTimeout; window.esperas = [];"
        "window.setTimeout = (f, ms, ...x) => { window.esperas.push(ms); return t(f, ms, ...x); };"
    )

    def firmada(ruta: Route) -> None:
        dada = ruta.fetch()
        vista = dada.json()
        vista["nota"]["estado"] = "firmada"
        ruta.fulfill(response=dada, json=vista)

    comun = {"motivo": "firma", "porque": "", "remedio": ""}
    envios = [
        {**comun, "destino": "Hospital", "estado": "requiere_atencion", "porque": "El certificado venció.",
         "remedio": "Pida otro."},
        {**comun, "destino": "Buzón", "estado": "entregado"},
        {**comun, "destino": "Archivo", "estado": "sin_efecto"},
    ]  # fmt: skip
    p.route(f"**/api/notas/{mesa.nota}", firmada)
    p.route("**/envios", lambda ruta: ruta.fulfill(json=envios))
    p.reload()
    lugares = p.get_by_label("Nota firmada").locator(".renglon")
    expect(lugares).to_have_text(
        [re.compile(r"Hospital.*El certificado venció\. Pida otro\..*requiere atención"),
         re.compile("Buzón.*llegó"), re.compile("Archivo.*ya no hacía falta")]
    )  # fmt: skip
    expect(p.locator("#estado-nota")).to_have_text("Firmada")
    mesa.clinica.axe(p)
    assert 4000 not in p.evaluate("window.esperas"), "nada va en camino: no se vuelve a preguntar"


def test_corregir_un_renglon_entero_se_vuelve_el_menor_cambio(mesa: Mesa) -> None:
    """Cambiar, agregar, quitar y juntar palabras: siempre un tramo de lo oído y su texto nuevo."""
    modulo = mesa.pagina.locator("script[src*='revisar.js']").get_attribute("src")
    assert modulo is not None
    textos = [
        "tome la metformina diario", "tome metformina", "la metformina", "tome la", "no tome la metformina",
        "tome la mejor metformina", "tome la glibenclamida", "tómelas metformina", "otra cosa", "tome",
    ]  # fmt: skip
    hechos = mesa.pagina.evaluate(
        """async ([modulo, textos]) => {
            const { tramoCambiado } = await import(modulo.replace("revisar.js", "revisar-platica.js"));
            const fichas = ["tome", "la", "metformina"].map((texto, i) => ({ texto, desde: i, hasta: i }));
            const cambio = (t) => tramoCambiado(fichas, t);
            return textos.map(cambio).map((c) => c && [c.desde, c.hasta, c.texto]);
        }""",
        [modulo, [*textos, "tome la metformina", ""]],
    )
    assert hechos[len(textos) :] == [None, None], "sin cambios, o sin nada, no hay qué corregir"
    palabras = ["tome", "la", "metformina"]
    for texto, (desde, hasta, nuevo) in zip(textos, hechos, strict=False):
        assert nuevo and 0 <= desde <= hasta < 3, texto
        assert " ".join([*palabras[:desde], nuevo, *palabras[hasta + 1 :]]) == texto
    tramos = dict(zip(textos, hechos, strict=False))
    assert tramos["tome la glibenclamida"] == [2, 2, "glibenclamida"], "nada más lo que cambió"


def test_una_consulta_de_muestra_se_lee_bien_en_los_tres_tamanos(
    base: BasePrueba, tmp_path: Path, chromium: Browser
) -> None:
    """La consulta de muestra del README, con sus voces y su sonido; de aquí sale su imagen."""
    raiz = Path(__file__).resolve().parents[2]
    borrador = Borrador.model_validate_json((raiz / "docs" / "ejemplo-borrador.json").read_text("utf-8"))
    with abrir_clinica(base, tmp_path / "datos", chromium) as clinica:
        nota = preparar(clinica, borrador, wav(borrador.audio.duracion_s))
        for tema, nombre in (("light", "revisar-muestra"), ("dark", "revisar-muestra-oscuro")):
            pagina = clinica.entrar("medica.uno", color_scheme=tema, reduced_motion="reduce")
            pagina.goto(f"/notas/{nota}")
            expect(pagina.locator(".turno")).to_have_count(len(borrador.transcripcion.turnos))
            expect(pagina.locator("#tocar")).to_be_enabled()
            expect(pagina.locator(".p.activa").first).to_be_visible()
            clinica.axe(pagina)
            clinica.capturas(pagina, nombre)
