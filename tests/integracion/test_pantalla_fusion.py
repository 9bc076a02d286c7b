# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Fusionar y separar pacientes, y «no destruir», por sus formularios y contra la base."""

from __future__ import annotations

import re
from uuid import UUID

from scribe.expediente import clinico, pacientes
from scribe.expediente.modelo import Alergia
from tests.integracion.test_pantalla_formularios import (
    _quitar_lo_reciente,
    actor,
    alta,
    bien_texto,
    lugar,
    mandar,
    se_fue_a,
)
from tests.web_base import Api, api, base, motor  # noqa: F401

__all__ = ["lugar"]


def test_se_hallan_se_comparan_se_fusionan_y_se_separan(api: Api, lugar: UUID) -> None:
    cliente = api.entrar("medica.uno")
    uno = alta(cliente, telefono_1="55 5555 0101")
    dos = alta(cliente, nombre="zoila", nacimiento="1980-05-02", es_otra_persona="si")
    with api.servicios.expediente.transaccion(actor(api)) as t:
        clinico.agregar(t, dos, Alergia(descripcion="Sulfas"))
        numero = pacientes.leer(t, dos).numero_expediente
    ruta = f"/pacientes/{uno}/fusionar"
    hallados = bien_texto(cliente.get(ruta))
    assert str(dos) in hallados and f'value="{uno}"' not in hallados
    assert str(dos) in bien_texto(mandar(cliente, f"{ruta}/buscar", texto=numero))
    dicho = bien_texto(mandar(cliente, f"{ruta}/comparar", otro=str(dos)))
    assert "Sulfas" in dicho and "55 5555 0101" in dicho
    assert re.findall(r'scope="row">(\w+) <span class="etiqueta duda"', dicho) == ["Nombre", "Nacimiento"]
    assert re.search(rf'value="{uno}" required checked', dicho), "se propone la que se dio de alta antes"
    pedido = {"otro": str(dos), "queda": str(uno), "motivo": "Se dio de alta dos veces MARCA."}
    for malo in ({"motivo": ""}, {"queda": ""}, {"queda": str(api.personas["medica.uno"])}):
        rechazo = mandar(cliente, ruta, **{**pedido, **malo})
        assert rechazo.status_code == 422 and 'role="alert"' in rechazo.text
    se_fue_a(mandar(cliente, ruta, **pedido), f"/pacientes/{uno}#fusionado")
    assert mandar(cliente, ruta, **pedido).status_code == 422, "no dos veces"
    se_fue_a(cliente.get(f"/pacientes/{dos}", follow_redirects=False), f"/pacientes/{uno}")
    ficha = bien_texto(cliente.get(f"/pacientes/{uno}"))
    assert "Sulfas" in ficha and "Fusionado el" in ficha
    fusion = re.findall(r"/fusiones/([0-9a-f-]{36})/separar", ficha)[0]
    assert mandar(cliente, f"/fusiones/{fusion}/separar", motivo=" ").status_code == 422
    se_fue_a(mandar(cliente, f"/fusiones/{fusion}/separar", motivo="Son dos."), f"/pacientes/{uno}#separado")
    ficha = bien_texto(cliente.get(f"/pacientes/{uno}"))
    assert "Sulfas" not in ficha and "Fusionado el" not in ficha
    with api.servicios.expediente.piscina.conexion() as conexion:
        filas = conexion.execute(
            "SELECT usuario_id, detalle::text AS d FROM expediente.bitacora WHERE evento = 'paciente.fusion'"
        ).fetchall()
    assert [f["usuario_id"] for f in filas] == [api.personas["medica.uno"]] * 2
    assert all("MARCA" not in f["d"] for f in filas)


def test_solo_quien_atiende_y_con_su_contrasena_de_hace_poco(api: Api, lugar: UUID) -> None:
    api.alta("admin.uno", lugar, "administrador")
    cliente = api.entrar("medica.uno")
    uno, dos = alta(cliente), alta(cliente, es_otra_persona="si")
    ruta = f"/pacientes/{uno}/fusionar"
    pedido = {"otro": str(dos), "queda": str(uno), "motivo": "x"}
    admin = api.entrar("admin.uno")
    assert admin.get(ruta).status_code == 403 and "Zoila" not in admin.get(ruta).text
    for cual in ("/comparar", "/buscar", ""):
        assert mandar(admin, f"{ruta}{cual}", texto="zoila", **pedido).status_code in {403, 422}
    otro = api.lugar("DFSSA000002")
    api.alta("medico.lejos", otro, "medico")
    lejos = alta(api.entrar("medico.lejos"))
    assert mandar(cliente, f"{ruta}/comparar", otro=str(lejos)).status_code == 403
    assert str(lejos) not in bien_texto(cliente.get(ruta))
    assert mandar(cliente, ruta, **{**pedido, "otro": str(lejos)}).status_code == 403
    _quitar_lo_reciente(api)
    assert "Confirme que es usted" in mandar(cliente, ruta, **pedido).text


def test_no_destruir_se_marca_en_la_ficha_y_lo_levanta_quien_administra(api: Api, lugar: UUID) -> None:
    api.alta("admin.uno", lugar, "administrador")
    api.alta("auditor.uno", lugar, "auditor")
    cliente, admin = api.entrar("medica.uno"), api.entrar("admin.uno")
    uno = alta(cliente)
    ruta = f"/pacientes/{uno}/retenciones"
    assert mandar(cliente, ruta, razon="").status_code == 422
    se_fue_a(mandar(cliente, ruta, razon="Queja ante la comisión"), f"/pacientes/{uno}#retenido")
    assert "Queja ante la comisión" in bien_texto(cliente.get(f"/pacientes/{uno}"))
    pagina = bien_texto(admin.get("/administrar/conservacion"))
    assert "Queja ante la comisión" in pagina and "Zoila" not in pagina
    assert "Queja" not in bien_texto(api.entrar("auditor.uno").get("/administrar/conservacion"))
    levantar = re.findall(r"/retenciones/[0-9a-f-]{36}/levantar", pagina)[0]
    assert mandar(cliente, levantar, razon="ya").status_code == 403
    assert mandar(admin, levantar, razon=" ").status_code == 422
    se_fue_a(mandar(admin, levantar, razon="Se resolvió."), "/administrar/conservacion#levantada")
    assert mandar(admin, levantar, razon="Otra vez.").status_code == 422
    assert "Queja" not in bien_texto(cliente.get(f"/pacientes/{uno}"))
    assert "Queja" not in bien_texto(admin.get("/administrar/conservacion"))
