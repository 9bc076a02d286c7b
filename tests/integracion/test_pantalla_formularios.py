# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Cada formulario de las páginas contra la base: lo que guarda, lo que rechaza y lo que no toca."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from scribe.expediente import clinico, consentimientos, pacientes, usuarios
from scribe.expediente.bitacora import Actor
from scribe.expediente.modelo import DatosPaciente, Domicilio
from tests.web_base import ACCESO, FIRMA, Api, api, base, bien, motor  # noqa: F401


@pytest.fixture
def lugar(api: Api) -> UUID:
    nuevo = api.lugar()
    api.alta("medica.uno", nuevo, "medico")
    return nuevo


@pytest.fixture
def medica(api: Api, lugar: UUID) -> TestClient:
    return api.entrar("medica.uno")


def mandar(cliente: TestClient, ruta: str, **campos: str) -> Response:
    return cliente.post(ruta, data=campos, follow_redirects=False)


def se_fue_a(respuesta: Response, forma: str) -> str:
    """A dónde se redirigió, si es de esa forma."""
    destino = respuesta.headers.get("location", "")
    assert respuesta.status_code == 303 and re.fullmatch(forma, destino), (respuesta.status_code, destino)
    return destino


def actor(api: Api, nombre: str = "medica.uno") -> Actor:
    return Actor(api.personas[nombre], "prueba")


UNA = r"/pacientes/([0-9a-f-]{36})"


def alta(cliente: TestClient, **mas: str) -> UUID:
    campos = {"nombre": "Zoila", "apellido_paterno": "Quintero", "nacimiento": "1980-05-01", **mas}
    return UUID(se_fue_a(mandar(cliente, "/pacientes", **campos), f"{UNA}#alta").split("/")[2][:36])


def test_alta_y_aviso_de_que_quiza_ya_esta(api: Api, medica: TestClient) -> None:
    primera = alta(medica, telefono_1="55 5555 0101", tipo_identificador="CURP", valor="GOMA800101MDFMRN05")
    with api.servicios.expediente.transaccion(actor(api)) as t:
        guardada = pacientes.leer(t, primera)
    assert guardada.datos.domicilios[0].telefono_1 == "55 5555 0101"
    assert guardada.identificadores[0][1].valor == "GOMA800101MDFMRN05"
    iguales = {"nombre": "zoila", "apellido_paterno": "QUINTERO", "telefono_1": "MARCA"}
    aviso = mandar(medica, "/pacientes", **iguales)
    assert aviso.status_code == 200 and "Podría ser alguien que ya está" in aviso.text
    assert str(primera) in aviso.text and "MARCA" in aviso.text  # lo escrito sigue
    otra_fecha = mandar(medica, "/pacientes", **iguales, nacimiento="2001-01-01")
    se_fue_a(otra_fecha, f"{UNA}#alta")  # con otra fecha de nacimiento no es la misma persona
    se_fue_a(mandar(medica, "/pacientes", **iguales, es_otra_persona="si", y="grabar"), f"{UNA}/grabar")


def test_lo_que_falta_se_dice_junto_a_su_campo(medica: TestClient) -> None:
    malo = mandar(medica, "/pacientes", nombre="Zoila", apellido_paterno="")
    assert malo.status_code == 422 and "Hacen falta nombre y primer apellido" in malo.text
    malo = mandar(medica, "/pacientes", nombre="Zoila", apellido_paterno="Q", nacimiento="2026-13-01")
    assert malo.status_code == 422 and 'aria-invalid="true"' in malo.text and "No es una fecha." in malo.text
    malo = mandar(
        medica, "/pacientes", nombre="Zoila", apellido_paterno="Q", tipo_identificador="CURP", valor="MALO"
    )
    recado = re.findall(r'role="alert".*?</div>', malo.text, re.S)[0]
    assert malo.status_code == 422 and "CURP" in recado and "MALO" not in recado


