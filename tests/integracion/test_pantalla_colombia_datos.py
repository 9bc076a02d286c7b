# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Lo que pide Colombia, en los formularios de un establecimiento de allá y en ninguno más."""

from __future__ import annotations

from uuid import UUID

import pytest

from scribe.expediente import pacientes, usuarios
from scribe.expediente.bitacora import Actor
from tests.integracion.test_pantalla_formularios import UNA, actor, alta, bien_texto, mandar, se_fue_a
from tests.web_base import Api, api, base, motor  # noqa: F401


@pytest.fixture
def bogota(api: Api) -> UUID:
    with api.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
        lugar = usuarios.alta_establecimiento(
            t, "CO", "Consultorio Chapinero", "consultorio", "Calle 60", clave="110010000101"
        )
    api.alta("medica.uno", lugar.id, "medico")
    api.alta("asistente.uno", lugar.id, "asistente")
    return lugar.id


def test_los_datos_colombianos_se_eligen_de_sus_listas(api: Api, bogota: UUID) -> None:
    medica = api.entrar("medica.uno")
    paciente = alta(medica, tipo_identificador="CC", valor="1032456789")
    ruta = f"/pacientes/{paciente}/datos"
    forma = bien_texto(medica.get(ruta))
    assert '<option value="COL" selected>' in forma and '<optgroup label="ANTIOQUIA">' in forma
    assert 'name="estado"' not in forma and "Identidad de género" in forma
    datos = {
        "nombre": "Zoila", "apellido_paterno": "Quintero", "calle": "Carrera 7", "municipio": "05001",
        "zona": "01", "pais": "COL", "nacionalidad": "COL", "genero": "01", "discapacidad": "08",
        "grupo_etnico": "99", "voluntad_anticipada": "02", "entidad_salud": "EPS001", "ocupacion": "2221",
    }  # fmt: skip
    se_fue_a(mandar(medica, ruta, **datos), f"{UNA}#corregido")
    with api.servicios.expediente.transaccion(actor(api)) as t:
        ahora = pacientes.leer(t, paciente).datos
    casa = ahora.domicilios[0]
    assert (casa.pais, casa.municipio, casa.estado, casa.zona) == ("COL", "05001", "05", "01")
    assert (ahora.genero, ahora.grupo_etnico, ahora.nacionalidad) == ("01", "99", "COL")
    ficha = bien_texto(medica.get(f"/pacientes/{paciente}"))
    assert "MEDELLÍN, ANTIOQUIA" in ficha and "05001" not in ficha
    assert mandar(medica, ruta, **{**datos, "municipio": "99999"}).status_code == 422
    # Quien asiste no ve lo sensible, y al guardar no lo borra.
    asistente = api.entrar("asistente.uno")
    suya = bien_texto(asistente.get(ruta))
    assert "Identidad de género" not in suya and "Etnia" not in suya and "Nacionalidad" in suya
    se_fue_a(mandar(asistente, ruta, nombre="Zoila", apellido_paterno="Quintero"), f"{UNA}#corregido")
    with api.servicios.expediente.transaccion(actor(api)) as t:
        assert pacientes.leer(t, paciente).datos.grupo_etnico == "99"


def test_el_pais_solo_no_es_un_domicilio(api: Api, bogota: UUID) -> None:
    medica = api.entrar("medica.uno")
    paciente = alta(medica, pais="COL", municipio="", zona="")
    with api.servicios.expediente.transaccion(actor(api)) as t:
        assert pacientes.leer(t, paciente).datos.domicilios == ()


def test_en_mexico_no_se_pide_nada_de_eso(api: Api) -> None:
    api.alta("medica.uno", api.lugar(), "medico")
    medica = api.entrar("medica.uno")
    for ruta in ("/nuevo-paciente", f"/pacientes/{alta(medica)}/datos"):
        forma = bien_texto(medica.get(ruta))
        assert "Res. 866" not in forma and "ANTIOQUIA" not in forma and 'name="estado"' in forma
