# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Los formularios de «Mis plantillas y frases» y la plantilla recordada, contra la base."""

from __future__ import annotations

from uuid import uuid4

from tests.integracion.test_pantalla_formularios import bien_texto, mandar, se_fue_a
from tests.web_base import Api, api, base, bien, error, motor  # noqa: F401


def test_los_formularios_guardan_rechazan_y_conservan_lo_escrito(api: Api) -> None:
    lugar = api.lugar()
    api.alta("medica.uno", lugar, "medico")
    api.alta("asistente.uno", lugar, "asistente")
    medica = api.entrar("medica.uno")
    una = {"clase": "frase", "nombre": "/tos", "donde-0": "subjetivo.sintoma", "texto-0": "Tos seca."}
    se_fue_a(mandar(medica, "/textos", **una), "/textos#guardada")
    (guardada,) = bien(medica.get("/api/textos"))
    assert guardada["datos"]["nombre"] == "tos"
    repetida = mandar(medica, "/textos", **{**una, "nombre": "TOS", "texto-0": "Otra MARCA"})
    assert repetida.status_code == 422 and "Otra MARCA" in repetida.text
    for campos in ({"texto-0": " "}, {"donde-0": "fuera.x"}, {"donde-0": "plan"}, {"nombre": "/"}):
        assert mandar(medica, "/textos", **{**una, "nombre": "otra", **campos}).status_code == 422
    # Un tipo que la página no ofrece (lo guardó otro programa) no se pierde al editar.
    ruta = f"/textos/{guardada['id']}"
    rara = {"nombre": "tos", "renglones": [{"seccion": "plan", "tipo": "oracion", "texto": "x"}]}
    bien(medica.put(f"/api{ruta}", json=rara))
    assert 'value="plan.oracion" selected' in bien_texto(medica.get("/textos"))
    se_fue_a(mandar(medica, ruta, **{**una, "donde-0": "plan.oracion"}), "/textos#guardada")
    assert bien(medica.get("/api/textos"))[0]["datos"]["renglones"][0]["tipo"] == "oracion"
    se_fue_a(mandar(medica, f"{ruta}/retiro"), "/textos#quitada")
    assert bien(medica.get("/api/textos")) == []
    assert mandar(medica, f"{ruta}/retiro").status_code == 404
    assert api.entrar("asistente.uno").get("/textos").status_code == 403


def test_la_plantilla_elegida_es_de_cada_quien(api: Api) -> None:
    lugar = api.lugar()
    for nombre in ("medica.uno", "medica.dos"):
        api.alta(nombre, lugar, "medico")
    uno, dos = api.entrar("medica.uno"), api.entrar("medica.dos")
    ruta = "/api/plantillas/elegida"
    bien(uno.put(ruta, json={"plantilla": "pediatria"}), 204)
    bien(uno.put(ruta, json={"plantilla": "urgencia"}), 204)
    bien(uno.put(ruta, json={"plantilla": "urgencia"}), 204)
    propia = {"clase": "plantilla", "nombre": "Mía",
              "renglones": [{"seccion": "plan", "tipo": "cita", "texto": "Vuelva."}]}  # fmt: skip
    mia = bien(dos.post("/api/textos", json=propia), 201)["id"]
    bien(dos.put(ruta, json={"plantilla": mia}), 204)
    for ajena in (mia, "no_hay", str(uuid4())):
        error(uno.put(ruta, json={"plantilla": ajena}), 404, "no_existe")
    with api.servicios.expediente.piscina.conexion() as conexion:
        filas = conexion.execute("SELECT usuario_id, valor FROM expediente.preferencia").fetchall()
        asientos = conexion.execute(
            "SELECT count(*) AS n FROM expediente.bitacora WHERE evento = 'preferencia.cambio'"
        ).fetchone()
    suyas = {f["usuario_id"]: f["valor"] for f in filas}
    assert suyas == {api.personas["medica.uno"]: "urgencia", api.personas["medica.dos"]: mia}
    assert asientos == {"n": 3}