def test_corregir_conserva_lo_que_la_forma_no_trae(api: Api, lugar: UUID, medica: TestClient) -> None:
    with api.servicios.expediente.transaccion(actor(api)) as t:
        datos = DatosPaciente(
            nombre="Ana", apellido_paterno="Ruiz", religion="ninguna",
            domicilios=(Domicilio(calle="Uno", zona="01"), Domicilio(tipo="trabajo", calle="Dos")),
        )  # fmt: skip
        paciente = pacientes.alta(t, lugar, datos).id
    ruta = f"/pacientes/{paciente}/datos"
    assert 'value="Uno"' in bien_texto(medica.get(ruta))
    cambio = {"nombre": "Ana", "apellido_paterno": "Ruiz", "calle": "Tres", "ocupacion": "maestra"}
    se_fue_a(mandar(medica, ruta, **cambio), f"{UNA}#corregido")
    with api.servicios.expediente.transaccion(actor(api)) as t:
        ahora = pacientes.leer(t, paciente).datos
    assert (ahora.religion, ahora.ocupacion) == ("ninguna", "maestra")
    assert [d.calle for d in ahora.domicilios] == ["Tres", "Dos"] and ahora.domicilios[0].zona == "01"
    asistente = _asistente(api, lugar)
    se_fue_a(mandar(asistente, ruta, nombre="Ana", apellido_paterno="Ruiz", ocupacion=""), f"{UNA}#corregido")
    with api.servicios.expediente.transaccion(actor(api)) as t:
        ahora = pacientes.leer(t, paciente).datos
    assert ahora.religion == "ninguna" and ahora.ocupacion is None


def _asistente(api: Api, lugar: UUID) -> TestClient:
    api.alta("asistente.uno", lugar, "asistente")
    return api.entrar("asistente.uno")


def bien_texto(respuesta: Response) -> str:
    assert respuesta.status_code == 200, respuesta.status_code
    return respuesta.text


def test_alergias_se_agregan_y_se_retiran(api: Api, lugar: UUID, medica: TestClient) -> None:
    paciente = alta(medica)
    ruta = f"/pacientes/{paciente}/clinico"
    se_fue_a(mandar(medica, f"{ruta}/alergia", descripcion="Penicilina", gravedad="grave"), f"{UNA}#guardado")
    se_fue_a(
        mandar(medica, f"{ruta}/medicacion", medicamento="Metformina", dosis="850 mg"), f"{UNA}#guardado"
    )
    assert mandar(medica, f"{ruta}/alergia", descripcion="").status_code == 422
    assert mandar(medica, f"{ruta}/receta", medicamento="x").status_code == 404
    assert mandar(_asistente(api, lugar), f"{ruta}/alergia", descripcion="x").status_code == 403
    pagina = bien_texto(medica.get(f"/pacientes/{paciente}"))
    assert "Penicilina" in pagina and "850 mg" in pagina
    with api.servicios.expediente.transaccion(actor(api)) as t:
        cual = str(clinico.vigentes(t, paciente, "alergia")[0].id)
    se_fue_a(mandar(medica, f"{ruta}/alergia", retira=cual), f"{UNA}#guardado")
    assert "No se ha preguntado" in bien_texto(medica.get(f"/pacientes/{paciente}"))
    assert mandar(medica, f"{ruta}/alergia", retira=cual).status_code == 422  # ya no está
    se_fue_a(mandar(medica, f"{ruta}/alergia", niega="si"), f"{UNA}#guardado")
    assert "Niega alergias" in bien_texto(medica.get(f"/pacientes/{paciente}"))


def test_consentimiento_si_no_y_lo_retira(api: Api, medica: TestClient) -> None:
    with api.servicios.expediente.transaccion(actor(api)) as t:
        texto = str(consentimientos.publicar_texto(t, "grabacion", "MX", "1", "Acepto que se grabe."))
    paciente = alta(medica)
    ruta = f"/pacientes/{paciente}"
    assert (
        "Falta preguntar" in bien_texto(medica.get(ruta)) and "Acepto que se grabe." in medica.get(ruta).text
    )
    no = {"texto": texto, "como": "escrito", "calidad": "paciente", "otorgado": "no"}
    se_fue_a(mandar(medica, f"{ruta}/consentimientos", **no), f"{UNA}#guardado")
    assert "Dijo que no" in bien_texto(medica.get(ruta))
    sin_nombre = {**no, "otorgado": "si", "calidad": "tutor"}
    assert mandar(medica, f"{ruta}/consentimientos", **sin_nombre).status_code == 422
    se_fue_a(mandar(medica, f"{ruta}/consentimientos", **sin_nombre, otorgante="Luz"), f"{UNA}#guardado")
    assert ">Autorizó</span>" in re.sub(r"<svg.*?</svg> ", "", bien_texto(medica.get(ruta)))
    with api.servicios.expediente.transaccion(actor(api)) as t:
        cual = consentimientos.vigente(t, paciente, "grabacion")
    se_fue_a(mandar(medica, f"/consentimientos/{cual}/revocacion"), f"{UNA}#guardado")
    assert "Lo retiró" in bien_texto(medica.get(ruta))


