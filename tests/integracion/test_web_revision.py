# ruff: noqa: F811  (una fixture se importa con el nombre del parámetro que la recibe)
"""Revisar por la API: qué se puede editar, qué se decide aparte, y dos personas a la vez."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient

from scribe.expediente import consentimientos, notas
from scribe.expediente.bitacora import Actor
from scribe.expediente.errores import DatoInvalido, SinPermiso, TransicionInvalida
from scribe.expediente.verificacion import verificar
from tests.expediente_base import BasePrueba
from tests.integracion.test_web_camino import atendida, completar
from tests.revision_base import abierta, con_borrador
from tests.web_base import FIRMA, Api, api_sobre, base, bien, error, motor  # noqa: F401

E = dict[str, Any]


@dataclass
class Mesa:
    """Una nota por revisar y su médica."""

    api: Api
    doctora: TestClient
    medica: UUID
    nota: str
    ids: dict[str, Any]

    @property
    def ruta(self) -> str:
        return f"/api/notas/{self.nota}"

    def ver(self) -> E:
        return abierta(self.doctora, self.nota)

    def pedir(self, que: str, **cuerpo: Any) -> Any:
        """Una decisión sobre la última versión."""
        return self.doctora.post(f"{self.ruta}/{que}", json={"sobre": self.ver()["version"], **cuerpo})

    def editar(self, contenido: E, sobre: int | None = None) -> Any:
        n = self.ver()["version"] if sobre is None else sobre
        return self.doctora.put(self.ruta, json={"sobre": n, "contenido": contenido})


@pytest.fixture
def mesa(base: BasePrueba, tmp_path: Path) -> Iterator[Mesa]:
    with api_sobre(base, tmp_path / "datos") as api:
        lugar = api.lugar()
        medica = api.alta("doctora.uno", lugar, "medico")
        api.alta("doctora.dos", lugar, "medico")
        with api.servicios.expediente.transaccion(Actor(None, "prueba")) as t:
            consentimientos.publicar_texto(t, "grabacion", "MX", "1", "Acepto que se grabe.")
        doctora = api.entrar("doctora.uno")
        _, _, encuentro = atendida(doctora, str(lugar), str(medica))
        ids = con_borrador(api, medica, UUID(encuentro))
        yield Mesa(api, doctora, medica, ids["nota"], {**ids, "encuentro": encuentro, "lugar": str(lugar)})


def test_la_nota_se_lee_con_todo_lo_que_hay_que_decidir(mesa: Mesa) -> None:
    respuesta = mesa.doctora.get(mesa.ruta)
    vista = bien(respuesta)
    assert respuesta.headers["etag"] == '"1"' and vista["version"] == 1 and vista["lista"] is False
    assert [(d["seccion"], d["indice"], d["motivo"]) for d in vista["dudas"]] == [
        ("subjetivo", 1, "negación"), ("plan", 0, "fármaco"),
    ]  # fmt: skip
    assert vista["dudas"][0]["citas"][0]["texto"] == "fiebre"
    assert [c["decision"] for c in vista["codigos"]] == ["pendiente", "pendiente"]
    assert len(vista["contenido"]["omisiones"]) == 2 and vista["contenido"]["avisos"][0]["tipo"] == "alergia"
    pendientes = bien(mesa.doctora.get(f"{mesa.ruta}/faltas"))
    assert pendientes["lista"] is False and pendientes["faltas"] == vista["faltas"]
    assert sum(f["clave"] == "por_revisar" for f in pendientes["faltas"]) == 2


def test_lo_que_se_escribe_queda_a_nombre_de_quien_lo_escribio(mesa: Mesa) -> None:
    contenido = mesa.ver()["contenido"]
    suyo = contenido["nota"]["subjetivo"]
    suyo[0] |= {"texto": "Tos seca desde ayer\u200b", "autor": "programa", "motivo": "x"}
    suyo.append({"texto": "  ", "tipo": "sintoma"})
    suyo.append({"texto": "Dolor de garganta", "tipo": "sintoma", "autor": "programa"})
    quedo = bien(mesa.editar(contenido))["contenido"]["nota"]["subjetivo"]
    assert [(e["texto"], e["autor"], e["estado"], e["motivo"]) for e in quedo] == [
        ("Tos seca desde ayer", "medico", "verificado", None),
        ("Niega fiebre", "programa", "por_revisar", "negación"),
        ("Dolor de garganta", "medico", "verificado", None),
    ]
    assert quedo[0]["citas"] == suyo[0]["citas"]  # la evidencia se conserva


INTENTOS: list[Callable[[E], Any]] = [
    lambda c: c["nota"]["plan"].clear(),
    lambda c: c["nota"]["plan"][0].update(estado="verificado"),
    lambda c: c["nota"]["plan"][0].update(estado="verificado", autor="medico", motivo=None),
    lambda c: c["nota"]["plan"][0].update(texto="Amoxicilina 850 mg"),
    lambda c: c["nota"]["plan"][0].update(texto=""),
    lambda c: c["omisiones"].clear(),
    lambda c: c["omisiones"].append({"texto": "otra", "citas": []}),
    lambda c: c["codigos"].pop(),
    lambda c: c["avisos"][0].update(resolucion="ya lo vi"),
    lambda c: c["rechazados"].append({"sistema": "CIE-10", "codigo": "R05"}),
    lambda c: c["diagnosticos"].append({"codigo": "Z99.Z", "titulo": "Inventado"}),
    lambda c: c["diagnosticos"].extend([{"codigo": "R05", "titulo": ""}] * 2),
    lambda c: c["nota"]["subjetivo"].append(_con_cita("nunca lo dijo", 20.5, 21)),
    lambda c: c["nota"]["subjetivo"].append(_con_cita("ayer", 1, 2)),
]


def _con_cita(texto: str, inicio: float, fin: float) -> E:
    cita = {"turno": 2, "texto": texto, "inicio": inicio, "fin": fin}
    return {"texto": "y más", "tipo": "sintoma", "citas": [cita]}


def test_lo_dudoso_y_lo_propuesto_no_cambia_al_editar(mesa: Mesa) -> None:
    for hacer in INTENTOS:
        contenido = mesa.ver()["contenido"]
        hacer(contenido)
        error(mesa.editar(contenido), 422, "dato_invalido")
    assert mesa.ver()["version"] == 1


def test_una_cita_nueva_es_textual_de_la_transcripcion(mesa: Mesa) -> None:
    contenido = mesa.ver()["contenido"]
    cita = {"turno": 2, "texto": "desde ayer y fiebre", "inicio": 22, "fin": 25.8}
    contenido["nota"]["subjetivo"].append({"texto": "Fiebre desde ayer", "tipo": "sintoma", "citas": [cita]})
    assert bien(mesa.editar(contenido))["contenido"]["nota"]["subjetivo"][2]["citas"] == [cita]


def test_el_titulo_lo_pone_el_catalogo(mesa: Mesa) -> None:
    contenido = mesa.ver()["contenido"]
    contenido["diagnosticos"] = [{"codigo": "I10", "titulo": "Lo que sea", "principal": True}]
    vista = bien(mesa.editar(contenido))
    assert "ipertensi" in vista["contenido"]["diagnosticos"][0]["titulo"]
    malo = {"sobre": 2, "diagnosticos": [{"codigo": "I1", "titulo": ""}]}
    error(mesa.doctora.put(f"{mesa.ruta}/codigos", json=malo), 422, "dato_invalido")


def test_resolver_y_la_base_lleva_la_cuenta(mesa: Mesa) -> None:
    vista = bien(
        mesa.pedir("resolver", seccion="subjetivo", indice=1, decision="corregir", texto="Con fiebre")
    )
    assert vista["contenido"]["nota"]["subjetivo"][1]["autor"] == "medico" and len(vista["dudas"]) == 1
    vista = bien(mesa.pedir("resolver", seccion="plan", indice=0, decision="quitar"))
    assert vista["dudas"] == [] and vista["contenido"]["nota"]["plan"] == []
    hechas = bien(mesa.doctora.get(f"{mesa.ruta}/decisiones"))
    assert [(d["clase"], d["decision"], d["version"]) for d in hechas] == [
        ("duda", "corregir", 1), ("duda", "quitar", 2),
    ]  # fmt: skip
    vieja = bien(mesa.pedir("restauracion", numero=1))  # deshacer: la duda vuelve
    assert len(vieja["dudas"]) == 2
    assert bien(mesa.pedir("restauracion", numero=3))["dudas"] == []  # y rehacer
    exp = mesa.api.servicios.expediente
    with exp.piscina.conexion() as conexion:
        assert verificar(conexion, exp.bitacora.llavero, ()).integra


def test_la_base_no_deja_desaparecer_dudas_aunque_el_programa_falle(mesa: Mesa) -> None:
    exp, yo, otra = mesa.api.servicios.expediente, Actor(mesa.medica, "x"), mesa.api.personas["doctora.dos"]
    nota = UUID(mesa.nota)
    for por_revisar in (1, 0, None):
        with pytest.raises(DatoInvalido, match="se resuelve"), exp.transaccion(yo) as t:
            notas.guardar_version(t, nota, b"{}", sobre=1, por_revisar=por_revisar)
    from scribe.expediente.decisiones import Decision

    duda = Decision("duda", "quitar", "plan", 0, 1)
    with pytest.raises(SinPermiso), exp.transaccion(Actor(otra, "x")) as t:
        notas.guardar_version(t, nota, b"{}", sobre=1, por_revisar=1, decisiones=(duda,))
    with exp.transaccion(yo) as t:
        notas.guardar_version(t, nota, b"{}", sobre=1, por_revisar=1, decisiones=(duda,))
        notas.a_revision(t, nota)
    with pytest.raises(TransicionInvalida, match="por revisar"), exp.transaccion(yo) as t:
        notas.firmar(t, nota, version=2, contenido=b"{}", firma=b"f", tipo="simple", algoritmo="x")
    with pytest.raises(psycopg.errors.CheckViolation), exp.piscina.conexion() as conexion:
        conexion.execute(
            "INSERT INTO expediente.nota_decision (id, nota_id, version_id, clase, decision, resuelve,"
            " usuario_id, equipo) SELECT gen_random_uuid(), nota_id, id, 'codigo', 'x', 1, %s, 'x'"
            " FROM expediente.nota_version WHERE nota_id = %s AND numero = 2", (mesa.medica, nota),
        )  # fmt: skip


def test_las_omisiones_entran_con_su_evidencia_o_se_descartan(mesa: Mesa) -> None:
    vista = bien(mesa.pedir("omisiones", indice=0, decision="incorporar", seccion="subjetivo", tipo="sintoma",
                            texto="Fiebre"))  # fmt: skip
    nuevo = vista["contenido"]["nota"]["subjetivo"][2]
    assert (nuevo["texto"], nuevo["autor"], nuevo["tipo"]) == ("Fiebre", "medico", "sintoma")
    assert nuevo["citas"][0]["texto"] == "fiebre"
    vista = bien(mesa.pedir("omisiones", indice=0, decision="descartar"))
    assert vista["contenido"]["omisiones"] == []
    error(mesa.pedir("omisiones", indice=0, decision="descartar"), 422, "dato_invalido")


def test_los_codigos_se_aceptan_cambian_rechazan_y_uno_es_el_principal(mesa: Mesa) -> None:
    def decidir(accion: str, codigo: str, **mas: Any) -> E:
        dada: E = bien(mesa.pedir("codigos", accion=accion, codigo=codigo, **mas))
        return dada

    def estado(vista: E) -> tuple[list[str], list[tuple[str, str, bool]]]:
        c = vista["contenido"]["diagnosticos"]
        return [p["decision"] for p in vista["codigos"]], [
            (d["codigo"], d["estado"], d["principal"]) for d in c
        ]

    assert estado(decidir("aceptar", "J02.9")) == (["aceptado", "pendiente"], [("J02.9", "sospecha", False)])
    decidir("principal", "J02.9")
    assert estado(decidir("cambiar", "J02.9", por="J06.9")) == (
        ["cambiado", "pendiente"], [("J06.9", "sospecha", True)],
    )  # fmt: skip
    assert estado(decidir("rechazar", "R05"))[0] == ["cambiado", "rechazado"]
    vista = decidir("agregar", "I10", estado="antecedente")  # del catálogo: no lo propuso nadie
    assert estado(vista)[1][1] == ("I10", "antecedente", False)
    assert [d["principal"] for d in decidir("principal", "I10")["contenido"]["diagnosticos"]] == [False, True]
    assert estado(decidir("estado", "I10", estado="confirmado"))[1][1][1] == "confirmado"
    assert [c for c, *_ in estado(decidir("quitar", "J06.9"))[1]] == ["I10"]
    assert estado(decidir("aceptar", "R05"))[0] == ["rechazado", "aceptado"]  # cambió de opinión
    for accion, codigo, mas in (
        ("agregar", "X00.99", {}), ("agregar", "I10", {}), ("aceptar", "nada", {}), ("quitar", "E11.9", {}),
        ("cambiar", "I10", {}), ("cambiar", "I10", {"por": "R05"}), ("principal", "J02.9", {}),
        ("estado", "I10", {}),
    ):  # fmt: skip
        error(mesa.pedir("codigos", accion=accion, codigo=codigo, **mas), 422, "dato_invalido")


def test_buscar_un_codigo_es_instantaneo(mesa: Mesa) -> None:
    def buscar(texto: str, **k: Any) -> list[str]:
        return [
            h["codigo"] for h in bien(mesa.doctora.post("/api/codigos/buscar", json={"texto": texto, **k}))
        ]

    assert "R07.0" in buscar("dolor de garganta") and "I10" in buscar("presión alta")
    assert buscar("hipert")[0] == "I10" and buscar("I10X") == ["I10"]  # a medias, y con la X de México
    assert buscar("J02")[:2] == ["J02", "J02.0"] and buscar("j029") == ["J02.9"]
    assert buscar("J02", sistema="CIE-11") == [] and "5A11" in buscar("5a11", sistema="CIE-11")
    assert "MD12" in buscar("tos", sistema="CIE-11") and buscar("¿?") == []
    catalogo, tardo = mesa.api.servicios.catalogo, []
    for texto in ("dolor de cab", "azúcar alta", "diabet", "piedras en el riñón", "tos", "gripa") * 5:
        antes = time.thread_time()  # lo que cuesta: no lo que otros procesos hagan esperar
        catalogo.buscar(texto, "CIE-10", 10)
        tardo.append(time.thread_time() - antes)
    assert statistics.median(tardo) < 0.1


def test_dos_a_la_vez_no_se_pierden(mesa: Mesa) -> None:
    uno, dos = mesa.ver()["contenido"], mesa.ver()["contenido"]
    uno["lugar"], dos["lugar"] = "consultorio 1", "consultorio 2"
    primera = mesa.doctora.put(mesa.ruta, json={"contenido": uno}, headers={"If-Match": '"1"'})
    assert bien(primera)["version"] == 2 and primera.headers["etag"] == '"2"'
    for _ in range(2):  # el guardado automático insiste: no se guarda dos veces
        choque = mesa.doctora.put(mesa.ruta, json={"contenido": dos}, headers={"If-Match": '"1"'})
        error(choque, 409, "version_atrasada")
    conflicto = choque.json()["conflicto"]
    assert (
        conflicto["actual"]["version"] == 2 and conflicto["actual"]["contenido"]["lugar"] == "consultorio 1"
    )
    assert conflicto["tuya"]["lugar"] == "consultorio 2" and conflicto["base"]["lugar"] == ""
    apartadas = bien(mesa.doctora.get(f"{mesa.ruta}/conflictos"))
    assert [(a["id"], a["sobre"], a["contenido"]["lugar"]) for a in apartadas] == [
        (conflicto["apartado"], 1, "consultorio 2")
    ]
    assert bien(mesa.editar(conflicto["tuya"], sobre=2))["contenido"]["lugar"] == "consultorio 2"
    for cuerpo, cabecera in (({}, {}), ({"sobre": 1}, {"If-Match": '"3"'})):
        error(
            mesa.doctora.put(mesa.ruta, json={**cuerpo, "contenido": uno}, headers=cabecera),
            422,
            "dato_invalido",
        )
    error(mesa.editar(uno, sobre=9), 404, "no_existe")


def test_que_cambio_desde_el_borrador(mesa: Mesa) -> None:
    contenido = mesa.ver()["contenido"]
    contenido["nota"]["subjetivo"][0]["texto"] = "Tos seca desde ayer"
    contenido["nota"]["pronostico"] = [{"texto": "Bueno", "tipo": "pronostico"}]
    contenido["signos"] = [{"clave": "peso", "valor": "64", "unidad": "kg"}]
    bien(mesa.editar(contenido))
    bien(mesa.pedir("codigos", accion="aceptar", codigo="R05"))
    c = bien(mesa.doctora.get(f"{mesa.ruta}/diferencias"))
    assert (c["desde"], c["hasta"]) == (1, 3)
    assert [e["clase"] for e in c["secciones"]["subjetivo"]] == ["cambiado", "igual"]
    assert [(t["clase"], t["texto"].strip()) for t in c["secciones"]["subjetivo"][0]["trozos"]] == [
        ("igual", "Tos"), ("agregado", "seca"), ("igual", "desde ayer"),
    ]  # fmt: skip
    assert c["secciones"]["pronostico"][0]["clase"] == "agregado" and c["signos"][0]["clase"] == "agregado"
    assert c["diagnosticos"] == [{"clase": "agregado", "texto": "R05 · Tos · confirmado"}]
    desde2 = bien(mesa.doctora.get(f"{mesa.ruta}/diferencias/2"))
    assert {e["clase"] for s in desde2["secciones"].values() for e in s} == {"igual"}
    error(mesa.doctora.get(f"{mesa.ruta}/diferencias/7"), 404, "no_existe")


def test_la_transcripcion_se_corrige_y_lo_oido_queda(mesa: Mesa) -> None:
    ruta = f"{mesa.ruta}/transcripcion"
    vista = bien(mesa.doctora.get(ruta))
    assert vista["cambio"] == 0 and [h["rol"] for h in vista["hablantes"]] == ["medico", "paciente"]
    assert vista["turnos"][1]["palabras"][1] == {"texto": "tos", "inicio": 21.0, "fin": 21.8, "prob": 0.4}

    def cambiar(sobre: int, **cambio: Any) -> Any:
        return mesa.doctora.post(f"{ruta}/cambios", json={"sobre": sobre, "cambio": cambio})

    hecho = bien(cambiar(0, clase="palabras", turno=3, desde=1, hasta=1, texto="amoxicilina"), 201)
    turno = hecho["transcripcion"]["turnos"][2]
    assert turno["texto"] == "tome amoxilina de 500 mg"  # el del borrador, de donde salen las citas
    assert turno["texto_corregido"] == "tome amoxicilina de 500 mg"
    assert turno["corregidas"] == [{"desde": 1, "hasta": 1, "original": "amoxilina", "texto": "amoxicilina"}]
    assert turno["palabras"][1]["texto"] == "amoxilina"
    afecta = {"seccion": "plan", "indice": 0, "texto": "Amoxilina 500 mg", "propuesta": "Amoxicilina 500 mg"}
    assert hecho["afecta"] == [afecta]
    otra = bien(cambiar(1, clase="palabras", turno=3, desde=3, hasta=4, texto="250 mg"), 201)["transcripcion"]
    assert otra["turnos"][2]["texto_corregido"] == "tome amoxicilina de 250 mg"

    revuelta = bien(cambiar(2, clase="intercambio", uno="H1", otro="H2"), 201)["transcripcion"]
    assert [u["rol"] for u in revuelta["turnos"]] == ["paciente", "medico", "paciente"]
    nombrada = bien(cambiar(3, clase="hablante", hablante="H1", rol="acompanante", nombre="su hija"), 201)
    assert nombrada["transcripcion"]["hablantes"][0]["nombre"] == "su hija"
    suelto = bien(cambiar(4, clase="turno", turno=1, hablante="H2"), 201)["transcripcion"]
    assert [(u["hablante"], u["rol"]) for u in suelto["turnos"]] == [
        ("H2", "medico"), ("H2", "medico"), ("H1", "acompanante"),
    ]  # fmt: skip
    assert [c["cambio"]["clase"] for c in suelto["cambios"]] == [
        "palabras", "palabras", "intercambio", "hablante", "turno",
    ]  # fmt: skip
    error(cambiar(1, clase="intercambio", uno="H1", otro="H2"), 409, "version_atrasada")
    for malo in (
        {"clase": "palabras", "turno": 9, "desde": 0, "hasta": 0, "texto": "x"},
        {"clase": "palabras", "turno": 1, "desde": 2, "hasta": 1, "texto": "x"},
        {"clase": "palabras", "turno": 1, "desde": 0, "hasta": 3, "texto": "x"},
        {"clase": "hablante", "hablante": "H9", "rol": "medico"},
        {"clase": "intercambio", "uno": "H1", "otro": "H1"}, {"clase": "turno", "turno": 1, "hablante": "H7"},
    ):  # fmt: skip
        error(cambiar(5, **malo), 422, "dato_invalido")


def test_firmada_la_nota_ni_ella_ni_su_transcripcion_se_tocan(mesa: Mesa) -> None:
    bien(mesa.pedir("resolver", seccion="subjetivo", indice=1, decision="quitar"))
    bien(mesa.pedir("resolver", seccion="plan", indice=0, decision="confirmar"))
    bien(mesa.pedir("avisos", indice=0, resolucion="tolera penicilinas"))
    vista = bien(mesa.editar(completar(mesa.ver()["contenido"])))
    assert vista["lista"] is True
    bien(
        mesa.doctora.post(f"{mesa.ruta}/firma", json={"version": vista["version"], "contrasena": FIRMA}), 201
    )
    cambio = {"clase": "intercambio", "uno": "H1", "otro": "H2"}
    pedido = {"sobre": 0, "cambio": cambio}
    error(mesa.doctora.post(f"{mesa.ruta}/transcripcion/cambios", json=pedido), 409, "transicion_invalida")
    error(mesa.pedir("codigos", accion="quitar", codigo="J02.9"), 409, "transicion_invalida")
    error(mesa.editar(vista["contenido"]), 409, "transicion_invalida")


def test_la_adenda_cita_la_transcripcion_de_su_nota(mesa: Mesa) -> None:
    test_firmada_la_nota_ni_ella_ni_su_transcripcion_se_tocan(mesa)
    adenda = bien(mesa.doctora.post(f"{mesa.ruta}/adendas"), 201)["id"]
    assert len(bien(mesa.doctora.get(f"/api/notas/{adenda}/transcripcion"))["turnos"]) == 3
    cita = {"turno": 2, "texto": "fiebre", "inicio": 25, "fin": 25.8}
    contenido: E = {"nota": {"subjetivo": [{"texto": "tuvo fiebre", "tipo": "sintoma", "citas": [cita]}]}}
    bien(mesa.doctora.put(f"/api/notas/{adenda}", json={"sobre": 0, "contenido": contenido}))
    otra = copy.deepcopy(contenido)
    otra["nota"]["subjetivo"][0]["citas"][0]["texto"] = "calentura"
    error(
        mesa.doctora.put(f"/api/notas/{adenda}", json={"sobre": 1, "contenido": otra}), 422, "dato_invalido"
    )


def test_otra_medica_lee_pero_no_decide(mesa: Mesa) -> None:
    dos = mesa.api.entrar("doctora.dos")
    bien(dos.get(mesa.ruta))
    pedido = {"sobre": 1, "seccion": "plan", "indice": 0, "decision": "quitar"}
    error(dos.post(f"{mesa.ruta}/resolver", json=pedido), 403, "sin_permiso")


def test_los_textos_son_de_quien_los_hizo(mesa: Mesa) -> None:
    frase = {"clase": "frase", "nombre": ".ef", "renglones": [
        {"seccion": "objetivo", "tipo": "exploracion", "texto": "Sin alteraciones MARCA"}]}  # fmt: skip
    hecha = bien(mesa.doctora.post("/api/textos", json=frase), 201)
    error(mesa.doctora.post("/api/textos", json={**frase, "nombre": ".EF"}), 409, "duplicado")
    plantilla = {**frase, "clase": "plantilla", "especialidad": "pediatria"}
    bien(mesa.doctora.post("/api/textos", json=plantilla), 201)
    assert [x["clase"] for x in bien(mesa.doctora.get("/api/textos"))] == ["frase", "plantilla"]
    assert [x["clase"] for x in bien(mesa.doctora.get("/api/textos?tipo=plantilla"))] == ["plantilla"]
    ruta, dos = f"/api/textos/{hecha['id']}", mesa.api.entrar("doctora.dos")
    nuevo = {**{k: v for k, v in frase.items() if k != "clase"}, "nombre": ".expl"}
    assert bien(dos.get("/api/textos")) == []
    error(dos.put(ruta, json=nuevo), 404, "no_existe")
    error(dos.delete(ruta), 404, "no_existe")
    assert bien(mesa.doctora.put(ruta, json=nuevo))["datos"]["nombre"] == ".expl"
    bien(mesa.doctora.delete(ruta), 204)
    error(mesa.doctora.put(ruta, json=nuevo), 404, "no_existe")
    assert {p["clave"] for p in bien(mesa.doctora.get("/api/plantillas"))} >= {"general", "pediatria"}
    assert {"tipo": "sintoma", "rotulo": "Síntomas"} in bien(mesa.doctora.get("/api/tipos-de-enunciado"))
    with mesa.api.servicios.expediente.piscina.conexion() as conexion:
        filas = conexion.execute("SELECT contenido FROM expediente.texto_propio").fetchall()
    assert filas and all(b"MARCA" not in f["contenido"] for f in filas)
