# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Se siembran marcadores en todo lo que describe a un paciente y se recorre el camino, errores incluidos.

No deben aparecer en ningún renglón de registro, URL, excepción, texto de error, bitácora ni columna en claro.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from scribe.errores import ErrorScribe
from scribe.expediente import consentimientos
from scribe.expediente.bitacora import Actor
from scribe.trabajos import procesar
from tests.expediente_base import BasePrueba
from tests.integracion.test_web_camino import completar
from tests.revision_base import BORRADOR, con_borrador
from tests.trabajos_base import Escriba
from tests.web_base import FIRMA, Api, api_sobre, base, bien, motor, subir  # noqa: F401

MARCAS = {
    "nombre": "Zutanilla", "apellido": "Perengánez", "segundo": "Ñandúes", "calle": "Quetzalpapálotl",
    "curp": "GOMA800101MDFMRN05", "motivo": "XMOTIVOX", "dicho": "xdichox", "nota": "XNOTAX",
    "omision": "XOMISIONX", "aviso": "XAVISOX", "voz": "XVOZX", "palabra": "XPALABRAX", "frase": "XFRASEX",
    "busca": "xbuscax", "descarte": "XDESCARTEX", "retencion": "XRETENERX", "hueco": "XHUECOX",
    "trabajo": "XTRABAJOX",
}  # fmt: skip
M = MARCAS


@dataclass
class Oreja:
    """Todo lo que pudo decir algo de más."""

    urls: list[str] = field(default_factory=list)
    errores: list[str] = field(default_factory=list)
    respuestas: list[str] = field(default_factory=list)


@pytest.fixture
def oreja(monkeypatch: pytest.MonkeyPatch) -> Oreja:
    """Apunta cada error propio que se construye, llegue o no a contestarse."""
    dada, nacer = Oreja(), ErrorScribe.__init__

    def apuntar(yo: ErrorScribe, *a: Any, **k: Any) -> None:
        nacer(yo, *a, **k)
        dada.errores.append(f"{yo!r} {yo} {yo.mensaje} {yo.remedio} {yo.args}")

    monkeypatch.setattr(ErrorScribe, "__init__", apuntar)
    return dada


@pytest.fixture
def api(base: BasePrueba, tmp_path: Path) -> Iterator[Api]:
    with api_sobre(base, tmp_path / "datos") as dada:
        yield dada


