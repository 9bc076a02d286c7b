# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Cada página con datos: axe, tres tamaños, nada hacia afuera, y lo que cada papel ve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser, expect

from scribe.expediente import clinico, consentimientos, encuentros, notas
from scribe.expediente.base.empotrada import BaseEmpotrada
from scribe.expediente.bitacora import Actor
from scribe.expediente.modelo import Alergia, DatosEncuentro, Medicacion
from scribe.trabajos import estado
from scribe.trabajos.modelo import Opciones
from tests.expediente_base import borrar_base, crear_base, motor  # noqa: F401
from tests.navegador import Clinica, abrir_clinica, chromium  # noqa: F401

PACIENTES = (
    ("María Fernanda", "Núñez", date(1980, 5, 1), "F"),
    ("José", "Hernández", date(1955, 11, 23), "M"),
    ("Lucía", "Rodríguez", date(2025, 3, 9), "F"),
    ("Álvaro", "Peña", date(1999, 1, 30), "M"),
)


@pytest.fixture(scope="module")
def clinica(
    motor: BaseEmpotrada, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinica]:
    """Una clínica a media mañana: algo por firmar, algo en proceso y algo que se detuvo."""
    dada = crear_base(motor)
    with abrir_clinica(dada, tmp_path_factory.mktemp("clinica") / "datos", chromium) as abierta:
        poblar(abierta)
        yield abierta
    borrar_base(dada)


def poblar(clinica: Clinica) -> None:
    medica = Actor(clinica.api.personas["medica.uno"], "prueba")
    for nombre, apellido, nacimiento, sexo in PACIENTES:
        clinica.pacientes[nombre] = clinica.paciente(nombre, apellido, nacimiento=nacimiento, sexo=sexo)
    with clinica.api.servicios.expediente.transaccion(medica) as t:
        texto = consentimientos.texto_vigente(t, "grabacion", "MX")[0]
        for k, paciente in enumerate(clinica.pacientes.values()):
            inicio = datetime(2026, 3, 5, 15, 10 * k, tzinfo=UTC)
            consultado = encuentros.abrir(
                t, paciente, clinica.lugar, medica.usuario, DatosEncuentro(inicio=inicio), "control"
            ).id  # type: ignore[arg-type]
            if k == 0:
                clinico.agregar(t, paciente, Alergia(descripcion="Penicilina: ronchas", gravedad="grave"))
                clinico.agregar(
                    t,
                    paciente,
                    Medicacion(medicamento="Metformina", dosis="850 mg", frecuencia="cada 12 horas"),
                )
                nota = notas.crear(t, consultado).id
                notas.guardar_version(t, nota, CONTENIDO, sobre=0)
                clinica.nota = nota
                continue
            permiso = consentimientos.registrar(t, paciente, texto, otorgado=True, como="escrito").id
            grabacion = encuentros.alta_grabacion(
                t, consultado, permiso, sha256=bytes([k]) * 32, octetos=9, formato="wav", ubicacion=f"u{k}",
                duracion_s=600.0,
            )  # fmt: skip
            notas.crear(t, consultado, grabacion=grabacion)
            trabajo = estado.pedir_proceso(t, grabacion, Opciones(), duracion_s=600.0)
            if k == 1:
                remedio = "Instálelo con «scribe modelos instalar»."
                estado.a_atencion(t, trabajo, "Falta el modelo de transcripción.", remedio, 0.0, 3)


CONTENIDO = (
    b'{"nota": {"subjetivo": [{"texto": "Cefalea desde ayer.", "tipo": "sintoma", "estado": "verificado"}],'
    b' "plan": [{"texto": "Paracetamol 500 mg.", "tipo": "indicacion", "estado": "verificado"}]}}'
)

PAGINAS = {
    "medica.uno": ("/", "/pacientes", "/nuevo-paciente", "/pacientes/{p}", "/pacientes/{p}/datos", "/notas",
                   "/cuenta"),
    "asistente.uno": ("/", "/pacientes/{p}"),
    "administrador.uno": ("/", "/administrar", "/administrar/personal/{u}", "/administrar/establecimientos",
                          "/administrar/equipo", "/administrar/destinos", "/administrar/conservacion",
                          "/bitacora"),
    "auditor.uno": ("/bitacora", "/administrar/conservacion"),
}  # fmt: skip
VE = {
    "medica.uno": ["Inicio", "Pacientes", "Grabar", "Notas"],
    "asistente.uno": ["Inicio", "Pacientes", "Grabar"],
    "administrador.uno": ["Inicio", "Administrar", "Bitácora"],
    "auditor.uno": ["Inicio", "Bitácora"],
}


@pytest.mark.parametrize(("usuario", "ruta"), [(u, r) for u, rutas in PAGINAS.items() for r in rutas])
def test_cada_pagina_es_accesible_y_cabe(clinica: Clinica, usuario: str, ruta: str) -> None:
    pagina = clinica.entrar(usuario)
    ids = {"p": clinica.pacientes["María Fernanda"], "u": clinica.api.personas["medica.uno"]}
    respuesta = pagina.goto(ruta.format(**ids))
    assert respuesta is not None and respuesta.status == 200
    assert clinica.saltos(pagina) < 0.02
    clinica.axe(pagina)
    nombre = ruta.strip("/").replace("/", "-").format(p="uno", u="uno") or "inicio"
    clinica.capturas(pagina, f"{usuario.split('.', maxsplit=1)[0]}-{nombre}")
    pagina.context.close()


