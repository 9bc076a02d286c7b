# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Completar lo que falta para firmar: solo se agrega lo vacío, todo o nada, y cada quien lo suyo."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from scribe.expediente import usuarios
from scribe.expediente.bitacora import Actor
from scribe.expediente.errores import DatoInvalido, SinPermiso
from scribe.expediente.verificacion import verificar
from tests.integracion.test_web_revision import Mesa, mesa  # noqa: F401
from tests.web_base import base, bien, motor  # noqa: F401


def pedir(mesa: Mesa, **cuerpo: Any) -> Any:
    return mesa.doctora.post(f"{mesa.ruta}/faltantes", json=cuerpo)


def test_solo_agrega_lo_que_faltaba_y_queda_sellado(mesa: Mesa) -> None:
    exp = mesa.api.servicios.expediente
    with exp.transaccion(Actor(mesa.medica, "prueba")) as t:
        usuarios.cambiar(t, mesa.medica, institucion_titulo=None)
    bien(pedir(mesa, atencion={"modalidad": "01"}, medico={"institucion_titulo": "Universidad de Prueba"}))
    encuentro = bien(mesa.doctora.get(f"/api/encuentros/{mesa.ids['encuentro']}"))
    assert (encuentro["modalidad"], encuentro["causa"]) == ("01", None)
    for repetido in ({"atencion": {"modalidad": "02"}}, {"medico": {"institucion_titulo": "Otra"}}):
        assert pedir(mesa, **repetido).status_code in (409, 422), repetido
    # Todo o nada: la causa valía, pero lo demás no.
    assert pedir(mesa, atencion={"causa": "38"}, medico={"institucion_titulo": "Otra"}).status_code >= 400
    encuentro = bien(mesa.doctora.get(f"/api/encuentros/{mesa.ids['encuentro']}"))
    assert (encuentro["modalidad"], encuentro["causa"]) == ("01", None)
    assert pedir(mesa, atencion={"entorno": "zz"}).status_code == 422
    with exp.piscina.conexion() as conexion:
        assert verificar(conexion, exp.bitacora.llavero, ()).integra


def test_la_clave_del_establecimiento_la_pone_quien_lo_administra_y_una_vez(mesa: Mesa) -> None:
    with mesa.api.servicios.expediente.transaccion(Actor(mesa.medica, "prueba")) as t:
        otro = usuarios.alta_establecimiento(t, "CO", "Consultorio", "consultorio", "Calle 60")
        with pytest.raises(SinPermiso):
            usuarios.poner_clave(t, otro.id, "110010000101")
        usuarios.otorgar(t, mesa.medica, "administrador", otro.id)
        with pytest.raises(DatoInvalido):
            usuarios.poner_clave(t, otro.id, "11")
        assert usuarios.poner_clave(t, otro.id, "110010000101").clave == "110010000101"
    assert pedir(mesa, establecimiento="DFSSA000009").status_code == 403
    with psycopg.connect(mesa.api.dsn) as conexion, pytest.raises(psycopg.Error):
        conexion.execute("UPDATE expediente.establecimiento SET clave = '110010000102' WHERE pais = 'CO'")
    assert pedir(mesa, raro=1).status_code == 422
