"""El camino completo por la API: del token de arranque a la nota firmada y la bitácora que verifica."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient

from scribe.expediente import consentimientos
from scribe.expediente.bitacora import Actor
from tests.expediente_pdf import paginas
from tests.web_base import ACCESO, FIRMA, Api, api, base, bien, error, motor, subir  # noqa: F401

LUGAR = {"pais": "MX", "nombre": "Consultorio de prueba", "tipo": "consultorio",
         "domicilio": "Calle Uno 1, Ciudad de México", "clave": "DFSSA000001"}  # fmt: skip
PACIENTE = {
    "datos": {"nombre": "María José", "apellido_paterno": "Núñez", "nacimiento": "1980-05-01", "sexo": "F",
              "domicilios": [{"calle": "Calle Dos", "numero_ext": "2", "municipio": "Coyoacán"}]},
    "identificadores": [],
}  # fmt: skip


def persona(nombre: str) -> dict[str, Any]:
    return {"nombre_usuario": nombre, "nombre": "Ana", "apellido_paterno": "Prueba", "cedula": "1234567",
            "institucion_titulo": "Universidad de Prueba"}  # fmt: skip


def completar(contenido: dict[str, Any]) -> dict[str, Any]:
    """Lo que el médico agrega para que a la nota no le falte nada."""

    def e(tipo: str, texto: str) -> dict[str, Any]:
        return {"texto": texto, "tipo": tipo, "autor": "medico"}

    nota = contenido["nota"]
    nota["objetivo"] += [e("exploracion", "faringe enrojecida, sin exudado")]
    nota["analisis"] += [e("razonamiento", "faringitis aguda, probable origen viral")]
    nota["plan"] += [e("indicacion", "líquidos y reposo")]
    nota["pronostico"] += [e("pronostico", "bueno para la vida y la función")]
    contenido["signos"] = [
        {"clave": "tension_arterial", "valor": "118/76", "unidad": "mmHg"},
        {"clave": "frecuencia_cardiaca", "valor": "78", "unidad": "por minuto"},
        {"clave": "frecuencia_respiratoria", "valor": "16", "unidad": "por minuto"},
        {"clave": "temperatura", "valor": "37.2", "unidad": "°C"},
        {"clave": "peso", "valor": "64", "unidad": "kg"}, {"clave": "talla", "valor": "1.62", "unidad": "m"},
    ]  # fmt: skip
    contenido["diagnosticos"] = [
        {"sistema": "CIE-10", "codigo": "J02.9", "titulo": "Faringitis aguda", "principal": True}
    ]
    contenido["receta"] = [
        {"generico": "Paracetamol", "presentacion": "tabletas de 500 mg", "dosis": "1 tableta", "via": "oral",
         "frecuencia": "cada 8 horas", "duracion": "por 3 días"}
    ]  # fmt: skip
    return contenido


def atendida(cliente: TestClient, lugar: str, medica: str) -> tuple[str, str, str]:
    """Paciente, consentimiento y encuentro. Devuelve sus ids."""
    paciente = bien(cliente.post(f"/api/establecimientos/{lugar}/pacientes", json=PACIENTE), 201)["id"]
    texto = bien(
        cliente.post("/api/consentimientos/texto-vigente", json={"finalidad": "grabacion", "pais": "MX"})
    )
    permiso = bien(
        cliente.post(
            f"/api/pacientes/{paciente}/consentimientos",
            json={"texto": texto["id"], "otorgado": True, "como": "electronico"},
        ),
        201,
    )["id"]
    inicio = datetime.now(UTC).isoformat()
    encuentro = bien(
        cliente.post(
            f"/api/pacientes/{paciente}/encuentros",
            json={"establecimiento": lugar, "medico": medica, "datos": {"inicio": inicio}, "motivo": "dolor"},
        ),
        201,
    )["id"]
    return paciente, permiso, encuentro


def test_del_token_a_la_bitacora(api: Api) -> None:  # noqa: F811, PLR0915
    nadie = api.cliente()
    assert bien(nadie.get("/api/salud"))["primer_arranque"] is True
    pedido = {
        "token": "no-es",
        "establecimiento": LUGAR,
        "usuario": persona("admin.uno"),
        "contrasena": ACCESO,
    }
    error(nadie.post("/api/primer-arranque", json=pedido), 403, "sin_permiso")
    pedido["token"] = api.servicios.arranque.nuevo()
    bien(nadie.post("/api/primer-arranque", json=pedido), 201)
    error(nadie.post("/api/primer-arranque", json=pedido), 403, "sin_permiso")  # un solo uso

    admin = api.entrar("admin.uno")
    lugar = bien(admin.get("/api/establecimientos"))[0]["id"]
    alta = bien(
        admin.post(
            "/api/usuarios", json={"datos": persona("doctora.uno"), "establecimiento": lugar, "rol": "medico"}
        )
    )
    medica = alta["usuario"]["id"]
    with api.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
        assert consentimientos.texto_vigente(t, "grabacion", "MX")[1] == "inicial"  # se puede grabar ya
    texto = {"finalidad": "grabacion", "pais": "MX", "version": "1", "texto": "Acepto que se grabe."}
    bien(admin.post("/api/consentimientos/textos", json=texto), 201)
    claves = {"usuario": "doctora.uno", "activacion": alta["activacion"], "contrasena": ACCESO}
    bien(nadie.post("/api/sesion/activar", json={**claves, "contrasena_firma": FIRMA}), 204)
    error(nadie.post("/api/sesion/activar", json=claves), 401, "no_entra")  # la activación es de un solo uso

    doctora = api.entrar("doctora.uno")
    paciente, permiso, encuentro = atendida(doctora, lugar, medica)
    assert [p["id"] for p in bien(doctora.post("/api/pacientes/buscar", json={"texto": "nuñ"}))] == [paciente]
    recibo = subir(doctora, encuentro, permiso)
    assert bien(doctora.get(f"/api/trabajos/{recibo['trabajo']}"))["trabajo"]["estado"] == "pendiente"
    assert api.trabajar() == ["hecho"]

    ruta = f"/api/notas/{recibo['nota']}"
    vista = bien(doctora.get(ruta))
    assert vista["nota"]["estado"] == "borrador" and vista["version"] == 1
    assert vista["contenido"]["nota"]["subjetivo"][0]["citas"]
    assert bien(doctora.get(f"{ruta}/borrador"))["transcripcion"]["turnos"]
    falta = error(
        doctora.post(f"{ruta}/firma", json={"version": 1, "contrasena": FIRMA}), 422, "nota_incompleta"
    )
    assert "pronóstico" in falta["mensaje"]

    editada = bien(doctora.put(ruta, json={"sobre": 1, "contenido": completar(vista["contenido"])}))
    assert [f for f in editada["faltas"] if f["gravedad"] == "impide"] == []
    error(doctora.put(ruta, json={"sobre": 1, "contenido": vista["contenido"]}), 409, "version_atrasada")
    assert bien(doctora.get("/api/tareas"))
    assert doctora.get(f"{ruta}/vista-previa").content.startswith(b"%PDF")
    error(doctora.post(f"{ruta}/firma", json={"version": 2, "contrasena": ACCESO}), 422, "firma_rechazada")
    firmada = bien(doctora.post(f"{ruta}/firma", json={"version": 2, "contrasena": FIRMA}), 201)
    assert firmada["tipo"] == "simple"
    assert bien(doctora.get("/api/tareas")) == []

    pdf = doctora.get(f"{ruta}/pdf")
    assert pdf.content.startswith(b"%PDF") and "Faringitis aguda" in " ".join(paginas(pdf.content))
    assert bien(doctora.get(f"{ruta}/firma")) == {"valida": True, "defectos": [], "firma": firmada}
    error(doctora.put(ruta, json={"sobre": 2, "contenido": vista["contenido"]}), 409, "transicion_invalida")
    error(doctora.post(f"{ruta}/descarte", json={"motivo": "ya no"}), 409, "transicion_invalida")
    assert len(bien(doctora.get(f"/api/pacientes/{paciente}/clinico/receta"))) == 1

    adenda = bien(doctora.post(f"{ruta}/adendas"), 201)["id"]
    contenido = {"motivo_adenda": "faltó anotar la alergia", "nota": {"subjetivo": [
        {"texto": "alergia a penicilina", "tipo": "alergia", "autor": "medico"}]}}  # fmt: skip
    bien(doctora.put(f"/api/notas/{adenda}", json={"sobre": 0, "contenido": contenido}))
    bien(doctora.post(f"/api/notas/{adenda}/firma", json={"version": 1, "contrasena": FIRMA}), 201)
    assert bien(doctora.get(ruta))["nota"]["estado"] == "con_adenda"

    informe = bien(admin.post("/api/bitacora/informe", json={"evento": "nota.firma"}))
    # Las dos firmas, y los dos intentos que no lo fueron: nota incompleta y otra contraseña.
    assert sorted(a["resultado"] == "bien" for a in informe) == [False, False, True, True]
    bien(admin.post("/api/bitacora/cabeza"), 201)
    verificada = bien(admin.post("/api/bitacora/verificacion"))
    assert verificada["integra"] is True and verificada["asientos"] > 40
