# ruff: noqa: F811
"""Conservación por la API y por la consola: las mismas funciones, con contraseña de hace poco."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from scribe.expediente.conservacion.certificado import Certificado
from tests.expediente_base import motor  # noqa: F401
from tests.web_base import ACCESO, FIRMA, Api, api, base, bien, error, subir  # noqa: F401

POLITICA = {"tipo": "grabacion", "cantidad": 0, "unidad": "dias", "fuente": "prueba"}


class Caso:
    """Una consulta grabada y firmada, y quien la atiende y administra."""

    def __init__(self, api: Api) -> None:
        self.api, self.lugar = api, api.lugar()
        api.alta("doctora.uno", self.lugar, "medico")
        api.alta("admin.uno", self.lugar, "administrador")
        self.doctora, self.admin = api.entrar("doctora.uno"), api.entrar("admin.uno")
        texto = {"finalidad": "grabacion", "pais": "MX", "version": "1", "texto": "Acepto que se grabe."}
        self.texto = bien(self.admin.post("/api/consentimientos/textos", json=texto), 201)["id"]
        self.paciente, self.encuentro, self.consentimiento = self.atender(self.doctora, str(self.lugar))

    def atender(self, doctora: TestClient, lugar: str) -> tuple[str, str, str]:
        datos = {"nombre": "María", "apellido_paterno": "Núñez"}
        ruta = f"/api/establecimientos/{lugar}/pacientes"
        paciente = bien(doctora.post(ruta, json={"datos": datos}), 201)["id"]
        permiso = bien(
            doctora.post(
                f"/api/pacientes/{paciente}/consentimientos",
                json={"texto": self.texto, "otorgado": True, "como": "electronico"},
            ), 201,
        )["id"]  # fmt: skip
        encuentro = bien(
            doctora.post(
                f"/api/pacientes/{paciente}/encuentros",
                json={"establecimiento": lugar, "medico": str(self.api.personas["doctora.uno"]),
                      "datos": {"inicio": "2026-03-05T10:30:00-06:00"}},
            ), 201,
        )["id"]  # fmt: skip
        return paciente, encuentro, permiso

    def descartada(self) -> Any:
        """Una grabación cuya nota se descartó: su audio también cumple plazo."""
        recibo = subir(self.doctora, self.encuentro, self.consentimiento)
        assert self.api.trabajar() == ["hecho"]
        bien(self.doctora.post(f"/api/notas/{recibo['nota']}/descarte", json={"motivo": "prueba"}))
        return recibo

    def vieja(self) -> None:
        """Pasaron seis minutos desde que se escribió la contraseña."""
        with self.api.servicios.expediente.piscina.conexion() as conexion:
            conexion.execute(
                "UPDATE expediente.sesion SET reautenticada = clock_timestamp() - interval '6 minutes'"
            )


@pytest.fixture
def caso(api: Api) -> Caso:
    return Caso(api)


def test_de_la_politica_al_certificado_por_la_api(caso: Caso) -> None:
    admin, recibo = caso.admin, caso.descartada()
    assert {p["tipo"]: p["id"] for p in bien(admin.get("/api/conservacion/politicas"))}["grabacion"] is None
    bien(admin.post("/api/conservacion/politicas", json=POLITICA), 201)
    (una,) = bien(admin.post("/api/conservacion/propuestas"), 201)
    assert una["ambito_id"] == recibo["grabacion"] and una["impedimento"] is None
    ruta = f"/api/conservacion/propuestas/{una['id']}"
    error(admin.get(f"{ruta}/certificado"), 404, "no_existe")
    caso.vieja()
    decision = {"destruir": True, "razon": "Cumplió su plazo."}
    error(admin.post(f"{ruta}/decision", json=decision), 403, "reautenticar")
    bien(admin.post("/api/sesion/reautenticar", json={"contrasena": ACCESO}))
    assert bien(admin.post(f"{ruta}/decision", json=decision))["estado"] == "destruida"
    error(admin.post(f"{ruta}/decision", json=decision), 409, "duplicado")
    bajado = admin.get(f"{ruta}/certificado")
    assert Certificado.model_validate(bien(bajado)).valido()
    assert "attachment" in bajado.headers["content-disposition"]
    oido = caso.doctora.get(f"/api/grabaciones/{recibo['grabacion']}/audio")
    assert oido.status_code in {404, 410}
    assert "Núñez" not in bajado.text and "María" not in bajado.text


def test_quien_administra_otra_clinica_no_ve_ni_decide(caso: Caso) -> None:
    caso.descartada()
    bien(caso.admin.post("/api/conservacion/politicas", json=POLITICA), 201)
    (una,) = bien(caso.admin.post("/api/conservacion/propuestas"), 201)
    caso.api.alta("admin.dos", caso.api.lugar("DFSSA000002"), "administrador")
    ajeno = caso.api.entrar("admin.dos")
    assert bien(ajeno.get("/api/conservacion/propuestas?todas=true")) == []
    decision = {"destruir": True, "razon": "x"}
    ruta = f"/api/conservacion/propuestas/{una['id']}/decision"
    error(ajeno.post(ruta, json=decision), 403, "sin_permiso")
    error(caso.doctora.post(ruta, json=decision), 403, "sin_permiso")


def test_retener_por_la_api(caso: Caso) -> None:
    caso.descartada()
    bien(caso.admin.post("/api/conservacion/politicas", json=POLITICA), 201)
    (una,) = bien(caso.admin.post("/api/conservacion/propuestas"), 201)
    ruta = f"/api/pacientes/{caso.paciente}/retenciones"
    hold = bien(caso.doctora.post(ruta, json={"razon": "queja"}), 201)["id"]
    assert [r["razon"] for r in bien(caso.admin.get(ruta))] == ["queja"]
    decision = {"destruir": True, "razon": "plazo"}
    error(
        caso.admin.post(f"/api/conservacion/propuestas/{una['id']}/decision", json=decision), 409,
        "transicion_invalida",
    )  # fmt: skip
    error(caso.doctora.post(f"/api/retenciones/{hold}/levantar", json={"razon": "x"}), 403, "sin_permiso")
    bien(caso.admin.post(f"/api/retenciones/{hold}/levantar", json={"razon": "terminó"}), 204)
    assert bien(caso.admin.get(ruta)) == []


def test_revocar_por_la_api_detiene_lo_que_sube(caso: Caso) -> None:
    pedido = {"consentimiento": caso.consentimiento, "formato": "wav"}
    subida = bien(caso.doctora.post(f"/api/encuentros/{caso.encuentro}/subidas", json=pedido), 201)["id"]
    hecho = bien(
        caso.doctora.post(f"/api/consentimientos/{caso.consentimiento}/revocacion", json={"como": "verbal"}),
        201,
    )
    assert hecho["subidas_detenidas"] == [subida] and len(hecho["propuestas"]) == 1
    suma = "0" * 64
    error(
        caso.doctora.put(f"/api/subidas/{subida}/trozos/0", content=b"x", headers={"X-Scribe-Sha256": suma}),
        409, "sin_consentimiento",
    )  # fmt: skip
    assert bien(caso.doctora.get(f"/api/subidas/{subida}"))["estado"] == "detenida"
    error(
        caso.doctora.post(f"/api/encuentros/{caso.encuentro}/subidas", json=pedido), 409, "sin_consentimiento"
    )


def test_lo_mismo_desde_la_consola(caso: Caso, tmp_path: Path) -> None:
    recibo = caso.descartada()

    def orden(*partes: str, clave: str = ACCESO) -> subprocess.CompletedProcess[str]:
        datos = caso.api.servicios.datos
        entorno = {
            **os.environ, "SCRIBE_DATOS": str(datos), "SCRIBE_CLAVE_ARCHIVO": str(datos / "clave"),
            "SCRIBE_BASE_DATOS": caso.api.dsn,
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", "scribe.cli", "conservacion", *partes], env=entorno, text=True,
            input=f"{clave}\n", capture_output=True, timeout=300, start_new_session=True, check=False,
        )  # fmt: skip

    fijar = ("politica", "grabacion", "--plazo", "0d", "--fuente", "prueba", "--usuario", "admin.uno")
    assert orden(*fijar, clave=FIRMA).returncode == 2, "con otra contraseña no se cambia nada"
    hecho = orden(*fijar)
    assert hecho.returncode == 0 and "0 días desde firma" in hecho.stdout, hecho.stderr
    assert "Propuestas nuevas: 1" in (dicho := orden("proponer")).stderr + dicho.stdout
    (linea,) = orden("listar").stdout.splitlines()
    cual, estado, tipo = linea.split("\t")[:3]
    assert (estado, tipo) == ("por_decidir", "grabacion")
    hecho = orden("confirmar", cual, "--usuario", "admin.uno", "--razon", "Cumplió su plazo.")
    assert hecho.returncode == 0, hecho.stderr
    assert not caso.api.servicios.audio.ruta(UUID(recibo["grabacion"]).hex).exists()
    papel = tmp_path / "certificado.json"
    assert "CERTIFICADO DE DESTRUCCIÓN" in orden("certificado", cual, "--salida", str(papel)).stdout
    assert Certificado.model_validate(json.loads(papel.read_text("utf-8"))).valido()
