"""Las piezas de la pantalla sin navegador: formatos, formularios, estáticos, menú y plantillas."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from scribe.expediente.errores import DatoInvalido
from scribe.expediente.modelo import Usuario
from scribe.web import estaticos, formatos, menu, vista
from scribe.web.aplicacion import crear
from scribe.web.formularios import Escrito, cual, intentar
from scribe.web.nombres import repartir
from scribe.web.permisos import reglas

WEB = Path(estaticos.__file__).parent


@pytest.fixture(scope="module")
def cliente() -> TestClient:
    app = crear(SimpleNamespace(tls=False))  # type: ignore[arg-type]
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


def test_las_horas_son_las_del_establecimiento() -> None:
    cuando = datetime(2026, 3, 5, 2, 30, tzinfo=UTC)
    assert formatos.momento(cuando, "America/Mexico_City") == "4 mar 2026, 20:30"
    assert formatos.fecha(cuando, "America/Bogota") == "4 mar 2026"
    assert formatos.fecha(date(2026, 3, 5), "America/Bogota") == "5 mar 2026"
    dia = formatos.dia("2026-03-05", "America/Mexico_City")
    assert dia is not None and dia.astimezone(UTC) == datetime(2026, 3, 5, 6, tzinfo=UTC)
    assert formatos.dia("") is None and formatos.momento(None) == ""
    with pytest.raises(ValueError, match="day"):
        formatos.dia("2026-02-31", "America/Bogota")


def test_la_zona_de_la_pagina_manda() -> None:
    plantilla = vista.plantillas().from_string("{{ cuando|momento }}")
    cuando = datetime(2026, 3, 5, 2, 30, tzinfo=UTC)
    assert plantilla.render(cuando=cuando, zona="America/Bogota") == "4 mar 2026, 21:30"


@pytest.mark.parametrize(
    ("nacio", "dice"),
    [(date(1980, 3, 6), "45 años"), (date(1980, 3, 5), "46 años"), (date(2026, 2, 6), "0 meses"),
     (date(2026, 2, 5), "1 mes"), (date(2024, 3, 6), "23 meses"), (date(2024, 3, 5), "2 años"), (None, "")],
)  # fmt: skip
def test_edad(nacio: date | None, dice: str) -> None:
    assert formatos.edad(nacio, date(2026, 3, 5)) == dice


@pytest.mark.parametrize(
    ("desde", "hasta", "dice"),
    [(None, None, ""), (5, 50, "falta menos de un minuto"), (20, 100, "faltan unos 2 minutos"),
     (170, 190, "faltan unos 4 minutos"), (125, 420, "faltan entre 2 y 7 minutos")],
)  # fmt: skip
def test_plazo_no_promete_segundos(desde: float | None, hasta: float | None, dice: str) -> None:
    assert formatos.plazo(desde, hasta) == dice


def test_tamanos_y_duraciones() -> None:
    assert [formatos.tamano(n) for n in (0, 999, 1_500, 3_200_000_000)] == ["0 B", "999 B", "2 kB", "3.2 GB"]
    assert [formatos.duracion(s) for s in (None, 59.6, 725, 3725)] == ["", "1:00", "12:05", "1:02:05"]


class Modelo(BaseModel):
    """Un modelo cualquiera."""

    nombre: str = Field(min_length=1)
    nacimiento: date


def test_lo_que_falla_se_dice_por_campo_sin_repetir_lo_escrito() -> None:
    escrito = {"nombre": "", "nacimiento": "MARCA-99"}
    hecho, fallo = intentar(lambda: Modelo.model_validate(escrito))
    assert hecho is None and fallo is not None
    assert fallo.campos == {"nombre": "Falta este dato.", "nacimiento": "No es una fecha."}
    assert "MARCA" not in str(fallo)
    assert intentar(lambda: formatos.dia("2026-02-31", "America/Bogota"))[1] is not None
    with pytest.raises(DatoInvalido):
        cual("nadie")


def test_lo_buscado_se_reparte_en_nombre_y_apellidos() -> None:
    assert repartir("zoila quintero") == {"nombre": "Zoila", "apellido_paterno": "Quintero"}
    assert repartir("ana maría ruiz soto")["nombre"] == "Ana María"
    assert repartir("maría josé de la cruz pérez") == {
        "nombre": "María José", "apellido_paterno": "de la Cruz", "apellido_materno": "Pérez",
    }  # fmt: skip
    assert repartir("zoila") == {"nombre": "Zoila"}
    assert repartir("de") == {"nombre": "de"}
    assert repartir("GOMA800101") == {"valor": "GOMA800101"}
    assert Escrito()["nada"] == ""


@pytest.mark.parametrize("malo", ["//malo.example", "https://malo.example", "/\\malo.example", "x", "/a\nb"])
def test_despues_de_entrar_solo_se_va_a_una_ruta_de_aqui(malo: str) -> None:
    assert vista.destino_seguro(malo) == "/"
    assert vista.destino_seguro("/pacientes") == "/pacientes"


def test_los_estaticos_se_guardan_por_su_huella_y_lo_demas_no(cliente: TestClient) -> None:
    bien = cliente.get(estaticos.url("js/api.js"))
    assert bien.status_code == 200 and bien.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert bien.headers["content-type"].startswith("text/javascript")
    vieja = cliente.get("/estaticos/0123456789ab/js/api.js")
    assert vieja.status_code == 200 and vieja.headers["cache-control"] == "no-store"
    for malo in ("js/no-hay.js", "js/..%2F..%2Fvista.py", "datos/permisos.toml"):
        negado = cliente.get(f"/estaticos/{estaticos.huella()}/{malo}")
        assert negado.status_code == 404 and negado.headers["cache-control"] == "no-store"
    with pytest.raises(KeyError):
        estaticos.url("js/no-hay.js")


def test_la_politica_de_contenido_es_estricta(cliente: TestClient) -> None:
    politica = cliente.get("/no-existe").headers["content-security-policy"]
    directivas = dict(d.strip().split(" ", 1) for d in politica.split(";"))
    assert "unsafe" not in politica and directivas["default-src"] == "'none'"
    assert directivas["script-src"] == directivas["style-src"] == directivas["connect-src"] == "'self'"
    assert directivas["require-trusted-types-for"] == "'script'"


def test_no_existe_es_una_pagina_para_quien_ve_y_json_para_la_api(cliente: TestClient) -> None:
    pagina, api = cliente.get("/no-existe"), cliente.get("/api/no-existe")
    assert pagina.status_code == api.status_code == 404
    assert pagina.headers["content-type"].startswith("text/html") and "<h1>" in pagina.text
    assert api.json()["error"]["codigo"] == "no_existe"


def test_ninguna_plantilla_lleva_guion_ni_estilo_en_linea_ni_nada_de_fuera() -> None:
    malo = r"\sstyle=|\son[a-z]+=|javascript:|(?:src|href|action)=[\"']https?:"
    for archivo in WEB.glob("plantillas/**/*.html"):
        texto = archivo.read_text("utf-8")
        assert not re.search(malo, texto), archivo
        for cuerpo in re.findall(r"<script[^>]*>(.*?)</script>", texto, re.S):
            assert not cuerpo.strip() or 'type="application/json"' in texto, archivo
        assert "|safe" not in texto or archivo.name == "iconos.html", archivo


def test_ningun_modulo_escribe_html_ni_pide_nada_de_fuera() -> None:
    malo = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?://|@import|url\("
    for ruta, archivo in estaticos.todos().items():
        assert not re.search(malo, archivo.octetos.decode()), ruta


def test_el_menu_usa_permisos_que_existen_y_cada_quien_ve_lo_suyo() -> None:
    assert {e.permiso for e in menu.entradas()} <= reglas().keys()
    rutas = [e.ruta for e in menu.entradas()]
    assert len(set(rutas)) == len(rutas)
    for rol, ve in (("auditor", {"inicio", "bitacora"}), ("asistente", {"inicio", "pacientes", "grabar"})):
        persona = Usuario.model_construct(roles=((uuid4(), rol),))
        assert {e.seccion for e in menu.de(persona)} == ve
