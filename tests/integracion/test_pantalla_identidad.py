"""De quién es cada pantalla y qué se ve primero de un paciente: NOM-024-SSA3-2010 1.3.1.h y 1.3.3."""

# ruff: noqa: F811

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from html import unescape

import pytest
from fastapi.testclient import TestClient

from scribe.expediente import clinico, consentimientos, encuentros, notas, pacientes
from scribe.expediente.bitacora import Actor
from scribe.expediente.modelo import Alergia, DatosEncuentro, DatosPaciente, Medicacion, Problema
from scribe.expediente.nota_editable import ContenidoDeNota
from tests.web_base import Api, api, base, bien, error, motor  # noqa: F401

CONOCIDA = DatosPaciente(nombre="Rosalía", apellido_paterno="Íñiguez", sexo="F")
DESCONOCIDO = DatosPaciente(descripcion="varón de unos 40 años, ropa de trabajo", sexo="M")


def _visible(cliente: TestClient, ruta: str) -> str:
    respuesta = cliente.get(ruta)
    assert respuesta.status_code == 200, ruta
    sin_guion = re.sub(r"<script.*?</script>|<option.*?</option>", " ", respuesta.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", sin_guion)).split())


@pytest.mark.parametrize("datos", [CONOCIDA, DESCONOCIDO], ids=["conocida", "desconocida"])
def test_cada_pantalla_de_un_paciente_dice_de_quien_es(api: Api, datos: DatosPaciente) -> None:
    lugar = api.lugar()
    medica = api.alta("medica.uno", lugar, "medico")
    with api.servicios.expediente.transaccion(Actor(medica, "prueba")) as t:
        paciente = pacientes.alta(t, lugar, datos, numero_expediente="EXP-77")
        abierto = encuentros.abrir(
            t, paciente.id, lugar, medica, DatosEncuentro(inicio=datetime(2026, 3, 5, 16, tzinfo=UTC))
        )
        nota = notas.crear(t, abierto.id).id
        notas.guardar_version(t, nota, ContenidoDeNota().octetos(), sobre=0)
    quien = datos.nombre_completo or str(datos.descripcion)
    cliente = api.entrar("medica.uno")
    for ruta in (f"/pacientes/{paciente.id}", f"/pacientes/{paciente.id}/datos", f"/notas/{nota}"):
        visto = _visible(cliente, ruta)
        assert quien in visto and "EXP-77" in visto, ruta


def test_lo_primero_son_sus_padecimientos_alergias_y_tratamientos_lo_reciente_arriba(api: Api) -> None:
    lugar = api.lugar()
    medica = api.alta("medica.uno", lugar, "medico")
    with api.servicios.expediente.transaccion(Actor(medica, "prueba")) as t:
        paciente = pacientes.alta(t, lugar, CONOCIDA).id
        for que in ("polen", "penicilina"):
            clinico.agregar(t, paciente, Alergia(descripcion=que))
        for que in ("losartán", "metformina"):
            clinico.agregar(t, paciente, Medicacion(medicamento=que))
        for que in ("asma", "hipertensión"):
            clinico.agregar(t, paciente, Problema(descripcion=que))
    cliente = api.entrar("medica.uno")
    dicho = {"descripcion": "látex", "gravedad": "leve", "refiere": "familiar", "verificada": "true"}
    assert cliente.post(f"/pacientes/{paciente}/clinico/alergia", data=dicho).status_code == 200
    visto = _visible(cliente, f"/pacientes/{paciente}")
    assert "la refiere un familiar · verificada" in visto
    for viejo, nuevo in (("polen", "penicilina"), ("losartán", "metformina"), ("asma", "hipertensión")):
        assert 0 < visto.index(nuevo) < visto.index(viejo)


def test_lo_que_pide_cada_pais_se_puede_capturar(api: Api) -> None:
    """La razón social (NOM-004 5.2.2) y el documento de quien atiende (Res. 866, elemento 36)."""
    lugar = api.lugar()
    api.alta("admin.uno", lugar, "administrador")
    medica = api.alta("medica.uno", lugar, "medico")
    admin = api.entrar("admin.uno")
    nuevo = {
        "pais": "CO",
        "nombre": "IPS Norte",
        "tipo": "IPS",
        "domicilio": "Calle 100",
        "razon_social": "Norte SAS",
    }
    assert bien(admin.post("/api/establecimientos", json=nuevo), 201)["razon_social"] == "Norte SAS"
    propio = {"tipo_documento": "CC", "documento": "52123456"}
    bien(admin.patch(f"/api/usuarios/{medica}", json=propio))
    error(admin.patch(f"/api/usuarios/{medica}", json={"tipo_documento": "RC"}), 422, "forma_invalida")
    visto = {u["nombre_usuario"]: u for u in bien(admin.get("/api/usuarios"))}
    assert {c: visto["medica.uno"][c] for c in propio} == propio
    pedido = {"catalogo": "CO_MUNICIPIO", "texto": "bogota", "dia": "2026-03-05"}
    hallados = bien(api.entrar("medica.uno").post("/api/catalogos/buscar", json=pedido))
    assert hallados == [{"clave": "11001", "titulo": "BOGOTÁ, D.C."}]
    error(admin.post("/api/catalogos/buscar", json={"catalogo": "NADA"}), 404, "no_existe")
    de_otra = bien(api.entrar("medica.uno").get("/api/usuarios"))
    assert all("documento" not in u and "tipo_documento" not in u for u in de_otra)
    assert "52123456" in admin.get(f"/administrar/personal/{medica}").text
    for pagina in ("/administrar", "/administrar/establecimientos"):
        assert admin.get(pagina).status_code == 200


def test_el_documento_del_consentimiento_se_guarda_cifrado_y_se_vuelve_a_ver(api: Api) -> None:
    """NOM-024-SSA3-2010 1.2.2.a."""
    carta = b"\x89PNG carta firmada por Rosalia"
    lugar = api.lugar()
    medica = api.alta("medica.uno", lugar, "medico")
    with api.servicios.expediente.transaccion(Actor(medica, "prueba")) as t:
        paciente = pacientes.alta(t, lugar, CONOCIDA).id
        texto = consentimientos.publicar_texto(t, "grabacion", "MX", "prueba", "Acepto.")
        sin = consentimientos.registrar(t, paciente, texto, otorgado=True, como="electronico").id
    cliente = api.entrar("medica.uno")
    pedido = {"texto": str(texto), "otorgado": True, "como": "escrito"}
    pedido["evidencia"] = b64encode(carta).decode()
    guardado = bien(cliente.post(f"/api/pacientes/{paciente}/consentimientos", json=pedido), 201)["id"]
    vuelta = cliente.get(f"/api/consentimientos/{guardado}/evidencia")
    assert vuelta.content == carta and "attachment" in vuelta.headers["content-disposition"]
    error(cliente.get(f"/api/consentimientos/{sin}/evidencia"), 404, "no_existe")
    with api.servicios.expediente.piscina.conexion() as conexion:
        (fila,) = conexion.execute(
            "SELECT evidencia FROM expediente.consentimiento WHERE evidencia IS NOT NULL"
        ).fetchall()
    assert b"Rosalia" not in bytes(fila["evidencia"])