def test_se_busca_se_abre_y_se_da_de_alta_sin_raton(clinica: Clinica) -> None:
    pagina = clinica.entrar("medica.uno")
    for _ in range(4):  # ir al contenido, marca, inicio, pacientes
        pagina.keyboard.press("Tab")
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("heading", name="Pacientes", exact=True)).to_be_visible()
    pagina.keyboard.type("penA alv")
    expect(pagina.locator("#hallados a")).to_have_count(1)
    pagina.keyboard.press("Enter")
    expect(pagina.get_by_role("heading", name="Álvaro Peña")).to_be_visible()
    pagina.goto("/pacientes")
    pagina.keyboard.type("Zoila Quintero")
    pagina.keyboard.press("Enter")  # nadie se llama así: Intro la da de alta
    expect(pagina.get_by_label("Nombre", exact=True)).to_have_value("Zoila")
    pagina.keyboard.press("Enter")
    expect(pagina).to_have_url(re.compile(r"/pacientes/[0-9a-f-]{36}/grabar$"))
    pagina.context.close()


@pytest.mark.parametrize(("usuario", "ruta"), [("medica.uno", "/"), ("medica.uno", "/pacientes/{p}"),
                                              ("administrador.uno", "/administrar/equipo")])  # fmt: skip
def test_en_oscuro_y_con_movimiento_reducido_tambien(clinica: Clinica, usuario: str, ruta: str) -> None:
    pagina = clinica.entrar(usuario, color_scheme="dark", reduced_motion="reduce")
    pagina.goto(ruta.format(p=clinica.pacientes["María Fernanda"]))
    clinica.axe(pagina)
    fondo = pagina.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(c) for c in re.findall(r"\d+", fondo)[:3]) < 150
    assert pagina.evaluate("getComputedStyle(document.querySelector('a')).transitionDuration") == "0s"
    clinica.capturas(pagina, f"oscuro-{ruta.strip('/').split('/')[-1].format(p='ficha') or 'inicio'}")
    pagina.context.close()


def test_impresa_lleva_los_datos_y_no_los_botones(clinica: Clinica) -> None:
    pagina = clinica.entrar("medica.uno")
    pagina.goto(f"/pacientes/{clinica.pacientes['María Fernanda']}")
    pagina.emulate_media(media="print")
    expect(pagina.get_by_text("Penicilina: ronchas")).to_be_visible()
    expect(pagina.get_by_role("navigation", name="Principal")).to_be_hidden()
    expect(pagina.get_by_role("button")).to_have_count(0)
    pagina.context.close()


@pytest.mark.parametrize("usuario", VE)
def test_cada_papel_ve_solo_lo_suyo(clinica: Clinica, usuario: str) -> None:
    pagina = clinica.entrar(usuario)
    menu = pagina.get_by_role("navigation", name="Principal").get_by_role("link")
    assert [t.strip() for t in menu.all_inner_texts()] == VE[usuario]
    ajenas = {r for otro, rutas in PAGINAS.items() if otro != usuario for r in rutas}
    ajenas -= {*PAGINAS[usuario], "/", "/cuenta", "/pacientes", "/nuevo-paciente", "/pacientes/{p}/datos"}
    ids = {"p": clinica.pacientes["María Fernanda"], "u": clinica.api.personas["medica.uno"]}
    for ruta in sorted(ajenas):
        respuesta = pagina.goto(ruta.format(**ids))
        assert respuesta is not None and respuesta.status == 403, ruta
        expect(pagina.get_by_role("heading", name="Su usuario no puede hacer esto.")).to_be_visible()
    pagina.context.close()


def test_una_peticion_hacia_afuera_no_sale_y_se_notaria(clinica: Clinica) -> None:
    pagina = clinica.entrar("medica.uno")
    salio = pagina.evaluate("fetch('http://192.0.2.1/x').then(() => true, () => false)")
    imagen = (
        "() => new Promise((r) => { const i = new Image(); i.onload = () => r(true);"
        " i.onerror = () => r(false); i.src = 'http://192.0.2.1/x.png'; })"
    )
    assert salio is False and pagina.evaluate(imagen) is False  # lo impide la política de contenido
    with pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        clinica.revisar()
    clinica.pedidas.clear()
    clinica.problemas.clear()
    pagina.context.close()


def test_quien_asiste_no_ve_lo_clinico(clinica: Clinica) -> None:
    pagina = clinica.entrar("asistente.uno")
    pagina.goto(f"/pacientes/{clinica.pacientes['María Fernanda']}")
    expect(pagina.get_by_role("heading", name="María Fernanda Núñez")).to_be_visible()
    assert "Penicilina" not in pagina.content() and "Metformina" not in pagina.content()
    pagina.context.close()