def test_ningun_dato_se_escapa(
    api: Api, oreja: Oreja, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    camino = Camino.abrir(api, oreja)
    camino.atender()
    camino.fallar_un_trabajo(monkeypatch)
    camino.revisar()
    camino.transcribir()
    camino.firmar()
    camino.cerrar()
    salida = capfd.readouterr()
    lugares = {
        "registros": caplog.text + "".join(str(r.__dict__) for r in caplog.records),
        "salida": salida.out + salida.err,
        "URL": " ".join(oreja.urls),
        "errores": " ".join(oreja.errores),
        "respuestas": " ".join(oreja.respuestas),
        "base": _en_claro(api),
    }
    assert len(oreja.errores) > 12 and len(oreja.respuestas) > 20 and "scribe.web" in lugares["registros"]
    fugas = [(d, m) for d, texto in lugares.items() for m in M.values() if m.lower() in texto.lower()]
    assert not fugas


@dataclass
class Camino:
    """La médica y lo que va dejando; cada petición se apunta."""

    api: Api
    oreja: Oreja
    doctora: TestClient
    medica: UUID
    lugar: str
    paciente: str = ""
    permiso: str = ""
    encuentro: str = ""
    nota: str = ""

    @classmethod
    def abrir(cls, api: Api, oreja: Oreja) -> Camino:
        lugar = api.lugar()
        medica = api.alta("doctora.uno", lugar, "medico", "administrador")
        with api.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
            consentimientos.publicar_texto(t, "grabacion", "MX", "1", "Acepto que se grabe.")
        return cls(api, oreja, api.entrar("doctora.uno"), medica, str(lugar))

    def pedir(self, metodo: str, ruta: str, json: Any = None) -> Any:
        dada = self.doctora.request(metodo, f"/api/{ruta}", json=json)
        self.oreja.urls.append(str(dada.request.url))
        if dada.status_code >= 400:
            self.oreja.respuestas.append(str(dada.json()["error"]))
        assert dada.status_code != 500, (ruta, dada.text)
        return dada

    def si(self, metodo: str, ruta: str, json: Any = None) -> Any:
        return bien(self.pedir(metodo, ruta, json))

    def no(self, metodo: str, ruta: str, json: Any = None) -> None:
        assert self.pedir(metodo, ruta, json).status_code >= 400, (metodo, ruta)

    def atender(self) -> None:
        """Paciente, búsquedas, consentimiento y encuentro, con sus formas equivocadas."""
        datos = {"nombre": M["nombre"], "apellido_paterno": M["apellido"], "apellido_materno": M["segundo"],
                 "nacimiento": "1980-05-01", "sexo": "F", "domicilios": [{"calle": M["calle"]}]}  # fmt: skip
        quien = {"datos": datos, "identificadores": [{"tipo": "CURP", "valor": M["curp"]}]}
        altas = f"establecimientos/{self.lugar}/pacientes"
        self.paciente = self.si("POST", altas, quien)["id"]
        suyo = f"pacientes/{self.paciente}"
        self.no("POST", altas, quien)  # duplicado
        self.no("POST", altas, {"datos": {**datos, "sexo": M["nota"]}})
        self.no("POST", altas, {"datos": {**datos, M["nombre"]: 1}})
        self.no("PUT", suyo, {**datos, "nacimiento": "2999-01-01"})
        self.no("PUT", suyo, {M["nota"]: datos})
        for texto in (M["nombre"], M["curp"], M["busca"]):
            self.si("POST", "pacientes/buscar", {"texto": texto})
        self.si("POST", "codigos/buscar", {"texto": M["busca"]})
        self.si("POST", f"{suyo}/clinico/alergia", {"contenido": {"descripcion": M["nota"]}})
        self.no("POST", f"{suyo}/clinico/alergia", {"contenido": {"descripcion": {M["nota"]: 1}}})
        texto = self.si("POST", "consentimientos/texto-vigente", {"finalidad": "grabacion", "pais": "MX"})[
            "id"
        ]
        otorga = {"texto": texto, "otorgado": True, "como": "electronico", "otorgante": M["segundo"],
                  "calidad": "tutor"}  # fmt: skip
        self.permiso = self.si("POST", f"{suyo}/consentimientos", otorga)["id"]
        self.no("POST", f"{suyo}/consentimientos", {**otorga, "calidad": M["segundo"]})
        self.encuentro = self.si("POST", f"{suyo}/encuentros", {
            "establecimiento": self.lugar, "medico": str(self.medica), "motivo": M["motivo"],
            "datos": {"inicio": datetime.now(UTC).isoformat()}})["id"]  # fmt: skip

    def fallar_un_trabajo(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Un motor revienta con lo que se dijo dentro de su excepción."""

        def romper(*_: Any, **__: Any) -> Any:
            raise ValueError(f"no se pudo redactar: {M['trabajo']}")

        recibo = subir(self.doctora, self.encuentro, self.permiso)
        with monkeypatch.context() as parche, contextlib.suppress(procesar.Repetir):
            parche.setattr(Escriba, "redactar", romper)
            self.api.trabajar()
        roto = str(self.si("GET", f"trabajos/{recibo['trabajo']}"))
        assert "ValueError" in roto
        self.oreja.respuestas.append(roto)

    def revisar(self) -> None:
        """Editar bien y mal, resolver, chocar con otra versión y decidir códigos y omisiones."""
        self.nota = f"notas/{_con_marcas(self.api, self.medica, UUID(self.encuentro))}"
        r, vista = self.nota, self.si("GET", self.nota)
        assert M["dicho"] in str(vista)  # las marcas sí están donde deben
        contenido = vista["contenido"]
        for malo in (
            {M["nota"]: 1}, {"nota": {"plan": [{"texto": {"x": M["nota"]}, "tipo": "x"}]}}, {"nota": {}},
            {"diagnosticos": [{"codigo": M["nota"], "titulo": "x"}]},
        ):  # fmt: skip
            self.no("PUT", r, {"sobre": 1, "contenido": {**contenido, **malo}})
        self.no("POST", f"{r}/firma", {"version": 1, "contrasena": FIRMA})  # le falta
        duda = {"sobre": 1, "seccion": "subjetivo", "indice": 1, "decision": "corregir", "texto": M["nota"]}
        self.si("POST", f"{r}/resolver", duda)
        self.no("POST", f"{r}/resolver", duda)  # atrasada
        con_hueco = self.si("GET", r)["contenido"] | {"lugar": M["hueco"]}
        self.si("PUT", r, {"sobre": 2, "contenido": con_hueco})
        self.no("PUT", r, {"sobre": 2, "contenido": con_hueco})  # conflicto: se aparta
        omision = {"sobre": 3, "indice": 0, "decision": "incorporar", "texto": M["omision"]}
        self.si("POST", f"{r}/omisiones", omision)
        self.si(
            "POST", f"{r}/resolver", {"sobre": 4, "seccion": "plan", "indice": 0, "decision": "confirmar"}
        )
        self.si("POST", f"{r}/avisos", {"sobre": 5, "indice": 0, "resolucion": M["aviso"]})
        self.no("POST", f"{r}/codigos", {"sobre": 6, "accion": "agregar", "codigo": M["nota"]})
        for ver in ("diferencias", "versiones", "decisiones", "conflictos", "faltas", "borrador", "pasos"):
            self.si("GET", f"{r}/{ver}")

    def transcribir(self) -> None:
        """Corregir palabras y voces, y guardar frases propias."""

        def cambio(clase: str, **k: Any) -> dict[str, Any]:
            return {"clase": clase, **k}

        cambios = f"{self.nota}/transcripcion/cambios"
        palabra = cambio("palabras", turno=2, desde=1, hasta=1, texto=M["palabra"])
        self.si("POST", cambios, {"sobre": 0, "cambio": palabra})
        voz = cambio("hablante", hablante="H2", rol="acompanante", nombre=M["voz"])
        self.si("POST", cambios, {"sobre": 1, "cambio": voz})
        self.no("POST", cambios, {"sobre": 2, "cambio": cambio("turno", turno=1, hablante=M["voz"])})
        self.no("POST", cambios, {"sobre": 0, "cambio": palabra})
        renglon = {"seccion": "plan", "texto": M["frase"]}
        self.si("POST", "textos", {"clase": "frase", "nombre": ".x", "renglones": [renglon]})
        self.no(
            "POST", "textos", {"clase": "frase", "nombre": ".y", "renglones": [{**renglon, "tipo": "X X"}]}
        )

    def firmar(self) -> None:
        """Con un símbolo que no se imprime, con otra contraseña, y bien."""
        r = self.nota
        final = completar(self.si("GET", r)["contenido"])
        final["nota"]["plan"].append({"texto": f"{M['nota']} \U0001f600", "tipo": "indicacion"})
        version = self.si("PUT", r, {"sobre": 6, "contenido": final})["version"]
        self.no("GET", f"{r}/vista-previa")
        self.no("POST", f"{r}/firma", {"version": version, "contrasena": FIRMA})
        final["nota"]["plan"].pop()
        version = self.si("PUT", r, {"sobre": version, "contenido": final})["version"]
        self.no("POST", f"{r}/firma", {"version": version, "contrasena": M["nota"]})
        self.si("POST", f"{r}/firma", {"version": version, "contrasena": FIRMA})
        assert self.pedir("GET", f"{r}/pdf").content.startswith(b"%PDF")

    def cerrar(self) -> None:
        """Descartar, retener, revocar, e informes."""
        self.no("POST", f"{self.nota}/descarte", {"motivo": M["descarte"]})
        otra = self.si("POST", f"encuentros/{self.encuentro}/notas")["id"]
        self.si("POST", f"notas/{otra}/descarte", {"motivo": M["descarte"]})
        self.si("POST", f"pacientes/{self.paciente}/retenciones", {"razon": M["retencion"]})
        revoca = {"como": "verbal", "motivo": M["motivo"]}
        self.si("POST", f"consentimientos/{self.permiso}/revocacion", revoca)
        pedido = {"consentimiento": self.permiso, "formato": "wav"}
        self.no("POST", f"encuentros/{self.encuentro}/subidas", pedido)
        self.oreja.respuestas.append(str(self.si("POST", "bitacora/informe", {"limite": 5000})))


def _con_marcas(api: Api, medica: UUID, encuentro: UUID) -> str:
    """El borrador de siempre, con las marcas en lo dicho, lo escrito, lo omitido y lo avisado."""
    crudo = BORRADOR.model_dump_json().replace("tos", M["dicho"]).replace("posible alergia", M["aviso"])
    marcado = type(BORRADOR).model_validate_json(crudo.replace("y fiebre", M["omision"]))
    dada: str = con_borrador(api, medica, encuentro, marcado)["nota"]
    return dada


def _en_claro(api: Api) -> str:
    """Todo lo que puede leer quien tiene la base y no la clave; lo cifrado también se busca tal cual."""
    partes = []
    with api.servicios.expediente.piscina.conexion() as conexion:
        tablas = conexion.execute(
            "SELECT schemaname AS s, tablename AS t FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            " AND has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')"
        ).fetchall()
        for f in tablas:
            if f["t"] != "catalogo_concepto":  # los títulos de los catálogos son públicos
                filas = conexion.execute(f"SELECT * FROM {f['s']}.{f['t']}".encode()).fetchall()
                partes += [_como_texto(v) for x in filas for v in x.values()]
    return " ".join(partes)


def _como_texto(valor: Any) -> str:
    return bytes(valor).decode("utf-8", "ignore") if isinstance(valor, bytes | memoryview) else str(valor)