def test_entrar_y_salir_con_formularios(api: Api, lugar: UUID) -> None:
    cliente = api.cliente()
    dentro = {"usuario": "medica.uno", "contrasena": ACCESO}
    se_fue_a(mandar(cliente, "/entrar", **dentro, volver="//malo.example"), "/")
    se_fue_a(mandar(cliente, "/entrar", **dentro, volver="/pacientes"), "/pacientes")
    ficha = cliente.cookies["scribe_local"]
    se_fue_a(mandar(cliente, "/salir"), "/entrar")
    robada = api.cliente(cookies={"scribe_local": ficha}).get("/pacientes")
    assert robada.status_code == 401 and "Entrar" in robada.text


def test_lo_que_pide_la_pagina_sola_no_alarga_la_sesion(api: Api, medica: TestClient) -> None:
    def ultimo_uso(poner: str = "") -> object:
        with api.servicios.expediente.piscina.conexion() as conexion:
            if poner:
                conexion.execute(f"UPDATE expediente.sesion SET ultimo_uso = {poner}".encode())
            fila = conexion.execute("SELECT ultimo_uso FROM expediente.sesion").fetchone()
        return fila and fila["ultimo_uso"]

    antes = ultimo_uso("clock_timestamp() - interval '10 minutes'")
    bien(medica.get("/api/sesion", headers={"X-Scribe-Fondo": "1"}))
    assert ultimo_uso() == antes
    bien(medica.get("/api/sesion"))
    assert ultimo_uso() != antes
    ultimo_uso("clock_timestamp() - interval '16 minutes'")
    assert medica.get("/api/sesion", headers={"X-Scribe-Fondo": "1"}).status_code == 401


def test_la_pagina_de_una_persona_no_actua_con_la_sesion_de_otra(medica: TestClient) -> None:
    assert medica.get("/api/tareas", headers={"X-Scribe-Usuario": "medica.uno"}).status_code == 200
    assert medica.get("/api/tareas", headers={"X-Scribe-Usuario": "otra.persona"}).status_code == 401


def test_el_token_no_se_gasta_si_lo_demas_falla(api: Api) -> None:
    nadie = api.cliente()
    assert nadie.get("/", follow_redirects=False).headers["location"] == "/primer-arranque"
    campos = {
        "token": api.servicios.arranque.nuevo(), "pais": "MX", "lugar": "Uno", "tipo": "Consultorio",
        "domicilio": "Calle 1", "nombre": "Lucía", "apellido_paterno": "Gómez",
        "nombre_usuario": "LUCIA.gomez", "contrasena": "corta", "contrasena_otra_vez": "corta",
    }  # fmt: skip
    assert mandar(nadie, "/primer-arranque", **{**campos, "token": "no-es"}).status_code == 422
    assert mandar(nadie, "/primer-arranque", **campos).status_code == 422
    buena = {**campos, "contrasena": ACCESO, "contrasena_otra_vez": ACCESO}
    se_fue_a(mandar(nadie, "/primer-arranque", **buena), "/#creada")
    assert "Estado del servidor" in bien_texto(nadie.get("/"))  # ya está dentro
    assert mandar(nadie, "/primer-arranque", **buena).status_code == 422  # una sola vez
    api.entrar("lucia.gomez")


def test_el_personal_y_sus_papeles(api: Api, lugar: UUID) -> None:
    api.alta("admin.uno", lugar, "administrador")
    admin, ruta = api.entrar("admin.uno"), "/administrar/personal"
    nueva = {"nombre": "Luz", "apellido_paterno": "Salas", "nombre_usuario": "Luz.Salas", "rol": "medico",
             "establecimiento": str(lugar)}  # fmt: skip
    corto = mandar(admin, ruta, **{**nueva, "nombre_usuario": "luz"})
    assert corto.status_code == 422 and 'aria-invalid="true"' in corto.text
    hecha = mandar(admin, ruta, **nueva)
    assert hecha.status_code == 200 and "Se enseña solo esta vez" in hecha.text
    with api.servicios.expediente.transaccion(actor(api)) as t:
        luz = usuarios.por_nombre(t, "luz.salas")
    assert luz is not None and luz.tiene("medico", lugar)
    una = f"{ruta}/{luz.id}"
    se_fue_a(mandar(admin, f"{una}/papeles", rol="auditor", establecimiento=str(lugar)), f"{una}#guardado")
    quita = {"rol": "medico", "establecimiento": str(lugar), "quitar": "si"}
    se_fue_a(mandar(admin, f"{una}/papeles", **quita), f"{una}#guardado")
    otro = str(api.lugar("DFSSA000002"))  # uno que no administra
    assert mandar(admin, f"{una}/papeles", rol="auditor", establecimiento=otro).status_code == 422
    se_fue_a(mandar(admin, una, nombre="Luz", apellido_paterno="Soto"), f"{una}#guardado")
    se_fue_a(mandar(admin, f"{una}/activo", activo="no"), f"{una}#guardado")
    with api.servicios.expediente.transaccion(actor(api)) as t:
        luz = usuarios.leer(t, luz.id)
    assert not luz.activo and {r for _, r in luz.roles} == {"auditor"} and luz.apellido_paterno == "Soto"
    _quitar_lo_reciente(api)
    assert "Confirme que es usted" in mandar(admin, ruta, **nueva).text


def _quitar_lo_reciente(api: Api) -> None:
    with api.servicios.expediente.piscina.conexion() as conexion:
        conexion.execute("UPDATE expediente.sesion SET reautenticada = clock_timestamp() - interval '1 hour'")


def test_confirmar_la_contrasena_deja_seguir(api: Api, lugar: UUID, medica: TestClient) -> None:
    _quitar_lo_reciente(api)
    cambio = {"cual": "firma", "nueva": "Otra-Distinta-63-Rama", "otra_vez": "Otra-Distinta-63-Rama"}
    assert mandar(medica, "/cuenta/claves", **cambio).status_code == 403
    assert mandar(medica, "/confirmar", contrasena=FIRMA, volver="/cuenta").status_code == 401
    se_fue_a(mandar(medica, "/confirmar", contrasena=ACCESO, volver="/cuenta"), "/cuenta")
    assert mandar(medica, "/cuenta/claves", **{**cambio, "otra_vez": "x"}).status_code == 422
    assert (
        mandar(medica, "/cuenta/claves", **{**cambio, "nueva": ACCESO, "otra_vez": ACCESO}).status_code == 422
    )
    se_fue_a(mandar(medica, "/cuenta/claves", **cambio), "/cuenta#cambiada")


def test_textos_establecimientos_y_politicas(api: Api, lugar: UUID) -> None:
    api.alta("admin.uno", lugar, "administrador")
    admin = api.entrar("admin.uno")
    lugares = "/administrar/establecimientos"
    nuevo = {"pais": "CO", "nombre": "Bogotá", "tipo": "Consultorio", "domicilio": "Calle 100"}
    se_fue_a(mandar(admin, lugares, **nuevo), f"{lugares}#guardado")
    assert mandar(admin, lugares, **{**nuevo, "clave": "MALA"}).status_code == 422
    texto = {"finalidad": "grabacion", "pais": "CO", "texto": "Acepto en Bogotá."}
    se_fue_a(mandar(admin, "/administrar/textos", **texto), f"{lugares}#guardado")
    assert "Acepto en Bogotá." in bien_texto(admin.get(lugares))
    politica = {
        "tipo": "grabacion",
        "cantidad": "90",
        "unidad": "dias",
        "fuente": "la clínica",
        "al_revocar": "destruir",
    }
    se_fue_a(
        mandar(admin, "/administrar/conservacion/politica", **politica), "/administrar/conservacion#guardado"
    )
    assert "90 días" in bien_texto(admin.get("/administrar/conservacion"))
    corta = {**politica, "tipo": "expediente", "cantidad": "1", "unidad": "anios"}
    assert mandar(admin, "/administrar/conservacion/politica", **corta).status_code == 422


def test_la_bitacora_se_filtra_se_comprueba_y_pagina(api: Api, lugar: UUID, medica: TestClient) -> None:
    api.alta("auditor.uno", lugar, "auditor")
    alta(medica)
    auditor = api.entrar("auditor.uno")
    persona = str(api.personas["medica.uno"])
    pagina = bien_texto(mandar(auditor, "/bitacora", usuario=persona, clase="paciente"))
    assert "Alta de paciente" in pagina and "Alta de usuario" not in pagina and "Quintero" not in pagina
    hoja = mandar(auditor, "/bitacora/informe", usuario=persona, clase="paciente")
    assert hoja.headers["content-type"].startswith("text/csv") and "paciente.alta" in hoja.text
    assert "usuario.alta" not in hoja.text and "Ana Prueba" in hoja.text
    assert "Íntegra." in bien_texto(mandar(auditor, "/bitacora/verificacion"))
    assert "Cabeza firmada" in bien_texto(mandar(auditor, "/bitacora/cabeza"))
    assert mandar(auditor, "/bitacora", desde="2026-02-31").status_code == 422
    assert medica.get("/bitacora").status_code == 403
    se_fue_a(auditor.get("/", follow_redirects=False), "/bitacora")
